//! The published figures beside what the ledger says, in words.

use domain::disclosure::Guard;
use domain::figures::{Figure, Missing, Reader, Value};
use portal::pages::{PublishedReport, PublishedRow};
use proto::gazetteer::{Gazetteer, Lang};
use query::{labels, lang, written};

use super::{Published, Report};

/// One published figure, and the ledger's answer.
#[derive(Debug)]
pub struct Beside<'r> {
    /// The published one.
    pub figure: &'r Published,
    /// What the books say; none when it cannot be asked.
    pub answer: Option<Figure>,
    /// Whether they are equal at the precision of the report.
    pub agrees: bool,
}

/// All figures of a report beside the books, as far as they may be told.
pub fn all<'r>(report: &'r Report, guard: &Guard<'_>) -> Vec<Beside<'r>> {
    let one = |figure: &'r Published| {
        let (reader, gazetteer) = (Reader::from(guard.fold()), Gazetteer::embedded());
        let is_hidden = figure.ask.as_ref().is_some_and(|ask| ask.is_hidden(guard, gazetteer));
        let answer =
            if is_hidden { Some(guard.hidden()) } else { figure.answer(&reader, gazetteer) };
        let agrees = answer.as_ref().is_some_and(|answer| figure.agrees(answer));
        Beside { figure, answer, agrees }
    };
    report.figure.iter().map(one).collect()
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

    /// The ledger's.
    pub fn ledger(&self, lang: Lang) -> String {
        self.answer.as_ref().map_or_else(|| "…".to_owned(), |answer| value(lang, answer))
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
    if !beside.iter().any(|one| one.agrees) {
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
            agrees: one.agrees,
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
        contradictions: report.contradiction.iter().map(contradiction).collect(),
    })
}
