//! What can be watched: a question for figures, or a page.

use domain::disclosure::Disclosure;
use query::{Body, Query};
use serde_json::value::to_raw_value;

use super::page::Page;
use super::state::Parts;
use crate::App;
use crate::app::Render;

/// What is watched.
#[derive(Clone, Debug)]
pub(crate) enum Topic {
    Figures(Query, Disclosure),
    Page(Page),
}

impl Topic {
    /// The same for all who see the same.
    pub(crate) fn key(&self) -> String {
        match self {
            Topic::Figures(query, disclosure) => {
                format!(
                    "figures {disclosure:?} {}",
                    serde_json::to_string(query).unwrap_or_default()
                )
            }
            Topic::Page(Page { path, lang, role }) => format!("page {lang:?} {role:?} {path}"),
        }
    }

    /// Its parts as they are now, and the position they are of, or of before.
    pub(crate) fn parts(&self, app: &App, render: &Render) -> Option<(u64, Parts)> {
        match self {
            Topic::Figures(query, disclosure) => figures(app, *disclosure, query),
            Topic::Page(page) => {
                // Read first: what is folded while the page is made belongs to the next event.
                let position = app.handle.progress().position;
                let parts = render(app, page)?;
                let text = |(key, html): (String, String)| {
                    // A text is always JSON.
                    (key, serde_json::to_string(&html).unwrap_or_default())
                };
                Some((position, parts.into_iter().map(text).collect()))
            }
        }
    }
}

fn figures(app: &App, disclosure: Disclosure, query: &Query) -> Option<(u64, Parts)> {
    let answered = app.handle.read(|fold, progress| {
        query::answer(fold, disclosure, progress.position, &app.editions, query)
    });
    let answer = match answered {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!("a live topic could not be answered: {error:#}");
            return None;
        }
    };
    let Body::Figures { figures, .. } = answer.body else { return None };
    let part = |line: query::Line| {
        let by: String = line.by.iter().map(|(name, code)| format!("/{name}={code}")).collect();
        let key = format!("{}/{}{by}", line.unit, line.indicator);
        Some((key, to_raw_value(&line).ok()?.get().to_owned()))
    };
    Some((answer.position, figures.into_iter().filter_map(part).collect()))
}
