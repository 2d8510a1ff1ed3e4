//! Where a figure comes from: a tree of figures, down to the facts that are summed.

use access::Who;
use askama::Template;
use auditor::{Explanation, How, Posted};
use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::disclosure::Disclosure;
use domain::figures::Question;
use projector::Progress;
use proto::gazetteer::Lang;
use query::{labels, written};

use super::ask::Ask;
use super::frame::Frame;
use super::outcome::{Fault, Outcome};
use super::revised::{breakdown, said};
use super::text::{capital, fill};
use super::view::View;
use super::words::{self, Texts as Words};
use super::{households, number};
use crate::{App, audit};

/// Facts listed of each sum.
const FACTS_MAX: usize = 50;
/// Parts shown of a figure; the others are counted.
const PARTS_MAX: usize = 100;

/// One figure, with those it is computed from.
#[derive(Template)]
#[template(path = "explain_node.html")]
struct Node {
    w: &'static Words,
    unit_head: &'static str,
    position_head: &'static str,
    day_head: &'static str,
    key_head: &'static str,
    name: String,
    of: String,
    value: String,
    how: &'static str,
    /// How many facts there are and what they come to.
    facts_said: String,
    /// Which of them are listed.
    listed: String,
    facts: Vec<Line>,
    parts: Vec<Node>,
    more: String,
}

struct Line {
    position: String,
    on: String,
    unit: String,
    by: String,
    key: String,
}

#[derive(Template)]
#[template(path = "explain.html")]
struct Page {
    f: Frame,
    w: &'static Words,
    stamp: String,
    lede: String,
    root: Option<Node>,
    definition: String,
    json: String,
    source: String,
}

/// The page of a unit's indicator; `by` filters, as `class=poor;programme=x`.
pub(crate) fn page(app: &App, ask: &Ask, unit: Unit) -> Result<Outcome, Fault> {
    let indicator = ask.get("indicator").ok_or(Fault::NotFound)?;
    if app.rules.plan.indicator(indicator).is_none() {
        return Err(Fault::NotFound);
    }
    let filter = filter(app, ask.get("by").unwrap_or_default())?;
    let sees = households::may_show(app, ask, unit, audit::READING_EXPLAINED);
    let time = app.handle.read(|fold, progress| {
        let view = View::open(app, fold, progress, ask, unit)?;
        Ok(view.time)
    })?;
    let heavy = audit::is_heavy(&app.rules, unit, indicator);
    let explained = (!heavy).then(|| {
        let question = Question { unit, indicator, filter, time };
        // What is not recorded is not shown.
        let public = app.disclosure(&Who::public());
        let disclosure = if sees { Disclosure::EVERYTHING } else { public };
        let (position, mut found) = auditor::explain(&app.handle, disclosure, &question, FACTS_MAX);
        if !sees {
            audit::close_explanation(&mut found);
        }
        (position, found)
    });
    app.handle.read(|fold, progress: &Progress| {
        let mut view = View::open(app, fold, progress, ask, unit)?;
        // The page only writes what was found, as of then.
        let explanation = explained.as_ref().map(|(position, found)| {
            view.position = *position;
            found
        });
        Ok(show(&view, indicator, explanation))
    })
}

/// Reads what is asked for; only attributes and codes that the catalogue has.
fn filter(app: &App, by: &str) -> Result<Filter, Fault> {
    let mut filter = Filter::new();
    for part in by.split(';').filter(|part| !part.is_empty()) {
        let unclear = || Fault::Unclear(by.to_owned());
        let (name, codes) = part.split_once('=').ok_or_else(unclear)?;
        let known = |code: &str| {
            let kept = app.rules.plan.indicators().iter().flat_map(|one| &one.kept);
            kept.flat_map(|kept| &kept.by).any(|(one, all)| *one == name && all.contains(&code))
        };
        if !codes.split(',').all(known) {
            return Err(unclear());
        }
        filter.insert(name.to_owned(), codes.split(',').map(str::to_owned).collect());
    }
    Ok(filter)
}

