//! A published report beside the ledger.

use askama::Template;
use projector::Progress;
use proto::gazetteer::Lang;

use super::ask::Ask;
use super::frame::Frame;
use super::number;
use super::outcome::Outcome;
use super::text::{self, capital, fill};
use crate::App;

/// A published report, set beside the ledger as of some position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedReport {
    /// Its title: `Báo cáo số 209/BC-UBND`.
    pub title: String,
    /// The key of its unit, and what that is called.
    pub unit: (String, String),
    /// The day it was published, as people write it.
    pub published: String,
    /// Its figures, in the order of its text.
    pub rows: Vec<PublishedRow>,
    /// For each kind, how many are equal and what became of the others.
    pub tallies: Vec<String>,
    /// Where it disagrees with itself: what disagrees, and how it was taken.
    pub contradictions: Vec<(String, String)>,
}

/// One published figure beside the ledger's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedRow {
    /// What it is.
    pub label: String,
    /// The report's own words around the number.
    pub quote: String,
    /// The number as published, with its unit.
    pub published: String,
    /// The ledger's, written at its own precision; none when it cannot be asked for.
    pub ledger: Option<String>,
    /// What it is given as: a result, a target, an estimate, …
    pub kind: String,
    /// How the two stand to each other.
    pub held: Held,
    /// What has to be known of it.
    pub note: String,
}

/// How a published figure stands to the ledger's of the same kind: a target to the target, what was
/// done to what was counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// They are of one kind, and equal at the precision of the report.
    Agrees,
    /// They are of one kind, and not equal.
    Differs,
    /// The report says what was done, and the ledger counts nothing of it.
    NotCounted,
    /// The ledger could have such a number, and has none.
    NotStated,
    /// The ledger has a number of another kind only.
    NotComparable,
    /// There is no question for it.
    CannotAsk,
    /// The ledger has one, and does not tell it to whoever asks: it is of few households.
    Hidden,
}

impl Held {
    /// All of them.
    pub const ALL: [Held; 7] = [
        Held::Agrees,
        Held::Differs,
        Held::NotCounted,
        Held::NotStated,
        Held::NotComparable,
        Held::CannotAsk,
        Held::Hidden,
    ];

    /// Its name on screen.
    pub fn name(self, lang: Lang) -> &'static str {
        let t = text::of(lang);
        match self {
            Held::Agrees => t.agrees,
            Held::Differs => t.differs,
            Held::NotCounted => t.not_counted,
            Held::NotStated => t.not_in_ledger,
            Held::NotComparable => t.not_comparable,
            Held::CannotAsk => t.cannot_ask,
            Held::Hidden => query::labels::hidden(lang),
        }
    }

    /// How its mark is coloured.
    fn style(self) -> &'static str {
        match self {
            Held::Agrees => "tag ok",
            Held::Differs => "tag warn",
            Held::NotCounted
            | Held::NotStated
            | Held::NotComparable
            | Held::CannotAsk
            | Held::Hidden => "tag",
        }
    }
}

#[derive(Template)]
#[template(path = "published.html")]
struct Page {
    f: Frame,
    lang: Lang,
    report: Option<PublishedReport>,
    href: String,
    lede: String,
    source: String,
}

pub(crate) fn page(
    app: &App,
    progress: &Progress,
    ask: &Ask,
    report: Option<PublishedReport>,
) -> Outcome {
    let t = text::of(ask.lang);
    let frame = Frame::around(app, ask, t, t.published_title, progress.position);
    let tally = report.as_ref().and_then(|report| report.tallies.first());
    let lede = tally.map_or_else(String::new, |tally| format!("{}.", capital(tally)));
    let position = number::whole(ask.lang, i128::from(progress.position));
    Outcome::Page(Box::new(Page {
        href: report
            .as_ref()
            .map_or_else(String::new, |report| ask.href(&format!("/u/{}", report.unit.0), &[])),
        report,
        lede,
        source: fill(t.source_facts, &[&position]),
        f: frame,
        lang: ask.lang,
    }))
}
