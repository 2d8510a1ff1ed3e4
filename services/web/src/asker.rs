//! Who is asking, as handlers see it.

use std::convert::Infallible;

use access::{Session, Who};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Who is asking: put into the request by the door in front of all routes; the public where there
/// is no door.
#[derive(Clone, Debug)]
pub struct Asker(pub Who);

/// What the forms of a page have to send as `csrf`; empty for who has not signed in.
#[derive(Clone, Debug, Default)]
pub struct Csrf(pub String);

/// A session that begins with an answer: who puts it into the answer's extensions has the door set
/// the cookie.
#[derive(Clone, Debug)]
pub struct Renewed(pub Session);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asker, Infallible> {
        Ok(parts.extensions.get::<Asker>().cloned().unwrap_or(Asker(Who::public())))
    }
}

impl<S: Sync> FromRequestParts<S> for Csrf {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Csrf, Infallible> {
        Ok(parts.extensions.get::<Csrf>().cloned().unwrap_or_default())
    }
}
