//! Long timelines: what they come to is what it always was, and one more fact costs what it changes.

use domain::batch::evaluate;
use domain::books::Books;
use domain::codes::Class;
use domain::codes::Standing::Poor;
use domain::contribution::{contributions, difference, home};
use domain::fact::{Fact, Subject};
use domain::finding::{Finding, Reason};
use domain::fold::Fold;
use domain::growth::Growth;
use domain::timeline::{COUNTED_MAX, Timeline};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::random::{long_journal, some_day};
use crate::story::{
    Tell, correction, day, electricity, house_completed, house_started, key, loan, moved,
    registered, resized, voided,
};
use crate::world::{PHU_CAN, PHU_TUC, rules};

type Journal = Vec<(Subject, Fact)>;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() }
}

/// The books that timelines come to by the definition.
fn defined(fold: &Fold) -> Books {
    let mut books = Books::default();
    fold.timelines().for_each(|(_, timeline)| contributions(timeline, &rules(), &mut books));
    books
}

/// Folds a journal in pieces of that length, or one by one.
fn folded(journal: &[(Subject, Fact)], length: usize) -> (Fold, u64) {
    let mut fold = Fold::new(rules());
    let mut steps = 0;
    for batch in journal.chunks(length) {
        steps += fold.apply(batch.to_vec()).steps;
    }
    (fold, steps)
}

fn assert_same(books: &Books, wanted: &Books, why: &str) {
    assert_eq!(books.findings, wanted.findings, "{why}");
    assert_eq!(books.repeated, wanted.repeated, "{why}");
    assert_eq!(books.rollup.check(), wanted.rollup.check(), "{why}");
    assert_eq!(books.digest(b""), wanted.digest(b""), "{why}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_long_timeline_comes_to_what_the_definition_says_in_any_order(
        (facts, shuffled) in long_journal().prop_flat_map(|facts| {
            let again = facts.iter().chain(&facts[..facts.len() / 5]).cloned().collect::<Vec<_>>();
            (Just(facts), Just(again).prop_shuffle())
        }),
        length in 1usize..50,
        restart in 0usize..8,
        days in vec(some_day(), 3),
    ) {
        let wanted = evaluate(facts.clone(), &rules(), 2);
        for (order, journal) in [("as they came", &facts), ("shuffled", &shuffled)] {
            let mut fold = Fold::new(rules());
            for (index, batch) in journal.chunks(length).enumerate() {
                fold.apply(batch.to_vec());
                if index == restart {
                    let of = |(subject, timeline): (Subject, &Timeline)| {
                        timeline.facts().iter().map(|one| (subject, one.clone())).collect::<Journal>()
                    };
                    let kept: Journal = fold.timelines().flat_map(of).collect();
                    let books = fold.books;
                    fold = Fold::new(rules());
                    fold.restore(kept);
                    fold.books = books;
                    if length % 2 == 0 {
                        fold.index();
                    }
                }
                assert_same(&fold.books, &defined(&fold), order);
            }
            assert_same(&fold.books, &wanted, order);
            for (subject, timeline) in fold.timelines() {
                for on in &days {
                    prop_assert_eq!(fold.home(subject, *on), home(timeline, &rules(), *on));
                }
                for fact in timeline.facts() {
                    prop_assert_eq!(fold.fact(subject, fact.key), timeline.fact(fact.key));
                }
            }
        }
    }

    #[test]
    fn each_fact_of_a_long_timeline_changes_what_the_definition_says(facts in long_journal()) {
        let mut fold = Fold::new(rules());
        for (index, fact) in facts.into_iter().enumerate() {
            fold.apply(vec![fact]);
            let defined = defined(&fold);
            prop_assert_eq!(&fold.books.findings, &defined.findings, "after {}", index);
            prop_assert_eq!(fold.books.rollup.check(), defined.rollup.check(), "after {}", index);
        }
    }
}

