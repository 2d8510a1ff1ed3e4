//! What the public is told of few households: nothing but their number, and nothing that an amount
//! or a breakdown of theirs could be computed from.

use std::collections::{BTreeMap, BTreeSet};

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::codes::{Class, Code as _, Programme, Purpose};
use domain::disclosure::{Disclosure, Guard, HOUSEHOLDS_MIN, Sees};
use domain::fact::{EventKind, Fact, Subject};
use domain::figures::{Figure, Missing, Question, Reader, Time, Value};
use domain::fold::Fold;
use proptest::prelude::*;

use crate::story::{Tell, key, loan, period, rice};
use crate::world::{
    AYUN_PA, CHU_GU, GIA_LAI, IA_MLAH, IA_SAO, KRONG_PA, PHU_CAN, PHU_TUC, VIET_NAM, rules,
};

const DAY: &str = "2021-02-01";
const MIN: u32 = HOUSEHOLDS_MIN;

/// A loan of a household, by number.
#[derive(Clone, Copy, Debug)]
struct Loan(u64, Unit, Class, usize);

fn fact(nth: usize, Loan(household, at, class, programme): Loan) -> (Subject, Fact) {
    let fact = loan(DAY, at, class, 1_000 + nth as i64).named(10_000 + nth as u64);
    let attributes = [class.index(), programme as u8, Purpose::HouseholdEconomy.index(), 0, 0, 0];
    (Subject(key(household)), fact.by_event(|event| event.attributes = attributes))
}

fn folded(facts: Vec<(Subject, Fact)>) -> Fold {
    let mut fold = Fold::new(rules());
    fold.apply(facts);
    fold
}

fn of(loans: &[Loan]) -> Fold {
    folded(loans.iter().enumerate().map(|(nth, one)| fact(nth, *one)).collect())
}

fn asked<'a>(unit: Unit, indicator: &'a str, by: &[(&str, &str)]) -> Question<'a> {
    let filter = by.iter().map(|(name, code)| ((*name).to_owned(), vec![(*code).to_owned()]));
    Question { unit, indicator, filter: filter.collect(), time: Time::Period(period("2021-H1")) }
}

fn told(fold: &Fold, unit: Unit, indicator: &str, by: &[(&str, &str)]) -> Value {
    let guard = Guard::new(fold, Disclosure::public(MIN));
    guard.figure(&Reader::from(fold), &asked(unit, indicator, by)).value
}

const HIDDEN: Value = Value::Missing(Missing::Hidden(MIN));

fn households(from: u64, count: u64, at: Unit, class: Class) -> Vec<Loan> {
    (from..from + count).map(|one| Loan(one, at, class, 0)).collect()
}

#[test]
fn the_number_of_few_is_told_and_neither_what_they_got_nor_who_they_are() {
    let loans = [
        households(1, 4, PHU_CAN, Class::Poor),
        households(11, 6, PHU_TUC, Class::Poor),
        households(21, 7, PHU_TUC, Class::NearPoor),
        households(31, 9, IA_MLAH, Class::Poor),
    ];
    let fold = of(&loans.concat());
    let poor = [("class", "poor")];
    for (unit, indicator, by, expected) in [
        (PHU_CAN, "loans", &[][..], Some(4)),
        (PHU_CAN, "loan_households", &[], Some(4)),
        (PHU_CAN, "loan_amount", &[], None),
        (PHU_CAN, "loans", &poor, None),
        (PHU_CAN, "loan_households", &poor, None),
        // What is of few is not broken down at all: that nobody was near-poor tells who they were.
        (PHU_CAN, "loans", &[("class", "near_poor")], None),
        // The smallest beside the few, whose loans would be the rest of the district's.
        (PHU_TUC, "loans", &poor, None),
        (PHU_TUC, "loans", &[], Some(13)),
        // The smallest amount beside the few, and what it could be summed of.
        (IA_MLAH, "loan_amount", &[], None),
        (IA_MLAH, "loans", &poor, None),
        (IA_MLAH, "loans", &[], Some(9)),
        (KRONG_PA, "loan_households", &poor, Some(19)),
    ] {
        let value = told(&fold, unit, indicator, by);
        let expected = expected.map_or(HIDDEN, Value::Whole);
        assert_eq!(value, expected, "{unit:?} {indicator} {by:?}");
    }
    let communes = [PHU_CAN, PHU_TUC, IA_MLAH].map(|unit| told(&fold, unit, "loan_amount", &[]));
    let hidden = communes.iter().filter(|value| **value == HIDDEN).count();
    assert_eq!(hidden, 2, "the few and one more: {communes:?}");
    assert!(matches!(told(&fold, KRONG_PA, "loan_amount", &[]), Value::Whole(_)));
}

