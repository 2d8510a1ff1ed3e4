//! `tonghop audit`: the journal replayed, compared with what was closed and with the live store.

mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use auditor::{Difference, Replay, Shelf, Vintage, differences};
use domain::closing::VintageName;
use domain::contribution::Rules;
use journal::Journal;
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::{Gazetteer, Lang};
use query::{Body, Editions, Query};
use serde::Serialize;

use super::{ask, place};
use crate::cli::{AuditArgs, Format};
use crate::screen::{self, Screen};

/// What an audit comes to.
#[derive(Serialize)]
struct Verdict {
    answer: &'static str,
    vintage: String,
    position: u64,
    /// Whether every row, the digest, the root and the live store are the same.
    equal: bool,
    /// Of the vintage, as it is kept.
    digest: String,
    /// Of the same, replayed.
    replayed: String,
    /// The root of the tree over the journal, as it is kept, and replayed.
    root: String,
    replayed_root: String,
    rows: usize,
    facts: u64,
    seconds: f64,
    /// The store as it is now, against a replay up to its position.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Live>,
    /// By which catalogue, when another was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<String>,
    differences_count: usize,
    differences: Vec<Difference>,
}

/// The live store beside a replay.
#[derive(Serialize)]
struct Live {
    position: u64,
    equal: bool,
    digest: String,
    replayed: String,
}

pub(super) fn audit(screen: &mut Screen, args: &AuditArgs) -> Result<ExitCode> {
    let kept = vintage(args)?;
    let (rules, editions) = definitions(args)?;
    let url = match &args.archive {
        Some(folder) => format!("dir:{}", folder.display()),
        None => place::journal(args.journal.as_deref(), &args.data.data)?,
    };
    // The live store answers for its own position; with other definitions there is none.
    let live = match args.catalog {
        Some(_) => None,
        None => live(screen.lang, args),
    };
    let begun = Instant::now();
    let (replayed, live, facts) = place::runtime()?.block_on(async {
        let journal = Journal::open(&url, &place::options(false, &args.nats_options)).await?;
        let replay =
            up_to(screen.lang, &journal, args, kept.head.position, &rules, &editions).await?;
        let again = match &args.catalog {
            Some(_) => replay.rows_of(&kept),
            None => replay.vintage(),
        };
        let facts = replay.accounting.applied;
        let live = match live {
            Some((position, digest)) => {
                let replay =
                    up_to(screen.lang, &journal, args, position, &rules, &editions).await?;
                let books = replay.fold.books.digest(editions.bytes().as_bytes()).to_string();
                Some(Live { position, equal: books == digest, digest, replayed: books })
            }
            None => None,
        };
        anyhow::Ok((again, live, facts))
    })?;
    let again = replayed.with_context(|| {
        format!("the journal has no closing at position {} that makes it", kept.head.position)
    })?;
    let differ = differences(&kept, &again);
    let (digest, replayed) = (kept.digest().to_string(), again.digest().to_string());
    let same = args.catalog.is_some() || digest == replayed && kept.head.root == again.head.root;
    let live_same = live.as_ref().is_none_or(|live| live.equal);
    let verdict = Verdict {
        answer: "audit",
        vintage: kept.head.id.clone(),
        position: kept.head.position,
        equal: same && live_same && differ.is_empty(),
        digest,
        replayed,
        root: kept.head.root.clone(),
        replayed_root: again.head.root.clone(),
        rows: kept.rows.len(),
        facts,
        seconds: begun.elapsed().as_secs_f64(),
        live,
        catalogue: args.catalog.as_ref().map(|_| editions.catalogue.clone()),
        differences_count: differ.len(),
        differences: differ.into_iter().take(args.limit).collect(),
    };
    if let Some(path) = &args.report {
        report::write(path, &kept, &verdict)?;
    }
    say(screen, &verdict)?;
    Ok(if verdict.equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The vintage that is asked for.
fn vintage(args: &AuditArgs) -> Result<Vintage> {
    let shelf = Shelf::of(&args.data.data);
    if let Some(id) = &args.vintage {
        return Ok(shelf.get(id)?);
    }
    let (Some(unit), Some(period)) = (&args.unit, &args.period) else {
        bail!("say which: --vintage ID, or --unit and --period");
    };
    let period = period.parse::<domain::time::Period>()?;
    let unit = place::unit(unit, Some(*period.days().end()))?;
    let key = Gazetteer::embedded().key(unit);
    let of_it = |id: &str| {
        let head = auditor::Head {
            unit: key.to_owned(),
            period: period.to_string(),
            level: id.rsplit('.').nth(1)?.to_owned(),
            id: id.to_owned(),
            ..auditor::Head::default()
        };
        let name = auditor::named(&head)?;
        (auditor::id(&name) == id).then_some(name)
    };
    let rank = |name: &VintageName| (name.level, name.nth);
    let all = shelf.list()?;
    let latest = all.iter().filter_map(|one| of_it(&one.id)).max_by_key(rank);
    let latest = latest.with_context(|| {
        format!("{period} of {key} was not closed; `tonghop closings` lists what was")
    })?;
    Ok(shelf.get(&auditor::id(&latest))?)
}

/// The rules to replay by, and their names.
fn definitions(args: &AuditArgs) -> Result<(Arc<Rules>, Editions)> {
    let Some(folder) = &args.catalog else { return Ok((place::rules(), Editions::embedded())) };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let [indicators, movements, calendars, codes] =
        ["indicators.toml", "movements.toml", "calendars.toml", "codes.toml"].map(read);
    let (indicators, movements) = (indicators?, movements?);
    let (calendars, codes) = (calendars?, codes?);
    let texts = Texts {
        indicators: &indicators,
        movements: &movements,
        calendars: &calendars,
        codes: &codes,
    };
    let catalogue = Catalogue::load(&texts).map_err(|defects| {
        let all: Vec<String> = defects.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalogue in {} is not sound:\n{}", folder.display(), all.join("\n"))
    })?;
    let editions = Editions { catalogue: catalogue.hash().to_owned(), ..Editions::embedded() };
    let atlas = Gazetteer::embedded().atlas.clone();
    Ok((Arc::new(Rules { atlas, plan: catalogue.plan }), editions))
}

/// The digest of the live store, if there is one.
fn live(lang: Lang, args: &AuditArgs) -> Option<(u64, String)> {
    let answer = ask::answer(lang, &args.data.data, &Query::Digest).ok()?;
    match answer.body {
        Body::Digest { digest, .. } => Some((answer.position, digest)),
        _ => None,
    }
}

async fn up_to(
    lang: Lang,
    journal: &Journal,
    args: &AuditArgs,
    to: u64,
    rules: &Arc<Rules>,
    editions: &Editions,
) -> Result<Replay> {
    let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), Some(to), false);
    let (rules, editions) = (rules.clone(), editions.clone());
    let told = bar.clone();
    let progress = move |position| told.set_position(position);
    let replay = Replay::of(journal, Some(to), rules, editions, args.threads, progress).await;
    bar.finish_and_clear();
    Ok(replay?)
}

