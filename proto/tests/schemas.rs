//! What is checked in for integrators, schemas and README, is true to the types.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use proto::document::{TYPES, schema_id, schemas};
use proto::reject::Reason;
use serde_json::Value;

#[test]
fn the_checked_in_schemas_are_those_of_the_types() {
    let folder = common::folder("schemas");
    for (kind, schema) in schemas() {
        let path = folder.join(format!("{kind}.json"));
        if common::rewrite() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let checked_in = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert_eq!(
            checked_in, schema,
            "{kind}.json differs from the type. A change that stored facts do not pass needs a \
             new version; otherwise PROTO_REWRITE=1 cargo test -p proto --test schemas writes it"
        );
    }
}

#[test]
fn there_is_one_schema_for_each_type_and_none_besides() {
    let files: BTreeSet<String> = fs::read_dir(common::folder("schemas"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // Milestones are no facts: their schema is kept true by the tests of `milestones`.
    let kinds = TYPES.iter().copied().chain(["vn.tonghop.milestone.v1"]);
    let types: BTreeSet<String> = kinds.map(|kind| format!("{kind}.json")).collect();
    assert_eq!(files, types);
}

#[test]
fn schemas_are_closed_and_have_no_null() {
    fn walk(schema: &Value, path: &str) {
        let Value::Object(object) = schema else { return assert!(!schema.is_null(), "{path}") };
        if object.contains_key("properties") {
            assert_eq!(object.get("additionalProperties"), Some(&Value::Bool(false)), "{path}");
        }
        assert_ne!(object.get("type"), Some(&Value::from("null")), "{path}");
        for (name, inner) in object {
            walk(inner, &format!("{path}/{name}"));
            for one in inner.as_array().into_iter().flatten() {
                walk(one, &format!("{path}/{name}[]"));
            }
        }
    }
    for (kind, schema) in schemas() {
        assert_eq!(schema["$id"], schema_id(kind));
        walk(&schema, kind);
    }
}

#[test]
fn the_readme_names_every_type_and_reason_and_its_example_is_taken_as_it_is() {
    let readme = fs::read_to_string(common::folder("README.md")).unwrap();
    for kind in TYPES {
        let short = kind.trim_start_matches("vn.tonghop.").trim_end_matches(".v1");
        assert!(readme.contains(&format!("| `{short}` |")), "{kind}");
    }
    for reason in Reason::ALL {
        assert!(readme.contains(&format!("`{}`", reason.code())), "{}", reason.code());
    }
    let example = readme.lines().find(|line| line.starts_with("{\"specversion\"")).unwrap();
    let accepted = common::intake().take(example.as_bytes()).unwrap();
    assert_eq!(accepted.bytes, example.as_bytes());
}
