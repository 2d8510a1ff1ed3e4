//! Closings: judged in the order of the journal, by when it received them; they count nothing.

use std::collections::BTreeSet;

use domain::atlas::Unit;
use domain::closing::{Act, Closing, Judged, judge};
use domain::codes::Authority::{self, Commune, DistrictCommittee, Province};
use domain::codes::Confirmation::{self, Estimate, Official, Preliminary};
use domain::fact::{Fact, Subject, What};
use domain::fold::Fold;

use crate::story::{Tell, day, fact, numbered, period, registered, told, voided};
use crate::world::{GIA_LAI, KRONG_PA, PHU_CAN, rules};

const HALF: &str = "2021-H1@administrative";

type Said = (Act, Confirmation, Option<Authority>, &'static str);

fn declared(at: Unit, (act, level, authority, received): Said) -> Fact {
    let closing = Closing {
        act,
        period: period(HALF),
        level,
        authority,
        reference: "".into(),
        received: day(received),
    };
    fact("2021-06-01", at, What::Closing(Box::new(closing)))
}

/// `official.1` for a vintage, the reason for what does nothing.
fn verdicts(at: Unit, said: &[Said]) -> Vec<String> {
    let facts = numbered(said.iter().map(|one| declared(at, *one)));
    let judged = judge(&facts, |_| false, &rules().atlas);
    judged
        .iter()
        .map(|one| match one.verdict {
            Ok(name) => format!("{:?}.{}", name.level, name.nth).to_lowercase(),
            Err(reason) => reason.code().to_owned(),
        })
        .collect()
}

#[test]
fn closings_are_judged_one_after_the_other() {
    let by = Some(DistrictCommittee);
    let close = |level, received| (Act::Closed, level, by, received);
    let reopen = |level| (Act::Reopened, level, by, "2021-07-01");
    let publish = |level| (Act::Published, level, by, "2021-07-01");
    let table: &[(&[Said], &[&str])] = &[
        (&[close(Official, "2021-06-14")], &["period_not_over"]),
        (&[close(Official, "2021-06-15")], &["official.1"]),
        (&[close(Preliminary, "2021-06-11")], &["period_not_over"]),
        (&[close(Estimate, "2021-06-01")], &["estimate.1"]),
        (&[close(Estimate, "2020-12-14")], &["period_not_over"]),
        (
            &[close(Official, "2021-06-16"), close(Official, "2021-06-17")],
            &["official.1", "closed_already"],
        ),
        (
            &[close(Official, "2021-06-16"), reopen(Official), close(Official, "2021-07-02")],
            &["official.1", "official.1", "official.2"],
        ),
        (
            &[close(Official, "2021-06-16"), close(Preliminary, "2021-06-17")],
            &["official.1", "closed_higher"],
        ),
        (
            &[close(Official, "2021-06-16"), reopen(Official), close(Preliminary, "2021-07-02")],
            &["official.1", "official.1", "preliminary.1"],
        ),
        (
            &[close(Preliminary, "2021-06-16"), close(Official, "2021-06-17")],
            &["preliminary.1", "official.1"],
        ),
        (&[reopen(Official), publish(Official)], &["not_closed", "not_closed"]),
        (
            &[close(Official, "2021-06-16"), publish(Preliminary), publish(Official)],
            &["official.1", "not_closed", "official.1"],
        ),
        (
            &[close(Official, "2021-06-16"), reopen(Official), reopen(Official)],
            &["official.1", "official.1", "not_closed"],
        ),
    ];
    for (said, expected) in table {
        assert_eq!(verdicts(KRONG_PA, said), *expected, "{said:?}");
    }
}

#[test]
fn an_authority_stands_at_or_above_the_unit() {
    let table = [
        (PHU_CAN, Some(Commune), "official.1"),
        (PHU_CAN, Some(Province), "official.1"),
        (PHU_CAN, None, "no_authority"),
        (KRONG_PA, Some(Commune), "no_authority"),
        (KRONG_PA, Some(DistrictCommittee), "official.1"),
        (GIA_LAI, Some(DistrictCommittee), "no_authority"),
        (GIA_LAI, Some(Authority::Government), "official.1"),
    ];
    for (unit, authority, expected) in table {
        let said = [(Act::Closed, Official, authority, "2021-06-15")];
        assert_eq!(verdicts(unit, &said), [expected], "{unit:?} {authority:?}");
    }
}

#[test]
fn units_and_periods_are_closed_apart() {
    let said = (Act::Closed, Official, Some(Province), "2021-06-15");
    let facts = numbered([declared(PHU_CAN, said), declared(KRONG_PA, said)]);
    let judged = judge(&facts, |_| false, &rules().atlas);
    let units: BTreeSet<Unit> =
        judged.iter().filter_map(|one| Some(one.verdict.ok()?.unit)).collect();
    assert_eq!(units, BTreeSet::from([PHU_CAN, KRONG_PA]));
}

#[test]
fn what_comes_again_under_the_same_name_is_not_judged_again() {
    let said = (Act::Closed, Official, Some(Province), "2021-06-15");
    let first = declared(KRONG_PA, said).named(7).content(9);
    let rival = declared(GIA_LAI, said).named(7).content(1);
    let judged = judge([&first, &rival], |_| false, &rules().atlas).len();
    assert_eq!(judged, 1, "the first stands");
}

/// What the fold says of a closing and a rival of it, each at a position: how the closings are
/// judged, and the findings.
fn contested(first: Fact, second: Fact, order: [usize; 2]) -> (Vec<String>, Vec<String>) {
    let subject = |fact: &Fact| match fact.what {
        What::Closing(_) => Subject(fact.key),
        _ => Subject(crate::story::key(1)),
    };
    let facts = [Fact { position: 1, ..first }, Fact { position: 2, ..second }];
    let facts = facts.map(|fact| (subject(&fact), fact));
    let mut fold = Fold::new(rules());
    for nth in order {
        fold.apply(vec![facts[nth].clone()]);
    }
    let books = domain::batch::evaluate(facts.to_vec(), &rules(), 2);
    assert_eq!(fold.books.digest(b""), books.digest(b""));
    let word = |one: &Judged<'_>| match one.verdict {
        Ok(name) => format!("{} {:?}.{}", one.fact.position, name.level, name.nth),
        Err(reason) => format!("{} {}", one.fact.position, reason.code()),
    };
    let findings = fold.findings().map(|one| format!("{} {}", one.reason.code(), one.at.0));
    (fold.closings().iter().map(word).collect(), findings.collect())
}

