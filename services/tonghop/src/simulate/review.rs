//! Standings: the opening of the record, the yearly review, the new standard of 2022.

use std::io;

use domain::codes::{Cause, Code, Standing};
use domain::time::Day;

use super::homes::House;
use super::line::{Kind, Office};
use super::world::World;

/// The yearly review ends on 14 December (Decision 24/2021/QĐ-TTg); it decides in these days.
const REVIEW_DAYS: u32 = 44;
const STANDARD_DAYS: u32 = 10;

impl World<'_> {
    /// Registers the households that are in the record when it opens.
    pub(super) fn open_record(&mut self) -> io::Result<()> {
        for _ in 0..self.opening {
            let slot = self.land.any_slot(&mut self.random);
            let Some(place) = self.land.home(slot, self.era) else { continue };
            let [poor, near, escaped] = slot.rates;
            let draw = self.random.below(poor + near + escaped);
            let standing = match draw {
                _ if draw < poor => Standing::Poor,
                _ if draw < poor + near => Standing::NearPoor,
                _ => Standing::Above,
            };
            let mut house = self.newcomer(place, standing);
            if standing == Standing::Above {
                let ago = self.random.within(20, 1_090) as u16;
                house.leaves_poverty(Day(self.today.0.saturating_sub(ago)));
            }
            self.settle(house);
            self.begin_for(Kind::Registered, Office::Commune, &house);
            self.entry(&house);
            self.end(Kind::Registered)?;
            if self.desk.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// The fields with which a household enters the record.
    pub(super) fn entry(&mut self, house: &House) {
        self.line.code(house.standing);
        self.line.number("persons", house.persons.into());
        if house.traits != 0 {
            self.traits("traits", house);
        }
        if let Some(left) = house.left_poverty() {
            self.line.date("left_poverty", left);
        }
    }

    /// Reviews the households whose turn it is today, and takes new ones in.
    pub(super) fn review(&mut self, year: i32, month: u32, date: u32) -> io::Result<()> {
        if (year, month) == (2022, 1) && (3..3 + STANDARD_DAYS).contains(&date) {
            return self.review_some(date - 3, STANDARD_DAYS, Cause::Standard);
        }
        let nth = match (month, date) {
            (11, _) => date - 1,
            (12, 1..=14) => 29 + date,
            _ => return Ok(()),
        };
        self.review_some(nth, REVIEW_DAYS, Cause::Review)
    }

    fn review_some(&mut self, nth: u32, of: u32, cause: Cause) -> io::Result<()> {
        let turn = Self::slice(self.houses.len(), nth, of);
        let fresh = match cause {
            Cause::Review => self.random.about(turn.len() as f64 * 0.03),
            Cause::Standard => self.random.about(turn.len() as f64 * 0.15),
        };
        for at in turn {
            if self.houses[at].living {
                self.review_one(at, cause)?;
            }
        }
        for _ in 0..fresh {
            self.arise(cause)?;
        }
        Ok(())
    }

    fn review_one(&mut self, at: usize, cause: Cause) -> io::Result<()> {
        use Standing::{Above, NearPoor, Poor};
        let from = self.houses[at].standing;
        let draw = self.random.below(1_000);
        let relapses = if self.houses[at].is_newly_escaped(self.today) { 3 } else { 1 };
        let to = match (cause, from, draw) {
            (Cause::Review, Poor, 0..160) => NearPoor,
            (Cause::Review, Poor, 160..270) => Above,
            (Cause::Review, Poor, 270..310) => Poor,
            (Cause::Review, NearPoor, 0..180) => Above,
            (Cause::Review, NearPoor, 180..210) => Poor,
            (Cause::Review, NearPoor, 210..225) => NearPoor,
            (Cause::Review, Above, draw) if draw < 10 * relapses => Poor,
            (Cause::Review, Above, draw) if draw < 20 * relapses => NearPoor,
            (Cause::Standard, Above, 0..90) => NearPoor,
            (Cause::Standard, Above, 90..140) => Poor,
            (Cause::Standard, NearPoor, 0..110) => Poor,
            (Cause::Standard, NearPoor, 110..120) => Above,
            (_, _, _) => return Ok(()),
        };
        self.classify(at, from, to, cause)
    }

    /// A household that no record knows is found to be poor or near-poor.
    fn arise(&mut self, cause: Cause) -> io::Result<()> {
        let slot = self.land.any_slot(&mut self.random);
        let Some(place) = self.land.home(slot, self.era) else { return Ok(()) };
        let to = self.random.pick(&[Standing::Poor, Standing::NearPoor]);
        let house = self.newcomer(place, Standing::Above);
        let at = self.settle(house);
        self.classify(at, Standing::Above, to, cause)
    }

    /// Decides where a household stands; `from` is what the decision says of before.
    pub(super) fn classify(
        &mut self,
        at: usize,
        from: Standing,
        to: Standing,
        cause: Cause,
    ) -> io::Result<()> {
        let mut house = self.houses[at];
        match (to, cause) {
            (Standing::Above, Cause::Review) if from != to => house.leaves_poverty(self.today),
            (Standing::Above, Cause::Standard) if from != to => house.leaves_poverty(Day::MIN),
            (_, _) => house.standing = to,
        }
        if self.random.chance(1_000) {
            house.persons = (house.persons + 1).min(12);
        }
        let traits = self.random.chance(3_000);
        if traits {
            house.draw_traits(&mut self.random);
        }
        self.houses[at] = house;
        self.begin_for(Kind::Classified, Office::Commune, &house);
        self.line.text("from", from.code());
        self.line.text("to", to.code());
        self.line.number("persons", house.persons.into());
        self.line.code(cause);
        if traits {
            self.traits("traits", &house);
        }
        if self.random.chance(2_000) {
            let (year, _, _) = self.today.ymd();
            self.line.field("reference");
            self.line.raw("\"");
            self.line.digits(self.numbers % 900 + 1);
            self.line.raw("/QĐ-UBND ");
            self.line.digits(year.unsigned_abs().into());
            self.line.raw("\"");
        }
        self.end(Kind::Classified)
    }
}
