//! Voids, corrections and rivals: what counts does not depend on what arrived first.

use std::collections::HashSet;

use domain::atlas::Place;
use domain::batch::{Buckets, evaluate_parts};
use domain::codes::Class;
use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::fact::{Fact, Subject};
use domain::fold::{Applied, Fold};
use domain::timeline::{Inserted, Timeline};

use crate::story::{
    Tell, classified, correction, electricity, key, loan, numbered, registered, resized, told,
    told_of, voided,
};
use crate::world::{IA_SAO, PHU_CAN, PHU_TUC, rules};

fn poor() -> Fact {
    registered("2021-01-01", PHU_CAN, Poor, 4)
}

const THERE: &str = "0/0 +1/4 registered = 1/4";
const NEVER: &str = "0/0 = 0/0";

#[test]
fn a_void_takes_a_fact_away_whether_it_comes_after_or_before_it() {
    for void in ["2021-06-01", "2020-06-01", "2021-01-01"] {
        let told = told([poor(), voided(void, PHU_CAN, 1)]);
        assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER, "{void}");
        assert_eq!(told.findings(), [""; 0], "{void}");
    }
}

#[test]
fn a_void_that_arrives_before_its_target_still_takes_it_away() {
    let facts = numbered([poor(), voided("2021-06-01", PHU_CAN, 1)]);
    let subject = Subject(key(1));
    let mut fold = Fold::new(rules());
    fold.apply(vec![(subject, facts[1].clone())]);
    assert_eq!(fold.books.findings.len(), 1, "it voids nothing yet");
    fold.apply(vec![(subject, facts[0].clone())]);
    assert!(fold.books.findings.is_empty(), "it voids its target now");
    assert_eq!(fold.books.rollup.cells().count(), 0);
}

