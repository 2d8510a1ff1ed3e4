//! Random journals over the tiny country: all kinds of facts, many ties, window edges, duplicates,
//! rivals, voids and corrections that come early or late.

use domain::atlas::Place;
use domain::codes::Standing::{self, Above, NearPoor, Poor};
use domain::codes::{Class, Code, Purpose, Trait};
use domain::fact::{Fact, Subject, What};
use domain::time::Day;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::story::{self, Tell, day, key};
use crate::world::{
    CHU_GU, CHU_GU_EAST, CHU_GU_WEST, GIA_LAI, HOUSE_MAX, IA_MLAH, IA_SAO, KRONG_PA, LE_LOI,
    NEW_AYUN_PA, NEW_IA_MLAH, NEW_PHU_TUC, PHU_CAN, PHU_TUC, PHUOC_HOA, VIET_NAM,
};

/// The days of all facts: edges of periods and of 36 months, so that many of them tie.
const DAYS: [&str; 28] = [
    "2020-12-14",
    "2020-12-15",
    "2021-01-01",
    "2021-02-28",
    "2021-03-31",
    "2021-06-14",
    "2021-06-15",
    "2021-09-15",
    "2021-12-31",
    "2022-01-01",
    "2022-03-01",
    "2023-06-15",
    "2023-12-14",
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
    "2024-06-14",
    "2024-06-15",
    "2024-06-16",
    "2024-12-31",
    "2025-01-01",
    "2025-06-30",
    "2025-07-01",
    "2025-12-31",
    "2026-06-15",
    "2026-06-16",
    "2027-02-28",
    "2027-03-01",
];

/// Twice those where most of it happens.
pub(crate) fn places() -> Vec<Place> {
    let units = [
        PHU_CAN,
        PHU_CAN,
        PHU_TUC,
        CHU_GU,
        IA_MLAH,
        IA_SAO,
        PHUOC_HOA,
        LE_LOI,
        NEW_PHU_TUC,
        NEW_IA_MLAH,
        NEW_AYUN_PA,
    ];
    units.map(Place::from).into_iter().chain([CHU_GU_WEST, CHU_GU_EAST]).collect()
}

const HOUSEHOLDS: u8 = 4;

/// What one random fact is made from.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    household: u8,
    day: u8,
    place: u8,
    kind: u8,
    a: u8,
    b: u8,
    tie: u8,
    /// Whether a rival is one of any subject's fact.
    abroad: bool,
}

prop_compose! {
    fn seed()(
        household in 0..HOUSEHOLDS,
        day in 0..DAYS.len() as u8,
        place in 0..places().len() as u8,
        kind in 0u8..100,
        a in any::<u8>(),
        b in any::<u8>(),
        tie in 0u8..3,
        abroad in any::<bool>(),
    ) -> Seed {
        Seed { household, day, place, kind, a, b, tie, abroad }
    }
}

/// A journal in the order of arrival, duplicates included.
pub(crate) fn journal() -> impl Strategy<Value = Vec<(Subject, Fact)>> {
    vec(seed(), 1..48).prop_map(|seeds| facts(&seeds))
}

/// The same with timelines so long that they are indexed: most is of one household, or of two.
pub(crate) fn long_journal() -> impl Strategy<Value = Vec<(Subject, Fact)>> {
    let crowd = |mut seed: Seed| {
        seed.household = u8::from(seed.household == HOUSEHOLDS - 1 && seed.abroad);
        seed
    };
    vec(seed().prop_map(crowd), 40..160).prop_map(|seeds| facts(&seeds))
}

/// A day that some fact may have, or the day before or after one.
pub(crate) fn some_day() -> impl Strategy<Value = Day> {
    (0..DAYS.len(), 0..3u8).prop_map(|(index, shift)| match shift {
        0 => day(DAYS[index]).previous(),
        1 => day(DAYS[index]),
        _ => day(DAYS[index]).next(),
    })
}

