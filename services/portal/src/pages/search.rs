//! Units found by name or code, of all generations.

use askama::Template;
use domain::atlas::{Generation, Unit};

use super::ask::Ask;
use super::frame::Frame;
use super::outcome::{Fault, Outcome};
use super::text::{self, fill};
use crate::App;

/// A unit that was found.
struct Hit {
    href: String,
    name: String,
    above: String,
    key: String,
    generation: &'static str,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    f: Frame,
    typed: String,
    found: String,
    hits: Vec<Hit>,
}

const HITS_MAX: usize = 60;

pub(crate) fn page(app: &App, ask: &Ask) -> Result<Outcome, Fault> {
    let t = text::of(ask.lang);
    let typed: String = ask.get("q").unwrap_or_default().trim().chars().take(100).collect();
    let hits = if typed.is_empty() { Vec::new() } else { app.gazetteer.search(&typed, HITS_MAX) };
    // A key typed whole means its unit, and a name that only one has means that one.
    let only = if let [only] = hits.as_slice() { Some(*only) } else { None };
    if let Some(unit) = app.gazetteer.unit(&typed).or(only) {
        return Ok(Outcome::Go(ask.href(&format!("/u/{}", app.gazetteer.key(unit)), &[])));
    }
    let found = match (typed.is_empty(), hits.len()) {
        (true, _) => t.search_empty.to_owned(),
        (false, 0) => t.search_none.to_owned(),
        (false, count) => {
            let more = if count == HITS_MAX { "+" } else { "" };
            fill(t.search_found, &[&format!("{count}{more}"), &typed])
        }
    };
    Ok(Outcome::Page(Box::new(Page {
        f: Frame::plain(app, ask, t.search_title),
        hits: hits.into_iter().map(|unit| hit(app, ask, unit)).collect(),
        typed,
        found,
    })))
}

fn hit(app: &App, ask: &Ask, unit: Unit) -> Hit {
    let (gazetteer, t) = (app.gazetteer, text::of(ask.lang));
    let atlas = &gazetteer.atlas;
    let above: Vec<String> = atlas
        .ancestry(unit)
        .skip(1)
        .filter(|one| gazetteer.key(*one) != "VN")
        .map(|one| gazetteer.name(one, ask.lang).into_owned())
        .collect();
    Hit {
        href: ask.href(&format!("/u/{}", gazetteer.key(unit)), &[]),
        name: gazetteer.name(unit, ask.lang).into_owned(),
        above: above.join(", "),
        key: gazetteer.key(unit).to_owned(),
        generation: match atlas.record(unit).generation {
            None => t.level_nation,
            Some(Generation::Earlier) => t.generation_e,
            Some(Generation::Legacy) => t.generation_l,
            Some(Generation::New) => t.generation_n,
        },
    }
}
