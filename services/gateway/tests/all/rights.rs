//! Who may write what.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use domain::atlas::Place;
use proto::gazetteer::Gazetteer;
use proto::meaning::{key, subject};
use serde_json::json;

use crate::world::{ENGINES, World, loan, loan_in};

#[tokio::test]
async fn a_token_writes_for_its_own_units_only() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let (ours, theirs) = ("L-24097", commune_of("L-638"));
    let table = [
        ("district", ours, 201),
        ("district", &theirs, 403),
        ("district", "L-637", 201),
        ("district", "L-638", 403),
        ("district", "L-64", 403),
        ("neighbour", ours, 403),
        ("neighbour", &theirs, 201),
        ("auditor", ours, 403),
        ("operator", ours, 403),
        ("", ours, 401),
    ];
    for (name, unit, status) in table {
        let bearer = world.bearer(name);
        let mut headers = vec![("content-type", "application/json")];
        if !name.is_empty() {
            headers.push(("authorization", &bearer));
        }
        let fact = own(name, &loan_in(unit, &format!("{name}-{unit}"), 1_000_000));
        let answer = running.send_with("/v1/facts", &headers, fact).await;
        assert_eq!(answer.status, status, "{name} in {unit}: {}", answer.body);
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{name}");
    }
    let batch = format!("[{},{}]", loan_in(&theirs, "x", 1), loan("y"));
    let answer = running.send(&world, "application/json", batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.outcomes(), ["1 rejected \"not_allowed\"", "2 accepted 4"]);
    running.stop().await;
}

#[tokio::test]
async fn nobody_voids_what_happened_in_anothers_unit() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let places = [("theirs", commune_of("L-638")), ("ours", "L-24097".to_owned())]
        .map(|(id, unit)| (key("urn:tonghop:test", id), place(&unit)));
    world.ledger.places.lock().expect("no panic").extend(places);
    for (voided, status) in [("theirs", 403), ("ours", 201), ("not-yet-known", 422)] {
        let answer = running.send(&world, "application/json", void(voided)).await;
        assert_eq!(answer.status, status, "{voided}: {}", answer.body);
        let corrected = loan(&format!("corrects-{voided}")).replace(
            "\"time\"",
            &format!("\"correctsid\":\"{voided}\",\"correctsreason\":\"wrong_value\",\"time\""),
        );
        let answer = running.send(&world, "application/json", corrected).await;
        assert_eq!(answer.status, status, "correcting {voided}: {}", answer.body);
    }
    running.stop().await;
}