fn show(view: &View<'_>, indicator: &str, explanation: Option<&Explanation>) -> Outcome {
    let (lang, w) = (view.lang, words::of(view.lang));
    let name = labels::indicator(lang, indicator);
    let mut frame = Frame::of_unit(view, "/i", &fill(w.explain_title, &[&name]));
    frame.live = false;
    let root = explanation.map(|one| node(view, one));
    let lede = match &root {
        Some(root) => fill(w.explain_lede, &[&root.name, &view.name(view.unit), &root.value]),
        None => w.explain_heavy.to_owned(),
    };
    let (from, to) = view.days();
    let days = format!("{} – {}", number::day(lang, from), number::day(lang, to));
    let by = explanation.map(|one| in_api(&one.by)).filter(|by| !by.is_empty());
    Outcome::Page(Box::new(Page {
        stamp: format!("{} · {} · {days}", view.name(view.unit), view.title()),
        lede,
        root,
        definition: view.href(view.unit, &format!("/i/{indicator}")),
        json: view.download("explain", &[("indicator", Some(indicator)), ("by", by.as_deref())]),
        source: fill(view.t.source_facts, &[&frame.position]),
        w,
        f: frame,
    }))
}

/// `class=poor,near_poor` as the API reads it: `class=poor,class=near_poor`.
fn in_api(by: &str) -> String {
    let each = |part: &str| {
        let (name, codes) = part.split_once('=').unwrap_or((part, ""));
        codes.split(',').map(|code| format!("{name}={code}")).collect::<Vec<_>>()
    };
    let parts = by.split(';').filter(|part| !part.is_empty());
    parts.flat_map(each).collect::<Vec<_>>().join(",")
}

fn node(view: &View<'_>, one: &Explanation) -> Node {
    let (lang, t, w) = (view.lang, view.t, words::of(view.lang));
    let whole = |n: u64| number::whole(lang, i128::from(n));
    let unit = written::name(lang, &one.unit);
    let days = match one.how {
        How::Stock | How::Stated | How::SumOfStated => written::date(lang, &one.to),
        _ => format!("{} – {}", written::date(lang, &one.from), written::date(lang, &one.to)),
    };
    let of = [unit, breakdown(lang, &one.by), days];
    let facts_said = match (one.sum, one.postings) {
        (Some(sum), n) => fill(w.comes_from, &[&whole(n), &number::signed(lang, sum)]),
        (None, 0) => String::new(),
        (None, n) => fill(w.comes_from_stated, &[&whole(n)]),
    };
    let listed = match one.facts.len() as u64 {
        shown if shown >= one.postings => String::new(),
        0 => w.closed_facts.to_owned(),
        shown => fill(w.listed, &[&whole(shown)]),
    };
    let more = one.parts.len().saturating_sub(PARTS_MAX);
    Node {
        w,
        unit_head: t.unit,
        position_head: t.position_head,
        day_head: t.day_head,
        key_head: t.fact_key,
        name: capital(&labels::indicator(lang, &one.indicator)),
        of: of.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        value: value(lang, one),
        how: how(w, one.how),
        facts_said,
        listed,
        facts: one.facts.iter().map(|fact| line(lang, fact)).collect(),
        parts: one.parts.iter().take(PARTS_MAX).map(|part| node(view, part)).collect(),
        more: if more > 0 { fill(w.more_parts, &[&whole(more as u64)]) } else { String::new() },
    }
}

/// The value with its unit; of a share also what it is a share of.
fn value(lang: Lang, one: &Explanation) -> String {
    let shown = said(lang, "figure", &one.value);
    match one.value.split_once('/') {
        Some((n, d)) if !one.value.contains('>') => {
            format!("{shown} = {} / {}", said(lang, "figure", n), said(lang, "figure", d))
        }
        Some(_) => shown,
        None if one.value.starts_with('?') => {
            format!("{shown} ({})", labels::missing(lang, &one.value[1..]))
        }
        None => format!("{shown}\u{a0}{}", labels::counted_in(lang, &one.indicator)),
    }
}

fn how(w: &'static Words, how: How) -> &'static str {
    match how {
        How::Flow => w.how_flow,
        How::Stock => w.how_stock,
        How::Distinct => w.how_distinct,
        How::Share => w.how_share,
        How::Change => w.how_change,
        How::Stated => w.how_stated,
        How::SumOfStated => w.how_sum_of_stated,
        How::Count => w.how_count,
        How::Other => w.how_other,
    }
}

fn line(lang: Lang, fact: &Posted) -> Line {
    Line {
        position: number::whole(lang, i128::from(fact.position)),
        on: written::date(lang, &fact.on),
        unit: written::name(lang, &fact.unit),
        by: match fact.by {
            0 => String::new(),
            by => number::signed(lang, by),
        },
        key: fact.fact.clone(),
    }
}
