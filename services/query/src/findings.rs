//! What the fold noticed in a unit.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use domain::atlas::Unit;
use domain::fact::{Key, Subject};
use domain::figures::Time;
use domain::finding::{Finding, Reason, Treatment};
use domain::fold::Fold;
use domain::time::Day;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Found, PassedBound};

/// How many findings there are by reason, and the latest of them.
pub(crate) fn findings(
    fold: &Fold,
    unit: Unit,
    time: Option<Time>,
    limit: usize,
) -> (BTreeMap<String, u64>, Vec<Found>) {
    let gazetteer = Gazetteer::embedded();
    let atlas = &fold.rules.atlas;
    let mut all: Vec<Finding> = of_unit(fold, unit, time).collect();
    let mut counts = BTreeMap::new();
    for finding in &all {
        *counts.entry(finding.reason.code().to_owned()).or_insert(0) += 1;
    }
    all.sort_by_key(|finding| (Reverse(finding.on), finding.reason, finding.fact));
    all.truncate(limit);
    let wanted: HashSet<_> = all.iter().map(|finding| finding.fact).collect();
    let places: HashSet<_> = all.iter().map(|finding| finding.at).collect();
    let mut positions = HashMap::new();
    for fact in fold.timelines_at(places).flat_map(|(_, timeline)| timeline.facts()) {
        if wanted.contains(&fact.key) {
            positions.insert(fact.key, fact.position);
        }
    }
    let found = |finding: &Finding| Found {
        reason: finding.reason.code().to_owned(),
        treatment: treatment(finding.reason).to_owned(),
        unit: gazetteer.key(atlas.unit_of(finding.at)).to_owned(),
        on: finding.on.to_string(),
        fact: key(finding.fact),
        position: positions.get(&finding.fact).copied(),
        bound: bound(fold, finding),
    };
    (counts, all.iter().map(found).collect())
}

/// How old findings are, in days since the fact's day: the last of each span, the oldest open.
pub const AGES: [(&str, u16); 5] =
    [("week", 7), ("month", 30), ("quarter", 91), ("year", 365), ("older", u16::MAX)];

/// Findings of one reason, one unit and one age.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
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

/// A place in the list of findings: so many of a day were told. It holds no key, so that anybody
/// may have it; a finding that comes in later on the same day may be told twice or be missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The day of the finding told last.
    pub on: Day,
    /// How many of that day were told.
    pub told: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.on, self.told)
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Place, ()> {
        let (on, told) = text.split_once('.').ok_or(())?;
        let digits = !told.is_empty() && told.bytes().all(|c| c.is_ascii_digit());
        let told = if digits { told.parse().map_err(|_| ())? } else { return Err(()) };
        Ok(Place { on: on.parse().map_err(|_| ())?, told })
    }
}

/// A page of findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The findings, the latest day first.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins, if there are more.
    pub next: Option<Place>,
}

/// The findings of a unit of some reasons (of all, when none is named) behind a place in the list.
pub fn page(
    fold: &Fold,
    unit: Unit,
    time: Option<Time>,
    reasons: &[Reason],
    after: Option<Place>,
    limit: usize,
) -> Page {
    let wanted = |finding: &Finding| reasons.is_empty() || reasons.contains(&finding.reason);
    let mut total = 0;
    let told = after.map_or(0, |after| after.told);
    // Kept short while walking: of a million findings a page is told, and one that tells whether
    // there are more.
    let kept_max = limit.saturating_add(told).saturating_add(1);
    let mut kept = BTreeMap::new();
    for finding in of_unit(fold, unit, time).filter(wanted) {
        total += 1;
        if after.is_some_and(|after| finding.on > after.on) {
            continue;
        }
        let Finding { reason, at, on, fact, other } = finding;
        kept.insert((Reverse(on), reason, fact, other, at), finding);
        if kept.len() > kept_max {
            kept.pop_last();
        }
    }
    let all: Vec<Finding> = kept.into_values().collect();
    let of_day = |all: &[Finding], on| all.iter().filter(|one| one.on == on).count();
    let skip = after.map_or(0, |after| after.told.min(of_day(&all, after.on)));
    let mut findings = all[skip..].to_vec();
    let more = findings.len() > limit;
    findings.truncate(limit);
    let next = findings
        .last()
        .filter(|_| more)
        .map(|last| Place { on: last.on, told: of_day(&all[..skip + findings.len()], last.on) });
    Page { findings, total, next }
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
        bound: bound(fold, finding),
    }
}

