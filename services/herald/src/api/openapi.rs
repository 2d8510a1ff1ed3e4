//! The webhooks' part of the OpenAPI document.

use utoipa::openapi::{OpenApi, OpenApiBuilder};

/// `/v1/webhooks`, to be merged into the document of the whole API.
pub fn openapi() -> OpenApi {
    let text = include_str!("openapi.json");
    // The test below reads it, too.
    serde_json::from_str(text).unwrap_or_else(|_| OpenApiBuilder::new().build())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_document_can_be_read_and_has_every_address_with_its_problems() {
        let document = super::openapi();
        let document = serde_json::to_value(document).expect("it is JSON");
        let paths = document["paths"].as_object().expect("paths");
        let mut found = BTreeSet::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("methods") {
                found.insert(format!("{method} {path}"));
                let responses = operation["responses"].as_object().expect("responses");
                for status in ["401", "429", "503"] {
                    assert!(responses.contains_key(status), "{method} {path}: {status}");
                }
                let has_id = path.contains("{id}");
                assert_eq!(responses.contains_key("404"), has_id, "{method} {path}");
            }
        }
        let expected = [
            "get /v1/webhooks",
            "post /v1/webhooks",
            "get /v1/webhooks/{id}",
            "delete /v1/webhooks/{id}",
            "post /v1/webhooks/{id}/rotate",
            "post /v1/webhooks/{id}/test",
            "post /v1/webhooks/{id}/enable",
            "post /v1/webhooks/{id}/disable",
            "get /v1/webhooks/{id}/deliveries",
            "post /v1/webhooks/{id}/replay",
        ];
        assert_eq!(found, expected.map(str::to_owned).into_iter().collect());
    }
}
