//! How the machine runs: position, lag, store, journal, commits. Words and numbers, no gauges.

use askama::Template;
use query::lang;

use super::ask::Ask;
use super::frame::Frame;
use super::number;
use super::outcome::{Fault, Outcome};
use super::text;
use crate::App;

#[derive(Template)]
#[template(path = "operations.html")]
struct Page {
    f: Frame,
    progress: Vec<(&'static str, String)>,
    records: Vec<(&'static str, String)>,
    store: Vec<(&'static str, String)>,
    editions: Vec<(&'static str, String)>,
    unreadable: Vec<String>,
}

pub(crate) fn page(app: &App, ask: &Ask) -> Result<Outcome, Fault> {
    if !ask.who.may_see_operations() {
        return Err(Fault::Forbidden);
    }
    let t = text::of(ask.lang);
    let lang = ask.lang;
    let now = app.handle.progress();
    let sizes = app.handle.sizes();
    let frame = Frame::plain(app, ask, t.operations);
    let whole = |value: u64| number::whole(lang, i128::from(value));
    let bytes = |value: usize| {
        let tenths = i128::try_from(value).unwrap_or(i128::MAX) * 10 / 1_000_000;
        format!("{}\u{a0}MB", number::printed(&lang::decimal(lang, tenths, 1)))
    };
    let counts = now.accounting;
    let records = vec![
        (t.record_applied, whole(counts.applied)),
        (t.record_duplicate, whole(counts.duplicate)),
        (t.record_unreadable, whole(counts.unreadable)),
        (t.record_foreign, whole(counts.foreign)),
    ];
    Ok(Outcome::Page(Box::new(Page {
        progress: vec![
            (t.folded_to, whole(now.position)),
            (t.committed_to, whole(now.committed)),
            (t.journal_end, whole(now.end)),
            (t.lag, format!("{} {}", whole(now.lag()), t.records)),
            (t.speed, format!("{} {}", whole(now.records_per_s.round() as u64), t.per_second)),
            (t.commits, whole(now.commits)),
            (
                t.commit_time,
                format!(
                    "{}\u{a0}ms",
                    number::printed(&lang::decimal(lang, (now.commit_ms * 10.0) as i128, 1))
                ),
            ),
            (t.findings, whole(now.findings)),
        ],
        records,
        store: vec![
            (t.journal, app.journal.identity().0.to_string()),
            (t.subjects, number::whole(lang, sizes.subjects as i128)),
            (t.cells, number::whole(lang, sizes.cells as i128)),
            (
                t.memory,
                format!(
                    "{} {}, {} {}",
                    bytes(sizes.timeline_bytes),
                    t.timelines,
                    bytes(sizes.cell_bytes),
                    t.cells.to_lowercase(),
                ),
            ),
        ],
        editions: vec![
            (t.gazetteer, app.editions.gazetteer.clone()),
            (t.catalogue, app.editions.catalogue.clone()),
        ],
        unreadable: app
            .handle
            .unreadable()
            .iter()
            .map(|one| format!("{}: {}", whole(one.position), one.reason))
            .collect(),
        f: frame,
    })))
}