/// Nothing is shared with other subjects here, as whoever uses it has looked.
#[test]
fn a_timeline_grows_by_what_the_difference_says() {
    for (why, journal) in crowds() {
        let step = journal.len() / 40;
        let (mut timeline, rules) = (Timeline::default(), rules());
        let mut growth = Growth::of(Timeline::default(), &rules);
        for some in journal.chunks(step) {
            let before = timeline.clone();
            for (_, fact) in some {
                timeline.insert(fact.clone());
            }
            let change = growth.add(some.iter().map(|(_, fact)| fact));
            let wanted = difference(&before, &timeline, &rules);
            assert_eq!(change.postings, wanted.postings, "{why}");
            let sorted = |mut list: Vec<Finding>| {
                list.sort_unstable();
                list
            };
            assert_eq!(sorted(change.found), sorted(wanted.found), "{why}");
            assert_eq!(sorted(change.lost), sorted(wanted.lost), "{why}");
        }
    }
}

const HOUSEHOLD: Subject = Subject(domain::fact::Key([77, 7]));

/// Facts of one household in the order of the journal, named by their place in it. Their keys stand
/// in no order, as hashes do.
fn household(facts: impl IntoIterator<Item = Fact>) -> Journal {
    let named = |(index, fact): (usize, Fact)| {
        let index = index as u64 + 1;
        let fact = if fact.key == key(0) { fact.named(mixed(index)) } else { fact };
        let content = if fact.content == 0 { index } else { fact.content };
        (HOUSEHOLD, Fact { content, position: index, ..fact })
    };
    facts.into_iter().enumerate().map(named).collect()
}

/// The name of the n-th fact.
fn mixed(index: u64) -> u64 {
    index.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8
}

fn of_poor(on: &str, amount: i64) -> Fact {
    loan(on, PHU_CAN, Class::Poor, amount)
}

/// What an attacker, or a list with one household number for all, may send of one subject: how many
/// facts, and what the n-th is.
fn crowds() -> Vec<(&'static str, Journal)> {
    let alike = |n: u64| (0..n).map(|_| of_poor("2021-01-04", 1));
    let chained = |n: u64| {
        (2..=n).flat_map(|nth| {
            correction(mixed(nth - 1), electricity("2021-03-04", PHU_CAN).named(mixed(nth)))
        })
    };
    let rival = |content| of_poor("2021-03-04", 1).named(5).content(content);
    let fresh = || registered("2020-01-01", PHU_CAN, Poor, 3);
    let sized = |n: u64| resized("2021-03-05", PHU_CAN, n as u16 % 9).sequence(9_000 - n as u32);
    let voids = |n: u64| (0..n).map(|_| voided("2021-03-05", PHU_CAN, 5));
    let twice = |nth| {
        correction(
            5,
            electricity("2021-03-04", PHU_CAN).named(mixed(nth)).sequence(9_000 - nth as u32),
        )
    };
    let house = |n: u64| {
        let work = (n / 2) as u32;
        if n.is_multiple_of(2) {
            house_completed("2022-05-05", PHU_CAN, work)
        } else {
            house_started("2021-05-05", PHU_CAN, work)
        }
    };
    let one_house = |n: u64| house_started("2021-05-05", PHU_CAN, 1).sequence(9_000 - n as u32);
    vec![
        ("loans on one day", household(alike(4_000))),
        (
            "a chain of corrections",
            household(
                [electricity("2021-03-04", PHU_CAN).named(mixed(1))]
                    .into_iter()
                    .chain(chained(1_500)),
            ),
        ),
        ("voids of a fact that is not there", household(voids(4_000))),
        (
            "voids, and the fact at last",
            household(voids(2_000).chain([of_poor("2021-03-04", 1).named(5)])),
        ),
        ("corrections of one fact, the last in front", household((1..1_000).flat_map(twice))),
        ("rivals, the last the winner", household((1..3_000).map(|n| rival(9_000 - n)))),
        ("rivals, the first the winner", household((1..3_000).map(rival))),
        (
            "changes in front of each other",
            household([fresh()].into_iter().chain((1..2_000).map(sized))),
        ),
        (
            "changes before many loans",
            household(
                [fresh()]
                    .into_iter()
                    .chain(alike(900).map(|f| Fact { on: day("2022-01-01"), ..f }))
                    .chain((1..900).map(sized)),
            ),
        ),
        ("houses", household((0..1_800).map(house))),
        ("one house started again and again", household((0..1_800).map(one_house))),
    ]
}

