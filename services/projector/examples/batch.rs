//! Evaluates a journal in one go and says what it took: `batch JOURNAL [threads]`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use domain::contribution::Rules;
use journal::{Journal, Options};
use projector::evaluate_journal;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("which journal? dir:PATH or nats://HOST")?;
    let threads = arguments.next().map_or(Ok(2), |n| n.parse())?;
    let gazetteer = Gazetteer::embedded();
    let plan = Catalogue::embedded().plan.clone();
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan });
    let journal = Journal::open(&url, &Options::default()).await?;
    let begun = Instant::now();
    let evaluated = evaluate_journal(&journal, None, &rules, gazetteer, threads, |_| {}).await?;
    let (seconds, facts) = (begun.elapsed().as_secs_f64(), evaluated.accounting.total());
    let (cells, bytes) = evaluated.books.rollup.size();
    println!("{facts} records in {seconds:.2} s: {:.0} a second", facts as f64 / seconds);
    println!("{cells} cells in {bytes} bytes, check {:032x}", evaluated.books.rollup.check());
    println!("root {}", evaluated.tree.root());
    Ok(())
}
