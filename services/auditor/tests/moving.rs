//! Answers over a fold that goes on while they are made.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use auditor::{Look, Replay, Still, explain, revisions};
use common::{fact, folded, today};
use domain::disclosure::Disclosure;
use domain::fact::{Fact, Subject};
use domain::figures::{Question, Time};
use domain::fold::Fold;
use proto::gazetteer::Gazetteer;
use query::Editions;

const DISTRICT: &str = "L-637";
const COMMUNES: [&str; 4] = ["L-24076", "L-24097", "L-24100", "L-24103"];
const PERIOD: &str = "2021-H1@administrative";
/// More than are walked along in one look, several times.
const HOUSEHOLDS: u64 = 5_000;

/// A fold that goes on by some positions after each look.
struct Moving {
    fold: RefCell<Fold>,
    position: Cell<u64>,
    coming: RefCell<VecDeque<(Subject, Fact)>>,
    step: u64,
}

impl Look for Moving {
    fn look<R>(&self, look: impl FnOnce(&Fold, u64) -> R) -> R {
        let seen = look(&self.fold.borrow(), self.position.get());
        let to = self.position.get() + self.step;
        let mut coming = self.coming.borrow_mut();
        let beyond = coming.partition_point(|(_, fact)| fact.position <= to);
        self.fold.borrow_mut().apply(coming.drain(..beyond).collect());
        self.position.set(to);
        seen
    }
}

fn loan(id: String, home: u64) -> String {
    let data = r#","class":"poor","programme":"poor_household","purpose":"housing","amount":7"#;
    fact("loan.disbursed", &id, Some(home), "2021-03-01", unit(home), data)
}

fn unit(home: u64) -> &'static str {
    COMMUNES[(home % 4) as usize]
}

/// Households; the closing of their half-year; and then, of the same households and others: loans
/// that are late, some that are corrected or voided, and exits.
fn story() -> Vec<String> {
    let poor = |home| {
        let data = r#","standing":"poor","persons":4"#;
        fact(
            "household.registered",
            &format!("r{home}"),
            Some(home),
            "2021-01-10",
            unit(home),
            data,
        )
    };
    let mut facts: Vec<String> = (0..HOUSEHOLDS).map(poor).collect();
    facts.extend((0..HOUSEHOLDS).step_by(2).map(|home| loan(format!("l{home}"), home)));
    let closing = format!(r#","period":"{PERIOD}","level":"official","set_by":"province""#);
    facts.push(fact("period.closed", "c", None, "2021-06-15", DISTRICT, &closing));
    for home in 0..HOUSEHOLDS {
        let next = match home % 5 {
            0 => {
                let id = format!("l{}", home - home % 2);
                let of = format!(r#","of":{{"source":"//test","id":"{id}"}},"reason":"nhầm""#);
                let home = home - home % 2;
                fact(
                    "fact.voided",
                    &format!("v{id}{home}"),
                    Some(home),
                    "2021-03-02",
                    unit(home),
                    &of,
                )
            }
            1 => {
                let exit = r#","from":"poor","to":"above","persons":4,"cause":"review""#;
                fact(
                    "household.classified",
                    &format!("k{home}"),
                    Some(home),
                    "2021-05-01",
                    unit(home),
                    exit,
                )
            }
            2 => poor(HOUSEHOLDS + home),
            _ => loan(format!("late{home}"), home),
        };
        facts.push(next);
    }
    facts
}

#[tokio::test]
async fn an_answer_is_as_of_one_position_however_far_the_fold_goes_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, report) = folded(folder.path(), &story()).await;
    let closed = HOUSEHOLDS + HOUSEHOLDS / 2 + 1;
    let replaying = Replay::of(&journal, Some(closed), today(), Editions::embedded(), 1, |_| {});
    let vintage = replaying.await.unwrap().vintage().expect("the closing makes one");

    let mut all: VecDeque<(Subject, Fact)> = VecDeque::new();
    for (subject, timeline) in report.fold.timelines() {
        all.extend(timeline.facts().iter().map(|fact| (subject, fact.clone())));
    }
    all.make_contiguous().sort_by_key(|(_, fact)| fact.position);
    let end = report.mark.position;
    for (then, step) in [(closed, 1), (closed + 1_700, 311), (closed + 2_500, end)] {
        let mut fold = Fold::new(today());
        let known = all.partition_point(|(_, fact)| fact.position <= then);
        fold.apply(all.iter().take(known).cloned().collect());
        let moving = || Moving {
            fold: RefCell::new(fold.clone()),
            position: Cell::new(then),
            coming: RefCell::new(all.iter().skip(known).cloned().collect()),
            step,
        };
        let still = Still(&fold, then);
        let over = moving();
        let found = revisions(&over, &vintage, 9);
        assert!(over.position.get() >= then + 5 * step, "it went on between several looks");
        assert!(found.as_ref().is_some_and(|found| found.now == then));
        assert_eq!(found, revisions(&still, &vintage, 9), "from {then} by {step}");

        let unit = Gazetteer::embedded().unit(DISTRICT).unwrap();
        let time = Time::Period(PERIOD.parse().unwrap());
        for indicator in ["poor_households", "loan_amount", "loan_households", "poverty_rate"] {
            let question = Question { unit, indicator, filter: Default::default(), time };
            let (position, told) = explain(&moving(), Disclosure::EVERYTHING, &question, 20);
            assert_eq!(position, then);
            assert!(told.adds_up(), "{indicator} from {then} by {step}");
            assert_eq!(
                (position, told),
                explain(&still, Disclosure::EVERYTHING, &question, 20),
                "{indicator}"
            );
        }
    }
}
