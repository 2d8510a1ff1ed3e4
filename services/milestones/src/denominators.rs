//! What shares stand over that is no sum of cells: read once in a unit and period for all that ask
//! after one record.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::figures::{Reader, Time, Value};
use domain::fold::Fold;
use domain::time::{Day, Period};
use hashbrown::HashMap;

use crate::look::value;

/// The figures that shares stand over, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Denominators {
    pub(crate) of: Vec<Reference>,
    read: HashMap<(u16, Unit, Period), Option<i128>>,
}

impl Denominators {
    /// The number of a figure.
    pub(crate) fn number(&mut self, of: &Reference) -> Option<u16> {
        let at = self.of.iter().position(|one| one == of).unwrap_or_else(|| {
            self.of.push(of.clone());
            self.of.len() - 1
        });
        u16::try_from(at).ok()
    }

    /// There is another record: what was read may be otherwise.
    pub(crate) fn forget(&mut self) {
        self.read.clear();
    }

    /// What stands there, if all who should have stated it did, and it is above zero.
    pub(crate) fn read(
        &mut self,
        fold: &Fold,
        number: u16,
        unit: Unit,
        period: Period,
    ) -> Option<i128> {
        let Denominators { of, read } = self;
        let of = &of[usize::from(number)];
        *read.entry((number, unit, period)).or_insert_with(|| figure(fold, of, unit, period))
    }
}

fn figure(fold: &Fold, of: &Reference, unit: Unit, period: Period) -> Option<i128> {
    let last = *period.days().end();
    if is_stated(fold, of) && !may_be_known(fold, unit, &of.indicator, last) {
        return None;
    }
    let whole = match value(fold, of, unit, Time::Period(period)) {
        Value::Whole(whole) => Some(whole),
        Value::Stated(stated) if stated.places == 0 => Some(stated.digits.into()),
        Value::Stated(_) | Value::Ratio(..) | Value::Points { .. } | Value::Missing(_) => None,
    };
    whole.filter(|whole| *whole > 0)
}

/// Whether a figure is what units state of themselves.
fn is_stated(fold: &Fold, of: &Reference) -> bool {
    fold.rules.plan.indicator(&of.indicator).is_some_and(|one| match one.definition.measure {
        Measure::Census {} | Measure::External {} | Measure::Plan {} => true,
        Measure::Flow { .. }
        | Measure::Movement { .. }
        | Measure::Stock { .. }
        | Measure::Distinct { .. }
        | Measure::Balance { .. }
        | Measure::Ratio { .. }
        | Measure::Reduction { .. }
        | Measure::Communes { .. }
        | Measure::Codes { .. }
        | Measure::ChildrenBehind { .. } => false,
    })
}

/// Whether it may be known on a day: the unit states it, or all below it do, or all it was made of.
/// Most lack one for long, which is told sooner so than by adding up.
fn may_be_known(fold: &Fold, unit: Unit, indicator: &str, on: Day) -> bool {
    if !fold.books.statements.of(unit, indicator).is_empty() {
        return true;
    }
    let all = |units: &[Unit]| {
        !units.is_empty() && units.iter().all(|one| may_be_known(fold, *one, indicator, on))
    };
    let reader = Reader::from(fold);
    all(&reader.children_in_force(unit, on)) || all(fold.rules.atlas.made_of(unit))
}
