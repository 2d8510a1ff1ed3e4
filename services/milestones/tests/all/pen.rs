//! Folding a journal record by record under a watch.

use std::sync::{Arc, OnceLock};

use domain::contribution;
use domain::fact::{Fact, Subject, What};
use domain::fold::Fold;
use domain::time::Day;
use milestones::{By, Notice, Rules, Seen, Watch};

use crate::{story, world};

/// The tiny country with the whole catalogue.
pub(crate) fn country() -> Arc<contribution::Rules> {
    static RULES: OnceLock<Arc<contribution::Rules>> = OnceLock::new();
    let make = || {
        let plan = proto::catalogue::Catalogue::embedded().plan.clone();
        Arc::new(contribution::Rules { atlas: world::rules().atlas.clone(), plan })
    };
    Arc::clone(RULES.get_or_init(make))
}

pub(crate) fn rules(text: &str) -> Arc<Rules> {
    let read = Rules::read("test.toml", text, &country());
    Arc::new(read.unwrap_or_else(|defects| panic!("{defects:?}")))
}

/// A fold with a watch.
pub(crate) struct Pen {
    pub(crate) fold: Fold,
    pub(crate) watch: Watch,
    position: u64,
}

impl Pen {
    pub(crate) fn new(rules: &Arc<Rules>) -> Pen {
        Pen::after(rules, Fold::new(country()), 0, &[])
    }

    /// A watch that begins where another one ended.
    pub(crate) fn after(rules: &Arc<Rules>, fold: Fold, position: u64, told: &[Notice]) -> Pen {
        let watch = Watch::new(Arc::clone(rules), &country(), told, position == 0);
        Pen { fold, watch, position }
    }

    /// One record, received on a day.
    pub(crate) fn take(&mut self, received: Day, facts: &[(Subject, Fact)]) -> Vec<Notice> {
        self.position += 1;
        let mut changes = Vec::new();
        for (subject, fact) in facts {
            let fact = Fact { position: self.position, ..fact.clone() };
            changes.extend(self.fold.apply(vec![(*subject, fact)]).changes);
        }
        let last = &facts[0].1;
        let closing = Fact { position: self.position, ..last.clone() };
        let seen = Seen {
            by: By { position: self.position, received_ms: 0, fact: last.key },
            received,
            changes: &changes,
            closing: matches!(last.what, What::Closing(_)).then_some(&closing),
        };
        self.watch.see(&self.fold, &seen)
    }

    /// A fact of a household, or of none, received on the day it happened.
    pub(crate) fn tell(&mut self, household: u64, fact: &Fact) -> Vec<Notice> {
        self.take(fact.on, &[(Subject(story::key(household)), fact.clone())])
    }
}
