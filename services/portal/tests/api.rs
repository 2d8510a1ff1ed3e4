//! The API over a real projector: answers, ETags, problems, who sees what, tables.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "public/crawl.rs"]
mod public;

use std::io::Read;

use axum::body::Body;
use axum::http::Request;
use common::{COMMUNES, DISTRICT, PERIOD, Portal, fact, left, lists, story};
use serde_json::{Value, json};

fn figures(query: &str) -> String {
    format!("/v1/figures?unit={DISTRICT}&period={PERIOD}&{query}")
}

#[tokio::test]
async fn figures_tell_numerator_and_denominator_and_the_sum_of_the_communes() {
    let mut portal = Portal::open().await;
    portal.tell(&lists("2019-12-01")).await;
    let position = portal.tell(&story()).await;
    let answer = portal.json(&figures("children=1&indicator=poor_households,poverty_rate")).await;
    assert_eq!(answer["position"], position);
    let lines = answer["figures"].as_array().unwrap();
    let of = |unit: &str, indicator: &str| {
        let line = lines.iter().find(|one| one["unit"] == unit && one["indicator"] == indicator);
        line.unwrap().clone()
    };
    assert_eq!(of(DISTRICT, "poor_households")["value"], 30);
    for (number, unit) in COMMUNES.iter().enumerate() {
        assert_eq!(of(unit, "poor_households")["value"], 9 - number, "{unit}");
    }
    let rate = of(DISTRICT, "poverty_rate");
    assert_eq!((&rate["numerator"], &rate["denominator"]), (&json!(30), &json!(1000)));
    assert_eq!(rate["children"][0], 4, "four communes state their households");

    let series = portal.json(&figures("indicator=poor_households&last=3")).await;
    let series = series["series"]["poor_households"].as_array().unwrap().clone();
    let values: Vec<_> = series.iter().map(|point| point["value"].clone()).collect();
    assert_eq!(values, [json!(0), json!(40), json!(30)]);
    assert_eq!(series[2]["when"]["period"], PERIOD);

    let against = "indicator=poverty_rate&against_period=2020-H2@administrative";
    let compared = portal.json(&figures(against)).await;
    let one = &compared["comparisons"][0];
    assert_eq!(one["difference"], json!([-1, 100]));
    assert_eq!(one["relative"], json!([-1, 4]));
    assert_eq!(one["effects"], json!({"numerator": [-1, 100], "denominator": [0, 1]}));
}

#[tokio::test]
async fn targets_tell_every_version_and_how_far_it_is_attained() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let path = format!("/v1/targets?unit={DISTRICT}&period={PERIOD}");
    let targets = portal.json(&path).await["targets"].clone();
    assert_eq!(targets.as_array().unwrap().len(), 1);
    let versions = targets[0]["versions"].as_array().unwrap();
    let told: Vec<_> = versions.iter().map(|one| (&one["on"], &one["attainment"])).collect();
    let twelve = json!({"done": [10, 1], "gap": [2, 1], "share": [5, 6]});
    let twenty = json!({"done": [10, 1], "gap": [10, 1], "share": [1, 2]});
    // The half-year asked is not the whole year of the target: nobody can say whether it is met.
    assert_eq!(told, [(&json!("2020-12-18"), &twelve), (&json!("2021-03-22"), &twenty)]);
    let early = format!("/v1/targets?unit={DISTRICT}&from=2020-12-15&to=2021-01-31");
    let early = portal.json(&early).await["targets"][0]["versions"].clone();
    let told = early.as_array().unwrap().len();
    assert_eq!(told, 2, "the days asked for say what it is about, not what was known then");
}

