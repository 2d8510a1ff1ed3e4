//! What a number is given as, and whether the ledger has the same of that kind. A target that is
//! written down twice shows nothing of what was done, so kinds are never held against each other.

use domain::catalogue::{Measure, Reference};
use domain::codes::Confirmation;
use domain::fact::EventKind;
use domain::figures::{Figure, Missing, Value};
use domain::plan::Plan;
use portal::pages::Held;
use proto::gazetteer::Lang;
use query::lang::pick;
use serde::Deserialize;

use super::ask::Ask;

/// What a number is given as, by a report or by the ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Done in a time, or so many on a day: in the ledger, counted from facts.
    Counted,
    /// As yet estimated.
    Estimate,
    /// To be reached: a target or a plan.
    Target,
    /// Money that was decided on.
    Decided,
    /// Told by somebody, and nothing counts it.
    Stated,
}

impl Says {
    /// All of them, what was done first.
    pub const ALL: [Says; 5] =
        [Says::Counted, Says::Estimate, Says::Target, Says::Decided, Says::Stated];

    /// What the ledger's answer to a question is.
    pub fn of(ask: &Ask, answer: &Figure, plan: &Plan) -> Says {
        if ask.target.is_some() {
            return Says::Target;
        }
        let kind = kind(&ask.indicator, plan);
        let is_estimate = answer.marks.level == Some(Confirmation::Estimate);
        if kind == Says::Stated && is_estimate { Says::Estimate } else { kind }
    }

    /// Its name on screen.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Says::Counted => pick(lang, "kết quả", "result"),
            Says::Estimate => pick(lang, "ước tính", "estimate"),
            Says::Target => pick(lang, "chỉ tiêu", "target"),
            Says::Decided => pick(lang, "tiền được giao", "money decided"),
            Says::Stated => pick(lang, "số báo", "stated"),
        }
    }

    /// Where the ledger has such a number, as the end of a sentence.
    pub(super) fn counterpart(self, lang: Lang) -> &'static str {
        match self {
            Says::Counted => pick(lang, "số đếm từ dữ kiện", "what is counted from facts"),
            Says::Estimate => pick(lang, "ước tính ghi trong sổ", "the estimate in the ledger"),
            Says::Target => pick(lang, "chỉ tiêu ghi trong sổ", "the target in the ledger"),
            Says::Decided => pick(lang, "quyết định giao tiền trong sổ", "decisions in the ledger"),
            Says::Stated => pick(lang, "số báo ghi trong sổ", "the statement in the ledger"),
        }
    }
}

/// What an indicator is the figure of.
fn kind(indicator: &str, plan: &Plan) -> Says {
    let of = |reference: &Reference| kind(&reference.indicator, plan);
    let Some(indicator) = plan.indicator(indicator) else { return Says::Counted };
    match &indicator.definition.measure {
        Measure::Flow { of, .. } | Measure::Distinct { of, .. } => {
            let decisions = [EventKind::FundsAllocated, EventKind::FundsWithdrawn];
            let is_decision = |name: &String| decisions.iter().any(|kind| kind.name() == name);
            if of.iter().all(is_decision) { Says::Decided } else { Says::Counted }
        }
        Measure::Stock { .. } | Measure::Movement { .. } | Measure::ChildrenBehind { .. } => {
            Says::Counted
        }
        Measure::Reduction { of: reference }
        | Measure::Balance { of: reference, .. }
        | Measure::Communes { of: reference }
        | Measure::Codes { of: reference, .. }
        | Measure::Ratio { numerator: reference, .. } => of(reference),
        Measure::Plan {} => Says::Target,
        Measure::Census {} | Measure::External {} => Says::Stated,
    }
}

/// How a published number stands beside an answer, given what each of them is.
pub(super) fn held(
    published: Says,
    answer: Option<(&Figure, Says)>,
    agrees: impl Fn(&Figure) -> bool,
) -> Held {
    let Some((answer, ledger)) = answer else { return Held::CannotAsk };
    if published != ledger {
        return if published == Says::Counted { Held::NotCounted } else { Held::NotComparable };
    }
    match answer.value {
        Value::Missing(Missing::Hidden(_)) => Held::Hidden,
        Value::Missing(_) if published == Says::Counted => Held::NotCounted,
        Value::Missing(_) => Held::NotStated,
        _ if agrees(answer) => Held::Agrees,
        _ => Held::Differs,
    }
}

#[cfg(test)]
mod tests {
    use domain::figures::Marks;

    use super::*;

    #[test]
    fn only_numbers_of_one_kind_are_ever_equal() {
        let told = Figure { value: Value::Whole(702), marks: Marks::default() };
        for published in Says::ALL {
            for ledger in Says::ALL {
                let is_equal = held(published, Some((&told, ledger)), |_| true) == Held::Agrees;
                assert_eq!(is_equal, published == ledger, "{published:?} beside {ledger:?}");
            }
        }
    }

    #[test]
    fn what_the_ledger_lacks_is_said_and_never_equal() {
        let none = Figure { value: Value::Missing(Missing::NotStated), marks: Marks::default() };
        let told = Figure { value: Value::Whole(702), marks: Marks::default() };
        let few = Figure { value: Value::Missing(Missing::Hidden(5)), marks: Marks::default() };
        let table = [
            (Says::Counted, Some((&few, Says::Counted)), Held::Hidden),
            (Says::Counted, Some((&none, Says::Counted)), Held::NotCounted),
            (Says::Counted, Some((&told, Says::Stated)), Held::NotCounted),
            (Says::Counted, Some((&told, Says::Target)), Held::NotCounted),
            (Says::Target, Some((&none, Says::Target)), Held::NotStated),
            (Says::Target, Some((&told, Says::Counted)), Held::NotComparable),
            (Says::Estimate, Some((&told, Says::Stated)), Held::NotComparable),
            (Says::Decided, None, Held::CannotAsk),
        ];
        for (published, answer, expected) in table {
            assert_eq!(held(published, answer, |_| true), expected, "{published:?} {answer:?}");
        }
        assert_eq!(held(Says::Counted, Some((&told, Says::Counted)), |_| false), Held::Differs);
    }
}
