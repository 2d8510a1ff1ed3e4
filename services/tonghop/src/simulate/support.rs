//! What households receive: electricity, loans, houses, deliveries of the commune.

use std::io;

use domain::atlas::Unit;
use domain::codes::{
    Class, Code, CountedIn, Fund, Group, Occasion, Organiser, Programme, Purpose, Standing,
    SupportKind, Trait,
};
use domain::time::Day;

use super::homes::House;
use super::line::{Kind, Office};
use super::world::World;

/// Đồng for 30 kWh at the first tier, a month, from a day on (Decision 28/2014/QĐ-TTg).
const ELECTRICITY: [((i32, u32), u64); 6] = [
    ((2021, 7), 50_340),
    ((2023, 5), 51_840),
    ((2023, 11), 54_180),
    ((2024, 10), 56_790),
    ((2025, 5), 59_520),
    ((9999, 1), 0),
];
const ELECTRICITY_FIRST: u64 = 49_000;

fn electricity_price(on: Day) -> u64 {
    let (year, month, _) = on.ymd();
    let known = ELECTRICITY.iter().rev().find(|(from, _)| *from <= (year, month));
    known.map_or(ELECTRICITY_FIRST, |(_, price)| *price)
}

/// Lending programmes by class, each with what it is for.
const LENDING: [(Class, Programme, Purpose); 10] = [
    (Class::Poor, Programme::PoorHousehold, Purpose::HouseholdEconomy),
    (Class::NearPoor, Programme::NearPoorHousehold, Purpose::HouseholdEconomy),
    (Class::NewlyEscaped, Programme::NewlyEscapedHousehold, Purpose::ProductionAndBusiness),
    (Class::Other, Programme::DifficultAreaBusiness, Purpose::ProductionAndBusiness),
    (Class::Other, Programme::CleanWaterAndSanitation, Purpose::SanitationAndWater),
    (Class::Other, Programme::JobCreation, Purpose::JobCreation),
    (Class::Other, Programme::Student, Purpose::Study),
    (Class::Other, Programme::SocialHousing, Purpose::Housing),
    (Class::Other, Programme::LabourExport, Purpose::LabourExport),
    (Class::Other, Programme::EthnicMinority, Purpose::ProductionAndBusiness),
];

/// What a commune hands out: kind, unit of count, group, how many for one household, đồng each.
type Delivery = (SupportKind, CountedIn, Group, u64, u64);
const DELIVERIES: [Delivery; 9] = [
    (SupportKind::HealthCard, CountedIn::Card, Group::Poor, 4, 764_000),
    (SupportKind::HealthCard, CountedIn::Card, Group::NearPoor, 4, 764_000),
    (SupportKind::Tuition, CountedIn::Student, Group::Poor, 1, 450_000),
    (SupportKind::StudyCost, CountedIn::Student, Group::PoorAndNearPoor, 1, 600_000),
    (SupportKind::Rice, CountedIn::Kilogram, Group::Poor, 60, 0),
    (SupportKind::TetGift, CountedIn::Gift, Group::Poor, 1, 500_000),
    (SupportKind::Boarding, CountedIn::Student, Group::EthnicMinority, 1, 1_300_000),
    (SupportKind::HealthVisit, CountedIn::Visit, Group::Poor, 2, 180_000),
    (SupportKind::Allowance, CountedIn::Person, Group::Merit, 3, 540_000),
];