#[tokio::test]
async fn an_etag_holds_until_the_next_fact() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let path = figures("indicator=poor_households");
    let (_, headers, _) = portal.get(&path).await;
    let tag = headers["etag"].clone();
    let again =
        |path: &str| Request::get(path).header("if-none-match", &tag).body(Body::empty()).unwrap();
    let (status, headers, bytes) = portal.send(again(&path)).await;
    assert_eq!((status.as_u16(), bytes.len()), (304, 0));
    assert_eq!(headers["etag"], tag);
    let other = figures("indicator=near_poor_households");
    assert_eq!(portal.send(again(&other)).await.0, 200, "another question");
    portal.tell(&[left(5, COMMUNES[0])]).await;
    let (status, headers, _) = portal.send(again(&path)).await;
    assert_eq!(status, 200);
    assert_ne!(headers["etag"], tag);
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_name_and_nothing_answers_otherwise() {
    let portal = Portal::open().await;
    let table = [
        ("/v1/units/L-999999", 404, "key"),
        ("/v1/units/%00", 404, "key"),
        ("/v1/units/..%2f..%2fetc%2fpasswd", 404, "key"),
        ("/v1/units/L-637/children?limit=1001", 400, "limit"),
        ("/v1/units?cursor=7", 400, "cursor"),
        ("/v1/units?level=village", 400, "level"),
        ("/v1/indicators/poor_household", 404, "id"),
        ("/v1/figures", 400, "unit"),
        ("/v1/figures?unit=L-637", 400, "period"),
        ("/v1/figures?unit=VN&period=2021&indicator=nothing", 400, "indicator"),
        ("/v1/figures?unit=VN&period=2021&format=pdf", 400, "format"),
        ("/v1/figures?unit=VN&period=2021&bom=1", 400, "bom"),
        ("/v1/figures?unit=VN&period=2021&last=3", 400, "indicator"),
        ("/v1/figures?unit=VN&period=2021&last=3&children=1&indicator=population", 400, "last"),
        ("/v1/movements?unit=VN&period=2021&by=kind", 400, "by"),
        // Kept for loans, not for these: their totals would look like the answer.
        ("/v1/figures?unit=VN&period=2021&by=class&indicator=poor_households", 400, "by"),
        ("/v1/figures?unit=VN&period=2021&by=class&indicator=poverty_rate,loan_amount", 400, "by"),
        ("/v1/live?unit=VN&period=2021&by=class&indicator=poor_households", 400, "by"),
        ("/v1/targets?unit=VN&period=x%0d%0aSet-Cookie:a", 400, "period"),
        ("/v1/findings?unit=VN&reason=nothing", 400, "reason"),
        ("/v1/findings?unit=VN&cursor=%27;drop", 400, "cursor"),
        ("/v1/live?unit=VN&period=2021", 400, "indicator"),
        ("/v1/live/page?path=u", 400, "path"),
        ("/v1/live/page?path=/search", 400, "path"),
        ("/v1/live/page?path=/u/nothing", 404, "path"),
    ];
    for (path, expected, field) in table {
        let (status, headers, bytes) = portal.get(path).await;
        let problem: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((status.as_u16(), &problem["field"]), (expected, &json!(field)), "{path}");
        assert_eq!(headers["content-type"], "application/problem+json", "{path}");
        assert_eq!(problem["status"], expected, "{path}");
    }
    assert_eq!(portal.get("/v1/nothing").await.0, 404);
    let post = Request::post("/v1/figures").body(Body::empty()).unwrap();
    assert_eq!(portal.send(post).await.0, 405);
}

#[tokio::test]
async fn units_are_found_as_people_write_them_page_by_page() {
    let portal = Portal::open().await;
    for text in ["kr%C3%B4ng%20pa", "krong%20pa", "KRONG%20PA", "huyen%20krong%20pa", "L-637"] {
        let answer = portal.json(&format!("/v1/units?q={text}&limit=5")).await;
        assert_eq!(answer["units"][0]["key"], "L-637", "{text}");
    }
    let unit = portal.json("/v1/units/L-637").await;
    assert_eq!((&unit["level"], &unit["generation"]), (&json!("district"), &json!("L")));
    assert_eq!(unit["children"], 14);
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/units/L-637/children?limit=5{cursor}");
        let answer = portal.json(&path).await;
        let units = answer["units"].as_array().unwrap().clone();
        found.extend(units.iter().map(|one| one["key"].as_str().unwrap().to_owned()));
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 14);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 14, "none is told twice");
}

#[tokio::test]
async fn keys_of_households_facts_are_shown_only_to_those_who_may_see_them() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let path = format!("/v1/findings?unit={DISTRICT}");
    let of = |role| access::Who { name: "x".into(), role };
    let officer = |key| {
        let of = proto::gazetteer::Gazetteer::embedded().unit(key).unwrap();
        access::Role::Officer { of }
    };
    let table = [
        (access::Role::Public, false),
        (access::Role::Operator, false),
        (officer("L-638"), false),
        (officer(COMMUNES[0]), false),
        (officer(DISTRICT), true),
        (access::Role::Auditor, true),
        (access::Role::Open, true),
    ];
    for (role, sees) in table {
        let (status, _, bytes) = portal.get_as(of(role), &path).await;
        assert_eq!(status, 200);
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(answer["findings"][0]["reason"], "repeated_exit");
        assert_eq!(answer["findings"][0].get("fact").is_some(), sees, "{role:?}");
        assert_eq!(answer["groups"][0]["unit"], COMMUNES[3]);
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("household/"), "a pseudonym is in no answer");
        let recorded = std::mem::take(&mut *portal.readings.lock().unwrap());
        let expected = if sees { vec![format!("x {DISTRICT}")] } else { vec![] };
        assert_eq!(recorded, expected, "{role:?}");
    }
    let unrecorded = access::Who { name: "unrecorded".into(), role: access::Role::Auditor };
    let (_, _, bytes) = portal.get_as(unrecorded, &path).await;
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    assert!(answer["findings"][0].get("fact").is_none(), "what is not recorded is not shown");
}

