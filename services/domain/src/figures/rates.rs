//! Shares, how much they changed, and how much a stock fell.

use super::{Figure, Marks, Missing, Question, Reader, Time, Value, columns, is_complete};
use crate::atlas::Unit;
use crate::catalogue::{Filter, Measure, Reference};
use crate::codes::Standing;
use crate::household::{Head, MovementRow, movement_column};
use crate::plan::standing_column;
use crate::posting::Column;

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
struct Parts<'a> {
    above: &'a Reference,
    below: &'a Reference,
    filter: &'a Filter,
}

impl Reader<'_> {
    /// A share at two times, over the same units at both: where denominators are known of some
    /// children only, over the children of which they are known at both times. Nothing for an
    /// indicator that is no share.
    ///
    /// # Errors
    /// `Missing`, when there is no unit of which the share is known at both times.
    pub fn alike(&self, question: &Question<'_>, before: Time) -> Option<Result<Alike, Missing>> {
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
        before: Time,
        after: Time,
    ) -> Result<Alike, Missing> {
        let at = |time| self.ratio(unit, parts.above, parts.below, parts.filter, time);
        let (first, second) = (at(before), at(after));
        match (first.value, second.value) {
            (Value::Ratio(n, d), Value::Ratio(m, e))
                if is_complete(&first) && is_complete(&second) =>
            {
                let allocated = first.marks.allocated || second.marks.allocated;
                let marks = Marks { allocated, ..second.marks };
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
        before: Time,
        after: Time,
    ) -> Result<Alike, Missing> {
        let children = self.children_in_force(unit, after.last());
        let (mut first, mut second, mut told, mut allocated) = ((0, 0), (0, 0), 0, false);
        for child in &children {
            if let Ok(theirs) = self.alike_parts(*child, parts, before, after) {
                first = (first.0 + theirs.before.0, first.1 + theirs.before.1);
                second = (second.0 + theirs.after.0, second.1 + theirs.after.1);
                told += u32::from(theirs.marks.children.is_none_or(|(told, all)| told == all));
                allocated |= theirs.marks.allocated;
            }
        }
        if first.1 == 0 || second.1 == 0 {
            return Err(Missing::NoDenominator);
        }
        let children = Some((told, children.len() as u32));
        let marks = Marks { allocated, children, ..Marks::default() };
        Ok(Alike { before: first, after: second, marks })
    }

    /// How much a stock or a share fell. Households that were in the record when it began are
    /// opening stock, also when it began within the time.
    pub(super) fn reduction(&self, unit: Unit, of: &Reference, time: Time) -> Figure {
        let earlier = time.ending(time.first().previous());
        let Reference { indicator, filter } = of;
        let question = Question { unit, indicator, filter: filter.clone(), time };
        match self.alike(&question, earlier) {
            Some(Ok(Alike { before, after, marks })) => {
                return Figure { value: Value::Points { before, after }, marks };
            }
            Some(Err(why)) => return Figure::missing(why),
            None => {}
        }
        let before = self.figure(&Question { time: earlier, ..question.clone() });
        let after = self.figure(&question);
        let allocated = before.marks.allocated || after.marks.allocated;
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

    pub(super) fn ratio(
        &self,
        unit: Unit,
        numerator: &Reference,
        denominator: &Reference,
        filter: &Filter,
        time: Time,
    ) -> Figure {
        let above = self.refer(unit, numerator, filter, time);
        let below = self.refer(unit, denominator, &Filter::new(), time);
        let Some(n) = above.as_whole() else { return Figure::missing(Missing::NoNumerator) };
        match below.as_whole() {
            Some(d) if d > 0 => {
                if below.marks.children.is_some_and(|(told, all)| told < all) {
                    return self.ratio_where_known(unit, numerator, denominator, filter, time);
                }
                let allocated = above.marks.allocated || below.marks.allocated;
                let children = below.marks.children.or(above.marks.children);
                let marks = Marks { allocated, children, ..Marks::default() };
                Figure { value: Value::Ratio(n, d), marks }
            }
            Some(_) | None => Figure::missing(Missing::NoDenominator),
        }
    }

    /// Over the children whose denominators are known: the same units stand above and below the
    /// line.
    fn ratio_where_known(
        &self,
        unit: Unit,
        numerator: &Reference,
        denominator: &Reference,
        filter: &Filter,
        time: Time,
    ) -> Figure {
        let children = self.children_in_force(unit, time.last());
        let (mut n, mut d, mut told, mut allocated) = (0, 0, 0, false);
        for child in &children {
            let share = self.ratio(*child, numerator, denominator, filter, time);
            if let Value::Ratio(above, below) = share.value {
                n += above;
                d += below;
                told += u32::from(is_complete(&share));
                allocated |= share.marks.allocated;
            }
        }
        if d == 0 {
            return Figure::missing(Missing::NoDenominator);
        }
        let children = Some((told, children.len() as u32));
        Figure {
            value: Value::Ratio(n, d),
            marks: Marks { allocated, children, ..Marks::default() },
        }
    }
}
