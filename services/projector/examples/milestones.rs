//! Measures what rules cost: `milestones JOURNAL [rules]` catches up with a journal without rules and
//! with so many, in turn.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

use domain::contribution;
use journal::{Journal, Options};
use milestones::Rules;
use projector::{Config, Projector, catch_up};
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What facts touch most, and what it is counted in.
const INDICATORS: [(&str, &str); 20] = [
    ("loan_instances", "household_time"),
    ("loan_amount", "vnd"),
    ("loan_households", "household"),
    ("poor_households", "household"),
    ("near_poor_households", "household"),
    ("poor_persons", "person"),
    ("poverty_rate", "percent"),
    ("near_poverty_rate", "percent"),
    ("multidimensional_poverty_rate", "percent"),
    ("poor_households_relapsed", "household"),
    ("poor_households_rose_above", "household"),
    ("poor_households_newly_arisen", "household"),
    ("houses_supported", "house"),
    ("houses_completed", "house"),
    ("housing_support_amount", "vnd"),
    ("electricity_household_times", "household_time"),
    ("health_cards", "card"),
    ("support_amount", "vnd"),
    ("emergency_households", "household_time"),
    ("newly_escaped_households", "household"),
];

fn rules(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let (indicator, counted_in) = INDICATORS[n % INDICATORS.len()];
        let step = 1 + n / INDICATORS.len();
        let number = match counted_in {
            "vnd" => step as u64 * 4_000_000_000,
            "percent" => step as u64 % 60 + 20,
            _ => (step * step) as u64 + 300,
        };
        let grain = ["civil.year", "administrative.half"][n / 7 % 2];
        let _ = write!(
            text,
            "[[milestone]]\nid = \"rule_{n}\"\nvi = \"Mốc\"\nen = \"Rule\"\nindicator = \"{indicator}\"\n\
             counted_in = \"{counted_in}\"\nis = \"at_least\"\nnumber = \"{number}\"\ngrain = \"{grain}\"\n\
             levels = [\"commune\", \"district\", \"province\"]\non = \"running\"\n\n"
        );
    }
    text
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("name a journal")?;
    let count: usize = arguments.next().map_or(Ok(1_000), |n| n.parse())?;
    let plan = Catalogue::embedded().plan.clone();
    let of = Arc::new(contribution::Rules { atlas: Gazetteer::embedded().atlas.clone(), plan });
    let text = rules(count);
    let read =
        |text: &str| Rules::read("rules", text, &of).map_err(|defects| format!("{defects:?}"));
    let many = Arc::new(read(&text)?);
    let journal = Journal::open(&url, &Options::default()).await?;
    for turn in 0..6 {
        let folder = tempfile::tempdir()?;
        let mut config = Config::new(journal.clone(), folder.path(), Arc::clone(&of), "c");
        config.milestones = (turn % 2 == 1).then(|| Arc::clone(&many));
        let cpu = cpu_s();
        let report = catch_up(config.clone(), |_| {}).await?;
        let (cpu, seconds) = (cpu_s() - cpu, report.folded_in.as_secs_f64());
        let (rate, sizes) = (report.records_per_s(), report.sizes);
        drop(report);
        let notices = Projector::open(config).await?.handle().progress().notices;
        let rules = if turn % 2 == 1 { count } else { 0 };
        println!(
            "{rules} rules: {seconds:.2} s (cpu {cpu:.2}), {rate:.0} facts/s, {notices} notices, {} cells",
            sizes.cells
        );
    }
    Ok(())
}

/// Processor seconds of this process, which tell more than the clock on a machine that is shared.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
