//! The published figures beside what the ledger says, in words.

use domain::disclosure::Guard;
use domain::figures::{Figure, Missing, Reader, Value};
use portal::pages::{Held, PublishedReport, PublishedRow};
use proto::gazetteer::{Gazetteer, Lang};
use query::{labels, lang, written};

use super::says::{self, Says};
use super::{Published, Report};

/// One published figure, and the ledger's answer.
#[derive(Debug)]
pub struct Beside<'r> {
    /// The published one.
    pub figure: &'r Published,
    /// What the books say, and what that is; none when it cannot be asked.
    pub answer: Option<(Figure, Says)>,
    /// How the two stand to each other: equal only as numbers of one kind, at the precision of the
    /// report.
    pub held: Held,
}

/// All figures of a report beside the books, as far as they may be told.
pub fn all<'r>(report: &'r Report, guard: &Guard<'_>) -> Vec<Beside<'r>> {
    let (reader, gazetteer) = (Reader::from(guard.fold()), Gazetteer::embedded());
    let told = |figure: &'r Published| {
        let is_hidden = figure.ask.as_ref().is_some_and(|ask| ask.is_hidden(guard, gazetteer));
        match is_hidden {
            true => beside(figure, Some((guard.hidden(), figure.says))),
            false => one(figure, &reader),
        }
    };
    report.figure.iter().map(told).collect()
}

/// One figure beside the books.
pub fn one<'r>(figure: &'r Published, reader: &Reader<'_>) -> Beside<'r> {
    let answer = figure.ask.as_ref().and_then(|ask| {
        let answer = ask.answer(reader, Gazetteer::embedded())?;
        let is = Says::of(ask, &answer, &reader.rules.plan);
        Some((answer, is))
    });
    beside(figure, answer)
}

fn beside<'r>(figure: &'r Published, answer: Option<(Figure, Says)>) -> Beside<'r> {
    let beside = answer.as_ref().map(|(answer, is)| (answer, *is));
    let held = says::held(figure.says, beside, |answer| figure.agrees(answer));
    Beside { figure, answer, held }
}

/// How many of each kind are equal, and what became of the others: a sentence for each kind.
pub fn tallies(beside: &[Beside<'_>], lang: Lang) -> Vec<String> {
    let tally = |kind: Says| {
        let of_kind = || beside.iter().filter(move |one| one.figure.says == kind);
        let count = of_kind().count();
        let of = |held: Held| of_kind().filter(|one| one.held == held).count();
        let equal = of(Held::Agrees);
        let (name, counterpart) = (kind.name(lang), kind.counterpart(lang));
        let mut text = match lang {
            Lang::Vi => format!("{name}: {equal} trên {count} số bằng {counterpart}"),
            Lang::En => format!("{name}: {equal} of {count} equal {counterpart}"),
        };
        for held in Held::ALL.into_iter().filter(|held| *held != Held::Agrees) {
            match of(held) {
                0 => {}
                others => text.push_str(&format!("; {others} {}", held.name(lang))),
            }
        }
        (count > 0).then_some(text)
    };
    Says::ALL.into_iter().filter_map(tally).collect()
}

impl Beside<'_> {
    /// The indicator's name.
    pub fn indicator(&self, lang: Lang) -> String {
        let ask = self.figure.ask.as_ref();
        ask.map_or_else(String::new, |ask| labels::indicator(lang, &ask.indicator))
    }

    /// The codes it is about.
    pub fn by(&self, lang: Lang) -> String {
        let filter = self.figure.ask.iter().flat_map(|ask| &ask.filter);
        let codes =
            filter.flat_map(|(name, codes)| codes.iter().map(move |code| (name.as_str(), code)));
        codes.map(|(name, code)| labels::code(lang, name, code)).collect::<Vec<_>>().join(", ")
    }

    /// The number as it was published.
    pub fn told(&self, lang: Lang) -> String {
        let places = self.figure.precision.map_or(0, |precision| precision.places);
        match self.figure.value.places.max(places) {
            0 => lang::whole(lang, i128::from(self.figure.value.digits)),
            _ => lang::stated(lang, self.figure.value),
        }
    }

    /// The ledger's; with what it is, where that is another than the published one.
    pub fn ledger(&self, lang: Lang) -> String {
        match &self.answer {
            None => "…".to_owned(),
            Some((answer, is)) if *is == self.figure.says => value(lang, answer),
            Some((answer, is)) => format!("{} ({})", value(lang, answer), is.name(lang)),
        }
    }
}

fn value(lang: Lang, figure: &Figure) -> String {
    match figure.value {
        Value::Whole(value) => lang::whole(lang, value),
        Value::Ratio(n, d) => lang::percent(lang, n, d),
        Value::Points { before, after } => lang::points(lang, before, after),
        Value::Stated(decimal) => lang::stated(lang, decimal),
        Value::Missing(Missing::Hidden(_)) => labels::hidden(lang).to_owned(),
        Value::Missing(why) => labels::missing(lang, why.code()),
    }
}

/// The report of Krông Pa for the portal; none where the ledger has nothing of the district.
pub fn krong_pa(guard: &Guard<'_>, lang: Lang) -> Option<PublishedReport> {
    let report = Report::krong_pa();
    let beside = all(report, guard);
    if !beside.iter().any(|one| one.held == Held::Agrees) {
        return None;
    }
    let row = |one: &Beside<'_>| {
        let by = one.by(lang);
        let label = match (one.indicator(lang), by.as_str()) {
            (name, "") => name,
            (name, by) => format!("{name}: {by}"),
        };
        PublishedRow {
            label,
            quote: one.figure.quote.clone(),
            published: one.told(lang),
            ledger: one.answer.is_some().then(|| one.ledger(lang)),
            kind: one.figure.says.name(lang).to_owned(),
            held: one.held,
            note: lang::pick(lang, &one.figure.note_vi, &one.figure.note).to_owned(),
        }
    };
    let gazetteer = Gazetteer::embedded();
    let name = gazetteer.unit(&report.unit).map(|unit| gazetteer.name(unit, lang).into_owned());
    let contradiction = |one: &super::Contradiction| match lang {
        Lang::Vi => (one.what_vi.clone(), one.taken_vi.clone()),
        Lang::En => (one.what.clone(), one.taken.clone()),
    };
    Some(PublishedReport {
        title: report.title.clone(),
        unit: (report.unit.clone(), name.unwrap_or_else(|| report.unit.clone())),
        published: written::date(lang, &report.published.to_string()),
        rows: beside.iter().map(row).collect(),
        tallies: tallies(&beside, lang),
        contradictions: report.contradiction.iter().map(contradiction).collect(),
    })
}