/// A fact costs what it changes, not what its timeline is long: by counting, not by the clock.
#[test]
fn the_work_for_a_fact_does_not_grow_with_its_timeline() {
    for (why, journal) in crowds() {
        let facts = journal.len() as u64;
        for length in [1, 500] {
            let (fold, steps) = folded(&journal, length);
            // A timeline as short as that is walked along.
            let short = 32 * 32;
            let most = 8 * facts + short;
            assert!(steps <= most, "{why}: {steps} steps for {facts} facts in pieces of {length}");
            assert_same(&fold.books, &defined(&fold), why);
        }
        let backwards: Journal = journal.into_iter().rev().collect();
        let (fold, _) = folded(&backwards, 100);
        assert_same(&fold.books, &defined(&fold), why);
    }
}

/// What each fact after it means does change: that work is bounded by how many facts count.
#[test]
fn a_move_before_many_events_looks_at_each_of_them_once() {
    let loans = (0..1_000).map(|_| of_poor("2022-01-01", 1));
    let first = registered("2020-01-01", PHU_CAN, Poor, 3);
    let journal =
        household([first].into_iter().chain(loans).chain([moved("2021-01-01", PHU_CAN, PHU_TUC)]));
    let (mut fold, _) = folded(&journal[..journal.len() - 1], 100);
    let steps = fold.apply(vec![journal[journal.len() - 1].clone()]).steps;
    assert!((2_000..2_100).contains(&steps), "{steps}");
    assert_same(&fold.books, &defined(&fold), "moved");
}

fn full(fold: &Fold) -> usize {
    fold.books.findings.iter().filter(|one| one.reason == Reason::SubjectFull).count()
}

fn counted(fold: &Fold) -> Vec<u64> {
    let mut counted: Vec<u64> = fold
        .timelines()
        .flat_map(|(_, timeline)| timeline.effective())
        .map(|fact| fact.position)
        .collect();
    counted.sort_unstable();
    counted
}

#[test]
fn of_a_subject_that_is_full_the_facts_that_came_first_count_and_the_others_are_held() {
    let most = COUNTED_MAX as u64;
    // The later it came, the earlier it happened: positions choose, and not days.
    let journal =
        household((0..most + 30).map(|n| of_poor("2021-03-04", 1).sequence(9_000 - n as u32)));
    let mut shuffled = journal.clone();
    shuffled.sort_by_key(|(_, fact)| mixed(fact.position));
    let again: Journal = shuffled
        .iter()
        .map(|(subject, fact)| (*subject, Fact { position: fact.position + 5_000, ..fact.clone() }))
        .chain(journal.clone())
        .collect();
    let wanted = evaluate(journal.clone(), &rules(), 2);
    for (why, journal) in
        [("in order", journal), ("shuffled", shuffled), ("told later positions first", again)]
    {
        let (mut fold, _) = folded(&journal, 100);
        assert_same(&fold.books, &wanted, why);
        assert_eq!(counted(&fold), (1..=most).collect::<Vec<u64>>(), "{why}");
        assert_eq!(full(&fold), 30, "{why}");
        // The way out: whatever is void makes room for what came next.
        let voids = (1..=10).map(|n| voided("2021-04-04", PHU_CAN, mixed(n)).named(90_000 + n));
        let voids = household(voids)
            .into_iter()
            .map(|(subject, fact)| (subject, Fact { position: fact.position + 8_000, ..fact }));
        fold.apply(voids.collect());
        assert_eq!(counted(&fold), (11..=most + 10).collect::<Vec<u64>>(), "{why}");
        assert_eq!(full(&fold), 20, "{why}");
        assert_same(&fold.books, &defined(&fold), why);
    }
}

#[test]
fn a_full_subject_is_as_of_a_position_what_it_was() {
    let most = COUNTED_MAX as u64;
    let loans = (0..most + 20).map(|n| of_poor("2021-03-04", 1).sequence(9_000 - n as u32));
    let voids = (1..=10).map(|n| voided("2021-04-04", PHU_CAN, mixed(n)));
    let journal = household(loans.chain(voids));
    let (whole, _) = folded(&journal, 500);
    for position in [most - 1, most, most + 1, most + 20, most + 25, most + 30] {
        let then = evaluate(journal[..position as usize].to_vec(), &rules(), 1);
        let mut books = Books::default();
        let timeline = whole.timeline_as_of(HOUSEHOLD, position).expect("it has facts");
        contributions(&timeline, &rules(), &mut books);
        assert_same(&books, &then, &format!("at {position}"));
    }
}