pub(crate) fn facts(seeds: &[Seed]) -> Vec<(Subject, Fact)> {
    let mut journal: Vec<(Subject, Fact)> = Vec::new();
    for (index, seed) in seeds.iter().enumerate() {
        let subject = Subject(key(1_000 + u64::from(seed.household)));
        // Facts of the same household, known or to come.
        let others: Vec<u64> = (0..seeds.len())
            .filter(|other| seeds[*other].household == seed.household)
            .map(|other| other as u64 + 1)
            .collect();
        let other = others[usize::from(seed.b) % others.len()];
        let known = journal.iter().filter(|(of, _)| *of == subject);
        let known: Vec<Fact> = known.map(|(_, fact)| fact.clone()).collect();
        let earlier = known.get(usize::from(seed.a) % known.len().max(1));
        // A rival may be of a fact of any subject, a household or a collective fact.
        let first =
            journal.get((usize::from(seed.a) * 7 + usize::from(seed.b)) % journal.len().max(1));
        let first = if seed.abroad { first.map(|(_, fact)| fact) } else { earlier };
        let name = index as u64 + 1;
        // One for each fact, and not in the order of arrival.
        let content = 1 + name.wrapping_mul(40_503) % (1 << 16);
        let own = |kind| {
            Fact { sequence: u32::from(seed.tie), ..made(seed, kind, other) }
                .named(name)
                .content(content)
        };
        let more = match (seed.kind, if seed.kind < 94 { earlier } else { first }) {
            (0..80, _) => vec![own(seed.kind)],
            (80..87, _) => story::correction(other, own(seed.a % 75)).to_vec(),
            (87..94, Some(earlier)) => vec![earlier.clone()],
            (94..97, Some(first)) => vec![Fact { key: first.key, ..own(seed.a % 80) }],
            (97.., Some(first)) => {
                let mut rival = own(seed.a % 75);
                rival.key = first.key;
                story::correction(other, rival).to_vec()
            }
            (80.., None) => vec![own(seed.a % 75)],
        };
        // A collective fact is its own subject; what corrects one has the subject of that, in both
        // halves.
        let is_collective = |fact: &Fact| matches!(&fact.what, What::Event(event) if !event.single);
        let subject = match more.as_slice() {
            [fact] if is_collective(fact) => Subject(fact.key),
            [replacement, void] if is_collective(replacement) => match void.what {
                What::Voided { of } => Subject(of),
                _ => subject,
            },
            _ => subject,
        };
        for fact in more {
            let position = journal.len() as u64 + 1;
            journal.push((subject, Fact { position, ..fact }));
        }
    }
    journal
}

/// A fact of a kind from 0 to 79.
fn made(seed: &Seed, kind: u8, other: u64) -> Fact {
    let Seed { day, place, a, b, .. } = *seed;
    let on = DAYS[usize::from(day)];
    let places = places();
    let at = places[usize::from(place)];
    let standing = |n: u8| [Poor, NearPoor, Above][usize::from(n % 3)];
    let (from, to): (Standing, Standing) = (standing(a), standing(a / 3));
    let persons = u16::from(b % 6);
    let class = Class::ALL[usize::from(a) % Class::ALL.len()];
    let known: Vec<Trait> =
        Trait::ALL.iter().copied().filter(|one| b >> one.index() & 1 == 1).collect();
    match kind {
        0..8 => story::registered(on, at, to, persons).with(&known),
        8..10 => story::registered(on, at, Above, persons).left(DAYS[usize::from(b) % DAYS.len()]),
        10..14 => story::moved_in(on, at, to, persons).left(DAYS[usize::from(b) % DAYS.len()]),
        14..34 => story::classified(on, at, from, to, persons),
        34..38 => story::classified(on, at, from, to, persons).with(&known),
        38..41 => story::classified(on, at, from, to, persons).by_standard(),
        41..46 => story::resized(on, at, persons),
        46..53 => story::moved(on, PHU_CAN, places[usize::from(a) % places.len()]),
        53..55 => story::moved_out(on, at),
        55..56 => story::dissolved(on, at),
        56..63 => {
            let purpose = b % Purpose::ALL.len() as u8;
            story::loan(on, at, class, i64::from(a)).by_event(|event| event.attributes[2] = purpose)
        }
        63..68 => story::electricity(on, at),
        68..71 => {
            // Some cost more than any house can.
            let amount = if b % 4 == 0 { HOUSE_MAX + i64::from(b) } else { i64::from(b) };
            story::house_started(on, at, u32::from(a % 2)).by_event(|event| event.amount = amount)
        }
        71..73 => story::house_completed(on, at, u32::from(a % 2)),
        73 => {
            let givers = [None, Some(KRONG_PA), Some(GIA_LAI), Some(VIET_NAM), Some(PHU_TUC)];
            let giver = givers[usize::from(a) % givers.len()];
            let money = if b % 4 == 0 { story::withdrawn } else { story::allotted };
            money(on, at, giver, i64::from(b))
        }
        74 => story::rice(on, at, u32::from(a), u32::from(b), 15),
        75 => {
            let indicator = ["households", "poverty_rate", "unknown"][usize::from(a % 3)];
            let kind = domain::fact::StatedKind::Census;
            story::stated(on, PHU_CAN, indicator, kind, i64::from(b))
        }
        _ => story::voided(on, at, other),
    }
}
