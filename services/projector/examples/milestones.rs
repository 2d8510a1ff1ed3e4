//! Measures what rules cost: `milestones JOURNAL [rules]` folds a journal without rules, under an
//! empty list of them, under the program's own, under so many that few units reach, and under so
//! many that most reach, in turn.
//!
//! Twice each: "live", each fact received on the day on which it happens, as a running system meets
//! it; and "at once", with the receive times that the journal has, which for an import are all of
//! one day, so that a change is looked at in every period since.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use domain::contribution;
use journal::{Block, Journal, Options, Position, ReceiveTime, Writer};
use milestones::Rules;
use projector::{Config, Projector, catch_up};
use proto::catalogue::{Catalogue, MILESTONES};
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use proto::instant::{civil_day, first_milli};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each is measured: the machine is shared, and ratios count.
const TURNS: usize = 3;

/// What facts touch most, what it is counted in, and a line that some provinces reach.
const INDICATORS: [(&str, &str, u64); 20] = [
    ("loan_instances", "household_time", 3_000),
    ("loan_amount", "vnd", 400_000_000_000),
    ("loan_households", "household", 3_000),
    ("poor_households", "household", 3_000),
    ("near_poor_households", "household", 3_000),
    ("poor_persons", "person", 9_000),
    ("poverty_rate", "percent", 100),
    ("near_poverty_rate", "percent", 100),
    ("multidimensional_poverty_rate", "percent", 100),
    ("poor_households_relapsed", "household", 3_000),
    ("poor_households_rose_above", "household", 3_000),
    ("poor_households_newly_arisen", "household", 3_000),
    ("houses_supported", "house", 3_000),
    ("houses_completed", "house", 3_000),
    ("housing_support_amount", "vnd", 400_000_000_000),
    ("electricity_household_times", "household_time", 3_000),
    ("health_cards", "card", 3_000),
    ("support_amount", "vnd", 400_000_000_000),
    ("emergency_households", "household_time", 3_000),
    ("newly_escaped_households", "household", 3_000),
];

/// So many rules: each indicator with two grains and ever higher lines. With `often` the lines are
/// so low that most units reach most of them.
fn rules(count: usize, often: bool) -> String {
    let mut text = String::new();
    for n in 0..count {
        let (indicator, counted_in, least) = INDICATORS[n % INDICATORS.len()];
        let step = (1 + n / INDICATORS.len()) as u64;
        let number = match (counted_in, often) {
            ("percent", true) => step % 60 + least / 5,
            (_, true) => (least / 100_000).max(1) * step,
            (_, false) => least + least / 20 * step,
        };
        let grain = ["civil.year", "administrative.half"][n / INDICATORS.len() % 2];
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
    // Those named are measured alone: what a profiler is to see.
    let wanted: Vec<String> = arguments.collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    let plan = Catalogue::embedded().plan.clone();
    let of = Arc::new(contribution::Rules { atlas: Gazetteer::embedded().atlas.clone(), plan });
    let read = |text: &str| {
        let read = Rules::read("rules", text, &of).map_err(|defects| format!("{defects:?}"));
        read.map(|rules| Some(Arc::new(rules)))
    };
    let all = [
        ("none", None),
        // What it costs to fold record by record.
        ("empty", Some(Arc::new(Rules::default()))),
        ("own", read(MILESTONES)?),
        ("rare", read(&rules(count, false))?),
        ("often", read(&rules(count, true))?),
    ];
    let at_once = Journal::open(&url, &Options::default()).await?;
    let folder = tempfile::tempdir()?;
    let live = live(&at_once, &folder.path().join("live")).await?;
    for (case, journal) in [("live", live), ("at once", at_once)] {
        let mut least = [f64::INFINITY; 5];
        for _ in 0..TURNS {
            for ((name, rules), least) in all.iter().zip(&mut least) {
                if is_wanted(name) && is_wanted(case) {
                    let title = format!("{case}, {name}");
                    *least = least.min(measure(&title, &journal, &of, rules.clone()).await?);
                }
            }
        }
        for ((name, _), cpu) in all.iter().zip(least).filter(|(_, cpu)| cpu.is_finite()) {
            println!("{case}, {name}: {cpu:.2} processor seconds, {:.2} times", cpu / least[0]);
        }
    }
    Ok(())
}

/// Processor seconds of one fold.
async fn measure(
    title: &str,
    journal: &Journal,
    of: &Arc<contribution::Rules>,
    rules: Option<Arc<Rules>>,
) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut config = Config::new(journal.clone(), folder.path(), Arc::clone(of), "c");
    config.milestones = rules;
    let cpu = cpu_s();
    let report = catch_up(config.clone(), |_| {}).await?;
    let (cpu, seconds) = (cpu_s() - cpu, report.folded_in.as_secs_f64());
    let rate = report.records_per_s();
    let memory = resident_mb();
    drop(report);
    let notices = Projector::open(config).await?.handle().progress().notices;
    println!(
        "  {title}: {seconds:.2} s (cpu {cpu:.2}), {rate:.0} facts/s, {notices} notices, {memory} MB"
    );
    Ok(cpu)
}

/// The same journal, each fact received on the day on which it happens, or when the one before it
/// was, if that was later.
async fn live(journal: &Journal, folder: &Path) -> Result<Journal, Box<dyn Error>> {
    let url = format!("dir:{}", folder.display());
    let Writer::Dir(copy, mut writer) = Writer::open(&url, &Options::create()).await? else {
        return Err("a directory is wanted".into());
    };
    let (mut blocks, mut latest) = (journal.read(Position(1), journal.end().await?), 0);
    while let Some(block) = blocks.next().await {
        let block = block?.open()?;
        let records = block.records().map(|record| {
            let document = Document::read(record.bytes).ok();
            let day = document.and_then(|document| civil_day(&document.attributes.time));
            latest = day.map_or(latest, |day| latest.max(first_milli(day)));
            (ReceiveTime(latest), record.bytes)
        });
        writer.copy(&Block::of(block.first(), records)).await?;
    }
    Ok(Journal::Dir(copy))
}

/// Processor seconds of this process, which tell more than the clock on a machine that is shared.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// What this process has in memory.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1_024
}
