//! Webhooks over HTTP: who may see and change which, and what is said when something is wrong.

use std::collections::HashMap;

use access::{Access, Book, Post};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;
use web::Doors;

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{Running, World, is_done};

const PASSWORD: &str = "mua xuan 2021 o Krong Pa";
const USERS: [(&str, Post, Option<&str>); 4] = [
    ("hoa", Post::Officer, Some("L-637")),
    ("minh", Post::Officer, Some("L-638")),
    ("auditor", Post::Auditor, None),
    ("operator", Post::Operator, None),
];

/// A herald behind a door.
struct Door {
    app: Router,
    access: Access,
    tokens: HashMap<&'static str, String>,
    running: Running,
}

impl Door {
    async fn open(world: &World) -> Door {
        let users = world.folder.path().join("users");
        let mut tokens = HashMap::new();
        Book::change(&users, |book| {
            for (name, post, unit) in USERS {
                book.add(name, post, unit, PASSWORD)?;
                tokens.insert(name, book.add_token(name, "test", 1)?);
            }
            Ok(())
        })
        .expect("users are written");
        let access = Access::open(&users).expect("it opens");
        let running = world.start(world.config()).await;
        let app = Doors::new(access.clone()).around(herald::router(running.desk.clone()));
        Door { app, access, tokens, running }
    }

    /// Asks as somebody; the public without a name.
    async fn ask(&self, who: &str, method: &str, at: &str, body: Value) -> (StatusCode, Value) {
        let bearer = self.tokens.get(who).map(|token| format!("Bearer {token}"));
        let headers: Vec<_> =
            bearer.iter().map(|token| ("authorization", token.as_str())).collect();
        self.ask_with(&headers, method, at, body).await
    }

    async fn ask_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        at: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let method: Method = method.parse().expect("a method");
        let mut request = Request::builder().method(method).uri(at).header("host", "127.0.0.1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        let request = request.body(body).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("a router answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("a body");
        let value = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).expect("it is JSON"),
        };
        if parts.status.is_client_error() || parts.status.is_server_error() {
            assert_eq!(parts.headers["content-type"], "application/problem+json", "{value}");
            assert!(value["title"].is_string() && value["title_en"].is_string(), "{value}");
        }
        (parts.status, value)
    }
}

