//! Where simulated households live: the communes of a unit, how many households each has, and
//! under which unit a home is declared before and after the changes of boundaries.

use std::collections::BTreeMap;

use domain::atlas::{Level, Place, Unit};
use domain::time::Day;
use proto::gazetteer::Gazetteer;

use super::random::{Random, mix};

/// A time in which the list of units does not change: to the end of 2024, to 30 June 2025, since.
pub(super) const ERAS: usize = 3;

/// The era of a day.
pub(super) fn era(day: Day) -> usize {
    let (year, month, _) = day.ymd();
    usize::from(year >= 2025) + usize::from((year, month) >= (2025, 7))
}

/// Something that holds households in 2021: a commune, or a part of one that was divided later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) place: Place,
    /// Resident households, before scaling.
    pub(super) households: u64,
    /// Of 10,000 households: poor, near-poor, newly escaped.
    pub(super) rates: [u64; 3],
}

impl Slot {
    fn tracked(&self) -> u64 {
        (self.households * self.rates.iter().sum::<u64>()).max(1)
    }
}

/// The country, as far as it reports.
pub(super) struct Land {
    pub(super) gazetteer: &'static Gazetteer,
    pub(super) slots: Vec<Slot>,
    /// How many slots' worth of households come before and with each slot.
    cumulative: Vec<u64>,
    /// The unit under which each place is declared in each era.
    declared: Vec<[Option<Unit>; ERAS]>,
    /// The slots of each of today's provinces.
    provinces: Vec<(Unit, Vec<u32>)>,
    /// How many communes report in 2021.
    pub(super) communes: u64,
}

impl Land {
    /// The communes that lie in a unit on the first day: as many as the households can fill.
    pub(super) fn new(
        gazetteer: &'static Gazetteer,
        within: Option<Unit>,
        first: Day,
        communes_max: usize,
        random: &mut Random,
    ) -> Land {
        let atlas = &gazetteer.atlas;
        let declared = declarations(gazetteer);
        let inside = |place: Place| within.is_none_or(|unit| atlas.holds(unit, place));
        let mut heirs: BTreeMap<Unit, Vec<Unit>> = BTreeMap::new();
        for succession in gazetteer.successions() {
            heirs.entry(succession.old).or_default().push(succession.new);
        }
        let mut communes: Vec<(Unit, Vec<Place>)> = Vec::new();
        for unit in atlas.units() {
            if atlas.record(unit).level != Level::Commune || !atlas.in_force(unit, first) {
                continue;
            }
            let several = heirs.get(&unit).filter(|heirs| heirs.len() > 1);
            let parts = several.into_iter().flatten().filter_map(|new| atlas.part(unit, *new));
            let places: Vec<_> =
                std::iter::once(Place::from(unit)).chain(parts).filter(|p| inside(*p)).collect();
            if !places.is_empty() {
                communes.push((unit, places));
            }
        }
        for at in 0..communes.len() {
            let other = at + random.below((communes.len() - at) as u64) as usize;
            communes.swap(at, other);
        }
        communes.truncate(communes_max.max(1));
        let mut slots = Vec::new();
        for (unit, places) in &communes {
            let households = 1_200 + random.below(1_400) + random.below(1_400);
            let province = atlas.today_province((*unit).into()).map_or(0, |unit| unit.0);
            let height = mix(u64::from(province)) % 1_000;
            let poor = 200 + height * height / 1_600 + random.below(250);
            let rates = [poor, poor * random.within(80, 140) / 100, poor * 6 / 10];
            let share = households / places.len() as u64;
            slots.extend(places.iter().map(|place| Slot {
                place: *place,
                households: share,
                rates,
            }));
        }
        let mut sum = 0;
        let cumulative = slots
            .iter()
            .map(|slot| {
                sum += slot.tracked();
                sum
            })
            .collect();
        let mut by_province: BTreeMap<Unit, Vec<u32>> = BTreeMap::new();
        for (at, slot) in slots.iter().enumerate() {
            if let Some(province) = atlas.today_province(slot.place) {
                by_province.entry(province).or_default().push(at as u32);
            }
        }
        let provinces = by_province.into_iter().collect();
        let communes = communes.len() as u64;
        Land { gazetteer, slots, cumulative, declared, provinces, communes }
    }