#[tokio::test]
async fn recent_facts_are_the_newest_of_a_subtree_without_whom_they_are_about() {
    let mut portal = Portal::open().await;
    let end = portal.tell(&story()).await;
    portal.app.recent.seen(end).await;
    let atlas = &portal.app.rules.atlas;
    let unit = |key| portal.app.gazetteer.unit(key).unwrap();
    let all = portal.app.recent.of(atlas, unit(DISTRICT), 10_000);
    assert_eq!(all.len() as u64, end);
    assert!(all.is_sorted_by(|a, b| a.position > b.position));
    let own = portal.app.recent.of(atlas, unit(COMMUNES[0]), 3);
    assert_eq!(own.len(), 3);
    assert!(own.iter().all(|fact| fact.unit == unit(COMMUNES[0])));
    assert!(portal.app.recent.of(atlas, unit("L-638"), 9).is_empty());
    let fact = &all[0];
    assert_eq!(
        fact.summary(proto::gazetteer::Lang::Vi),
        "Rà soát: hộ nghèo → trên chuẩn cận nghèo, 4 nhân khẩu"
    );
    assert_eq!(fact.household(atlas, &access::Who::public()), None);
    assert_eq!(
        fact.household(atlas, &access::Who::open()),
        Some("household/52.7d1f0c52a9e84b36d2c100000000012c")
    );
}

#[tokio::test]
async fn a_csv_holds_what_the_ledger_holds() {
    let mut portal = Portal::open().await;
    portal.tell(&story()).await;
    let query = "children=1&indicator=poor_households,poverty_rate";
    let answer = portal.json(&figures(query)).await;
    let (_, headers, bytes) = portal.get(&figures(&format!("{query}&format=csv&bom=1"))).await;
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8; header=present");
    let name = headers["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\""), "{name}");
    let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let lines = answer["figures"].as_array().unwrap();
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(lines) {
        assert_eq!(&row[0], line["unit"].as_str().unwrap());
        assert_eq!(&row[2], line["indicator"].as_str().unwrap());
        let written = |name: &str| line.get(name).map_or(String::new(), Value::to_string);
        assert_eq!(&row[7], written("value"));
        assert_eq!(&row[8], written("numerator"));
        assert_eq!(&row[9], written("denominator"));
    }
}

/// The cells of a sheet: formula and value by name. Knows nothing of the writer but the format
/// (ECMA-376, 18.3.1.4).
fn cells(bytes: &[u8], sheet: usize) -> std::collections::BTreeMap<String, (String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let inner = |xml: &str, tag: &str| {
        let Some((_, rest)) = xml.split_once(&format!("<{tag}")) else { return String::new() };
        let rest = rest.split_once('>').unwrap().1;
        rest.split_once(&format!("</{tag}>")).map_or(String::new(), |(inner, _)| inner.to_owned())
    };
    let shared = text("xl/sharedStrings.xml");
    let shared: Vec<String> = shared.split("<si>").skip(1).map(|si| inner(si, "t")).collect();
    let xml = text(&format!("xl/worksheets/sheet{sheet}.xml"));
    let mut found = std::collections::BTreeMap::new();
    for cell in xml.split("<c ").skip(1) {
        let head = cell.split_once('>').unwrap().0;
        let body = cell.split_once("</c>").map_or("", |(body, _)| body);
        let name = head.split("r=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        if head.ends_with('/') {
            continue;
        }
        let value = inner(body, "v");
        let value = if head.contains("t=\"s\"") {
            shared[value.parse::<usize>().unwrap()].clone()
        } else {
            value
        };
        found.insert(name, (inner(body, "f"), value));
    }
    found
}

