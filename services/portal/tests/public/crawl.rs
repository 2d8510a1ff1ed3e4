//! Everything that the public can get, crawled: no key and no pseudonym of a household, no single
//! amount, and no sum of the amounts of few.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::time::Duration;

use access::{Role, Who};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use domain::disclosure::HOUSEHOLDS_MIN;
use futures::StreamExt;
use proto::gazetteer::Gazetteer;
use serde_json::Value;
use tower::ServiceExt;

use crate::common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, story};

/// In every pseudonym of the made journal.
const PSEUDONYM: &str = "7d1f0c52a9e84b36d2c1";
/// In every id that a source gave a fact.
const OWN_ID: &str = "secretid";
/// Many answer for longer than anybody waits; the first part of them is read.
const WAIT: Duration = Duration::from_secs(20);

/// A loan of the made journal.
struct Loan {
    home: u64,
    unit: &'static str,
    class: &'static str,
    programme: &'static str,
    amount: i128,
}

/// Every amount is another, and none is the sum of others: eight digits, the last ones of powers.
fn loans() -> Vec<Loan> {
    let mut all = Vec::new();
    // Communes with two, four, six and thirty borrowers; in the third all of one programme but one.
    for (nth, (unit, count)) in COMMUNES.into_iter().zip([2u64, 4, 6, 30]).enumerate() {
        for one in 0..count {
            let home = nth as u64 * 100 + one % 10;
            let class = if one % 3 == 0 { "near_poor" } else { "poor" };
            let programme = match (nth, one) {
                (2, 0) => "student",
                (_, one) if one % 4 == 1 => "newly_escaped_household",
                _ => "poor_household",
            };
            let amount = 10_000_019 + (all.len() as i128 * 7919 * 7919) % 80_000_000;
            all.push(Loan {
                home: home + if one >= 10 { 20 + one } else { 0 },
                unit,
                class,
                programme,
                amount,
            });
        }
    }
    all
}