    /// A slot, those with more poor households more often.
    pub(super) fn any_slot(&self, random: &mut Random) -> Slot {
        let all = self.cumulative.last().copied().unwrap_or(0);
        let at = random.below(all);
        self.slots[self.cumulative.partition_point(|sum| *sum <= at)]
    }

    /// A slot in the same of today's provinces.
    pub(super) fn slot_near(&self, place: Place, random: &mut Random) -> Option<Slot> {
        let province = self.gazetteer.atlas.today_province(place)?;
        let at = self.provinces.binary_search_by_key(&province, |(unit, _)| *unit).ok()?;
        Some(self.slots[random.pick(&self.provinces[at].1) as usize])
    }

    /// The unit under which a home is declared.
    pub(super) fn declared(&self, place: Place, era: usize) -> Option<Unit> {
        self.declared[usize::from(place.0)][era]
    }

    /// The home of a household that comes to a slot in an era.
    pub(super) fn home(&self, slot: Slot, era: usize) -> Option<Place> {
        let unit = self.declared(slot.place, era)?;
        let same = self.gazetteer.atlas.unit_of(slot.place) == unit;
        Some(if same { slot.place } else { unit.into() })
    }

    /// The code in subjects of households that live there.
    pub(super) fn province_code(&self, place: Place) -> &'static str {
        let province = self.gazetteer.atlas.today_province(place);
        province.map_or("VN", |unit| self.gazetteer.entry(unit).code)
    }

    /// The communes that report in an era, each with resident and poor households before scaling.
    pub(super) fn shares(&self, era: usize) -> Vec<(Unit, u64, u64)> {
        let mut shares: BTreeMap<Unit, (u64, u64)> = BTreeMap::new();
        for slot in &self.slots {
            if let Some(unit) = self.declared(slot.place, era) {
                let share = shares.entry(unit).or_default();
                share.0 += slot.households;
                share.1 += slot.households * slot.rates[0] / 10_000;
            }
        }
        shares.into_iter().map(|(unit, (all, poor))| (unit, all, poor)).collect()
    }

    /// Resident households before scaling, and those that are in the record.
    pub(super) fn sizes(&self) -> (u64, u64) {
        let all = self.slots.iter().map(|slot| slot.households).sum();
        (all, self.cumulative.last().copied().unwrap_or(0) / 10_000)
    }
}

/// The commune in force under which each place is declared, era by era. Where no source tells
/// which commune took an abolished one in, any commune of the district that did.
fn declarations(gazetteer: &Gazetteer) -> Vec<[Option<Unit>; ERAS]> {
    let atlas = &gazetteer.atlas;
    let days = [(2024, 12, 31), (2025, 6, 30), (2025, 7, 1)]
        .map(|(year, month, day)| Day::from_ymd(year, month, day).unwrap_or(Day::MAX));
    let commune = |place: Place, day: Day| {
        let fits =
            |unit: &Unit| atlas.record(*unit).level == Level::Commune && atlas.in_force(*unit, day);
        atlas.closure(place).iter().copied().find(fits)
    };
    let neighbour = |place: Place, day: Day| {
        let fits = |unit: &Unit| {
            atlas.record(*unit).level == Level::District && atlas.in_force(*unit, day)
        };
        let district = atlas.closure(place).iter().copied().find(fits)?;
        let communes = || atlas.children(district).iter().filter(|one| atlas.in_force(**one, day));
        communes().nth(usize::from(place.0) % communes().count().max(1)).copied()
    };
    (0..atlas.place_count())
        .map(|index| {
            let place = Place(index as u16);
            let told = days.map(|day| commune(place, day));
            let [Some(_), before, after] = told else { return told };
            let before = before.or_else(|| neighbour(place, days[1]));
            let after = after.or_else(|| before.and_then(|unit| commune(unit.into(), days[2])));
            [told[0], before, after]
        })
        .collect()
}
