//! Audit packs over HTTP: who may have one, what it is, and that nothing of it stays behind.

#![allow(clippy::unwrap_used)]

mod common;

use access::{Role, Who};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, poor, signer, story};
use domain::atlas::Unit;
use journal::Entry;
use proto::gazetteer::Gazetteer;
use serde_json::Value;
use tower::ServiceExt;
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

fn id() -> String {
    format!("{DISTRICT}.{PERIOD}.official.1")
}

fn address() -> String {
    format!("/v1/vintages/{}/pack", id())
}

fn page() -> String {
    format!("/u/{DISTRICT}/closings?period={PERIOD}&lang=en")
}

/// A portal over the story, closed and signed.
async fn closed() -> (Portal, u64) {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let data = format!(r#","period":"{PERIOD}","level":"official","set_by":"district_committee""#);
    let closing = fact("period.closed", "c1", None, "2021-06-15", DISTRICT, &data);
    let position = portal.tell(&[closing]).await;
    (portal, position)
}

async fn status(portal: &Portal, who: &Who) -> u16 {
    portal.get_as(who.clone(), &address()).await.0.as_u16()
}

/// What lies in the data folder beside the store.
fn files(portal: &Portal) -> Vec<String> {
    let entries = std::fs::read_dir(portal.folder.path().join("data")).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> =
        entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_for_those_who_may_see_every_household_in_it() {
    let (mut portal, _) = closed().await;
    let operator = Who { name: "operator".to_owned(), role: Role::Operator };
    for (who, expected, recorded) in [
        (Who::public(), 403, 0),
        (operator, 403, 0),
        (officer("elsewhere", "L-638"), 403, 0),
        (officer("below", COMMUNES[0]), 403, 0),
        (officer("unrecorded", DISTRICT), 503, 1),
        (officer("district", DISTRICT), 200, 1),
        (officer("province", "L-64"), 200, 1),
        (auditor(), 200, 1),
        (Who::open(), 200, 1),
    ] {
        portal.readings.lock().unwrap().clear();
        assert_eq!(status(&portal, &who).await, expected, "{}", who.name);
        assert_eq!(portal.readings.lock().unwrap().len(), recorded, "{}", who.name);
        let (_, _, page) = portal.get_as(who.clone(), &page()).await;
        let offered = String::from_utf8(page).unwrap().contains(&address());
        assert_eq!(offered, matches!(expected, 200 | 503), "{}", who.name);
    }
    // A household of the neighbour is in the journal, too, and so in its packs.
    portal.tell(&[poor(9_000, "L-24043")]).await;
    let table = [("district", DISTRICT, 403), ("province", "L-64", 200)];
    for (name, key, expected) in table {
        assert_eq!(status(&portal, &officer(name, key)).await, expected, "{name}");
    }
    // What cannot be read may be about anybody.
    portal.write(&[Entry::new("VN.VN", "no fact")]).await;
    for (who, expected) in [(officer("province", "L-64"), 403), (auditor(), 200)] {
        assert_eq!(status(&portal, &who).await, expected, "{}", who.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_whole_and_signed_and_leaves_nothing_behind() {
    let (portal, position) = closed().await;
    let before = files(&portal);
    let (status, headers, pack) = portal.get_as(auditor(), &address()).await;
    assert_eq!(status, 200);
    let header = |name| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header(header::CONTENT_TYPE), "application/zip");
    assert_eq!(header(header::CONTENT_LENGTH), pack.len().to_string());
    assert!(header(header::CONTENT_DISPOSITION).contains("filename=\"l-637"));
    let closings = portal.json(&format!("/v1/closings?unit={DISTRICT}")).await;
    let digest = closings["closings"][0]["digest"].as_str().unwrap();
    assert_eq!(header(header::ETAG), format!("W/\"{digest}\""));

    let file = portal.folder.path().join("pack.zip");
    std::fs::write(&file, &pack).unwrap();
    let known = [signer().verifier()];
    let verdict = auditor::verify(&file, &known, 1, |_| {}).await.unwrap();
    assert!(verdict.holds(), "{:?}", verdict.faults);
    assert_eq!(verdict.checkpoint.unwrap().size, position);

    // The same again, and for whoever has it nothing is made or recorded.
    assert_eq!(portal.get_as(auditor(), &address()).await.2, pack);
    portal.readings.lock().unwrap().clear();
    let request =
        |method| Request::builder().method(method).uri(address()).extension(Asker(auditor()));
    let tagged = request(Method::GET).header(header::IF_NONE_MATCH, format!("\"{digest}\""));
    let (status, _, body) = portal.send(tagged.body(Body::empty()).unwrap()).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    let (status, headers, body) =
        portal.send(request(Method::HEAD).body(Body::empty()).unwrap()).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0));
    assert_eq!(headers[header::CONTENT_TYPE], "application/zip");
    assert!(portal.readings.lock().unwrap().is_empty());
    assert_eq!(files(&portal), before, "no file stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_or_not_there_has_no_pack() {
    let (portal, position) = closed().await;
    let note = format!("data/checkpoints/{position:020}.note");
    std::fs::remove_file(portal.folder.path().join(note)).unwrap();
    let (status, headers, body) = portal.get_as(auditor(), &address()).await;
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status.as_u16(), &told["reason"]), (404, &"not_signed".into()), "{told}");
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    assert!(told["detail"].as_str().unwrap().contains("--key"), "{told}");
    let (_, _, page) = portal.get_as(auditor(), &page()).await;
    assert!(!String::from_utf8(page).unwrap().contains(&address()));
    assert!(portal.readings.lock().unwrap().is_empty(), "nothing was read");
    for (address, expected) in [
        (format!("/v1/vintages/{DISTRICT}.nothing/pack"), 404),
        ("/v1/vintages/nowhere/pack".to_owned(), 404),
        ("/v1/vintages/..%2f..%2fetc/pack".to_owned(), 404),
        (format!("/v1/vintages/{}/pack?x=1", id()), 400),
    ] {
        assert_eq!(portal.get_as(auditor(), &address).await.0, expected, "{address}");
    }
    // A note of that position that says nothing of the vintage does not make it signed.
    let other = proof::Checkpoint {
        origin: format!("tonghop.example/{}", portal.app.identity),
        size: position,
        root: proof::Range::default().root(),
        extensions: Vec::new(),
    };
    let note = format!("data/checkpoints/{position:020}.note");
    std::fs::write(portal.folder.path().join(note), other.sign(&signer()).unwrap()).unwrap();
    assert_eq!(portal.get_as(auditor(), &address()).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_that_nobody_reads_do_not_pile_up() {
    let (portal, _) = closed().await;
    let ask = || async {
        let request = Request::get(address()).extension(Asker(auditor()));
        let request = request.body(Body::empty()).unwrap();
        portal.router.clone().oneshot(request).await.unwrap()
    };
    let mut open = Vec::new();
    let refused = loop {
        let answer = ask().await;
        match answer.status() {
            StatusCode::OK => open.push(answer),
            _ => break answer,
        }
    };
    assert_eq!((open.len(), refused.status()), (8, StatusCode::SERVICE_UNAVAILABLE));
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    assert!(files(&portal).iter().all(|name| !name.ends_with(".part")));
    // Whoever hangs up makes room.
    open.pop();
    assert_eq!(ask().await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hangs_up_while_a_pack_is_made_gives_its_place_back() {
    let (portal, _) = closed().await;
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    for _ in 0..20 {
        let request = Request::get(address()).extension(Asker(auditor()));
        let asking = portal.router.clone().oneshot(request.body(Body::empty()).unwrap());
        let mut asking = Box::pin(asking);
        // Dropped wherever it is after a few steps.
        for _ in 0..3 {
            let _ = futures::poll!(asking.as_mut());
            tokio::task::yield_now().await;
        }
    }
    while status(&portal, &auditor()).await != 200 {
        assert!(tokio::time::Instant::now() < until, "places are lost");
        tokio::task::yield_now().await;
    }
    assert!(files(&portal).iter().all(|name| !name.ends_with(".part")));
}
