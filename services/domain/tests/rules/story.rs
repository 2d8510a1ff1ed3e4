//! Facts that read as a table, and what they come to.

use std::sync::Arc;

use domain::atlas::{Place, Unit};
use domain::batch::evaluate;
use domain::books::{Books, Digest};
use domain::codes::{
    Authority, Cause, Class, Code, Confirmation, CountedIn, Programme, Purpose, Qualifier,
    Standing, SupportKind, Trait,
};
use domain::fact::{
    Decimal, Entry, Event, EventKind, Fact, Key, Stated, StatedKind, Subject, What,
};
use domain::fold::Fold;
use domain::household::{Head, MovementRow, movement_column};
use domain::plan::standing_column;
use domain::posting::{Column, Slot};
use domain::rollup::View;
use domain::time::{Day, Period};

use crate::world::rules;

/// A day as people write it.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

pub(crate) fn key(name: u64) -> Key {
    Key([name, 0])
}

/// Not told yet: [`story`] numbers such facts 1, 2, 3, …
const UNNAMED: Key = Key([0, 0]);

pub(crate) fn fact(on: &str, at: impl Into<Place>, what: What) -> Fact {
    let (on, at) = (day(on), at.into());
    Fact { key: UNNAMED, content: 0, respelt: 0, position: 0, sequence: 0, on, at, what }
}

/// What a builder leaves out is added behind it.
pub(crate) trait Tell {
    fn named(self, name: u64) -> Fact;
    fn content(self, content: u64) -> Fact;
    fn meaning(self, meaning: u64) -> Fact;
    fn sequence(self, sequence: u32) -> Fact;
    fn with(self, traits: &[Trait]) -> Fact;
    fn left(self, on: &str) -> Fact;
    fn by_standard(self) -> Fact;
    fn by_event(self, change: impl FnOnce(&mut Event)) -> Fact;
}

impl Tell for Fact {
    fn named(self, name: u64) -> Fact {
        Fact { key: key(name), ..self }
    }

    fn content(self, content: u64) -> Fact {
        Fact { content, ..self }
    }

    fn meaning(self, meaning: u64) -> Fact {
        Fact { respelt: self.content ^ meaning, ..self }
    }

    fn sequence(self, sequence: u32) -> Fact {
        Fact { sequence, ..self }
    }

    fn with(mut self, known: &[Trait]) -> Fact {
        let known = known.iter().copied().collect();
        match &mut self.what {
            What::Registered(entry) | What::MovedIn(entry) => entry.traits = known,
            What::Classified { traits, .. } => *traits = Some(known),
            other => panic!("{other:?} tells no traits"),
        }
        self
    }

    fn left(mut self, on: &str) -> Fact {
        match &mut self.what {
            What::Registered(entry) | What::MovedIn(entry) => entry.left_poverty = Some(day(on)),
            other => panic!("{other:?} tells no exit"),
        }
        self
    }

    fn by_standard(mut self) -> Fact {
        match &mut self.what {
            What::Classified { cause, .. } => *cause = Cause::Standard,
            other => panic!("{other:?} has no cause"),
        }
        self
    }

    fn by_event(mut self, change: impl FnOnce(&mut Event)) -> Fact {
        match &mut self.what {
            What::Event(event) => change(event),
            other => panic!("{other:?} is no event"),
        }
        self
    }
}

fn entry(standing: Standing, persons: u16) -> Entry {
    Entry { standing, persons, traits: Default::default(), left_poverty: None }
}

pub(crate) fn registered(on: &str, at: impl Into<Place>, is: Standing, persons: u16) -> Fact {
    fact(on, at, What::Registered(entry(is, persons)))
}

pub(crate) fn moved_in(on: &str, at: impl Into<Place>, is: Standing, persons: u16) -> Fact {
    fact(on, at, What::MovedIn(entry(is, persons)))
}

