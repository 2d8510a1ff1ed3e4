//! Milestones of a unit and those below it, newest first, followed as they come.

use askama::Template;
use domain::atlas::{Level, Unit};
use feed::{Filter, Followed};
use proto::gazetteer::Lang;
use query::lang;
use tokio::runtime::Handle;

use super::ask::Ask;
use super::frame::{Choice, Frame, Link};
use super::milestone::{Event, event};
use super::number;
use super::outcome::{Fault, Outcome};
use super::text::fill;
use super::words::{self, Texts as Words};
use crate::App;

/// Milestones on a page.
const LIMIT: usize = 50;

#[derive(Template)]
#[template(path = "milestones.html")]
struct Page {
    f: Frame,
    w: &'static Words,
    lede: String,
    typed: String,
    rules: Vec<Choice>,
    /// What was typed that is no unit, and where units are looked for.
    unknown: Option<(String, String)>,
    events: Vec<Event>,
    none: &'static str,
    older: Option<Link>,
    latest: Option<Link>,
    api: String,
    command: String,
}

/// The page. Of the feed that is in memory it takes microseconds, else as long as reading does.
pub(crate) fn page(app: &App, ask: &Ask) -> Result<Outcome, Fault> {
    let w = words::of(ask.lang);
    let typed = ask.get("unit").map(str::trim).unwrap_or_default();
    let unit = found(app, typed);
    let rules: Vec<String> = ask.get("rule").into_iter().flat_map(split).collect();
    let before = match ask.get("before") {
        Some(text) => Some(text.parse().map_err(|_| Fault::Unclear(text.to_owned()))?),
        None => None,
    };
    let filter = Filter { unit, rules };
    let mut frame = Frame::plain(app, ask, w.milestones);
    let unknown = (!typed.is_empty() && unit.is_none()).then(|| {
        let said = fill(w.milestones_unknown, &[&typed.chars().take(100).collect::<String>()]);
        (said, ask.href("/search", &[("q", Some(typed))]))
    });
    let read = match &app.feed {
        Some(feed) if unknown.is_none() => Some(read(feed, before, &filter)?),
        Some(_) | None => None,
    };
    let mut events = Vec::new();
    let (mut older, mut newest) = (None, None);
    if let Some(page) = read {
        events = page.events.iter().map(|told| event(app, ask, told)).collect();
        let asked = |before: Option<&str>| filtered(app, ask, &filter, "/milestones", before);
        let link = |href, name: &str| Link { href, name: name.to_owned(), current: false };
        older =
            (page.next > 1).then(|| link(asked(Some(&page.next.to_string())), w.milestones_older));
        newest = before.map(|_| link(asked(None), w.milestones_latest));
        if before.is_none() {
            let href = filtered(app, ask, &filter, "/v1/milestones", None);
            let mark = if href.contains('?') { '&' } else { '?' };
            frame.feed = format!("{href}{mark}since={}", page.end);
            frame.position = number::whole(ask.lang, i128::from(page.end));
            frame.live = true;
        }
    }
    frame.say = events.first().map_or_else(String::new, Event::said);
    let none = match (&app.feed, before.is_some(), filter == Filter::default()) {
        (None, _, _) => w.milestones_no_feed,
        (Some(_), true, _) => w.milestones_none_here,
        (Some(_), false, true) => w.milestones_none,
        (Some(_), false, false) => w.milestones_none_such,
    };
    Ok(Outcome::Page(Box::new(Page {
        lede: lede(app, ask, &filter, w),
        typed: unit.map_or(typed, |unit| app.gazetteer.key(unit)).to_owned(),
        rules: choices(app, ask.lang, &filter),
        unknown,
        events,
        none,
        older,
        latest: newest,
        api: filtered(app, ask, &filter, "/v1/milestones", None),
        command: command(app, &filter),
        w,
        f: frame,
    })))
}

/// A unit by its key, or by a name that only one has.
fn found(app: &App, typed: &str) -> Option<Unit> {
    if typed.is_empty() {
        return None;
    }
    app.gazetteer.unit(typed).or_else(|| match app.gazetteer.search(typed, 2).as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

fn split(rules: &str) -> impl Iterator<Item = String> + '_ {
    rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned)
}

fn read(feed: &Followed, before: Option<u64>, filter: &Filter) -> Result<feed::Page, Fault> {
    // Pages are made on threads that may wait.
    let read = Handle::current().block_on(feed.before(before.unwrap_or(u64::MAX), filter, LIMIT));
    read.map_err(|error| {
        tracing::warn!(%error, "the feed cannot be read");
        Fault::Busy
    })
}

/// The page or the API's address with what the feed is filtered by.
fn filtered(app: &App, ask: &Ask, filter: &Filter, path: &str, before: Option<&str>) -> String {
    let rules = filter.rules.join(",");
    let unit = filter.unit.map(|unit| app.gazetteer.key(unit));
    let rule = (!rules.is_empty()).then_some(&*rules);
    let none = ["period", "from", "to", "boundaries"].map(|name| (name, None));
    let lang = [("lang", None)];
    let lang = if path == "/v1/milestones" { &lang[..] } else { &[] };
    let own = [("unit", unit), ("rule", rule), ("before", before)];
    ask.href(path, &[&own[..], &none, lang].concat())
}

fn command(app: &App, filter: &Filter) -> String {
    let unit = filter.unit.map(|unit| format!(" --unit {}", app.gazetteer.key(unit)));
    // What somebody typed into an address is not put into a line for a shell.
    let is_id = |rule: &&String| rule.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    let rules = filter.rules.iter().filter(is_id).map(|rule| format!(" --rule {rule}"));
    let rules: String = rules.collect();
    format!("tonghop milestones --follow{}{rules}", unit.unwrap_or_default())
}

fn lede(app: &App, ask: &Ask, filter: &Filter, w: &Words) -> String {
    match filter.unit {
        Some(unit) => {
            let said = match app.rules.atlas.record(unit).level {
                Level::Nation | Level::Province | Level::District => w.milestones_of,
                Level::Commune => w.milestones_of_commune,
            };
            fill(said, &[&app.gazetteer.name(unit, ask.lang)])
        }
        None => w.milestones_all.to_owned(),
    }
}

/// The rules that were crossed lately, and those that are asked for.
fn choices(app: &App, lang: Lang, filter: &Filter) -> Vec<Choice> {
    let known = app.feed.as_ref().map(Followed::rules).unwrap_or_default();
    let asked = filter.rules.iter().filter(|rule| !known.contains_key(*rule));
    let asked: Vec<(String, String)> = asked.map(|rule| (rule.clone(), rule.clone())).collect();
    let named = known.into_iter().map(|(rule, title)| {
        let name = lang::pick(lang, &title.vi, &title.en).to_owned();
        (rule, name)
    });
    let choice = |(value, name): (String, String)| {
        let chosen = filter.rules.contains(&value);
        Choice { value, name, chosen }
    };
    named.chain(asked).map(choice).collect()
}
