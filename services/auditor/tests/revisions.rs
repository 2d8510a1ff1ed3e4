//! What changed since a closing where the definitions changed, too: the catalogue, or the gazetteer.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use auditor::{Cause, Replay, Revision, Revisions, Still, Vintage, revisions};
use common::{fact, folded, today};
use domain::atlas::{Atlas, Unit};
use domain::contribution::Rules;
use domain::fold::Fold;
use journal::Journal;
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::Gazetteer;
use query::Editions;
use tempfile::TempDir;

const DISTRICT: &str = "L-637";
/// Two communes of the district, and one of its neighbour.
const COMMUNE: &str = "L-24097";
const OTHER: &str = "L-24076";
const NEIGHBOUR: &str = "L-638";
const ELSEWHERE: &str = "L-24043";

fn household(home: u64, unit: &str, standing: &str) -> String {
    let data = format!(r#","standing":"{standing}","persons":4"#);
    fact("household.registered", &format!("r{home}"), Some(home), "2021-01-10", unit, &data)
}

fn loan(id: &str, home: u64, unit: &str, amount: u64) -> String {
    let data = format!(
        r#","class":"poor","programme":"poor_household","purpose":"housing","amount":{amount}"#
    );
    fact("loan.disbursed", id, Some(home), "2021-03-01", unit, &data)
}

/// What is known at the closing, the closing, and what comes later.
fn story() -> [Vec<String>; 2] {
    let closing = r#","period":"2021-H1@administrative","level":"official","set_by":"province""#;
    let void = r#","of":{"source":"//test","id":"v"},"reason":"entered_twice""#;
    let corrected = loan("b", 1, COMMUNE, 30)
        .replace(r#""subject""#, r#""correctsid":"a","correctsreason":"wrong_value","subject""#);
    let then = vec![
        household(1, COMMUNE, "poor"),
        household(2, COMMUNE, "near_poor"),
        household(3, OTHER, "poor"),
        household(4, OTHER, "near_poor"),
        household(5, OTHER, "near_poor"),
        household(6, ELSEWHERE, "poor"),
        loan("a", 1, COMMUNE, 50),
        loan("v", 3, OTHER, 7),
        fact("period.closed", "closing", None, "2021-06-15", DISTRICT, closing),
    ];
    let later = vec![
        household(7, COMMUNE, "poor"),
        corrected,
        fact("fact.voided", "void", Some(3), "2021-03-02", OTHER, void),
        loan("late", 7, COMMUNE, 100),
    ];
    [then, later]
}

/// A journal with the story, and what it comes to by this program's definitions.
struct World {
    _folder: TempDir,
    journal: Journal,
    fold: Fold,
    then: u64,
    now: u64,
}

async fn world() -> World {
    let folder = TempDir::new().unwrap();
    let story = story();
    let (journal, report) = folded(folder.path(), &story.concat()).await;
    let (then, now) = (story[0].len() as u64, report.mark.position);
    World { _folder: folder, journal, fold: report.fold, then, now }
}

impl World {
    /// The vintage that the closing made by the definitions of its time.
    async fn closed_by(&self, rules: Rules, editions: Editions) -> Vintage {
        let to = Some(self.then);
        let replaying = Replay::of(&self.journal, to, Arc::new(rules), editions, 1, |_| {});
        replaying.await.unwrap().vintage().expect("the closing makes one")
    }

    /// What changed since; of every row the shares sum to the change.
    fn revised(&self, vintage: &Vintage) -> Revisions {
        let found = revisions(&Still(&self.fold, self.now), vintage, 9).expect("the unit is there");
        for row in found.rows.iter().filter(|row| row.change.is_some()) {
            assert_eq!(row.change, Some(row.causes.values().sum()), "{row:?}");
            assert_eq!(Some(number(&row.now) - number(&row.then)), row.change, "{row:?}");
        }
        found
    }
}

fn number(said: &Option<String>) -> i128 {
    value(said).map_or(0, |value| value.parse().unwrap())
}

/// The number of a row, without what is said with it; none where nobody had reported.
fn value(said: &Option<String>) -> Option<&str> {
    let said = said.as_deref().filter(|said| !said.starts_with('?'))?;
    said.split_whitespace().next()
}

fn row<'a>(found: &'a Revisions, unit: &str, of: &str, by: &str) -> Option<&'a Revision> {
    found
        .rows
        .iter()
        .find(|row| row.kind == "figure" && row.unit == unit && row.of == of && row.by == by)
}

