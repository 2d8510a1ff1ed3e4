//! How many facts a second one core reads, and takes in: `cargo run --release --example speed`.

#![allow(clippy::print_stdout, reason = "a measurement is read on a terminal")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::catalogue::Catalogue;
use domain::plan::Plan;
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;
use proto::meaning::{content, leaf};

const LOAN: &str = r#"{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//vbsp.example/krong-pa","id":"KP-2021-000001","subject":"household/52.7d1f0c52a9e84b36d2c1f0a711223344","time":"2021-03-05T09:30:00+07:00","sequence":"1","recordedtime":"2021-03-05T10:00:00+07:00","data":{"unit":"L-24097","village":"buôn Thim","class":"poor","programme":"poor_household","purpose":"household_economy","amount":50000000}}"#;
const CLASSIFIED: &str = r#"{"specversion":"1.0","type":"vn.tonghop.household.classified.v1","source":"//nv.example/krong-pa","id":"KP-2021-000002","subject":"household/52.7d1f0c52a9e84b36d2c1f0a711223344","time":"2021-11-20T00:00:00+07:00","recordedtime":"2021-11-21T10:00:00+07:00","data":{"unit":"L-24097","village":"buôn Thim","from":"poor","to":"near_poor","persons":4,"cause":"review","traits":["ethnic_minority"],"reference":"1234/QĐ-UBND ngày 15/12/2022"}}"#;

fn main() {
    let gazetteer = Gazetteer::embedded();
    let plan = Plan::compile(&Catalogue::default()).expect("an empty catalogue is a catalogue");
    let today = "2026-11-21".parse().expect("a date");
    let intake = Intake { gazetteer, plan: &plan, today };
    for (name, line) in [("loan", LOAN), ("classified", CLASSIFIED)] {
        let bytes = line.as_bytes();
        println!("{name}, {} bytes", bytes.len());
        measure("read", || drop(black_box(Document::read(black_box(bytes)).expect("a fact"))));
        measure("content", || {
            black_box(content(&leaf(black_box(bytes))));
        });
        measure("read and meaning", || {
            let document = Document::read(black_box(bytes)).expect("a fact");
            drop(black_box(document.meaning(&leaf(bytes), 1, gazetteer).expect("a meaning")));
        });
        measure("take in", || drop(black_box(intake.take(black_box(bytes)).expect("a fact"))));
    }
}

/// The best of many short runs: the cores are shared, and a quiet moment is short.
fn measure(name: &str, mut work: impl FnMut()) {
    const FACTS: u32 = 1_000;
    let run = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..FACTS).for_each(|_| work());
        start.elapsed()
    };
    let best: Duration = (0..500).map(|_| run(&mut work)).min().expect("many runs");
    let each = best / FACTS;
    println!("  {name:<18} {each:>10.2?} {:>12.0} facts/s", 1.0 / each.as_secs_f64());
}
