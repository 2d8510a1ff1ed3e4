//! The households of the simulation: compact, because there may be millions.

use domain::atlas::Place;
use domain::codes::{Class, Code, Standing, Trait};
use domain::household::ESCAPE_MONTHS;
use domain::time::Day;

use super::random::{Random, mix};

/// A household as its offices know it: 24 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct House {
    pub(super) pseudonym: u64,
    pub(super) place: Place,
    /// The day it left poverty; day 0 when it never did.
    pub(super) left: Day,
    pub(super) standing: Standing,
    pub(super) persons: u8,
    pub(super) traits: u8,
    pub(super) living: bool,
    /// Houses begun with support.
    pub(super) works: u8,
}

impl House {
    pub(super) fn new(
        seed: u64,
        number: u64,
        place: Place,
        standing: Standing,
        random: &mut Random,
    ) -> House {
        let persons = 1 + random.below(4) + random.below(4) + 2 * u64::from(random.chance(500));
        let mut house = House {
            pseudonym: mix(mix(seed) ^ number.wrapping_mul(0xD134_2543_DE82_EF95)),
            place,
            left: Day::MIN,
            standing,
            persons: persons as u8,
            traits: 0,
            living: true,
            works: 0,
        };
        house.draw_traits(random);
        house
    }

    pub(super) fn draw_traits(&mut self, random: &mut Random) {
        let income = if self.standing == Standing::Poor { 8_500 } else { 0 };
        let odds = [income, 3_500, 300, 1_200, 1_500, 1_500];
        self.traits = Trait::ALL
            .iter()
            .zip(odds)
            .filter(|(_, odds)| random.chance(*odds))
            .fold(0, |set, (one, _)| set | 1 << one.index());
    }

    pub(super) fn has(&self, one: Trait) -> bool {
        self.traits & 1 << one.index() != 0
    }

    pub(super) fn left_poverty(&self) -> Option<Day> {
        (self.standing == Standing::Above && self.left != Day::MIN).then_some(self.left)
    }

    pub(super) fn leaves_poverty(&mut self, on: Day) {
        self.standing = Standing::Above;
        self.left = on;
    }

    pub(super) fn is_newly_escaped(&self, on: Day) -> bool {
        self.left_poverty().is_some_and(|left| on <= left.plus_months(ESCAPE_MONTHS))
    }

    /// The class it is declared to be of.
    pub(super) fn class(&self, on: Day) -> Class {
        match self.standing {
            Standing::Poor => Class::Poor,
            Standing::NearPoor => Class::NearPoor,
            Standing::Above if self.is_newly_escaped(on) => Class::NewlyEscaped,
            Standing::Above => Class::Other,
        }
    }
}
