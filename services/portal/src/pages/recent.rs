//! The latest facts, as a page lists them.

use domain::atlas::Unit;
use proto::gazetteer::Lang;
use query::{findings, written};

use super::ask::Ask;
use super::{households, number};
use crate::App;
use crate::recent::Fact;

/// One of the latest facts, in words: nothing in it tells of whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecentFact {
    /// Its place in the journal, as people write it.
    pub position: String,
    /// The day it happened, as people write it; empty for a fact of few households.
    pub on: String,
    /// The name of its unit.
    pub unit: String,
    /// What happened: `1 hộ thoát nghèo, vượt chuẩn cận nghèo`.
    pub what: String,
}

/// The latest facts of a unit and those below it, newest first.
pub(crate) fn latest(app: &App, unit: Unit, lang: Lang, limit: usize) -> Vec<RecentFact> {
    let facts = app.recent.of(&app.rules.atlas, unit, limit);
    let one = |fact: &Fact| RecentFact {
        position: number::whole(lang, i128::from(fact.position)),
        on: if fact.is_of_few(app.households_min) {
            String::new()
        } else {
            written::date(lang, &fact.on.to_string())
        },
        unit: app.gazetteer.name(fact.unit, lang).into_owned(),
        what: fact.told(lang, app.households_min),
    };
    facts.iter().map(one).collect()
}

/// One of the latest facts as those see it who may see single households.
pub(crate) struct KeyedFact {
    pub(crate) position: String,
    pub(crate) on: String,
    pub(crate) unit: String,
    pub(crate) what: String,
    /// In hexadecimal, as the API writes it.
    pub(crate) key: String,
}

/// The same facts with their days and keys, for those who may see them; none for others.
pub(crate) fn with_keys(app: &App, ask: &Ask, unit: Unit, limit: usize) -> Vec<KeyedFact> {
    let facts = app.recent.of(&app.rules.atlas, unit, limit);
    let any = facts.iter().any(Fact::is_of_one_household);
    if !any || !households::may_show(app, ask, unit, "keys of the latest facts") {
        return Vec::new();
    }
    let one = |fact: &Fact| KeyedFact {
        position: number::whole(ask.lang, i128::from(fact.position)),
        on: number::day(ask.lang, fact.on),
        unit: app.gazetteer.name(fact.unit, ask.lang).into_owned(),
        what: fact.summary(ask.lang),
        key: findings::key(fact.key),
    };
    facts.iter().map(one).collect()
}
