//! Measures catching up, opening and evaluating: `measure [facts] [communes] [folder]`.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::atlas::{Generation, Level};
use domain::contribution::Rules;
use domain::plan::Plan;
use journal::{Entry, Journal, Options, Writer};
use projector::{Config, Projector, catch_up, evaluate_journal};
use proto::gazetteer::Gazetteer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CATALOGUE: &str = include_str!("../tests/common/catalogue.toml");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let facts: u64 = arguments.next().map_or(Ok(500_000), |n| n.parse())?;
    let communes: usize = arguments.next().map_or(Ok(10_000), |n| n.parse())?;
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("measure-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&folder, facts, communes).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn measure(folder: &Path, facts: u64, communes: usize) -> Result<(), Box<dyn Error>> {
    let gazetteer = Gazetteer::embedded();
    let catalogue = match std::env::var("CATALOGUE").as_deref() {
        Ok("real") => proto::catalogue::Catalogue::embedded().plan.clone(),
        _ => Plan::compile(&toml::from_str(CATALOGUE)?).map_err(|errors| format!("{errors:?}"))?,
    };
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan: catalogue });
    let url = format!("dir:{}", folder.join("journal").display());
    let mut writer = Writer::open(&url, &Options::create()).await?;
    let keys = communes_of(gazetteer, communes);
    let mut bytes = 0;
    for first in (0..facts).step_by(10_000) {
        let batch: Vec<Entry> =
            (first..facts.min(first + 10_000)).map(|n| loan(n, &keys)).collect();
        bytes += batch.iter().map(|entry| entry.bytes.len()).sum::<usize>();
        writer.append(&batch).await?;
    }
    let journal = Journal::open(&url, &Options::default()).await?;
    println!("{facts} facts of {} bytes, {} communes", bytes as u64 / facts, keys.len());

    for threads in [1, 2] {
        let (begun, cpu) = (Instant::now(), cpu_s());
        let evaluated =
            evaluate_journal(&journal, None, &rules, gazetteer, threads, |_| {}).await?;
        let books = evaluated.books;
        let seconds = begun.elapsed().as_secs_f64();
        let (rate, cpu) = (facts as f64 / seconds, cpu_s() - cpu);
        println!(
            "evaluate, {threads} threads: {seconds:.2} s (cpu {cpu:.2}), {rate:.0} facts/s, {}",
            books.digest(b"")
        );
    }

    let mut config = Config::new(journal, folder.join("data"), Arc::clone(&rules), "c");
    if let Some(most) = std::env::var("COMMIT_FACTS").ok().and_then(|n| n.parse().ok()) {
        config.pace.behind_max = most;
    }
    let mut committed = (0, 0);
    let (begun, cpu) = (Instant::now(), cpu_s());
    let report = catch_up(config.clone(), |progress| {
        if progress.commits != committed.0 {
            let (facts, ms) = (progress.committed - committed.1, progress.commit_ms);
            println!(
                "  at {:.2} s: {facts} facts committed in {ms:.0} ms",
                begun.elapsed().as_secs_f64()
            );
            committed = (progress.commits, progress.committed);
        }
    })
    .await?;
    println!(
        "catch up: {:.2} s (cpu {:.2}), {:.0} facts/s, {} commits, {} bytes on disk ({:.0} a fact), digest {}",
        report.folded_in.as_secs_f64(),
        cpu_s() - cpu,
        report.records_per_s(),
        report.commits,
        report.bytes_on_disk,
        report.bytes_on_disk as f64 / facts as f64,
        report.fold.books.digest(b""),
    );
    println!("  {:?} {:?}", report.sizes, report.accounting);
    drop(report);
    let cpu = cpu_s();
    let report = catch_up(config.clone(), |_| {}).await?;
    let (seconds, cpu) = (report.opened_in.as_secs_f64(), cpu_s() - cpu);
    println!("open again: {seconds:.2} s (cpu {cpu:.2})");
    drop(report);
    live(config, &mut writer, &keys, facts).await
}

/// How long single facts and small batches take to be visible and durable.
async fn live(
    config: Config,
    writer: &mut Writer,
    keys: &[String],
    facts: u64,
) -> Result<(), Box<dyn Error>> {
    let projector = Projector::open(config).await?;
    let handle = projector.handle();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(projector.run(async { drop(stopped.await) }));
    let mut next = facts;
    for size in [1, 100, 5_000] {
        let (mut visible, mut durable) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            let batch: Vec<Entry> = (next..next + size).map(|n| loan(n * 7919, keys)).collect();
            next += size;
            let receipts = writer.append(&batch).await?;
            let position = receipts.last().map_or(0, |receipt| receipt.position.0);
            let begun = Instant::now();
            handle.folded(position).await.ok_or("stopped")?;
            visible.push(begun.elapsed());
            handle.committed(position).await.ok_or("stopped")?;
            durable.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        visible.sort();
        durable.sort();
        println!(
            "live, {size} facts: visible {:?} (worst {:?}), durable {:?} (worst {:?})",
            visible[10], visible[19], durable[10], durable[19]
        );
    }
    drop(stop);
    running.await??;
    Ok(())
}

/// Processor seconds of this process, which tell more than the clock on a machine that is shared.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn communes_of(gazetteer: &Gazetteer, most: usize) -> Vec<String> {
    let communes = gazetteer.atlas.units().filter(|unit| {
        let record = gazetteer.atlas.record(*unit);
        record.level == Level::Commune && record.generation == Some(Generation::Legacy)
    });
    communes.take(most).map(|unit| gazetteer.key(unit).to_owned()).collect()
}

/// One loan: some 450 bytes, as an office writes them.
fn loan(n: u64, keys: &[String]) -> Entry {
    let random = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let random = random ^ (random >> 29);
    let unit = &keys[(random % keys.len() as u64) as usize];
    let household = random % 400_000 / keys.len() as u64;
    let (month, day) = (1 + random / 7 % 12, 1 + random / 97 % 28);
    let class = ["poor", "near_poor"][(random / 11 % 2) as usize];
    let amount = (1 + random % 100) * 1_000_000;
    let text = format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//vbsp.example.vn/chi-nhanh/{unit}","id":"{n:032}","subject":"household/{unit}.{household:022}","time":"2023-{month:02}-{day:02}T09:30:00+07:00","sequence":"{n}","recordedtime":"2023-{month:02}-{day:02}T16:45:12+07:00","data":{{"unit":"{unit}","class":"{class}","programme":"poor_household","purpose":"household_economy","amount":{amount}}}}}"#
    );
    Entry::new(format!("VN.{unit}"), text)
}
