//! Closings: a unit declares its figures of a period as estimated, preliminary or official.
//!
//! A closing counts nothing. It names a state of the figures, the one at its position, which no
//! later fact changes: a vintage. Alone in the domain, closings are judged in the order of the
//! journal, and by when it received them.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::atlas::{Atlas, Level, Unit};
use crate::codes::{Authority, Confirmation};
use crate::fact::{Fact, Key, What};
use crate::finding::{Finding, Reason};
use crate::time::{Day, Period};

/// What a unit declares about its figures of a period.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Closing {
    /// What is done.
    pub act: Act,
    /// With the figures of which period.
    pub period: Period,
    /// How far they are confirmed.
    pub level: Confirmation,
    /// Who decided it.
    pub authority: Option<Authority>,
    /// The decision, and where the figures were published; may be empty.
    pub reference: Box<str>,
    /// The day on which the journal received it, at the seat of the programme.
    pub received: Day,
}

/// What is done with the figures of a period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Act {
    /// They are closed at a level.
    Closed,
    /// They may be closed at that level once more.
    Reopened,
    /// What was closed at that level was made public.
    Published,
}

/// The name of a vintage: the figures of a unit and period, as closed at a level for the n-th time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VintageName {
    /// The unit that closed.
    pub unit: Unit,
    /// The period.
    pub period: Period,
    /// The level.
    pub level: Confirmation,
    /// From 1; above, after a reopening.
    pub nth: u32,
}

/// A declaration with what became of it.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// What it declares.
    pub closing: &'a Closing,
    /// The vintage that it makes, reopens or publishes; or why it does nothing.
    pub verdict: Result<VintageName, Reason>,
}

impl Judged<'_> {
    /// The finding that a declaration without effect makes. That of rivals is in the books.
    pub fn finding(&self) -> Option<Finding> {
        let Fact { at, on, key, .. } = *self.fact;
        let reason = self.verdict.err().filter(|reason| *reason != Reason::Rival);
        reason.map(|reason| Finding { reason, at, on, fact: key, other: None })
    }
}

/// Judges declarations, which come in the order of their positions. `lost` tells which have a rival
/// that counts instead: one that came first under the name, whatever it says.
pub fn judge<'a>(
    facts: impl IntoIterator<Item = &'a Fact>,
    lost: impl Fn(&Fact) -> bool,
    atlas: &Atlas,
) -> Vec<Judged<'a>> {
    let mut seen: HashSet<Key> = HashSet::new();
    let mut desks: BTreeMap<(Unit, Period), Desk> = BTreeMap::new();
    let mut judged = Vec::new();
    for fact in facts {
        let What::Closing(closing) = &fact.what else { continue };
        if lost(fact) {
            judged.push(Judged { fact, closing, verdict: Err(Reason::Rival) });
            continue;
        }
        // What comes again under the same name is no second declaration.
        if !seen.insert(fact.key) {
            continue;
        }
        let unit = atlas.unit_of(fact.at);
        let desk = desks.entry((unit, closing.period)).or_default();
        let verdict = may(closing, atlas.record(unit).level)
            .and_then(|()| desk.take(closing))
            .map(|nth| VintageName { unit, period: closing.period, level: closing.level, nth });
        judged.push(Judged { fact, closing, verdict });
    }
    judged
}

/// Whether anybody may declare this at that time. An estimate is made before a period is over.
fn may(closing: &Closing, level: Level) -> Result<(), Reason> {
    let days = closing.period.days();
    let from = match closing.level {
        Confirmation::Estimate => *days.start(),
        Confirmation::Preliminary | Confirmation::Official => days.end().next(),
    };
    if closing.act == Act::Closed && closing.received < from {
        return Err(Reason::PeriodNotOver);
    }
    match closing.authority {
        Some(authority) if decides_for(authority, level) => Ok(()),
        Some(_) | None => Err(Reason::NoAuthority),
    }
}

/// Whether an authority stands at or above units of a level.
fn decides_for(authority: Authority, level: Level) -> bool {
    let rank = match authority {
        Authority::Government => 3,
        Authority::ProvincialCouncil | Authority::Province => 2,
        Authority::DistrictCouncil | Authority::DistrictCommittee => 1,
        Authority::Commune => 0,
    };
    let wanted = match level {
        Level::Nation => 3,
        Level::Province => 2,
        Level::District => 1,
        Level::Commune => 0,
    };
    rank >= wanted
}

/// The closings of one unit and period so far.
#[derive(Default)]
struct Desk {
    levels: BTreeMap<Confirmation, Drawer>,
}

#[derive(Default)]
struct Drawer {
    closings: u32,
    open: bool,
}

impl Desk {
    fn take(&mut self, closing: &Closing) -> Result<u32, Reason> {
        let higher = |(level, drawer): (&Confirmation, &Drawer)| {
            *level > closing.level && drawer.closings > 0 && !drawer.open
        };
        if closing.act == Act::Closed && self.levels.iter().any(higher) {
            return Err(Reason::ClosedHigher);
        }
        let drawer = self.levels.entry(closing.level).or_default();
        let closed = drawer.closings > 0 && !drawer.open;
        match (closing.act, closed) {
            (Act::Closed, true) => return Err(Reason::ClosedAlready),
            (Act::Reopened | Act::Published, false) => return Err(Reason::NotClosed),
            (Act::Closed, false) => {
                drawer.closings += 1;
                drawer.open = false;
            }
            (Act::Reopened, true) => drawer.open = true,
            (Act::Published, true) => {}
        }
        Ok(drawer.closings)
    }
}