pub(crate) fn classified(
    on: &str,
    at: impl Into<Place>,
    from: Standing,
    to: Standing,
    persons: u16,
) -> Fact {
    let cause = Cause::Review;
    fact(on, at, What::Classified { from, to, cause, persons, traits: None })
}

pub(crate) fn resized(on: &str, at: impl Into<Place>, persons: u16) -> Fact {
    fact(on, at, What::Resized { persons })
}

pub(crate) fn moved(on: &str, from: Unit, to: impl Into<Place>) -> Fact {
    fact(on, to, What::MovedWithin { from })
}

pub(crate) fn moved_out(on: &str, at: impl Into<Place>) -> Fact {
    fact(on, at, What::MovedOut)
}

pub(crate) fn dissolved(on: &str, at: impl Into<Place>) -> Fact {
    fact(on, at, What::Dissolved)
}

fn event(on: &str, at: impl Into<Place>, kind: EventKind, attributes: [u8; 6]) -> Fact {
    let event = Event {
        giver: None,
        kind,
        attributes,
        single: true,
        households: 1,
        persons: 0,
        quantity: 1,
        work: 0,
        amount: 0,
    };
    fact(on, at, What::Event(event))
}

pub(crate) fn loan(on: &str, at: impl Into<Place>, class: Class, amount: i64) -> Fact {
    let (programme, purpose) = (Programme::PoorHousehold, Purpose::HouseholdEconomy);
    let attributes = [class.index(), programme.index(), purpose.index(), 0, 0, 0];
    event(on, at, EventKind::LoanDisbursed, attributes).by_event(|e| e.amount = amount)
}

/// Money comes to a unit, from another or from outside.
pub(crate) fn allotted(on: &str, to: impl Into<Place>, from: Option<Unit>, amount: i64) -> Fact {
    money(EventKind::FundsAllocated, (on, to), from, amount)
}

/// Money is taken back from a unit, to another or to outside.
pub(crate) fn withdrawn(on: &str, from: impl Into<Place>, to: Option<Unit>, amount: i64) -> Fact {
    money(EventKind::FundsWithdrawn, (on, from), to, amount)
}

fn money(
    kind: EventKind,
    (on, at): (&str, impl Into<Place>),
    giver: Option<Unit>,
    amount: i64,
) -> Fact {
    event(on, at, kind, [0; 6]).by_event(|event| {
        (event.single, event.households) = (false, 0);
        (event.giver, event.amount) = (giver, amount);
    })
}

pub(crate) fn electricity(on: &str, at: impl Into<Place>) -> Fact {
    let counted_in = CountedIn::Household.index();
    let attributes = [SupportKind::Electricity.index(), 0, 0, 0, 0, counted_in];
    event(on, at, EventKind::SupportDelivered, attributes)
}

/// Rice for many households at once: a collective fact, its own subject.
pub(crate) fn rice(on: &str, at: impl Into<Place>, households: u32, persons: u32, kg: u32) -> Fact {
    let attributes = [SupportKind::Rice.index(), 0, 0, 0, 0, CountedIn::Kilogram.index()];
    event(on, at, EventKind::SupportDelivered, attributes).by_event(|e| {
        (e.single, e.households, e.persons, e.quantity) = (false, households, persons, kg);
    })
}

pub(crate) fn house_started(on: &str, at: impl Into<Place>, work: u32) -> Fact {
    event(on, at, EventKind::HouseStarted, [0; 6]).by_event(|e| e.work = work)
}

pub(crate) fn house_completed(on: &str, at: impl Into<Place>, work: u32) -> Fact {
    event(on, at, EventKind::HouseCompleted, [0; 6]).by_event(|e| e.work = work)
}

pub(crate) fn voided(on: &str, at: impl Into<Place>, of: u64) -> Fact {
    fact(on, at, What::Voided { of: key(of) })
}

/// What the contract makes of one document that corrects another: the replacement under the
/// document's own key, and a void.
pub(crate) fn correction(of: u64, replacement: Fact) -> [Fact; 2] {
    // Both halves are one document: they share its bytes.
    let content =
        if replacement.content == 0 { 2_000 + replacement.key.0[0] } else { replacement.content };
    let key = replacement.key.correcting_void();
    let what = What::Voided { of: self::key(of) };
    [Fact { content, ..replacement.clone() }, Fact { key, content, what, ..replacement }]
}

