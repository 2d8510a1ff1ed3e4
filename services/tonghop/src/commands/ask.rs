//! Questions: to the process that owns the data folder's store, or to the store itself.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use auditor::{Shelf, Still};
use domain::disclosure::Disclosure;
use domain::fold::Fold;
use domain::time::{Day, Period};
use projector::Handle;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use query::{Answer, Body, Editions, FiguresQuery, Query, Unreadable, UnreadableRecord, When};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use store::{Expect, Opened, Store};

use super::embedded;
use super::{as_of, place, rules};
use crate::cli::{
    AsOfArgs, DataArgs, FiguresArgs, FindingsArgs, MovementsArgs, NatsArgs, WhenArgs,
};
use crate::render;
use crate::screen::Screen;
use crate::socket;

/// How long to wait for a store that another process is just letting go.
const LOCK_WAIT: Duration = Duration::from_secs(5);

pub(super) fn figures(screen: &mut Screen, args: &FiguresArgs) -> Result<()> {
    for id in &args.indicator {
        known_indicator(id)?;
    }
    for attribute in &args.by {
        known_attribute(attribute)?;
    }
    // Here, too: what was closed is read without a fold.
    query::asked_for(&Catalogue::embedded().plan, &args.indicator, &args.by).context("--by")?;
    let (when, last) = when(&args.when)?;
    let query = Query::Figures(FiguresQuery {
        unit: key(&args.unit.unit, last)?,
        when,
        indicators: args.indicator.clone(),
        by: args.by.clone(),
        children: args.children,
        boundaries: args.boundaries.into(),
        books_only: false,
    });
    show_as_of(screen, &args.data, &args.as_of, &query)
}

pub(super) fn movements(screen: &mut Screen, args: &MovementsArgs) -> Result<()> {
    let (when, last) = when(&args.when)?;
    let query = Query::Movements { unit: key(&args.unit.unit, last)?, when };
    show_as_of(screen, &args.data, &args.as_of, &query)
}

pub(super) fn findings(screen: &mut Screen, args: &FindingsArgs) -> Result<()> {
    let asked = args.when.period.is_some() || args.when.from.is_some();
    let when = if asked { Some(when(&args.when)?) } else { None };
    let last = when.as_ref().map(|(_, last)| *last);
    let query = Query::Findings {
        unit: key(&args.unit.unit, last.unwrap_or(place::today()?))?,
        when: when.map(|(when, _)| when),
        limit: args.limit,
    };
    show(screen, &args.data, &query)
}

pub(super) fn digest(screen: &mut Screen, args: &DataArgs) -> Result<()> {
    show(screen, args, &Query::Digest)
}

fn show_as_of(screen: &mut Screen, data: &DataArgs, then: &AsOfArgs, query: &Query) -> Result<()> {
    if then.as_of.is_none() {
        return show(screen, data, query);
    }
    let answer = as_of::answer(screen.lang, data, then, query)?;
    render::show(screen, &answer)
}

fn show(screen: &mut Screen, data: &DataArgs, query: &Query) -> Result<()> {
    let answer = answer(screen.lang, &data.data, query)?;
    render::show(screen, &answer)
}

/// A question of either kind, as it comes over the socket.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Asked {
    Audit(auditor::Ask),
    Figures(Query),
}

/// Answers a question that came over the socket.
pub(super) fn told(handle: &Handle, shelf: &Shelf, line: &str) -> Result<Box<RawValue>> {
    let told = match serde_json::from_str(line)? {
        Asked::Audit(ask) => to_raw_value(&auditor::answer(handle, shelf, &ask)?),
        Asked::Figures(query) => {
            let answer = handle.read(|fold, progress| {
                query::answer(
                    fold,
                    Disclosure::EVERYTHING,
                    progress.position,
                    &Editions::embedded(),
                    &query,
                )
            });
            let count = handle.progress().accounting.unreadable;
            to_raw_value(&with_unreadable(answer?, unreadable(count, &handle.unreadable())))
        }
    };
    Ok(told?)
}

/// Asks whoever owns the store; nobody does: opens it, brings it up to its own journal if it has
/// one, and answers.
pub(super) fn answer(lang: Lang, data: &Path, query: &Query) -> Result<Answer> {
    if let Some(answer) = socket::ask(data, query)? {
        return Ok(answer);
    }
    let (fold, position, unreadable) = open(lang, data)?;
    let answer =
        query::answer(&fold, Disclosure::EVERYTHING, position, &Editions::embedded(), query)?;
    Ok(with_unreadable(answer, unreadable))
}