#[test]
fn a_void_of_nothing_is_noted() {
    let told = told([poor(), voided("2021-06-01", PHU_CAN, 77)]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
    assert_eq!(told.findings(), ["voids_nothing 2 and 77"]);
}

#[test]
fn there_is_no_void_of_a_void() {
    let told = told([poor(), voided("2021-06-01", PHU_CAN, 1), voided("2021-07-01", PHU_CAN, 2)]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.findings(), ["voids_a_void 3 and 2"]);
}

#[test]
fn a_void_of_itself_is_a_void_of_a_void() {
    let told = told([poor(), voided("2021-06-01", PHU_CAN, 2)]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
    assert_eq!(told.findings(), ["voids_a_void 2 and 2"]);
}

#[test]
fn a_fact_voided_twice_is_void() {
    let told = told([poor(), voided("2021-06-01", PHU_CAN, 1), voided("2021-07-01", PHU_CAN, 1)]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn what_followed_a_voided_fact_is_read_anew() {
    // Without the exit, the second classification starts from poor: declared otherwise, and the
    // household becomes near-poor instead of relapsing.
    let told = told([
        poor(),
        classified("2022-01-01", PHU_CAN, Poor, Above, 4),
        classified("2022-06-01", PHU_CAN, Above, NearPoor, 4),
        voided("2022-07-01", PHU_CAN, 2),
    ]);
    assert_eq!(told.table(PHU_CAN, Poor, "2022"), "1/4 -1/4 to_other_class = 0/0");
    assert_eq!(told.table(PHU_CAN, NearPoor, "2022"), "0/0 +1/4 from_other_class = 1/4");
    assert_eq!(told.findings(), ["declared_otherwise 3"]);
}

#[test]
fn a_correction_counts_in_place_of_the_fact_it_corrects() {
    let [replacement, void] =
        correction(1, registered("2021-01-01", PHU_TUC, NearPoor, 5).named(2));
    let told = told([poor(), replacement, void]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(PHU_TUC, NearPoor, "2021"), "0/0 +1/5 registered = 1/5");
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn two_corrections_of_one_fact_both_count_and_are_noted() {
    let first = correction(2, electricity("2021-03-01", PHU_CAN).named(3));
    let second = correction(2, electricity("2021-03-02", PHU_CAN).named(4));
    let facts = [poor(), electricity("2021-03-03", PHU_CAN)];
    let told = told(facts.into_iter().chain(first).chain(second));
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 2);
    assert_eq!(told.findings().len(), 1);
    assert!(told.findings()[0].starts_with("corrected_twice void of 4"), "{:?}", told.findings());
}

#[test]
fn a_void_and_a_correction_of_one_fact_are_no_two_corrections() {
    let first = correction(2, electricity("2021-03-01", PHU_CAN).named(3));
    let facts =
        [poor(), electricity("2021-03-03", PHU_CAN), voided("2021-03-04", PHU_CAN, 2).named(4)];
    let told = told(facts.into_iter().chain(first));
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 1);
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn a_correction_of_a_correction_leaves_only_the_last() {
    let first = correction(1, registered("2021-01-01", PHU_TUC, Poor, 5).named(2));
    let second = correction(2, registered("2021-01-01", IA_SAO, Poor, 6).named(3));
    let told = told([poor()].into_iter().chain(first).chain(second));
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(PHU_TUC, Poor, "2021"), NEVER);
    assert_eq!(told.table(IA_SAO, Poor, "2021"), "0/0 +1/6 registered = 1/6");
    assert_eq!(told.findings(), [""; 0]);
}

#[test]
fn a_void_of_a_correction_does_not_bring_back_what_it_corrected() {
    let first = correction(1, registered("2021-01-01", PHU_TUC, Poor, 5).named(2));
    let told =
        told([poor()].into_iter().chain(first).chain([voided("2021-02-01", PHU_CAN, 2).named(3)]));
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(PHU_TUC, Poor, "2021"), NEVER);
}

#[test]
fn of_rivals_the_smallest_content_wins_whatever_arrives_first() {
    // `told_of` folds the facts in both orders and evaluates them at once.
    let small = registered("2021-01-01", PHU_CAN, Poor, 4).named(1).content(5);
    let large = registered("2021-01-01", PHU_TUC, NearPoor, 9).named(1).content(6);
    for rivals in [[&small, &large], [&large, &small]] {
        let told = told(rivals.map(Clone::clone));
        assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
        assert_eq!(told.table(PHU_TUC, NearPoor, "2021"), NEVER);
        assert_eq!(told.findings(), ["rival 1"]);
    }
}

/// The same said in two spellings is no rival, and leaves the winner among true rivals as it was.
#[test]
fn a_twin_counts_once_and_is_no_rival() {
    let spelt =
        |content| registered("2021-01-01", PHU_CAN, Poor, 4).named(1).content(content).meaning(5);
    let rival = |content| registered("2021-01-01", PHU_TUC, NearPoor, 9).named(1).content(content);
    let table = [
        (vec![spelt(5), spelt(7)], true, vec![]),
        (vec![spelt(5), spelt(5), spelt(7)], true, vec![]),
        (vec![spelt(5), spelt(7), rival(8)], true, vec!["rival 1"]),
        (vec![spelt(5), rival(6), spelt(7)], true, vec!["rival 1"]),
        (vec![rival(4), spelt(7), spelt(5)], false, vec!["rival 1"]),
        // As before there was a canonical form: the bytes choose.
        (vec![rival(6), spelt(7)], false, vec!["rival 1"]),
    ];
    for (facts, counts, findings) in table {
        let told = told(facts);
        let (small, large) =
            if counts { (THERE, NEVER) } else { (NEVER, "0/0 +1/9 registered = 1/9") };
        assert_eq!(told.table(PHU_CAN, Poor, "2021"), small);
        assert_eq!(told.table(PHU_TUC, NearPoor, "2021"), large);
        assert_eq!(told.findings(), findings);
    }
}

#[test]
fn a_twin_of_a_correction_voids_once() {
    let spelt = |content| {
        let moved = registered("2021-01-01", IA_SAO, Poor, 9).named(2).content(content);
        correction(1, moved).map(|half| half.meaning(5))
    };
    let told = told([poor()].into_iter().chain(spelt(5)).chain(spelt(7)));
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(IA_SAO, Poor, "2021"), "0/0 +1/9 registered = 1/9");
    assert!(told.findings().is_empty(), "{:?}", told.findings());
}

#[test]
fn of_three_contents_one_counts_and_two_are_held() {
    let orders = [[3, 2, 1], [2, 3, 1], [1, 2, 3], [2, 1, 3]];
    for order in orders {
        let content =
            |n: u16| registered("2021-01-01", Place(8 + n), Poor, n).named(1).content(u64::from(n));
        let told = told(order.map(content));
        assert_eq!(told.persons(crate::world::KRONG_PA, Poor, "2021-01-01"), 1, "{order:?}");
        assert_eq!(told.findings(), ["rival 1", "rival 1"], "{order:?}");
    }
}

#[test]
fn the_winner_of_rivals_can_be_voided_and_the_loser_does_not_step_in() {
    let told = told([
        registered("2021-01-01", PHU_CAN, Poor, 4).named(1).content(5),
        registered("2021-01-01", PHU_TUC, Poor, 4).named(1).content(6),
        voided("2021-02-01", PHU_CAN, 1),
    ]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(PHU_TUC, Poor, "2021"), NEVER);
    assert_eq!(told.findings(), ["rival 1"]);
}

#[test]
fn a_void_that_lost_against_its_rival_voids_nothing() {
    // Under key 3, the content 5 voids fact 2 and the content 6 voids fact 1.
    let told = told([
        poor(),
        electricity("2021-03-03", PHU_CAN),
        voided("2021-04-01", PHU_CAN, 2).named(3).content(5),
        voided("2021-04-01", PHU_CAN, 1).named(3).content(6),
    ]);
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 0);
    assert_eq!(told.findings(), ["rival 3"]);
}

