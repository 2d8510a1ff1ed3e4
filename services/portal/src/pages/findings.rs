//! Findings of a unit: those held first, by reason and unit, with their age and what to do.

use std::collections::BTreeMap;

use askama::Template;
use domain::atlas::Unit;
use domain::finding::{Finding, Reason, Treatment};
use domain::time::Day;
use proto::gazetteer::collation_key;
use query::labels;

use super::Outcome;
use super::frame::{Frame, Link};
use super::number;
use super::text::{capital, fill};
use super::view::{self, View};

/// Findings of one reason.
struct Group {
    id: &'static str,
    name: String,
    todo: String,
    treatment: String,
    held: bool,
    count: String,
    oldest: String,
    latest: String,
    units: Vec<Of>,
    more: String,
}

/// Findings of one reason in one unit.
struct Of {
    link: Link,
    count: String,
    oldest: String,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Page {
    f: Frame,
    stamp: String,
    lede: String,
    groups: Vec<Group>,
    source: String,
}

/// Units listed for a reason at most; the rest is counted.
const UNITS_MAX: usize = 20;

#[derive(Default)]
struct Tally {
    count: u64,
    oldest: Option<Day>,
    latest: Option<Day>,
}

impl Tally {
    fn add(&mut self, finding: &Finding) {
        self.count += 1;
        self.oldest = Some(self.oldest.map_or(finding.on, |day| day.min(finding.on)));
        self.latest = Some(self.latest.map_or(finding.on, |day| day.max(finding.on)));
    }
}

pub(crate) fn page(view: &View<'_>) -> Outcome {
    let t = view.t;
    let atlas = &view.app.rules.atlas;
    let mut frame = Frame::of_unit(view, "/findings", t.findings_title);
    // All findings of the unit: an old one still waits for somebody.
    let mut reasons: BTreeMap<Reason, (Tally, BTreeMap<Unit, Tally>)> = BTreeMap::new();
    for finding in &view.fold.books.findings {
        if !atlas.holds(view.unit, finding.at) {
            continue;
        }
        let (all, units) = reasons.entry(finding.reason).or_default();
        all.add(finding);
        units.entry(atlas.unit_of(finding.at)).or_default().add(finding);
    }
    let mut groups: Vec<(u64, Group)> =
        reasons.into_iter().map(|(reason, found)| group(view, reason, found)).collect();
    groups.sort_by_key(|(count, group)| (!group.held, std::cmp::Reverse(*count)));
    let sum = |held: bool| groups.iter().filter(|(_, g)| g.held == held).map(|(n, _)| n).sum();
    let (held, noted): (u64, u64) = (sum(true), sum(false));
    let [held, noted] = [held, noted].map(|n| number::whole(view.lang, i128::from(n)));
    let lede = match view.lang {
        proto::gazetteer::Lang::Vi => {
            format!(
                "{held} sự kiện chưa tính vào số, {noted} sự kiện đã tính như khai nhưng cần xem lại."
            )
        }
        proto::gazetteer::Lang::En => {
            format!(
                "{held} facts are held and not counted; {noted} are counted as declared but should be looked at."
            )
        }
    };
    frame.say = lede.clone();
    Outcome::Page(Box::new(Page {
        stamp: view.name(view.unit),
        lede,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        source: fill(t.source_facts, &[&frame.position]),
        f: frame,
    }))
}

fn group(
    view: &View<'_>,
    reason: Reason,
    (all, units): (Tally, BTreeMap<Unit, Tally>),
) -> (u64, Group) {
    let (lang, code) = (view.lang, reason.code());
    let mut units: Vec<(Unit, Tally)> = units.into_iter().collect();
    units.sort_by_cached_key(|(unit, tally)| {
        (std::cmp::Reverse(tally.count), collation_key(view.short(*unit)))
    });
    let more = units.len().saturating_sub(UNITS_MAX);
    let listed = units.into_iter().take(UNITS_MAX).map(|(unit, tally)| Of {
        link: Link {
            href: view.ask.href(&format!("/u/{}/findings", view.key(unit)), &[]),
            name: view.name(unit),
            current: unit == view.unit,
        },
        count: number::whole(lang, i128::from(tally.count)),
        oldest: age(view, tally.oldest),
    });
    let group = Group {
        id: code,
        name: capital(&labels::finding(lang, code)),
        todo: labels::finding_remedy(lang, code),
        treatment: labels::treatment_of(lang, code),
        held: reason.treatment() == Treatment::Held,
        count: number::whole(lang, i128::from(all.count)),
        oldest: age(view, all.oldest),
        latest: all.latest.map_or_else(String::new, |day| number::day(lang, day)),
        units: listed.collect(),
        more: if more > 0 { fill(view.t.and_more, &[&more.to_string()]) } else { String::new() },
    };
    (all.count, group)
}

/// Days since a finding's day, up to today.
fn age(view: &View<'_>, day: Option<Day>) -> String {
    let today = view::now().0;
    day.map_or_else(String::new, |day| {
        number::whole(view.lang, i128::from(today.0.saturating_sub(day.0)))
    })
}
