//! What intake promises: one canonical form for many ways to write a fact, taken again as it is,
//! and an answer to whatever bytes come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proto::intake::Accepted;
use proto::reject::Rejection;
use serde_json::{Map, Value, json};

const LOAN: &str = r#"{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//vbsp.example","id":"L1","subject":"household/52.7d1f0c52a9e84b36","time":"2021-03-05T09:30:00+07:00","data":{"unit":"L-24097","class":"poor","programme":"poor_household","purpose":"household_economy","amount":50000000}}"#;
const TARGET: &str = r#"{"specversion":"1.0","type":"vn.tonghop.target.assigned.v1","source":"//xa.example","id":"T1","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-637","indicator":"poverty_rate_reduction","period":"2021@civil","value":"3.0","set_by":"commune","reference":"Tổng Hợp"}}"#;
const HOUSEHOLD: &str = r#"{"specversion":"1.0","type":"vn.tonghop.household.registered.v1","source":"//xa.example","id":"H1","subject":"household/66.7d1f0c52a9e84b36","time":"2021-01-01T00:00:00+07:00","data":{"unit":"L-24550","part":"N-24544","standing":"above","persons":4,"traits":["ethnic_minority","merit"]}}"#;

/// Takes a line, and its canonical bytes again.
fn take(line: &[u8]) -> Result<Accepted, Rejection> {
    let accepted = common::intake().take(line)?;
    let again = common::intake().take(&accepted.bytes).expect("canonical bytes are taken");
    assert_eq!(again, accepted);
    Ok(accepted)
}

