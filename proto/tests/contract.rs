//! What intake promises: one canonical form for many ways to write a fact, taken again as it is,
//! and an answer to whatever bytes come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proto::document::Document;
use proto::intake::Accepted;
use proto::meaning::{content, leaf};
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
        // An instant is one, whatever its offset; JavaScript writes the first, Go the second.
        (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-05T02:30:00.000Z"),
        (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-05T02:30:00Z"),
        (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-04T21:30:00-05:00"),
        (LOAN, "2021-03-05T09:30:00+07:00", "2021-03-05T09:30:00.000000+07:00"),
        (LOAN, r#""id":"L1","#, r#""id":"L1","datacontenttype":"application/json","#),
        (
            LOAN,
            r#""id":"L1","#,
            r#""datacontenttype":"application/json; charset=utf-8","id":"L1","#,
        ),
        (
            LOAN,
            r#""id":"L1","#,
            r#""datacontenttype":"Application/JSON;charset=\"UTF-8\"","id":"L1","#,
        ),
        (
            LOAN,
            r#""id":"L1","#,
            r#""id":"L1","dataschema":"https://tonghop.vn/schemas/vn.tonghop.loan.disbursed.v1.json","#,
        ),
        // What brokers add.
        (
            LOAN,
            r#""id":"L1","#,
            r#""traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","id":"L1","tracestate":"a=1","#,
        ),
        (
            LOAN,
            r#""id":"L1","#,
            r#""id":"L1","partitionkey":"52","sampledrate":30,"comexampleother":true,"dataref":null,"#,
        ),
        (LOAN, r#""id":"L1","#, r#""id":"L1","name":"A","#),
        // Whole numbers, however written.
        (LOAN, "50000000", "50000000.0"),
        (LOAN, "50000000", "5e7"),
        (LOAN, "50000000", "5.0E+7"),
        (HOUSEHOLD, r#""persons":4"#, r#""persons":4.0"#),
        (TARGET, r#""id":"T1","#, r#""sequence":null,"id":"T1","correctssource":null,"#),
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
fn a_fact_falls_on_its_day_in_viet_nam() {
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
    }
}

/// A sequence, the source of what is corrected and a time of writing: one spelling each.
#[test]
fn attributes_that_mean_the_same_are_written_alike() {
    let with = |more: &str| {
        let line = TARGET.replace("\"id\":\"T1\",", &format!("\"id\":\"T1\",{more}"));
        String::from_utf8(take(line.as_bytes()).unwrap_or_else(|r| panic!("{more}: {r}")).bytes)
    };
    let table = [
        (r#""sequence":"7","#, r#""sequence":"007","#),
        (r#""sequence":"0","#, r#""sequence":"0000","#),
        (
            r#""recordedtime":"2021-01-04T08:00:00.25+07:00","#,
            r#""recordedtime":"2021-01-04T01:00:00.250Z","#,
        ),
        (
            r#""correctsid":"T0","correctsreason":"nhầm","#,
            r#""correctsid":"T0","correctssource":"//xa.example","correctsreason":"nhầm","#,
        ),
    ];
    for (one, other) in table {
        assert_eq!(with(one), with(other), "{other}");
    }
}

/// As Go writes an event that it has read: keys in order of the alphabet, times as RFC3339Nano in
/// UTC, `<`, `>` and `&` escaped.
fn as_go_writes(line: &str) -> String {
    // A map of serde_json is in order of its keys.
    let mut event: Value = serde_json::from_str(line).unwrap();
    for name in ["time", "recordedtime"] {
        if let Some(Value::String(time)) = event.get_mut(name)
            && let Some(local) = time.strip_suffix("+07:00")
        {
            let (date, of_day) = local.split_once('T').unwrap();
            let (hour, rest) = of_day.split_at(2);
            let hour: i32 = hour.parse().unwrap();
            let date: domain::time::Day = date.parse().unwrap();
            let (date, hour) =
                if hour < 7 { (date.previous(), hour + 17) } else { (date, hour - 7) };
            *time = format!("{date}T{hour:02}{rest}Z");
        }
    }
    event.to_string().replace('<', r"\u003c").replace('>', r"\u003e").replace('&', r"\u0026")
}

/// What the SDKs of CloudEvents make of the golden facts; `make contract` compares the files with
/// what the SDKs write.
#[test]
fn what_the_official_sdks_write_again_is_the_same_fact() {
    // JavaScript keeps milliseconds of a time, Python microseconds.
    for (file, places) in [("javascript", 3), ("python", 6)] {
        let path = common::folder(&format!("tests/respelt/{file}.ndjson"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let golden = common::golden_lines();
        assert_eq!(lines.len(), golden.len(), "{file}: write it again, as its program says");
        let (mut same, mut cut) = (0, 0);
        for (line, golden) in
            lines.iter().zip(golden).filter(|(_, golden)| common::is_plausible(golden))
        {
            let (first, again) = (take(golden.as_bytes()).unwrap(), take(line.as_bytes()).unwrap());
            let time = serde_json::from_str::<Value>(&golden).unwrap()["time"].to_string();
            let fraction = time
                .split_once('.')
                .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
            if fraction > places {
                cut += 1;
                continue;
            }
            same += 1;
            assert_eq!(String::from_utf8(again.bytes), String::from_utf8(first.bytes), "{line}");
            assert_eq!(again.meaning, first.meaning, "{line}");
        }
        assert!(same > 50 && cut <= 1, "{file}: {same} the same, {cut} cut");
    }
}

/// Each golden fact, and one with signs that Go escapes, through libraries of three languages.
#[test]
fn what_libraries_write_again_is_the_same_fact() {
    let signs = TARGET.replace("Tổng Hợp", "A & B <C> \\\"D\\\" — Đắk Lắk");
    let compact = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let golden = common::golden_lines().into_iter().filter(|line| common::is_plausible(line));
    for line in golden.chain([signs]) {
        let first = take(line.as_bytes()).unwrap();
        let canonical = String::from_utf8(first.bytes.clone()).unwrap();
        let go = as_go_writes(&canonical);
        let python = serde_json::to_string_pretty(&compact(&line)).unwrap();
        let ascii: String = canonical
            .chars()
            .map(|c| match u32::from(c) {
                0..0x80 => c.to_string(),
                code => format!("\\u{code:04x}"),
            })
            .collect();
        for written in [go, python, ascii] {
            let again = take(written.as_bytes()).unwrap_or_else(|r| panic!("{r}: {written}"));
            assert_eq!(String::from_utf8(again.bytes).unwrap(), canonical, "{written}");
            assert_eq!(again.meaning, first.meaning);
        }
    }
}

/// What was stored when more spellings were canonical, or came into the journal by another way,
/// means what its twin means; only the bytes choose among true rivals.
#[test]
fn a_stored_fact_meets_its_twin() {
    let gazetteer = proto::gazetteer::Gazetteer::embedded();
    let canonical = take(LOAN.as_bytes()).unwrap().meaning.facts.remove(0);
    let go = as_go_writes(LOAN);
    let stored = [
        LOAN.replace("2021-03-05T09:30:00+07:00", "2021-03-05T02:30:00Z"),
        LOAN.replace("2021-03-05T09:30:00+07:00", "2021-03-05T02:30:00.0Z"),
        LOAN.replace("\"data\":", "\"datacontenttype\":\"application/json\",\"data\":"),
        LOAN.replace("50000000", "50000000.0"),
        LOAN.replace(",", ", "),
        go,
    ];
    for line in stored {
        let document = Document::read(line.as_bytes()).unwrap();
        let hash = leaf(line.as_bytes());
        let fact = document.meaning(&hash, 0, gazetteer).unwrap().facts.remove(0);
        assert_eq!(fact.content, content(&hash), "{line}");
        assert_ne!(fact.content, canonical.content, "{line}");
        assert_eq!(fact.meaning(), canonical.meaning(), "{line}");
        let other = line.replace("50000000", "50000001");
        let document = Document::read(other.as_bytes()).unwrap();
        let rival = document.meaning(&leaf(other.as_bytes()), 0, gazetteer).unwrap();
        assert_ne!(rival.facts[0].meaning(), canonical.meaning(), "{other}");
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
