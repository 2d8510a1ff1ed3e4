//! Questions, as they are asked on the command line, over a socket and by HTTP.

use anyhow::Result;
use domain::figures::Time;
use domain::time::{Day, Period};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Query {
    /// Figures of a unit.
    Figures(FiguresQuery),
    /// The movement tables of a unit.
    Movements {
        /// The unit's key.
        unit: String,
        /// When.
        when: When,
    },
    /// What the fold noticed in a unit.
    Findings {
        /// The unit's key.
        unit: String,
        /// When the facts happened; all times when left out.
        when: Option<When>,
        /// Most findings listed.
        limit: usize,
    },
    /// Targets of a unit.
    Targets {
        /// The unit's key.
        unit: String,
        /// Indicators; all that the unit has a target for when empty.
        indicators: Vec<String>,
        /// When.
        when: When,
    },
    /// Indicators of a unit over the last periods of one calendar and length.
    Series {
        /// The unit's key.
        unit: String,
        /// The indicators.
        indicators: Vec<String>,
        /// The last of the periods.
        period: String,
        /// How many periods.
        last: usize,
    },
    /// Two units or two times beside each other.
    Compare {
        /// What is compared with.
        first: Box<Compared>,
        /// What is compared.
        second: Box<Compared>,
        /// Indicators; all of them when empty.
        indicators: Vec<String>,
    },
    /// Findings of a unit by reason, unit below and age.
    FindingGroups {
        /// The unit's key.
        unit: String,
        /// When the facts happened; all times when left out.
        when: Option<When>,
        /// The day that ages are counted from: the fold has no clock.
        today: String,
    },
    /// The digest of the books.
    Digest,
}

/// Which figures.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FiguresQuery {
    /// The unit's key.
    pub unit: String,
    /// When.
    pub when: When,
    /// Indicators; all of them when empty.
    pub indicators: Vec<String>,
    /// Attributes to break down by.
    pub by: Vec<String>,
    /// Also every unit directly below.
    pub children: bool,
    /// Whose boundaries.
    pub boundaries: Boundaries,
    /// Only what the books know: households over days that no declared period has are counted
    /// along all timelines, which takes long and holds the fold up.
    #[serde(default)]
    pub books_only: bool,
}

/// Whose boundaries units have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Boundaries {
    /// The unit as it is or was.
    #[default]
    Own,
    /// The units of today that hold it.
    Current,
}

/// When: a named period, or days.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct When {
    /// `2021-H1@administrative`; none when days are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

impl When {
    /// A named period.
    pub fn period(period: Period) -> When {
        let days = period.days();
        When {
            period: Some(period.to_string()),
            from: days.start().to_string(),
            to: days.end().to_string(),
        }
    }

    /// Days, both included.
    pub fn days(from: Day, to: Day) -> When {
        When { period: None, from: from.to_string(), to: to.to_string() }
    }

    /// The time that the rules know.
    ///
    /// # Errors
    /// What is no period and no day.
    pub fn time(&self) -> Result<Time> {
        match &self.period {
            Some(period) => Ok(Time::Period(period.parse()?)),
            None => Ok(Time::Days(self.from.parse()?, self.to.parse()?)),
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// The unit's key.
    pub unit: String,
    /// When.
    pub when: When,
}
