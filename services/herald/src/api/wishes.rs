//! What requests ask for: JSON whose fields are all known, and a limit.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use web::{Kind, Problem};

use super::answer::{Answer, BYTES_MAX, refuse};
use crate::Status;

/// Attempts that are told, unless somebody says otherwise.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1000;

/// A new subscription.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) units: Vec<String>,
    #[serde(default)]
    pub(super) rules: Vec<String>,
    #[serde(default)]
    pub(super) since: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    #[serde(default)]
    pub(super) keep_hours: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    #[serde(default)]
    pub(super) position: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) webhooks: Vec<Status>,
}

/// A body that must be there.
pub(super) struct Made(pub(super) Answer<Asked>);

/// A body that may be left out.
pub(super) struct Sent<T>(pub(super) Answer<T>);

impl<S: Send + Sync> FromRequest<S> for Made {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Made, Response> {
        Ok(Made(match body(request, state).await {
            Ok(bytes) => read(&bytes),
            Err(problem) => Err(problem),
        }))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Sent<T>, Response> {
        let is_empty = request.headers().get(header::CONTENT_TYPE).is_none();
        Ok(Sent(match is_empty {
            true => Ok(T::default()),
            false => match body(request, state).await {
                Ok(bytes) => read(&bytes),
                Err(problem) => Err(problem),
            },
        }))
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Answer<Bytes> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return refuse(Problem::new(Kind::UnsupportedMedia, "send application/json"));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let is_large = rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
        let problem = match is_large {
            true => Problem::new(Kind::TooLarge, format!("at most {BYTES_MAX} bytes")),
            false => Problem::new(Kind::BadRequest, "the body broke off"),
        };
        Box::new(problem.into_response())
    })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("the body cannot be read: {error}");
        Box::new(Problem::new(Kind::BadRequest, detail).into_response())
    })
}

/// The only parameter of the list of deliveries.
pub(super) fn limit(uri: &Uri) -> Answer<usize> {
    let mut limit = LIMIT;
    for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (name, value.parse()) {
            ("limit", Ok(number)) if (1..=LIMIT_MAX).contains(&number) => limit = number,
            ("limit", _) => {
                let problem = Problem::new(Kind::BadRequest, "limit is a number from 1 to 1,000");
                return refuse(problem.at("limit"));
            }
            // Every other API of ours takes a language.
            ("lang", _) => {}
            (_, _) => {
                let name: String = name.chars().take(40).collect();
                let detail = "there is no such parameter; there is limit";
                return refuse(Problem::new(Kind::BadRequest, detail).at(name));
            }
        }
    }
    Ok(limit)
}
