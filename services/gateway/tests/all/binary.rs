//! CloudEvents in binary mode, and what a header may not do.

use axum::http::StatusCode;

use crate::world::{ENGINES, World, data_of, loan};

/// What is changed, the body, the status, and what the answer says.
type Case<'a> = (Option<(&'a str, &'a str)>, &'a str, u16, &'a str);

#[tokio::test]
async fn attributes_may_come_in_headers() {
    let attributes = [
        ("ce-specversion", "1.0"),
        ("ce-type", "vn.tonghop.loan.disbursed.v1"),
        ("ce-source", "urn:tonghop:test"),
        ("ce-id", "a"),
        ("ce-subject", "household/52.74f874a7ac1ab96d"),
        ("ce-time", "2021-01-04T07:00:00%2B07:00"),
        ("content-type", "application/json"),
    ];
    let data = data_of(&loan("a"));
    let table: [Case<'_>; 12] = [
        (None, &data, 201, "accepted"),
        (None, &data, 200, "duplicate"),
        (Some(("ce-id", "b%0D%0Aset-cookie: a=b")), &data, 422, "bad_text"),
        (Some(("ce-id", "Đ")), &data, 400, "ce-id"),
        (Some(("ce-id", "%zz")), &data, 400, "ce-id"),
        (Some(("ce-data", "{}")), &data, 422, "duplicate_field"),
        // What a broker adds is no part of the fact, what was meant as a part of it is.
        (Some(("ce-traceparent", "00-0af7651916cd43dd-b7ad6b71-01")), &data, 200, "duplicate"),
        (Some(("ce-time", "2021-01-04T00:00:00.000Z")), &data, 200, "duplicate"),
        (Some(("ce-correctid", "z")), &data, 422, "unknown_field"),
        (Some(("ce-specversion", "0.3")), &data, 422, "specversion"),
        (Some(("content-type", "text/xml")), &data, 415, "unsupported-media"),
        (None, "{\"unit\":", 400, "bad-request"),
    ];
    for engine in ENGINES {
        let world = World::new(engine).await;
        let running = world.start().await;
        let bearer = world.bearer("district");
        for (change, body, status, says) in table {
            let mut headers = attributes.to_vec();
            headers.push(("authorization", &bearer));
            if let Some((name, value)) = change {
                headers.retain(|(one, _)| *one != name);
                headers.push((name, value));
            }
            let answer = running.send_with("/v1/facts", &headers, body.to_owned()).await;
            assert_eq!(answer.status, status, "{change:?}: {}", answer.body);
            assert!(answer.body.contains(says), "{change:?}: {}", answer.body);
            assert!(!answer.headers.contains_key("set-cookie"), "{change:?}");
        }
        // It is the same fact as in one document.
        let answer = running.send(&world, "application/cloudevents+json", loan("a")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.outcomes(), ["1 duplicate 1"]);
        running.stop().await;
    }
}