impl World<'_> {
    /// Electricity of the quarter, paid from the 5th to the 24th of its last month.
    pub(super) fn pay_electricity(&mut self, month: u32, date: u32) -> io::Result<()> {
        if !month.is_multiple_of(3) || !(5..25).contains(&date) {
            return Ok(());
        }
        let amount = 3 * electricity_price(self.today);
        // The standard of 2021 told income-poor households apart.
        let old_standard = self.today.ymd().0 == 2021;
        for at in Self::slice(self.houses.len(), date - 5, 20) {
            let house = self.houses[at];
            let income_poor = house.has(Trait::ALL[0]);
            if !house.living || house.standing != Standing::Poor || old_standard && !income_poor {
                continue;
            }
            self.begin_for(Kind::SupportDelivered, Office::Power, &house);
            self.line.code(SupportKind::Electricity);
            self.line.code(if old_standard { Group::IncomePoor } else { Group::Poor });
            self.line.number("quantity", 1);
            self.line.code(CountedIn::Household);
            self.line.number("amount", amount);
            self.end(Kind::SupportDelivered)?;
        }
        Ok(())
    }

    pub(super) fn loan(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        let house = self.houses[at];
        self.lend(&house, house.class(self.today))
    }

    pub(super) fn lend(&mut self, house: &House, class: Class) -> io::Result<()> {
        let own = self.random.chance(7_000);
        let fits =
            |one: &&(Class, Programme, Purpose)| one.0 == if own { class } else { Class::Other };
        let among: Vec<_> = LENDING.iter().filter(fits).collect();
        let (_, programme, purpose) = *self.random.pick(&among);
        let amount = self.random.within(5, 40) + self.random.below(60);
        self.begin_for(Kind::LoanDisbursed, Office::Bank, house);
        self.line.code(class);
        self.line.code(programme);
        self.line.code(purpose);
        self.line.number("amount", amount * 1_000_000);
        self.end(Kind::LoanDisbursed)
    }

    /// Support for one household that is no loan.
    pub(super) fn support_one(&mut self) -> io::Result<()> {
        const KINDS: [(SupportKind, CountedIn, u64); 5] = [
            (SupportKind::Toilet, CountedIn::Household, 1),
            (SupportKind::Water, CountedIn::Household, 1),
            (SupportKind::BreedingAnimal, CountedIn::Animal, 2),
            (SupportKind::Livelihood, CountedIn::Household, 1),
            (SupportKind::Land, CountedIn::SquareMetre, 200),
        ];
        let Some(at) = self.any_house() else { return Ok(()) };
        let house = self.houses[at];
        let (kind, counted_in, quantity) = self.random.pick(&KINDS);
        let fund = self.random.pick(&[Fund::CentralBudget, Fund::FundForThePoor, Fund::Several]);
        self.begin_for(Kind::SupportDelivered, Office::Commune, &house);
        self.line.code(kind);
        self.line.code(match house.standing {
            Standing::Poor => Group::Poor,
            Standing::NearPoor => Group::NearPoor,
            Standing::Above => Group::Other,
        });
        self.line.code(fund);
        self.line.number("quantity", quantity);
        self.line.code(counted_in);
        self.line.number("persons", house.persons.into());
        let amount = self.random.within(2, 30) * 1_000_000;
        self.line.number("amount", amount);
        self.end(Kind::SupportDelivered)
    }

    /// Deliveries of each quarter's first two months, commune by commune.
    pub(super) fn deliver(&mut self, month: u32, date: u32) -> io::Result<()> {
        let nth = match month % 3 {
            1 if date <= 28 => date - 1,
            2 if date <= 28 => 27 + date,
            _ => return Ok(()),
        };
        for at in Self::slice(self.land.slots.len(), nth, 56) {
            let slot = self.land.slots[at];
            for delivery in [DELIVERIES[0], DELIVERIES[at % DELIVERIES.len()]] {
                if let Some(unit) = self.land.declared(slot.place, self.era) {
                    self.hand_out(unit, delivery)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn delivery(&mut self) -> io::Result<()> {
        let slot = self.land.any_slot(&mut self.random);
        let delivery = self.random.pick(&DELIVERIES);
        match self.land.declared(slot.place, self.era) {
            Some(unit) => self.hand_out(unit, delivery),
            None => Ok(()),
        }
    }

    fn hand_out(&mut self, unit: Unit, delivery: Delivery) -> io::Result<()> {
        let (kind, counted_in, group, each, price) = delivery;
        let households = self.random.within(2, 60);
        let quantity = households * each;
        self.begin(Kind::SupportDelivered, Office::Commune, unit, None);
        self.line.code(kind);
        self.line.code(group);
        if kind == SupportKind::TetGift {
            self.line.code(Organiser::FatherlandFront);
            self.line.code(Fund::FundForThePoor);
            self.line.code(Occasion::Tet);
        }
        self.line.number("quantity", quantity);
        self.line.code(counted_in);
        self.line.number("households", households);
        self.line.number("persons", households * 4);
        if price > 0 {
            self.line.number("amount", quantity * price);
        }
        self.end(Kind::SupportDelivered)
    }

    /// Work begins on a house; most are finished some months later.
    pub(super) fn build(&mut self) -> io::Result<()> {
        let Some(at) = self.any_house() else { return Ok(()) };
        if self.houses[at].works >= 3 || self.houses[at].standing == Standing::Above {
            return Ok(());
        }
        self.houses[at].works += 1;
        let house = self.houses[at];
        if self.random.chance(9_000) {
            let done = Day(self.today.0 + self.random.within(60, 300) as u16);
            self.diary.entry(done).or_default().push((at as u32, house.works));
        }
        self.start(&house, house.works)
    }

    pub(super) fn start(&mut self, house: &House, work: u8) -> io::Result<()> {
        self.begin_for(Kind::HouseStarted, Office::Commune, house);
        self.house_fields(house, work);
        self.line.number("amount", if repaired(house, work) { 20 } else { 40 } * 1_000_000);
        self.end(Kind::HouseStarted)
    }

    pub(super) fn finish_houses(&mut self) -> io::Result<()> {
        for (at, work) in self.diary.remove(&self.today).unwrap_or_default() {
            let house = self.houses[at as usize];
            if house.living {
                self.complete(&house, work)?;
            }
        }
        Ok(())
    }

    pub(super) fn complete(&mut self, house: &House, work: u8) -> io::Result<()> {
        self.begin_for(Kind::HouseCompleted, Office::Commune, house);
        self.house_fields(house, work);
        let cost = self.random.within(60, 220) * 1_000_000;
        self.line.number("amount", cost);
        self.end(Kind::HouseCompleted)
    }

    fn house_fields(&mut self, house: &House, work: u8) {
        self.line.field("house");
        self.line.raw("\"h");
        self.line.digits(work.into());
        self.line.raw("\"");
        self.line.text("construction", if repaired(house, work) { "repair" } else { "new" });
        let funds = [Fund::CentralBudget, Fund::FundForThePoor, Fund::Community];
        self.line.code(funds[(house.pseudonym % 3) as usize]);
        self.line.text("class", house.class(self.today).code());
        if house.pseudonym.is_multiple_of(4) {
            self.line.code(Organiser::FatherlandFront);
        }
    }
}

fn repaired(house: &House, work: u8) -> bool {
    (house.pseudonym ^ u64::from(work)).is_multiple_of(3)
}
