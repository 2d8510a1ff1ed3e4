//! What changed since a closing, row by row, and which facts did it.
//!
//! Of what adds up, every later fact's share is told, by cause; what the facts do not explain is
//! the definition's or the boundary's, or told as unexplained. The shares of a row sum to its
//! change, always: also of a row that today's definitions or boundaries no longer have.

use std::collections::{BTreeMap, HashMap};

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::closing::VintageName;
use domain::contribution::difference;
use domain::disclosure::households_reached;
use domain::fact::{Fact, Subject, What};
use domain::figures::{Cells, Question, Reader, Time};
use domain::fold::Fold;
use domain::growth::Growth;
use domain::posting::{Column, Posting};
use domain::timeline::Timeline;
use proto::gazetteer::Gazetteer;
use query::Editions;
use query::findings::key;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::closed::named;
use crate::compare::differences;
use crate::freeze::freeze;
use crate::look::{self, Look};
use crate::sites::Sites;
use crate::vintage::{Head, Kind, Vintage};

/// Why a figure is another one now.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A fact came after the closing.
    Late,
    /// A fact was corrected.
    Corrected,
    /// A fact was voided.
    Voided,
    /// The catalogue defines the figure otherwise.
    Definition,
    /// The gazetteer draws the unit otherwise.
    Boundary,
    /// Both were changed since, and which of them did it cannot be told from here.
    DefinitionOrBoundary,
    /// Nothing: catalogue and gazetteer are the same, and no fact did it. An audit can tell more.
    Unexplained,
}

impl Cause {
    /// All causes.
    pub const ALL: [Cause; 7] = [
        Cause::Late,
        Cause::Corrected,
        Cause::Voided,
        Cause::Definition,
        Cause::Boundary,
        Cause::DefinitionOrBoundary,
        Cause::Unexplained,
    ];
    /// Those that are no fact's.
    pub const BESIDE_FACTS: [Cause; 4] =
        [Cause::Definition, Cause::Boundary, Cause::DefinitionOrBoundary, Cause::Unexplained];
}

/// A row that is another one now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// What the row tells: `figure`, `movement`, `target` or `finding`.
    pub kind: String,
    /// The unit.
    pub unit: String,
    /// The indicator, class or reason.
    pub of: String,
    /// The breakdown, movement row or fact.
    pub by: String,
    /// As it was closed; left out where there was no such row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
    /// As it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// By how much, for what adds up.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "query::long::option")]
    pub change: Option<i128>,
    /// The same by cause.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "query::long::map")]
    pub causes: BTreeMap<Cause, i128>,
    /// How many households those facts tell of that changed it, all of them.
    #[serde(skip)]
    pub households: u32,
    /// The facts that did it, the largest share first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Share>,
}

/// What one fact did to a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// Where it stands in the journal.
    pub position: u64,
    /// Its key.
    pub fact: String,
    /// The day it happened.
    pub on: String,
    /// Why it changes what was closed.
    pub cause: Cause,
    /// By how much.
    #[serde(with = "query::long")]
    pub by: i128,
    /// Whether it is of one household: then its key is not for everybody.
    #[serde(skip)]
    pub of_household: bool,
    /// Whom it is about, and how many households that are at most.
    #[serde(skip)]
    pub reached: Option<(Subject, u32)>,
}

/// All revisions of a vintage.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// The vintage.
    pub vintage: String,
    /// Its position.
    pub then: u64,
    /// The position that it is compared with.
    pub now: u64,
    /// How many facts came in between that change something in the vintage.
    pub facts: u64,
    /// The rows that differ.
    pub rows: Vec<Revision>,
}

/// What changed since a vintage was closed; of each row at most `limit` facts are named. None for
/// a vintage of a unit that the gazetteer no longer has.
pub fn revisions(over: &impl Look, vintage: &Vintage, limit: usize) -> Option<Revisions> {
    let name = named(&vintage.head)?;
    let time = Time::Period(name.period);
    let (mut found, mut lines, subjects, now) = over.look(|fold, now| {
        let found = differing(fold, now, vintage, &name);
        let lines = Lines::of(fold, &found, name.unit, time);
        let subjects = fold.subjects_at(lines.here.places());
        (found, lines, subjects, now)
    });
    let (then, mut facts) = (vintage.head.position, 0);
    look::walk(over, (&subjects, now), |fold, subject, timeline| {
        facts += lines.attribute(fold, (subject, timeline), (then, now), time);
    });
    let rest = beside_facts(&vintage.head);
    for line in lines.all {
        settle(&mut found[line.revision], line.shares, rest, limit);
    }
    for revision in lines.gone {
        settle(&mut found[revision], Vec::new(), rest, limit);
    }
    let vintage = vintage.head.id.clone();
    Some(Revisions { vintage, then, now, facts, rows: found })
}

