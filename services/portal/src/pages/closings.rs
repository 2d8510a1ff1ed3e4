//! Closings of a unit and period: the desk, what was closed, and what changed since.

use askama::Template;
use auditor::{Closed, Revisions, Vintage};
use domain::atlas::Unit;
use domain::codes::{Authority, Code, Confirmation};
use domain::figures::Time;
use domain::fold::Fold;
use domain::time::Period;
use projector::Progress;
use query::labels;

use super::ask::{Ask, Notice};
use super::declared::{Line, Refused, Shows, act, line, refused, shows_packs};
use super::desk::{self, Desk, Levels};
use super::frame::Frame;
use super::outcome::{Fault, Outcome};
use super::revised::{self, Revised};
use super::text::{capital, fill};
use super::view::View;
use super::words::{self, Texts as Words};
use super::{number, time};
use crate::{App, audit};

/// Facts that are named of each row that differs: none, on a page.
const SHARES: usize = 0;

/// The forms of those who may declare.
struct Forms {
    action: String,
    period: String,
    open: Vec<Choice>,
    closed: Vec<Choice>,
    authorities: Vec<Choice>,
}

struct Choice {
    code: &'static str,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "closings.html")]
struct Page {
    f: Frame,
    w: &'static Words,
    stamp: String,
    days: String,
    position: String,
    lede: String,
    notice: Option<Notice>,
    desk: Option<Desk>,
    forms: Option<Forms>,
    lines: Vec<Line>,
    any_text: bool,
    any_pack: bool,
    refused: Vec<Refused>,
    revised: Option<Revised>,
    source: String,
}

/// What was closed of a unit and period, read before the page is made.
struct Kept {
    closings: Vec<Closed>,
    signed: Vec<u64>,
    /// The vintage that is set beside now.
    vintage: Option<Vintage>,
}

/// The page of a unit.
pub(crate) fn page(app: &App, ask: &Ask, unit: Unit) -> Result<Outcome, Fault> {
    let time = app.handle.read(|fold, progress| {
        let view = View::open(app, fold, progress, ask, unit)?;
        Ok(view.time)
    })?;
    let period = match time {
        Time::Period(period) => Some(period),
        Time::Days(..) => None,
    };
    let kept = period.map(|period| kept(app, ask, unit, period)).transpose()?;
    let vintage = kept.as_ref().and_then(|kept| kept.vintage.as_ref());
    let mut found = vintage.and_then(|one| auditor::revisions(&app.handle, one, SHARES));
    if let (Some(vintage), Some(found)) = (vintage, found.as_mut()) {
        let disclosure = app.disclosure(&ask.who);
        app.handle.read(|fold, _| {
            audit::close_revisions(fold, disclosure, vintage, (found, SHARES));
        });
    }
    app.handle.read(|fold: &Fold, progress: &Progress| {
        let view = View::open(app, fold, progress, ask, unit)?;
        Ok(written_page(&view, progress, (period, kept), found.as_ref()))
    })
}

/// Reads closings and vintages; the vintage asked for by `v`, or the latest.
fn kept(app: &App, ask: &Ask, unit: Unit, period: Period) -> Result<Kept, Fault> {
    let broken = |error: auditor::Error| {
        tracing::error!(%error, "what was closed could not be read");
        Fault::Internal
    };
    let Some(shelf) = &app.shelf else {
        return Ok(Kept { closings: Vec::new(), signed: Vec::new(), vintage: None });
    };
    let told = app.handle.read(|fold, _| auditor::closings(fold, shelf, Some(unit)));
    let mut closings = told.map_err(broken)?;
    closings.retain(|one| one.period == period.to_string());
    let signed = shelf.checkpoints().map_err(broken)?.into_iter().map(|(size, _)| size).collect();
    let mut ids = closings.iter().filter(|one| one.digest.is_some()).map(|one| &one.vintage);
    let chosen = match ask.get("v") {
        Some(asked) => {
            Some(ids.find(|id| id.as_deref() == Some(asked)).ok_or(Fault::NotFound)?.clone())
        }
        None => ids.next_back().cloned(),
    };
    let vintage = chosen.flatten().map(|id| shelf.get(&id)).transpose().map_err(broken)?;
    Ok(Kept { closings, signed, vintage })
}

fn written_page(
    view: &View<'_>,
    progress: &Progress,
    (period, kept): (Option<Period>, Option<Kept>),
    found: Option<&Revisions>,
) -> Outcome {
    let (w, lang) = (words::of(view.lang), view.lang);
    let title = fill(w.title, &[&query::written::title(lang, &view.when())]);
    let mut frame = Frame::of_unit(view, "/closings", &title);
    // What walks along all timelines is made when somebody asks, not four times a second.
    frame.live = false;
    let declared = view.fold.closings();
    let levels = period.map(|period| desk::levels(&declared, view.unit, period, time::now().0));
    let lede = match &levels {
        None => w.need_period.to_owned(),
        Some(Levels { next: Some(next), .. }) => fill(w.next_level, &[&level(view, *next)]),
        Some(Levels { closed, .. }) if closed.contains(&Confirmation::Official) => {
            w.next_none.to_owned()
        }
        Some(_) => String::new(),
    };
    let (from, to) = view.days();
    let sees = view.ask.who.may_see_households(&view.app.rules.atlas, view.unit);
    let Kept { closings, signed, vintage } =
        kept.unwrap_or(Kept { closings: Vec::new(), signed: Vec::new(), vintage: None });
    let shows =
        Shows { texts: sees, packs: sees && shows_packs(view, progress, &closings, &signed) };
    let taken = closings.iter().filter(|one| one.refused.is_none());
    let lines: Vec<Line> = taken.map(|one| line(view, one, &signed, shows)).collect();
    let revised = vintage.zip(found).map(|(one, found)| revised::revised(view, &one, found));
    Outcome::Page(Box::new(Page {
        stamp: view.name(view.unit),
        days: format!("{} – {}", number::day(lang, from), number::day(lang, to)),
        position: fill(w.position_now, &[&frame.position]),
        lede,
        notice: view.ask.notice.clone().or_else(|| told(view, &closings)),
        desk: period.map(|period| desk::desk(view, period, w)),
        forms: period.zip(levels).and_then(|(period, levels)| forms(view, period, &levels)),
        any_pack: lines.iter().any(|one| one.pack_href.is_some()),
        any_text: lines.iter().any(|one| one.is_closing) && !sees,
        lines,
        refused: closings.iter().filter_map(|one| refused(view, one)).collect(),
        revised,
        source: fill(view.t.source_facts, &[&frame.position]),
        w,
        f: frame,
    }))
}

fn level(view: &View<'_>, level: Confirmation) -> String {
    labels::code(view.lang, "level", level.code())
}

/// What became of the declaration that was just written: the address has its position as `told`.
fn told(view: &View<'_>, closings: &[Closed]) -> Option<Notice> {
    let (lang, w) = (view.lang, words::of(view.lang));
    let position: u64 = view.ask.get("told")?.parse().ok()?;
    let at = number::whole(lang, i128::from(position));
    let Some(one) = closings.iter().find(|one| one.position == position) else {
        let early = position > view.position;
        return early.then(|| Notice { good: true, text: fill(w.not_yet, &[&at]) });
    };
    Some(match &one.refused {
        None => {
            let level = labels::code(lang, "level", &one.level);
            let what = capital(&format!("{} {level}", act(w, &one.act)));
            Notice { good: true, text: fill(w.done, &[&what, &at]) }
        }
        Some(why) => {
            let (said, todo) = (labels::finding(lang, why), labels::finding_remedy(lang, why));
            Notice { good: false, text: fill(w.turned_down, &[&at, &said, &todo]) }
        }
    })
}

/// The forms, for those who may write facts of the unit where anything is written.
fn forms(view: &View<'_>, period: Period, levels: &Levels) -> Option<Forms> {
    use domain::atlas::Level::{Commune, District, Nation, Province};
    let atlas = &view.app.rules.atlas;
    let may = view.ask.for_one && view.ask.who.may_write(atlas, view.unit);
    if !may || view.app.submit.is_none() || view.app.shelf.is_none() {
        return None;
    }
    let choices = |all: &[Confirmation], chosen: Option<Confirmation>| {
        let one = |one: &Confirmation| Choice {
            code: one.code(),
            name: level(view, *one),
            chosen: Some(*one) == chosen,
        };
        all.iter().map(one).collect()
    };
    let own = match atlas.record(view.unit).level {
        Nation => Authority::Government,
        Province => Authority::Province,
        District => Authority::DistrictCommittee,
        Commune => Authority::Commune,
    };
    let authority = |one: &Authority| Choice {
        code: one.code(),
        name: labels::code(view.lang, "set_by", one.code()),
        chosen: *one == own,
    };
    Some(Forms {
        action: view.ask.href(&view.ask.path, &[]),
        period: period.to_string(),
        open: choices(&levels.open, levels.next),
        closed: choices(&levels.closed, levels.closed.last().copied()),
        authorities: Authority::ALL.iter().map(authority).collect(),
    })
}