pub(crate) fn stated(on: &str, at: Unit, indicator: &str, kind: StatedKind, value: i64) -> Fact {
    let stated = Stated {
        indicator: indicator.into(),
        kind,
        period: None,
        counted_on: None,
        value: Decimal::whole(value),
        qualifier: Qualifier::Exact,
        level: Confirmation::Official,
        set_by: Some(Authority::Province),
        reference: "".into(),
    };
    fact(on, at, What::Stated(Box::new([stated])))
}

/// Numbers the facts that have no name yet 1, 2, 3, … by their place, and gives each a content.
pub(crate) fn numbered(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let name = |(index, fact): (usize, Fact)| {
        let fact = if fact.key == UNNAMED { fact.named(index as u64 + 1) } else { fact };
        let content = if fact.content == 0 { 1000 + fact.key.0[0] } else { fact.content };
        Fact { content, position: index as u64 + 1, ..fact }
    };
    facts.into_iter().enumerate().map(name).collect()
}

/// What facts come to. Made by the live fold and checked against batch evaluation.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) books: Books,
}

/// What the facts of one household come to.
pub(crate) fn told(facts: impl IntoIterator<Item = Fact>) -> Told {
    told_of(numbered(facts).into_iter().map(|fact| (Subject(key(1)), fact)).collect())
}

/// What the facts of several subjects come to.
pub(crate) fn told_of(facts: Vec<(Subject, Fact)>) -> Told {
    let rules = rules();
    let mut fold = Fold::new(Arc::clone(&rules));
    for fact in &facts {
        fold.apply(vec![fact.clone()]);
    }
    let mut backwards = Fold::new(Arc::clone(&rules));
    for fact in facts.iter().rev() {
        backwards.apply(vec![fact.clone()]);
    }
    let digest = fold.books.digest(b"");
    assert_eq!(digest, evaluate(facts, &rules, 1).digest(b""), "folded and evaluated differ");
    assert_eq!(digest, backwards.books.digest(b""), "the order of arrival matters");
    Told { books: fold.books }
}

/// Several households, each with facts of its own, named 101, 102, …, 201, …
pub(crate) fn told_apart(households: impl IntoIterator<Item = Vec<Fact>>) -> Told {
    let of_one = |(index, facts): (usize, Vec<Fact>)| {
        let subject = Subject(key(index as u64 + 1));
        let name = move |fact: Fact| match fact.key.0[0] {
            small @ 0..100 => fact.named((index as u64 + 1) * 100 + small),
            _ => fact,
        };
        numbered(facts).into_iter().map(move |fact| (subject, name(fact)))
    };
    told_of(households.into_iter().enumerate().flat_map(of_one).collect())
}

impl Told {
    pub(crate) fn digest(&self) -> Digest {
        self.books.digest(b"")
    }

    fn sum(&self, unit: Unit, columns: &[Column], first: Slot, last: Slot) -> i128 {
        let rules = rules();
        let view = View { rollup: &self.books.rollup, atlas: &rules.atlas };
        view.sum(unit, columns, first..=last).0
    }

    /// Whether the unit's figure of an indicator rests on the gazetteer's default.
    pub(crate) fn is_allocated(&self, unit: Unit, indicator: &str) -> bool {
        let rules = rules();
        let view = View { rollup: &self.books.rollup, atlas: &rules.atlas };
        view.sum(unit, &columns(indicator, &[]), Slot(0)..=Slot(u16::MAX)).1
    }

    /// Households of a standing on a day.
    pub(crate) fn standing(&self, unit: Unit, class: Standing, on: &str) -> i128 {
        self.stock(unit, &[standing_column(class, Head::Households)], day(on))
    }