/// The rows that differ now, without changes and causes.
fn differing(fold: &Fold, now: u64, vintage: &Vintage, name: &VintageName) -> Vec<Revision> {
    let (rows, head) = (freeze(fold, name), Head { position: now, ..vintage.head.clone() });
    let differ = differences(vintage, &Vintage { head, rows });
    differ
        .into_iter()
        .map(|one| Revision {
            kind: one.kind.word().to_owned(),
            unit: one.unit,
            of: one.of,
            by: one.by,
            then: one.first,
            now: one.second,
            change: None,
            causes: BTreeMap::new(),
            households: 0,
            facts: Vec::new(),
        })
        .collect()
}

/// Why a row is another one where no fact did it.
fn beside_facts(head: &Head) -> Cause {
    let now = Editions::embedded();
    match (head.gazetteer == now.gazetteer, head.catalogue == now.catalogue) {
        (false, false) => Cause::DefinitionOrBoundary,
        (false, true) => Cause::Boundary,
        (true, false) => Cause::Definition,
        (true, true) => Cause::Unexplained,
    }
}

/// A row that adds up.
struct Line {
    revision: usize,
    cells: Cells,
    unit: Unit,
    shares: Vec<Share>,
}

struct Lines {
    all: Vec<Line>,
    /// Rows that nothing is counted in any more: their unit, indicator or breakdown is gone.
    gone: Vec<usize>,
    by_column: HashMap<Column, Vec<usize>>,
    sites: HashMap<Unit, Sites>,
    /// Where the vintage's unit counts.
    here: Sites,
}

impl Lines {
    fn of(fold: &Fold, found: &[Revision], unit: Unit, time: Time) -> Lines {
        let reader = Reader { fold: None, ..Reader::from(fold) };
        let gazetteer = Gazetteer::embedded();
        let here = Sites::of(&fold.rules.atlas, unit);
        let (all, gone) = (Vec::new(), Vec::new());
        let (by_column, sites) = (HashMap::new(), HashMap::new());
        let mut lines = Lines { all, gone, by_column, sites, here };
        for (revision, row) in found.iter().enumerate() {
            if row.kind != Kind::Figure.word() {
                continue;
            }
            let unit = gazetteer.unit(&row.unit);
            let cells = unit.and_then(|unit| {
                let filter = filter(&row.by);
                reader.cells(&Question { unit, indicator: &row.of, filter, time })
            });
            let (Some(unit), Some(cells)) = (unit, cells) else {
                // What is computed from other figures has no cells either, but is still told.
                lines.gone.extend(row.now.is_none().then_some(revision));
                continue;
            };
            let nth = lines.all.len();
            for column in &cells.columns {
                lines.by_column.entry(*column).or_default().push(nth);
            }
            lines.sites.entry(unit).or_insert_with(|| Sites::of(&fold.rules.atlas, unit));
            lines.all.push(Line { revision, cells, unit, shares: Vec::new() });
        }
        lines
    }

    /// Gives every fact of a timeline that came between two positions its share; how many there
    /// are that have one.
    fn attribute(
        &mut self,
        fold: &Fold,
        (subject, timeline): (Subject, &Timeline),
        (then, now): (u64, u64),
        time: Time,
    ) -> u64 {
        let last = *time.days().end();
        // What happened after the period changes nothing in it, unless it takes away, as voids and
        // rivals do.
        let takes = !timeline.is_plain();
        let later = |fact: &Fact| fact.position > then && (fact.on <= last || takes);
        // What another subject has under one of its keys may take the place of its own fact.
        let mut facts = fold.rivals_of(subject);
        let others: Vec<u64> = facts.iter().map(|fact| fact.position).collect();
        facts.extend(timeline.facts());
        facts.retain(|fact| fact.position <= now);
        if !facts.iter().any(|fact| later(fact)) || !self.here.meets(timeline) {
            return 0;
        }
        facts.sort_by_key(|fact| fact.position);
        let known = facts.partition_point(|fact| fact.position <= then);
        // A correction is two facts of one position.
        let groups = facts[known..].chunk_by(|a, b| a.position == b.position);
        let at = |position| fold.timeline_as_of(subject, position).unwrap_or_default();
        let mut before = at(then);
        if others.is_empty() {
            let mut growth = Growth::of(before.into_owned(), &fold.rules);
            let shares = groups.map(|group| {
                let change = growth.add(group.iter().copied());
                self.share((subject, false), group, &change.postings)
            });
            return shares.map(u64::from).sum();
        }
        let mut count = 0;
        for group in groups {
            let after = at(group[0].position);
            let change = difference(&before, &after, &fold.rules);
            // Whose the other one is nobody says: it may be a household's.
            let strange = others.contains(&group[0].position);
            count += u64::from(self.share((subject, strange), group, &change.postings));
            before = after;
        }
        count
    }