#[test]
fn many_ways_to_write_a_fact_have_one_canonical_form() {
    let table: &[(&str, &str, &str)] = &[
        (LOAN, r#""L-24097""#, r#""l-24097""#),
        (LOAN, r#""L-24097""#, r#"" L-24097 ""#),
        (LOAN, r#""L-24097""#, r#""Phú Cần, Krông Pa, Gia Lai""#),
        (LOAN, r#""L-24097""#, r#""xã Phú Cần, huyện Krông Pa""#),
        (LOAN, r#""L-24097""#, r#"{"code":"24097","edition":"L"}"#),
        (LOAN, r#""L-24097""#, r#"{"code":"24097","name":"Phú Cần"}"#),
        (LOAN, r#""L-24097""#, r#"{"code":"24097","name":"Phú Cần","parent":"Krông Pa"}"#),
        (LOAN, r#""L-24097""#, r#"{"name":"Phú Cần","parent":"Krông Pa","level":"commune"}"#),
        (LOAN, r#""L-24097""#, r#"{"name":"Phú Cần","parent":"L-637","edition":"L","code":null}"#),
        (LOAN, r#""amount":50000000"#, "\"amount\" :\t50000000 "),
        (LOAN, r#""amount""#, r#""\u0061mount""#),
        (LOAN, r#""id":"L1","#, r#""recordedtime":null,"id":"L1","sequence":null,"#),
        (
            LOAN,
            r#""unit":"L-24097","class":"poor""#,
            r#""class":"poor","village":null,"unit":"L-24097""#,
        ),
        (TARGET, "2021-01-01T00:00:00+07:00", "2021-01-01"),
        (TARGET, "2021-01-01T00:00:00+07:00", "2021-01-01t00:00:00+07:00"),
        (TARGET, "2021-01-01T00:00:00+07:00", "2021-01-01 00:00:00+07:00"),
        (TARGET, "2021@civil", "2021"),
        (TARGET, "\"3.0\"", "\"03.0\""),
        (TARGET, "Tổng Hợp", r"T\u1ed5ng H\u1ee3p"),
        (TARGET, "Tổng Hợp", "To\u{302}\u{309}ng Ho\u{31b}\u{323}p"),
        (HOUSEHOLD, r#"["ethnic_minority","merit"]"#, r#"["merit","ethnic_minority","merit"]"#),
        (HOUSEHOLD, r#""N-24544""#, r#"{"code":"24544","edition":"N"}"#),
    ];
    for (canonical, from, to) in table {
        assert!(canonical.contains(from), "{from} is not in {canonical}");
        let line = format!("\u{feff}  {}\r\n", canonical.replacen(from, to, 1));
        let accepted = take(line.as_bytes()).unwrap_or_else(|r| panic!("{to}: {r}"));
        assert_eq!(String::from_utf8(accepted.bytes).unwrap(), *canonical, "{to}");
    }
}

#[test]
fn a_fact_falls_on_its_day_in_viet_nam_and_stays_as_written() {
    let table = [
        ("2021-03-04T17:00:00Z", "2021-03-05"),
        ("2021-03-04T16:59:59.999Z", "2021-03-04"),
        ("2021-03-05T00:00:00+07:00", "2021-03-05"),
        ("2021-03-05T01:59:59+09:00", "2021-03-04"),
        ("2024-02-29T23:59:59+07:00", "2024-02-29"),
        ("2015-01-01T00:00:00+07:00", "2015-01-01"),
        ("2026-11-21T23:59:59+07:00", "2026-11-21"),
    ];
    for (time, day) in table {
        // The nation is in force on all days.
        let line = TARGET.replace("2021-01-01T00:00:00+07:00", time).replace("L-637", "VN");
        let accepted = take(line.as_bytes()).unwrap_or_else(|r| panic!("{time}: {r}"));
        assert_eq!(accepted.meaning.facts[0].on.to_string(), day, "{time}");
        assert_eq!(accepted.bytes, line.as_bytes());
    }
}

#[test]
fn the_route_is_todays_province_and_the_units_key() {
    let table = [(LOAN, "52.L-24097"), (HOUSEHOLD, "66.L-24550"), (TARGET, "52.L-637")];
    for (line, route) in table {
        assert_eq!(take(line.as_bytes()).unwrap().route, route);
    }
    assert_eq!(take(TARGET.replace("L-637", "VN").as_bytes()).unwrap().route, "VN.VN");
}

/// A correction, the correction of that correction and the void of it are one timeline.
#[test]
fn what_corrects_a_collective_fact_has_its_subject() {
    let with =
        |id: &str, more: &str| TARGET.replace("\"id\":\"T1\",", &format!("\"id\":\"{id}\",{more}"));
    let first = take(TARGET.as_bytes()).unwrap().meaning;
    let second = with("T2", r#""correctsid":"T1","correctsreason":"nhầm","#);
    let third = with("T3", r#""subject":"fact/T1","correctsid":"T2","correctsreason":"nhầm","#);
    let void = r#"{"specversion":"1.0","type":"vn.tonghop.fact.voided.v1","source":"//tinh.example","id":"V1","subject":"fact/T1","time":"2021-01-01","data":{"unit":"L-637","of":{"source":"//xa.example","id":"T3"},"reason":"nhầm"}}"#;
    for line in [&second, &third, void] {
        let meaning = take(line.as_bytes()).unwrap_or_else(|r| panic!("{r}: {line}")).meaning;
        assert_eq!(meaning.subject, first.subject, "{line}");
    }
}

/// Any JSON, small.
fn value() -> impl Strategy<Value = Value> {
    const TEXTS: &[&str] =
        &["", "L-24097", "poor", "2021-06-15", "2021-H1", "Phú Cần", "0905123456", "3.5"];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0i64..200).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(TEXTS).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"code": "24097", "edition": "L"})),
    ]
}

/// A golden fact with some of its fields changed, taken out or put in.
fn changed() -> impl Strategy<Value = String> {
    let lines = common::golden_lines();
    let change = (any::<bool>(), any::<Index>(), prop_oneof![Just(None), value().prop_map(Some),]);
    (select(lines), prop::collection::vec(change, 0..3)).prop_map(|(line, changes)| {
        let mut document: Value = serde_json::from_str(&line).unwrap();
        for (in_data, at, value) in changes {
            let object: &mut Map<String, Value> = if in_data && document["data"].is_object() {
                document["data"].as_object_mut().unwrap()
            } else {
                document.as_object_mut().unwrap()
            };
            if object.is_empty() {
                continue;
            }
            let name = object.keys().nth(at.index(object.len())).unwrap().clone();
            match value {
                None => drop(object.remove(&name)),
                Some(value) => drop(object.insert(name, value)),
            }
            if !document["data"].is_object() {
                break;
            }
        }
        document.to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn whatever_is_taken_is_taken_again_as_it_is(line in changed()) {
        if let Err(rejection) = take(line.as_bytes()) {
            prop_assert!(!rejection.message.is_empty(), "{line}");
        }
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(take(&bytes).is_err());
    }

    #[test]
    fn a_damaged_line_has_an_answer(
        line in select(common::golden_lines()),
        at in any::<Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = line.into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        // Another letter in a name may be as good as the first.
        drop(take(&bytes));
    }

    #[test]
    fn any_text_has_an_answer_that_can_be_told(text in any::<String>()) {
        let mut document: Value = serde_json::from_str(TARGET).unwrap();
        for field in ["reference", "unit", "indicator", "period", "value", "set_by"] {
            let was = std::mem::replace(&mut document["data"][field], json!(text));
            if let Err(rejection) = take(document.to_string().as_bytes()) {
                prop_assert_eq!(rejection.field, format!("data.{field}"));
            }
            document["data"][field] = was;
        }
    }
}

#[test]
fn of_rivals_the_smaller_sha_256_of_a_zero_byte_and_the_bytes_counts() {
    use sha2::{Digest, Sha256};
    // Told as the contract tells it, and not by the function that the journal's tree is made with.
    // Of these two the plain SHA-256 of the bytes would choose the other one.
    let line = |amount: u32| {
        format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"urn:r","id":"1","subject":"household/19.00000000000000a1","time":"2023-03-05T08:00:00+07:00","data":{{"unit":"L-01834","class":"poor","programme":"poor_household","purpose":"household_economy","amount":{amount}}}}}"#
        )
    };
    let first = |hash: &[u8]| u64::from_be_bytes(hash[..8].try_into().unwrap());
    let plain = |bytes: &str| first(&Sha256::digest(bytes));
    let leaf = |bytes: &str| first(&Sha256::digest([&[0][..], bytes.as_bytes()].concat()));
    let [one, other] = [line(10_000_006), line(50_000_000)];
    assert_ne!(plain(&one) < plain(&other), leaf(&one) < leaf(&other), "a telling pair");
    for bytes in [&one, &other] {
        let document = proto::document::Document::read(bytes.as_bytes()).unwrap();
        let hash = proto::meaning::leaf(bytes.as_bytes());
        let gazetteer = proto::gazetteer::Gazetteer::embedded();
        let meaning = document.meaning(&hash, 1, gazetteer).unwrap();
        assert_eq!(meaning.facts[0].content, leaf(bytes));
    }
}