/// The bound that the fact of a finding passes, where it was found for that.
pub fn bound(fold: &Fold, finding: &Finding) -> Option<PassedBound> {
    if finding.reason != Reason::BeyondBound {
        return None;
    }
    let rivals = fold.named(finding.fact).map(|(_, fact)| fact);
    let mut own = rivals.filter(|fact| fact.on == finding.on && fact.at == finding.at);
    let bounds = &fold.rules.plan.bounds;
    let passed = own.find_map(|fact| bounds.passed_by(fact))?;
    Some(PassedBound { field: passed.field.to_owned(), most: passed.most })
}

/// A fact's key as it is written.
pub fn key(Key([high, low]): Key) -> String {
    format!("{high:016x}{low:016x}")
}

fn of_unit(fold: &Fold, unit: Unit, time: Option<Time>) -> impl Iterator<Item = Finding> {
    let atlas = &fold.rules.atlas;
    fold.findings().filter(move |finding| {
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_as_it_was_written() {
        let place = Place { on: "2021-06-14".parse().unwrap(), told: 12 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", ".", "2021-06-14", "2021-06-14.", "2021-06-14.-1", "ế.1", "2021-06-14.+1"]
        {
            assert_eq!(text.parse::<Place>(), Err(()), "{text}");
        }
    }

    #[test]
    fn pages_tell_every_finding_once() {
        let rules = domain::contribution::Rules {
            atlas: Gazetteer::embedded().atlas.clone(),
            plan: proto::catalogue::Catalogue::embedded().plan.clone(),
        };
        let mut fold = Fold::new(std::sync::Arc::new(rules));
        let unit = |key| Gazetteer::embedded().unit(key).unwrap();
        let at = unit("L-24097").into();
        for number in 0..25u64 {
            let on = Day(7800 + (number / 10) as u16);
            let reason = if number % 3 == 0 { Reason::Rival } else { Reason::MovedNowhere };
            let fact = Key([number, 1]);
            fold.books.findings.insert(Finding { reason, at, on, fact, other: None });
        }
        for limit in [1, 3, 10, 24, 25, 26] {
            let (mut after, mut told) = (None, Vec::new());
            loop {
                let page = page(&fold, unit("L-637"), None, &[], after, limit);
                assert_eq!(page.total, 25);
                assert!(page.findings.len() <= limit);
                told.extend(page.findings);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(told.len(), 25, "pages of {limit}");
            assert!(told.is_sorted_by_key(|one| Reverse(one.on)), "pages of {limit}");
            assert_eq!(BTreeSet::from_iter(&told).len(), 25, "pages of {limit}");
        }
        let rivals = page(&fold, unit("VN"), None, &[Reason::Rival], None, 100);
        assert_eq!((rivals.total, rivals.findings.len(), rivals.next), (9, 9, None));
        assert_eq!(page(&fold, unit("L-638"), None, &[], None, 100).total, 0);
        let counted: u64 =
            groups(&fold, unit("L-637"), None, Day(7832)).iter().map(|one| one.count).sum();
        assert_eq!(counted, 25);
        let table = [(7800, "week"), (7807, "week"), (7809, "month"), (7832, "quarter")];
        for (today, age) in table {
            let groups = groups(&fold, unit("L-637"), None, Day(today));
            let of_first = groups.iter().find(|one| one.reason == "rival").unwrap();
            let oldest = groups.iter().rfind(|one| one.reason == "rival").unwrap();
            assert_eq!(of_first.unit, "L-24097");
            assert_eq!(oldest.age, age, "on {today}");
        }
    }
}
