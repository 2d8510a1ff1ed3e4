//! Measures what many facts of one subject cost against as many of as many subjects, as a ratio on
//! one machine: `crowds [facts]`. The tests count the work; this tells what the rest comes to.

#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::Instant;

use domain::atlas::Place;
use domain::contribution::Rules;
use domain::fact::{Event, EventKind, Fact, Key, Subject, What};
use domain::fold::Fold;
use domain::time::Day;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let facts: u64 = std::env::args().nth(1).map_or(Ok(8_000), |n| n.parse())?;
    let gazetteer = Gazetteer::embedded();
    let at: Place = gazetteer.unit("L-24097").ok_or("no such commune")?.into();
    let plan = Catalogue::embedded().plan.clone();
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan });
    let day: Day = "2021-03-04".parse().map_err(|_| "no such day")?;
    let make = |what: &dyn Fn(u64) -> (Key, What)| -> Vec<Fact> {
        let fact = |position| {
            let (key, what) = what(position);
            let (content, sequence) = (mixed(position), 0);
            Fact { key, content, respelt: 0, position, sequence, on: day, at, what }
        };
        (1..=facts).map(fact).collect()
    };
    let own = |n| Key([mixed(n), 1]);
    let loans = make(&|n| (own(n), What::Event(loan())));
    let void = make(&|n| (own(n), What::Voided { of: Key([5, 5]) }));
    let rival = make(&|_| (Key([7, 7]), What::Event(loan())));
    let apart = fold(&rules, &loans, |n| Subject(own(n)));
    println!("{facts} loans of as many households: {:.3} s, the measure", apart);
    let one = |_| Subject(Key([1, 2]));
    for (what, facts) in [("loans", &loans), ("voids of one fact", &void), ("rivals", &rival)] {
        let seconds = fold(&rules, facts, one);
        println!("{what} of one household: {:.1} times that", seconds / apart);
    }
    Ok(())
}

/// Seconds that it takes to fold facts one by one.
fn fold(rules: &Arc<Rules>, facts: &[Fact], subject: impl Fn(u64) -> Subject) -> f64 {
    let (mut fold, begun) = (Fold::new(Arc::clone(rules)), Instant::now());
    for fact in facts {
        fold.apply(vec![(subject(fact.position), fact.clone())]);
    }
    begun.elapsed().as_secs_f64()
}

/// Keys are hashes: they stand in no order.
fn mixed(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn loan() -> Event {
    Event {
        kind: EventKind::LoanDisbursed,
        attributes: [0; 6],
        single: true,
        households: 1,
        persons: 0,
        quantity: 1,
        work: 0,
        amount: 1_000,
        giver: None,
    }
}