#[test]
fn a_void_and_a_support_under_one_key_are_rivals() {
    for (void, support, counted) in [(5, 6, 0), (6, 5, 1)] {
        let told = told([
            poor(),
            voided("2021-04-01", PHU_CAN, 1).named(2).content(void),
            electricity("2021-04-01", PHU_CAN).named(2).content(support),
        ]);
        assert_eq!(told.standing(PHU_CAN, Poor, "2021-12-31"), counted);
        assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), counted);
    }
}

#[test]
fn a_correction_that_lost_against_a_plain_fact_voids_nothing() {
    // Two documents under one id: one is a plain support, the other corrects the registration.
    // The plain one wins by content, so nothing of the other counts, also not its void.
    let plain = electricity("2021-04-01", PHU_CAN).named(2).content(5);
    let loser = correction(1, registered("2021-01-01", IA_SAO, Poor, 9).named(2).content(6));
    let told = told([poor(), plain].into_iter().chain(loser));
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
    assert_eq!(told.table(IA_SAO, Poor, "2021"), NEVER);
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 1);
}

#[test]
fn a_correction_that_won_against_a_plain_fact_voids_its_target() {
    let plain = electricity("2021-04-01", PHU_CAN).named(2).content(6);
    let winner = correction(1, registered("2021-01-01", IA_SAO, Poor, 9).named(2).content(5));
    let told = told([poor(), plain].into_iter().chain(winner));
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), NEVER);
    assert_eq!(told.table(IA_SAO, Poor, "2021"), "0/0 +1/9 registered = 1/9");
    assert_eq!(told.flow(PHU_CAN, "electricity", "2021"), 0);
}

#[test]
fn a_void_reaches_only_facts_of_its_own_subject() {
    let facts = numbered([poor(), voided("2021-02-01", PHU_CAN, 1)]);
    let apart = [1, 2].map(|subject| Subject(key(subject)));
    let told = told_of(apart.into_iter().zip(facts).collect());
    assert_eq!(told.table(PHU_CAN, Poor, "2021"), THERE);
    assert_eq!(told.findings(), ["voids_nothing 2 and 1"]);
}