    /// Whether a fact has a share in any row; it may be a `strange` one, of another subject.
    fn share(
        &mut self,
        (subject, strange): (Subject, bool),
        group: &[&Fact],
        postings: &[Posting],
    ) -> bool {
        let mut shares: BTreeMap<usize, i128> = BTreeMap::new();
        for posting in postings {
            for nth in self.by_column.get(&posting.column).into_iter().flatten() {
                let line = &self.all[*nth];
                let here = self.sites.get(&line.unit).is_some_and(|one| one.has(posting.site));
                if here && line.cells.slots.contains(&posting.slot) {
                    *shares.entry(*nth).or_default() += i128::from(posting.by);
                }
            }
        }
        shares.retain(|_, by| *by != 0);
        let any = !shares.is_empty();
        for (nth, by) in shares {
            let fact = group.iter().find(|one| !is_void(one)).unwrap_or(&group[0]);
            let share = Share {
                position: fact.position,
                fact: key(fact.key),
                on: fact.on.to_string(),
                cause: cause(group),
                by,
                of_household: strange || subject != Subject(fact.key),
                reached: Some((subject, reached(fact))),
            };
            self.all[nth].shares.push(share);
        }
        any
    }
}

/// How many households a fact tells of at most.
fn reached(fact: &Fact) -> u32 {
    match &fact.what {
        What::Event(event) => households_reached(event),
        _ => 1,
    }
}

fn is_void(fact: &Fact) -> bool {
    matches!(fact.what, What::Voided { .. })
}

fn cause(group: &[&Fact]) -> Cause {
    match (group.iter().any(|one| is_void(one)), group.iter().all(|one| is_void(one))) {
        (true, true) => Cause::Voided,
        (true, false) => Cause::Corrected,
        (false, _) => Cause::Late,
    }
}

/// A row's value where nobody has reported.
const NOT_REPORTED: &str = "?not_reported";

/// Enters shares into a row; what they leave has another cause.
fn settle(row: &mut Revision, mut shares: Vec<Share>, beside: Cause, limit: usize) {
    let number = |said: &Option<String>| {
        // Where nobody had reported anything there was nothing to add up.
        let said = said.as_deref().filter(|said| *said != NOT_REPORTED).unwrap_or("0");
        said.split(' ').next().and_then(|first| first.parse::<i128>().ok())
    };
    let (Some(then), Some(now)) = (number(&row.then), number(&row.now)) else { return };
    let change = now - then;
    let mut rest = change;
    for share in &shares {
        *row.causes.entry(share.cause).or_default() += share.by;
        rest -= share.by;
    }
    if rest != 0 {
        row.causes.insert(beside, rest);
    }
    row.causes.retain(|_, by| *by != 0);
    row.change = Some(change);
    let subjects: BTreeMap<Subject, u32> =
        shares.iter().filter_map(|share| share.reached).collect();
    row.households = subjects.values().fold(0, |sum, one| sum.saturating_add(*one));
    shares.sort_by_key(|share| (std::cmp::Reverse(share.by.abs()), share.position));
    shares.truncate(limit);
    row.facts = shares;
}

/// `class=poor;programme=x`, read back.
pub fn filter(by: &str) -> Filter {
    let one = |part: &str| {
        let (name, codes) = part.split_once('=')?;
        Some((name.to_owned(), codes.split(',').map(str::to_owned).collect()))
    };
    by.split(';').filter_map(one).collect()
}