/// Records of the journal that are no facts; none where all are.
fn unreadable(count: u64, first: &[store::Unreadable]) -> Option<Unreadable> {
    let one = |one: &store::Unreadable| UnreadableRecord {
        position: one.position,
        reason: one.reason.clone(),
    };
    (count > 0).then(|| Unreadable { count, records: first.iter().map(one).collect() })
}

/// What is no fact is told with what is to be looked at.
fn with_unreadable(mut answer: Answer, told: Option<Unreadable>) -> Answer {
    if let Body::Findings { unreadable, .. } = &mut answer.body {
        *unreadable = told;
    }
    answer
}

/// The same for questions of an audit.
pub(super) fn audit(lang: Lang, data: &Path, ask: &auditor::Ask) -> Result<auditor::Told> {
    if let Some(told) = socket::ask(data, ask)? {
        return Ok(told);
    }
    let (fold, position, _) = open(lang, data)?;
    Ok(auditor::answer(&Still(&fold, position), &Shelf::of(data), ask)?)
}

/// Opens the store of a data folder that nobody owns, as of its position.
fn open(lang: Lang, data: &Path) -> Result<(Fold, u64, Option<Unreadable>)> {
    if !data.join("tonghop.json").exists() {
        bail!(
            "there is no data folder {}: import facts into it (tonghop import FILE --data {0}), or \
             see the demo (tonghop demo)",
            data.display()
        );
    }
    let editions = Editions::embedded();
    if place::has_own_journal(data) {
        let url = place::own_journal(data);
        let report = place::catch_up(lang, data, &url, &NatsArgs::default(), false)?;
        let unreadable = unreadable(report.accounting.unreadable, &report.unreadable);
        return Ok((report.fold, report.mark.position, unreadable));
    }
    let expect = Expect {
        journal: None,
        editions: store::Editions {
            gazetteer: editions.gazetteer.clone(),
            catalogue: editions.catalogue.clone(),
            shard: "whole".to_owned(),
            milestones: rules::in_force(data)?.edition(),
        },
    };
    match Store::open(data, expect, embedded::rules(), LOCK_WAIT)? {
        Opened::Loaded(loaded) => {
            let unreadable = unreadable(loaded.counts.unreadable, &loaded.unreadable);
            Ok((loaded.fold, loaded.mark.position, unreadable))
        }
        Opened::Fresh(_) => bail!(
            "the data folder {} is empty: start `tonghop up --journal URL --data {0}`",
            data.display()
        ),
        Opened::Stale { why, .. } => bail!(
            "the rows in {} must be rebuilt from their journal ({why}): start `tonghop up --journal \
             URL --data {0}`",
            data.display()
        ),
    }
}

/// When a question is about, and the last day.
pub(super) fn when(args: &WhenArgs) -> Result<(When, Day)> {
    match (&args.period, args.from, args.to) {
        (Some(period), _, _) => {
            let period: Period = period.parse()?;
            Ok((When::period(period), *period.days().end()))
        }
        (None, Some(from), Some(to)) if from <= to => Ok((When::days(from, to), to)),
        (None, Some(from), Some(to)) => bail!("--from {from} is after --to {to}"),
        (None, _, _) => bail!("say when: --period 2021-H1@administrative, or --from DAY --to DAY"),
    }
}

pub(super) fn key(text: &str, on: Day) -> Result<String> {
    let unit = place::unit(text, Some(on)).with_context(|| format!("--unit {text:?}"))?;
    Ok(Gazetteer::embedded().key(unit).to_owned())
}

pub(super) fn known_indicator(id: &str) -> Result<()> {
    let catalogue = Catalogue::embedded();
    match (catalogue.definition(id), catalogue.nearest(id)) {
        (Some(_), _) => Ok(()),
        (None, Some(near)) => bail!("there is no indicator {id:?}; did you mean {near}?"),
        (None, None) => bail!("there is no indicator {id:?}; `tonghop indicators` lists them"),
    }
}

fn known_attribute(name: &str) -> Result<()> {
    let blocks = Catalogue::embedded().plan.indicators().iter().flat_map(|one| &one.kept);
    let mut known: Vec<&str> = blocks.flat_map(|kept| &kept.by).map(|(name, _)| *name).collect();
    known.sort_unstable();
    known.dedup();
    if known.contains(&name) {
        return Ok(());
    }
    bail!("nothing is broken down by {name:?}; --by takes {}", known.join(", "))
}
