//! Over random journals: a watch says what a look at every rule, unit and period after every
//! record would say, and stopping in between changes nothing.

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::fact::{Fact, StatedKind, Subject, What};
use domain::figures::{Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::time::{Day, Grain, Period};
use milestones::{Act, Notice, Rules};
use proptest::prelude::*;
use query::Exact;

use crate::pen::{Pen, country, rules};
use crate::random::journal;
use crate::story::{Tell, day, key, stated};
use crate::world::UNITS;

const RULES: &str = r#"
[[milestone]]
id = "loans_2"
vi = "Vay"
en = "Loans"
indicator = "loan_instances"
counted_in = "household_time"
is = "at_least"
number = "2"
grain = "administrative.half"
levels = ["commune", "district", "province"]
on = "running"

[[milestone]]
id = "loans_1"
vi = "Vay"
en = "Loans"
indicator = "loan_instances"
counted_in = "household_time"
is = "above"
number = "0"
margin = "0.5"
grain = "administrative.half"
levels = ["commune"]
generations = ["new"]
on = "running"

[[milestone]]
id = "poor"
vi = "Nghèo"
en = "Poor"
indicator = "poor_households"
counted_in = "household"
is = "at_least"
number = "1"
grain = "civil.year"
levels = ["commune", "district", "province"]
on = "running"

[[milestone]]
id = "borrowers"
vi = "Vay"
en = "Borrowers"
indicator = "loan_households"
counted_in = "household"
is = "at_least"
number = "2"
grain = "civil.half"
levels = ["commune", "district", "province"]
on = "running"

[[milestone]]
id = "no_loans"
vi = "Chưa vay"
en = "No loans"
indicator = "loan_instances"
counted_in = "household_time"
is = "at_most"
number = "0"
grain = "administrative.half"
levels = ["commune", "province"]
on = "running"

[[milestone]]
id = "rises"
vi = "Thoát"
en = "Rises"
indicator = "poor_households_rose_above"
counted_in = "household"
is = "at_least"
number = "1"
grain = "civil.year"
levels = ["commune", "district"]
on = "running"

[[milestone]]
id = "rate"
vi = "Tỷ lệ"
en = "Rate"
indicator = "poverty_rate"
counted_in = "percent"
is = "at_most"
number = "2"
grain = "civil.year"
levels = ["commune", "district"]
on = "running"

[[milestone]]
id = "more_loans"
vi = "Vay"
en = "More loans"
indicator = "loan_amount"
counted_in = "vnd"
is = "above"
earlier = 1
grain = "civil.year"
levels = ["commune", "province"]
on = "running"

[[milestone]]
id = "finished"
vi = "Nhà"
en = "Houses"
indicator = "houses_completed"
over = { indicator = "houses_supported" }
counted_in = "percent"
is = "at_least"
number = "100"
grain = "programme.term"
levels = ["commune", "district", "province"]
on = "running"

[[milestone]]
id = "fewer_poor"
vi = "Giảm"
en = "Fewer"
indicator = "poor_households_reduction"
counted_in = "household"
is = "at_least"
number = "1"
grain = "civil.year"
levels = ["commune", "district"]
on = "running"

[[milestone]]
id = "enough"
vi = "Đủ"
en = "Enough"
indicator = "poor_households_reduction"
counted_in = "household"
target = true
grain = "civil.year"
levels = ["commune", "district", "province"]
on = "running"

[[milestone]]
id = "borrowing"
vi = "Vay"
en = "Borrowing"
indicator = "borrowing_share_of_poor"
counted_in = "percent"
is = "at_least"
number = "50"
grain = "civil.half"
levels = ["commune"]
on = "running"

[[milestone]]
id = "all_borrow"
vi = "Đều vay"
en = "All borrow"
indicator = "borrowing_share_of_poor"
counted_in = "percent"
is = "at_least"
number = "100"
grain = "civil.half"
levels = ["district", "province"]
on = "running"

[[milestone]]
id = "communes"
vi = "Xã"
en = "Communes"
indicator = "loan_communes"
counted_in = "commune"
is = "at_least"
number = "2"
grain = "civil.year"
levels = ["district", "province"]
on = "running"

[[milestone]]
id = "more_communes"
vi = "Thêm xã"
en = "More communes"
indicator = "loan_communes"
counted_in = "commune"
is = "above"
earlier = 1
grain = "civil.year"
levels = ["commune", "district", "province"]
on = "running"
"#;

/// All periods that any fact of the random journals can be in, and all are received later.
const LATEST: &str = "2027-12-31";

/// The same by another road: everything is looked at after every record, with the rules written
/// once more by hand.
struct Naive {
    reached: Vec<(usize, Unit, Period, u32, bool)>,
}

fn amount(fold: &Fold, indicator: &str, unit: Unit, period: Period) -> Option<Exact> {
    let (filter, time) = (Filter::new(), Time::Period(period));
    let figure = Reader::from(fold).figure(&Question { unit, indicator, filter, time });
    if figure.marks.children.is_some_and(|(told, all)| told < all) {
        return None;
    }
    // What came about came about; what stands on lists is known when all are open.
    if figure.marks.communes.is_some() && indicator != "poor_households_rose_above" {
        return None;
    }
    match figure.value {
        Value::Whole(value) => Some(Exact::whole(value)),
        Value::Ratio(above, below) => Exact::new(above * 100, below),
        Value::Points { .. } | Value::Stated(_) | Value::Missing(_) => None,
    }
}

fn holds(fold: &Fold, rule: &str, unit: Unit, period: Period, was: bool) -> bool {
    let at = |indicator, period| amount(fold, indicator, unit, period);
    let whole = |indicator| at(indicator, period).map(|value| value.numerator()).unwrap_or(0);
    let more = |indicator| {
        let before = period.before().expect("the calendar is long");
        let before = at(indicator, before).filter(|one| *one != Exact::whole(0));
        before.is_some_and(|before| at(indicator, period) > Some(before))
    };
    let share = |indicator| at(indicator, period);
    match rule {
        "loans_2" => whole("loan_instances") >= 2,
        // None is within the margin of a half: what was reached stays.
        "loans_1" => {
            let loans = at("loan_instances", period);
            loans.is_some_and(|loans| loans.numerator() > 0 || was)
        }
        "poor" => whole("poor_households") >= 1,
        "borrowers" => whole("loan_households") >= 2,
        "no_loans" => at("loan_instances", period).is_some_and(|loans| loans.numerator() == 0),
        "rises" => whole("poor_households_rose_above") >= 1,
        "rate" => share("poverty_rate").is_some_and(|rate| rate <= Exact::whole(2)),
        "more_loans" => more("loan_amount"),
        "finished" => {
            let (done, begun) = (whole("houses_completed"), whole("houses_supported"));
            begun > 0 && done >= begun
        }
        "fewer_poor" => whole("poor_households_reduction") >= 1,
        "borrowing" => share("borrowing_share_of_poor") >= Some(Exact::whole(50)),
        "all_borrow" => share("borrowing_share_of_poor") >= Some(Exact::whole(100)),
        "enough" => is_enough(fold, unit, period),
        "communes" => whole("loan_communes") >= 2,
        "more_communes" => more("loan_communes"),
        other => panic!("{other}"),
    }
}

/// The targets that some units have: one household fewer in 2021, or two from 2021 until then.
#[derive(Clone, Copy)]
enum Target {
    OfYear,
    OfTerm,
    None,
}

impl Target {
    fn of(unit: Unit) -> Target {
        [Target::OfYear, Target::OfTerm, Target::None][usize::from(unit.0) % 3]
    }

    /// Its period and value.
    fn stated(&self) -> Option<(Period, i64)> {
        let (period, value) = match self {
            Target::OfYear => ("2021", 1),
            Target::OfTerm => ("2021-2025@programme", 2),
            Target::None => return None,
        };
        Some((period.parse().expect("a period"), value))
    }
}

fn is_enough(fold: &Fold, unit: Unit, period: Period) -> bool {
    let target = Target::of(unit);
    let Some((own, value)) = target.stated() else { return false };
    let last = *period.days().end();
    let time = match target {
        Target::OfYear => Time::Period(period),
        Target::OfTerm | Target::None => Time::Days(*own.days().start(), last),
    };
    let (filter, indicator) = (Filter::new(), "poor_households_reduction");
    let figure = Reader::from(fold).figure(&Question { unit, indicator, filter, time });
    // What falls in one year of five is neither ahead of a target of all five nor behind.
    let is_whole = figure.marks.communes.is_none();
    *own.days().end() == last
        && is_whole
        && figure.as_whole().is_some_and(|fall| fall >= i128::from(value))
}

/// The journal, in which units have their targets from the beginning.
fn with_targets(journal: Vec<(Subject, Fact)>) -> Vec<(Subject, Fact)> {
    let states = |unit: Unit| {
        let (period, value) = Target::of(unit).stated()?;
        let name = 900_000 + u64::from(unit.0);
        let kind = StatedKind::Target;
        let mut fact = stated("2020-12-01", unit, "poor_households_reduction", kind, value);
        if let What::Stated(all) = &mut fact.what {
            all.iter_mut().for_each(|one| one.period = Some(period));
        }
        Some((Subject(key(name)), fact.named(name).content(name)))
    };
    UNITS.iter().copied().filter_map(states).chain(journal).collect()
}

impl Naive {
    fn new(rules: &Rules) -> Naive {
        let atlas = &country().atlas;
        let mut reached = Vec::new();
        for (number, rule) in rules.list.iter().enumerate() {
            for unit in UNITS.iter().filter(|unit| rule.scope.holds(atlas, **unit)) {
                // Nothing is told of a unit that had ended before.
                let to = atlas.record(*unit).to;
                for period in periods(rule.grain).filter(|one| *one.days().start() <= to) {
                    reached.push((number, *unit, period, 0, false));
                }
            }
        }
        Naive { reached }
    }

    fn look(&mut self, rules: &Rules, fold: &Fold) -> Vec<(usize, Unit, Period, u32, Act)> {
        let mut told = Vec::new();
        for (rule, unit, period, revision, is) in &mut self.reached {
            let now = holds(fold, &rules.list[*rule].id, *unit, *period, *is);
            if now != *is {
                *is = now;
                *revision += u32::from(now);
                let act = if now { Act::Reached } else { Act::Withdrawn };
                told.push((*rule, *unit, *period, *revision, act));
            }
        }
        told
    }
}

fn periods(grain: Grain) -> impl Iterator<Item = Period> {
    let next = |period: &Period| Period::containing(period.grain(), period.days().end().next());
    let first = Period::containing(grain, day("2020-06-01"));
    std::iter::successors(first, next).take_while(|one| *one.days().start() <= day(LATEST))
}

fn told(notice: &Notice) -> (usize, Unit, Period, u32, Act) {
    let Notice { instance, act, revision, .. } = *notice;
    (usize::from(instance.rule), instance.unit, instance.period, revision, act)
}

/// The records of a journal: facts of one document stand together.
fn records(journal: Vec<(Subject, Fact)>) -> Vec<Vec<(Subject, Fact)>> {
    let mut records: Vec<Vec<(Subject, Fact)>> = Vec::new();
    for (subject, fact) in journal {
        let halves = |last: &Vec<(Subject, Fact)>| {
            last.len() == 1 && last[0].1.key == fact.key.correcting_void()
        };
        match records.last_mut() {
            Some(last) if halves(last) => last.push((subject, fact)),
            Some(_) | None => records.push(vec![(subject, fact)]),
        }
    }
    records
}

fn received() -> Day {
    day(LATEST)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_watch_says_what_looking_at_everything_says(journal in journal()) {
        let rules = rules(RULES);
        let (mut pen, mut naive) = (Pen::new(&rules), Naive::new(&rules));
        for record in records(with_targets(journal)) {
            let found: Vec<_> = pen.take(received(), &record).iter().map(told).collect();
            prop_assert_eq!(found, naive.look(&rules, &pen.fold), "after {:?}", record);
        }
    }

    #[test]
    fn a_watch_that_is_begun_again_goes_on_as_if_it_had_not_been(
        journal in journal(),
        stops in proptest::collection::vec(any::<bool>(), 48),
    ) {
        let rules = rules(RULES);
        let (mut whole, mut all) = (Pen::new(&rules), Vec::new());
        let (mut stopped, mut again) = (Pen::new(&rules), Vec::new());
        for (number, record) in records(with_targets(journal)).into_iter().enumerate() {
            all.extend(whole.take(received(), &record));
            again.extend(stopped.take(received(), &record));
            if stops[number % stops.len()] {
                stopped = Pen::after(&rules, stopped.fold, number as u64 + 1, &again);
            }
        }
        prop_assert_eq!(all, again);
    }
}
