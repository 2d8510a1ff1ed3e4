//! A milestone as the world reads it: one CloudEvent, the same bytes whenever it is written.

use domain::codes::Code as _;
use proto::gazetteer::Gazetteer;
use query::Exact;
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::notice::{Act, Notice};
use crate::rule::{On, Rule, Rules};

/// The type of an event that says a milestone was reached.
pub const TYPE_REACHED: &str = "vn.tonghop.milestone.reached.v1";
/// The type of an event that takes one back.
pub const TYPE_WITHDRAWN: &str = "vn.tonghop.milestone.withdrawn.v1";

/// An event of the feed: CloudEvents 1.0, structured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// `1.0`.
    pub specversion: String,
    /// The milestone's id and what became of it: once in the world.
    pub id: String,
    /// Which journal it is told from.
    pub source: String,
    /// [`TYPE_REACHED`] or [`TYPE_WITHDRAWN`].
    #[serde(rename = "type")]
    pub kind: String,
    /// `<rule>/<unit>/<period>`: events of one subject are in order.
    pub subject: String,
    /// When the journal received the fact that tipped it.
    pub time: String,
    /// `application/json`.
    pub datacontenttype: String,
    /// What happened.
    pub data: Milestone,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// The milestone: the same when it is reached and when that is withdrawn.
    pub milestone: String,
    /// `reached` or `withdrawn`.
    pub act: String,
    /// From 1, one more each time it is reached again.
    pub revision: u32,
    /// The rule's name.
    pub rule: String,
    /// Which definition of it: eight hex digits.
    pub definition: String,
    /// What the rule is called.
    pub title: Title,
    /// The unit's key.
    pub unit: String,
    /// What the unit is called.
    pub unit_name: String,
    /// The period.
    pub period: String,
    /// `running`, or the level at which figures have to be closed.
    pub on: String,
    /// What it measures.
    pub indicator: String,
    /// What value and line are counted in.
    pub counted_in: String,
    /// The figure as of the position; left out if there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Exact>,
    /// What it was held against; left out if there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Exact>,
    /// Whether value and line are kept from who reads it: they are of few households, or an amount.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// The position in the journal of the fact that tipped it; 0 and left out in what is told to
    /// those who may not see single households.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub position: u64,
    /// That fact's key; empty and left out where the position is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fact: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(position: &u64) -> bool {
    *position == 0
}

/// A name in both languages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// The event of a notice. `journal` is the identity of the journal it is of.
///
/// # Panics
/// When the notice is not of these rules.
pub fn event(rules: &Rules, journal: &str, notice: &Notice) -> Event {
    let (rule, gazetteer) = (rule(rules, notice), Gazetteer::embedded());
    let (unit, period) = (notice.instance.unit, notice.instance.period.to_string());
    let key = gazetteer.key(unit).to_owned();
    let kind = match notice.act {
        Act::Reached => TYPE_REACHED,
        Act::Withdrawn => TYPE_WITHDRAWN,
    };
    Event {
        specversion: "1.0".into(),
        id: event_id(rules, notice),
        source: format!("urn:tonghop:journal:{journal}"),
        kind: kind.into(),
        subject: format!("{}/{key}/{period}", rule.id),
        time: proto::instant::rfc3339(notice.received_ms),
        datacontenttype: "application/json".into(),
        data: Milestone {
            milestone: milestone_id(rule, notice),
            act: notice.act.code().into(),
            revision: notice.revision,
            rule: rule.id.clone(),
            definition: rule.definition.to_string(),
            title: Title { vi: rule.vi.clone(), en: rule.en.clone() },
            unit_name: gazetteer.path(unit),
            unit: key,
            period,
            on: match rule.on {
                On::Running => "running".into(),
                On::Closed(level) => level.code().into(),
            },
            indicator: rule.measured.indicator().into(),
            counted_in: rule.counted_in.clone(),
            value: notice.value(),
            line: notice.line(),
            hidden: false,
            position: notice.position,
            fact: query::findings::key(notice.fact),
        },
    }
}

/// The id of a notice's event.
///
/// # Panics
/// When the notice is not of these rules.
pub fn event_id(rules: &Rules, notice: &Notice) -> String {
    format!("{}-{}", milestone_id(rule(rules, notice), notice), notice.act.code())
}

/// Where in the feed a notice's event is published, once for ever:
/// `<rule>.<definition>.<unit>.<period>.<revision>.<act>`.
///
/// # Panics
/// When the notice is not of these rules.
pub fn route(rules: &Rules, notice: &Notice) -> String {
    let rule = rule(rules, notice);
    let unit = Gazetteer::embedded().key(notice.instance.unit);
    let period = notice.instance.period.to_string().replace('@', "_");
    let (definition, revision, act) = (rule.definition, notice.revision, notice.act.code());
    format!("{}.{definition}.{unit}.{period}.{revision}.{act}", rule.id)
}

fn rule<'a>(rules: &'a Rules, notice: &Notice) -> &'a Rule {
    &rules.list[usize::from(notice.instance.rule)]
}

/// Half of SHA-256 over rule, definition, unit, period and revision.
fn milestone_id(rule: &Rule, notice: &Notice) -> String {
    let unit = Gazetteer::embedded().key(notice.instance.unit);
    let (period, revision) = (notice.instance.period, notice.revision);
    let named = format!("{}\n{}\n{unit}\n{period}\n{revision}\n", rule.id, rule.definition);
    hash::hex(named.as_bytes(), 16)
}
