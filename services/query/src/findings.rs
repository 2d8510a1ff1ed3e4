//! What the fold noticed in a unit.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::fact::{Key, Subject};
use domain::figures::Time;
use domain::finding::{Finding, Reason, Treatment};
use domain::fold::Fold;
use domain::time::Day;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

use crate::{Body, Found};

pub(crate) fn findings(fold: &Fold, unit: Unit, time: Option<Time>, limit: usize) -> Body {
    let gazetteer = Gazetteer::embedded();
    let atlas = &fold.rules.atlas;
    let mut all: Vec<&Finding> = of_unit(fold, unit, time).collect();
    let mut counts = BTreeMap::new();
    for finding in &all {
        *counts.entry(finding.reason.code().to_owned()).or_insert(0) += 1;
    }
    all.sort_by_key(|finding| (std::cmp::Reverse(finding.on), finding.reason, finding.fact));
    all.truncate(limit);
    let wanted: std::collections::HashSet<_> = all.iter().map(|finding| finding.fact).collect();
    let mut positions = std::collections::HashMap::new();
    if !wanted.is_empty() {
        for fact in fold.timelines().flat_map(|(_, timeline)| timeline.facts()) {
            if wanted.contains(&fact.key) {
                positions.insert(fact.key, fact.position);
            }
        }
    }
    let found = |finding: &&Finding| Found {
        reason: finding.reason.code().to_owned(),
        treatment: treatment(finding.reason).to_owned(),
        unit: gazetteer.key(atlas.unit_of(finding.at)).to_owned(),
        on: finding.on.to_string(),
        fact: key(finding.fact),
        position: positions.get(&finding.fact).copied(),
    };
    let listed = all.iter().map(found).collect();
    Body::Findings { unit: gazetteer.key(unit).to_owned(), counts, findings: listed }
}

/// How old findings are, in days since the fact's day: the last of each span, the oldest open.
pub const AGES: [(&str, u16); 5] =
    [("week", 7), ("month", 30), ("quarter", 91), ("year", 365), ("older", u16::MAX)];

/// Findings of one reason, one unit and one age.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// The named reason.
    pub reason: String,
    /// `noted` or `held`.
    pub treatment: String,
    /// The unit directly below the one asked for, or itself where the fact is its own.
    pub unit: String,
    /// `week`, `month`, `quarter`, `year` or `older`, counted from the day asked for.
    pub age: String,
    /// How many there are.
    pub count: u64,
    /// The earliest day of any of them.
    pub first: String,
    /// The latest day.
    pub last: String,
}

/// Findings of a unit by reason, unit below and age, in this order; `today` is the day that ages
/// are counted from, for the fold has no clock.
pub fn groups(fold: &Fold, unit: Unit, time: Option<Time>, today: Day) -> Vec<Group> {
    let (gazetteer, atlas) = (Gazetteer::embedded(), &fold.rules.atlas);
    let mut found: BTreeMap<(Reason, Unit, usize), (u64, Day, Day)> = BTreeMap::new();
    for finding in of_unit(fold, unit, time) {
        let below = atlas.closure(finding.at).iter().copied();
        // Below the nation there are provinces of each generation: those of today are told.
        let child = below
            .filter(|one| atlas.record(*one).parent == Some(unit))
            .max_by_key(|one| atlas.record(*one).generation);
        let days = today.0.saturating_sub(finding.on.0);
        let age = AGES.iter().position(|(_, last)| days <= *last).unwrap_or(AGES.len() - 1);
        let group = found
            .entry((finding.reason, child.unwrap_or(unit), age))
            .or_insert((0, finding.on, finding.on));
        *group = (group.0 + 1, group.1.min(finding.on), group.2.max(finding.on));
    }
    let group = |((reason, unit, age), (count, first, last)): ((Reason, Unit, usize), _)| {
        let (first, last): (Day, Day) = (first, last);
        Group {
            reason: reason.code().to_owned(),
            treatment: treatment(reason).to_owned(),
            unit: gazetteer.key(unit).to_owned(),
            age: AGES[age].0.to_owned(),
            count,
            first: first.to_string(),
            last: last.to_string(),
        }
    };
    found.into_iter().map(|(at, (count, first, last))| group((at, (count, first, last)))).collect()
}

/// A place in the list of findings: what was told last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    on: std::cmp::Reverse<Day>,
    reason: Reason,
    fact: Key,
    other: Option<Key>,
}

