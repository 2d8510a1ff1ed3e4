//! What an audit tells to whom: keys and days of facts of single households only to those who may
//! see these. How many facts there are and what they sum to is for everybody.

use access::Who;
use auditor::{Explanation, Revisions, Vintage};
use domain::atlas::{Level, Unit};
use domain::catalogue::Measure;
use domain::contribution::Rules;
use domain::fact::Subject;
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

/// Leaves the facts of single households out of an explanation.
pub(crate) fn close_explanation(explanation: &mut Explanation) {
    explanation.facts.retain(|fact| !fact.of_household);
    explanation.parts.iter_mut().for_each(close_explanation);
}

/// Leaves the facts of single households out of revisions; findings lose their facts' keys.
pub(crate) fn close_revisions(revisions: &mut Revisions) {
    for row in &mut revisions.rows {
        row.facts.retain(|fact| !fact.of_household);
        if row.kind == "finding" {
            row.by = String::new();
        }
    }
}

/// Whether the text of a vintage has keys of facts that may be of single households: findings do
/// not tell of whom they are.
pub(crate) fn tells_of_households(vintage: &Vintage) -> bool {
    vintage.rows.iter().any(|row| row.kind == auditor::Kind::Finding)
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
