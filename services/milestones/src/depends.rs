//! What a rule's figure depends on: columns of cells, with the periods that a cell reaches, and
//! statements. It may name more than the figure needs, never less.

use domain::catalogue::{Filter, Measure, Reference};
use domain::codes::Standing;
use domain::household::{Head, MovementRow, movement_column};
use domain::plan::Plan;
use domain::posting::Column;

use crate::rule::{Against, Measured, Rule};

/// Which periods a cell of a column reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Reach {
    /// The one that its day lies in.
    Within,
    /// That one and all after it.
    Onwards,
    /// Its slot is a period, that one.
    Itself,
}

/// What something depends on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Depends {
    pub(crate) columns: Vec<(Column, Reach)>,
    /// Indicators that units state.
    pub(crate) stated: Vec<String>,
}

/// What a running rule's figure and its line depend on.
pub(crate) fn of_rule(plan: &Plan, rule: &Rule) -> Depends {
    let mut all = of_measured(plan, &rule.measured);
    match &rule.against {
        Against::Number(_) | Against::Earlier(..) => {}
        Against::Other(of, _) => all.add(plan, of, &Filter::new()),
        // The target's own period may be longer than the rule's: any day may count.
        Against::Target => {
            all.stated.push(rule.measured.indicator().to_owned());
            all.columns.iter_mut().for_each(|(_, reach)| {
                if *reach == Reach::Within {
                    *reach = Reach::Onwards;
                }
            });
        }
    }
    all.tidied()
}

fn of_measured(plan: &Plan, measured: &Measured) -> Depends {
    let mut all = Depends::default();
    let none = Filter::new();
    match measured {
        Measured::Figure(of) => all.add(plan, of, &none),
        Measured::Share(of, over) => {
            all.add(plan, of, &none);
            all.add(plan, over, &none);
        }
        Measured::Findings(over) => all.add(plan, over, &none),
    }
    all.tidied()
}

impl Depends {
    pub(crate) fn of(plan: &Plan, of: &Reference) -> Depends {
        let mut all = Depends::default();
        all.add(plan, of, &Filter::new());
        all.tidied()
    }

    fn tidied(mut self) -> Depends {
        self.columns.sort_unstable();
        self.columns.dedup();
        self.stated.sort_unstable();
        self.stated.dedup();
        self
    }

    fn add(&mut self, plan: &Plan, of: &Reference, more: &Filter) {
        let Some(indicator) = plan.indicator(&of.indicator) else { return };
        let mut filter = of.filter.clone();
        filter.extend(more.iter().map(|(name, codes)| (name.clone(), codes.clone())));
        let id = &indicator.definition.id;
        let kept = |reach: Reach| {
            let columns = indicator.kept.iter().flat_map(|kept| kept.columns(&filter));
            columns.map(move |column| (column, reach)).collect::<Vec<_>>()
        };
        match &indicator.definition.measure {
            Measure::Flow { .. } | Measure::Movement { .. } => {
                self.columns.extend(kept(Reach::Within));
            }
            Measure::Stock { .. } => self.columns.extend(kept(Reach::Onwards)),
            Measure::Distinct { .. } => self.columns.extend(kept(Reach::Itself)),
            Measure::Ratio { numerator, denominator } => {
                self.add(plan, numerator, &filter);
                self.add(plan, denominator, &Filter::new());
            }
            Measure::Balance { of, less } => {
                let mut both = Depends::default();
                both.add(plan, of, &filter);
                both.add(plan, less, &filter);
                // What came or went stays so.
                let onwards = |(column, _)| (column, Reach::Onwards);
                self.columns.extend(both.columns.into_iter().map(onwards));
            }
            Measure::Reduction { of } => {
                self.add(plan, of, &Filter::new());
                // What was in the record when it began is opening stock.
                for class in [Standing::Poor, Standing::NearPoor] {
                    for head in [Head::Households, Head::Persons] {
                        let column = movement_column(MovementRow::Registered, class, head);
                        self.columns.push((column, Reach::Within));
                    }
                }
            }
            Measure::Communes { of } | Measure::Codes { of, .. } => {
                self.add(plan, of, &filter);
            }
            Measure::ChildrenBehind { target } => self.stated.push(target.clone()),
            Measure::Census {} | Measure::External {} | Measure::Plan {} => {
                self.stated.push(id.clone());
            }
        }
    }
}
