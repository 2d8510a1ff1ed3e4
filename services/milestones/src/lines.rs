//! The lines of a figure that some rules measure, and where each unit and period stands between
//! them: rules are looked at only when a value passes one of theirs.

use domain::atlas::Unit;
use domain::time::Period;
use query::Exact;

use crate::rows::Rows;
use crate::span::Span;

/// Lines over a meter.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The meter of the sum, by its number.
    pub(crate) meter: u16,
    /// What the sum stands over, where it is a share.
    pub(crate) over: Option<Over>,
    /// 100 for a percentage.
    scale: i128,
    /// Every number at which a rule may change its mind, in order, with these rules.
    lines: Vec<(Exact, Vec<u16>)>,
    /// The rules that hold at zero.
    at_zero: Vec<u16>,
    places: Rows<Place>,
}

/// What a sum stands over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Over {
    /// A sum of cells, too: a meter's number.
    Meter(u16),
    /// Anything else: a denominator's number.
    Figure(u16),
}

/// Between which lines a value stands, and for which sums it stays there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    span: Span,
    /// On the n-th line 2n + 1, below it 2n; [`UNSEEN`].
    nth: u16,
}

const UNSEEN: Place = Place { span: Span::NONE, nth: u16::MAX };
/// There is no value, whatever the sum, until somebody states what it stands over.
const NOTHING: Place = Place { span: Span::ALL, nth: u16::MAX - 1 };

impl Lines {
    pub(crate) fn new(meter: u16, over: Option<Over>, scale: i128) -> Lines {
        let (lines, at_zero, places) = Default::default();
        Lines { meter, over, scale, lines, at_zero, places }
    }

    /// The meters it reads.
    pub(crate) fn meters(&self) -> impl Iterator<Item = u16> + use<> {
        let over = match self.over {
            Some(Over::Meter(number)) => Some(number),
            Some(Over::Figure(_)) | None => None,
        };
        [Some(self.meter), over].into_iter().flatten()
    }

    /// Adds a rule's lines.
    pub(crate) fn add(&mut self, rule: u16, lines: &[Exact], holds_at_zero: bool) {
        for line in lines {
            let at = self.lines.partition_point(|(one, _)| one < line);
            match self.lines.get_mut(at) {
                Some((one, rules)) if one == line => rules.push(rule),
                Some(_) | None => self.lines.insert(at, (*line, vec![rule])),
            }
        }
        if holds_at_zero {
            self.at_zero.push(rule);
        }
    }

    /// The sums for which a unit and period stays where it stands.
    pub(crate) fn span(&self, unit: Unit, slot: u16) -> Span {
        self.places.get(unit, slot).unwrap_or(UNSEEN).span
    }

    /// The sums for which there is nothing to tell of a unit and period that was never seen.
    pub(crate) fn still(&self) -> Span {
        match &self.over {
            None if self.at_zero.is_empty() => self.place(Exact::whole(0), 1).span,
            None | Some(_) => Span::NONE,
        }
    }

    /// Puts a unit and period where its sum stands now. The rules whose lines lie between, and the
    /// value; all of `rules` where it is not known where it stood. `is_whole`: the meter has seen
    /// everything, so that what was not seen before was zero.
    pub(crate) fn pass(
        &mut self,
        (unit, period): (Unit, Period),
        (sum, below): (i128, Option<i128>),
        rules: &[u16],
        is_whole: bool,
    ) -> (Vec<u16>, Option<Exact>) {
        let slot = period.slot();
        let before = self.places.get(unit, slot).unwrap_or(UNSEEN);
        let exact = below.and_then(|below| self.value(sum, below));
        let now = match (below, exact) {
            (Some(below), Some(exact)) => self.place(exact, below),
            (_, _) => NOTHING,
        };
        let mut row = self.places.reach(unit, (slot, slot), UNSEEN, |_| UNSEEN);
        if let Some(cell) = row.at(slot) {
            *cell = now;
        }
        let passed = match (before, now) {
            (before, now) if before.nth == now.nth => Vec::new(),
            // It never was anywhere.
            (UNSEEN, NOTHING) if is_whole => Vec::new(),
            (NOTHING, _) | (_, NOTHING) => rules.to_vec(),
            (UNSEEN, now) if is_whole && self.over.is_none() => {
                let zero = self.place(Exact::whole(0), 1);
                let mut passed = self.between(zero.nth, now.nth);
                passed.extend_from_slice(&self.at_zero);
                passed
            }
            (UNSEEN, _) => rules.to_vec(),
            (before, now) => self.between(before.nth, now.nth),
        };
        (passed, exact)
    }

    fn value(&self, sum: i128, below: i128) -> Option<Exact> {
        Exact::new(sum.checked_mul(self.scale)?, below)
    }

    fn between(&self, a: u16, b: u16) -> Vec<u16> {
        let (least, most) = (usize::from(a.min(b)) / 2, usize::from(a.max(b)) / 2);
        let most = most.min(self.lines.len().saturating_sub(1));
        let passed = self.lines.get(least..=most).unwrap_or_default();
        passed.iter().flat_map(|(_, rules)| rules).copied().collect()
    }

    fn place(&self, value: Exact, below: i128) -> Place {
        let first = self.lines.partition_point(|(line, _)| *line < value);
        let on = self.lines.get(first).is_some_and(|(line, _)| *line == value);
        let nth = u16::try_from(2 * first + usize::from(on)).unwrap_or(u16::MAX - 2);
        // The sum at which the value is on a line, rounded down and up.
        let sum = |at: usize| {
            let line = self.lines.get(at)?.0;
            let over = line.numerator().checked_mul(below)?;
            let under = line.denominator().checked_mul(self.scale)?;
            let down = over.div_euclid(under);
            let up = down + i128::from(over.rem_euclid(under) != 0);
            let fits = |sum: i128| i64::try_from(sum).ok();
            Some((fits(down)?, fits(up)?))
        };
        if on {
            let exactly = sum(first).map_or((1, 0), |(sum, _)| (sum, sum.saturating_add(1)));
            return Place { span: Span { least: exactly.0, end: exactly.1 }, nth };
        }
        let least =
            first.checked_sub(1).and_then(sum).map_or(i64::MIN, |(down, _)| down.saturating_add(1));
        let end = sum(first).map_or(i64::MAX, |(_, up)| up);
        Place { span: Span { least, end }, nth }
    }

    /// Forgets where everything stands.
    pub(crate) fn forget(&mut self) {
        self.places = Rows::default();
    }

    /// How many places are kept.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
}
