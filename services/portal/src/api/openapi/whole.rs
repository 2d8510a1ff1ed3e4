//! What the description of the whole API has once its parts are merged: where it is served, who may
//! ask, and no form that generators of clients cannot read.

mod flat;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi as Document;

/// Who asks by a browser's session. Its name behind https has the prefix `__Host-`.
const SESSION: &str = "session";
/// Who asks by a token.
const BEARER: &str = "bearer";
/// The methods of a path (OpenAPI 3.1, 4.8.9).
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
/// What is read only by those whom we know.
const FOR_KNOWN: [&str; 1] = ["/v1/vintages/{id}/pack"];

/// What is sent as files.
const FILES: [&str; 3] = [
    "application/x-ndjson",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// The description as it is served.
pub(super) fn whole(document: Document) -> Value {
    let mut all = serde_json::to_value(document).expect("a description is JSON");
    // Relative to the document's own address: right behind every proxy and under every name.
    all["servers"] = json!([{ "url": "/", "description": "The server that gave this document" }]);
    all["components"]["securitySchemes"] = schemes();
    let paths = all.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else {
                continue;
            };
            // What says itself who may ask, keeps it.
            operation.entry("security").or_insert_with(|| who_asks(path));
        }
    }
    plain_arrays(&mut all);
    flat::all_of(&mut all);
    files(&mut all);
    only_used(&mut all);
    all
}

/// Takes away schemas that nothing refers to any more.
fn only_used(all: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        references(all, &mut used);
        let schemas = all["components"].get_mut("schemas").and_then(Value::as_object_mut);
        let Some(schemas) = schemas else { return };
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(name));
        if schemas.len() == before {
            return;
        }
    }
}

fn references(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str);
            used.extend(name.and_then(|one| one.rsplit('/').next()).map(str::to_owned));
            fields.values().for_each(|one| references(one, used));
        }
        Value::Array(all) => all.iter().for_each(|one| references(one, used)),
        _ => {}
    }
}

/// What is a file is its bytes, not a list of numbers.
fn files(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let schema = field.get_mut("schema").and_then(Value::as_object_mut);
                match schema.filter(|_| FILES.contains(&name.as_str())) {
                    Some(schema) => {
                        schema.remove("items");
                        schema.insert("type".to_owned(), "string".into());
                        schema.insert("format".to_owned(), "binary".into());
                    }
                    None => files(field),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(files),
        _ => {}
    }
}

fn schemes() -> Value {
    json!({
        BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `tonghop user token`.",
        },
        SESSION: {
            "type": "apiKey",
            "in": "cookie",
            "name": "tonghop_session",
            "description": "The session of a browser that has signed in; behind https its name \
                            begins with `__Host-`.",
        },
    })
}

/// Either of these: nothing at all, a token, a session.
fn who_asks(path: &str) -> Value {
    let mut ways = vec![json!({ BEARER: [] }), json!({ SESSION: [] })];
    if !FOR_KNOWN.contains(&path) {
        ways.insert(0, json!({}));
    }
    Value::Array(ways)
}

/// Tuples (`prefixItems`, `items: false`) as arrays of so many items, each of one of their kinds:
/// the bytes are the same, and no generator of clients fails at them.
fn plain_arrays(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(kinds)) = fields.remove("prefixItems") {
                as_array(fields, kinds);
            }
            fields.values_mut().for_each(plain_arrays);
        }
        Value::Array(all) => all.iter_mut().for_each(plain_arrays),
        _ => {}
    }
}

fn as_array(schema: &mut Map<String, Value>, kinds: Vec<Value>) {
    let length = kinds.len();
    let mut apart: Vec<Value> = Vec::new();
    for kind in kinds {
        if !apart.contains(&kind) {
            apart.push(kind);
        }
    }
    let items = if apart.len() == 1 { apart.remove(0) } else { json!({ "anyOf": apart }) };
    schema.insert("items".to_owned(), items);
    schema.insert("minItems".to_owned(), length.into());
    schema.insert("maxItems".to_owned(), length.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> Value {
        whole(super::super::described())
    }

    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let mut found = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in METHODS {
                let operation = item.get(method).map(|one| (format!("{method} {path}"), one));
                found.extend(operation);
            }
        }
        found
    }

    #[test]
    fn no_two_operations_have_one_id() {
        let document = described();
        let all = operations(&document);
        let ids: BTreeSet<_> =
            all.iter().map(|(_, one)| one["operationId"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), all.len(), "{ids:?}");
        assert!(ids.contains("listMilestones") && ids.contains("listUnits"), "{ids:?}");
    }

    #[test]
    fn every_operation_says_who_may_ask_and_all_ways_are_described() {
        let document = described();
        let schemes = document["components"]["securitySchemes"].as_object().unwrap();
        for (name, operation) in operations(&document) {
            let ways = operation["security"].as_array().unwrap();
            let open = ways.iter().any(|way| way.as_object().unwrap().is_empty());
            assert_eq!(open, !name.ends_with("/pack"), "{name}");
            for way in ways {
                for scheme in way.as_object().unwrap().keys() {
                    assert!(schemes.contains_key(scheme), "{name}: {scheme}");
                }
            }
        }
        assert_eq!(document["servers"][0]["url"], "/");
    }

    #[test]
    fn a_tuple_is_described_as_an_array_of_its_kinds() {
        let mut schema = json!({ "x": [
            { "type": "array", "items": false,
              "prefixItems": [{ "type": "integer" }, { "type": "integer" }] },
            { "type": "array", "items": false,
              "prefixItems": [{ "type": "string" }, { "type": "integer" }] },
        ] });
        plain_arrays(&mut schema);
        let expected = json!({ "x": [
            { "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2 },
            { "type": "array", "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
              "minItems": 2, "maxItems": 2 },
        ] });
        assert_eq!(schema, expected);
        let served = described().to_string();
        assert!(!served.contains("prefixItems") && !served.contains("\"items\":false"));
    }
}