#[tokio::test]
async fn a_webhook_is_seen_and_changed_by_its_owner_and_operators_only() {
    let world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(204, "")).await;
    let door = Door::open(&world).await;
    let wish = json!({ "name": "sở", "url": endpoint.url(), "units": ["L-637"] });
    for (who, status) in
        [("", 401), ("auditor", 403), ("hoa", 201), ("minh", 201), ("operator", 201)]
    {
        let (found, told) = door.ask(who, "POST", "/v1/webhooks", wish.clone()).await;
        assert_eq!(found, status, "{who}: {told}");
    }
    let (_, told) = door.ask("hoa", "POST", "/v1/webhooks", wish).await;
    let id = told["webhook"]["id"].as_str().expect("an id").to_owned();
    assert!(told["secret"].as_str().expect("a secret").starts_with("whsec_"));
    assert_eq!(told["webhook"]["owner"], "hoa");
    for (who, count) in [("hoa", 2), ("minh", 1), ("operator", 4), ("auditor", 0)] {
        let (status, told) = door.ask(who, "GET", "/v1/webhooks", Value::Null).await;
        assert_eq!(
            (status, told["webhooks"].as_array().map(Vec::len)),
            (StatusCode::OK, Some(count))
        );
        assert!(!told.to_string().contains("whsec_"), "no secret is told again");
    }
    let at = |what: &str| format!("/v1/webhooks/{id}{what}");
    for (method, what) in [
        ("GET", ""),
        ("POST", "/rotate"),
        ("POST", "/test"),
        ("POST", "/disable"),
        ("POST", "/enable"),
        ("GET", "/deliveries"),
        ("POST", "/replay"),
        ("DELETE", ""),
    ] {
        for (who, status) in [("", 401), ("minh", 404), ("auditor", 404)] {
            let (found, told) = door.ask(who, method, &at(what), Value::Null).await;
            assert_eq!(found, status, "{who} {method} {what}: {told}");
        }
        // The last of them takes it away.
        let who = if what.is_empty() { "operator" } else { "hoa" };
        let (found, told) = door.ask(who, method, &at(what), Value::Null).await;
        assert!(found.is_success(), "{who} {method} {what}: {told}");
    }
    let (status, _) = door.ask("hoa", "GET", &at(""), Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(endpoint.received().len(), 1, "it was tried once, by its owner");
    door.running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_wish_is_told_with_its_field() {
    let world = World::new().await;
    let door = Door::open(&world).await;
    let good = "https://example.org/hook";
    for (wish, status, field) in [
        (json!({ "name": "", "url": good }), 400, Some("name")),
        (json!({ "name": "a", "url": "http://example.org:22/" }), 400, Some("url")),
        (json!({ "name": "a", "url": "https://10.0.0.1/" }), 400, Some("url")),
        (json!({ "name": "a", "url": "https://169.254.169.254/" }), 400, Some("url")),
        (json!({ "name": "a", "url": good, "units": ["L-0"] }), 400, Some("units")),
        (json!({ "name": "a", "url": good, "rules": ["A"] }), 400, Some("rules")),
        (json!({ "name": "a", "url": good, "owner": "minh" }), 400, None),
        (json!({ "name": "a" }), 400, None),
        (json!([]), 400, None),
        (json!({ "name": "a".repeat(100_000), "url": good }), 413, None),
        (Value::Null, 415, None),
    ] {
        let (found, told) = door.ask("hoa", "POST", "/v1/webhooks", wish.clone()).await;
        assert_eq!((found.as_u16(), told["field"].as_str()), (status, field), "{told}");
    }
    let (id, _) = world.subscribe(good, herald::Filter::default());
    for (method, what, body, field) in [
        ("POST", "/rotate", json!({ "keep_hours": 721 }), Some("keep_hours")),
        ("POST", "/rotate", json!({ "keep": 1 }), None),
        ("POST", "/replay", json!({ "position": -1 }), None),
        ("GET", "/deliveries?limit=0", Value::Null, Some("limit")),
        ("GET", "/deliveries?limit=1001", Value::Null, Some("limit")),
        ("GET", "/deliveries?most=1", Value::Null, Some("most")),
    ] {
        let at = format!("/v1/webhooks/{id}{what}");
        let (found, told) = door.ask("hoa", method, &at, body).await;
        assert_eq!((found.as_u16(), told["field"].as_str()), (400, field), "{what}: {told}");
    }
    let (found, _) = door.ask("hoa", "GET", "/v1/webhooks/wh_1", Value::Null).await;
    assert_eq!(found, StatusCode::NOT_FOUND);
    door.running.stop().await;
}

#[tokio::test]
async fn a_browsers_session_changes_webhooks_only_with_what_its_page_knows() {
    let world = World::new().await;
    let door = Door::open(&world).await;
    let passed = door.access.sign_in("hoa", PASSWORD, "127.0.0.1".parse().unwrap());
    let Ok(access::Passed::In(session)) = passed else { panic!("{passed:?}") };
    let cookie = format!("tonghop_session={}", session.value);
    let wish = json!({ "name": "a", "url": "https://example.org/" });
    for (headers, status) in [
        (vec![("cookie", cookie.as_str())], 403),
        (vec![("cookie", cookie.as_str()), ("x-csrf-token", "1~2")], 403),
        (
            vec![
                ("cookie", cookie.as_str()),
                ("x-csrf-token", session.csrf.as_str()),
                ("origin", "https://elsewhere.example"),
            ],
            403,
        ),
        (vec![("cookie", cookie.as_str()), ("x-csrf-token", session.csrf.as_str())], 201),
    ] {
        let (found, told) = door.ask_with(&headers, "POST", "/v1/webhooks", wish.clone()).await;
        assert_eq!(found, status, "{headers:?}: {told}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn deliveries_are_told_and_the_dead_replayed() {
    let mut world = World::new().await;
    let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let well = is_well.clone();
    let endpoint = Endpoint::start(move |_| {
        let is_well = well.load(std::sync::atomic::Ordering::Acquire);
        Behaviour::Answer(if is_well { 200 } else { 500 }, "")
    })
    .await;
    let (id, _) = world.subscribe(&endpoint.url(), herald::Filter::default());
    let event = world.publish("L-637").await;
    let door = Door::open(&world).await;
    door.running.until(id, |status| is_done(status, 1)).await;
    let at = |what: &str| format!("/v1/webhooks/{id}{what}");
    let (_, told) = door.ask("hoa", "GET", &at("/deliveries?limit=2"), Value::Null).await;
    assert_eq!(told["attempts"].as_array().unwrap().len(), 2);
    let newest = &told["attempts"][0];
    assert_eq!((&newest["event"], &newest["attempt"]), (&json!(event), &json!(3)));
    assert_eq!((&newest["outcome"], &newest["status"]), (&json!("refused"), &json!(500)));
    assert_eq!(told["dead"][0]["position"], 1);
    is_well.store(true, std::sync::atomic::Ordering::Release);
    let (_, told) = door.ask("hoa", "POST", &at("/replay"), json!({ "position": 1 })).await;
    assert_eq!(told["replayed"], 1);
    let status = door.running.until(id, |status| is_done(status, 1)).await;
    assert_eq!(status.state.unwrap().dead, 0);
    let (_, told) = door.ask("hoa", "POST", &at("/test"), Value::Null).await;
    assert_eq!((&told["outcome"], &told["status"]), (&json!("delivered"), &json!(200)));
    let (_, told) = door.ask("hoa", "POST", &at("/replay"), Value::Null).await;
    assert_eq!(told["replayed"], 0);
    door.running.stop().await;
}
