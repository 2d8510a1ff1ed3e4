//! A figure opened: to the figures it is computed from, and these to their postings and facts.

use domain::atlas::Unit;
use domain::catalogue::{Filter, Measure};
use domain::contribution::trace;
use domain::fact::{Fact, Key, StatedKind};
use domain::figures::{Cells, Question, Reader, Time, Value};
use domain::fold::Fold;
use proto::gazetteer::Gazetteer;
use query::findings::key;
use serde::{Deserialize, Serialize};

use crate::freeze::{written, written_filter};
use crate::sites::Sites;

/// A figure with what it comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// The unit's key.
    pub unit: String,
    /// The indicator's id.
    pub indicator: String,
    /// The breakdown, `class=poor`; empty for all.
    pub by: String,
    /// First and last day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The value, as a vintage has it.
    pub value: String,
    /// How it comes about.
    pub how: How,
    /// The sum of what all its facts post; left out where it is no sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
    /// How many postings there are.
    pub postings: u64,
    /// The first of them in the order of the journal, as many as were asked for.
    pub facts: Vec<Posted>,
    /// The figures that this one is computed from.
    pub parts: Vec<Explanation>,
}

/// How a figure comes about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The sum of postings of the time.
    Flow,
    /// The sum of postings up to the last day.
    Stock,
    /// Different households: one posting for each.
    Distinct,
    /// The first part over the second.
    Share,
    /// The first part less the second.
    Change,
    /// Stated by the unit itself.
    Stated,
    /// The sum of what units below state.
    SumOfStated,
    /// How many of the parts are not zero.
    Count,
    /// There is none, or it is counted along timelines that no period declares.
    Other,
}

/// What one fact posts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Posted {
    /// Where the fact stands in the journal.
    pub position: u64,
    /// Its key, in hexadecimal.
    pub fact: String,
    /// The day it happened.
    pub on: String,
    /// The unit it happened in.
    pub unit: String,
    /// By how much it changes the figure.
    pub by: i64,
}

/// How deep figures are computed from figures: a share of changes of shares is three.
const DEPTH_MAX: u8 = 4;

/// Opens a figure; of each sum at most `limit` facts are listed.
pub fn explain(fold: &Fold, question: &Question<'_>, limit: usize) -> Explanation {
    Opener { fold, reader: Reader::from(fold), limit }.open(question, DEPTH_MAX)
}

struct Opener<'f> {
    fold: &'f Fold,
    reader: Reader<'f>,
    limit: usize,
}

