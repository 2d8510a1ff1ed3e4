//! The invariants of the architecture, over random journals.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::batch::evaluate;
use domain::books::Books;
use domain::codes::Standing::{Above, NearPoor, Poor};
use domain::codes::Trait;
use domain::contribution::{appended, contributions, difference};
use domain::fact::{Fact, Subject, Traits, What};
use domain::fold::Fold;
use domain::household::{Head, MovementRow, movement_column};
use domain::plan::standing_column;
use domain::posting::{Column, Posting, Site, Slot};
use domain::rollup::{Rollup, View};
use domain::time::Day;
use domain::timeline::{Inserted, Timeline};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle::{Oracle, State};
use crate::random::{journal, some_day};
use crate::story::{columns, key};
use crate::world::{UNITS, rules};

type Journal = Vec<(Subject, Fact)>;

/// A failing case is shrunk and printed whole; no file of seeds is kept.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Default::default()
    }
}

fn folded(batches: impl IntoIterator<Item = Journal>) -> Fold {
    let mut fold = Fold::new(rules());
    for batch in batches {
        fold.apply(batch);
    }
    fold
}

/// The journal cut into batches of these lengths, the last one of what is left.
fn cut(mut journal: Journal, lengths: &[usize]) -> Vec<Journal> {
    let mut batches = Vec::new();
    for length in lengths {
        let rest = journal.split_off(journal.len().min(*length));
        batches.push(std::mem::replace(&mut journal, rest));
    }
    batches.push(journal);
    batches
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn order_duplicates_batches_and_restarts_do_not_matter(
        (facts, shuffled) in journal().prop_flat_map(|facts| {
            let again = facts.iter().chain(&facts[..facts.len() / 3]).cloned().collect::<Vec<_>>();
            (Just(facts), Just(again).prop_shuffle())
        }),
        lengths in vec(0usize..9, 0..8),
        restart in 0usize..8,
    ) {
        let wanted = evaluate(facts, &rules(), 1);
        let mut fold = Fold::new(rules());
        for (index, batch) in cut(shuffled, &lengths).into_iter().enumerate() {
            let count = batch.len();
            let applied = fold.apply(batch);
            prop_assert_eq!(applied.new.len() + applied.duplicates as usize, count);
            if index == restart {
                // Facts from the store in no order, books as they were.
                let mut kept: Journal = fold
                    .timelines()
                    .flat_map(|(subject, timeline)| timeline.facts().iter().map(move |f| (subject, f.clone())))
                    .collect();
                kept.reverse();
                let books = fold.books;
                fold = Fold::new(rules());
                fold.restore(kept);
                fold.books = books;
            }
        }
        for unit in UNITS.iter() {
            let places = rules().atlas.places(*unit).to_vec();
            let counts_here = |f: &Fact| {
                places.contains(&f.at) || f.giver().is_some_and(|giver| places.contains(&giver.into()))
            };
            let is_here = |timeline: &Timeline| timeline.facts().iter().any(counts_here);
            let walked: BTreeSet<Subject> =
                fold.timelines().filter(|(_, one)| is_here(one)).map(|(subject, _)| subject).collect();
            let found = fold.timelines_at(places.iter().copied()).map(|(subject, _)| subject);
            prop_assert!(found.eq(walked), "{:?}", unit);
        }
        prop_assert_eq!(fold.books.digest(b""), wanted.digest(b""));
        prop_assert_eq!(fold.books.rollup.check(), wanted.rollup.check());
        prop_assert_eq!(fold.books.findings, wanted.findings);
    }

    #[test]
    fn live_equals_replay_at_every_position(facts in journal(), cuts in vec(0usize..60, 2)) {
        let mut live = Fold::new(rules());
        for (index, fact) in facts.iter().enumerate() {
            live.apply(vec![fact.clone()]);
            let position = index + 1;
            if position == facts.len() || cuts.contains(&position) {
                let threads = 1 + position % 3;
                let replay = evaluate(facts[..position].to_vec(), &rules(), threads);
                prop_assert_eq!(live.books.digest(b""), replay.digest(b""), "at {}", position);
                prop_assert_eq!(live.books.rollup.check(), replay.rollup.check());
            }
        }
        let at_once = folded([facts]);
        prop_assert_eq!(live.books.digest(b""), at_once.books.digest(b""));
    }

    #[test]
    fn a_timeline_as_of_a_position_is_what_it_was(facts in journal(), cuts in vec(1usize..60, 3)) {
        let whole = folded([facts.clone()]);
        for position in cuts.into_iter().map(|cut| cut.min(facts.len())) {
            let then = evaluate(facts[..position].to_vec(), &rules(), 2);
            let mut books = Books::default();
            for (subject, _) in whole.timelines() {
                if let Some(timeline) = whole.timeline_as_of(subject, position as u64) {
                    contributions(&timeline, &rules(), &mut books);
                }
            }
            prop_assert_eq!(books.digest(b""), then.digest(b""), "at {}", position);
        }
    }

    #[test]
    fn of_each_key_one_content_counts_in_the_whole_fold(facts in journal()) {
        let fold = folded([facts.clone()]);
        for (_, fact) in &facts {
            let least = facts.iter().filter(|(_, f)| f.key == fact.key).map(|(_, f)| f.content).min();
            let counts = |one: &Fact| one.key == fact.key;
            let counted: Vec<u64> = fold
                .timelines()
                .flat_map(|(_, timeline)| timeline.effective())
                .filter(|one| counts(one))
                .map(|one| one.content)
                .collect();
            prop_assert!(counted.is_empty() || counted == [least.expect("one")], "{:?}", counted);
            let named: BTreeSet<u64> = fold.named(fact.key).map(|(_, one)| one.content).collect();
            let wanted: BTreeSet<u64> =
                facts.iter().filter(|(_, f)| counts(f)).map(|(_, f)| f.content).collect();
            prop_assert_eq!(named, wanted);
        }
    }

    #[test]
    fn an_appended_fact_changes_what_the_difference_of_the_timelines_says(facts in journal()) {
        let rules = rules();
        let mut timelines: BTreeMap<Subject, Timeline> = BTreeMap::new();
        let mut postings = Vec::new();
        for (subject, fact) in facts {
            let timeline = timelines.entry(subject).or_default();
            let before = timeline.clone();
            let follows = before.is_followed_by(&fact);
            let inserted = timeline.insert(fact.clone());
            prop_assert_eq!(follows, inserted == Inserted::Appended, "{:?}", fact);
            let change = difference(&before, timeline, &rules);
            if follows {
                prop_assert_eq!(&appended(timeline, &fact, &rules), &change);
                prop_assert_eq!(&appended(&before, &fact, &rules), &change);
            }
            if inserted == Inserted::Duplicate {
                prop_assert_eq!(&change, &Default::default());
            }
            postings.extend(change.postings);
            prop_assert_eq!(&Timeline::from(timeline.facts().to_vec()), &*timeline);
        }
        domain::posting::coalesce(&mut postings);
        prop_assert!(postings.iter().all(|posting| posting.by != 0));
    }

    #[test]
    fn a_journal_in_which_everything_is_void_comes_to_nothing(facts in journal()) {
        let voids = facts.iter().enumerate().filter(|(_, (_, fact))| !matches!(fact.what, What::Voided { .. }));
        let voids = voids.map(|(index, (subject, fact))| {
            let what = What::Voided { of: fact.key };
            (*subject, Fact { key: key(5_000 + index as u64), content: 1, what, ..fact.clone() })
        });
        let voids: Journal = voids.collect();
        let live = folded([facts.clone(), voids.clone()]);
        prop_assert_eq!(live.books.rollup.cells().count(), 0);
        prop_assert_eq!(live.books.rollup.check(), 0);
        prop_assert_eq!(live.books.statements.iter().count(), 0);
        // And as much when the voids come first.
        let early = folded([voids, facts]);
        prop_assert_eq!(early.books.digest(b""), live.books.digest(b""));
    }

    #[test]
    fn shards_add_up(facts in journal(), shards in 2usize..=5, salt in any::<u64>()) {
        let mut parts = vec![Journal::new(); shards];
        // A shard has whole what shares a key: subjects that do are named by the least of them.
        let mut names: BTreeMap<Subject, Subject> = facts.iter().map(|(one, _)| (*one, *one)).collect();
        for _ in &facts {
            for (subject, fact) in &facts {
                let others = facts.iter().filter(|(_, other)| other.key == fact.key);
                let least = others.map(|(other, _)| names[other]).min().expect("itself");
                names.insert(*subject, least.min(names[subject]));
            }
            if facts.iter().all(|(s, f)| facts.iter().all(|(t, g)| f.key != g.key || names[s] == names[t])) {
                break;
            }
        }
        for (subject, fact) in &facts {
            let shard = (names[subject].0.0[0] ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            parts[shard as usize % shards].push((*subject, fact.clone()));
        }
        let mut sum = domain::books::Books::default();
        for part in parts {
            sum.merge(folded([part]).books);
        }
        let whole = evaluate(facts, &rules(), 2);
        prop_assert_eq!(sum.digest(b""), whole.digest(b""));
        prop_assert_eq!(sum.rollup.check(), whole.rollup.check());
    }

    #[test]
    fn distinct_households_are_as_many_as_a_set_holds(facts in journal()) {
        let rules = rules();
        let sets = Oracle::new(&facts).distinct();
        let books = folded([facts]).books;
        let view = View { rollup: &books.rollup, atlas: &rules.atlas };
        let mut cells: Vec<(Column, Slot)> = sets.keys().map(|(_, column, slot)| (*column, *slot)).collect();
        // Also what is posted and should not be.
        let kept = ["loan_households", "electricity_households", "helped_households"]
            .map(|id| &rules.plan.indicator(id).expect("an indicator").kept);
        let distinct: Vec<Column> =
            kept.into_iter().flatten().flat_map(|block| block.columns(&Default::default())).collect();
        let posted = books.rollup.cells().filter(|(_, cell)| distinct.contains(&cell.column));
        cells.extend(posted.map(|(_, cell)| (cell.column, cell.slot)));
        cells.sort_unstable();
        cells.dedup();
        for (column, slot) in cells {
            for unit in UNITS {
                let wanted = sets.get(&(*unit, column, slot)).map_or(0, |set| set.len() as i128);
                let (value, _) = view.sum(*unit, &[column], slot..=slot);
                prop_assert_eq!(value, wanted, "{:?} {:?} {:?}", unit, column, slot);
            }
        }
    }

    #[test]
    fn movements_are_those_of_each_households_history_and_the_table_balances(
        facts in journal(),
        (a, b) in (some_day(), some_day()),
    ) {
        let rules = rules();
        let oracle = Oracle::new(&facts);
        let books = folded([facts]).books;
        let view = View { rollup: &books.rollup, atlas: &rules.atlas };
        let (first, last) = (a.min(b), a.max(b));
        for unit in UNITS {
            for head in [Head::Households, Head::Persons] {
                let row = |class, row| {
                    let columns = [movement_column(row, class, head)];
                    view.sum(*unit, &columns, Slot::from(first)..=Slot::from(last)).0
                };
                for class in [Poor, NearPoor] {
                    let stock = |on: Day| {
                        let columns = [standing_column(class, head)];
                        view.sum(*unit, &columns, Slot(0)..=Slot::from(on)).0
                    };
                    let mut expected = stock(first.previous());
                    for one in MovementRow::ALL {
                        let value = row(class, one);
                        let wanted = oracle.row(*unit, class, one, head, first, last);
                        prop_assert_eq!(value, wanted, "{:?} {:?} {:?} {:?}", unit, class, one, head);
                        expected += if one.is_decrease() { -value } else { value };
                    }
                    prop_assert_eq!(stock(last), expected, "{:?} {:?} {:?}", unit, class, head);
                }
                let (to, from) = (MovementRow::ToOtherClass, MovementRow::FromOtherClass);
                prop_assert_eq!(row(Poor, to), row(NearPoor, from));
                prop_assert_eq!(row(NearPoor, to), row(Poor, from));
            }
        }
    }

    #[test]
    fn stocks_are_those_of_each_households_state_and_never_negative(
        facts in journal(),
        days in vec(some_day(), 3),
    ) {
        let rules = rules();
        let oracle = Oracle::new(&facts);
        let books = folded([facts]).books;
        let view = View { rollup: &books.rollup, atlas: &rules.atlas };
        let known = |one: Trait| [one].into_iter().collect::<Traits>();
        for on in days {
            let is_poor = move |state: &State| state.standing == Poor;
            let is_near = move |state: &State| state.standing == NearPoor;
            let is_above = move |state: &State| state.standing == Above;
            let escaped = move |state: &State| state.newly_escaped(on);
            type Is<'a> = Box<dyn Fn(&State) -> bool + 'a>;
            let stocks: [(Vec<Column>, Head, Is); 11] = [
                (vec![standing_column(Poor, Head::Households)], Head::Households, Box::new(is_poor)),
                (vec![standing_column(Poor, Head::Persons)], Head::Persons, Box::new(is_poor)),
                (vec![standing_column(NearPoor, Head::Households)], Head::Households, Box::new(is_near)),
                (vec![standing_column(NearPoor, Head::Persons)], Head::Persons, Box::new(is_near)),
                (vec![standing_column(Above, Head::Households)], Head::Households, Box::new(is_above)),
                (vec![standing_column(Above, Head::Persons)], Head::Persons, Box::new(is_above)),
                (columns("newly_escaped", &[]), Head::Households, Box::new(escaped)),
                (columns("newly_escaped_persons", &[]), Head::Persons, Box::new(escaped)),
                (columns("poor_or_near", &[]), Head::Persons,
                    Box::new(move |state| is_poor(state) || is_near(state))),
                (columns("poor_minority", &[]), Head::Households,
                    Box::new(|state| is_poor(state) && state.traits.includes(known(Trait::EthnicMinority)))),
                (columns("near_or_escaped", &[]), Head::Households,
                    Box::new(|state| (is_near(state) || escaped(state)) && state.traits.includes(known(Trait::Merit)))),
            ];
            for (columns, head, is) in &stocks {
                for unit in UNITS {
                    let (value, _) = view.sum(*unit, columns, Slot(0)..=Slot::from(on));
                    let wanted = oracle.stock(*unit, *head, on, is);
                    prop_assert_eq!(value, wanted, "{:?} {:?} {}", unit, columns, on);
                    prop_assert!(value >= 0);
                }
            }
        }
    }

    #[test]
    fn a_rollup_is_the_sum_of_its_postings_settled_or_not(
        postings in vec((0u16..3, 0u16..4, 0u16..6, -3i64..4), 0..300),
        settles in vec(0usize..300, 0..3),
        (from, to) in (0u16..6, 0u16..6),
        half in 0usize..300,
    ) {
        let posting = |&(site, column, slot, by): &(u16, u16, u16, i64)| {
            Posting { site: Site(site), column: Column(column), slot: Slot(slot), by }
        };
        let mut rollup = Rollup::default();
        let mut naive: BTreeMap<(Site, Column, Slot), i64> = BTreeMap::new();
        for (index, one) in postings.iter().map(posting).enumerate() {
            rollup.post(&one);
            *naive.entry((one.site, one.column, one.slot)).or_default() += one.by;
            if settles.contains(&index) {
                rollup.settle();
            }
        }
        naive.retain(|_, value| *value != 0);
        let cells: BTreeMap<_, _> =
            rollup.cells().map(|(site, cell)| ((site, cell.column, cell.slot), cell.value)).collect();
        prop_assert_eq!(&cells, &naive);
        for site in (0..3).map(Site) {
            for column in (0..4).map(Column) {
                let of = naive.iter().filter(|((s, c, _), _)| (*s, *c) == (site, column));
                let series: Vec<_> = of.clone().map(|((_, _, slot), value)| (*slot, *value)).collect();
                let own: Vec<_> = rollup.series(site, column).iter().map(|cell| (cell.slot, cell.value)).collect();
                prop_assert_eq!(&own, &series);
                prop_assert_eq!(rollup.columns(site).contains(&column), !series.is_empty());
                let range = Slot(from)..=Slot(to);
                let wanted: i64 = series.iter().filter(|(slot, _)| range.contains(slot)).map(|(_, value)| value).sum();
                prop_assert_eq!(rollup.sum(site, column, range), i128::from(wanted));
            }
        }
        // In two halves and the other way round: the same cells and the same check.
        let (early, late) = postings.split_at(half.min(postings.len()));
        let mut merged = Rollup::default();
        late.iter().rev().map(posting).for_each(|one| merged.post(&one));
        let mut other = Rollup::default();
        early.iter().map(posting).for_each(|one| other.post(&one));
        merged.merge(other);
        prop_assert!(merged.cells().eq(rollup.cells()));
        prop_assert_eq!(merged.check(), rollup.check());
    }
}

#[test]
fn the_books_of_no_facts_are_those_of_a_fold_that_has_seen_nothing() {
    let nothing = Fold::new(Arc::clone(&rules())).books.digest(b"");
    for threads in 0..4 {
        assert_eq!(evaluate(Vec::new(), &rules(), threads).digest(b""), nothing);
    }
}
