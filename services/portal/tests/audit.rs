//! Audit pages and API: who sees which facts, who is given a form, and what became of what it sent.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use access::{Role, Who};
use axum::body::Body;
use axum::http::{Request, header};
use common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, story};
use domain::atlas::Unit;
use portal::App;
use portal::submit::{Submit, Submitted, Submitting};
use proto::gazetteer::{Gazetteer, Lang};
use serde_json::Value;
use web::Asker;

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).unwrap()
}

fn officer(name: &str, key: &str) -> Who {
    Who { name: name.to_owned(), role: Role::Officer { of: unit(key) } }
}

fn auditor() -> Who {
    Who { name: "auditor".to_owned(), role: Role::Auditor }
}

/// Keeps what forms hand in, and answers as it is told to.
#[derive(Clone)]
struct Letterbox {
    taken: Arc<Mutex<Vec<String>>>,
    answer: Submitted,
}

impl Submit for Letterbox {
    fn submit<'a>(&'a self, _: &'a Who, fact: String) -> Submitting<'a> {
        self.taken.lock().unwrap().push(fact);
        let answer = self.answer.clone();
        Box::pin(async move { answer })
    }
}

fn taking(answer: Submitted) -> Letterbox {
    Letterbox { taken: Arc::default(), answer }
}

async fn open(letters: &Letterbox) -> Portal {
    let submit = Arc::new(letters.clone());
    Portal::open_with(move |app: App| app.submitting(submit)).await
}

