//! A published report beside the ledger.

use askama::Template;
use projector::Progress;

use super::ask::Ask;
use super::frame::Frame;
use super::text::{self, fill};
use super::{Outcome, number};
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
    /// Whether they are equal at the precision of the report.
    pub agrees: bool,
    /// What has to be known of it.
    pub note: String,
}

#[derive(Template)]
#[template(path = "published.html")]
struct Page {
    f: Frame,
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
    use proto::gazetteer::Lang::{En, Vi};
    let t = text::of(ask.lang);
    let frame = Frame::around(app, ask, t, t.published_title, progress.position);
    let lede = report.as_ref().map_or_else(String::new, |report| {
        let asked = report.rows.iter().filter(|row| row.ledger.is_some()).count();
        let agree = report.rows.iter().filter(|row| row.agrees).count();
        match ask.lang {
            Vi => format!("{agree} trên {asked} con số công bố khớp với sổ."),
            En => format!("{agree} of {asked} published figures agree with the ledger."),
        }
    });
    let position = number::whole(ask.lang, i128::from(progress.position));
    Outcome::Page(Box::new(Page {
        href: report
            .as_ref()
            .map_or_else(String::new, |report| ask.href(&format!("/u/{}", report.unit.0), &[])),
        report,
        lede,
        source: fill(t.source_facts, &[&position]),
        f: frame,
    }))
}
