//! The page of milestones: what the feed tells, filtered, page by page, and what it leads to.

#![allow(clippy::unwrap_used)]

mod common;

use access::{Role, Who};
use axum::body::Body;
use axum::http::Request;
use common::Portal;
use feed::Followed;
use futures::StreamExt;
use journal::{Entry, Options, Writer};
use proto::gazetteer::Gazetteer;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// An event like the golden one, changed.
fn event(n: u64, unit: &str, changes: &[(&str, Value)]) -> Entry {
    let golden = include_str!("../../milestones/tests/all/event.json");
    let mut event: Value = serde_json::from_str(golden).unwrap();
    event["id"] = json!(format!("{n}"));
    event["data"]["unit"] = json!(unit);
    for (name, value) in changes {
        event["data"][*name] = value.clone();
    }
    Entry::new(format!("a.b.{unit}.2021.{n}.reached"), serde_json::to_vec(&event).unwrap())
}

async fn writer(folder: &TempDir) -> Writer {
    let there = feed::url("dir:x", folder.path());
    Writer::open(&there, &feed::options(&Options::create())).await.unwrap()
}

async fn portal(events: &[Entry]) -> (Portal, Writer, TempDir) {
    let folder = TempDir::new().unwrap();
    let mut writer = writer(&folder).await;
    if !events.is_empty() {
        writer.append(events).await.unwrap();
    }
    let followed = Followed::new(writer.journal()).await.unwrap();
    let running = followed.clone();
    tokio::spawn(async move { running.run().await });
    (Portal::open_with(|app| app.following(Some(followed))).await, writer, folder)
}

async fn page(portal: &Portal, path: &str) -> String {
    let (status, _, html) = portal.get(path).await;
    assert_eq!(status, 200, "{path}");
    String::from_utf8(html).unwrap().replace('\u{a0}', " ")
}