#[tokio::test]
async fn nobody_hands_on_or_takes_back_what_is_in_anothers_care() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let funds = |id: &str, unit: &str, from: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.funds.allocated.v1","source":"urn:tonghop:test","id":"{id}","time":"2024-05-02T00:00:00+07:00","data":{{"unit":"{unit}","project":"livelihood","fund":"central_budget","amount":5,"from":"{from}"}}}}"#
        )
    };
    let table = [
        ("to-below", "L-24097", "L-637", 201),
        ("between-ours", "L-24097", "L-24100", 201),
        ("from-above", "L-637", "L-64", 403),
        ("from-a-neighbour", "L-637", "L-638", 403),
        ("to-a-neighbour", "L-638", "L-637", 403),
    ];
    for (id, unit, from, status) in table {
        let answer = running.send(&world, "application/json", funds(id, unit, from)).await;
        assert_eq!(answer.status, status, "{id}: {}", answer.body);
    }
    // What the neighbour handed on to ours is voided by whoever has both in their care.
    for (id, giver, status) in [("theirs", "L-638", 403), ("own", "L-637", 201)] {
        let name = key("urn:tonghop:test", id);
        world.ledger.places.lock().expect("no panic").insert(name, place("L-24097"));
        world.ledger.givers.lock().expect("no panic").insert(name, place(giver));
        let answer = running.send(&world, "application/json", void(id)).await;
        assert_eq!(answer.status, status, "{id}: {}", answer.body);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_void_or_correction_of_another_subjects_fact_is_refused_at_once() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let there = (key("urn:tonghop:test", "abroad"), place("L-24097"));
    world.ledger.abroad.lock().expect("no panic").extend([there]);
    let corrected = loan("corrects-abroad").replace(
        "\"time\"",
        "\"correctsid\":\"abroad\",\"correctssource\":\"urn:tonghop:test\",\
         \"correctsreason\":\"wrong_value\",\"time\"",
    );
    for name in ["district", "national"] {
        let bearer = world.bearer(name);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        for fact in [void("abroad"), corrected.clone()] {
            let answer = running.send_with("/v1/facts", &headers, own(name, &fact)).await;
            assert_eq!(answer.status, 422, "{name}: {}", answer.body);
            assert!(answer.body.contains("other_subject"), "{name}: {}", answer.body);
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn nobody_takes_the_id_of_what_happened_in_anothers_unit_to_another_household() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let name = key("urn:tonghop:test", "theirs");
    world.ledger.abroad.lock().expect("no panic").insert(name, place(&commune_of("L-638")));
    world.ledger.known.lock().expect("no panic").insert(name, (1, 17));
    let answer = running.send(&world, "application/json", loan("theirs")).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    let told = answer.json();
    assert_eq!((&told["reason"], &told["field"]), (&json!("id_taken"), &json!("id")));
    assert_eq!(told["taken_at"], 17, "by which fact: {told}");
    let answer = running.send(&world, "application/json", format!("[{}]", loan("theirs"))).await;
    assert_eq!(answer.json()["outcomes"][0]["taken_at"], 17, "{}", answer.body);
    running.stop().await;
}

#[tokio::test]
async fn nobody_takes_the_id_of_somebody_elses_next_fact() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let closing = closing("urn:district");
    // Who, what, and what is said of the source.
    let table = [
        ("commune", activity("urn:district"), 403, "belongs to a unit"),
        ("commune", activity("urn:district/closings"), 403, "belongs to a unit"),
        ("commune", activity("urn:tonghop:test"), 403, "belongs to another user"),
        ("commune", activity("urn:tonghop:user:district"), 403, "belongs to another user"),
        ("commune", activity("urn:other"), 403, "belongs to nobody"),
        // Not even those above: the nation writes of the district, and not in its name.
        ("national", closing.clone(), 403, "belongs to a unit"),
        ("commune", activity("urn:tonghop:user:commune"), 201, "accepted"),
        ("commune", activity("urn:tonghop:user:commune/office"), 201, "accepted"),
        // What the commune tried to take is free.
        ("district", closing, 201, "accepted"),
    ];
    for (name, fact, status, says) in table {
        let bearer = world.bearer(name);
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let answer = running.send_with("/v1/facts", &headers, fact.clone()).await;
        assert_eq!(answer.status, status, "{name}: {fact}: {}", answer.body);
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        if status == 403 {
            let told = answer.json();
            assert_eq!(
                (&told["reason"], &told["field"]),
                (&json!("not_your_source"), &json!("source"))
            );
            let detail = told["detail"].as_str().expect("a text");
            assert!(detail.contains(&format!("urn:tonghop:user:{name},")), "{detail}");
            assert!(detail.contains("tonghop source add"), "{detail}");
        }
    }
    assert_eq!(world.ids().await, ["2021-Q2"; 3]);
    running.stop().await;
}

#[tokio::test]
async fn who_is_allowed_to_writes_a_rival_and_is_told_of_whom_also_within_one_request() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let other = |amount| loan_in("L-24097", "a", amount);
    let batch = format!("[{},{},{},{}]", loan("b"), other(1), other(2), other(3));
    let answer = running.send(&world, "application/json", batch).await;
    let expected = ["1 accepted 1", "2 accepted 2", "3 accepted 3 rival 2", "4 accepted 4 rival 2"];
    assert_eq!(answer.outcomes(), expected);
    running.stop().await;
}

#[tokio::test]
async fn a_void_may_come_in_one_request_with_its_fact() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let batch = format!("[{},{},{}]", void("later"), loan("later"), void("never"));
    let answer = running.send(&world, "application/json", batch.clone()).await;
    let first = ["1 accepted 1", "2 accepted 2", "3 rejected \"not_there\""];
    assert_eq!(answer.outcomes(), first);
    let answer = running.send(&world, "application/json", batch).await;
    let again = ["1 duplicate 1", "2 duplicate 2", "3 rejected \"not_there\""];
    assert_eq!(answer.outcomes(), again, "the same batch may be sent again");
    running.stop().await;
}