#[test]
fn whoever_may_see_the_households_of_a_unit_sees_all_of_it_and_nothing_more() {
    let fold =
        of(&[households(1, 2, PHU_CAN, Class::Poor), households(11, 2, IA_SAO, Class::Poor)]
            .concat());
    let is_hidden = |sees, unit| {
        let guard = Guard::new(&fold, Disclosure { sees, households_min: MIN });
        guard.hides(&asked(unit, "loan_amount", &[]))
    };
    for (sees, in_phu_can, in_ia_sao) in [
        (Sees::Everything, false, false),
        (Sees::Below(KRONG_PA), false, true),
        (Sees::Below(IA_SAO), true, false),
        (Sees::Below(VIET_NAM), false, false),
        (Sees::Nothing, true, true),
    ] {
        assert_eq!(is_hidden(sees, PHU_CAN), in_phu_can, "{sees:?}");
        assert_eq!(is_hidden(sees, IA_SAO), in_ia_sao, "{sees:?}");
    }
}

#[test]
fn a_household_with_many_loans_is_one_household() {
    let loans: Vec<Loan> = (0..50).map(|_| Loan(1, PHU_CAN, Class::Poor, 0)).collect();
    let fold = of(&loans);
    assert_eq!(told(&fold, PHU_CAN, "loans", &[]), Value::Whole(50));
    assert_eq!(told(&fold, VIET_NAM, "loan_amount", &[]), HIDDEN);
}

#[test]
fn a_delivery_to_few_is_of_few_and_one_to_many_is_told() {
    for (households, persons, is_hidden) in
        [(2, 9, true), (0, 4, true), (5, 9, false), (0, 9, false)]
    {
        let fact = rice(DAY, PHU_CAN, households, persons, 150).named(7);
        let fold = folded(vec![(Subject(key(7)), fact)]);
        let value = told(&fold, PHU_CAN, "rice_kg", &[]);
        assert_eq!(value == HIDDEN, is_hidden, "{households} households, {persons} persons");
    }
}

#[test]
fn what_happened_in_the_rest_of_a_time_is_not_told_by_the_whole_and_the_part() {
    let mut loans = households(1, 9, PHU_CAN, Class::Poor);
    loans.push(Loan(20, PHU_CAN, Class::Poor, 0));
    let mut facts: Vec<_> = loans.iter().enumerate().map(|(nth, one)| fact(nth, *one)).collect();
    if let Some((_, last)) = facts.last_mut() {
        last.on = "2021-05-01".parse().unwrap();
    }
    let fold = folded(facts);
    let guard = Guard::new(&fold, Disclosure::public(MIN));
    let over = |name: &str| {
        let time = Time::Period(period(name));
        Question { time, ..asked(PHU_CAN, "loan_amount", &[]) }
    };
    let (half, quarter) = (over("2021-H1"), over("2021-Q1"));
    assert!(!guard.hides(&half) && !guard.hides(&quarter) && guard.hides(&over("2021-Q2")));
    assert!(guard.hides_difference(&half, &quarter) && guard.hides_difference(&quarter, &half));
    assert!(!guard.hides_difference(&half, &half));
}

