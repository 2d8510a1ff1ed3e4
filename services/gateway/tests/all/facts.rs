//! Accepted, duplicate, rejected: in every way of sending.

use access::{Access, Role, Who};
use axum::http::StatusCode;
use gateway::{Became, Gateway};
use serde_json::json;

use crate::world::{ENGINES, World, loan, loan_in};

const ONE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const LINES: &str = "application/x-ndjson";
const JSON: &str = "application/json";

#[tokio::test]
async fn every_way_of_sending_says_what_became_of_each_fact() {
    let wrong = loan_in("L-24097", "w", 40_000_000).replace("\"other\"", "\"rich\"");
    let nowhere = loan_in("L-99999", "n", 1);
    let (a, b, c) = (loan("a"), loan("b"), loan("c"));
    let changed = loan_in("L-24097", "a", 41_000_000);
    // As JavaScript writes it again, with what a broker adds.
    let respelt = a
        .replace("2021-01-04T07:00:00+07:00", "2021-01-04T00:00:00.000Z")
        .replace("40000000", "40000000.0")
        .replace("\"id\":\"a\"", "\"traceparent\":\"00-1-2-01\",\"id\":\"a\"");
    assert_ne!(respelt, a);
    // How it is sent, what, the status, and what became of each.
    let table: Vec<(&str, String, u16, Vec<&str>)> = vec![
        (ONE, a.clone(), 201, vec!["1 accepted 1"]),
        (ONE, a.clone(), 200, vec!["1 duplicate 1"]),
        (ONE, respelt.clone(), 200, vec!["1 duplicate 1"]),
        (JSON, format!(" \n{a} "), 200, vec!["1 duplicate 1"]),
        (JSON, format!("\u{feff}{b}"), 201, vec!["1 accepted 2"]),
        ("application/json; charset=UTF-8", b.clone(), 200, vec!["1 duplicate 2"]),
        (JSON, format!("[{b},{c}]"), 200, vec!["1 duplicate 2", "2 accepted 3"]),
        (BATCH, "[]".to_owned(), 200, vec![]),
        (
            BATCH,
            format!("[{},{wrong},{},{},7,null]", loan("d"), loan("d"), loan("e")),
            200,
            vec![
                "1 accepted 4",
                "2 rejected \"unknown_code\"",
                "3 duplicate 4",
                "4 accepted 5",
                "5 rejected \"not_json\"",
                "6 rejected \"not_json\"",
            ],
        ),
        (
            LINES,
            format!("{}\r\n\n{nowhere}\nrubbish\n{a}\n{}", loan("f"), loan("g")),
            200,
            vec![
                "1 accepted 6",
                "3 rejected \"unit_unknown\"",
                "4 rejected \"not_json\"",
                "5 duplicate 1",
                "6 accepted 7",
            ],
        ),
        (LINES, String::new(), 200, vec![]),
        // The same source and id with other bytes: both are kept, and told.
        (ONE, changed.clone(), 201, vec!["1 accepted 8 rival 1"]),
        (ONE, changed.clone(), 200, vec!["1 duplicate 8"]),
        (ONE, a.clone(), 200, vec!["1 duplicate 1"]),
    ];
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        for (kind, body, status, outcomes) in &table {
            let answer = running.send(&world, kind, body.clone()).await;
            assert_eq!(answer.status, *status, "{engine:?}, {kind}: {}", answer.body);
            assert_eq!(answer.outcomes(), *outcomes, "{engine:?}, {kind}: {body}");
        }
        running.stop().await;
        assert_eq!(world.ids().await, ["a", "b", "c", "d", "e", "f", "g", "a"], "{engine:?}");
    }
}

#[tokio::test]
async fn a_rejection_says_reason_field_and_both_languages() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let wrong = loan("x").replace("40000000", "-1");
    let answer = running.send(&world, ONE, wrong.clone()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let problem = answer.json();
    for (member, expected) in [
        ("type", json!("https://tonghop.vn/problem/rejected")),
        ("status", json!(422)),
        ("reason", json!("negative_money")),
        ("field", json!("data.amount")),
    ] {
        assert_eq!(problem[member], expected, "{member} of {problem}");
    }
    let (vi, en) = (problem["title"].as_str(), problem["title_en"].as_str());
    assert!(vi.is_some() && en.is_some() && vi != en, "{problem}");
    let lines = running.send(&world, LINES, format!("{wrong}\n")).await.json();
    for member in ["type", "title", "title_en", "reason", "field", "detail"] {
        assert_eq!(lines[member], problem[member], "{member}: a line says the same");
    }
    assert_eq!((&lines["line"], &lines["id"]), (&json!(1), &json!("x")));
}

