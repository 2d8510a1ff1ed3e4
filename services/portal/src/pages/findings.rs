//! Findings of a unit in a time: those held first, by reason and unit, with their age and what to do.

use std::collections::BTreeMap;

use askama::Template;
use domain::atlas::Unit;
use domain::finding::{Finding, Reason, Treatment};
use domain::time::Day;
use proto::gazetteer::collation_key;
use query::{findings, labels};

use super::frame::{Frame, Link};
use super::number;
use super::outcome::Outcome;
use super::text::{capital, fill};
use super::time;
use super::view::View;

/// Most units whose figures a page judges: of the nation it and all its provinces.
const JUDGED_MAX: usize = 70;

/// A figure that cannot be.
struct Implausible {
    link: Link,
    indicator: String,
    period: String,
    value: String,
    bound: String,
    why: String,
    todo: String,
}

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
    none: String,
    /// Which findings are shown.
    about: String,
    /// Where the others are.
    other: Option<Link>,
    groups: Vec<Group>,
    keyed: Vec<Keyed>,
    /// How many of them are listed.
    keyed_of: String,
    api_href: String,
    source: String,
    implausible: Vec<Implausible>,
}

/// One finding with the key of its fact, for those who may see it.
struct Keyed {
    on: String,
    unit: String,
    reason: String,
    key: String,
    /// The fact it collides with.
    other: Option<String>,
}

/// Findings listed one by one at most.
const KEYED_MAX: usize = 100;

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

/// The findings of the time shown, or of all times; one by one for who `sees_keys`.
pub(crate) fn page(view: &View<'_>, sees_keys: bool) -> Outcome {
    let t = view.t;
    let atlas = &view.app.rules.atlas;
    let mut frame = Frame::of_unit(view, "/findings", t.findings_title);
    let is_all = is_all(view);
    let (first, last) = view.days();
    let mut outside = 0;
    let mut reasons: BTreeMap<Reason, (Tally, BTreeMap<Unit, Tally>)> = BTreeMap::new();
    for finding in view.fold.findings() {
        if !atlas.holds(view.unit, finding.at) {
            continue;
        }
        if !is_all && !(first..=last).contains(&finding.on) {
            outside += 1;
            continue;
        }
        let (all, units) = reasons.entry(finding.reason).or_default();
        all.add(&finding);
        units.entry(atlas.unit_of(finding.at)).or_default().add(&finding);
    }
    let mut groups: Vec<(u64, Group)> =
        reasons.into_iter().map(|(reason, found)| group(view, reason, found)).collect();
    groups.sort_by_key(|(count, group)| (!group.held, std::cmp::Reverse(*count)));
    let sum = |held: bool| groups.iter().filter(|(_, g)| g.held == held).map(|(n, _)| n).sum();
    let (held, noted): (u64, u64) = (sum(true), sum(false));
    let [held, noted] = [held, noted].map(|n| number::whole(view.lang, i128::from(n)));
    let lede = fill(t.findings_lede, &[&held, &noted]);
    frame.say = lede.clone();
    let (about, other) = shown(view, outside);
    let (keyed, keyed_of) = if sees_keys { keyed(view) } else { Default::default() };
    Outcome::Page(Box::new(Page {
        stamp: view.name(view.unit),
        lede,
        none: if is_all { t.findings_none_ever } else { t.findings_none }.to_owned(),
        about,
        other,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        keyed,
        keyed_of,
        api_href: api_href(view),
        source: fill(t.source_facts, &[&frame.position]),
        implausible: implausible(view),
        f: frame,
    }))
}

/// Figures of the unit and of those below it that cannot be, in the time shown.
fn implausible(view: &View<'_>) -> Vec<Implausible> {
    let judged = view.judged(JUDGED_MAX);
    let one = |one: query::Implausible| Implausible {
        link: Link {
            href: view.ask.href(&format!("/u/{}/i/{}", one.unit, one.indicator), &[("all", None)]),
            name: query::written::name(view.lang, &one.unit),
            current: false,
        },
        indicator: labels::indicator(view.lang, &one.indicator),
        period: match one.period.parse::<Day>() {
            Ok(day) => number::day(view.lang, day),
            Err(_) => labels::period(view.lang, &one.period),
        },
        value: query::written::value(view.lang, &one.value),
        bound: labels::bound(view.lang, &one),
        why: capital(&labels::implausible(view.lang, &one.rule)),
        todo: labels::implausible_remedy(view.lang, &one.rule),
    };
    judged.found.into_iter().map(one).collect()
}

/// Whether all times are asked for: `all=1`.
fn is_all(view: &View<'_>) -> bool {
    view.ask.get("all") == Some("1")
}

/// Which findings are shown, and the way to the others; `outside` is how many are of other times.
fn shown(view: &View<'_>, outside: u64) -> (String, Option<Link>) {
    let t = view.t;
    let period = view.title();
    let link = |name: String, all| Link {
        href: view.ask.href(&view.ask.path, &[("all", all)]),
        name,
        current: false,
    };
    if is_all(view) {
        let name = fill(t.findings_only, &[&period.to_lowercase()]);
        return (t.findings_about_all.to_owned(), Some(link(name, None)));
    }
    let (first, last) = view.days();
    let days = [first, last].map(|day| number::day(view.lang, day));
    let about = fill(t.findings_about, &[&period.to_lowercase(), &days[0], &days[1]]);
    if outside == 0 {
        return (fill(t.findings_no_others, &[&about]), None);
    }
    let count = number::whole(view.lang, i128::from(outside));
    let about = fill(t.findings_others, &[&about, &count]);
    (about, Some(link(t.findings_see_all.to_owned(), Some("1"))))
}

/// The latest findings with the keys of their facts, and how many of how many they are.
fn keyed(view: &View<'_>) -> (Vec<Keyed>, String) {
    let time = (!is_all(view)).then_some(view.time);
    let page = findings::page(view.fold, view.unit, time, &[], None, KEYED_MAX);
    let atlas = &view.app.rules.atlas;
    let one = |finding: &Finding| Keyed {
        on: number::day(view.lang, finding.on),
        unit: view.name(atlas.unit_of(finding.at)),
        reason: capital(&labels::found(
            view.lang,
            finding.reason.code(),
            findings::bound(view.fold, finding).as_ref(),
        )),
        key: findings::key(finding.fact),
        other: finding.other.map(findings::key),
    };
    let keyed: Vec<Keyed> = page.findings.iter().map(one).collect();
    let counts = [keyed.len() as u64, page.total];
    let [listed, all] = counts.map(|n| number::whole(view.lang, i128::from(n)));
    (keyed, fill(view.t.keys_listed, &[&listed, &all]))
}

/// The same findings in the API.
fn api_href(view: &View<'_>) -> String {
    if !is_all(view) {
        return view.download("findings", &[]);
    }
    let unit = ("unit", Some(view.key(view.unit)));
    let none = ["period", "from", "to", "boundaries"].map(|name| (name, None));
    view.ask.href("/v1/findings", &[&[unit], &none[..]].concat())
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
            href: view.ask.href(
                &format!("/u/{}/findings", view.key(unit)),
                &[("all", is_all(view).then_some("1"))],
            ),
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
    let today = time::now().0;
    day.map_or_else(String::new, |day| {
        number::whole(view.lang, i128::from(today.0.saturating_sub(day.0)))
    })
}