fn say(screen: &mut Screen, verdict: &Verdict) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(verdict);
    }
    let lang = screen.lang;
    let number = |value: u64| query::lang::whole(lang, i128::from(value));
    if screen.format == Format::Table {
        let (id, position) = (&verdict.vintage, number(verdict.position));
        let (rows, facts) = (number(verdict.rows as u64), number(verdict.facts));
        let seconds = query::lang::decimal(lang, (verdict.seconds * 10.0).round() as i128, 1);
        screen.line(match lang {
            Lang::Vi => format!(
                "{id}: tính lại từ {facts} dữ kiện đến vị trí {position} trong {seconds} giây, so {rows} dòng."
            ),
            Lang::En => format!(
                "{id}: replayed from {facts} facts up to position {position} in {seconds} s, {rows} rows compared."
            ),
        })?;
        screen.line(format!("  {:<9} {}", screen.pick("bản chốt", "vintage"), verdict.digest))?;
        screen.line(format!("  {:<9} {}", screen.pick("tính lại", "replay"), verdict.replayed))?;
        if let Some(live) = &verdict.live {
            let position = number(live.position);
            screen.line(match (lang, live.equal) {
                (Lang::Vi, true) => format!("Kho đang chạy ở vị trí {position} khớp sổ."),
                (Lang::Vi, false) => format!("Kho đang chạy ở vị trí {position} KHÔNG khớp sổ."),
                (Lang::En, true) => {
                    format!("The live store at position {position} equals the journal.")
                }
                (Lang::En, false) => {
                    format!("The live store at position {position} does NOT equal the journal.")
                }
            })?;
        }
        let count = number(verdict.differences_count as u64);
        screen.line(match (lang, verdict.equal) {
            (Lang::Vi, true) => "KHỚP: từng dòng giống hệt.".to_owned(),
            (Lang::Vi, false) => format!("KHÔNG KHỚP: {count} dòng khác."),
            (Lang::En, true) => "EQUAL: every row is the same.".to_owned(),
            (Lang::En, false) => format!("NOT EQUAL: {count} rows differ."),
        })?;
        if verdict.differences.is_empty() {
            return Ok(());
        }
    }
    let header = [
        screen.pick("loại", "kind"),
        screen.pick("đơn vị", "unit"),
        screen.pick("của", "of"),
        screen.pick("theo", "by"),
        screen.pick("bản chốt", "vintage"),
        screen.pick("tính lại", "replay"),
    ]
    .map(str::to_owned);
    let rows: Vec<Vec<String>> = verdict
        .differences
        .iter()
        .map(|one| {
            let none = || "-".to_owned();
            vec![
                one.kind.word().to_owned(),
                one.unit.clone(),
                one.of.clone(),
                one.by.clone(),
                one.first.clone().unwrap_or_else(none),
                one.second.clone().unwrap_or_else(none),
            ]
        })
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    screen.rows(&header, &rows, 4)
}
