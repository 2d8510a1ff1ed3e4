//! What a unit's page looks at: the fold, the unit, the time and the boundaries.

use domain::atlas::{Generation, Level, Unit};
use domain::catalogue::{Filter, Measure};
use domain::codes::{Code, Standing};
use domain::disclosure::Guard;
use domain::figures::{Figure, Marks, Question, Reader, Time, Value};
use domain::fold::Fold;
use domain::posting::{Site, Slot};
use domain::rollup::View as Cells;
use domain::time::Day;
use projector::Progress;
use proto::gazetteer::{Lang, collation_key};
use query::Boundaries;

use super::ask::Ask;
use super::number;
use super::outcome::Fault;
use super::text::{self, Texts};
use super::time;
use crate::below::{self, Below};
use crate::{App, audit};

/// What a unit's page looks at.
pub(crate) struct View<'a> {
    pub(crate) app: &'a App,
    pub(crate) fold: &'a Fold,
    pub(crate) position: u64,
    pub(crate) ask: &'a Ask,
    pub(crate) lang: Lang,
    pub(crate) t: &'static Texts,
    pub(crate) unit: Unit,
    pub(crate) time: Time,
    pub(crate) boundaries: Boundaries,
    /// What whoever asks may be told: every figure of the page goes through it.
    guard: Guard<'a>,
}

impl<'a> View<'a> {
    /// Whether any fact ever counted in this unit.
    pub(crate) fn is_told_of(&self, unit: Unit) -> bool {
        let rollup = &self.fold.books.rollup;
        let places = self.app.rules.atlas.places(unit);
        places.iter().any(|place| rollup.has_cells(Site::place(*place)))
    }

