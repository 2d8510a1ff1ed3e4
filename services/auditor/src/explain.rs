//! A figure opened: to the figures it is computed from, and these to their postings and facts.

use domain::atlas::{Atlas, Unit};
use domain::catalogue::{Filter, Measure};
use domain::disclosure::{Disclosure, Guard};
use domain::fact::{Key, StatedKind};
use domain::figures::{Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::freeze::{written, written_filter};
use crate::look::{self, Look};
use crate::posted::Posted;
use crate::sums::Sums;

/// A figure with what it comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
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
    #[serde(default, skip_serializing_if = "Option::is_none", with = "query::long::option")]
    pub sum: Option<i128>,
    /// How many postings there are.
    pub postings: u64,
    /// The first of them in the order of the journal, as many as were asked for.
    pub facts: Vec<Posted>,
    /// Whether any of its facts, listed or not, tells of one household or of few.
    #[serde(skip)]
    pub is_of_few: bool,
    /// The figures that this one is computed from.
    #[schema(no_recursion)]
    pub parts: Vec<Explanation>,
}

/// How a figure comes about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
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

/// How deep figures are computed from figures: a share of changes of shares is three.
const DEPTH_MAX: u8 = 4;

/// Opens a figure; of each sum at most `limit` facts are listed. However many sums it has, the
/// timelines of its units are walked once. Also the position that all of it is as of.
/// What may not be told to whoever asks is not opened.
pub fn explain(
    over: &impl Look,
    disclosure: Disclosure,
    question: &Question<'_>,
    limit: usize,
) -> (u64, Explanation) {
    let (tree, mut sums, subjects, position) = over.look(|fold, position| {
        let (reader, guard) = (Reader::from(fold), Guard::new(fold, disclosure));
        let sums = Sums::new(limit, disclosure.households_min);
        let mut opener = Opener { fold, reader, guard, sums };
        let tree = opener.open(question, DEPTH_MAX);
        let subjects = opener.sums.subjects(fold);
        (tree, opener.sums, subjects, position)
    });
    look::walk(over, (&subjects, position), |fold, subject, timeline| {
        sums.walk(fold, subject, timeline);
    });
    (position, over.look(|fold, _| tree.told(&fold.rules.atlas, &sums)))
}

/// A figure opened, before its facts are known.
struct Tree {
    opened: Explanation,
    from: From,
    parts: Vec<Tree>,
}

/// Where the facts of a figure are to be found.
enum From {
    Nowhere,
    /// Among the sums.
    Sum(usize),
    /// It is stated in one.
    Statement(Key),
}

struct Opener<'f> {
    fold: &'f Fold,
    reader: Reader<'f>,
    guard: Guard<'f>,
    sums: Sums,
}

impl Opener<'_> {
    fn open(&mut self, question: &Question<'_>, depth: u8) -> Tree {
        let figure = self.guard.figure(&self.reader, question);
        let days = question.time.days();
        let opened = Explanation {
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
            is_of_few: false,
            parts: Vec::new(),
        };
        if matches!(figure.value, Value::Missing(Missing::Hidden(_) | Missing::NotReported)) {
            return Tree { opened, from: From::Nowhere, parts: Vec::new() };
        }
        let fold = self.fold;
        let Some(indicator) = fold.rules.plan.indicator(question.indicator) else {
            return Tree { opened, from: From::Nowhere, parts: Vec::new() };
        };
        if let Some(cells) = self.reader.cells(question) {
            let how = match indicator.definition.measure {
                Measure::Stock { .. } => How::Stock,
                Measure::Distinct { .. } => How::Distinct,
                _ => How::Flow,
            };
            let from = From::Sum(self.sums.add(fold, question.unit, cells));
            return Tree { opened: Explanation { how, ..opened }, from, parts: Vec::new() };
        }
        if depth == 0 {
            return Tree { opened, from: From::Nowhere, parts: Vec::new() };
        }
        let (how, parts) = self.parts(question, &indicator.definition.measure, figure.value);
        let parts = parts.iter().map(|part| self.open(part, depth - 1)).collect();
        let from = match (how, &indicator.definition.measure) {
            (How::Stated, Measure::Census {}) => self.stated(question, StatedKind::Census),
            (How::Stated, Measure::External {}) => self.stated(question, StatedKind::External),
            (How::Stated, Measure::Plan {}) => self.stated(question, StatedKind::Target),
            (_, _) => From::Nowhere,
        };
        Tree { opened: Explanation { how, ..opened }, from, parts }
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
            Measure::Balance { of: came, less: went } => {
                let until = time.since_ever();
                (How::Change, vec![of(*unit, came, filter, until), of(*unit, went, filter, until)])
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
                Value::Whole(told) => {
                    let value = |one: &Question<'_>| self.reader.figure(one).as_whole();
                    let known = |units: Vec<Unit>| {
                        let all = units.into_iter().map(same);
                        all.filter(|one| value(one).is_some()).collect::<Vec<_>>()
                    };
                    let children = known(below());
                    if children.iter().filter_map(value).sum::<i128>() == told {
                        return (How::SumOfStated, children);
                    }
                    let former = self.reader.rules.atlas.made_of(*unit).to_vec();
                    (How::SumOfStated, known(former))
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
    fn stated(&mut self, question: &Question<'_>, kind: StatedKind) -> From {
        let Question { unit, indicator, time, .. } = question;
        let statements = self.reader.statements(*unit, indicator, kind, *time);
        let Some(own) = statements.last() else { return From::Nowhere };
        self.sums.look_for(self.fold, *unit, own.fact);
        From::Statement(own.fact)
    }
}

impl Tree {
    /// The explanation, with what the walk has found.
    fn told(self, atlas: &Atlas, sums: &Sums) -> Explanation {
        let Tree { opened, from, parts } = self;
        let parts = parts.into_iter().map(|part| part.told(atlas, sums)).collect();
        let opened = Explanation { parts, ..opened };
        match from {
            From::Nowhere => opened,
            From::Sum(nth) => {
                let (sum, postings, facts) = sums.of(atlas, nth);
                let is_of_few = sums.is_of_few(nth);
                Explanation { sum: Some(sum), postings, facts, is_of_few, ..opened }
            }
            From::Statement(fact) => {
                Explanation { postings: 1, facts: sums.statement(atlas, fact), ..opened }
            }
        }
    }
}

impl Explanation {
    /// Every fact that is listed, here and in every part.
    pub fn facts_mut(&mut self) -> Vec<&mut Posted> {
        let parts = self.parts.iter_mut().flat_map(Explanation::facts_mut);
        self.facts.iter_mut().chain(parts).collect()
    }

    /// Whether what is listed comes to the value, here and in every part.
    pub fn adds_up(&self) -> bool {
        let own = self.sum.is_none_or(|sum| sum.to_string() == self.value);
        own && self.parts.iter().all(Explanation::adds_up)
    }
}
