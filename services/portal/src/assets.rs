//! Style, script and icon, carried in the program: addressed by their hash, so that browsers may
//! keep them for ever.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// The first 16 digits of the SHA-256 of its bytes.
    hash: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    [
        ("portal.css", "text/css; charset=utf-8", &include_bytes!("../assets/portal.css")[..]),
        ("portal.js", "text/javascript; charset=utf-8", &include_bytes!("../assets/portal.js")[..]),
        ("icon.svg", "image/svg+xml", &include_bytes!("../assets/icon.svg")[..]),
    ]
    .map(|(name, kind, bytes)| Asset { name, kind, bytes, hash: hash(bytes) })
    .into()
});

fn hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in &Sha256::digest(bytes)[..8] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Where an asset of this program is: `/a/{hash}/{name}`.
pub(crate) fn address(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or_else(String::new, |asset| format!("/a/{}/{name}", asset.hash))
}

/// Serves an asset. A hash of another edition is not found: what it meant is not here.
pub(crate) async fn serve(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = ASSETS.iter().find(|one| one.name == name && one.hash == hash) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", asset.hash);
    let mut answer = HeaderMap::new();
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    answer.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    match known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        true => (StatusCode::NOT_MODIFIED, answer).into_response(),
        false => (answer, asset.bytes).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_asset_is_found_by_its_hash_only_and_known_by_its_tag() {
        let right = address("portal.css");
        let hash = right.split('/').nth(2).unwrap().to_owned();
        for (hash, name, tag, expected) in [
            (hash.as_str(), "portal.css", None, 200),
            (hash.as_str(), "portal.css", Some(format!("\"{hash}\"")), 304),
            (hash.as_str(), "portal.css", Some("\"other\"".to_owned()), 200),
            (hash.as_str(), "portal.js", None, 404),
            ("0000000000000000", "portal.css", None, 404),
            (hash.as_str(), "../../Cargo.toml", None, 404),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(tag) = &tag {
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
            }
            let answer = serve(Path((hash.to_owned(), name.to_owned())), headers).await;
            assert_eq!(answer.status().as_u16(), expected, "{name} {tag:?}");
            if expected == 200 {
                let caching = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
                assert!(caching.contains("immutable"));
            }
        }
    }
}
