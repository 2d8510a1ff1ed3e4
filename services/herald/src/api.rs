//! `/v1/webhooks`: subscriptions over HTTP, for their owners and for operators.

mod answer;
mod openapi;
mod wishes;

use std::sync::Arc;

use access::{Role, Who};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use tokio::sync::Semaphore;
use web::{Asker, Kind, Problem};

use self::answer::{Answer, BYTES_MAX, answered, refuse};
pub use self::openapi::openapi;
use self::wishes::{Asked, Listed, Made, Replay, Rotate, Sent};
use crate::{Attempt, Dead, Desk, Error, Filter, Id, Outcome, Secret, Status, Wish, book};

/// Subscriptions of one owner.
const OF_ONE_OWNER_MAX: usize = 100;
/// Endpoints that are tried at once: nobody floods others through us.
const TESTS_MAX: usize = 4;
/// An old secret stays good for so long, unless somebody says otherwise.
const KEEP_HOURS: u32 = 24;

#[derive(Clone)]
struct Api {
    desk: Desk,
    tests: Arc<Semaphore>,
}

/// The routes, for a door of [`web::Doors`].
pub fn router(desk: Desk) -> Router {
    let api = Api { desk, tests: Arc::new(Semaphore::new(TESTS_MAX)) };
    Router::new()
        .route("/v1/webhooks", get(list).post(add))
        .route("/v1/webhooks/{id}", get(one).delete(remove))
        .route("/v1/webhooks/{id}/rotate", post(rotate))
        .route("/v1/webhooks/{id}/test", post(test))
        .route("/v1/webhooks/{id}/enable", post(enable))
        .route("/v1/webhooks/{id}/disable", post(disable))
        .route("/v1/webhooks/{id}/deliveries", get(deliveries))
        .route("/v1/webhooks/{id}/replay", post(replay))
        .layer(DefaultBodyLimit::max(BYTES_MAX))
        .with_state(api)
}

/// A subscription and its secret, which is told this once.
#[derive(Serialize)]
struct Added {
    webhook: Status,
    secret: String,
}

#[derive(Serialize)]
struct Deliveries {
    attempts: Vec<Attempt>,
    dead: Vec<Dead>,
}

async fn list(State(api): State<Api>, Asker(who): Asker) -> Response {
    let listed = async {
        signed_in(&who)?;
        let all = api.desk.list().await.map_err(failed)?;
        let own = all.into_iter().filter(|one| who.may_keep_webhook_of(&one.owner));
        Ok(json(StatusCode::OK, &Listed { webhooks: own.collect() }))
    };
    answered(listed.await)
}

async fn add(State(api): State<Api>, Asker(who): Asker, made: Made) -> Response {
    let added = async {
        signed_in(&who)?;
        if !who.may_subscribe() {
            return refuse(Problem::new(Kind::Forbidden, "this user may not have webhooks"));
        }
        let Asked { name, url, units, rules, since } = made.0?;
        let all = api.desk.list().await.map_err(failed)?;
        if all.iter().filter(|one| one.owner == who.name).count() >= OF_ONE_OWNER_MAX {
            let detail = format!("you have {OF_ONE_OWNER_MAX} webhooks already; remove one first");
            return refuse(Problem::new(Kind::BadRequest, detail));
        }
        let filter = Filter { units, rules };
        let sees = book::sees(&who);
        let wish = Wish { name, url, owner: who.name.clone(), since, filter, sees };
        let (id, secret) = api.desk.add(wish).await.map_err(failed)?;
        let webhook = api.desk.status(id).await.map_err(failed)?;
        Ok(json(StatusCode::CREATED, &Added { webhook, secret: secret.shown() }))
    };
    answered(added.await)
}

async fn one(State(api): State<Api>, Asker(who): Asker, Path(id): Path<String>) -> Response {
    let found = async {
        let id = api.own(&who, &id).await?;
        Ok(json(StatusCode::OK, &api.desk.status(id).await.map_err(failed)?))
    };
    answered(found.await)
}

async fn remove(State(api): State<Api>, Asker(who): Asker, Path(id): Path<String>) -> Response {
    let removed = async {
        let id = api.own(&who, &id).await?;
        api.desk.remove(id).await.map_err(failed)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answered(removed.await)
}

async fn rotate(
    State(api): State<Api>,
    Asker(who): Asker,
    Path(id): Path<String>,
    wish: Sent<Rotate>,
) -> Response {
    let rotated = async {
        let id = api.own(&who, &id).await?;
        let keep_hours = wish.0?.keep_hours.unwrap_or(KEEP_HOURS);
        let secret: Secret = api.desk.rotate(id, keep_hours).await.map_err(failed)?;
        let webhook = api.desk.status(id).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &Added { webhook, secret: secret.shown() }))
    };
    answered(rotated.await)
}

