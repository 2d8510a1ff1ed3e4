//! A journal of random facts in a temporary folder, and what they come to.

// Each test takes what it needs.
#![allow(dead_code)]

use std::path::Path;
use std::sync::Arc;

use domain::books::Digest;
use domain::contribution;
use domain::plan::Plan;
use journal::{Entry, Journal, Options, Writer};
use milestones::{Notice, Rules};
use projector::{Accounting, Config, Projector, Report, catch_up, evaluate_journal};
use proto::gazetteer::Gazetteer;

const MILESTONES: &str = include_str!("milestones.toml");
const CATALOGUE: &str = include_str!("catalogue.toml");

/// Communes of today's Gia Lai and neighbours, and two that were divided in 2025.
const COMMUNES: [&str; 8] =
    ["L-24097", "L-24043", "L-24076", "L-23563", "L-24100", "L-24103", "L-00001", "L-00004"];

pub(crate) fn rules() -> Arc<contribution::Rules> {
    let plan = Plan::compile(&toml::from_str(CATALOGUE).unwrap()).unwrap();
    Arc::new(contribution::Rules { atlas: Gazetteer::embedded().atlas.clone(), plan })
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// The seed of a test: its own, or the one that is asked for.
pub(crate) fn seed(own: u64) -> u64 {
    std::env::var("TONGHOP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(own)
}

/// What is known to be in a journal.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Written {
    pub(crate) records: u64,
    pub(crate) duplicates: u64,
    pub(crate) unreadable: u64,
}

/// Writes random records: households and loans, corrections, voids, repetitions, and what cannot
/// be read.
pub(crate) struct Source {
    pub(crate) random: Random,
    pub(crate) written: Written,
    /// Id, subject, unit and text.
    sent: Vec<(String, String, String, String)>,
}

impl Source {
    pub(crate) fn new(seed: u64) -> Source {
        Source { random: Random(seed), written: Written::default(), sent: Vec::new() }
    }

    pub(crate) fn batch(&mut self, records: u64) -> Vec<Entry> {
        (0..records).map(|_| Entry::new("VN.VN", self.record())).collect()
    }

    fn record(&mut self) -> String {
        self.written.records += 1;
        let random = &mut self.random;
        if random.below(15) == 0 {
            self.written.unreadable += 1;
            return ["{\"specversion\":\"1.0\"", "xin chào", "\u{0}"][random.below(3) as usize]
                .into();
        }
        if !self.sent.is_empty() && random.below(10) == 0 {
            self.written.duplicates += 1;
            let again = &self.sent[random.below(self.sent.len() as u64) as usize].3;
            // Half of them are twins: other bytes, as before there was one spelling.
            return match random.below(2) {
                0 => again.clone(),
                _ => again.replace("T09:30:00+07:00", "T02:30:00Z"),
            };
        }
        let home = random.below(30);
        let unit = COMMUNES[(home % 8) as usize];
        let (id, subject) = (format!("f{}", random.next()), format!("household/52.h{home:016}"));
        let day = format!("2024-{:02}-{:02}", 1 + random.below(12), 1 + random.below(28));
        let older = match self.sent.len() as u64 {
            0 => None,
            sent => Some(self.sent[random.below(sent) as usize].clone()),
        };
        // What is taken back or corrected is taken back where it happened.
        let theirs = older.as_ref().map(|(_, _, unit, _)| unit.clone()).unwrap_or_default();
        let persons = 1 + random.below(7);
        let amount = random.below(100) * 1_000_000;
        let class = ["poor", "near_poor"][random.below(2) as usize];
        let loan = format!(
            r#"{{"unit":"{unit}","class":"{class}","programme":"poor_household","purpose":"housing","amount":{amount}}}"#
        );
        let what = random.below(8);
        let took = matches!(what, 3 | 4);
        let (kind, subject, corrects, data) = match (what, older) {
            (0 | 1, _) => (
                "household.registered.v1",
                Some(subject),
                None,
                format!(r#"{{"unit":"{unit}","standing":"{class}","persons":{persons}}}"#),
            ),
            (2, _) => (
                "household.classified.v1",
                Some(subject),
                None,
                format!(
                    r#"{{"unit":"{unit}","from":"near_poor","to":"{class}","persons":{persons},"cause":"review"}}"#
                ),
            ),
            (3, Some((id, subject, _, _))) => (
                "fact.voided.v1",
                Some(subject),
                None,
                format!(
                    r#"{{"unit":"{theirs}","of":{{"source":"//test","id":"{id}"}},"reason":"nhầm"}}"#
                ),
            ),
            (4, Some((id, subject, _, _))) => {
                ("loan.disbursed.v1", Some(subject), Some(id), loan.replace(unit, &theirs))
            }
            (5, _) => (
                "census.reported.v1",
                None,
                None,
                format!(r#"{{"unit":"{unit}","population":{}}}"#, 1_000 + persons),
            ),
            _ => ("loan.disbursed.v1", Some(subject), None, loan),
        };
        let mut text = format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.{kind}","source":"//test","id":"{id}""#
        );
        if let Some(subject) = &subject {
            text += &format!(r#","subject":"{subject}""#);
        }
        text += &format!(r#","time":"{day}T09:30:00+07:00""#);
        if let Some(of) = corrects {
            text += &format!(r#","correctsid":"{of}","correctsreason":"sai số tiền""#);
        }
        text += &format!(r#","data":{data}}}"#);
        if let Some(subject) = subject {
            let unit = if theirs.is_empty() || !took { unit.to_owned() } else { theirs };
            self.sent.push((id, subject, unit, text.clone()));
        }
        text
    }
}

pub(crate) fn url(folder: &Path) -> String {
    format!("dir:{}", folder.join("journal").display())
}

pub(crate) async fn writer(folder: &Path) -> Writer {
    Writer::open(&url(folder), &Options::create()).await.unwrap()
}

pub(crate) async fn config(folder: &Path) -> Config {
    let journal = Journal::open(&url(folder), &Options::default()).await.unwrap();
    let mut config = Config::new(journal, folder.join("data"), rules(), "c");
    let milestones = Rules::read("milestones.toml", MILESTONES, &config.rules).unwrap();
    config.milestones = Some(Arc::new(milestones));
    config
}

/// Everything that is in the outbox.
pub(crate) async fn notices(folder: &Path) -> Vec<Notice> {
    let projector = Projector::open(config(folder).await).await.unwrap();
    let there = projector.handle().progress().notices;
    let mut outbox = projector.outbox().unwrap();
    match there {
        0 => Vec::new(),
        _ => outbox.after(0, u64::from(u32::MAX)).await.unwrap().unwrap(),
    }
}

/// What the outbox comes to when everything is folded anew, in one go.
pub(crate) async fn told_anew(folder: &Path) -> Vec<Notice> {
    let fresh = tempfile::tempdir().unwrap();
    let mut config = config(folder).await;
    config.data = fresh.path().join("data");
    catch_up(config.clone(), |_| {}).await.unwrap();
    let projector = Projector::open(config).await.unwrap();
    let mut outbox = projector.outbox().unwrap();
    match projector.handle().progress().notices {
        0 => Vec::new(),
        _ => outbox.after(0, u64::from(u32::MAX)).await.unwrap().unwrap(),
    }
}

pub(crate) async fn caught_up(folder: &Path) -> Report {
    catch_up(config(folder).await, |_| {}).await.unwrap()
}

/// What the journal comes to, without any store.
pub(crate) async fn truth(folder: &Path) -> (Digest, Accounting) {
    let config = config(folder).await;
    let (gazetteer, threads) = (config.gazetteer, 2);
    let evaluated =
        evaluate_journal(&config.journal, None, &config.rules, gazetteer, threads, |_| {}).await;
    let evaluated = evaluated.unwrap();
    (digest(evaluated.books), evaluated.accounting)
}

pub(crate) fn digest(books: domain::books::Books) -> Digest {
    books.digest(b"test")
}