#[tokio::test]
async fn a_household_is_changed_by_those_only_in_whose_care_it_lives() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let theirs = commune_of("L-638");
    let homes = [("theirs", theirs.as_str()), ("ours", "L-24100")];
    for (pseudonym, home) in homes {
        let subject = subject(&household(pseudonym));
        world.ledger.homes.lock().expect("no panic").insert(subject, place(home));
    }
    let moved = "\"from\":\"L-24100\"";
    let table = [
        ("theirs", "household.classified", POORER, 403),
        ("theirs", "household.dissolved", "\"cause\":\"death\"", 403),
        ("theirs", "household.size_changed", "\"persons\":3,\"cause\":\"birth\"", 403),
        ("theirs", "household.registered", "\"standing\":\"poor\",\"persons\":4", 403),
        ("theirs", "household.moved_within", moved, 403),
        ("ours", "household.classified", POORER, 201),
        ("ours", "household.moved_within", moved, 201),
        ("new", "household.classified", POORER, 201),
        ("theirs", "loan.disbursed", LOAN, 201),
    ];
    for (nth, (pseudonym, what, data, status)) in table.into_iter().enumerate() {
        let fact = about(pseudonym, what, &format!("f-{nth}"), data);
        let answer = running.send(&world, "application/json", fact).await;
        assert_eq!(answer.status, status, "{what} of {pseudonym}: {}", answer.body);
    }
    running.stop().await;
}

#[tokio::test]
async fn what_depends_on_a_fold_that_lags_is_to_be_sent_again() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    world
        .ledger
        .places
        .lock()
        .expect("no panic")
        .insert(key("urn:tonghop:test", "ours"), place("L-24097"));
    world.ledger.stuck.store(true, Ordering::Release);
    let answer = running.send(&world, "application/json", void("ours")).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.headers.contains_key("retry-after"));
    let answer = running.send(&world, "application/json", loan("plain")).await;
    assert_eq!(answer.status, 201, "what depends on nothing does not wait: {}", answer.body);
    world.ledger.stuck.store(false, Ordering::Release);
    let answer = running.send(&world, "application/json", void("ours")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    running.stop().await;
}

const POORER: &str = "\"from\":\"near_poor\",\"to\":\"poor\",\"persons\":4,\"cause\":\"review\"";
const LOAN: &str = "\"class\":\"other\",\"programme\":\"difficult_area_business\",\
                    \"purpose\":\"production_and_business\",\"amount\":1000000";

/// A fact of Krông Pa about a household.
fn about(pseudonym: &str, what: &str, id: &str, data: &str) -> String {
    let subject = household(pseudonym);
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.{what}.v1\",\
         \"source\":\"urn:tonghop:test\",\"id\":\"{id}\",\"subject\":\"{subject}\",\
         \"time\":\"2021-02-04T07:00:00+07:00\",\"data\":{{\"unit\":\"L-24097\",{data}}}}}"
    )
}

/// The subject of a household, for short names.
fn household(name: &str) -> String {
    let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("household/52.{digits:a<32}")
}

fn void(of: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.fact.voided.v1\",\
         \"source\":\"urn:tonghop:test\",\"id\":\"void-{of}\",\
         \"subject\":\"household/52.74f874a7ac1ab96d\",\"time\":\"2021-02-04T07:00:00+07:00\",\
         \"data\":{{\"unit\":\"L-24097\",\"of\":{{\"source\":\"urn:tonghop:test\",\
         \"id\":\"{of}\"}},\"reason\":\"entered_twice\"}}}}"
    )
}

/// The fact, written under its sender's own source.
fn own(name: &str, fact: &str) -> String {
    let (written, own) =
        ("\"source\":\"urn:tonghop:test\",\"id\":\"", format!("urn:tonghop:user:{name}"));
    match fact.split_once(written) {
        Some((head, rest)) => format!("{head}\"source\":\"{own}\",\"id\":\"{rest}"),
        None => fact.to_owned(),
    }
}

/// What an officer of a commune may write, under the id that a district's next closing will have.
fn activity(source: &str) -> String {
    told(source, "activity.held", "\"unit\":\"L-24094\",\"kind\":\"training_class\",\"count\":1")
}

fn closing(source: &str) -> String {
    let data = "\"unit\":\"L-637\",\"period\":\"2021-Q2\",\"level\":\"official\",\
                \"set_by\":\"district_committee\",\"reference\":\"209\"";
    told(source, "period.closed", data)
}

fn told(source: &str, what: &str, data: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.{what}.v1\",\
         \"source\":\"{source}\",\"id\":\"2021-Q2\",\"time\":\"2021-07-01T07:00:00+07:00\",\
         \"data\":{{{data}}}}}"
    )
}

fn place(unit: &str) -> Place {
    Gazetteer::embedded().unit(unit).expect("a unit").into()
}

/// A commune that a district had.
fn commune_of(district: &str) -> String {
    let gazetteer = Gazetteer::embedded();
    let unit = gazetteer.unit(district).expect("a unit");
    let commune = gazetteer.atlas.children(unit).first().expect("it has communes");
    gazetteer.key(*commune).to_owned()
}
