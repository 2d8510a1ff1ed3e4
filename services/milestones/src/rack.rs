//! The meters and denominators of all gauges, each once, and what they say.

use domain::atlas::Unit;
use domain::catalogue::Reference;
use domain::contribution;
use domain::fold::Fold;
use domain::time::{Grain, Period};

use crate::denominators::Denominators;
use crate::lines::Over;
use crate::meter::Meter;
use crate::units::Units;

/// The meters of all gauges, each once.
#[derive(Clone, Debug)]
pub(crate) struct Rack {
    pub(crate) meters: Vec<Meter>,
    /// What some of them stand over.
    pub(crate) below: Denominators,
    /// Whether they have seen every posting there ever was: then what they do not have is zero.
    pub(crate) is_whole: bool,
}

impl Rack {
    /// The number of a figure's meter, for some more units; none if it is no sum of cells.
    pub(crate) fn meter(
        &mut self,
        rules: &contribution::Rules,
        of: &Reference,
        grain: Grain,
        units: &Units,
    ) -> Option<u16> {
        let same = |meter: &Meter| meter.of == *of && meter.grain == grain;
        let at = match self.meters.iter().position(same) {
            Some(at) => at,
            None => {
                self.meters.push(Meter::of(rules, of, grain)?);
                self.meters.len() - 1
            }
        };
        self.meters[at].units.join(units);
        u16::try_from(at).ok()
    }

    /// What a share stands over.
    pub(crate) fn over(
        &mut self,
        rules: &contribution::Rules,
        of: &Reference,
        grain: Grain,
        units: &Units,
    ) -> Option<Over> {
        let meter = self.meter(rules, of, grain, units).map(Over::Meter);
        meter.or_else(|| self.below.number(of).map(Over::Figure))
    }

    /// Which figure that is.
    pub(crate) fn figure_of(&self, over: Over) -> &Reference {
        match over {
            Over::Meter(number) => &self.meters[usize::from(number)].of,
            Over::Figure(number) => &self.below.of[usize::from(number)],
        }
    }

    /// What a sum is to be divided by; none where that is not known, or not above zero.
    pub(crate) fn below(
        &mut self,
        fold: &Fold,
        over: Option<Over>,
        unit: Unit,
        period: Period,
    ) -> Option<i128> {
        match over {
            None => Some(1),
            Some(Over::Meter(meter)) => {
                Some(self.value(meter, fold, unit, period)).filter(|below| *below > 0)
            }
            Some(Over::Figure(number)) => self.below.read(fold, number, unit, period),
        }
    }

    /// The sum of a meter, a unit and a period. `fold` must have all that was added.
    pub(crate) fn value(&mut self, meter: u16, fold: &Fold, unit: Unit, period: Period) -> i128 {
        self.meters[usize::from(meter)].value(fold, unit, period, self.is_whole)
    }

    /// Forgets everything: what is asked for is read again.
    pub(crate) fn forget(&mut self) {
        self.is_whole = false;
        self.meters.iter_mut().for_each(Meter::forget);
    }

    /// How many sums are kept.
    pub(crate) fn len(&self) -> usize {
        self.meters.iter().map(Meter::len).sum()
    }
}