impl From<&Finding> for Place {
    fn from(finding: &Finding) -> Place {
        let Finding { reason, on, fact, other, at: _ } = *finding;
        Place { on: std::cmp::Reverse(on), reason, fact, other }
    }
}

/// The findings of a unit of some reasons (of all, when none is named) behind a place in the list,
/// the latest day first, and how many there are in all.
pub fn listed(
    fold: &Fold,
    unit: Unit,
    time: Option<Time>,
    reasons: &[Reason],
    after: Option<Place>,
    limit: usize,
) -> (Vec<Finding>, u64) {
    let wanted = |finding: &&Finding| reasons.is_empty() || reasons.contains(&finding.reason);
    let mut total = 0;
    // Kept short while walking: of a million findings a page is told.
    let mut page: BTreeMap<(Place, domain::atlas::Place), Finding> = BTreeMap::new();
    for finding in of_unit(fold, unit, time).filter(wanted) {
        total += 1;
        let place = Place::from(finding);
        if after.is_some_and(|after| place <= after) {
            continue;
        }
        page.insert((place, finding.at), *finding);
        if page.len() > limit {
            page.pop_last();
        }
    }
    (page.into_values().collect(), total)
}

impl Place {
    /// The place as text, for a cursor. It holds the key of a fact.
    pub fn write(&self) -> String {
        let key = |Key([high, low]): Key| format!("{high:016x}{low:016x}");
        let other = self.other.map_or_else(String::new, key);
        format!("{}.{}.{}.{other}", self.on.0, self.reason.code(), key(self.fact))
    }

    /// Reads what [`Place::write`] wrote.
    pub fn read(text: &str) -> Option<Place> {
        let key = |text: &str| {
            let digits = text.len() == 32 && text.bytes().all(|c| c.is_ascii_hexdigit());
            let half = |at| u64::from_str_radix(text.get(at..at + 16)?, 16).ok();
            digits.then(|| Some(Key([half(0)?, half(16)?]))).flatten()
        };
        let parts: Vec<&str> = text.split('.').collect();
        let [on, reason, fact, other] = parts.as_slice() else { return None };
        let other = if other.is_empty() { None } else { Some(key(other)?) };
        Some(Place {
            on: std::cmp::Reverse(on.parse().ok()?),
            reason: Reason::ALL.into_iter().find(|one| one.code() == *reason)?,
            fact: key(fact)?,
            other,
        })
    }
}

/// Whether a finding's fact is about no household: only then anybody may see its key. A collective
/// fact is its own subject; what corrects one is not told apart and counts as a household's.
pub fn is_collective(fold: &Fold, finding: &Finding) -> bool {
    fold.timeline(Subject(finding.fact)).is_some()
}

/// The finding as it is listed, without the fact's key.
pub fn told(fold: &Fold, finding: &Finding) -> Found {
    let unit = fold.rules.atlas.unit_of(finding.at);
    Found {
        reason: finding.reason.code().to_owned(),
        treatment: treatment(finding.reason).to_owned(),
        unit: Gazetteer::embedded().key(unit).to_owned(),
        on: finding.on.to_string(),
        fact: String::new(),
        position: None,
    }
}

/// A fact's key as it is written.
pub fn key(Key([high, low]): Key) -> String {
    format!("{high:016x}{low:016x}")
}

fn of_unit(fold: &Fold, unit: Unit, time: Option<Time>) -> impl Iterator<Item = &Finding> {
    let atlas = &fold.rules.atlas;
    fold.books.findings.iter().filter(move |finding| {
        atlas.holds(unit, finding.at) && time.is_none_or(|time| time.days().contains(&finding.on))
    })
}

fn treatment(reason: Reason) -> &'static str {
    match reason.treatment() {
        Treatment::Noted => "noted",
        Treatment::Held => "held",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_as_it_was_written() {
        let place = |other| Place {
            on: std::cmp::Reverse("2021-06-14".parse().unwrap()),
            reason: Reason::Rival,
            fact: Key([1, u64::MAX]),
            other,
        };
        for place in [place(None), place(Some(Key([7, 8])))] {
            assert_eq!(Place::read(&place.write()), Some(place));
        }
        for text in ["", "....", "2021-06-14.rival.zz.", "2021-06-14.nobody.00.", "+", "ế.ế.ế.ế"]
        {
            assert_eq!(Place::read(text), None, "{text}");
        }
    }
}
