//! One event of the feed of milestones, as people read it.

use domain::atlas::Unit;
use domain::number::rounded;
use feed::{Filter, Told};
use proto::catalogue::Catalogue;
use proto::gazetteer::Lang;
use query::{Exact, When, labels, lang, written};

use super::ask::Ask;
use super::frame::Link;
use super::number;
use super::text::{capital, fill};
use super::words;
use crate::App;

/// One event of the feed, as people read it.
pub(super) struct Event {
    pub(super) position: u64,
    pub(super) on: String,
    pub(super) act: String,
    pub(super) reached: bool,
    pub(super) title: String,
    pub(super) unit: Link,
    pub(super) period: String,
    /// At which level figures have to be closed; empty for those that are running.
    pub(super) level: String,
    pub(super) figure: String,
    pub(super) line: String,
    pub(super) explain: Option<String>,
    /// The fact that tipped it, for those who may see single households.
    pub(super) fact: Option<String>,
}

/// The latest events of a unit, for its overview.
pub(super) fn latest(app: &App, ask: &Ask, unit: Unit, limit: usize) -> Vec<Event> {
    let filter = Filter { unit: Some(unit), rules: Vec::new() };
    let told = app.feed.as_ref().map(|feed| feed.remembered(&filter, limit));
    told.unwrap_or_default().iter().map(|told| event(app, ask, told)).collect()
}

impl Event {
    /// As it is read out.
    pub(super) fn said(&self) -> String {
        format!("{}: {}, {}, {}.", capital(&self.act), self.title, self.unit.name, self.period)
    }
}

/// An event as it is shown to who asks.
pub(super) fn event(app: &App, ask: &Ask, told: &Told) -> Event {
    let (lang, w) = (ask.lang, words::of(ask.lang));
    let unit = app.gazetteer.unit(&told.event.data.unit);
    let sees = unit.is_some_and(|unit| ask.who.may_see_households(&app.rules.atlas, unit));
    let of = &told.event.data;
    let closed = || {
        let event = proto::milestone::closed(&told.bytes, app.households_min)?;
        let event: serde_json::Value = serde_json::from_slice(&event).ok()?;
        Some(event["data"]["hidden"] == true)
    };
    let is_hidden = !sees && closed().unwrap_or(true);
    let reached = of.act == "reached";
    let act = match (reached, of.revision) {
        (true, 0 | 1) => w.milestone_reached.to_owned(),
        (true, again) => fill(w.milestone_again, &[&again.to_string()]),
        (false, 0 | 1) => w.milestone_withdrawn.to_owned(),
        (false, again) => fill(w.milestone_withdrawn_again, &[&again.to_string()]),
    };
    let period = of.period.parse().map(When::period);
    let (figure, line) = match is_hidden {
        true => (labels::hidden(lang).to_owned(), labels::hidden(lang).to_owned()),
        false => pair(lang, (of.value, of.line), &of.counted_in),
    };
    let at = |page: &str, indicator| {
        let more = [("period", Some(of.period.as_str())), ("indicator", indicator)];
        let none = ["from", "to", "boundaries"].map(|name| (name, None));
        ask.href(&format!("/u/{}{page}", of.unit), &[&more[..], &none].concat())
    };
    let opens = unit.is_some() && app.rules.plan.indicator(&of.indicator).is_some();
    Event {
        position: told.position,
        on: written::date(lang, told.event.time.get(..10).unwrap_or_default()),
        act,
        reached,
        title: lang::pick(lang, &of.title.vi, &of.title.en).to_owned(),
        unit: Link { href: at("", None), name: written::name(lang, &of.unit), current: false },
        period: period.map_or_else(|_| of.period.clone(), |when| written::title(lang, &when)),
        level: match of.on.as_str() {
            "running" => String::new(),
            level => fill(w.milestone_level, &[&labels::code(lang, "level", level)]),
        },
        figure,
        line,
        explain: opens.then(|| at("/explain", Some(of.indicator.as_str()))),
        fact: sees.then(|| {
            let position = number::whole(lang, i128::from(of.position));
            fill(w.milestone_fact, &[&position])
        }),
    }
}

/// Figure and line: with more places where two that differ would look the same.
fn pair(
    lang: Lang,
    (value, line): (Option<Exact>, Option<Exact>),
    counted_in: &str,
) -> (String, String) {
    let write = |exact: Option<Exact>, places| match exact {
        Some(exact) => figure(lang, exact, counted_in, places),
        None => "–".to_owned(),
    };
    let written = |places| (write(value, places), write(line, places));
    let apart = |(value, line): &(String, String)| value != line;
    let two = written(2);
    if value == line || apart(&two) {
        return two;
    }
    [4, 6].into_iter().map(written).find(apart).unwrap_or(two)
}

/// With its unit of counting, as officials write it.
fn figure(lang: Lang, exact: Exact, counted_in: &str, places: u32) -> String {
    let (above, below) = (exact.numerator(), exact.denominator());
    let share = matches!(counted_in, "percent" | "percentage_point");
    if counted_in == "vnd" && places == 2 {
        let (number, unit) = number::money(lang, rounded(above, below, 0));
        return format!("{number}\u{a0}{unit}");
    }
    let number = match below {
        1 if !share => number::whole(lang, above),
        _ => number::printed(&lang::decimal(lang, rounded(above, below, places), places)),
    };
    let unit = Catalogue::embedded().counted_in(counted_in, lang).unwrap_or(counted_in);
    format!("{number}\u{a0}{}", number::printed(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_with_their_unit_and_two_that_differ_never_look_the_same() {
        let share = Exact::new;
        let (large, larger) = (share(1_500_000_000, 1), share(1_500_000_001, 1));
        for (lang, counted_in, value, line, expected) in [
            (Lang::Vi, "percent", share(124, 25), share(5, 1), "4,96 %; 5,00 %"),
            (Lang::En, "percent", share(124, 25), share(5, 1), "4.96 %; 5.00 %"),
            (Lang::Vi, "percent", share(49_999, 10_000), share(5, 1), "4,9999 %; 5,0000 %"),
            (Lang::Vi, "percent", share(5, 1), share(5, 1), "5,00 %; 5,00 %"),
            (Lang::Vi, "percentage_point", share(-3, 2), share(1, 1), "−1,50 điểm %; 1,00 điểm %"),
            (Lang::Vi, "house", share(1_000, 1), share(100, 1), "1.000 nhà; 100 nhà"),
            (Lang::En, "household", share(12, 1), None, "12 households; –"),
            (Lang::Vi, "vnd", large, share(2_000_000, 1), "1,50 tỷ đồng; 2,0 triệu đồng"),
            (Lang::Vi, "vnd", larger, large, "1.500.000.001 đồng; 1.500.000.000 đồng"),
            (Lang::Vi, "unheard", share(1, 3), share(1, 1), "0,33 unheard; 1 unheard"),
        ] {
            let (value, line) = pair(lang, (value, line), counted_in);
            assert_eq!(format!("{value}; {line}").replace('\u{a0}', " "), expected);
        }
    }
}
