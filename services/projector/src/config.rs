//! What a projector is told.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::atlas::Unit;
use domain::contribution;
use journal::Journal;
use milestones::Rules;
use proto::gazetteer::Gazetteer;
use store::{Editions, Expect};

use crate::closings::Closings;

/// What a projector is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// The journal to follow.
    pub journal: Journal,
    /// The folder of the store.
    pub data: PathBuf,
    /// The rules to fold by; their atlas must be the gazetteer's.
    pub rules: Arc<contribution::Rules>,
    /// Units and their keys.
    pub gazetteer: &'static Gazetteer,
    /// The hash of the catalogue that the rules were compiled from.
    pub catalogue_hash: String,
    /// Which facts.
    pub shard: Shard,
    /// Fold everything again from the first record, whatever the store holds, even if it was made
    /// from another journal.
    pub anew: bool,
    /// How long to wait for a store that another process holds.
    pub lock_wait: Duration,
    /// How often to commit.
    pub pace: Pace,
    /// Who keeps the figures that are closed.
    pub closings: Option<Arc<dyn Closings>>,
    /// The rules that figures cross; none watches nothing. Under other rules everything is folded
    /// again, so that they tell of the past, too.
    pub milestones: Option<Arc<Rules>>,
}

impl Config {
    /// A projector of all facts, at the usual pace.
    pub fn new(
        journal: Journal,
        data: impl Into<PathBuf>,
        rules: Arc<contribution::Rules>,
        catalogue_hash: impl Into<String>,
    ) -> Config {
        Config {
            journal,
            data: data.into(),
            rules,
            gazetteer: Gazetteer::embedded(),
            catalogue_hash: catalogue_hash.into(),
            shard: Shard::Whole,
            anew: false,
            lock_wait: Duration::from_secs(5),
            pace: Pace::default(),
            closings: None,
            milestones: None,
        }
    }

    pub(crate) fn expect(&self) -> Expect {
        let editions = Editions {
            gazetteer: self.gazetteer.hash().to_owned(),
            catalogue: self.catalogue_hash.clone(),
            shard: self.shard.name(self.gazetteer),
            milestones: self.milestones.as_ref().map_or_else(String::new, |rules| rules.edition()),
        };
        let journal = (!self.anew).then(|| self.journal.identity().0.as_u128());
        Expect { journal, editions }
    }
}

/// Which facts a projector takes in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shard {
    /// All.
    Whole,
    /// Those of some of today's provinces; old provinces follow.
    Provinces {
        /// The provinces.
        of: BTreeSet<Unit>,
        /// Facts about the nation itself, too.
        nation: bool,
    },
}

impl Shard {
    /// Whether facts about this unit are taken in.
    pub fn takes(&self, gazetteer: &Gazetteer, unit: Unit) -> bool {
        match self {
            Shard::Whole => true,
            Shard::Provinces { of, nation } => match gazetteer.atlas.today_province(unit.into()) {
                Some(province) => of.contains(&province),
                None => *nation,
            },
        }
    }

    /// Its name: the same for the same provinces.
    pub fn name(&self, gazetteer: &Gazetteer) -> String {
        match self {
            Shard::Whole => "whole".into(),
            Shard::Provinces { of, nation } => {
                let nation = nation.then_some("VN").into_iter();
                nation
                    .chain(of.iter().map(|unit| gazetteer.key(*unit)))
                    .collect::<Vec<_>>()
                    .join("+")
            }
        }
    }
}

/// How often to commit. A projector that has caught up commits what it has as soon as nothing
/// more comes; one that is behind commits rarely, because many facts touch the same series.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Caught up: nothing came for this long.
    pub lull: Duration,
    /// Caught up: the oldest fact waits for this long.
    pub caught_up_age_max: Duration,
    /// Behind: so many new facts and notices.
    pub behind_max: usize,
    /// Behind: the oldest fact waits for this long.
    pub behind_age_max: Duration,
    /// Not more records than this behind the end counts as caught up.
    pub caught_up_lag_max: u64,
    /// Nothing came for this long, or the upper rows are behind for `upper_age_max`: the rows of
    /// nation, provinces and districts are caught up.
    pub upper_lull: Duration,
    /// See `upper_lull`.
    pub upper_age_max: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            lull: Duration::from_millis(2),
            caught_up_age_max: Duration::from_millis(50),
            behind_max: 50_000,
            behind_age_max: Duration::from_secs(3),
            caught_up_lag_max: 10_000,
            upper_lull: Duration::from_millis(50),
            upper_age_max: Duration::from_secs(5),
        }
    }
}
