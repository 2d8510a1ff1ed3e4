//! `allOf` as the one object that it comes to. What is written into one JSON object (serde's
//! `flatten`) is described by `allOf` with references, also to a choice of objects; generators of
//! clients leave such a thing out, or make types that nothing fits.

use serde_json::{Map, Value, json};

/// References nest so deep at most: a circle would have no end.
const DEPTH_MAX: usize = 16;

/// Replaces every `allOf` in a document.
pub(super) fn all_of(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    replace(document, &schemas);
}

fn replace(value: &mut Value, schemas: &Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("allOf")
                && let Some(object) = Flat::of(&Value::Object(fields.clone()), schemas, DEPTH_MAX)
            {
                fields.remove("allOf");
                object.into_schema(fields);
            }
            fields.values_mut().for_each(|one| replace(one, schemas));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| replace(one, schemas)),
        _ => {}
    }
}

/// The fields of an object, and those that it always has.
#[derive(Default)]
struct Flat {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Flat {
    /// What a schema comes to; none when it is of something else than objects.
    fn of(schema: &Value, schemas: &Value, depth: usize) -> Option<Flat> {
        let depth = depth.checked_sub(1)?;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return Flat::of(schemas.get(reference.rsplit('/').next()?)?, schemas, depth);
        }
        let parts = |name: &str| {
            let parts = schema.get(name)?.as_array()?;
            parts.iter().map(|part| Flat::of(part, schemas, depth)).collect::<Option<Vec<_>>>()
        };
        if schema.get("allOf").is_some() {
            return Some(parts("allOf")?.into_iter().fold(Flat::default(), Flat::and));
        }
        for choice in ["oneOf", "anyOf"] {
            if schema.get(choice).is_some() {
                return parts(choice)?.into_iter().reduce(Flat::or);
            }
        }
        let properties = schema.get("properties")?.as_object()?.clone();
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required = names.filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Flat { properties, required })
    }

    /// The fields of both.
    fn and(mut self, other: Flat) -> Flat {
        self.properties.extend(other.properties);
        let new = other.required.into_iter().filter(|name| !self.required.contains(name));
        let new: Vec<_> = new.collect();
        self.required.extend(new);
        self
    }

    /// The fields of either: there for sure are only those that both have.
    fn or(mut self, other: Flat) -> Flat {
        self.required.retain(|name| other.required.contains(name));
        for (name, schema) in other.properties {
            let here = self.properties.remove(&name);
            self.properties.insert(name, either(here, schema));
        }
        self
    }

    fn into_schema(self, fields: &mut Map<String, Value>) {
        fields.insert("type".to_owned(), "object".into());
        fields.insert("properties".to_owned(), self.properties.into());
        fields.insert("required".to_owned(), self.required.into());
    }
}

fn either(here: Option<Value>, other: Value) -> Value {
    match here {
        None => other,
        Some(here) if here == other => other,
        Some(mut here) => match here.get_mut("anyOf").and_then(Value::as_array_mut) {
            Some(kinds) => {
                kinds.push(other);
                here
            }
            None => json!({ "anyOf": [here, other] }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_flattened_is_one_object_with_what_is_always_there_required() {
        let number = json!({ "type": "integer" });
        let text = json!({ "type": "string" });
        let mut document = json!({ "components": { "schemas": {
            "Value": { "oneOf": [
                { "type": "object", "properties": { "value": number }, "required": ["value"] },
                { "type": "object", "properties": { "value": text }, "required": ["value"] },
                { "type": "object", "properties": { "missing": text }, "required": ["missing"] },
            ] },
            "Line": { "description": "A line.", "allOf": [
                { "$ref": "#/components/schemas/Value" },
                { "type": "object", "properties": { "unit": text }, "required": ["unit"] },
            ] },
            "Point": { "allOf": [
                { "$ref": "#/components/schemas/Line" },
                { "type": "object", "properties": { "when": text }, "required": ["when"] },
            ] },
        } } });
        all_of(&mut document);
        let schemas = &document["components"]["schemas"];
        let either = json!({ "anyOf": [number, text] });
        let expected = json!({
            "description": "A line.",
            "type": "object",
            "properties": { "missing": text, "unit": text, "value": either },
            "required": ["unit"],
        });
        assert_eq!(schemas["Line"], expected);
        assert_eq!(schemas["Point"]["required"], json!(["unit", "when"]));
        assert_eq!(schemas["Point"]["properties"]["value"], either);
    }

    #[test]
    fn a_circle_of_references_has_an_end() {
        let mut document = json!({ "components": { "schemas": {
            "A": { "allOf": [{ "$ref": "#/components/schemas/A" }] },
        } } });
        let before = document.clone();
        all_of(&mut document);
        assert_eq!(document, before, "what cannot be told stays as it is");
    }
}
