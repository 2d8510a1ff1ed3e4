//! The catalogue compiled: numbered columns and, for each kind of event, what to post. No strings
//! and no hashing are left for the fold.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use crate::bounds::Bounds;
use crate::catalogue::{Definition, Filter, Side, Sum};
use crate::codes::{Code, Standing};
use crate::disclosure::Shapes;
use crate::fact::{ATTRIBUTES_MAX, Event, Traits};
use crate::household::{Head, MOVEMENT_COLUMNS};
use crate::posting::Column;
use crate::time::{Calendars, Grain};

/// The compiled catalogue.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) stocks: Vec<StockRule>,
    /// By kind of event, and by the code of its first attribute: of the many rules for supports
    /// only those of one policy are tried.
    pub(crate) events: Vec<Vec<EventRules>>,
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) index: BTreeMap<String, usize>,
    pub(crate) columns: u16,
    /// The columns whose cells stand in slots of periods.
    pub(crate) of_periods: Vec<Range<u16>>,
    pub(crate) calendars: Calendars,
    /// What a fact can tell at the most; beyond it, it is held. None but those that are put here.
    pub bounds: Bounds,
    /// Made when somebody is first told less than everything.
    pub(crate) shapes: OnceLock<Shapes>,
}

/// The stocks that the movement tables start from and lead to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StockRule {
    pub(crate) column: Column,
    pub(crate) head: Head,
    pub(crate) standings: u8,
    pub(crate) newly_escaped: bool,
    pub(crate) traits: Traits,
}

impl StockRule {
    pub(crate) fn takes(&self, traits: Traits) -> bool {
        traits.includes(self.traits)
    }

    pub(crate) fn stands(&self, standing: Standing) -> bool {
        self.standings & 1 << standing.index() != 0
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct EventRules {
    pub(crate) flows: Vec<FlowRule>,
    pub(crate) distincts: Vec<DistinctRule>,
}

#[derive(Clone, Debug)]
pub(crate) struct FlowRule {
    pub(crate) select: Select,
    pub(crate) sum: Sum,
    pub(crate) side: Side,
    /// Whether it is taken away.
    pub(crate) is_less: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct DistinctRule {
    pub(crate) select: Select,
    pub(crate) grains: Vec<Grain>,
}

/// Which events, and the column each goes to.
#[derive(Clone, Debug)]
pub(crate) struct Select {
    pub(crate) filter: [u64; ATTRIBUTES_MAX],
    pub(crate) base: u16,
    /// Which attribute, and by how much one step of its code moves the column.
    pub(crate) strides: Vec<(usize, u16)>,
}

impl Select {
    fn column(&self, event: &Event) -> Option<Column> {
        // A code beyond its list, of a store that rotted, passes no filter and has no column.
        let passes =
            self.filter.iter().zip(event.attributes).all(|(mask, code)| {
                mask.checked_shr(u32::from(code)).is_some_and(|bit| bit & 1 == 1)
            });
        let step = |(at, stride): &(usize, u16)| u16::from(event.attributes[*at]) * stride;
        passes.then(|| Column(self.base + self.strides.iter().map(step).sum::<u16>()))
    }
}

impl FlowRule {
    pub(crate) fn column(&self, event: &Event) -> Option<Column> {
        self.select.column(event)
    }
}

impl DistinctRule {
    pub(crate) fn column(&self, event: &Event) -> Option<Column> {
        self.select.column(event)
    }
}

/// An indicator with the columns it is kept in.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// What the catalogue says of it.
    pub definition: Definition,
    /// The columns it is kept in; none for what is computed from others or stated.
    pub kept: Vec<Kept>,
}

/// A block of columns: one for each combination of codes of some attributes.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The first column.
    pub base: Column,
    /// The attributes, the last one changing fastest, with their codes.
    pub by: Vec<(&'static str, Vec<&'static str>)>,
}

impl Kept {
    /// How many columns there are.
    pub fn len(&self) -> u16 {
        self.by.iter().map(|(_, codes)| codes.len() as u16).product()
    }

    /// Never: a block without attributes has one column.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The codes of one of its columns, in the order of [`Kept::by`].
    pub fn codes(&self, column: Column) -> Vec<&'static str> {
        let mut rest = usize::from(column.0 - self.base.0);
        let mut codes: Vec<_> = self
            .by
            .iter()
            .rev()
            .map(|(_, codes)| {
                let code = codes[rest % codes.len()];
                rest /= codes.len();
                code
            })
            .collect();
        codes.reverse();
        codes
    }

    /// Its columns whose codes pass the filter.
    pub fn columns(&self, filter: &Filter) -> Vec<Column> {
        let all = (self.base.0..self.base.0 + self.len()).map(Column);
        if filter.is_empty() {
            return all.collect();
        }
        all.filter(|column| {
            self.by.iter().zip(self.codes(*column)).all(|((name, _), code)| {
                filter.get(*name).is_none_or(|allowed| allowed.iter().any(|one| one == code))
            })
        })
        .collect()
    }
}

/// An error in the catalogue: which indicator, and what to mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogueError {
    /// The indicator.
    pub indicator: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "indicator {}: {}", self.indicator, self.what)
    }
}

impl std::error::Error for CatalogueError {}

/// Columns that stocks of a standing take, after the movements.
pub(crate) const STANDING_COLUMNS: u16 = 6;

/// The column of lists that were opened: one for each fact that says so. It comes before those of
/// the catalogue.
pub const LIST_COLUMN: Column = Column(MOVEMENT_COLUMNS + STANDING_COLUMNS);

/// The column of the households or persons of one standing.
pub fn standing_column(standing: Standing, head: Head) -> Column {
    Column(MOVEMENT_COLUMNS + u16::from(standing.index()) * 2 + head as u16)
}

impl Plan {
    pub(crate) fn rules(&self, event: &Event) -> &EventRules {
        const NONE: &EventRules = &EventRules { flows: Vec::new(), distincts: Vec::new() };
        self.events[event.kind as usize].get(usize::from(event.attributes[0])).unwrap_or(NONE)
    }

    /// The indicators, in the catalogue's order.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// The indicator of that name.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.index.get(id).map(|at| &self.indicators[*at])
    }

    /// The periods of every day.
    pub fn calendars(&self) -> &Calendars {
        &self.calendars
    }

    /// How many columns there are.
    pub fn columns(&self) -> u16 {
        self.columns
    }

    /// Whether a column's cells stand in slots of days; those of distinct households stand in slots
    /// of periods.
    pub fn is_dated(&self, column: Column) -> bool {
        !self.of_periods.iter().any(|columns| columns.contains(&column.0))
    }

    /// Finds the rules that give a distinct indicator its households, for ranges that no grain
    /// declares.
    pub(crate) fn distinct_column(&self, event: &Event, columns: &[Column]) -> bool {
        let rules = &self.rules(event).distincts;
        rules.iter().any(|rule| rule.column(event).is_some_and(|c| columns.contains(&c)))
    }
}
