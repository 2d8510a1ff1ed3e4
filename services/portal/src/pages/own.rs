//! Whether somebody has pages of their own: a user with a session.

use access::{Access, Role};

use super::ask::Ask;
use crate::App;

/// The users; none in a demonstration.
pub(super) fn users(app: &App) -> Option<&Access> {
    app.access.as_ref().filter(|access| !access.is_open())
}

/// Where whoever asks turns two-step sign-in on and off.
pub(super) fn two_step(app: &App, ask: &Ask) -> Option<String> {
    let is_user = ask.who.role != Role::Public && !ask.csrf.is_empty();
    (is_user && users(app).is_some()).then(|| ask.href(web::TWO_STEP, &[]))
}