    /// Persons of a standing on a day.
    pub(crate) fn persons(&self, unit: Unit, class: Standing, on: &str) -> i128 {
        self.stock(unit, &[standing_column(class, Head::Persons)], day(on))
    }

    /// A stock of the catalogue on a day.
    pub(crate) fn on(&self, unit: Unit, indicator: &str, on: &str) -> i128 {
        self.stock(unit, &columns(indicator, &[]), day(on))
    }

    fn stock(&self, unit: Unit, columns: &[Column], on: Day) -> i128 {
        self.sum(unit, columns, Slot(0), Slot::from(on))
    }

    /// A flow of the catalogue over a period.
    pub(crate) fn flow(&self, unit: Unit, indicator: &str, period: &str) -> i128 {
        let days = self::period(period).days();
        let columns = columns(indicator, &[]);
        self.sum(unit, &columns, Slot::from(*days.start()), Slot::from(*days.end()))
    }

    /// Different households in a declared period, all or those of one code.
    pub(crate) fn distinct(
        &self,
        unit: Unit,
        indicator: &str,
        by: &[(&str, &str)],
        period: &str,
    ) -> i128 {
        let slot = Slot::from(self::period(period));
        self.sum(unit, &columns(indicator, by), slot, slot)
    }

    /// The movement table of a unit, households and persons, rows that are zero left out:
    /// `0/0 +1/4 registered -1/4 rose_above = 0/0`.
    pub(crate) fn table(&self, unit: Unit, class: Standing, period: &str) -> String {
        let days = self::period(period).days();
        let heads = [Head::Households, Head::Persons];
        let stock = |head, on: Day| self.stock(unit, &[standing_column(class, head)], on);
        let opening = heads.map(|head| stock(head, days.start().previous()));
        let closing = heads.map(|head| stock(head, *days.end()));
        let mut expected = opening;
        let mut line = format!("{}/{}", opening[0], opening[1]);
        for row in MovementRow::ALL {
            let sum = |head| {
                let columns = [movement_column(row, class, head)];
                self.sum(unit, &columns, Slot::from(*days.start()), Slot::from(*days.end()))
            };
            let here = heads.map(sum);
            let sign = if row.is_decrease() { -1 } else { 1 };
            for (expected, here) in expected.iter_mut().zip(here) {
                *expected += sign * here;
            }
            if here != [0, 0] {
                let mark = if row.is_decrease() { '-' } else { '+' };
                line += &format!(" {mark}{}/{} {}", here[0], here[1], row.code());
            }
        }
        assert_eq!(expected, closing, "the table does not balance: {line}");
        line + &format!(" = {}/{}", closing[0], closing[1])
    }

    /// The findings, as `reason of the fact's number`, in order: `repeated_exit 3`.
    pub(crate) fn findings(&self) -> Vec<String> {
        let line = |finding: &domain::finding::Finding| {
            let name = match finding.fact.0[0] {
                name if name > u64::MAX / 2 => format!("void of {}", !name),
                name => name.to_string(),
            };
            let other = finding.other.map_or(String::new(), |key| format!(" and {}", key.0[0]));
            format!("{} {name}{other}", finding.reason.code())
        };
        self.books.findings.iter().map(line).collect()
    }
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

/// The columns of an indicator: of those blocks that have exactly the attributes asked for, or,
/// for flows, that have them among others.
pub(crate) fn columns(indicator: &str, by: &[(&str, &str)]) -> Vec<Column> {
    let rules = rules();
    let found = rules.plan.indicator(indicator).expect("an indicator of the catalogue");
    let has = |name: &str| by.iter().any(|(one, _)| *one == name);
    let exact = |kept: &&domain::plan::Kept| {
        kept.by.len() == by.len() && kept.by.iter().all(|(name, _)| has(name))
    };
    let kept = found.kept.iter().find(exact).unwrap_or(&found.kept[0]);
    let filter = by.iter().map(|(name, code)| ((*name).to_owned(), vec![(*code).to_owned()]));
    kept.columns(&filter.collect())
}
