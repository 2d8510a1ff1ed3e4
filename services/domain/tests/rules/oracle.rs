//! What facts mean, told a second time and as plainly as possible: no postings, no deltas, no
//! incremental state. Follows the words of the domain, not the code of the rules.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::atlas::{Place, Unit};
use domain::codes::Standing::{self, Above};
use domain::codes::{Cause, Class, Code, Purpose, SupportKind};
use domain::fact::{Entry, Event, EventKind, Fact, Key, Subject, Traits, What};
use domain::household::{Head, MovementRow};
use domain::posting::{Column, Slot};
use domain::time::{Day, Grain, Period};

use crate::story::columns;
use crate::world::{CHU_GU_EAST, CHU_GU_WEST, HOUSE_MAX, rules};

/// A household on some day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct State {
    pub(crate) standing: Standing,
    pub(crate) persons: u16,
    pub(crate) traits: Traits,
    left: Option<Day>,
    home: Place,
}

impl State {
    /// Whether it lies within three years of its exit, both days included.
    pub(crate) fn newly_escaped(&self, on: Day) -> bool {
        self.standing == Above && self.left.is_some_and(|left| on <= three_years_after(left))
    }

    pub(crate) fn lives_in(&self, unit: Unit) -> bool {
        rules().atlas.holds(unit, self.home)
    }

    fn heads(&self, head: Head) -> i128 {
        match head {
            Head::Households => 1,
            Head::Persons => i128::from(self.persons),
        }
    }
}

