//! A gauge: one figure that some rules measure. Where that is a sum of cells, or such a sum over a
//! stated number, its values are kept and moved with each posting, and rules are looked at only
//! when a value passes one of their lines.

use domain::atlas::Unit;
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::figures::{Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::posting::Column;
use domain::time::{Grain, Period};
use hashbrown::HashMap;
use query::Exact;

use crate::depends::{Depends, of_rule};
use crate::look::value;
use crate::rule::{Against, Measured, Rule};
use crate::units::Units;

/// Most values that are kept: 40 bytes each. Beyond it all are forgotten, and read again from the
/// fold when they are next touched.
const KEPT_MAX: usize = 2_000_000;

/// A figure of some periods, with the rules that measure it.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    pub(crate) grain: Grain,
    /// The rules' numbers.
    pub(crate) rules: Vec<u16>,
    /// The units that any of them is for.
    pub(crate) units: Units,
    /// How many periods before also count, for a comparison with an earlier one.
    pub(crate) back: u16,
    pub(crate) depends: Depends,
    quick: Option<Quick>,
}

/// What a value can be kept of.
#[derive(Clone, Debug)]
struct Quick {
    of: Reference,
    /// The columns whose sum stands above the line.
    above: Vec<Column>,
    /// Whether nothing but statements stands below the line.
    is_over_stated: bool,
    /// 100 for a percentage.
    scale: i128,
    /// Every number at which a rule may change its mind, in order.
    lines: Vec<Exact>,
}

/// A value that is kept: a sum of cells, over one or over what was stated.
#[derive(Clone, Copy, Debug)]
struct Kept {
    above: i64,
    below: i64,
    /// Between which lines it stands.
    place: u16,
}

/// Where a value is kept: gauge, unit, period.
type Key = (u16, Unit, Period);

/// The values that are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    kept: HashMap<Key, Kept>,
}

/// What a touched value says.
pub(crate) enum Said {
    /// It stands between the same lines as before.
    Same,
    /// It may have passed some; this is the value, where it is known.
    Moved(Option<Exact>),
    /// Every rule has to look for itself.
    Unknown,
}

impl Gauge {
    /// The gauge of a rule alone.
    pub(crate) fn new(rules: &contribution::Rules, number: u16, rule: &Rule) -> Gauge {
        let back = match rule.against {
            Against::Earlier(back, _) => back,
            Against::Number(_) | Against::Target | Against::Other(..) => 0,
        };
        Gauge {
            grain: rule.grain,
            rules: vec![number],
            units: Units::of(&rules.atlas, &rule.scope),
            back,
            depends: of_rule(&rules.plan, rule),
            quick: Quick::of(rules, rule),
        }
    }

    /// Takes in the only rule of another gauge, if it measures the same in a way that can be kept.
    pub(crate) fn join(&mut self, other: &Gauge) -> bool {
        let (Some(mine), Some(theirs)) = (&mut self.quick, &other.quick) else { return false };
        if self.grain != other.grain || mine.of != theirs.of {
            return false;
        }
        mine.lines.extend_from_slice(&theirs.lines);
        mine.lines.sort_unstable();
        mine.lines.dedup();
        self.rules.extend_from_slice(&other.rules);
        self.units.join(&other.units);
        true
    }

    /// Whether a posting to this column moves the kept value by as much.
    pub(crate) fn moves_with(&self, column: Column) -> bool {
        self.quick.as_ref().is_some_and(|quick| quick.above.binary_search(&column).is_ok())
    }
}

