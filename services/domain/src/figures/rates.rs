//! Shares, how much they changed, and how much a stock fell.

use super::{Figure, Marks, Missing, Question, Reader, Time, Value, columns, is_complete};
use crate::atlas::Unit;
use crate::catalogue::{Filter, Measure, Reference};
use crate::codes::Standing;
use crate::fact::StatedKind;
use crate::household::{Head, MovementRow, movement_column};
use crate::plan::standing_column;
use crate::posting::Column;
use crate::time::Day;

/// A share at two times, over the same units.
#[derive(Clone, PartialEq, Debug)]
pub struct Alike {
    /// Numerator and denominator at the first time.
    pub before: (i128, i128),
    /// The same at the second time.
    pub after: (i128, i128),
    /// What has to be said with both: of how many children they are.
    pub marks: Marks,
}

/// What the fall of a stock is the sum of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fall {
    /// What counts against it.
    pub stock: Vec<Column>,
    /// What counts for it: households that were in the record when it began.
    pub registered: Vec<Column>,
}

/// The parts of a share.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) above: &'a Reference,
    pub(super) below: &'a Reference,
    pub(super) filter: &'a Filter,
}

impl Reader<'_> {
    /// A share at two times, over the same units at both: where denominators are known of some
    /// children only, over the children of which they are known at both times. Nothing for an
    /// indicator that is no share.
    ///
    /// # Errors
    /// `Missing`, when there is no unit of which the share is known at both times.
    pub fn alike(&self, question: &Question<'_>, before: Time) -> Option<Result<Alike, Missing>> {
        self.alike_until(question, (before, None))
    }

    /// The same; where nothing is stated of a denominator by the first time, what is first stated
    /// by a later day stands for it.
    fn alike_until(
        &self,
        question: &Question<'_>,
        before: (Time, Option<Day>),
    ) -> Option<Result<Alike, Missing>> {
        let indicator = self.rules.plan.indicator(question.indicator)?;
        let Measure::Ratio { numerator, denominator } = &indicator.definition.measure else {
            return None;
        };
        let parts = Parts { above: numerator, below: denominator, filter: &question.filter };
        Some(self.alike_parts(question.unit, parts, before, question.time))
    }

    fn alike_parts(
        &self,
        unit: Unit,
        parts: Parts<'_>,
        before: (Time, Option<Day>),
        after: Time,
    ) -> Result<Alike, Missing> {
        let (first, second) =
            (self.ratio(unit, parts, before), self.ratio(unit, parts, (after, None)));
        match (first.value, second.value) {
            (Value::Ratio(n, d), Value::Ratio(m, e))
                if is_complete(&first) && is_complete(&second) =>
            {
                let allocated = first.marks.allocated || second.marks.allocated;
                let base = first.marks.base.max(second.marks.base);
                let marks = Marks { allocated, base, ..second.marks };
                Ok(Alike { before: (n, d), after: (m, e), marks })
            }
            (Value::Missing(why), _) | (_, Value::Missing(why)) => Err(why),
            (_, _) => self.alike_children(unit, parts, before, after),
        }
    }

    fn alike_children(
        &self,
        unit: Unit,
        parts: Parts<'_>,
        before: (Time, Option<Day>),
        after: Time,
    ) -> Result<Alike, Missing> {
        let children = self.children_in_force(unit, after.last());
        let (mut first, mut second, mut told, mut allocated) = ((0, 0), (0, 0), 0, false);
        let mut base = None;
        for child in &children {
            if let Ok(theirs) = self.alike_parts(*child, parts, before, after) {
                first = (first.0 + theirs.before.0, first.1 + theirs.before.1);
                second = (second.0 + theirs.after.0, second.1 + theirs.after.1);
                told += u32::from(theirs.marks.children.is_none_or(|(told, all)| told == all));
                allocated |= theirs.marks.allocated;
                base = base.max(theirs.marks.base);
            }
        }
        if first.1 == 0 || second.1 == 0 {
            return Err(Missing::NoDenominator);
        }
        let children = Some((told, children.len() as u32));
        let marks = Marks { allocated, children, base, ..Marks::default() };
        Ok(Alike { before: first, after: second, marks })
    }

    /// How much a stock or a share fell. Households that were in the record when it began are
    /// opening stock, also when it began within the time; and a census of the first day is what
    /// the share stands over at the opening, where none was taken before.
    pub(super) fn reduction(&self, unit: Unit, of: &Reference, time: Time) -> Figure {
        let earlier = time.ending(time.first().previous());
        let Reference { indicator, filter } = of;
        let question = Question { unit, indicator, filter: filter.clone(), time };
        match self.alike_until(&question, (earlier, Some(time.first()))) {
            Some(Ok(Alike { before, after, marks })) => {
                return Figure { value: Value::Points { before, after }, marks };
            }
            Some(Err(why)) => return Figure::missing(why),
            None => {}
        }
        let before = self.figure(&Question { time: earlier, ..question.clone() });
        let after = self.figure(&question);
        let allocated = before.marks.allocated || after.marks.allocated;
        // Where the list was opened within the time, those who were on it then are opening stock.
        let before = match before.value {
            Value::Missing(Missing::NotReported) => Figure::whole(0),
            _ => before,
        };
        let value = match (before.value, after.value) {
            (Value::Missing(why), _) | (_, Value::Missing(why)) => Value::Missing(why),
            (_, _) => match (before.as_whole(), after.as_whole()) {
                (Some(before), Some(after)) => {
                    Value::Whole(before + self.registered(unit, of, time) - after)
                }
                (_, _) => Value::Missing(Missing::NotKept),
            },
        };
        Figure { value, marks: Marks { allocated, ..after.marks } }
    }

    /// The columns that the fall of a stock is the sum of, over any time: within it, cells of the
    /// stock count against it, opening registrations for it. The first day there is has no day
    /// before: what came to the stock then counts neither way. None for anything else.
    pub fn fall(&self, indicator: &str) -> Option<Fall> {
        let plan = &self.rules.plan;
        let Measure::Reduction { of } = &plan.indicator(indicator)?.definition.measure else {
            return None;
        };
        let stock = plan.indicator(&of.indicator)?;
        let Measure::Stock { .. } = stock.definition.measure else { return None };
        let stock = columns(&stock.kept[0], &of.filter)?;
        Some(Fall { stock, registered: self.registered_columns(of) })
    }

    /// Opening registrations of poor or near-poor households within a time, when that is the
    /// stock referred to.
    fn registered(&self, unit: Unit, of: &Reference, time: Time) -> i128 {
        let rows = self.registered_columns(of).into_iter();
        rows.map(|row| self.view().sum(unit, &[row], time.slots()).0).sum()
    }

    fn registered_columns(&self, of: &Reference) -> Vec<Column> {
        let stocks = self.rules.plan.indicator(&of.indicator).map_or(&[][..], |one| &one.kept);
        let rows = [Standing::Poor, Standing::NearPoor].into_iter().flat_map(|class| {
            [Head::Households, Head::Persons].map(|head| {
                (
                    standing_column(class, head),
                    movement_column(MovementRow::Registered, class, head),
                )
            })
        });
        let of_stock =
            |(standing, _): &(Column, Column)| stocks.iter().any(|kept| kept.base == *standing);
        rows.filter(of_stock).map(|(_, row)| row).collect()
    }

    /// A share at a time; what it stands over may be first stated until a later day.
    pub(super) fn ratio(
        &self,
        unit: Unit,
        parts: Parts<'_>,
        (time, until): (Time, Option<Day>),
    ) -> Figure {
        let above = self.refer(unit, parts.above, parts.filter, time);
        let below = self.below(unit, parts.below, (time, until));
        let Some(n) = above.as_whole() else {
            let why = match above.value {
                Value::Missing(Missing::NotReported) => Missing::NotReported,
                _ => Missing::NoNumerator,
            };
            return Figure::missing(why);
        };
        match below.as_whole() {
            Some(d) if d > 0 => {
                if !is_complete(&below) || !is_complete(&above) {
                    let known = self.ratio_where_known(unit, parts, (time, until));
                    // Where only the unit itself states what is below the line, there is nothing
                    // better than what was reported over all of it, marked as such.
                    if !is_complete(&below) || matches!(known.value, Value::Ratio(..)) {
                        return known;
                    }
                }
                let allocated = above.marks.allocated || below.marks.allocated;
                let children = below.marks.children.or(above.marks.children);
                let base = below.marks.base.max(self.ended(unit, time));
                let communes = above.marks.communes;
                let marks = Marks { allocated, children, communes, base, ..Marks::default() };
                Figure { value: Value::Ratio(n, d), marks }
            }
            Some(_) | None => Figure::missing(Missing::NoDenominator),
        }
    }

    /// What a share stands over.
    fn below(&self, unit: Unit, of: &Reference, (time, until): (Time, Option<Day>)) -> Figure {
        match self.rules.plan.indicator(&of.indicator) {
            Some(indicator) if matches!(indicator.definition.measure, Measure::Census {}) => {
                self.stated_until(unit, indicator, StatedKind::Census, (time, until))
            }
            _ => self.refer(unit, of, &Filter::new(), time),
        }
    }

    /// Over the children whose denominators are known: the same units stand above and below the
    /// line.
    fn ratio_where_known(
        &self,
        unit: Unit,
        parts: Parts<'_>,
        (time, until): (Time, Option<Day>),
    ) -> Figure {
        let children = self.children_in_force(unit, time.last());
        let (mut n, mut d, mut told, mut allocated) = (0, 0, 0, false);
        let mut base = None;
        for child in &children {
            let share = self.ratio(*child, parts, (time, until));
            if let Value::Ratio(above, below) = share.value {
                n += above;
                d += below;
                told += u32::from(is_complete(&share));
                allocated |= share.marks.allocated;
                base = base.max(share.marks.base);
            }
        }
        if d == 0 {
            return Figure::missing(Missing::NoDenominator);
        }
        let children = Some((told, children.len() as u32));
        Figure {
            value: Value::Ratio(n, d),
            marks: Marks { allocated, children, base, ..Marks::default() },
        }
    }
}
