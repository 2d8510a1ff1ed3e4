//! Keys of households' facts on pages: for those who may see them, each reading recorded, and in
//! nothing that others are sent.

#![allow(clippy::unwrap_used)]

mod common;

use access::{Role, Who};
use axum::http::header;
use common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, poor, story};
use domain::atlas::Unit;
use proto::gazetteer::{Gazetteer, Lang};

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).unwrap()
}

fn who(name: &str, role: Role) -> Who {
    Who { name: name.to_owned(), role }
}

/// How many keys of facts a page shows.
fn keys(page: &[u8]) -> usize {
    std::str::from_utf8(page).unwrap().matches("<code class=\"key\">").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_to_those_who_may_see_them_and_every_reading_is_recorded() {
    let mut portal = Portal::open().await;
    let told = portal.tell(&story()).await;
    portal.app.recent.seen(told).await;
    let of = |key: &str| Role::Officer { of: unit(key) };
    let findings = format!("/u/{DISTRICT}/findings?period={PERIOD}");
    let overview = format!("/u/{DISTRICT}?period={PERIOD}");
    let pages = [findings.as_str(), overview.as_str()];
    for (who, shown, recorded) in [
        (Who::public(), false, 0),
        (who("operator", Role::Operator), false, 0),
        (who("elsewhere", of("L-638")), false, 0),
        (who("below", of(COMMUNES[0])), false, 0),
        (who("unrecorded", of(DISTRICT)), false, 1),
        (who("officer", of(DISTRICT)), true, 1),
        (who("province", of("L-64")), true, 1),
        (who("auditor", Role::Auditor), true, 1),
    ] {
        for page in pages {
            portal.readings.lock().unwrap().clear();
            let (status, _, html) = portal.get_as(who.clone(), page).await;
            assert_eq!((status.as_u16(), keys(&html) > 0), (200, shown), "{} {page}", who.name);
            let readings = portal.readings.lock().unwrap().clone();
            assert_eq!(readings.len(), recorded, "{} {page}", who.name);
        }
    }
    // The keys are those that the API gives.
    let officer = who("officer", of(DISTRICT));
    let api = format!("/v1/findings?unit={DISTRICT}&period={PERIOD}");
    let (_, _, answer) = portal.get_as(officer.clone(), &api).await;
    let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
    let (_, _, page) = portal.get_as(officer, &findings).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains(answer["findings"][0]["fact"].as_str().unwrap()));
    assert!(page.replace("&#38;", "&").contains(&format!("href=\"{api}\"")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_does_not_say_that_readings_are_recorded() {
    for (demonstrates, said) in [(true, "no reading is recorded"), (false, "Only for officers")] {
        let mut portal = Portal::open_with(|app| app.demonstrating(demonstrates)).await;
        let told = portal.tell(&story()).await;
        portal.app.recent.seen(told).await;
        for page in ["", "/findings"] {
            let path = format!("/u/{DISTRICT}{page}?period={PERIOD}&lang=en");
            let (_, _, html) = portal.get_as(who("auditor", Role::Auditor), &path).await;
            let html = String::from_utf8(html).unwrap();
            assert!(html.contains(said), "{path} {demonstrates}");
            let other = html.contains("no reading is recorded");
            assert_eq!(other, demonstrates, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_parts_have_no_keys_and_record_nothing() {
    let mut portal = Portal::open().await;
    let told = portal.tell(&story()).await;
    portal.app.recent.seen(told).await;
    let pages = portal::pages::Pages::new();
    for path in [format!("/u/{DISTRICT}"), format!("/u/{DISTRICT}/findings?all=1")] {
        for role in [Role::Auditor, Role::Officer { of: unit(DISTRICT) }] {
            let parts = pages.live_parts(&portal.app, &path, Lang::Vi, role).unwrap();
            assert!(parts.len() > 3, "{path}");
            assert!(!parts.values().any(|part| part.contains("class=\"key\"")), "{path}");
        }
    }
    assert!(portal.readings.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_of_the_period_unless_all_are_asked_for() {
    let mut portal = Portal::open().await;
    let mut facts = story();
    // A second household that leaves poverty twice, in the half-year after.
    facts.push(poor(900, COMMUNES[0]));
    for id in ["first", "second"] {
        let data = r#","from":"poor","to":"above","persons":4,"cause":"review""#;
        let kind = "household.classified";
        facts.push(fact(kind, id, Some(900), "2021-08-20", COMMUNES[0], data));
    }
    portal.tell(&facts).await;
    let path = format!("/u/{DISTRICT}/findings");
    for (query, count, said) in [
        ("period=2021-H1@administrative", "1", "Ngoài kỳ này còn 1 điều"),
        ("period=2021-H2@administrative", "1", "Ngoài kỳ này còn 1 điều"),
        ("period=2021@civil", "2", "Ngoài kỳ này không còn"),
        ("period=2022@civil", "", "Ngoài kỳ này còn 2 điều"),
        ("from=2021-08-20&to=2021-08-20", "1", "Ngoài kỳ này còn 1 điều"),
        ("period=2022@civil&all=1", "2", "mọi thời gian"),
    ] {
        let (_, _, page) = portal.get(&format!("{path}?{query}&lang=vi")).await;
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains(said), "{query}: {said}");
        let counted = page.split("data-cell=\"n-").nth(1).map_or("", |rest| {
            rest.split('>').nth(1).and_then(|text| text.split('<').next()).unwrap_or("")
        });
        assert_eq!(counted, count, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_first_page_is_of_the_own_unit() {
    let portal = Portal::open().await;
    for (who, expected) in [
        (who("officer", Role::Officer { of: unit(COMMUNES[1]) }), "/u/L-24097"),
        (who("auditor", Role::Auditor), "/u/VN"),
        (Who::public(), "/u/VN"),
    ] {
        let (status, headers, _) = portal.get_as(who.clone(), "/").await;
        let to = headers[header::LOCATION].to_str().unwrap();
        assert_eq!((status.as_u16(), to), (303, expected), "{}", who.name);
    }
}
