//! What units state of themselves and decide: censuses, targets, funds, activities, figures from
//! outside; and the errands of an ordinary day.

use std::io;

use domain::atlas::{Level, Unit};
use domain::codes::{ActivityKind, Authority, Fund, Nature, Project, Topic};

use super::land::ERAS;
use super::line::{Kind, Office};
use super::world::World;

impl World<'_> {
    /// One everyday fact.
    pub(super) fn errand(&mut self) -> io::Result<()> {
        match self.random.below(1_000) {
            0..560 => self.loan(),
            560..760 => self.delivery(),
            760..830 => self.build(),
            830..890 => self.support_one(),
            890..980 => self.hold(),
            980..988 => self.disburse(),
            988..994 => self.put_right(false),
            994..997 => self.put_right(true),
            _ => self.slip(),
        }
    }

    /// What the calendar asks of units today.
    pub(super) fn state_figures(&mut self, year: i32, month: u32, date: u32) -> io::Result<()> {
        // The new units count at once: their figures do not follow from those of the old ones.
        let counted = if year == 2025 && month == 7 { Some(10) } else { Some(5) };
        let census = month == 1 || counted == Some(10);
        for ((unit, households, poor), nth) in self.shares_today(date, 5, census) {
            self.census(unit, households, nth)?;
            if self.random.chance(100) {
                self.outside(unit, year, poor)?;
            }
        }
        for ((unit, _, poor), _) in self.shares_today(date, 15, month == 1) {
            self.assign(Kind::TargetAssigned, unit, year, poor)?;
        }
        for ((unit, _, poor), _) in self.shares_today(date, 10, month == 5) {
            if self.random.chance(2_500) {
                self.assign(Kind::TargetAdjusted, unit, year, poor * 112 / 100)?;
            }
        }
        for ((unit, _, _), _) in self.shares_today(date, 3, month == 2) {
            self.allocate(unit)?;
        }
        if month == 3 && (1..=10).contains(&date) {
            self.register_to_exit(year, date - 1, 10)?;
        }
        Ok(())
    }

    /// The communes whose turn it is, in the ten days from one date of the month on, if it is the
    /// month, with their households scaled to what is simulated.
    fn shares_today(&self, date: u32, from: u32, now: bool) -> Vec<((Unit, u64, u64), u64)> {
        if !now || !(from..from + 10).contains(&date) {
            return Vec::new();
        }
        let (_, tracked) = self.land.sizes();
        let shares = self.land.shares(self.era.min(ERAS - 1));
        let turn = Self::slice(shares.len(), date - from, 10);
        let scaled = |n: u64| (n * self.opening).div_ceil(tracked.max(1));
        let one = |(unit, all, poor): (Unit, u64, u64)| ((unit, scaled(all), scaled(poor)), all);
        shares[turn].iter().copied().map(one).collect()
    }

    fn census(&mut self, unit: Unit, households: u64, seed: u64) -> io::Result<()> {
        let years = u64::from(self.today.0 - self.first.0) / 365;
        let households = households * (1_000 + 12 * years) / 1_000;
        self.begin(Kind::CensusReported, Office::Commune, unit, None);
        self.line.number("households", households);
        self.line.number("population", households * (3_500 + seed % 600) / 1_000);
        self.end(Kind::CensusReported)
    }

    fn outside(&mut self, unit: Unit, year: i32, seed: u64) -> io::Result<()> {
        self.begin(Kind::ExternalReported, Office::Commune, unit, None);
        self.line.text("indicator", "income_per_capita");
        self.line.field("period");
        self.line.raw("\"");
        self.line.digits((year - 1).unsigned_abs().into());
        self.line.raw("@civil\"");
        self.line.field("value");
        self.line.raw("\"");
        self.line.digits(30 + seed % 40);
        self.line.raw(".");
        self.line.digits(10 + self.numbers % 90);
        self.line.raw("\"");
        self.line.text("level", "preliminary");
        self.line.text("reference", "Chi cục Thống kê");
        self.end(Kind::ExternalReported)
    }

    /// Assigns or adjusts a commune's target, and sometimes that of the unit above.
    fn assign(&mut self, kind: Kind, unit: Unit, year: i32, poor: u64) -> io::Result<()> {
        self.target(kind, unit, year, poor.div_ceil(5), Authority::DistrictCommittee)?;
        let above = self.land.gazetteer.atlas.record(unit).parent;
        if let Some(above) = above
            && self.random.chance(500)
        {
            self.target(kind, above, year, poor * 3, Authority::ProvincialCouncil)?;
        }
        Ok(())
    }

    fn target(
        &mut self,
        kind: Kind,
        unit: Unit,
        year: i32,
        value: u64,
        set_by: Authority,
    ) -> io::Result<()> {
        self.begin(kind, Office::Commune, unit, None);
        self.line.text("indicator", "poor_households_reduction");
        self.line.field("period");
        self.line.raw("\"");
        self.line.digits(year.unsigned_abs().into());
        self.line.raw("@civil\",\"value\":\"");
        self.line.digits(value);
        self.line.raw("\"");
        self.line.text("qualifier", "at_least");
        self.line.code(set_by);
        if kind == Kind::TargetAdjusted {
            self.line.text("reason", "tỉnh giao thêm");
        }
        self.end(kind)
    }

    fn allocate(&mut self, unit: Unit) -> io::Result<()> {
        let amount = self.random.within(1, 40) * 50_000_000;
        self.money(Kind::FundsAllocated, unit, amount)
    }

    /// Some money of a commune or of the unit above is paid out.
    fn disburse(&mut self) -> io::Result<()> {
        let slot = self.land.any_slot(&mut self.random);
        let Some(unit) = self.land.declared(slot.place, self.era) else { return Ok(()) };
        let record = self.land.gazetteer.atlas.record(unit);
        let above = record.parent.filter(|_| record.level == Level::Commune);
        let unit = above.filter(|_| self.random.chance(5_000)).unwrap_or(unit);
        let amount = self.random.within(1, 900) * 1_000_000;
        self.money(Kind::FundsDisbursed, unit, amount)
    }

    fn money(&mut self, kind: Kind, unit: Unit, amount: u64) -> io::Result<()> {
        let projects = [Project::Livelihood, Project::Production, Project::Housing];
        let project = self.random.pick(&projects);
        let fund = self.random.pick(&[Fund::CentralBudget, Fund::ProvincialBudget]);
        let nature = self.random.pick(&[Nature::Investment, Nature::Recurrent]);
        self.begin(kind, Office::Commune, unit, None);
        self.line.code(project);
        self.line.code(fund);
        self.line.code(nature);
        self.line.number("amount", amount);
        self.end(kind)
    }

    /// Something is held, made or handed out in a commune.
    fn hold(&mut self) -> io::Result<()> {
        const KINDS: [ActivityKind; 6] = [
            ActivityKind::TrainingClass,
            ActivityKind::Dialogue,
            ActivityKind::Leaflet,
            ActivityKind::RadioBulletin,
            ActivityKind::NewsItem,
            ActivityKind::Inspection,
        ];
        let slot = self.land.any_slot(&mut self.random);
        let Some(unit) = self.land.declared(slot.place, self.era) else { return Ok(()) };
        let kind = self.random.pick(&KINDS);
        let topic = self.random.pick(&[Topic::PovertyPolicy, Topic::Credit, Topic::Health]);
        let count = self.random.within(1, 9);
        let participants = self.random.below(80);
        self.begin(Kind::ActivityHeld, Office::Commune, unit, None);
        self.line.code(kind);
        self.line.code(topic);
        self.line.number("count", count);
        if kind == ActivityKind::TrainingClass || kind == ActivityKind::Dialogue {
            self.line.number("participants", participants);
        }
        self.end(Kind::ActivityHeld)
    }
}
