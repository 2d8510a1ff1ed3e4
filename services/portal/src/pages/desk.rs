//! The closing desk: who has sent facts of the period, until when reports are due, what is in the way.

use std::collections::HashMap;

use domain::atlas::{Place, Unit};
use domain::closing::{Act, Judged};
use domain::codes::{Confirmation, Standing};
use domain::fact::What;
use domain::finding::Treatment;
use domain::time::{Day, Period};

use super::number;
use super::text::fill;
use super::time;
use super::view::View;
use super::words::Texts as Words;

/// What has to be looked at before figures are closed.
pub(super) struct Desk {
    pub(super) due: String,
    pub(super) checks: Vec<Check>,
    pub(super) senders: Vec<Sender>,
}

/// One thing that is looked at.
pub(super) struct Check {
    pub(super) good: bool,
    pub(super) text: String,
    pub(super) href: Option<String>,
}

/// A unit directly below, and what it has sent.
pub(super) struct Sender {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) facts: String,
    pub(super) last: String,
}

/// The levels of a unit and period, and where they stand.
pub(super) struct Levels {
    /// Those that may be closed today, by their order.
    pub(super) open: Vec<Confirmation>,
    /// Those that are closed, and not reopened.
    pub(super) closed: Vec<Confirmation>,
    /// The next that is usually closed.
    pub(super) next: Option<Confirmation>,
}

const LEVELS: [Confirmation; 3] =
    [Confirmation::Estimate, Confirmation::Preliminary, Confirmation::Official];

/// What the desk of the period shows.
pub(super) fn desk(view: &View<'_>, period: Period, w: &Words) -> Desk {
    let (lang, last_day) = (view.lang, *period.days().end());
    let below: Vec<Unit> = match view.reader().children_in_force(view.unit, last_day) {
        none if none.is_empty() => vec![view.unit],
        below => below,
    };
    let sent = sent(view, period, &below);
    let count = |n: usize| number::whole(lang, n as i128);
    let with_facts = sent.iter().filter(|(facts, _)| *facts > 0).count();
    let latest = sent.iter().filter_map(|(_, last)| *last).max();
    let sent_text = match latest {
        Some(day) => {
            fill(w.sent, &[&count(with_facts), &count(below.len()), &number::day(lang, day)])
        }
        None => w.sent_none.to_owned(),
    };
    let held = held(view, period);
    let held_text = match held {
        0 => w.held_none.to_owned(),
        held => fill(w.held, &[&count(held)]),
    };
    let (even, all) = balanced(view, &below);
    let checks = vec![
        Check { good: with_facts == below.len(), text: sent_text, href: None },
        Check {
            good: held == 0,
            text: held_text,
            href: (held > 0).then(|| view.href(view.unit, "/findings")),
        },
        Check {
            good: even == all,
            text: fill(w.balanced, &[&count(even), &count(all)]),
            href: Some(view.href(view.unit, "/movements")),
        },
    ];
    let senders = below.iter().zip(sent).map(|(unit, (facts, last))| Sender {
        href: view.href(*unit, "/closings"),
        name: view.short(*unit).to_owned(),
        facts: number::whole(lang, i128::from(facts)),
        last: last.map_or_else(|| "…".to_owned(), |day| number::day(lang, day)),
    });
    Desk { due: due(view, last_day, w), checks, senders: senders.collect() }
}

/// How many facts of the period each unit has, and the day of the latest.
fn sent(view: &View<'_>, period: Period, units: &[Unit]) -> Vec<(u64, Option<Day>)> {
    let atlas = &view.app.rules.atlas;
    let mut of: HashMap<Place, usize> = HashMap::new();
    for (nth, unit) in units.iter().enumerate() {
        of.extend(atlas.places(*unit).iter().map(|place| (*place, nth)));
        of.insert((*unit).into(), nth);
    }
    let mut sent = vec![(0, None); units.len()];
    for (_, timeline) in view.fold.timelines_at(of.keys().copied()) {
        for fact in timeline.facts() {
            let is_closing = matches!(fact.what, What::Closing(_));
            if is_closing || !period.contains(fact.on) {
                continue;
            }
            if let Some(nth) = of.get(&fact.at) {
                let (facts, last) = &mut sent[*nth];
                *facts += 1;
                *last = (*last).max(Some(fact.on));
            }
        }
    }
    sent
}

