//! What happens in households: births, moves, ends.

use std::io;

use domain::atlas::Place;
use domain::codes::{EndCause, SizeCause, Standing};

use super::line::{Kind, Office};
use super::world::World;

/// So many of 1,000 households a year.
const RESIZED: f64 = 40.0;
const MOVED_WITHIN: f64 = 3.0;
const MOVED_ACROSS: f64 = 1.0;
const DISSOLVED: f64 = 4.0;

impl World<'_> {
    /// Today's changes in households.
    pub(super) fn lives_go_on(&mut self) -> io::Result<()> {
        let daily = self.houses.len() as f64 / 1_000.0 / 365.25;
        for _ in 0..self.random.about(daily * RESIZED) {
            self.resize()?;
        }
        for _ in 0..self.random.about(daily * MOVED_WITHIN) {
            self.move_within()?;
        }
        for _ in 0..self.random.about(daily * MOVED_ACROSS) {
            self.move_across()?;
        }
        for _ in 0..self.random.about(daily * DISSOLVED) {
            self.dissolve()?;
        }
        Ok(())
    }

    fn resize(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        let up = self.random.chance(5_500);
        let house = &mut self.houses[at];
        let persons = if up { house.persons + 1 } else { house.persons.saturating_sub(1) };
        if !(1..=14).contains(&persons) {
            return Ok(());
        }
        house.persons = persons;
        let house = *house;
        let cause = if up {
            self.random.pick(&[SizeCause::Birth, SizeCause::Birth, SizeCause::Marriage])
        } else {
            self.random.pick(&[SizeCause::Death, SizeCause::Marriage, SizeCause::Split])
        };
        self.begin_for(Kind::SizeChanged, Office::Commune, &house);
        self.line.number("persons", persons.into());
        self.line.coded("cause", cause);
        self.end(Kind::SizeChanged)
    }

    /// Another home, in or outside today's province.
    fn elsewhere(&mut self, home: Place, across: bool) -> Option<Place> {
        (0..8).find_map(|_| {
            let slot = if across {
                self.land.any_slot(&mut self.random)
            } else {
                self.land.slot_near(home, &mut self.random)?
            };
            let place = self.land.home(slot, self.era)?;
            let other = self.land.province_code(place) != self.land.province_code(home);
            let moved = self.land.declared(place, self.era) != self.land.declared(home, self.era);
            (moved && other == across).then_some(place)
        })
    }

    fn move_within(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        let old = self.houses[at].place;
        let Some(new) = self.elsewhere(old, false) else { return Ok(()) };
        let Some(from) = self.land.declared(old, self.era) else { return Ok(()) };
        self.houses[at].place = new;
        let house = self.houses[at];
        self.begin_for(Kind::MovedWithin, Office::Commune, &house);
        self.line.text("from", self.land.gazetteer.key(from));
        self.end(Kind::MovedWithin)
    }

    /// A move across provinces is two facts of two subjects; where only one province reports, one
    /// household leaves and another one comes.
    fn move_across(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        let house = self.houses[at];
        let told = self.elsewhere(house.place, true);
        self.houses[at].living = false;
        self.begin_for(Kind::MovedOut, Office::Commune, &house);
        if let Some(to) = told.and_then(|place| self.land.declared(place, self.era)) {
            self.line.text("to", self.land.gazetteer.key(to));
        }
        self.end(Kind::MovedOut)?;

        let place = match told {
            Some(place) => Some(place),
            None => self.land.home(self.land.any_slot(&mut self.random), self.era),
        };
        let Some(place) = place else { return Ok(()) };
        let fresh = self.newcomer(place, house.standing);
        let arrived = super::homes::House { pseudonym: fresh.pseudonym, place, works: 0, ..house };
        self.settle(arrived);
        self.begin_for(Kind::MovedIn, Office::Commune, &arrived);
        if told.is_some()
            && let Some(from) = self.land.declared(house.place, self.era)
        {
            self.line.text("from", self.land.gazetteer.key(from));
        }
        self.entry(&arrived);
        self.end(Kind::MovedIn)
    }

    fn dissolve(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        self.houses[at].living = false;
        let house = self.houses[at];
        let cause = self.random.pick(&[EndCause::Death, EndCause::Merge, EndCause::Duplicate]);
        self.begin_for(Kind::Dissolved, Office::Commune, &house);
        self.line.coded("cause", cause);
        self.end(Kind::Dissolved)
    }

    /// A quarter of the poor register to leave poverty, in March.
    pub(super) fn register_to_exit(&mut self, year: i32, nth: u32, of: u32) -> io::Result<()> {
        for at in Self::slice(self.houses.len(), nth, of) {
            let house = self.houses[at];
            if !house.living || house.standing != Standing::Poor || !self.random.chance(2_500) {
                continue;
            }
            self.begin_for(Kind::RegisteredToExit, Office::Commune, &house);
            self.line.number("year", year.unsigned_abs().into());
            self.line.text("sponsor", if self.random.chance(9_000) { "assigned" } else { "none" });
            self.end(Kind::RegisteredToExit)?;
        }
        Ok(())
    }
}