fn count(html: &str) -> usize {
    html.matches("<li><span class=\"day\">").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_the_feed_tells_and_leads_to_unit_and_explanation() {
    let events = [
        event(1, "L-637", &[]),
        event(2, "L-637", &[("act", json!("withdrawn")), ("value", json!([51, 10]))]),
        event(3, "L-24097", &[("revision", json!(2)), ("on", json!("official"))]),
        event(4, "L-34", &[("rule", json!("findings_above_5")), ("indicator", json!("findings"))]),
    ];
    let (portal, _, _folder) = portal(&events).await;
    let html = page(&portal, "/milestones?lang=vi").await;
    assert_eq!(count(&html), 4);
    for said in [
        "20/12/2021",
        ">đạt</span>",
        ">thu hồi</span>",
        "đạt lại, lần 2",
        "Tỷ lệ hộ nghèo dưới 5 %",
        "4,96 %",
        "5,10 %",
        "Ngưỡng 5,00 %",
        "theo số liệu chính thức",
        "href=\"/u/L-637?lang=vi&#38;period=2021@civil\"",
        "/u/L-24097/explain?lang=vi&#38;period=2021@civil&#38;indicator=poverty_rate",
        "data-feed=\"/v1/milestones?since=4\"",
        "tonghop milestones --follow",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert!(!html.contains("/u/L-34/explain"), "findings are no indicator of the catalogue");
    let places: Vec<_> = ["L-34?", "L-24097?", "L-637?"].map(|key| html.find(key).unwrap()).into();
    assert!(places.is_sorted(), "the newest is the first");
    let html = page(&portal, "/milestones?lang=en").await;
    assert!(html.contains("reached again, 2") && html.contains("4.96 %"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_filtered_by_subtree_and_rule_and_says_what_is_no_unit() {
    let other = [("rule", json!("first_relapse"))];
    let events = [event(1, "L-637", &[]), event(2, "L-24097", &other), event(3, "L-34", &other)];
    let (portal, _, _folder) = portal(&events).await;
    for (query, found, says) in [
        ("", 3, "Các mốc của mọi đơn vị"),
        ("unit=L-637", 2, "Các mốc của Huyện Krông Pa và các đơn vị bên dưới"),
        ("unit=L-24097", 1, "--follow --unit L-24097"),
        ("unit=L-637&rule=first_relapse", 1, "since=3"),
        ("rule=first_relapse,poverty_rate_under_5", 3, "--rule first_relapse --rule"),
        ("rule=no_such", 0, "Chưa có mốc nào như vậy."),
        ("rule=%24(reboot)", 0, "tonghop milestones --follow</code>"),
        ("unit=L-01", 0, "Chưa có mốc nào như vậy."),
        ("unit=Atlantis", 0, "Không rõ “Atlantis” là đơn vị nào."),
        ("unit=phu%20can,%20krong%20pa", 1, "value=\"L-24097\""),
    ] {
        let html = page(&portal, &format!("/milestones?lang=vi&{query}")).await;
        assert_eq!(count(&html), found, "{query}");
        assert!(html.contains(says), "{query}: {says}: {html}");
    }
    assert_eq!(portal.get("/milestones?before=x").await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn older_milestones_are_on_further_pages_which_stand_still() {
    let events: Vec<Entry> = (1..=120).map(|n| event(n, "L-637", &[])).collect();
    let (portal, _, _folder) = portal(&events).await;
    let mut path = "/milestones?lang=vi&unit=L-637".to_owned();
    let (mut counts, mut live) = (Vec::new(), Vec::new());
    loop {
        let html = page(&portal, &path).await;
        counts.push(count(&html));
        live.push(html.contains("data-feed"));
        let Some((_, next)) = html.split_once("rel=\"next\" href=\"") else { break };
        path = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!((counts, live), (vec![50, 50, 20], vec![true, false, false]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_when_there_are_none_yet_or_there_is_no_feed() {
    let (empty, mut writer, _folder) = portal(&[]).await;
    assert!(page(&empty, "/milestones?lang=vi").await.contains("Chưa có mốc nào."));
    assert!(!page(&empty, "/u/L-637?lang=vi").await.contains("Mốc gần đây"));
    let end = empty.json("/v1/milestones").await["end"].clone();
    writer.append(&[event(1, "L-24097", &[])]).await.unwrap();
    let told = async {
        while empty.json("/v1/milestones").await["end"] == end {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), told).await.unwrap();
    assert_eq!(count(&page(&empty, "/milestones?lang=vi").await), 1);
    let overview = page(&empty, "/u/L-637?lang=vi").await;
    assert!(overview.contains("Mốc gần đây") && count(&overview) == 1, "{overview}");
    assert!(!page(&empty, "/u/L-34?lang=vi").await.contains("Mốc gần đây"));
    let none = Portal::open().await;
    assert!(page(&none, "/milestones?lang=vi").await.contains("Máy chủ này không báo mốc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_position_of_the_fact_is_shown_to_those_who_may_see_households() {
    let (portal, _, _folder) = portal(&[event(1, "L-24097", &[])]).await;
    let of = |key| Role::Officer { of: Gazetteer::embedded().unit(key).unwrap() };
    for (role, shown) in [
        (Role::Public, false),
        (Role::Operator, false),
        (of("L-638"), false),
        (of("L-637"), true),
        (Role::Auditor, true),
    ] {
        let who = Who { name: "x".to_owned(), role };
        let (_, _, html) = portal.get_as(who, "/milestones?lang=vi").await;
        let html = String::from_utf8(html).unwrap();
        assert_eq!(html.contains("Dữ kiện ở vị trí 14.237"), shown, "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fact_that_tipped_a_milestone_is_told_by_the_api_to_those_who_may_see_households() {
    let (portal, _, _folder) = portal(&[event(1, "L-24097", &[])]).await;
    let of = |key| Role::Officer { of: Gazetteer::embedded().unit(key).unwrap() };
    let secrets = ["00000000000000010000000000000002", "14237", "18:33:20"];
    for (name, role, told) in [
        ("x", Role::Public, false),
        ("x", Role::Operator, false),
        ("x", of("L-638"), false),
        ("x", of("L-637"), true),
        ("unrecorded", of("L-637"), false),
        ("x", Role::Auditor, true),
    ] {
        let who = Who { name: name.to_owned(), role };
        let (status, _, json) = portal.get_as(who.clone(), "/v1/milestones?unit=L-637").await;
        let json = String::from_utf8(json).unwrap();
        assert_eq!(status, 200);
        assert!(json.contains("2021-12-20T"), "the day is for everybody: {json}");
        let streamed = first_event(&portal, who).await;
        for secret in secrets {
            assert_eq!(json.contains(secret), told, "{role:?}: {secret} in {json}");
            assert_eq!(streamed.contains(secret), told, "{role:?}: {secret} in {streamed}");
        }
    }
}

/// What who follows the feed is told first.
async fn first_event(portal: &Portal, who: Who) -> String {
    let mut request = Request::get("/v1/milestones?unit=L-637").body(Body::empty()).unwrap();
    request.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
    request.extensions_mut().insert(web::Asker(who));
    let response = portal.router.clone().oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    let mut text = String::new();
    while !text.contains("event: milestone") {
        text.push_str(std::str::from_utf8(&pieces.next().await.unwrap().unwrap()).unwrap());
    }
    text
}
