//! `POST /v1/facts`.

use access::{Role, Who};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use web::{Asker, Kind, Problem};

use crate::body::{FACTS_MAX, Halt, Reading, too_large, too_many};
use crate::gateway::{Gateway, REQUESTS_OF_ONE_MAX};
use crate::lines::Line;
use crate::shares::Taken;
use crate::{answer, binary};

/// Most bytes of one request that is taken line by line.
const LINES_BYTES_MAX: usize = 64 << 20;
/// Most bytes of any other.
const BYTES_MAX: usize = 8 << 20;

/// How facts are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// One JSON document.
    One,
    /// An array of them.
    Array,
    /// One or an array: `application/json` does not say.
    Either,
    /// One a line.
    Lines,
    /// One, its attributes in headers.
    Binary,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shown {
    #[default]
    All,
    Rejected,
}

#[derive(Deserialize)]
struct Wishes {
    #[serde(default)]
    outcomes: Shown,
}

/// The routes of the gateway.
pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/v1/facts", post(facts))
        // We count bytes ourselves, as they come.
        .layer(DefaultBodyLimit::disable())
        .with_state(gateway)
}

async fn facts(
    State(gateway): State<Gateway>,
    Asker(who): Asker,
    wishes: Result<Query<Wishes>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Some(refused) = refused(&who) {
        return refused;
    }
    let Ok(Query(Wishes { outcomes })) = wishes else {
        let problem = Problem::new(Kind::BadRequest, "outcomes is all or rejected");
        return problem.at("outcomes").into_response();
    };
    let _place = match gateway.places.try_take(&who.name) {
        Ok(place) => place,
        Err(taken) => return taken_by(taken),
    };
    let answered = take(&gateway, &who, outcomes, &headers, body).await;
    answered.unwrap_or_else(|Halt(problem)| problem.into_response())
}

/// There is no place for one more request.
fn taken_by(taken: Taken) -> Response {
    let detail = match taken {
        Taken::ByAll => "too many send facts at this moment; come again in a moment".to_owned(),
        Taken::ByOne => format!(
            "this user sends {REQUESTS_OF_ONE_MAX} requests with facts at this moment, which is the \
             most; wait for their answers"
        ),
    };
    Problem::new(Kind::Busy, detail).retry_after(2).into_response()
}

/// Whoever may write nothing at all is told before anything is read.
fn refused(who: &Who) -> Option<Response> {
    if who.may_write_something() {
        return None;
    }
    if who.role != Role::Public {
        let detail = "this user may not write facts";
        return Some(Problem::new(Kind::Forbidden, detail).into_response());
    }
    let detail = "send a token of `tonghop user token`: Authorization: Bearer thp_…";
    let mut response = Problem::new(Kind::Unauthorised, detail).into_response();
    let challenge = HeaderValue::from_static("Bearer realm=\"tonghop\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Some(response)
}

async fn take(
    gateway: &Gateway,
    who: &Who,
    shown: Shown,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Halt> {
    let form = form(headers)?;
    let bytes_max = if form == Form::Lines { LINES_BYTES_MAX } else { BYTES_MAX };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse().ok()).is_some_and(|bytes: usize| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let reading = Reading::new(body, bytes_max);
    if form == Form::Lines {
        let outcomes = gateway.take_parts(who, reading.parts()).await?;
        return Ok(match shown {
            Shown::All => answer::lines(outcomes),
            Shown::Rejected => answer::summary(&outcomes, true),
        });
    }
    let bytes = reading.whole().await?;
    let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start().first();
    let is_array = form == Form::Array || form == Form::Either && first == Some(&b'[');
    if is_array {
        let parts = array(&bytes)?.into_iter().map(Ok::<_, Halt>);
        let outcomes = gateway.take_parts(who, stream::iter(parts)).await?;
        return Ok(answer::summary(&outcomes, shown == Shown::Rejected));
    }
    let bytes = if form == Form::Binary { binary::structured(headers, &bytes)? } else { bytes };
    let line = vec![Line { number: 1, bytes }];
    let outcomes = gateway.take_parts(who, stream::iter([Ok::<_, Halt>(line)])).await?;
    match outcomes.first() {
        Some(outcome) => Ok(answer::one(outcome)),
        None => Err(Halt::new(Kind::Internal, "")),
    }
}

fn form(headers: &HeaderMap) -> Result<Form, Halt> {
    let unsupported = |detail: &str| Halt::new(Kind::UnsupportedMedia, detail);
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(header::CONTENT_ENCODING).is_some_and(|one| !one.eq_ignore_ascii_case("identity")) {
        return Err(unsupported("send the body unpacked, without Content-Encoding"));
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let (kind, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let charset = parameters.split(';').filter_map(|one| one.split_once('='));
    for (name, value) in charset {
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return Err(unsupported("facts are UTF-8"));
        }
    }
    match kind.as_str() {
        "application/json" | "" if binary::is_binary(headers) => Ok(Form::Binary),
        "application/cloudevents+json" => Ok(Form::One),
        "application/cloudevents-batch+json" => Ok(Form::Array),
        "application/json" => Ok(Form::Either),
        "application/x-ndjson" | "application/ndjson" => Ok(Form::Lines),
        _ => Err(unsupported(
            "send application/cloudevents+json, application/cloudevents-batch+json, \
             application/json or application/x-ndjson; or data as application/json with ce- headers",
        )),
    }
}

/// Elements that are checked together.
const PART_FACTS_MAX: usize = 500;

/// The elements of an array, unread, in parts.
fn array(bytes: &Bytes) -> Result<Vec<Vec<Line>>, Halt> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let elements: Elements<'_> = serde_json::from_slice(text).map_err(|error| {
        if error.to_string().starts_with(TOO_MANY) {
            return too_many();
        }
        let (line, column) = (error.line(), error.column());
        let detail = format!("the body is no JSON array: line {line}, column {column}");
        Halt::new(Kind::BadRequest, detail)
    })?;
    let lines = elements.0.into_iter().zip(1..).map(|(element, number)| {
        let bytes = bytes.slice_ref(element.get().as_bytes());
        Line { number, bytes }
    });
    let lines: Vec<Line> = lines.collect();
    Ok(lines.chunks(PART_FACTS_MAX).map(<[Line]>::to_vec).collect())
}

const TOO_MANY: &str = "too many elements";

/// At most so many elements as a request may have.
struct Elements<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Elements<'a>, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an array of facts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(element) = seq.next_element()? {
                    if all.len() == FACTS_MAX {
                        return Err(A::Error::custom(TOO_MANY));
                    }
                    all.push(element);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_seq(All).map(Elements)
    }
}
