//! Who may write what.

use axum::http::StatusCode;
use proto::gazetteer::Gazetteer;
use proto::meaning::key;

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
        let fact = loan_in(unit, &format!("{name}-{unit}"), 1_000_000);
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
    let theirs = Gazetteer::embedded().unit(&commune_of("L-638")).expect("a unit");
    let ours = Gazetteer::embedded().unit("L-24097").expect("a unit");
    let units =
        [(key("urn:tonghop:test", "theirs"), theirs), (key("urn:tonghop:test", "ours"), ours)];
    world.ledger.units.lock().expect("no panic").extend(units);
    for (voided, status) in [("theirs", 403), ("ours", 201), ("not-yet-known", 201)] {
        let void = format!(
            "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.fact.voided.v1\",\
             \"source\":\"urn:tonghop:test\",\"id\":\"void-{voided}\",\
             \"subject\":\"household/52.74f874a7ac1ab96d\",\"time\":\"2021-02-04T07:00:00+07:00\",\
             \"data\":{{\"unit\":\"L-24097\",\"of\":{{\"source\":\"urn:tonghop:test\",\
             \"id\":\"{voided}\"}},\"reason\":\"entered_twice\"}}}}"
        );
        let answer = running.send(&world, "application/json", void).await;
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

/// A commune that a district had.
fn commune_of(district: &str) -> String {
    let gazetteer = Gazetteer::embedded();
    let unit = gazetteer.unit(district).expect("a unit");
    let commune = gazetteer.atlas.children(unit).first().expect("it has communes");
    gazetteer.key(*commune).to_owned()
}