fn held(view: &View<'_>, period: Period) -> usize {
    let atlas = &view.app.rules.atlas;
    let here = view.fold.findings().filter(|one| {
        one.reason.treatment() == Treatment::Held
            && period.contains(one.on)
            && atlas.holds(view.unit, one.at)
    });
    here.count()
}

/// In how many of the unit and those below both movement tables balance, and of how many.
fn balanced(view: &View<'_>, below: &[Unit]) -> (usize, usize) {
    let mut units = below.to_vec();
    units.retain(|unit| *unit != view.unit);
    units.push(view.unit);
    let balances = |unit: &&Unit| {
        [Standing::Poor, Standing::NearPoor]
            .into_iter()
            .all(|class| view.reader().movements(**unit, class, view.time).balances())
    };
    (units.iter().filter(balances).count(), units.len())
}

/// Until when reports are due: provinces give two working days (Khánh Hòa, Decision 01/2023, Art. 4).
fn due(view: &View<'_>, last: Day, w: &Words) -> String {
    let (lang, today, due) = (view.lang, time::now().0, working_days_after(last, 2));
    let [last_said, due_said] = [last, due].map(|day| number::day(lang, day));
    let days = |from: Day, to: Day| number::whole(lang, i128::from(to.0 - from.0));
    if today < last {
        return fill(w.cut_ahead, &[&last_said, &days(today, last), &due_said]);
    }
    if today == last {
        return fill(w.cut_today, &[&last_said, &due_said]);
    }
    if today <= due {
        return fill(w.cut_grace, &[&last_said, &due_said]);
    }
    fill(w.cut_past, &[&last_said, &due_said, &days(due, today)])
}

/// So many working days after a day, Saturdays and Sundays left out.
fn working_days_after(day: Day, count: u32) -> Day {
    let mut day = day;
    for _ in 0..count {
        day = day.next();
        // Day 0, 1 January 2000, was a Saturday.
        while matches!(day.0 % 7, 0 | 1) {
            day = day.next();
        }
    }
    day
}

/// Where the levels of a unit and period stand on a day, by what the fold took of its closings.
pub(super) fn levels(closings: &[Judged<'_>], unit: Unit, period: Period, today: Day) -> Levels {
    let mut closed: Vec<Confirmation> = Vec::new();
    let taken = closings.iter().filter_map(|one| Some((one, one.verdict.as_ref().ok()?)));
    for (one, name) in taken.filter(|(_, name)| name.unit == unit && name.period == period) {
        match one.closing.act {
            Act::Closed => closed.push(name.level),
            Act::Reopened => closed.retain(|level| *level != name.level),
            Act::Published => {}
        }
    }
    closed.sort_unstable();
    let over = today > *period.days().end();
    let begun = today >= *period.days().start();
    let may = |level: &Confirmation| match level {
        Confirmation::Estimate => begun,
        Confirmation::Preliminary | Confirmation::Official => over,
    };
    let above = |level: &Confirmation| closed.last().is_none_or(|highest| level > highest);
    let open: Vec<Confirmation> = LEVELS.into_iter().filter(may).filter(above).collect();
    // Nobody estimates what is over.
    let usual = |level: &&Confirmation| !over || **level != Confirmation::Estimate;
    let next = open.iter().find(usual).copied();
    Levels { open, closed, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_due_two_working_days_after() {
        for (last, expected) in [
            ("2021-06-14", "2021-06-16"), // Monday
            ("2021-06-17", "2021-06-21"), // Thursday
            ("2021-06-18", "2021-06-22"), // Friday
            ("2021-06-19", "2021-06-22"), // Saturday
            ("2021-06-20", "2021-06-22"), // Sunday
        ] {
            let due = working_days_after(last.parse().unwrap(), 2);
            assert_eq!(due.to_string(), expected, "{last}");
        }
    }
}