async fn test(State(api): State<Api>, Asker(who): Asker, Path(id): Path<String>) -> Response {
    let tested = async {
        let id = api.own(&who, &id).await?;
        let Ok(_place) = api.tests.clone().try_acquire_owned() else {
            let detail = "too many endpoints are being tried; come again in a moment";
            return refuse(Problem::new(Kind::Busy, detail).retry_after(5));
        };
        let outcome: Outcome = api.desk.test(id).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &outcome))
    };
    answered(tested.await)
}

async fn enable(State(api): State<Api>, Asker(who): Asker, Path(id): Path<String>) -> Response {
    let enabled = async {
        let id = api.own(&who, &id).await?;
        api.desk.enable(id).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &api.desk.status(id).await.map_err(failed)?))
    };
    answered(enabled.await)
}

async fn disable(State(api): State<Api>, Asker(who): Asker, Path(id): Path<String>) -> Response {
    let disabled = async {
        let id = api.own(&who, &id).await?;
        api.desk.disable(id).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &api.desk.status(id).await.map_err(failed)?))
    };
    answered(disabled.await)
}

async fn deliveries(
    State(api): State<Api>,
    Asker(who): Asker,
    Path(id): Path<String>,
    uri: Uri,
) -> Response {
    let told = async {
        let id = api.own(&who, &id).await?;
        let limit = wishes::limit(&uri)?;
        let attempts = api.desk.log(id, limit).await.map_err(failed)?;
        let dead = api.desk.dead(id, 0, limit).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &Deliveries { attempts, dead }))
    };
    answered(told.await)
}

async fn replay(
    State(api): State<Api>,
    Asker(who): Asker,
    Path(id): Path<String>,
    wish: Sent<Replay>,
) -> Response {
    let replayed = async {
        let id = api.own(&who, &id).await?;
        let position = wish.0?.position;
        let replayed = api.desk.replay(id, position).await.map_err(failed)?;
        Ok(json(StatusCode::OK, &serde_json::json!({ "replayed": replayed })))
    };
    answered(replayed.await)
}

impl Api {
    /// The subscription, if there is one and it is theirs: one of others is not there.
    async fn own(&self, who: &Who, id: &str) -> Answer<Id> {
        signed_in(who)?;
        let id: Id = id.parse().map_err(failed)?;
        let subscription = self.desk.subscription(id).await.map_err(failed)?;
        if !who.may_keep_webhook_of(&subscription.owner) {
            return Err(failed(Error::Unknown(id.to_string())));
        }
        Ok(id)
    }
}

fn signed_in(who: &Who) -> Answer<()> {
    if who.role != Role::Public {
        return Ok(());
    }
    let detail = "sign in, or send a token of `tonghop user token`: Authorization: Bearer thp_…";
    let mut response = Problem::new(Kind::Unauthorised, detail).into_response();
    let challenge = HeaderValue::from_static("Bearer realm=\"tonghop\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Err(Box::new(response))
}

fn failed(error: Error) -> Box<Response> {
    let problem = match error {
        Error::Refused { field, what } => Problem::new(Kind::BadRequest, what).at(field),
        Error::Unknown(_) => Problem::new(Kind::NotFound, "you have no such webhook"),
        // Somebody else is changing the file, or the disk is full.
        Error::File(_) | Error::Full { .. } | Error::Locked { .. } => {
            tracing::error!(%error, "a webhook could not be changed");
            let detail = "the webhooks cannot be read or changed now; come again later";
            Problem::new(Kind::Busy, detail).retry_after(5)
        }
        Error::Unreadable { .. }
        | Error::Io { .. }
        | Error::Engine { .. }
        | Error::Damaged { .. }
        | Error::OtherFeed { .. }
        | Error::Feed(_)
        | Error::Tls(_)
        | Error::Random(_)
        | Error::Ended(_) => {
            tracing::error!(%error, "a question about webhooks was not answered");
            Problem::new(Kind::Internal, "")
        }
    };
    Box::new(problem.into_response())
}

/// Secrets and owners are nobody's to keep.
fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}
