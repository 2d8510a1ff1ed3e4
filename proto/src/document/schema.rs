//! The JSON Schema of whole documents, one for each fact type and version.

use serde_json::{Map, Value, json};

use super::data::{About, data_schemas};
use crate::scalars::TEXT_CHARS_MAX;

/// The name and address of a fact type's JSON Schema.
pub fn schema_id(kind: &str) -> String {
    format!("https://tonghop.vn/schemas/{kind}.json")
}

/// Every fact type: its name with version, and the JSON Schema (2020-12) of its documents as they
/// are stored. Intake takes more ways to write a unit, a time or nothing at all, and checks what
/// a schema cannot say.
pub fn schemas() -> Vec<(&'static str, Value)> {
    data_schemas()
        .into_iter()
        .map(|(kind, about, data)| (kind, document(kind, about, data.to_value())))
        .collect()
}

fn document(kind: &str, about: About, mut data: Value) -> Value {
    without_null(&mut data);
    let inner = data.as_object_mut().expect("the schema of a struct is an object");
    inner.remove("$schema");
    inner.remove("title");
    let description = inner.remove("description");
    let definitions = inner.remove("$defs");
    let mut required = vec!["specversion", "type", "source", "id", "time", "data"];
    if about == About::Household {
        required.push("subject");
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id(kind),
        "title": kind,
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties(kind, about),
        "dependentRequired": {
            "correctsid": ["correctsreason"],
            "correctssource": ["correctsid"],
            "correctsreason": ["correctsid"],
        },
    });
    schema["properties"]["data"] = data;
    if let Some(definitions) = definitions {
        schema["$defs"] = definitions;
    }
    schema
}

fn properties(kind: &str, about: About) -> Value {
    let visible = |chars_max: u32| json!({ "type": "string", "minLength": 1, "maxLength": chars_max, "pattern": "^[!-~]+$" });
    let time = json!({
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
    });
    let household = r"household/[0-9]{2}\.[0-9a-f]{16,64}";
    let first = r"fact/[!-~]{1,64}";
    let subject = match about {
        About::Household => format!("^{household}$"),
        About::Collective => format!("^{first}$"),
        About::Either => format!("^({household}|{first})$"),
    };
    json!({
        "specversion": { "const": "1.0" },
        "type": { "const": kind },
        "source": visible(200),
        "id": visible(64),
        "subject": { "type": "string", "pattern": subject },
        "time": time,
        "sequence": { "type": "string", "pattern": r"^[0-9]{1,10}$" },
        "recordedtime": time,
        "correctsid": visible(64),
        "correctssource": visible(200),
        "correctsreason": { "type": "string", "minLength": 1, "maxLength": TEXT_CHARS_MAX },
        "datacontenttype": { "const": "application/json" },
        "dataschema": { "const": schema_id(kind) },
    })
}

/// What is left out is left out: a stored document has no null.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            strip_null(object);
            object.values_mut().for_each(without_null);
        }
        Value::Array(list) => list.iter_mut().for_each(without_null),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `type: [T, null]` becomes `type: T`, a null leaves an enum, `anyOf: [S, null]` becomes `S`.
fn strip_null(object: &mut Map<String, Value>) {
    for name in ["type", "enum", "anyOf"] {
        let Some(Value::Array(list)) = object.get_mut(name) else { continue };
        list.retain(|one| !matches!(one, Value::Null) && one != "null" && one["type"] != "null");
        if list.len() == 1 && name != "enum" {
            let only = list.remove(0);
            if let (Value::Object(inner), "anyOf") = (&only, name) {
                object.remove("anyOf");
                object.extend(inner.clone());
            } else {
                object.insert(name.to_owned(), only);
            }
        }
    }
}
