//! The gateway's part of the OpenAPI document.

use utoipa::openapi::{OpenApi, OpenApiBuilder};

/// `POST /v1/facts`, to be merged into the document of the whole API.
pub fn openapi() -> OpenApi {
    let text = include_str!("openapi.json");
    // The test below reads it, too.
    serde_json::from_str(text).unwrap_or_else(|_| OpenApiBuilder::new().build())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_document_can_be_read_and_has_the_address() {
        let document = super::openapi();
        let facts = document.paths.paths.get("/v1/facts").expect("it is there");
        let post = facts.post.as_ref().expect("it can be posted to");
        let statuses: Vec<&str> = post.responses.responses.keys().map(String::as_str).collect();
        for status in ["200", "201", "400", "401", "403", "408", "413", "415", "422", "429", "503"]
        {
            assert!(statuses.contains(&status), "{status} is in {statuses:?}");
        }
    }
}