    /// Reads time and boundaries from the address; without a period, the newest half-year in which
    /// anything is recorded.
    pub(crate) fn open(
        app: &'a App,
        fold: &'a Fold,
        progress: &Progress,
        ask: &'a Ask,
        unit: Unit,
    ) -> Result<View<'a>, Fault> {
        let boundaries = match ask.get("boundaries") {
            None | Some("" | "own") => Boundaries::Own,
            Some("current") => Boundaries::Current,
            Some(other) => return Err(Fault::Unclear(other.to_owned())),
        };
        let time = match time::asked(ask)? {
            Some(time) => time,
            None => Time::Period(time::newest(app, fold, unit)),
        };
        Ok(View {
            app,
            fold,
            position: progress.position,
            ask,
            lang: ask.lang,
            t: text::of(ask.lang),
            unit,
            time,
            boundaries,
            guard: Guard::new(fold, app.disclosure(&ask.who)),
        })
    }

    /// Reads what is no figure of the catalogue; figures are read by [`View::read`].
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader { rules: &self.fold.rules, books: &self.fold.books, fold: None }
    }

    /// One figure, not broken down.
    pub(crate) fn figure(&self, unit: Unit, indicator: &str, time: Time) -> Figure {
        let filter = Filter::new();
        self.read(&Question { unit, indicator, filter, time })
    }

    /// Answers a question from the books, in microseconds, if whoever asks may be told. Different
    /// households over a time that no declared period has are not among them: counting those reads
    /// every timeline.
    pub(crate) fn read(&self, question: &Question<'_>) -> Figure {
        self.guard.figure(&self.reader(), question)
    }

    /// One figure at each of two times or of each of two units, as far as both may be told.
    pub(crate) fn pair(
        &self,
        indicator: &str,
        one: (Unit, Time),
        other: (Unit, Time),
    ) -> [Figure; 2] {
        let question = |(unit, time)| Question { unit, indicator, filter: Filter::new(), time };
        let (one, other) = (question(one), question(other));
        let hides = self.guard.hides_difference(&one, &other);
        [if hides { self.guard.hidden() } else { self.read(&one) }, self.read(&other)]
    }

    /// A unit's target for an indicator, with what is done of it, if whoever asks may be told.
    pub(crate) fn target(&self, unit: Unit, indicator: &str, time: Time) -> query::Target {
        query::target(&self.guard, unit, indicator, time)
    }

    /// Figures of the unit and of those below it that cannot be, if whoever asks may be told them.
    pub(crate) fn judged(&self, units_max: usize) -> query::Judged {
        query::plausible::judged(&self.guard, self.unit, self.time, units_max)
    }

    /// One figure, counted along all timelines where there is no other way: once on a page.
    pub(crate) fn figure_counted(&self, unit: Unit, indicator: &str, time: Time) -> Figure {
        let filter = Filter::new();
        let question = Question { unit, indicator, filter, time };
        self.guard.figure(&Reader::from(self.fold), &question)
    }

    /// Whether a figure is computed from so many cells that a page of many figures leaves it out:
    /// every combination of a breakdown at every place, or every commune asked one by one.
    pub(crate) fn is_heavy(&self, unit: Unit, indicator: &str) -> bool {
        audit::is_heavy(&self.app.rules, unit, indicator)
    }

    /// What an indicator comes to at the ends of these days, which must be in order. Of a stock,
    /// the cells between two days are read once.
    pub(crate) fn on_days(&self, unit: Unit, indicator: &str, days: &[Day]) -> Vec<Figure> {
        let plan = &self.app.rules.plan;
        let stock = plan
            .indicator(indicator)
            .filter(|one| matches!(one.definition.measure, Measure::Stock { .. }));
        let Some(stock) = stock else {
            let on = |day: &Day| self.figure(unit, indicator, Time::Days(*day, *day));
            return days.iter().map(on).collect();
        };
        let cells = Cells { rollup: &self.fold.books.rollup, atlas: &self.app.rules.atlas };
        let columns = stock.kept[0].columns(&Filter::new());
        let (mut sum, mut allocated, mut from) = (0, false, Day::MIN);
        days.iter()
            .map(|day| {
                if *day >= from {
                    let more = cells.sum(unit, &columns, Slot::from(from)..=Slot::from(*day));
                    (sum, allocated) = (sum + more.0, allocated || more.1);
                    from = day.next();
                }
                let marks = Marks { allocated, ..Marks::default() };
                let figure = Figure { value: Value::Whole(sum), marks };
                self.reader().listed(unit, *day, figure)
            })
            .collect()
    }

    /// The units below: those in force, or the units of today that hold this one; by name.
    pub(crate) fn below(&self) -> Vec<Below> {
        let mut units = below::below(self.app, self.fold, self.unit, &self.when(), self.boundaries);
        units.sort_by_cached_key(|below| collation_key(self.short(below.unit)));
        units
    }

    /// A unit's name with its kind.
    pub(crate) fn name(&self, unit: Unit) -> String {
        self.app.gazetteer.name(unit, self.lang).into_owned()
    }

    /// A unit's name without its kind: wards with a number keep it.
    pub(crate) fn short(&self, unit: Unit) -> &'static str {
        let entry = self.app.gazetteer.entry(unit);
        let numbered = entry.short_vi.bytes().all(|c| c.is_ascii_digit());
        match self.lang {
            _ if numbered => entry.name_vi,
            Lang::Vi => entry.short_vi,
            Lang::En => entry.short_vi,
        }
    }

    /// A unit's key.
    pub(crate) fn key(&self, unit: Unit) -> &'a str {
        self.app.gazetteer.key(unit)
    }

    /// The address of a unit's page, with the same time and boundaries.
    pub(crate) fn href(&self, unit: Unit, page: &str) -> String {
        self.ask.href(&format!("/u/{}{page}", self.key(unit)), &[])
    }

    /// The address of the page that opens a figure.
    pub(crate) fn explain(&self, unit: Unit, indicator: &str) -> String {
        let path = format!("/u/{}/explain", self.key(unit));
        self.ask.href(&path, &[("indicator", Some(indicator))])
    }

    /// The address of this unit's table in a form that programs read.
    pub(crate) fn download(&self, table: &str, more: &[(&str, Option<&str>)]) -> String {
        let name = self.period_name();
        let days = self.time.days();
        let (from, to) = (days.start().to_string(), days.end().to_string());
        let mut changes: Vec<(&str, Option<&str>)> = vec![("unit", Some(self.key(self.unit)))];
        // A period or days, never both.
        let days = if name.is_none() { (Some(&*from), Some(&*to)) } else { (None, None) };
        changes.extend([("period", name.as_deref()), ("from", days.0), ("to", days.1)]);
        // Findings and explanations are of facts, which have the boundaries of their day.
        let of_facts = matches!(table, "findings" | "explain");
        let current = (self.boundaries == Boundaries::Current && !of_facts).then_some("current");
        changes.push(("boundaries", current));
        changes.extend(more.iter().copied());
        self.ask.href(&format!("/v1/{table}"), &changes)
    }

    /// How a value changed since the time before, where both are known. Households that were
    /// there when the record began did not come since.
    pub(crate) fn change(&self, unit: Unit, indicator: &str, now: &Value) -> String {
        let fall = format!("{indicator}_reduction");
        if let (Value::Whole(_), Some(fallen)) =
            (now, self.figure(unit, &fall, self.time).as_whole())
        {
            return number::signed(self.lang, -fallen);
        }
        let before = self.before().map(|time| self.figure(unit, indicator, time).value);
        match (before, now) {
            (Some(Value::Whole(0)), Value::Whole(_)) => String::new(),
            (Some(Value::Whole(before)), Value::Whole(now)) => {
                number::signed(self.lang, now - before)
            }
            (Some(Value::Ratio(n, d)), Value::Ratio(m, e)) => {
                number::points(self.lang, (n, d), (*m, *e))
            }
            (_, _) => String::new(),
        }
    }

    /// What has to be said under a table of units below: only what it has.
    pub(crate) fn notes(&self, any_allocated: bool, any_wider: bool) -> String {
        let notes = [(any_allocated, self.t.allocated_mark), (any_wider, self.t.wider_note)];
        let said = notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note);
        said.collect::<Vec<_>>().join(" ")
    }

    /// The words for the units below: `14 xã, thị trấn`.
    pub(crate) fn count_below(&self, below: &[Below]) -> String {
        let mut kinds: Vec<_> =
            below.iter().map(|one| self.app.gazetteer.entry(one.unit).kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let count = number::whole(self.lang, below.len() as i128);
        match self.lang {
            Lang::Vi => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.vi()).collect();
                format!("{count} {}", names.join(", "))
            }
            Lang::En => match below.first() {
                Some(one) => {
                    let level = self.app.rules.atlas.record(one.unit).level;
                    format!("{count} {}", level_en(level, below.len()))
                }
                None => count,
            },
        }
    }

    /// The units of other generations that this one became or came from: (forward, units).
    pub(crate) fn kin(&self) -> (bool, Vec<Unit>) {
        let record = self.app.rules.atlas.record(self.unit);
        match record.generation {
            None => (true, Vec::new()),
            Some(Generation::New) => {
                let gone = Day::from_ymd(2025, 6, 30).unwrap_or(Day::MIN);
                (false, self.app.gazetteer.kin_in_force(self.unit, gone))
            }
            Some(Generation::Earlier | Generation::Legacy) => {
                let now = Day::from_ymd(2025, 7, 1).unwrap_or(Day::MAX);
                (true, self.app.gazetteer.kin_in_force(self.unit, now))
            }
        }
    }

    /// Whether the unit is in force at the end of the time.
    pub(crate) fn in_force(&self) -> bool {
        self.app.rules.atlas.in_force(self.unit, self.days().1)
    }
}

fn level_en(level: Level, count: usize) -> &'static str {
    match (level, count) {
        (Level::Nation, _) => "nation",
        (Level::Province, 1) => "province",
        (Level::Province, _) => "provinces",
        (Level::District, 1) => "district",
        (Level::District, _) => "districts",
        (Level::Commune, 1) => "commune",
        (Level::Commune, _) => "communes",
    }
}

/// The class that a page is about: `class=near_poor`, else the poor.
pub(crate) fn class(ask: &Ask) -> Standing {
    ask.get("class")
        .and_then(Standing::of)
        .filter(|one| *one == Standing::NearPoor)
        .unwrap_or(Standing::Poor)
}