fn journal() -> Vec<String> {
    let mut facts: Vec<String> =
        story().into_iter().map(|one| one.replace(r#""id":""#, r#""id":"secretid"#)).collect();
    let add = |kind: &str, id: String, home: Option<u64>, on: &str, unit: &str, data: &str| {
        fact(kind, &format!("{OWN_ID}{id}"), home, on, unit, data)
    };
    for (nth, loan) in loans().iter().enumerate() {
        let data = format!(
            r#","class":"{}","programme":"{}","purpose":"housing","amount":{}"#,
            loan.class, loan.programme, loan.amount
        );
        let day = format!("2021-0{}-0{}", 1 + nth % 5, 1 + nth % 9);
        facts.push(add(
            "loan.disbursed",
            format!("l{nth}"),
            Some(loan.home),
            &day,
            loan.unit,
            &data,
        ));
    }
    // A delivery to two households at once is as much of single ones as one to one.
    let data = r#","kind":"emergency","counted_in":"household","quantity":2,"households":2,"amount":13370042"#;
    facts.push(add("support.delivered", "s1".into(), None, "2021-03-03", COMMUNES[1], data));
    let data = r#","kind":"electricity","counted_in":"household","quantity":1,"amount":13370043"#;
    facts.push(add("support.delivered", "s2".into(), Some(2), "2021-03-04", COMMUNES[0], data));
    facts
}

fn closing() -> String {
    let data =
        format!(r#","period":"{PERIOD}","level":"preliminary","set_by":"district_committee""#);
    fact("period.closed", "close", None, "2021-06-15", DISTRICT, &data)
}

/// A text and everything inside it that is packed.
fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) {
        for at in 0..zip.len() {
            zip.by_index(at).unwrap().read_to_string(&mut text).unwrap();
        }
    }
    text
}

/// An amount in every way that we write numbers.
fn spellings(amount: i128) -> Vec<String> {
    let plain = amount.to_string();
    let groups: Vec<&str> = [
        &plain[..plain.len() - 6],
        &plain[plain.len() - 6..plain.len() - 3],
        &plain[plain.len() - 3..],
    ]
    .to_vec();
    [".", ",", " ", "\u{a0}"].iter().map(|by| groups.join(by)).chain([plain.clone()]).collect()
}

/// The first part of an answer, or all of it when it ends.
async fn asked(portal: &Portal, who: &Who, path: &str) -> (u16, String) {
    let request =
        Request::get(path).extension(web::Asker(who.clone())).body(Body::empty()).unwrap();
    let response = portal.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let is_live = parts.headers.get("content-type").is_some_and(|one| one == "text/event-stream");
    let mut stream: BodyDataStream = body.into_data_stream();
    let mut bytes = Vec::new();
    let reading = async {
        while let Some(Ok(more)) = stream.next().await {
            bytes.extend_from_slice(&more);
            if is_live && bytes.windows(5).any(|part| part == b"data:") {
                break;
            }
        }
    };
    tokio::time::timeout(WAIT, reading).await.expect(path);
    (parts.status.as_u16(), unpacked(&bytes))
}

/// How each address of the API is asked. One that is missing here fails the test: a new output is
/// not forgotten.
fn questions(path: &str, vintage: &str) -> Option<Vec<String>> {
    let units = ["VN", DISTRICT, COMMUNES[0]];
    let periods = ["2021-03", PERIOD];
    let of_each = |query: &str| {
        let each = |unit: &&str| {
            periods.map(|period| format!("{path}?unit={unit}&period={period}{query}"))
        };
        units.iter().flat_map(each).collect::<Vec<_>>()
    };
    let loans = "&indicator=loan_amount,loan_instances";
    Some(match path {
        "/v1/figures" => {
            let mut all = Vec::new();
            for format in ["json", "csv", "xlsx"] {
                all.extend(of_each(&format!("&children=1&format={format}")));
                for by in ["class", "programme", "class,programme", "class,programme,purpose"] {
                    all.extend(of_each(&format!("{loans}&by={by}&children=1&format={format}")));
                }
            }
            all.extend(of_each("&boundaries=current"));
            all.extend(of_each("&indicator=loan_households&by=class"));
            all.extend(of_each("&indicator=support_amount&by=kind,group"));
            all.extend(of_each(&format!("{loans}&last=6")));
            all.extend(of_each("&against=L-638"));
            all.extend(of_each("&against_period=2021-01"));
            all
        }
        "/v1/movements" => ["json", "csv", "xlsx"]
            .into_iter()
            .flat_map(|format| of_each(&format!("&children=1&format={format}")))
            .collect(),
        "/v1/targets" => of_each("&indicator=loan_amount"),
        "/v1/findings" => of_each(""),
        "/v1/explain" => {
            let mut all = Vec::new();
            for indicator in [
                "loan_amount",
                "loan_instances",
                "loan_households",
                "support_amount",
                "poor_households",
                "borrowing_share_of_poor",
                "poverty_rate",
                "loan_communes",
            ] {
                all.extend(of_each(&format!("&indicator={indicator}&limit=1000")));
            }
            all.extend(of_each("&indicator=loan_amount&by=class=poor"));
            all
        }
        "/v1/units" => vec![format!("{path}?q=krong")],
        "/v1/units/{key}" => vec![format!("/v1/units/{DISTRICT}")],
        "/v1/units/{key}/children" => vec![format!("/v1/units/{DISTRICT}/children")],
        "/v1/indicators" | "/v1/position" | "/v1/milestones" | "/v1/closings"
        | "/v1/openapi.json" => vec![path.to_owned()],
        "/v1/indicators/{id}" => vec!["/v1/indicators/loan_amount".to_owned()],
        "/v1/revisions" => ["json", "csv"]
            .map(|format| format!("{path}?vintage={vintage}&limit=1000&format={format}"))
            .to_vec(),
        "/v1/vintages/{id}" => vec![format!("/v1/vintages/{vintage}")],
        "/v1/vintages/{id}/pack" => vec![format!("/v1/vintages/{vintage}/pack")],
        "/v1/checkpoints/{size}" => vec!["/v1/checkpoints/1".to_owned()],
        "/v1/live" => of_each("&indicator=loan_amount,loan_instances&by=class&children=1"),
        "/v1/live/page" => vec![format!("{path}?path=/u/{}", COMMUNES[0])],
        _ => return None,
    })
}

/// The same of pages: those that [`portal::pages::PATHS`] names.
fn pages(path: &str) -> Option<Vec<String>> {
    let units = [DISTRICT, COMMUNES[1], COMMUNES[3]];
    let of_each = |query: &str| {
        let each = |unit: &&str| {
            ["vi", "en"].map(|lang| {
                let page = path.replace("{key}", unit);
                format!("{page}?period={PERIOD}&lang={lang}{query}")
            })
        };
        units.iter().flat_map(each).collect::<Vec<_>>()
    };
    Some(match path {
        "/" | "/milestones" | "/search" | "/operations" | "/published" | "/sign-in"
        | "/sign-in/code" | "/two-step" => vec![format!("{path}?lang=en")],
        "/u/{key}" | "/u/{key}/movements" | "/u/{key}/i" | "/u/{key}/findings"
        | "/u/{key}/closings" => of_each(""),
        "/u/{key}/map" => of_each("&indicator=loan_amount"),
        "/u/{key}/compare" => of_each("&with=L-638"),
        "/u/{key}/explain" => {
            let by = "&indicator=loan_amount&by=class%3Dpoor";
            [of_each("&indicator=loan_amount"), of_each("&indicator=support_amount"), of_each(by)]
                .concat()
        }
        "/u/{key}/i/{indicator}" => [
            "loan_amount",
            "loan_households",
            "support_amount",
            "electricity_amount",
            "borrowing_share_of_poor",
        ]
        .into_iter()
        .flat_map(|id| {
            let all = of_each("");
            all.into_iter().map(move |one| one.replace("{indicator}", id))
        })
        .collect(),
        _ => return None,
    })
}

/// The keys of household facts, as an auditor is told them.
async fn keys(portal: &Portal) -> BTreeSet<String> {
    let auditor = Who { name: "auditor".to_owned(), role: Role::Auditor };
    let mut found = BTreeSet::new();
    for indicator in ["loan_amount", "poor_households", "support_amount"] {
        let path =
            format!("/v1/explain?unit={DISTRICT}&indicator={indicator}&period=2021&limit=1000");
        let (status, text) = asked(portal, &auditor, &path).await;
        assert_eq!(status, 200, "{text}");
        let told: Value = serde_json::from_str(&text).unwrap();
        let facts = told["facts"].as_array().unwrap();
        found.extend(facts.iter().map(|one| one["fact"].as_str().unwrap().to_owned()));
    }
    assert!(found.len() > 80, "{}", found.len());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_single_households_is_in_anything_that_the_public_gets() {
    let mut portal = Portal::open().await;
    portal.tell(&journal()).await;
    portal.tell(&[closing()]).await;
    // What came since is a revision, and the amount of one.
    let late = r#","class":"poor","programme":"student","purpose":"housing","amount":98765431"#;
    let late = fact("loan.disbursed", "secretidlate", Some(305), "2021-05-05", COMMUNES[3], late);
    let told = portal.tell(&[late]).await;
    portal.app.recent.seen(told).await;

    let amounts: Vec<i128> = loans()
        .iter()
        .map(|loan| loan.amount)
        .chain([13_370_042, 13_370_043, 98_765_431])
        .collect();
    let mut needles: BTreeSet<String> = keys(&portal).await;
    needles.extend(amounts.into_iter().flat_map(spellings));
    needles.extend([PSEUDONYM.to_owned(), OWN_ID.to_owned()]);

    let public = Who::public();
    let document = portal.json("/v1/openapi.json").await;
    let (_, closings) = asked(&portal, &public, "/v1/closings").await;
    let closings: Value = serde_json::from_str(&closings).unwrap();
    let vintage = closings["closings"][0]["vintage"].as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for path in document["paths"].as_object().unwrap().keys() {
        let of = questions(path, &vintage);
        all.extend(of.unwrap_or_else(|| panic!("say how the public asks {path}")));
    }
    for path in portal::pages::PATHS {
        all.extend(pages(path).unwrap_or_else(|| panic!("say how the public asks {path}")));
    }
    let mut by_status: BTreeMap<u16, usize> = BTreeMap::new();
    for path in all {
        let (status, text) = asked(&portal, &public, &path).await;
        *by_status.entry(status).or_default() += 1;
        if let Some(needle) = needles.iter().find(|needle| text.contains(needle.as_str())) {
            let at = text.find(needle.as_str()).unwrap();
            let from = text[..at].char_indices().rev().nth(200).map_or(0, |(at, _)| at);
            panic!("{path} tells {needle}: {}", &text[from..at + needle.len()]);
        }
        assert!(status < 500, "{path}: {text}");
    }
    assert!(by_status[&200] > 150, "{by_status:?}");
}

/// The households of the loans in a unit, of one class or programme or of all.
fn borrowers(unit: &str, by: &serde_json::Map<String, Value>) -> usize {
    let gazetteer = Gazetteer::embedded();
    let holds = |loan: &Loan| {
        let (of, at) = (gazetteer.unit(unit).unwrap(), gazetteer.unit(loan.unit).unwrap());
        gazetteer.atlas.holds(of, at.into())
    };
    let is = |name: &str, code: &str| by.get(name).is_none_or(|one| one == code);
    let within = loans();
    let within = within
        .iter()
        .filter(|loan| holds(loan) && is("class", loan.class) && is("programme", loan.programme));
    within.map(|loan| loan.home).collect::<BTreeSet<_>>().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_amount_and_every_breakdown_that_is_told_is_of_enough_households() {
    let mut portal = Portal::open().await;
    portal.tell(&journal()).await;
    let (mut told, mut hidden) = (0, 0);
    for by in ["", "&by=class", "&by=programme", "&by=class,programme"] {
        let path = format!(
            "/v1/figures?unit={DISTRICT}&period=2021&children=1&indicator=loan_amount,loan_instances{by}"
        );
        let answer = portal.json(&path).await;
        for line in answer["figures"].as_array().unwrap() {
            let codes = line["by"].as_object().cloned().unwrap_or_default();
            let of = borrowers(line["unit"].as_str().unwrap(), &codes);
            let is_count = line["indicator"] == "loan_instances" && codes.is_empty();
            match line["missing"].as_str() {
                // Of a commune that reported nothing nobody knows.
                Some("not_reported") => assert_eq!(of, 0, "{line}"),
                Some(why) => {
                    assert_eq!(why, format!("hidden:{HOUSEHOLDS_MIN}"));
                    assert!(!is_count, "{line}");
                    hidden += 1;
                }
                None if is_count || of == 0 => {}
                None => {
                    assert!(of >= HOUSEHOLDS_MIN as usize, "{of}: {line}");
                    told += 1;
                }
            }
        }
        // Of the communes' amounts the few are hidden, and enough others that they are no rest.
        let csv = portal.get(&format!("{path}&format=csv&lang=en")).await.2;
        assert!(unpacked(&csv).contains("hidden:5"), "{by}");
        let xlsx = portal.get(&format!("{path}&format=xlsx&lang=vi")).await.2;
        assert!(unpacked(&xlsx).contains("ẩn: dưới 5 hộ"), "{by}");
    }
    assert!(told > 5 && hidden > 5, "{told} {hidden}");
    let officer = Who {
        name: "officer".to_owned(),
        role: Role::Officer { of: Gazetteer::embedded().unit(DISTRICT).unwrap() },
    };
    let path = format!(
        "/v1/figures?unit={DISTRICT}&period=2021&children=1&by=class,programme&indicator=loan_amount"
    );
    let (_, text) = asked(&portal, &officer, &path).await;
    assert!(!text.contains("hidden"), "an officer of the district sees all of it: {text}");
    let page = format!("/u/{}/i/loan_amount?period=2021&lang=vi", COMMUNES[0]);
    let (_, text) = asked(&portal, &Who::public(), &page).await;
    assert!(text.contains("ẩn: dưới 5 hộ"), "{text}");
}