/// Facts of the households 1, 2, …, which meet under one key.
fn abroad(facts: impl IntoIterator<Item = (u64, Fact)>) -> crate::story::Told {
    let (subjects, facts): (Vec<u64>, Vec<Fact>) = facts.into_iter().unzip();
    let subjects = subjects.into_iter().map(|subject| Subject(key(1_000 + subject)));
    told_of(subjects.zip(numbered(facts)).collect())
}

#[test]
fn a_key_under_another_household_is_a_rival_and_counts_once() {
    for (one, other, here, there) in [(5, 6, 1, 0), (6, 5, 0, 1)] {
        let told = abroad([
            (1, registered("2021-01-01", PHU_CAN, Poor, 4).named(1).content(one)),
            (2, registered("2021-01-01", PHU_TUC, Poor, 9).named(1).content(other)),
        ]);
        assert_eq!(told.standing(PHU_CAN, Poor, "2021-12-31"), here);
        assert_eq!(told.standing(PHU_TUC, Poor, "2021-12-31"), there);
        assert_eq!(told.findings(), ["rival 1"]);
    }
}

#[test]
fn of_three_households_under_one_key_one_counts() {
    for order in [[3, 2, 1], [2, 3, 1], [1, 2, 3], [2, 1, 3]] {
        let told = abroad(order.map(|n| {
            let fact = registered("2021-01-01", Place(8 + n), Poor, n);
            (u64::from(n), fact.named(1).content(u64::from(n)))
        }));
        assert_eq!(told.persons(crate::world::KRONG_PA, Poor, "2021-01-01"), 1, "{order:?}");
        assert_eq!(told.books.findings.len(), 2, "{order:?}");
    }
}

#[test]
fn a_correction_that_lost_against_another_households_fact_voids_nothing() {
    for (correcting, plain, voided) in [(5, 6, true), (6, 5, false)] {
        let whole = registered("2021-01-01", IA_SAO, Poor, 9).named(2).content(correcting);
        let corrected = correction(1, whole).map(|fact| (1, fact));
        let other = registered("2021-01-01", PHU_TUC, Poor, 2).named(2).content(plain);
        let told = abroad([(1, poor().named(1))].into_iter().chain(corrected).chain([(2, other)]));
        assert_eq!(told.standing(PHU_CAN, Poor, "2021-12-31"), i128::from(!voided));
        assert_eq!(told.standing(IA_SAO, Poor, "2021-12-31"), i128::from(voided));
        assert_eq!(told.standing(PHU_TUC, Poor, "2021-12-31"), i128::from(!voided));
    }
}

#[test]
fn a_void_of_a_fact_that_lost_against_another_household_voids_nothing() {
    let told = abroad([
        (1, registered("2021-01-01", PHU_CAN, Poor, 4).named(1).content(6)),
        (2, registered("2021-01-01", PHU_TUC, Poor, 9).named(1).content(5)),
        (1, voided("2021-02-01", PHU_CAN, 1).named(3)),
    ]);
    assert_eq!(told.standing(PHU_CAN, Poor, "2021-12-31"), 0);
    assert_eq!(told.standing(PHU_TUC, Poor, "2021-12-31"), 1);
    assert_eq!(told.findings(), ["rival 1", "voids_nothing 3 and 1"]);
}

#[test]
fn what_is_known_of_keys_takes_few_bytes_of_each_fact() {
    let mut fold = Fold::new(rules());
    let hash = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n.rotate_left(29);
    let fact = |n: u64| Fact {
        key: domain::fact::Key([hash(n), hash(!n)]),
        ..resized("2021-01-01", PHU_CAN, 4)
    };
    // Just beyond a size at which the table grows, so that it is at its emptiest; of five facts of
    // one household.
    let count = 60_000;
    fold.apply((1..=count).map(|n| (Subject(key(n / 5)), fact(n))).collect());
    let each = fold.size_of_keys() as u64 / count;
    assert!((9..=26).contains(&each), "{each} bytes of each fact");
}

