//! Facts as they are sent, and the fold they come to.

// Each test uses what it needs of it.
#![allow(dead_code)]

use std::sync::Arc;

use domain::atlas::Unit;
use domain::contribution::Rules;
use domain::fold::Fold;
use domain::time::Day;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;

pub(crate) fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).unwrap_or_else(|| panic!("no unit {key}"))
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// One fact: its type without prefix and version, its day, household with today's province, data.
pub(crate) type Said<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What the facts come to.
pub(crate) fn fold(said: &[Said<'_>]) -> Fold {
    let (gazetteer, plan) = (Gazetteer::embedded(), &Catalogue::embedded().plan);
    let intake = Intake { gazetteer, plan, today: day("2026-11-29") };
    let rules = Rules { atlas: gazetteer.atlas.clone(), plan: plan.clone() };
    let mut fold = Fold::new(Arc::new(rules));
    for (nth, (kind, on, household, data)) in said.iter().enumerate() {
        let subject = match household.split_once('.') {
            None => String::new(),
            Some((province, name)) => {
                format!(r#""subject":"household/{province}.00000000000000{name}","#)
            }
        };
        let line = format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.{kind}.v1","source":"urn:b","id":"{nth}",{subject}"time":"{on}T08:00:00+07:00","data":{data}}}"#
        );
        let taken = intake.take(line.as_bytes());
        let meaning = taken.unwrap_or_else(|why| panic!("{line}: {why}")).meaning;
        for fact in meaning.facts {
            fold.apply(vec![(meaning.subject, fact)]);
        }
    }
    fold
}