fn closing(id: &str, level: &str, set_by: &str) -> String {
    let data = format!(r#","period":"{PERIOD}","level":"{level}","set_by":"{set_by}""#);
    fact("period.closed", id, None, "2021-06-15", DISTRICT, &data)
}

/// A household that leaves poverty within the half-year, told later.
fn late(home: u64, unit: &str) -> String {
    let data = r#","from":"poor","to":"above","persons":4,"cause":"review""#;
    fact("household.classified", &format!("late{home}"), Some(home), "2021-05-11", unit, data)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// How many facts an explanation lists, parts and all.
fn listed(value: &Value) -> usize {
    let own = value["facts"].as_array().map_or(0, Vec::len);
    let parts = value["parts"].as_array().into_iter().flatten();
    own + parts.map(listed).sum::<usize>()
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_behind_a_figure_are_listed_for_those_who_may_see_households() {
    let mut portal = open(&taking(Submitted::Busy)).await;
    portal.tell(&story()).await;
    let page = format!("/u/{DISTRICT}/explain?indicator=poor_households&period={PERIOD}&lang=en");
    let api = format!("/v1/explain?unit={DISTRICT}&indicator=poor_households&period={PERIOD}");
    for (who, sees, recorded) in [
        (Who::public(), false, 0),
        (officer("elsewhere", "L-638"), false, 0),
        (officer("below", COMMUNES[0]), false, 0),
        (officer("unrecorded", DISTRICT), false, 1),
        (officer("officer", DISTRICT), true, 1),
        (auditor(), true, 1),
    ] {
        for address in [&page, &api] {
            portal.readings.lock().unwrap().clear();
            let (status, _, body) = portal.get_as(who.clone(), address).await;
            let body = text(body);
            assert_eq!(status, 200, "{} {address}: {body}", who.name);
            assert_eq!(portal.readings.lock().unwrap().len(), recorded, "{} {address}", who.name);
            if address == &page {
                assert_eq!(body.contains("class=\"key\""), sees, "{}", who.name);
                // 40 households, ten of which left: for everybody.
                assert!(body.contains("50 facts, which sum to +30"), "{}: {body}", who.name);
            } else {
                let told: Value = serde_json::from_str(&body).unwrap();
                assert_eq!(listed(&told), if sees { 50 } else { 0 }, "{}", who.name);
                assert_eq!((&told["sum"], &told["postings"]), (&30.into(), &50.into()));
            }
        }
    }
    // What a unit states of itself is about no household.
    let api = format!("/v1/explain?unit={DISTRICT}&indicator=households&period={PERIOD}");
    assert_eq!(listed(&portal.json(&api).await), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_writes_for_the_unit_is_given_a_form() {
    let letters = taking(Submitted::Rejected { vi: "không".to_owned(), en: "no".to_owned() });
    let mut portal = open(&letters).await;
    portal.tell(&story()).await;
    let path = format!("/u/{DISTRICT}/closings?period={PERIOD}&lang=en");
    let form = format!("act=close&period={PERIOD}&level=official&set_by=district_committee");
    for (who, may) in [
        (Who::public(), false),
        (officer("elsewhere", "L-638"), false),
        (officer("below", COMMUNES[0]), false),
        (auditor(), false),
        (Who { name: "operator".to_owned(), role: Role::Operator }, false),
        (officer("officer", DISTRICT), true),
        (officer("province", "L-64"), true),
        (Who::open(), true),
    ] {
        let (status, _, page) = portal.get_as(who.clone(), &path).await;
        assert_eq!(status, 200);
        assert_eq!(text(page).contains("method=\"post\" action=\"/u/L-637/closings"), may);
        let (status, page) = post(&portal, &who, &path, &form).await;
        assert_eq!(status, if may { 422 } else { 403 }, "{}", who.name);
        assert_eq!(page.contains("Not recorded: no."), may, "{}", who.name);
        assert_eq!(letters.taken.lock().unwrap().drain(..).count(), usize::from(may));
    }
}

async fn post(portal: &Portal, who: &Who, path: &str, form: &str) -> (u16, String) {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .extension(Asker(who.clone()))
        .body(Body::from(form.to_owned()))
        .unwrap();
    let (status, headers, body) = portal.send(request).await;
    let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
    (status.as_u16(), to.unwrap_or_else(|| text(body)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_held_back_says_why_and_may_be_sent_again() {
    let full =
        || Submitted::NotNow { vi: "đĩa đầy".to_owned(), en: "the disk is full".to_owned() };
    let mut portal = open(&taking(full())).await;
    portal.tell(&story()).await;
    let path = format!("/u/{DISTRICT}/closings?lang=en");
    let form = format!("act=close&period={PERIOD}&level=official&set_by=district_committee");
    let (status, page) = post(&portal, &officer("an", DISTRICT), &path, &form).await;
    assert_eq!(status, 503);
    assert!(page.contains("Not recorded: the disk is full"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_becomes_one_fact_or_says_what_is_missing() {
    let letters = taking(Submitted::Accepted(1));
    let mut portal = open(&letters).await;
    portal.tell(&story()).await;
    let path = format!("/u/{DISTRICT}/closings");
    let common = format!("period={PERIOD}&level=official&set_by=district_committee");
    for (form, kind) in [
        (format!("act=close&{common}"), Some("vn.tonghop.period.closed.v1")),
        (format!("act=close&{common}&reference=12/Q"), Some("vn.tonghop.period.closed.v1")),
        (format!("act=reopen&{common}&reason=late"), Some("vn.tonghop.period.reopened.v1")),
        (format!("act=publish&{common}&reference=web"), Some("vn.tonghop.figures.published.v1")),
        (format!("act=reopen&{common}&reason=+"), None),
        (format!("act=publish&{common}"), None),
        (format!("act=delete&{common}"), None),
        (format!("act=close&{common}").replace("official", "final"), None),
        (format!("act=close&{common}").replace("2021-H1", "soon"), None),
        ("act=close".to_owned(), None),
    ] {
        let (status, answer) = post(&portal, &officer("an", DISTRICT), &path, &form).await;
        let taken: Vec<String> = letters.taken.lock().unwrap().drain(..).collect();
        let Some(kind) = kind else {
            assert_eq!((status, taken.len()), (422, 0), "{form}");
            continue;
        };
        assert_eq!((status, taken.len()), (303, 1), "{form}: {answer}");
        assert_eq!(answer, format!("{path}?period={PERIOD}&told=1"));
        let fact: Value = serde_json::from_str(&taken[0]).unwrap();
        assert_eq!(fact["type"], kind, "{form}");
        assert_eq!(fact["data"]["unit"], DISTRICT);
        // The district is no more: it declares as of its last day.
        assert!(fact["time"].as_str().unwrap().starts_with("2025-06-30"), "{}", fact["time"]);
        let source = format!("urn:tonghop:user:an/{}", portal.app.identity);
        assert_eq!(fact["source"], source, "whoever sends the form may write under it");
        assert!(fact["id"].as_str().unwrap().len() <= 64);
        let intake = proto::intake::Intake {
            gazetteer: Gazetteer::embedded(),
            plan: &proto::catalogue::Catalogue::embedded().plan,
            today: "2030-01-01".parse().unwrap(),
        };
        intake.take(taken[0].as_bytes()).unwrap_or_else(|why| panic!("{why}: {}", taken[0]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_stands_beside_now() {
    let mut portal = open(&taking(Submitted::Busy)).await;
    portal.tell(&story()).await;
    let closed = portal.tell(&[closing("c1", "official", "district_committee")]).await;
    let nobody = portal.tell(&[closing("c2", "official", "commune")]).await;
    portal.tell(&[late(9, COMMUNES[0])]).await;
    let path = format!("/u/{DISTRICT}/closings?period={PERIOD}&lang=en");
    let (_, _, page) = portal.get(&path).await;
    let page = text(page);
    for expected in ["As closed and now", "<b>29</b>", "−1</td>", "Without effect", "4 of 14 units"]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    for (position, expected) in
        [(closed, "Closed official: recorded at position"), (nobody, "without effect")]
    {
        let (_, _, page) = portal.get(&format!("{path}&told={position}")).await;
        assert!(text(page).contains(expected), "{expected}");
    }
    let id = format!("{DISTRICT}.{PERIOD}.official.1");
    let told = portal.json(&format!("/v1/closings?unit={DISTRICT}")).await;
    assert_eq!(told["closings"][0]["vintage"], id.as_str());
    assert_eq!(told["closings"][1]["refused"], "no_authority");
    assert_eq!(portal.json("/v1/closings?unit=L-638").await["closings"], serde_json::json!([]));
    let api = format!("/v1/revisions?vintage={id}");
    for (who, sees) in [(Who::public(), false), (officer("an", DISTRICT), true)] {
        let (_, _, told) = portal.get_as(who.clone(), &api).await;
        let told: Value = serde_json::from_slice(&told).unwrap();
        let rows = told["rows"].as_array().unwrap();
        let poor = rows
            .iter()
            .find(|row| row["of"] == "poor_households" && row["unit"] == DISTRICT)
            .unwrap();
        assert_eq!((&poor["change"], &poor["causes"]["late"]), (&(-1).into(), &(-1).into()));
        assert_eq!(poor["facts"].is_array(), sees, "{}", who.name);
        // The text has the finding of the story, with the key of its fact.
        let (status, _, vintage) = portal.get_as(who, &format!("/v1/vintages/{id}")).await;
        assert_eq!(status, if sees { 200 } else { 403 });
        assert_eq!(text(vintage).starts_with("tonghop vintage 1\n"), sees);
    }
    let (_, headers, csv) = portal.get(&format!("{api}&format=csv")).await;
    assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    assert!(
        text(csv).contains(
            "figure,L-637,poor_households,,30 4 of 14 communes,29 4 of 14 communes,-1,-1"
        ),
        "a row of the CSV"
    );
    for (path, expected) in [
        ("/v1/revisions?vintage=L-637.nothing", 400),
        ("/v1/revisions", 400),
        ("/v1/vintages/..%2f..%2fetc", 404),
        ("/v1/checkpoints/7", 404),
        ("/u/L-637/closings?v=nothing&period=2021-H1@administrative", 404),
        ("/u/L-637/explain?period=2021-H1@administrative", 404),
        ("/u/L-637/explain?indicator=poor_households&by=class=x", 400),
        ("/v1/explain?unit=VN&indicator=loan_communes&period=2021", 400),
        ("/v1/explain?unit=L-637&indicator=poor_households&period=2021&by=x", 400),
    ] {
        let (status, _, body) = portal.get(path).await;
        assert_eq!(status, expected, "{path}: {}", text(body));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_walks_all_timelines_is_not_made_anew_with_every_change() {
    let mut portal = open(&taking(Submitted::Busy)).await;
    portal.tell(&story()).await;
    let pages = portal::pages::Pages::new();
    for page in ["closings", "explain?indicator=poor_households"] {
        let path = format!("/u/{DISTRICT}/{page}");
        assert!(pages.live_parts(&portal.app, &path, Lang::Vi, Role::Open).is_none(), "{path}");
        let (_, _, page) = portal.get(&path).await;
        assert!(!text(page).contains("data-live"), "{path}");
    }
}