impl Opener<'_> {
    fn open(&self, question: &Question<'_>, depth: u8) -> Explanation {
        let figure = self.reader.figure(question);
        let days = question.time.days();
        let empty = Explanation {
            unit: Gazetteer::embedded().key(question.unit).to_owned(),
            indicator: question.indicator.to_owned(),
            by: written_filter(&question.filter),
            from: days.start().to_string(),
            to: days.end().to_string(),
            value: written(figure.value),
            how: How::Other,
            sum: None,
            postings: 0,
            facts: Vec::new(),
            parts: Vec::new(),
        };
        let Some(indicator) = self.fold.rules.plan.indicator(question.indicator) else {
            return empty;
        };
        if let Some(cells) = self.reader.cells(question) {
            let how = match indicator.definition.measure {
                Measure::Stock { .. } => How::Stock,
                Measure::Distinct { .. } => How::Distinct,
                _ => How::Flow,
            };
            return self.postings(question.unit, &cells, Explanation { how, ..empty });
        }
        if depth == 0 {
            return empty;
        }
        let (how, parts) = self.parts(question, &indicator.definition.measure, figure.value);
        let parts = parts.iter().map(|part| self.open(part, depth - 1)).collect();
        let opened = Explanation { how, parts, ..empty };
        match &indicator.definition.measure {
            Measure::Census {} => self.stated(question, StatedKind::Census, opened),
            Measure::External {} => self.stated(question, StatedKind::External, opened),
            Measure::Plan {} => self.stated(question, StatedKind::Target, opened),
            _ => opened,
        }
    }

    /// Lists what is posted to the cells that a figure is the sum of.
    fn postings(&self, unit: Unit, cells: &Cells, empty: Explanation) -> Explanation {
        let rules = &self.fold.rules;
        let sites = Sites::of(&rules.atlas, unit);
        let (mut posted, mut sum) = (Vec::new(), 0i128);
        for (_, timeline) in self.fold.timelines() {
            if !sites.meets(timeline) {
                continue;
            }
            trace(timeline, rules, |fact, contribution| {
                let here = contribution.postings.iter().filter(|one| {
                    cells.slots.contains(&one.slot)
                        && sites.has(one.site)
                        && cells.columns.contains(&one.column)
                });
                let by: i64 = here.map(|one| one.by).sum();
                if by != 0 {
                    sum += i128::from(by);
                    posted.push((fact.position, fact.key, fact.on, fact.at, by));
                }
            });
        }
        posted.sort_unstable();
        let facts = posted.iter().take(self.limit).map(|(position, fact, on, at, by)| Posted {
            position: *position,
            fact: key(*fact),
            on: on.to_string(),
            unit: Gazetteer::embedded().key(rules.atlas.unit_of(*at)).to_owned(),
            by: *by,
        });
        let (facts, postings) = (facts.collect(), posted.len() as u64);
        Explanation { sum: i64::try_from(sum).ok(), postings, facts, ..empty }
    }

    /// The figures that a figure is computed from.
    fn parts<'q>(
        &self,
        question: &Question<'q>,
        measure: &'q Measure,
        value: Value,
    ) -> (How, Vec<Question<'q>>)
    where
        Self: 'q,
    {
        let Question { unit, indicator, filter, time } = question;
        let of = |unit: Unit, reference: &'q domain::catalogue::Reference, more: &Filter, time| {
            let mut filter = reference.filter.clone();
            filter.extend(more.clone());
            Question { unit, indicator: &reference.indicator, filter, time }
        };
        let none = Filter::new();
        let below = || self.reader.children_in_force(*unit, *time.days().end());
        let same = |unit| Question { unit, indicator, filter: filter.clone(), time: *time };
        match measure {
            Measure::Ratio { numerator, denominator } => {
                let (above, under) =
                    (of(*unit, numerator, filter, *time), of(*unit, denominator, &none, *time));
                let whole = match (value, self.reader.figure(&above).as_whole()) {
                    (Value::Ratio(n, _), Some(all)) => n == all,
                    (_, _) => true,
                };
                if whole {
                    return (How::Share, vec![above, under]);
                }
                // Only of the units below whose denominator is known.
                let known =
                    |one: &Question<'_>| matches!(self.reader.figure(one).value, Value::Ratio(..));
                (How::Share, below().into_iter().map(same).filter(known).collect())
            }
            Measure::Reduction { of: reference } => {
                let days = time.days();
                let first = days.start().previous();
                let before = Time::Days(first.min(*days.start()), first);
                let parts = [before, *time].map(|time| of(*unit, reference, &none, time));
                (How::Change, parts.to_vec())
            }
            Measure::Communes { of: reference } => {
                let communes = self.reader.communes_of(*unit, *time.days().end());
                let one = |commune| of(commune, reference, filter, *time);
                let counts = |one: &Question<'_>| {
                    self.reader.figure(one).as_whole().is_some_and(|value| value != 0)
                };
                (How::Count, communes.into_iter().map(one).filter(counts).collect())
            }
            Measure::Census {} | Measure::External {} | Measure::Plan {} => match value {
                Value::Stated(_) => (How::Stated, Vec::new()),
                Value::Whole(_) => {
                    let known = |one: &Question<'_>| self.reader.figure(one).as_whole().is_some();
                    (How::SumOfStated, below().into_iter().map(same).filter(known).collect())
                }
                _ => (How::Other, Vec::new()),
            },
            Measure::Codes { .. } | Measure::ChildrenBehind { .. } => (How::Other, Vec::new()),
            Measure::Distinct { .. }
            | Measure::Flow { .. }
            | Measure::Movement { .. }
            | Measure::Stock { .. } => (How::Other, Vec::new()),
        }
    }

    /// The fact in which a unit states the figure.
    fn stated(
        &self,
        question: &Question<'_>,
        kind: StatedKind,
        opened: Explanation,
    ) -> Explanation {
        let Question { unit, indicator, time, .. } = question;
        let statements = self.reader.statements(*unit, indicator, kind, *time);
        let Some(own) = statements.last().filter(|_| opened.how == How::Stated) else {
            return opened;
        };
        let fact = self.fact(own.fact);
        let posted = Posted {
            position: fact.map_or(0, |fact| fact.position),
            fact: key(own.fact),
            on: own.on.to_string(),
            unit: opened.unit.clone(),
            by: 0,
        };
        Explanation { postings: 1, facts: vec![posted], ..opened }
    }

    fn fact(&self, wanted: Key) -> Option<&Fact> {
        let all = self.fold.timelines().flat_map(|(_, timeline)| timeline.facts());
        all.into_iter().find(|fact| fact.key == wanted)
    }
}

impl Explanation {
    /// Whether what is listed comes to the value, here and in every part.
    pub fn adds_up(&self) -> bool {
        let own = self.sum.is_none_or(|sum| sum.to_string() == self.value);
        own && self.parts.iter().all(Explanation::adds_up)
    }
}
