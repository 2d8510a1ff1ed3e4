//! Tables that leave the house say what the page says that they are taken from.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use axum::http::header;
use common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, story};

/// The units that a movement table as CSV tells of.
fn units(csv: &[u8]) -> BTreeSet<String> {
    let lines = std::str::from_utf8(csv).unwrap().lines().skip(1);
    lines.filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn movements_in_todays_boundaries_are_of_the_units_of_today() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let then = format!("/v1/movements?unit={DISTRICT}&period={PERIOD}&children=1");
    let now = format!("/v1/movements?unit={DISTRICT}&period={PERIOD}&boundaries=current");
    let poor = |answer: &serde_json::Value| -> i64 {
        let children = answer["children"].as_array().unwrap();
        children.iter().map(|one| one["tables"][0]["closing"]["households"].as_i64().unwrap()).sum()
    };
    let (then, today) = (portal.json(&then).await, portal.json(&now).await);
    let keys = |answer: &serde_json::Value| -> BTreeSet<String> {
        let children = answer["children"].as_array().unwrap();
        children.iter().map(|one| one["unit"].as_str().unwrap().to_owned()).collect()
    };
    assert!(keys(&then).iter().all(|key| key.starts_with("L-")), "{:?}", keys(&then));
    assert_eq!(keys(&today).len(), 4, "the district became four communes: {:?}", keys(&today));
    assert!(keys(&today).iter().all(|key| key.starts_with("N-")), "{:?}", keys(&today));
    assert_eq!(poor(&then), poor(&today), "the same households in other boundaries");
    assert_eq!(then["tables"], today["tables"], "the district's own table is the same");

    let (_, _, csv) = portal.get(&format!("{now}&format=csv")).await;
    let expected = keys(&today).into_iter().chain([DISTRICT.to_owned()]).collect();
    assert_eq!(units(&csv), expected);
    let (status, _, _) = portal.get(&format!("{now}&format=xlsx")).await;
    assert_eq!(status, 200);
    // Ward N-12817 is of Thái Bình city as much as of this district.
    let other = portal.json("/v1/movements?unit=L-340&period=2024&boundaries=current").await;
    let children = other["children"].as_array().unwrap();
    let wider = children.iter().filter(|one| one["wider"] == true).map(|one| one["unit"].as_str());
    assert_eq!(wider.collect::<Vec<_>>(), [Some("N-12817")]);
    let (_, _, csv) =
        portal.get("/v1/movements?unit=L-340&period=2024&boundaries=current&format=csv").await;
    let csv = std::str::from_utf8(&csv).unwrap();
    assert!(csv.lines().next().unwrap().ends_with(",persons,wider,missing,communes"), "{csv}");
    let wider = csv.lines().filter(|line| line.split(',').nth(9) == Some("1"));
    let wider: BTreeSet<&str> = wider.map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(wider, BTreeSet::from(["N-12817"]), "the CSV says so, too");
    let (status, _, _) = portal.get(&format!("{now}x")).await;
    assert_eq!(status, 400, "boundaries that there are not");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_download_of_a_page_has_the_units_of_the_page() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    for (page, boundaries) in [
        ("movements", "own"),
        ("movements", "current"),
        ("i/poor_households", "current"),
        ("map", "current"),
    ] {
        let path = format!("/u/{DISTRICT}/{page}?period={PERIOD}&boundaries={boundaries}&lang=vi");
        let (_, _, html) = portal.get(&path).await;
        let html = String::from_utf8(html).unwrap().replace("&#38;", "&");
        let links: Vec<&str> = html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.starts_with("/v1/") && link.contains("format="))
            .collect();
        assert!(links.len() > 1, "{path}");
        for link in links {
            let (status, headers, bytes) = portal.get(link).await;
            assert_eq!(status, 200, "{link}");
            let name = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
            assert!(name.contains("krong-pa-2021-h1-administrative."), "{name}");
            if link.contains("format=csv") && !link.contains("semicolon") {
                let old = units(&bytes).contains(COMMUNES[1]);
                assert_eq!(old, boundaries == "own", "{link}");
            }
        }
    }
}

/// One commune opens its list within the half-year, with one poor household on it.
fn late_list() -> Vec<String> {
    let unit = COMMUNES[0];
    let data = r#","standing":"poor","persons":4"#;
    let household = fact("household.registered", "r1", Some(1), "2021-02-01", unit, data);
    vec![fact("list.opened", "list", None, "2021-02-01", unit, ""), household]
}

/// The lines of a movement table of poor households as CSV: row, households, missing, communes.
fn poor_lines(csv: &[u8], unit: &str) -> Vec<[String; 4]> {
    let lines = std::str::from_utf8(csv).unwrap().lines().skip(1);
    let fields = lines.map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let of_unit = fields.filter(|fields| fields[0] == unit && fields[2] == "poor");
    of_unit.map(|fields| [3, 7, 10, 11].map(|at| fields[at].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_before_the_first_list_is_unknown_wherever_it_is_told() {
    let mut portal = Portal::open().await;
    portal.tell(&late_list()).await;
    let unit = COMMUNES[0];
    let before =
        portal.json(&format!("/v1/figures?unit={unit}&from=2020-12-01&to=2020-12-14")).await;
    let figures = before["figures"].as_array().unwrap();
    let stock = figures.iter().find(|one| one["indicator"] == "poor_households").unwrap();
    assert_eq!(stock["missing"], "not_reported", "the day before, as a figure");

    let path = format!("/v1/movements?unit={unit}&period={PERIOD}");
    let answer = portal.json(&path).await;
    let table = &answer["tables"][0];
    assert_eq!(table["opening_missing"], "not_reported");
    assert_eq!(table["missing"], serde_json::Value::Null);
    assert_eq!(table["closing"]["households"], 1);
    let (_, _, csv) = portal.get(&format!("{path}&format=csv")).await;
    let lines = poor_lines(&csv, unit);
    assert_eq!(lines[0], ["opening", "", "not_reported", ""]);
    assert_eq!(lines[1], ["registered", "1", "", ""]);
    assert_eq!(lines.last().unwrap(), &["closing", "1", "", ""]);
    // On the pages it is the first of the equation, of the table, and of what moved.
    for (page, cells) in [("/movements", ["eq-Opening", "L-24076-1\""]), ("", ["mv-1\""; 2])] {
        let path = format!("/u/{unit}{page}?period={PERIOD}&lang=en");
        let (_, _, html) = portal.get(&path).await;
        let html = String::from_utf8(html).unwrap();
        for cell in cells {
            let at = html.find(&format!("data-cell=\"{cell}")).unwrap();
            let text = html[at..].split(['>', '<']).nth(1).unwrap();
            assert_eq!(text, "…", "{path}: {cell}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_of_some_lists_says_of_how_many() {
    let mut portal = Portal::open().await;
    portal.tell(&late_list()).await;
    let path = format!("/v1/movements?unit={DISTRICT}&period=2021-H2@administrative");
    let answer = portal.json(&path).await;
    assert_eq!(answer["tables"][0]["opening"]["households"], 1);
    assert_eq!(answer["tables"][0]["opening_communes"], serde_json::json!([1, 14]));
    let (_, _, csv) = portal.get(&format!("{path}&format=csv")).await;
    assert_eq!(poor_lines(&csv, DISTRICT)[0], ["opening", "1", "", "1/14"]);
    let page = format!("/u/{DISTRICT}/movements?period=2021-H2@administrative&lang=vi");
    let (_, _, html) = portal.get(&page).await;
    assert!(String::from_utf8(html).unwrap().contains("(1/14)"), "{page}");
}
