//! What the machine does on one fact: posts, moves and compares with the record.

use super::{Head, Living, MovementRow, Turn, movement_column};
use crate::atlas::{Level, Place};
use crate::codes::{Cause, Standing};
use crate::fact::Fact;
use crate::finding::{Finding, Reason};
use crate::plan::StockRule;
use crate::posting::{Ledger, Posting, Site, Slot};
use crate::time::Day;

impl<L: Ledger> Turn<'_, L> {
    pub(crate) fn find(&mut self, reason: Reason) {
        let Fact { at, on, key, .. } = *self.fact;
        self.ledger.find(Finding { reason, at, on, fact: key, other: None });
    }

    /// Adds (`sign` 1) or takes away (-1) a household from every stock it belongs to.
    pub(super) fn stock(&mut self, living: &Living, sign: i64) {
        let on = self.fact.on;
        for rule in &self.plan.stocks {
            if !rule.takes(living.traits) {
                continue;
            }
            let by = sign * if rule.head == Head::Persons { i64::from(living.persons) } else { 1 };
            if rule.stands(living.standing) {
                self.post(rule, living.home, on, by);
            } else if rule.newly_escaped && living.newly_escaped(on) {
                // The window needs no clock: what is added now is taken away when it ends, and
                // leaving early cancels that.
                self.post(rule, living.home, on, by);
                if let Some(end) = living.escape_ends() {
                    self.post(rule, living.home, end, -by);
                }
            }
        }
    }

    pub(super) fn post(&mut self, rule: &StockRule, home: Place, on: Day, by: i64) {
        let (site, slot) = (Site::place(home), Slot::from(on));
        self.ledger.post(Posting { site, column: rule.column, slot, by });
    }

    /// Posts a row of the movement table for a household that is or becomes poor or near-poor.
    pub(super) fn movement(&mut self, row: MovementRow, living: &Living, at: Place, sign: i64) {
        if living.standing != Standing::Above {
            for (head, heads) in living.heads() {
                self.row(row, living.standing, head, Site::place(at), sign * heads);
            }
        }
    }

    pub(super) fn row(
        &mut self,
        row: MovementRow,
        class: Standing,
        head: Head,
        site: Site,
        by: i64,
    ) {
        let slot = Slot::from(self.fact.on);
        self.ledger.post(Posting { site, column: movement_column(row, class, head), slot, by });
    }

    pub(super) fn resize(&mut self, living: Living, persons: u16) -> Living {
        if living.persons == persons {
            return living;
        }
        let after = Living { persons, ..living };
        self.stock(&living, -1);
        self.stock(&after, 1);
        if living.standing != Standing::Above {
            let by = i64::from(persons) - i64::from(living.persons);
            let site = Site::place(living.home);
            self.row(MovementRow::SizeChange, living.standing, Head::Persons, site, by);
        }
        after
    }

    /// The movement from one standing to another; stocks are the caller's.
    pub(super) fn reclassify(&mut self, before: Living, to: Standing, cause: Cause) -> Living {
        let from = before.standing;
        let on = self.fact.on;
        if from == to {
            return before;
        }
        let review = cause == Cause::Review;
        let left_poverty = (to == Standing::Above && review).then_some(on);
        let after = Living { standing: to, left_poverty, ..before };
        if !review {
            self.movement(MovementRow::StandardChange, &before, before.home, -1);
            self.movement(MovementRow::StandardChange, &after, after.home, 1);
            return after;
        }
        let (out, into) = match (from, to) {
            (_, Standing::Above) => (MovementRow::RoseAbove, MovementRow::RoseAbove),
            (Standing::Above, _) if before.newly_escaped(on) => {
                (MovementRow::Relapsed, MovementRow::Relapsed)
            }
            (Standing::Above, _) => (MovementRow::NewlyArisen, MovementRow::NewlyArisen),
            (_, _) => (MovementRow::ToOtherClass, MovementRow::FromOtherClass),
        };
        // Standing above has no table of its own: there `movement` posts nothing.
        self.movement(out, &before, before.home, 1);
        self.movement(into, &after, after.home, 1);
        after
    }

    /// Moves a household inside its province. The two rows "other" are netted where the closures
    /// meet: a move inside a district is no decrease of the district.
    pub(super) fn relocate(&mut self, living: Living, declared: Place) -> Living {
        let to = self.fact.at;
        if self.together(declared, living.home).is_none() {
            self.find(Reason::ElsewhereThanHome);
        }
        let same_unit = self.atlas.holds(self.atlas.unit_of(to), living.home);
        if to == living.home || (same_unit && self.atlas.part_of(to).is_none()) {
            self.find(Reason::MovedNowhere);
            return living;
        }
        let after = Living { home: to, ..living };
        self.stock(&living, -1);
        self.stock(&after, 1);
        self.movement(MovementRow::OtherDecrease, &living, living.home, 1);
        self.movement(MovementRow::OtherIncrease, &after, to, 1);
        if living.standing != Standing::Above {
            let atlas = self.atlas;
            for unit in atlas.shared(living.home, to) {
                for (head, heads) in living.heads() {
                    let site = Site::only(unit);
                    self.row(MovementRow::OtherDecrease, living.standing, head, site, -heads);
                    self.row(MovementRow::OtherIncrease, living.standing, head, site, -heads);
                }
            }
        }
        after
    }

    /// Where the fact's place and the home agree; if nowhere, that is a finding.
    pub(super) fn check_home(&mut self, home: Place) -> Option<Place> {
        let together = self.together(self.fact.at, home);
        if together.is_none() {
            self.find(Reason::ElsewhereThanHome);
        }
        together
    }

    /// The finest place that a declared place and a home tell together; none when they contradict
    /// each other. What is unknown contradicts nothing: a home in a divided commune may lie in
    /// any of its successors, and that the fact names one tells the part.
    pub(super) fn together(&self, declared: Place, home: Place) -> Option<Place> {
        if declared == home {
            return Some(home);
        }
        let atlas = self.atlas;
        let (unit, own) = (atlas.unit_of(declared), atlas.unit_of(home));
        if atlas.is_allocated(home)
            && let Some(part) = atlas.part(own, unit)
        {
            return Some(part);
        }
        if atlas.is_allocated(declared)
            && let Some(part) = atlas.part(unit, own)
        {
            return Some(part);
        }
        if atlas.part_of(home).is_none() && atlas.holds(own, declared) {
            return Some(declared);
        }
        if atlas.part_of(declared).is_none() && atlas.holds(unit, home) {
            return Some(home);
        }
        // Where the gazetteer cannot tell which commune took an abolished one in, the unit above
        // must do.
        let record = atlas.record(unit);
        let told = atlas.closure(home).iter().any(|one| {
            let of_home = atlas.record(*one);
            of_home.level == Level::Commune && of_home.generation == record.generation
        });
        let above = record.parent.is_some_and(|parent| atlas.holds(parent, home));
        (!told && above).then_some(home)
    }

    /// Compares the declared change with the record. A change that the record already has is
    /// held; any other disagreement is noted, and the change starts from the record.
    pub(super) fn is_repeated(&mut self, from: Standing, to: Standing, recorded: Standing) -> bool {
        if from == recorded {
            return false;
        }
        let repeated = recorded == to;
        self.find(match (from, to) {
            (Standing::Poor, _) if repeated => Reason::RepeatedExit,
            (_, Standing::Above) if repeated => Reason::RepeatedExit,
            (_, _) if repeated => Reason::AlreadyInClass,
            (Standing::Poor, Standing::NearPoor | Standing::Above) => Reason::ExitNotPoor,
            (_, _) => Reason::DeclaredOtherwise,
        });
        repeated
    }
}