/// A row: unit, indicator, breakdown, then, now, and the causes. No causes: there is none.
type Expected<'a> =
    (&'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>, &'a [(Cause, i128)]);

/// Checks rows.
fn check(found: &Revisions, table: &[Expected<'_>]) {
    for (unit, of, by, then, now, causes) in table {
        let Some(row) = row(found, unit, of, by) else {
            assert!(causes.is_empty(), "{unit} {of} {by} did not change");
            continue;
        };
        assert_eq!((value(&row.then), value(&row.now)), (*then, *now), "{row:?}");
        assert_eq!(row.causes, causes.iter().copied().collect(), "{row:?}");
    }
}

/// This program's catalogue, changed in one place of its indicators.
fn other_catalogue(changes: &[(&str, &str)]) -> Catalogue {
    let mut indicators = Texts::embedded().indicators.to_owned();
    for (from, to) in changes {
        let changed = indicators.replacen(from, to, 1);
        assert_ne!(changed, indicators, "{from} is not in the catalogue");
        indicators = changed;
    }
    Catalogue::load(&Texts { indicators: &indicators, ..*Texts::embedded() }).unwrap()
}

/// This program's gazetteer, but for the parents of some units.
fn other_atlas(parents: &[(&str, &str)]) -> Atlas {
    let gazetteer = Gazetteer::embedded();
    let unit = |key: &str| gazetteer.unit(key).unwrap();
    let mut records: Vec<_> =
        gazetteer.atlas.units().map(|unit| gazetteer.atlas.record(unit).clone()).collect();
    for (child, parent) in parents {
        let Unit(at) = unit(child);
        records[usize::from(at)].parent = Some(unit(parent));
    }
    Atlas::new(records, gazetteer.successions())
}

const STANDING: (&str, &str) = ("standing = [\"poor\"]", "standing = [\"near_poor\"]");

#[tokio::test]
async fn by_the_same_definitions_facts_explain_everything() {
    let world = world().await;
    let rules = Rules::clone(&today());
    let vintage = world.closed_by(rules, Editions::embedded()).await;
    let found = world.revised(&vintage);
    check(
        &found,
        &[
            (DISTRICT, "poor_households", "", Some("2"), Some("3"), &[(Cause::Late, 1)]),
            (DISTRICT, "near_poor_households", "", None, None, &[]),
            (
                DISTRICT,
                "loan_amount",
                "",
                Some("57"),
                Some("130"),
                &[(Cause::Late, 100), (Cause::Corrected, -20), (Cause::Voided, -7)],
            ),
        ],
    );
    let beside = |row: &Revision| row.causes.keys().any(|one| Cause::BESIDE_FACTS.contains(one));
    assert!(!found.rows.iter().any(beside));
}

#[tokio::test]
async fn what_the_catalogue_defined_otherwise_is_told_beside_what_came_late() {
    let world = world().await;
    let then = other_catalogue(&[
        STANDING,
        // What today is two indicators was one of another name.
        ("id = \"loan_amount\"", "id = \"loan_sum\""),
    ]);
    let editions = Editions { catalogue: then.hash().to_owned(), ..Editions::embedded() };
    let rules = Rules { atlas: Gazetteer::embedded().atlas.clone(), plan: then.plan };
    let vintage = world.closed_by(rules, editions).await;
    let found = world.revised(&vintage);
    use Cause::{Corrected, Definition, Late, Voided};
    check(
        &found,
        &[
            // Three were near poverty; two are poor, and one more was told late.
            (DISTRICT, "poor_households", "", Some("3"), Some("3"), &[]),
            (COMMUNE, "poor_households", "", Some("1"), Some("2"), &[(Late, 1)]),
            (OTHER, "poor_households", "", Some("2"), Some("1"), &[(Definition, -1)]),
            (DISTRICT, "near_poor_households", "", None, None, &[]),
            (DISTRICT, "loan_instances", "", Some("2"), Some("2"), &[]),
            (DISTRICT, "loan_sum", "", Some("57"), None, &[(Definition, -57)]),
            (
                DISTRICT,
                "loan_amount",
                "",
                None,
                Some("130"),
                &[(Late, 100), (Corrected, -20), (Voided, -7), (Definition, 57)],
            ),
        ],
    );
    let late = row(&found, COMMUNE, "poor_households", "").unwrap();
    assert_eq!((late.facts.len(), late.facts[0].cause), (1, Late), "{late:?}");
    assert!(!found.rows.iter().any(|row| row.causes.contains_key(&Cause::Unexplained)));
}

#[tokio::test]
async fn what_the_gazetteer_drew_otherwise_is_told_beside_what_came_late() {
    let world = world().await;
    // The commune was the neighbour's, and one of the neighbour's was ours.
    let atlas = other_atlas(&[(COMMUNE, NEIGHBOUR), (ELSEWHERE, DISTRICT)]);
    let editions = Editions { gazetteer: "another".to_owned(), ..Editions::embedded() };
    let rules = Rules { atlas, plan: Catalogue::embedded().plan.clone() };
    let mut vintage = world.closed_by(rules, editions).await;
    use Cause::{Boundary, Late, Voided};
    let table: &[Expected<'_>] = &[
        (DISTRICT, "poor_households", "", Some("2"), Some("3"), &[(Late, 1)]),
        (DISTRICT, "near_poor_households", "", Some("2"), Some("3"), &[(Boundary, 1)]),
        (COMMUNE, "poor_households", "", None, Some("2"), &[(Late, 1), (Boundary, 1)]),
        (ELSEWHERE, "poor_households", "", Some("1"), None, &[(Boundary, -1)]),
        (OTHER, "poor_households", "", None, None, &[]),
        (OTHER, "loan_amount", "", Some("7"), Some("0"), &[(Voided, -7)]),
    ];
    check(&world.revised(&vintage), table);
    // A unit that is no longer in the gazetteer at all is told in the same way.
    for row in &mut vintage.rows {
        row.name = row.name.replace(ELSEWHERE, "L-99999");
    }
    let found = world.revised(&vintage);
    check(&found, &[("L-99999", "poor_households", "", Some("1"), None, &[(Boundary, -1)])]);
}

#[tokio::test]
async fn where_both_were_changed_neither_is_blamed_alone() {
    let world = world().await;
    let then = other_catalogue(&[STANDING]);
    let atlas = other_atlas(&[(COMMUNE, NEIGHBOUR)]);
    let editions = Editions { catalogue: then.hash().to_owned(), gazetteer: "another".to_owned() };
    let vintage = world.closed_by(Rules { atlas, plan: then.plan }, editions).await;
    let found = world.revised(&vintage);
    use Cause::{DefinitionOrBoundary, Late};
    check(
        &found,
        &[
            (DISTRICT, "poor_households", "", Some("2"), Some("3"), &[(Late, 1)]),
            (OTHER, "poor_households", "", Some("2"), Some("1"), &[(DefinitionOrBoundary, -1)]),
            (
                DISTRICT,
                "near_poor_households",
                "",
                Some("2"),
                Some("3"),
                &[(DefinitionOrBoundary, 1)],
            ),
        ],
    );
    let told = |row: &Revision| {
        row.causes
            .keys()
            .all(|one| [DefinitionOrBoundary, Late, Cause::Corrected, Cause::Voided].contains(one))
    };
    assert!(found.rows.iter().all(told));
}