fn three_years_after(day: Day) -> Day {
    let (year, month, of_month) = day.ymd();
    Day::from_ymd(year + 3, month, of_month)
        .or(Day::from_ymd(year + 3, month, of_month - 1))
        .expect("only 29 February has no third anniversary")
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Why {
    Registered,
    CameIn,
    WentOut,
    Review,
    Standard,
    Size,
    Move,
}

/// One change of one household.
#[derive(Clone, Copy, Debug)]
struct Step {
    on: Day,
    why: Why,
    before: Option<State>,
    after: Option<State>,
}

/// An event that counts, and where.
struct Counted {
    on: Day,
    event: Event,
    units: Vec<Unit>,
}

/// All households, told from all their facts.
pub(crate) struct Oracle {
    steps: BTreeMap<Subject, Vec<Step>>,
    events: BTreeMap<Subject, Vec<Counted>>,
}

/// The facts of one subject that count, in order; `all` are those of every subject.
fn effective(facts: &[&Fact], all: &[(Subject, Fact)]) -> Vec<Fact> {
    // A key is one fact, whomever it is said to be about.
    let least = |key: Key| all.iter().filter(|(_, f)| f.key == key).map(|(_, f)| f.content).min();
    let best = |key: Key| facts.iter().any(|f| f.key == key).then(|| least(key)).flatten();
    let is_void = |fact: &Fact| matches!(fact.what, What::Voided { .. });
    // A document wins or loses as a whole; a correction's void has a key of its own.
    let wins = |fact: &Fact| {
        best(fact.key) == Some(fact.content)
            && !(is_void(fact)
                && best(fact.key.replacement()).is_some_and(|least| least < fact.content))
    };
    let dead: BTreeSet<Key> = facts
        .iter()
        .filter(|fact| wins(fact))
        .filter_map(|fact| match fact.what {
            What::Voided { of } => Some(of),
            _ => None,
        })
        .collect();
    let counts =
        |fact: &&&Fact| wins(fact) && !is_void(fact) && !dead.contains(&fact.key) && !is_held(fact);
    let mut left: Vec<Fact> = facts.iter().filter(counts).map(|fact| (*fact).clone()).collect();
    left.sort_by_key(|fact| (fact.on, rank(&fact.what), fact.sequence, fact.key));
    left.dedup_by_key(|fact| fact.key);
    left
}

/// Whether it tells what no fact can.
fn is_held(fact: &Fact) -> bool {
    match &fact.what {
        What::Event(event) => event.kind == EventKind::HouseStarted && event.amount > HOUSE_MAX,
        _ => false,
    }
}

fn rank(what: &What) -> u8 {
    match what {
        What::Registered(_) => 0,
        What::MovedIn(_) => 1,
        What::Classified { .. } => 2,
        What::Resized { .. } => 3,
        What::MovedWithin { .. } => 4,
        What::Event(event) => match event.kind {
            EventKind::ExitRegistered => 5,
            EventKind::HouseStarted => 6,
            EventKind::HouseCompleted => 7,
            EventKind::LoanDisbursed => 8,
            EventKind::SupportDelivered => 9,
            EventKind::ActivityHeld
            | EventKind::FundsAllocated
            | EventKind::FundsDisbursed
            | EventKind::FundsWithdrawn => 10,
        },
        What::Stated(_) | What::Closing(_) => 11,
        What::MovedOut => 12,
        What::Dissolved => 13,
        What::Voided { .. } => 14,
        What::ListOpened => 15,
    }
}

impl Oracle {
    pub(crate) fn new(all: &[(Subject, Fact)]) -> Oracle {
        let mut by_subject: BTreeMap<Subject, Vec<&Fact>> = BTreeMap::new();
        for (subject, fact) in all {
            by_subject.entry(*subject).or_default().push(fact);
        }
        let mut oracle = Oracle { steps: BTreeMap::new(), events: BTreeMap::new() };
        for (subject, facts) in by_subject {
            let (steps, events) = live(&effective(&facts, all));
            oracle.steps.insert(subject, steps);
            oracle.events.insert(subject, events);
        }
        oracle
    }

    /// How many heads stand in a unit at the end of a day, of those that the question is about.
    pub(crate) fn stock(
        &self,
        unit: Unit,
        head: Head,
        on: Day,
        is: impl Fn(&State) -> bool,
    ) -> i128 {
        let state = |steps: &Vec<Step>| {
            steps.iter().rev().find(|step| step.on <= on).and_then(|step| step.after)
        };
        let states = self.steps.values().filter_map(state);
        states.filter(|one| one.lives_in(unit) && is(one)).map(|one| one.heads(head)).sum()
    }

    /// A row of the movement table of a unit.
    pub(crate) fn row(
        &self,
        unit: Unit,
        class: Standing,
        row: MovementRow,
        head: Head,
        first: Day,
        last: Day,
    ) -> i128 {
        let steps = self.steps.values().flatten();
        let within = steps.filter(|step| first <= step.on && step.on <= last);
        within.map(|step| step.moves(unit, class, row, head)).sum()
    }

    /// The subjects that each declared cell has met, as sets.
    pub(crate) fn distinct(&self) -> HashMap<(Unit, Column, Slot), HashSet<Subject>> {
        let mut sets: HashMap<_, HashSet<Subject>> = HashMap::new();
        for (subject, events) in &self.events {
            for Counted { on, event, units } in events {
                for (column, grain) in distinct_columns(event) {
                    let Some(period) = Period::containing(grain, *on) else { continue };
                    for unit in units {
                        let cell = (*unit, column, Slot::from(period));
                        sets.entry(cell).or_default().insert(*subject);
                    }
                }
            }
        }
        sets
    }
}

impl Step {
    fn moves(&self, unit: Unit, class: Standing, row: MovementRow, head: Head) -> i128 {
        let here =
            |state: Option<State>| state.filter(|one| one.lives_in(unit) && one.standing == class);
        let (was, is) = (here(self.before), here(self.after));
        let out = was.map_or(0, |one| one.heads(head));
        let into = is.map_or(0, |one| one.heads(head));
        let to = self.after.map(|one| one.standing);
        let from = self.before.map(|one| one.standing);
        let recently = self.before.is_some_and(|one| one.newly_escaped(self.on));
        match (self.why, row) {
            (Why::Registered, MovementRow::Registered) => into,
            (Why::CameIn, MovementRow::OtherIncrease) => into,
            (Why::WentOut, MovementRow::OtherDecrease) => out,
            (Why::Move, MovementRow::OtherDecrease) if is.is_none() => out,
            (Why::Move, MovementRow::OtherIncrease) if was.is_none() => into,
            (Why::Size, MovementRow::SizeChange) => into - out,
            (Why::Standard, MovementRow::StandardChange) => into - out,
            (Why::Review, MovementRow::RoseAbove) if to == Some(Above) => out,
            (Why::Review, MovementRow::ToOtherClass) if to != Some(Above) => out,
            (Why::Review, MovementRow::Relapsed) if from == Some(Above) && recently => into,
            (Why::Review, MovementRow::NewlyArisen) if from == Some(Above) && !recently => into,
            (Why::Review, MovementRow::FromOtherClass) if from != Some(Above) => into,
            _ => 0,
        }
    }
}

fn live(facts: &[Fact]) -> (Vec<Step>, Vec<Counted>) {
    let (mut steps, mut events) = (Vec::new(), Vec::new());
    let mut now: Option<State> = None;
    let mut gone = false;
    let mut stages: HashSet<(u32, EventKind)> = HashSet::new();
    for fact in facts {
        let on = fact.on;
        let mut step = |why, after: Option<State>, now: &mut Option<State>| {
            steps.push(Step { on, why, before: *now, after });
            *now = after;
        };
        match (&fact.what, now) {
            (What::Registered(entry) | What::MovedIn(entry), None) => {
                let why = match fact.what {
                    What::Registered(_) => Why::Registered,
                    _ => Why::CameIn,
                };
                step(why, Some(entered(entry, fact.at)), &mut now);
                gone = false;
            }
            (What::Classified { from, to, cause, persons, traits }, _) if !gone => {
                if now.is_none() {
                    let traits = traits.unwrap_or_default();
                    let entry =
                        Entry { standing: *from, persons: *persons, traits, left_poverty: None };
                    step(Why::CameIn, Some(entered(&entry, fact.at)), &mut now);
                }
                let Some(state) = now else { continue };
                if *from != state.standing && *to == state.standing {
                    // The record has this change already: held.
                    continue;
                }
                let sized = State { persons: *persons, ..state };
                step(Why::Size, Some(sized), &mut now);
                let known = State { traits: traits.unwrap_or(sized.traits), ..sized };
                now = Some(known);
                if *to == state.standing {
                    step(Why::Size, Some(known), &mut now);
                } else if *cause == Cause::Review {
                    let left = (*to == Above).then_some(on);
                    step(Why::Review, Some(State { standing: *to, left, ..known }), &mut now);
                } else {
                    let after = State { standing: *to, left: None, ..known };
                    step(Why::Standard, Some(after), &mut now);
                }
            }
            (What::Resized { persons }, Some(state)) => {
                step(Why::Size, Some(State { persons: *persons, ..state }), &mut now);
            }
            (What::MovedWithin { .. }, Some(state)) => {
                let atlas = &rules().atlas;
                let is_part = atlas.part_of(fact.at).is_some();
                let nowhere =
                    state.home == fact.at || (!is_part && state.lives_in(atlas.unit_of(fact.at)));
                if !nowhere {
                    step(Why::Move, Some(State { home: fact.at, ..state }), &mut now);
                }
            }
            (What::MovedOut | What::Dissolved, Some(_)) => {
                step(Why::WentOut, None, &mut now);
                gone = true;
            }
            (What::Event(event), _) if event.single => {
                let stage =
                    matches!(event.kind, EventKind::HouseStarted | EventKind::HouseCompleted);
                if stage && !stages.insert((event.work, event.kind)) {
                    continue;
                }
                let at = now.map_or(fact.at, |state| counted_at(state.home, fact.at));
                let units = rules().atlas.closure(at).to_vec();
                events.push(Counted { on, event: *event, units });
            }
            // Held, or not about the household.
            _ => {}
        }
    }
    (steps, events)
}

fn entered(entry: &Entry, home: Place) -> State {
    let Entry { standing, persons, traits, left_poverty } = *entry;
    let left = left_poverty.filter(|_| standing == Above);
    State { standing, persons, traits, left, home }
}

/// Which of nine areas of the country a place covers: Phú Túc, Phú Cần, Ia Mlăh, the west and the
/// east of Chư Gu, Ia Sao, Phước Hòa, Lê Lợi, Nam Cao.
fn covers(place: Place) -> u16 {
    match place.0 {
        8 => 1,
        9 => 1 << 1,
        10 => 1 << 2,
        11 => 1 << 3 | 1 << 4,
        24 => 1 << 3,
        25 => 1 << 4,
        12 | 21 => 1 << 5,
        13 | 22 => 1 << 6,
        14 => 1 << 7,
        15 => 1 << 8,
        19 => 1 | 1 << 1 | 1 << 3,
        20 => 1 << 2 | 1 << 4,
        23 => 1 << 7 | 1 << 8,
        other => panic!("the random journals have no place {other}"),
    }
}

/// Where an event counts: in what home and declared place have in common, as finely as there is a
/// place for it, the older name first; where it was declared if they have nothing in common.
fn counted_at(home: Place, declared: Place) -> Place {
    let common = covers(home) & covers(declared);
    if common == 0 {
        return declared;
    }
    let candidates = [home, declared, CHU_GU_WEST, CHU_GU_EAST];
    let fits = candidates.into_iter().filter(|place| covers(*place) == common);
    fits.max_by_key(|place| rules().atlas.closure(*place).len()).expect("a place for it")
}

fn distinct_columns(event: &Event) -> Vec<(Column, Grain)> {
    use Grain::*;
    let mut cells = Vec::new();
    let mut add = |columns: Vec<Column>, grains: &[Grain]| {
        cells.extend(grains.iter().map(|grain| (columns[0], *grain)));
    };
    if event.kind == EventKind::LoanDisbursed {
        let class = Class::ALL[usize::from(event.attributes[0])].code();
        let purpose = Purpose::ALL[usize::from(event.attributes[2])].code();
        let grains = [CivilQuarter, CivilHalf, AdministrativeHalf, ProgrammeTerm];
        add(columns("loan_households", &[]), &grains);
        add(columns("loan_households", &[("class", class)]), &grains);
        add(columns("loan_households", &[("purpose", purpose)]), &grains);
    }
    let electricity = event.kind == EventKind::SupportDelivered
        && event.attributes[0] == SupportKind::Electricity.index();
    if electricity {
        add(columns("electricity_households", &[]), &[CivilQuarter, CivilHalf]);
    }
    if event.kind != EventKind::HouseCompleted {
        add(columns("helped_households", &[]), &[CivilYear, AdministrativeNineMonths]);
    }
    cells
}