#[tokio::test]
async fn what_may_be_somebodys_number_is_not_repeated() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let personal =
        loan("052199001234").replace("\"amount\"", "\"phone\":\"0905123456\",\"amount\"");
    let answer = running.send(&world, LINES, personal).await;
    assert!(answer.outcomes()[0].contains("rejected"), "{}", answer.body);
    assert!(!answer.body.contains("052199001234"), "{}", answer.body);
    assert!(!answer.body.contains("0905123456"), "{}", answer.body);
}

#[tokio::test]
async fn on_wish_only_the_rejected_are_told() {
    let world = World::new(ENGINES[0]).await;
    let running = world.start().await;
    let bearer = world.bearer("district");
    let body = format!("{}\nrubbish\n{}\n{}\n", loan("a"), loan("b"), loan("a"));
    let to = "/v1/facts?outcomes=rejected";
    let headers = [("authorization", bearer.as_str()), ("content-type", LINES)];
    let answer = running.send_with(to, &headers, body).await;
    let summary = answer.json();
    for (member, expected) in [("facts", 4), ("accepted", 2), ("duplicate", 1), ("rejected", 1)] {
        assert_eq!(summary[member], json!(expected), "{summary}");
    }
    assert_eq!(answer.outcomes(), ["2 rejected \"not_json\""]);
    let answer = running.send_with("/v1/facts?outcomes=some", &headers, loan("c")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["field"], json!("outcomes"));
}

#[tokio::test]
async fn what_is_folded_already_is_known_to_a_gateway_that_was_started_again() {
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        running.send(&world, ONE, loan("a")).await;
        running.stop().await;
        let gazetteer = proto::gazetteer::Gazetteer::embedded();
        let catalogue = proto::catalogue::Catalogue::embedded();
        let intake =
            proto::intake::Intake { gazetteer, plan: &catalogue.plan, today: access::today() };
        let taken = intake.take(loan("a").as_bytes()).expect("it is good");
        let fact = &taken.meaning.facts[0];
        let known = (fact.key, (fact.content, 1));
        world.ledger.known.lock().expect("no panic").extend([known]);
        let running = world.start().await;
        let answer = running.send(&world, ONE, loan("a")).await;
        assert_eq!(answer.outcomes(), ["1 duplicate 1"], "{engine:?}");
        let answer = running.send(&world, ONE, loan_in("L-24097", "a", 5)).await;
        assert_eq!(answer.outcomes(), ["1 accepted 2 rival 1"], "{engine:?}");
        running.stop().await;
    }
}

#[tokio::test]
async fn many_at_once_share_one_append_and_each_has_its_own_place() {
    for engine in ENGINES {
        let world = World::new(engine).await;
        let (ledger, access) = (world.ledger.clone(), Access::open_to_all());
        let opened = Gateway::open(&world.url, &world.options, ledger, access).await;
        let (gateway, appending) = opened.expect("the journal opens");
        let who = Who { name: "all".to_owned(), role: Role::Open };
        let takes = (0..24).map(|n| gateway.take(&who, loan(&format!("n{n}")).into()));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let writing = async {
            while gateway.waiting() < 24 {
                tokio::task::yield_now().await;
            }
            appending.run(async { drop(stopped.await) }).await
        };
        let taking = async {
            let taken = futures::future::join_all(takes).await;
            drop(stop);
            taken
        };
        let (written, taken) = tokio::join!(writing, taking);
        written.expect("the journal takes them");
        let mut positions = Vec::new();
        for outcomes in taken {
            match outcomes.expect("it is taken")[0].became {
                Became::Accepted { position, rival_of: None } => positions.push(position),
                ref other => panic!("{other:?}"),
            }
        }
        positions.sort_unstable();
        assert!(positions.into_iter().eq(1..=24), "{engine:?}");
        let counted = gateway.counted();
        assert_eq!((counted.accepted, counted.appends), (24, 1), "{engine:?}");
    }
}
