//! Questions of an audit, and answers over a fold and a shelf.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::closing::Act;
use domain::codes::Code;
use domain::disclosure::Disclosure;
use domain::figures::Question;
use domain::fold::Fold;
use proto::gazetteer::Gazetteer;
use query::When;
use query::findings::key;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::closed::id;
use crate::explain::{Explanation, explain};
use crate::look::Look;
use crate::revisions::{Revisions, revisions};
use crate::shelf::Shelf;
use crate::{Error, Result};

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Where a figure comes from.
    Explain {
        /// The unit's key.
        unit: String,
        /// The indicator's id.
        indicator: String,
        /// Only these codes.
        #[serde(default)]
        by: BTreeMap<String, Vec<String>>,
        /// When.
        when: When,
        /// Most facts that are listed of each sum.
        limit: usize,
    },
    /// What changed since a closing.
    Revisions {
        /// The vintage's id.
        vintage: String,
        /// Most facts that are named of each row.
        limit: usize,
    },
    /// What was closed, reopened and published.
    Closings {
        /// The unit's key; all without it.
        #[serde(default)]
        unit: Option<String>,
    },
}

/// An answer, as of a position.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The position of the figures.
    pub position: u64,
    /// What is told.
    #[serde(flatten)]
    pub body: Body,
}

/// What is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Body {
    /// Where a figure comes from.
    Explanation(Box<Explanation>),
    /// What changed since a closing.
    Revisions(Revisions),
    /// What was closed.
    Closings {
        /// In the order of the journal.
        closings: Vec<Closed>,
    },
}

/// A declaration about a period, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Closed {
    /// Where it stands in the journal.
    pub position: u64,
    /// `closed`, `reopened` or `published`.
    pub act: String,
    /// The unit.
    pub unit: String,
    /// The period.
    pub period: String,
    /// The level.
    pub level: String,
    /// Who decided.
    pub set_by: String,
    /// By which decision, or where it was published.
    pub reference: String,
    /// The day on which the journal received it.
    pub received: String,
    /// The fact's key.
    pub fact: String,
    /// The vintage that it makes, reopens or publishes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vintage: Option<String>,
    /// Whether the vintage is there, and its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Why it does nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Answers from a fold as of a position, and from what was closed.
///
/// # Errors
/// `Unknown`: no such unit, indicator or vintage; `Damaged`, `Io`.
pub fn answer(over: &impl Look, shelf: &Shelf, ask: &Ask) -> Result<Told> {
    match ask {
        Ask::Explain { unit, indicator, by, when, limit } => {
            let unknown = |what, wanted: &str, known: &str| Error::Unknown {
                what,
                wanted: wanted.to_owned(),
                known: known.to_owned(),
            };
            let unit = Gazetteer::embedded()
                .unit(unit)
                .ok_or_else(|| unknown("unit", unit, "`tonghop units` finds units by name"))?;
            if !over.look(|fold, _| fold.rules.plan.indicator(indicator).is_some()) {
                return Err(unknown("indicator", indicator, "`tonghop indicators` lists them"));
            }
            let time = when.time().map_err(|error| {
                let asked = when.period.as_deref().unwrap_or(&when.from);
                unknown("period", asked, &error.to_string())
            })?;
            let question = Question { unit, indicator, filter: by.clone(), time };
            let (position, explanation) = explain(over, Disclosure::EVERYTHING, &question, *limit);
            Ok(Told { position, body: Body::Explanation(Box::new(explanation)) })
        }
        Ask::Revisions { vintage, limit } => {
            let kept = shelf.get(vintage)?;
            let found = revisions(over, &kept, *limit);
            let gone = || Error::Unknown {
                what: "unit",
                wanted: kept.head.unit.clone(),
                known: "the gazetteer no longer has this unit".to_owned(),
            };
            let found = found.ok_or_else(gone)?;
            Ok(Told { position: found.now, body: Body::Revisions(found) })
        }
        Ask::Closings { unit } => {
            over.look(|fold, position| {
                let closings = match unit {
                    // A unit that there is not has closed nothing.
                    Some(unit) => match Gazetteer::embedded().unit(unit) {
                        Some(unit) => closings(fold, shelf, Some(unit))?,
                        None => Vec::new(),
                    },
                    None => closings(fold, shelf, None)?,
                };
                Ok(Told { position, body: Body::Closings { closings } })
            })
        }
    }
}

/// Every declaration about a period, or those of one unit, in the order of the journal: only their
/// vintages are read.
///
/// # Errors
/// `Io`, `Damaged`.
pub fn closings(fold: &Fold, shelf: &Shelf, only: Option<Unit>) -> Result<Vec<Closed>> {
    let listed = shelf.list()?;
    let mut closings = Vec::new();
    for judged in fold.closings() {
        let closing = judged.closing;
        let unit = fold.rules.atlas.unit_of(judged.fact.at);
        if only.is_some_and(|only| only != unit) {
            continue;
        }
        let act = match closing.act {
            Act::Closed => "closed",
            Act::Reopened => "reopened",
            Act::Published => "published",
        };
        let vintage = judged.verdict.as_ref().ok().map(id);
        let kept = listed.iter().find(|one| Some(&one.id) == vintage.as_ref());
        let digest = match kept.filter(|_| closing.act == Act::Closed) {
            Some(kept) => Some(crate::shelf::read(&kept.path)?.digest().to_string()),
            None => None,
        };
        closings.push(Closed {
            position: judged.fact.position,
            act: act.to_owned(),
            unit: Gazetteer::embedded().key(unit).to_owned(),
            period: closing.period.to_string(),
            level: closing.level.code().to_owned(),
            set_by: closing.authority.map_or_else(String::new, |by| by.code().to_owned()),
            reference: closing.reference.to_string(),
            received: closing.received.to_string(),
            fact: key(judged.fact.key),
            vintage,
            digest,
            refused: judged.verdict.err().map(|reason| reason.code().to_owned()),
        });
    }
    Ok(closings)
}