#[tokio::test]
async fn the_workbook_of_movements_sums_to_the_ledger() {
    let mut portal = Portal::open().await;
    portal.tell(&lists("2019-12-01")).await;
    portal.tell(&story()).await;
    let path = format!("/v1/movements?unit={DISTRICT}&period={PERIOD}");
    let answer = portal.json(&path).await;
    let (_, headers, bytes) = portal.get(&format!("{path}&format=xlsx")).await;
    let name = headers["content-disposition"].to_str().unwrap();
    assert!(name.contains("filename*=UTF-8''Di%E1%BB%85n%20bi%E1%BA%BFn"), "{name}");
    let cells = cells(&bytes, 1);
    let value = |name: &str| cells[name].1.clone();
    assert_eq!(value("A1"), "DIỄN BIẾN HỘ NGHÈO");
    // Fourteen communes from row 8 on, their sum in row 22, the district in row 23.
    let table = &answer["tables"][0];
    assert_eq!(table["class"], "poor");
    for (row, kind) in [(22, "sum"), (23, "own")] {
        assert_eq!(value(&format!("C{row}")), table["opening"]["households"].to_string(), "{kind}");
        assert_eq!(value(&format!("D{row}")), table["opening"]["persons"].to_string(), "{kind}");
        assert_eq!(value(&format!("Y{row}")), table["closing"]["households"].to_string(), "{kind}");
        assert_eq!(value(&format!("Z{row}")), table["closing"]["persons"].to_string(), "{kind}");
    }
    assert_eq!(cells["C22"].0, "SUM(C8:C21)");
    assert_eq!(cells["Y22"].0, "SUM(Y8:Y21)");
    assert_eq!(cells["Y8"].0, "C8+E8-G8-I8-K8+M8+O8+Q8+S8+U8+W8");
    // Evaluated here, with the ledger's rows: what Excel will show is what is written.
    for row in (8..=21).chain([23]) {
        for (closing, opening) in [('Y', 'C'), ('Z', 'D')] {
            let at = |column: u8| -> i64 {
                let name = format!("{}{row}", char::from(column));
                cells.get(&name).map_or(0, |(_, value)| value.parse().unwrap())
            };
            let column = |step: u8| opening as u8 + 2 * step;
            let minus = [2, 3, 4];
            let sum: i64 = (0..11)
                .map(|step| at(column(step)) * if minus.contains(&step) { -1 } else { 1 })
                .sum();
            assert_eq!(sum.to_string(), value(&format!("{closing}{row}")), "row {row}");
        }
    }
    let sum = |column: char| -> i64 {
        (8..=21).map(|row| value(&format!("{column}{row}")).parse::<i64>().unwrap()).sum()
    };
    for column in ('C'..='Z').filter(|column| cells.contains_key(&format!("{column}22"))) {
        assert_eq!(value(&format!("{column}22")), sum(column).to_string(), "column {column}");
    }
    assert!(value("A25").contains("đến vị trí"), "{}", value("A25"));
}

#[tokio::test]
async fn the_workbook_of_figures_has_numbers_and_formulas_that_sum() {
    let mut portal = Portal::open().await;
    portal.tell(&lists("2019-12-01")).await;
    portal.tell(&story()).await;
    let query = "children=1&indicator=poor_households,poverty_rate&format=xlsx&lang=vi";
    let (status, _, bytes) = portal.get(&figures(query)).await;
    assert_eq!(status, 200);
    let cells = cells(&bytes, 1);
    // Fourteen communes from row 7 on, their sum in row 21, the district in row 22.
    let get = |name: &str| (cells[name].0.as_str(), cells[name].1.as_str());
    assert_eq!(get("D21"), ("SUM(D7:D20)", "30"));
    assert_eq!(get("D22"), ("", "30"));
    assert_eq!(get("E21"), ("SUM(E7:E20)", "30"));
    assert_eq!(get("F21"), ("SUM(F7:F20)", "1000"));
    assert_eq!(get("G21"), ("IF(F21=0,\"\",E21/F21)", "0.03"));
    assert_eq!(get("G22"), ("IF(F22=0,\"\",E22/F22)", "0.03"));
    let sum: i64 = (7..=20).map(|row| cells[&format!("D{row}")].1.parse::<i64>().unwrap()).sum();
    assert_eq!(sum, 30);
    assert_eq!(get("C22"), ("", "Huyện Krông Pa"));
}

#[tokio::test]
async fn a_formula_in_a_reference_stays_text() {
    let mut portal = Portal::open().await;
    let data = r#","households":10,"reference":"=HYPERLINK(\"http://x\")""#;
    portal.tell(&[fact("census.reported", "f", None, "2020-12-01", DISTRICT, data)]).await;
    let path = figures("indicator=households&format=csv");
    let (_, _, bytes) = portal.get(&path).await;
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{text}");
}
