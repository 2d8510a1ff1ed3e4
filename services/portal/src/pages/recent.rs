//! The latest facts, as a page lists them.

use domain::atlas::Unit;
use proto::gazetteer::Lang;
use query::written;

use super::number;
use crate::App;

/// One of the latest facts, in words: nothing in it tells of whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecentFact {
    /// Its place in the journal, as people write it.
    pub position: String,
    /// The day it happened, as people write it; empty for a fact of one household.
    pub on: String,
    /// The name of its unit.
    pub unit: String,
    /// What happened: `1 hộ thoát nghèo, vượt chuẩn cận nghèo`.
    pub what: String,
}

/// The latest facts of a unit and those below it, newest first.
pub(crate) fn latest(app: &App, unit: Unit, lang: Lang, limit: usize) -> Vec<RecentFact> {
    let facts = app.recent.of(&app.rules.atlas, unit, limit);
    let one = |fact: &crate::recent::Fact| RecentFact {
        position: number::whole(lang, i128::from(fact.position)),
        on: if fact.is_of_one_household() {
            String::new()
        } else {
            written::date(lang, &fact.on.to_string())
        },
        unit: app.gazetteer.name(fact.unit, lang).into_owned(),
        what: fact.told(lang),
    };
    facts.iter().map(one).collect()
}