#[test]
fn findings_and_closings_say_the_same_of_a_closing_that_has_a_rival() {
    let said = (Act::Closed, Official, Some(Province), "2021-06-15");
    let closing = |unit, content| declared(unit, said).named(7).content(content);
    let poor = |content| {
        registered("2021-01-01", PHU_CAN, domain::codes::Standing::Poor, 4)
            .named(7)
            .content(content)
    };
    let held = |unit: Unit| vec![format!("rival {}", domain::atlas::Place::from(unit).0)];
    for order in [[0, 1], [1, 0]] {
        for (one, other) in [(9, 1), (1, 9)] {
            // The first stands, whatever it says: figures were filed because of it.
            let (judged, findings) =
                contested(closing(KRONG_PA, one), closing(GIA_LAI, other), order);
            assert_eq!(judged, ["1 Official.1", "2 rival"], "{order:?}");
            assert_eq!(findings, held(GIA_LAI), "{order:?}");
            let (judged, findings) = contested(closing(KRONG_PA, one), poor(other), order);
            assert_eq!((judged.join(" "), findings), ("1 Official.1".into(), held(PHU_CAN)));
            // What came under the name before is no closing, and stays.
            let (judged, findings) = contested(poor(one), closing(KRONG_PA, other), order);
            assert_eq!((judged.join(" "), findings), ("2 rival".into(), held(KRONG_PA)));
        }
    }
}

#[test]
fn a_closing_counts_nothing_and_cannot_be_voided() {
    let said = (Act::Closed, Official, Some(Province), "2021-06-15");
    let told_without = told([registered("2021-01-01", PHU_CAN, domain::codes::Standing::Poor, 4)]);
    let closing = declared(KRONG_PA, said);
    assert_eq!(told([closing.clone()]).books.rollup.cells().count(), 0);
    let voided = told([closing, voided("2021-06-20", KRONG_PA, 1)]);
    assert_eq!(voided.findings(), ["voids_a_closing 2 and 1"]);
    assert!(told_without.books.rollup.cells().count() > 0);
}
