//! The simulated country: its calendar of office work, and how a fact is written.

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::atlas::{Place, Unit};
use domain::codes::{Code, Standing, Trait};
use domain::time::Day;
use proto::gazetteer::Gazetteer;

use super::desk::{Delay, Desk};
use super::homes::House;
use super::land::{Land, era};
use super::line::{Kind, Line, Name, Named, Office};
use super::memory::Memory;
use super::random::Random;
use super::{Simulation, Summary};

/// Facts for each household that is in the record when it opens, over the whole span.
const FACTS_PER_HOUSEHOLD: u64 = 22;
/// Fewer households than this do not fill a commune.
const HOUSEHOLDS_PER_COMMUNE_MIN: u64 = 40;

pub(super) struct World<'o> {
    pub(super) land: Land,
    pub(super) desk: Desk<'o>,
    pub(super) random: Random,
    pub(super) line: Line,
    pub(super) houses: Vec<House>,
    /// Households in the record when it opens.
    pub(super) opening: u64,
    pub(super) memory: Memory,
    /// Houses under construction: the household and its how-manieth house, by the day it is done.
    pub(super) diary: BTreeMap<Day, Vec<(u32, u8)>>,
    pub(super) today: Day,
    pub(super) era: usize,
    pub(super) seed: u64,
    pub(super) first: Day,
    pub(super) last: Day,
    /// Numbers given to facts so far.
    pub(super) numbers: u64,
    delay: Delay,
}

impl<'o> World<'o> {
    pub(super) fn new(
        simulation: &Simulation,
        gazetteer: &'static Gazetteer,
        out: &'o mut dyn Write,
        progress: &'o mut dyn FnMut(u64),
    ) -> io::Result<World<'o>> {
        let Simulation { facts, seed, unit, first, last } = *simulation;
        let mut random = Random::new(seed);
        let years = u64::from(last.0.saturating_sub(first.0)) / 365 + 1;
        let houses = (facts / (FACTS_PER_HOUSEHOLD * years / 6).max(4)).max(1);
        let communes_max = (houses / HOUSEHOLDS_PER_COMMUNE_MIN) as usize;
        let land = Land::new(gazetteer, unit, first, communes_max, &mut random);
        if land.slots.is_empty() {
            let what = "no commune was in force there on the first day; choose another unit or day";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let mut desk = Desk::new(facts, out, progress);
        desk.summary.communes = land.communes;
        Ok(World {
            land,
            desk,
            random,
            line: Line::default(),
            houses: Vec::new(),
            opening: houses,
            memory: Memory::default(),
            diary: BTreeMap::new(),
            today: first,
            era: era(first),
            seed,
            first,
            last,
            numbers: 0,
            delay: Delay(0),
        })
    }

    /// One day in all offices.
    pub(super) fn live(&mut self, day: Day) -> io::Result<()> {
        self.today = day;
        self.era = era(day);
        self.desk.open(day)?;
        if day == self.first {
            self.open_record()?;
        }
        let (year, month, date) = day.ymd();
        self.state_figures(year, month, date)?;
        self.review(year, month, date)?;
        self.pay_electricity(month, date)?;
        self.deliver(month, date)?;
        self.finish_houses()?;
        self.lives_go_on()?;
        let errands = self.errands();
        for _ in 0..errands {
            self.errand()?;
        }
        while day == self.last && !self.desk.is_full() {
            self.errand()?;
        }
        Ok(())
    }

    /// Everyday facts of today: what the calendar is not expected to use of the lines that are
    /// still wanted, spread over the days that are left.
    fn errands(&mut self) -> u64 {
        let days = f64::from(self.last.0 - self.today.0) + 1.0;
        let years = days / 365.25;
        let sample = self.houses.len().min(500);
        let poor = (0..sample)
            .map(|nth| &self.houses[nth * self.houses.len() / sample.max(1)])
            .filter(|house| house.living && house.standing == Standing::Poor)
            .count() as f64
            / sample.max(1) as f64;
        let houses = self.houses.len() as f64;
        let bills = houses * poor * 4.0 * (1.0 - (-0.1 * years).exp()) / 0.1;
        let reviews = houses * 0.25 * (years * 1.1).floor();
        let offices = self.land.communes as f64 * 13.0 * years;
        self.random.about((self.desk.wanted() as f64 - bills - reviews - offices) / days)
    }

    /// The part of `count` things that is done on the `nth` of so many days.
    pub(super) fn slice(count: usize, nth: u32, of: u32) -> std::ops::Range<usize> {
        let at = |nth: u32| count * nth as usize / of as usize;
        at(nth)..at(nth + 1)
    }

    /// Begins a fact that a unit's office writes; its `data` is open behind the unit.
    pub(super) fn begin(&mut self, kind: Kind, office: Office, unit: Unit, house: Option<&House>) {
        self.numbers += 1;
        let number = self.numbers;
        let opening = self.today == self.first;
        self.delay = self.desk.delay(opening, &mut self.random);
        self.begin_with(kind, office, unit, house, number);
    }

