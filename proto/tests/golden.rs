//! Facts once written are read for ever: the same bytes, the same meaning.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;
mod rendering;

use std::collections::BTreeSet;
use std::fs;

use domain::fact::Fact;
use proto::document::{Document, TYPES};
use proto::gazetteer::Gazetteer;
use proto::meaning::leaf;
use serde_json::Value;

#[test]
fn golden_facts_are_written_as_they_were_read() {
    for line in common::golden_lines() {
        let document = Document::read(line.as_bytes()).unwrap_or_else(|r| panic!("{r}: {line}"));
        assert_eq!(String::from_utf8(document.write()).unwrap(), line);
    }
}

#[test]
fn golden_facts_mean_what_they_meant() {
    let gazetteer = Gazetteer::embedded();
    for (file, lines) in common::golden() {
        let mut text = String::new();
        for line in &lines {
            let document = Document::read(line.as_bytes()).unwrap();
            let meaning = document.meaning(&leaf(line.as_bytes()), 0, gazetteer).unwrap();
            let id = &document.attributes.id;
            text +=
                &format!("{} {id}\n{}\n", document.data.kind(), rendering::of(&meaning, gazetteer));
        }
        let path = file.with_extension("meaning.txt");
        if common::rewrite() {
            fs::write(&path, &text).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        for (was, is) in golden.split("\n\n").zip(text.split("\n\n")) {
            assert_eq!(is, was, "stored facts changed their meaning");
        }
        assert_eq!(
            golden.len(),
            text.len(),
            "{} has other facts than the lines. When lines were added at the end and nothing else \
             changed, PROTO_REWRITE=1 cargo test -p proto --test golden writes it",
            path.display()
        );
    }
}

/// A stored fact that is sent again says the same, also where its bytes are not canonical any more:
/// it was stored when a time was left as it was written.
#[test]
fn golden_facts_are_still_taken_in_and_say_what_they_said() {
    let mut respelt = 0;
    for line in common::golden_lines().into_iter().filter(|line| common::is_plausible(line)) {
        let document = Document::read(line.as_bytes()).unwrap();
        let stored = document.meaning(&leaf(line.as_bytes()), 0, Gazetteer::embedded()).unwrap();
        let accepted =
            common::intake().take(line.as_bytes()).unwrap_or_else(|r| panic!("{r}: {line}"));
        let meanings = |facts: &[Fact]| facts.iter().map(Fact::meaning).collect::<Vec<_>>();
        assert_eq!(meanings(&stored.facts), meanings(&accepted.meaning.facts), "{line}");
        if accepted.bytes != line.as_bytes() {
            respelt += 1;
            assert_ne!(stored.facts[0].content, stored.facts[0].meaning(), "{line}");
            let named = ["Z\"", "-05:00\"", "datacontenttype", "dataschema"];
            assert!(named.iter().any(|one| line.contains(one)), "{line}");
        }
    }
    assert!(respelt >= 4, "only {respelt} golden facts have another spelling");
}

/// Every type, and every field of every type, is there at least once.
#[test]
fn golden_facts_have_every_field_of_every_type() {
    let schemas = proto::document::schemas();
    let mut missing: BTreeSet<String> = BTreeSet::new();
    let mut attributes: BTreeSet<String> = BTreeSet::new();
    let fields = |kind: &str, schema: &Value| -> BTreeSet<String> {
        let names = schema["properties"].as_object().unwrap().keys();
        names.map(|name| format!("{kind} {name}")).collect()
    };
    for (kind, schema) in &schemas {
        missing.extend(fields(kind, &schema["properties"]["data"]));
        attributes.extend(fields("", schema));
    }
    for line in common::golden_lines() {
        let document: Value = serde_json::from_str(&line).unwrap();
        let kind = document["type"].as_str().unwrap();
        for name in document["data"].as_object().unwrap().keys() {
            missing.remove(&format!("{kind} {name}"));
        }
        for name in document.as_object().unwrap().keys() {
            attributes.remove(&format!(" {name}"));
        }
    }
    // Places are the same code in all types.
    missing.retain(|field| !field.ends_with(" part") && !field.ends_with(" village"));
    assert_eq!((missing, attributes), (BTreeSet::new(), BTreeSet::new()));
    assert_eq!(schemas.len(), TYPES.len());
}