#[test]
fn events_that_are_of_no_household_are_never_hidden() {
    for kind in EventKind::ALL {
        let expected = !matches!(
            kind,
            EventKind::ActivityHeld
                | EventKind::FundsAllocated
                | EventKind::FundsDisbursed
                | EventKind::FundsWithdrawn
        );
        assert_eq!(domain::disclosure::is_of_households(kind), expected, "{kind:?}");
    }
}

const COMMUNES: [Unit; 5] = [PHU_TUC, PHU_CAN, IA_MLAH, CHU_GU, IA_SAO];
const UNITS: [Unit; 9] =
    [VIET_NAM, GIA_LAI, KRONG_PA, AYUN_PA, PHU_TUC, PHU_CAN, IA_MLAH, CHU_GU, IA_SAO];
const PRIME: u64 = (1 << 61) - 1;

/// Numbers modulo a prime: what can be computed from sums can be computed so.
fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn inverse(a: u64) -> u64 {
    let (mut power, mut base, mut rest) = (1, a, PRIME - 2);
    while rest > 0 {
        if rest & 1 == 1 {
            power = times(power, base);
        }
        base = times(base, base);
        rest >>= 1;
    }
    power
}

type Row = BTreeMap<usize, u64>;

/// What is known, as sums of unknowns, each reduced by those before.
#[derive(Default)]
struct Known(BTreeMap<usize, Row>);

impl Known {
    fn reduced(&self, mut row: Row) -> Row {
        for (lead, known) in &self.0 {
            if let Some(factor) = row.get(lead).copied() {
                for (at, by) in known {
                    let less = PRIME - times(factor, *by);
                    let sum = (row.get(at).copied().unwrap_or(0) + less) % PRIME;
                    if sum == 0 {
                        row.remove(at)
                    } else {
                        row.insert(*at, sum)
                    };
                }
            }
        }
        row
    }

    fn learn(&mut self, row: Row) {
        let row = self.reduced(row);
        if let Some((lead, by)) = row.iter().next().map(|(at, by)| (*at, *by)) {
            let scale = inverse(by);
            self.0.insert(lead, row.into_iter().map(|(at, by)| (at, times(by, scale))).collect());
        }
    }
}

/// A breakdown by class and programme, each of one code or of all.
type Cell = (Unit, Option<usize>, Option<usize>);

fn cells() -> Vec<Cell> {
    let any = |count| [None].into_iter().chain((0..count).map(Some));
    let (classes, programmes) = (Class::ALL.len(), Programme::ALL.len());
    let pairs = any(classes).flat_map(move |class| any(programmes).map(move |one| (class, one)));
    let pairs: Vec<_> = pairs.collect();
    UNITS.iter().flat_map(|unit| pairs.iter().map(|(c, p)| (*unit, *c, *p))).collect()
}

fn filter((_, class, programme): Cell) -> Filter {
    let class = class.map(|at| ("class".to_owned(), vec![Class::ALL[at].code().to_owned()]));
    let programme =
        programme.map(|at| ("programme".to_owned(), vec![Programme::ALL[at].code().to_owned()]));
    class.into_iter().chain(programme).collect()
}

/// The finest cells that a cell is the sum of, numbered.
fn parts((unit, class, programme): Cell) -> Row {
    let rules = rules();
    let mut row = Row::new();
    for (nth, commune) in COMMUNES.iter().enumerate() {
        if !rules.atlas.holds(unit, (*commune).into()) {
            continue;
        }
        for c in (0..Class::ALL.len()).filter(|c| class.is_none_or(|one| one == *c)) {
            for p in (0..Programme::ALL.len()).filter(|p| programme.is_none_or(|one| one == *p)) {
                row.insert((nth * Class::ALL.len() + c) * Programme::ALL.len() + p, 1);
            }
        }
    }
    row
}