impl Quick {
    fn of(rules: &contribution::Rules, rule: &Rule) -> Option<Quick> {
        let (Measured::Figure(of), Against::Number(line)) = (&rule.measured, &rule.against) else {
            return None;
        };
        let indicator = rules.plan.indicator(&of.indicator)?;
        let is_share = matches!(indicator.definition.measure, Measure::Ratio { .. });
        let mut below = Vec::new();
        let (sum, scale) = match &indicator.definition.measure {
            Measure::Flow { .. }
            | Measure::Movement { .. }
            | Measure::Stock { .. }
            | Measure::Distinct { .. } => (of.clone(), 1),
            Measure::Ratio { numerator, denominator } => {
                below = Depends::of(&rules.plan, denominator).columns;
                let mut filter = numerator.filter.clone();
                filter.extend(of.filter.clone());
                let percent = indicator.definition.counted_in == "percent";
                let of = Reference { indicator: numerator.indicator.clone(), filter };
                (of, if percent { 100 } else { 1 })
            }
            Measure::Reduction { .. }
            | Measure::Communes { .. }
            | Measure::Codes { .. }
            | Measure::Census {}
            | Measure::External {}
            | Measure::ChildrenBehind { .. }
            | Measure::Plan {} => return None,
        };
        let mut above = sum_of(rules, &sum, rule.grain)?;
        above.sort_unstable();
        // What stands on both sides moves both: that is read again each time.
        if below.iter().any(|(column, _)| above.binary_search(column).is_ok()) {
            return None;
        }
        let margin = rule.margin;
        let mut lines: Vec<Exact> =
            [line.minus(margin)?, *line, line.plus(margin)?].into_iter().collect();
        lines.dedup();
        let is_over_stated = is_share && below.is_empty();
        Some(Quick { of: of.clone(), above, is_over_stated, scale, lines })
    }

    /// Between which lines a value stands: on the n-th is 2n + 1, below it 2n.
    fn place(&self, above: i64, below: i64) -> Option<u16> {
        let value = self.value(above, below)?;
        let first = self.lines.partition_point(|line| *line < value);
        let on = self.lines.get(first) == Some(&value);
        u16::try_from(2 * first + usize::from(on)).ok()
    }

    fn value(&self, above: i64, below: i64) -> Option<Exact> {
        Exact::new(i128::from(above) * self.scale, i128::from(below))
    }
}

/// The columns that a figure is the sum of, if it is one.
pub(crate) fn sum_of(
    rules: &contribution::Rules,
    of: &Reference,
    grain: Grain,
) -> Option<Vec<Column>> {
    let day = domain::time::Day::from_ymd(2022, 6, 1)?;
    let period = Period::containing(grain, day)?;
    let books = domain::books::Books::default();
    let reader = Reader { rules, books: &books, fold: None };
    let question = Question {
        unit: Unit(0),
        indicator: &of.indicator,
        filter: of.filter.clone(),
        time: Time::Period(period),
    };
    reader.cells(&question).map(|cells| cells.columns)
}

impl Values {
    /// A cell changed that the kept value is a sum of.
    pub(crate) fn add(&mut self, key: Key, by: i64) {
        let Some(kept) = self.kept.get_mut(&key) else { return };
        match kept.above.checked_add(by) {
            Some(sum) => kept.above = sum,
            None => self.forget(key),
        }
    }

    /// Something else changed that the value depends on: it is read again.
    pub(crate) fn forget(&mut self, key: Key) {
        self.kept.remove(&key);
    }

    /// What a touched value says. `fold` must have all that touched it.
    pub(crate) fn look(&mut self, fold: &Fold, gauge: &Gauge, key: Key) -> Said {
        let Some(quick) = &gauge.quick else { return Said::Unknown };
        if let Some(kept) = self.kept.get_mut(&key) {
            let place = match kept.below {
                // Whoever states what stands below the line makes it be read again.
                0 => return Said::Same,
                below => quick.place(kept.above, below),
            };
            return match place {
                Some(place) if place == kept.place => Said::Same,
                Some(place) => {
                    kept.place = place;
                    Said::Moved(quick.value(kept.above, kept.below))
                }
                None => Said::Unknown,
            };
        }
        let Some((above, below)) = read(fold, quick, key) else { return Said::Unknown };
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        let place = quick.place(above, below).unwrap_or_default();
        self.kept.insert(key, Kept { above, below, place });
        quick.value(above, below).map_or(Said::Unknown, |value| Said::Moved(Some(value)))
    }
}

/// Reads a value that can be kept; nothing over nothing while what stands below the line is not
/// stated, or not by all.
fn read(fold: &Fold, quick: &Quick, (_, unit, period): Key) -> Option<(i64, i64)> {
    match value(fold, &quick.of, unit, Time::Period(period)) {
        Value::Whole(value) => Some((i64::try_from(value).ok()?, 1)),
        Value::Ratio(above, below) => {
            Some((i64::try_from(above).ok()?, i64::try_from(below).ok()?))
        }
        Value::Missing(Missing::NotStated | Missing::NoDenominator) if quick.is_over_stated => {
            Some((0, 0))
        }
        Value::Points { .. } | Value::Stated(_) | Value::Missing(_) => None,
    }
}
