//! Whether a rule's figure is known at all: households on lists are not before every commune of the
//! unit has opened its list, and nothing is where nobody has reported anything.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::figures::Reader;
use domain::fold::Fold;
use domain::plan::Plan;
use domain::time::Period;

use crate::look::back_by;
use crate::rule::{Against, Measured, Rule};

/// What must have been reported in a unit by the end of a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    /// The list of every commune, for what stands on them,
    all_lists: bool,
    /// any list, for what came about on them: whoever else is silent, that did,
    any_list: bool,
    /// or anything.
    any_report: bool,
    /// So many periods back, too.
    back: u16,
}

impl Needs {
    /// What a rule needs.
    pub(crate) fn of(plan: &Plan, rule: &Rule) -> Needs {
        let mut needs = Needs::default();
        match &rule.measured {
            Measured::Figure(of) | Measured::Findings(of) => needs.add(plan, of),
            Measured::Share(of, over) => {
                needs.add(plan, of);
                needs.add(plan, over);
            }
        }
        match &rule.against {
            Against::Other(of, _) => needs.add(plan, of),
            Against::Earlier(back, _) => needs.back = *back,
            Against::Number(_) | Against::Target => {}
        }
        needs
    }

    fn add(&mut self, plan: &Plan, of: &Reference) {
        let Some(indicator) = plan.indicator(&of.indicator) else { return };
        match &indicator.definition.measure {
            Measure::Stock { .. } => self.all_lists = true,
            Measure::Movement { .. } => self.any_list = true,
            Measure::Flow { .. } | Measure::Distinct { .. } => self.any_report = true,
            Measure::Ratio { numerator, denominator } => {
                self.add(plan, numerator);
                self.add(plan, denominator);
            }
            Measure::Balance { of, less } => {
                self.add(plan, of);
                self.add(plan, less);
            }
            Measure::Reduction { of } | Measure::Communes { of } | Measure::Codes { of, .. } => {
                self.add(plan, of);
            }
            Measure::Census {}
            | Measure::External {}
            | Measure::Plan {}
            | Measure::ChildrenBehind { .. } => {}
        }
    }

    /// Whether it is there.
    pub(crate) fn are_met(&self, fold: &Fold, unit: Unit, period: Period) -> bool {
        let reader = Reader::from(fold);
        let at = |period: Period| {
            let last = *period.days().end();
            (!self.all_lists || reader.all_lists(unit, last))
                && (!self.any_list || reader.any_list(unit, last))
                && (!self.any_report || reader.any_reported(unit, last))
        };
        at(period) && (self.back == 0 || back_by(period, self.back).is_some_and(at))
    }
}
