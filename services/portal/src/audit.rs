//! What an audit tells to whom: keys and days of facts of single households only to those who may
//! see these. How many facts there are and what they sum to is for everybody.

use std::collections::BTreeMap;

use access::Who;
use auditor::{Cause, Explanation, Kind, Revision, Revisions, Vintage, named};
use domain::atlas::{Level, Unit};
use domain::catalogue::Measure;
use domain::contribution::Rules;
use domain::disclosure::{Disclosure, Guard};
use domain::fact::Subject;
use domain::figures::{Question, Time};
use domain::fold::Fold;
use projector::Progress;
use proto::gazetteer::Gazetteer;

/// What the record of readings says of facts behind a figure.
pub(crate) const READING_EXPLAINED: &str = "facts of households behind a figure";
/// What it says of what changed since a closing.
pub(crate) const READING_REVISED: &str = "facts of households since a closing";
/// What it says of a vintage.
pub(crate) const READING_VINTAGE: &str = "a vintage with keys of households' facts";

/// What it says of an audit pack.
pub(crate) const READING_PACK: &str = "an audit pack, with the facts of all households up to it";

/// Whether somebody who may see households of a unit may have packs of its closings: each holds the
/// facts of every household in the journal, whichever unit closed. Walks along all timelines, or to
/// the first household that they may not see.
pub(crate) fn may_have_packs(fold: &Fold, progress: &Progress, who: &Who) -> bool {
    let atlas = &fold.rules.atlas;
    let all = Gazetteer::embedded().unit("VN");
    if all.is_some_and(|all| who.may_see_households(atlas, all)) {
        return true;
    }
    // What cannot be read may be about anybody.
    progress.accounting.unreadable == 0
        && fold.timelines().all(|(subject, timeline)| {
            timeline.facts().iter().all(|fact| {
                let of_household = subject != Subject(fact.key);
                !of_household || who.may_see_households_at(atlas, fact.at)
            })
        })
}

/// Leaves facts out of an explanation where they, or others of the same sum, are of single
/// households: what is left of a sum would tell these.
pub(crate) fn close_explanation(explanation: &mut Explanation) {
    if explanation.is_of_few || explanation.facts.iter().any(|fact| fact.of_household) {
        explanation.facts.clear();
    }
    explanation.parts.iter_mut().for_each(close_explanation);
}

/// Leaves the facts of single households out of revisions, and what may not be told to whoever
/// asks; findings lose their facts' keys. At most so many facts are named of each row.
pub(crate) fn close_revisions(
    fold: &Fold,
    disclosure: Disclosure,
    vintage: &Vintage,
    (revisions, limit): (&mut Revisions, usize),
) {
    let guard = Guard::new(fold, disclosure);
    let time = named(&vintage.head).map(|name| Time::Period(name.period));
    for row in &mut revisions.rows {
        if row.kind == "finding" {
            row.by = String::new();
        }
        if row.kind == "figure" && time.is_none_or(|time| hides_revision(&guard, row, time)) {
            let hidden = Some(auditor::hidden(disclosure.households_min));
            let (then, now) = (hidden.clone(), hidden);
            let (change, causes, facts) = (None, BTreeMap::new(), Vec::new());
            *row = Revision { then, now, change, causes, facts, ..row.clone() };
        }
        if row.facts.iter().any(|fact| fact.of_household) {
            row.facts.clear();
        }
        row.facts.truncate(limit);
    }
}

/// Whether a row is not to be told: what it is now, or what it was, or the difference, where few
/// households made it.
fn hides_revision(guard: &Guard<'_>, row: &Revision, time: Time) -> bool {
    let Some(unit) = Gazetteer::embedded().unit(&row.unit) else { return true };
    let question = Question { unit, indicator: &row.of, filter: auditor::filter(&row.by), time };
    let by_facts = row.causes.keys().any(|cause| !Cause::BESIDE_FACTS.contains(cause));
    let of_few = row.households < guard.households_min();
    guard.may_hide(&question) && (guard.hides(&question) || by_facts && of_few)
}

/// Whether the text of a vintage tells more than everybody may know: keys of facts, for findings do
/// not tell of whom they are; or amounts and breakdowns, of which it does not tell of how many
/// households they are.
pub(crate) fn tells_of_households(fold: &Fold, disclosure: Disclosure, vintage: &Vintage) -> bool {
    let guard = Guard::new(fold, disclosure);
    let time = named(&vintage.head).map(|name| Time::Period(name.period));
    let may_hide = |unit: &str, indicator: &str, by: &str| {
        let (Some(unit), Some(time)) = (Gazetteer::embedded().unit(unit), time) else {
            return true;
        };
        guard.may_hide(&Question { unit, indicator, filter: auditor::filter(by), time })
    };
    vintage.rows.iter().any(|row| match row.kind {
        Kind::Finding => true,
        Kind::Figure => {
            let value = row.value.split('\t').next().unwrap_or_default();
            let is_nothing = value == "0" || value.starts_with('?');
            let [unit, indicator, by] = row.fields();
            !is_nothing && may_hide(unit, indicator, by)
        }
        Kind::Movement | Kind::Target => false,
    })
}

/// Whether a figure is computed from so many cells that what shows many figures leaves it out:
/// every combination of a breakdown at every place, or every commune asked one by one.
pub(crate) fn is_heavy(rules: &Rules, unit: Unit, indicator: &str) -> bool {
    const CELLS_MAX: usize = 500_000;
    let Rules { atlas, plan } = rules;
    let Some(found) = plan.indicator(indicator) else { return false };
    let level = atlas.record(unit).level;
    match &found.definition.measure {
        Measure::Flow { .. } => {
            let columns = found.kept.first().map_or(1, |kept| usize::from(kept.len()));
            columns * atlas.places(unit).len() > CELLS_MAX
        }
        Measure::Communes { .. } => matches!(level, Level::Nation | Level::Province),
        Measure::Balance { of, less } => {
            is_heavy(rules, unit, &of.indicator) || is_heavy(rules, unit, &less.indicator)
        }
        Measure::Ratio { numerator, denominator } => {
            is_heavy(rules, unit, &numerator.indicator)
                || is_heavy(rules, unit, &denominator.indicator)
        }
        Measure::Codes { of, .. } | Measure::Reduction { of } => {
            is_heavy(rules, unit, &of.indicator)
        }
        Measure::Distinct { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::ChildrenBehind { .. }
        | Measure::Plan {} => false,
    }
}
