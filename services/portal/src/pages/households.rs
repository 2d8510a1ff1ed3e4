//! Who is shown data of single households on pages: by the rule of the API, and recorded.

use domain::atlas::Unit;

use super::ask::Ask;
use crate::App;

/// Whether data of single households of a unit is shown. Asking records the reading: what cannot be
/// recorded is not shown.
pub(crate) fn may_show(app: &App, ask: &Ask, unit: Unit, what: &str) -> bool {
    ask.for_one
        && ask.who.may_see_households(&app.rules.atlas, unit)
        && (app.reading)(&ask.who, what, app.gazetteer.key(unit))
}