/// The households of a cell.
fn reached(loans: &[Loan], (unit, class, programme): Cell) -> usize {
    let rules = rules();
    let within = loans.iter().filter(|Loan(_, at, c, p)| {
        rules.atlas.holds(unit, (*at).into())
            && class.is_none_or(|one| Class::ALL[one] == *c)
            && programme.is_none_or(|one| one == *p)
    });
    within.map(|Loan(household, ..)| *household).collect::<BTreeSet<_>>().len()
}

/// Asks for everything that the public can ask for, and computes what follows from it.
fn attacked(loans: &[Loan]) -> Vec<Cell> {
    let fold = of(loans);
    let (guard, reader) = (Guard::new(&fold, Disclosure::public(MIN)), Reader::from(&fold));
    let (mut known, mut few) = (Known::default(), Vec::new());
    for cell in cells() {
        let question = Question { filter: filter(cell), ..asked(cell.0, "loans", &[]) };
        let Figure { value, .. } = guard.figure(&reader, &question);
        let is_few = (1..MIN as usize).contains(&reached(loans, cell));
        let is_total = cell.1.is_none() && cell.2.is_none();
        if value == HIDDEN {
            few.extend(is_few.then_some(cell));
        } else {
            assert!(is_total || !is_few, "{cell:?} is of few and told: {value:?}");
            known.learn(parts(cell));
        }
    }
    few.retain(|cell| known.reduced(parts(*cell)).is_empty());
    few
}

fn loans() -> impl Strategy<Value = Vec<Loan>> {
    let one = (1..40u64, 0..4usize, 0..3usize);
    proptest::collection::vec(one, 0..120).prop_map(|all| {
        let loan = |(household, class, programme): (u64, usize, usize)| {
            // Where a household lives: the first communes have many, the last few.
            let at = COMMUNES[[0, 0, 0, 1, 1, 1, 2, 2, 3, 4][household as usize % 10]];
            Loan(household, at, Class::ALL[class.min(Class::ALL.len() - 1)], programme)
        };
        all.into_iter().map(loan).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn nothing_of_few_follows_from_all_that_is_told(loans in loans()) {
        prop_assert_eq!(attacked(&loans), Vec::new());
    }

    /// What was found before a fact came is not held against what is asked after it.
    #[test]
    fn who_asks_between_facts_changes_no_answer(
        loans in loans(),
        asked in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let facts: Vec<_> = loans.iter().enumerate().map(|(nth, one)| fact(nth, *one)).collect();
        let all = |fold: &Fold| -> Vec<Value> {
            let units = [PHU_CAN, PHU_TUC, IA_MLAH, IA_SAO, KRONG_PA, AYUN_PA, GIA_LAI];
            let amounts = units.map(|unit| told(fold, unit, "loan_amount", &[]));
            let poor = units.map(|unit| told(fold, unit, "loans", &[("class", "poor")]));
            [amounts, poor].concat()
        };
        let mut fold = Fold::new(rules());
        for (nth, chunk) in facts.chunks(6).enumerate() {
            fold.apply(chunk.to_vec());
            if asked[nth % asked.len()] {
                let so_far = facts[..(nth * 6 + chunk.len())].to_vec();
                prop_assert_eq!(all(&fold), all(&folded(so_far)));
                prop_assert_eq!(all(&fold), all(&fold), "as it was remembered");
            }
        }
    }
}

#[test]
fn the_attack_itself_finds_what_is_left_open() {
    // Without the rule the total less one class is the other class.
    let mut known = Known::default();
    known.learn(parts((PHU_CAN, None, Some(0))));
    for class in 1..Class::ALL.len() {
        known.learn(parts((PHU_CAN, Some(class), Some(0))));
    }
    assert!(known.reduced(parts((PHU_CAN, Some(0), Some(0)))).is_empty());
    assert!(!known.reduced(parts((PHU_CAN, Some(0), Some(1)))).is_empty());
}