    /// Begins a fact whose number and delay are given.
    pub(super) fn begin_with(
        &mut self,
        kind: Kind,
        office: Office,
        unit: Unit,
        house: Option<&House>,
        number: u64,
    ) {
        let key = self.land.gazetteer.key(unit);
        let named = house.map(|house| Named {
            province: self.land.province_code(house.place),
            pseudonym: house.pseudonym,
        });
        self.head(kind, Name { office, unit: key, number }, named, self.today, self.delay);
        self.line.raw(",\"data\":{\"unit\":\"");
        self.line.raw(key);
        self.line.raw("\"");
        self.memory.begin(kind, office, unit, named, number, self.today, self.line.0.len());
        if let Some(house) = house {
            self.part_and_village(kind, house);
        }
    }

    /// Writes the envelope up to `recordedtime`.
    pub(super) fn head(
        &mut self,
        kind: Kind,
        name: Name<'_>,
        named: Option<Named>,
        on: Day,
        delay: Delay,
    ) {
        let seconds = 27_000 + self.random.below(34_000) as u32;
        let sequence = self.random.below(100);
        let line = &mut self.line;
        line.0.clear();
        line.raw("{\"specversion\":\"1.0\",\"type\":\"");
        line.raw(kind.name());
        line.raw("\",\"source\":\"");
        line.source(name);
        line.raw("\",\"id\":\"");
        line.id(name.number);
        if let Some(named) = named {
            line.raw("\",\"subject\":\"");
            line.subject(named);
        }
        line.raw("\",\"time\":\"");
        line.time(on, seconds);
        line.raw("\"");
        if sequence < 30 {
            line.raw(",\"sequence\":\"");
            line.digits(sequence + 1);
            line.raw("\"");
        }
        if delay.0 > 0 {
            line.raw(",\"recordedtime\":\"");
            line.time(Day(self.today.0 + delay.0), seconds);
            line.raw("\"");
        }
    }

    fn part_and_village(&mut self, kind: Kind, house: &House) {
        let atlas = &self.land.gazetteer.atlas;
        let enters = matches!(kind, Kind::Registered | Kind::MovedIn | Kind::MovedWithin)
            || kind == Kind::Classified;
        if let Some(part) = atlas.part_of(house.place).filter(|_| self.era < 2)
            && (enters || self.random.chance(5_000))
        {
            self.line.text("part", self.land.gazetteer.key(part));
        }
        if self.random.chance(2_500) {
            self.line.field("village");
            self.line.raw("\"Thôn ");
            self.line.digits(1 + house.pseudonym % 12);
            self.line.raw("\"");
        }
    }

    /// Finishes the fact and hands it in.
    pub(super) fn end(&mut self, kind: Kind) -> io::Result<()> {
        self.line.raw("}}");
        self.memory.end(kind, &self.line.0, &mut self.random);
        self.desk.take(kind, &self.line, self.today, self.delay, &mut self.random)
    }

    /// Hands a finished line in as it is, on the day it happens.
    pub(super) fn hand_in(&mut self, kind: Kind) -> io::Result<()> {
        self.desk.take(kind, &self.line, self.today, Delay(0), &mut self.random)
    }

    /// Begins a fact about a household, in the unit under which its home is declared today.
    pub(super) fn begin_for(&mut self, kind: Kind, office: Office, house: &House) {
        if let Some(unit) = self.land.declared(house.place, self.era) {
            self.begin(kind, office, unit, Some(house));
        }
    }

    /// A household in the record, unless many draws find none.
    pub(super) fn any_house(&mut self) -> Option<usize> {
        let count = self.houses.len() as u64;
        (0..16).map(|_| self.random.below(count) as usize).find(|at| self.houses[*at].living)
    }

    /// Takes a new household into the population and gives its index.
    pub(super) fn settle(&mut self, house: House) -> usize {
        self.houses.push(house);
        self.desk.summary.households += 1;
        self.houses.len() - 1
    }

    /// A new household in an era's home of a slot.
    pub(super) fn newcomer(&mut self, place: Place, standing: Standing) -> House {
        let number = self.houses.len() as u64;
        House::new(self.seed, number, place, standing, &mut self.random)
    }

    /// Writes the traits as a list of codes.
    pub(super) fn traits(&mut self, field: &str, house: &House) {
        self.line.field(field);
        let mut lead = "[\"";
        for one in Trait::ALL.iter().filter(|one| house.has(**one)) {
            self.line.raw(lead);
            self.line.raw(one.code());
            lead = "\",\"";
        }
        self.line.raw(if lead == "[\"" { "[]" } else { "\"]" });
    }

    pub(super) fn close(self) -> io::Result<Summary> {
        self.desk.close()
    }
}