#[test]
fn a_void_of_one_of_two_loans_leaves_the_household_a_borrower() {
    let told = told([
        poor(),
        loan("2021-02-01", PHU_CAN, Class::Poor, 10),
        loan("2021-03-01", PHU_CAN, Class::Poor, 20),
        voided("2021-04-01", PHU_CAN, 2),
    ]);
    assert_eq!(told.flow(PHU_CAN, "loan_amount", "2021"), 20);
    assert_eq!(told.distinct(PHU_CAN, "loan_households", &[], "2021-Q1"), 1);
}

#[test]
fn a_fact_seen_again_changes_nothing_and_keeps_its_first_position() {
    let [fact] = &numbered([resized("2021-01-01", PHU_CAN, 4)])[..] else { panic!() };
    let at = |position| Fact { position, ..fact.clone() };
    for order in [[3, 8], [8, 3]] {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.insert(at(order[0])), Inserted::Appended);
        assert_eq!(timeline.insert(at(order[1])), Inserted::Duplicate);
        assert_eq!(timeline.facts().iter().map(|fact| fact.position).collect::<Vec<_>>(), [3]);
        assert_eq!(Timeline::from(vec![at(order[0]), at(order[1])]), timeline);
    }
}

/// A twin says again what was there: kept, and counted as what it is, live and in a batch.
#[test]
fn a_twin_is_a_duplicate_whatever_counts() {
    let spelt = |content| {
        let one = registered("2021-01-01", PHU_CAN, Poor, 4).named(1);
        vec![one.content(content).meaning(5)]
    };
    let corrected = |content| {
        let moved = registered("2021-01-01", IA_SAO, Poor, 9).named(2).content(content);
        correction(1, moved).map(|half| half.meaning(6)).to_vec()
    };
    let rival = vec![registered("2021-01-01", PHU_TUC, NearPoor, 9).named(1).content(8)];
    // Records, each of one or two facts, and how many of them say something new.
    let table = [
        (vec![spelt(5)], 1),
        (vec![spelt(5), spelt(7)], 1),
        (vec![spelt(5), spelt(5), spelt(7), spelt(3), spelt(7)], 1),
        (vec![spelt(5), rival.clone(), spelt(7)], 2),
        (vec![spelt(5), corrected(6), corrected(9)], 2),
        (vec![corrected(9), spelt(7), corrected(6), spelt(5), corrected(9)], 2),
    ];
    for (number, (records, new)) in table.into_iter().enumerate() {
        let facts: Vec<(Subject, Fact)> = (1..)
            .zip(&records)
            .flat_map(|(position, record)| {
                let placed = move |fact: &Fact| Fact { position, ..fact.clone() };
                record.iter().map(placed).map(|fact| (Subject(key(1)), fact))
            })
            .collect();
        let batch = evaluate_parts(vec![facts.iter().cloned().collect::<Buckets>()], &rules(), 1);
        assert_eq!(batch.records, new, "line {number}");
        let said = |all: &[Applied]| {
            let places =
                |of: fn(&Applied) -> Vec<u64>| all.iter().flat_map(of).collect::<HashSet<_>>();
            let came = places(|one| one.new.iter().map(|(_, fact)| fact.position).collect());
            came.difference(&places(|one| one.twins.clone())).count() as u64
        };
        let mut one_by_one = Fold::new(rules());
        let each: Vec<Applied> =
            facts.iter().map(|fact| one_by_one.apply(vec![fact.clone()])).collect();
        let at_once = Fold::new(rules()).apply(facts);
        assert_eq!((said(&each), said(&[at_once])), (new, new), "line {number}");
    }
}
