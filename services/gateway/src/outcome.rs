//! What became of one fact, as its sender is told.

use access::{NotYours, Owner};
use proto::catalogue::Catalogue;
use proto::gazetteer::Lang;
use proto::reject::Rejection;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use web::{Kind, Problem};

/// What became of one fact.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The line of the request it was on, from 1; or its place in an array.
    pub line: u64,
    /// The id its source gave it, where that could be read.
    pub id: Option<String>,
    /// What became of it.
    pub became: Became,
}

/// What can become of a fact.
#[derive(Clone, PartialEq, Debug)]
pub enum Became {
    /// It is durable, at this position.
    Accepted {
        /// Where it is in the journal.
        position: u64,
        /// Where a fact of the same key with another content is: both are kept, the fold chooses.
        rival_of: Option<u64>,
    },
    /// The journal has exactly these bytes already, at this position.
    Duplicate {
        /// Where it is in the journal.
        position: u64,
    },
    /// It is not stored.
    Rejected(Refusal),
}

/// Why a fact is not stored.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// It is wrong.
    Wrong(Rejection),
    /// The sender may not write facts of that unit.
    NotAllowed,
    /// The sender may not write under that source.
    NotYourSource(NotYours),
    /// The fact that has its source and id, at this position, happened in a unit that is not in the
    /// sender's care.
    IdTaken(u64),
    /// It changes the record of a household that lives in a unit that is not in the sender's care.
    LivesElsewhere,
    /// It voids or corrects a fact that is not in the journal.
    NotThere,
    /// It voids or corrects a fact that is there, but about another subject.
    OtherSubject,
}

impl Refusal {
    /// The same as a problem, in both languages.
    pub fn problem(&self) -> Problem {
        match self {
            Refusal::Wrong(rejection) => {
                let catalogue = Catalogue::embedded();
                let problem = Problem {
                    title: catalogue.rejection(rejection.reason, Lang::Vi),
                    title_en: catalogue.rejection(rejection.reason, Lang::En),
                    reason: Some(rejection.reason.code()),
                    ..Problem::new(Kind::Rejected, rejection.message.clone())
                };
                match rejection.field.as_str() {
                    "" => problem,
                    field => problem.at(field),
                }
            }
            Refusal::NotAllowed => Problem {
                title: "Đơn vị không thuộc phạm vi của người gửi",
                title_en: "The unit is not in the sender's care",
                reason: Some("not_allowed"),
                ..Problem::new(
                    Kind::Forbidden,
                    "the fact happened in a unit that is not in the sender's care, or voids one \
                     that did",
                )
                .at("data.unit")
            },
            Refusal::NotYourSource(NotYours { owner, yours }) => Problem {
                title: "Nguồn không phải của người gửi",
                title_en: "The source is not the sender's",
                reason: Some("not_your_source"),
                ..Problem::new(Kind::Forbidden, not_your_source(owner.as_ref(), yours)).at("source")
            },
            Refusal::IdTaken(position) => Problem {
                title: "Nguồn và mã này đã là của một dữ kiện ở đơn vị khác",
                title_en: "The source and id are those of a fact of another unit already",
                reason: Some("id_taken"),
                taken_at: Some(*position),
                ..Problem::new(
                    Kind::Forbidden,
                    format!(
                        "the fact at position {position} has this source and id, and happened in a \
                         unit that is not in the sender's care; send yours under another id"
                    ),
                )
                .at("id")
            },
            Refusal::LivesElsewhere => Problem {
                title: "Hộ đang sống ở đơn vị không thuộc phạm vi của người gửi",
                title_en: "The household lives in a unit that is not in the sender's care",
                reason: Some("lives_elsewhere"),
                ..Problem::new(
                    Kind::Forbidden,
                    "by the record the household lives elsewhere on that day; let those write who \
                     have both units in their care, or correct the household's record first",
                )
                .at("subject")
            },
            Refusal::NotThere => Problem {
                title: "Chưa có dữ kiện được hủy hoặc đính chính",
                title_en: "The fact that it voids or corrects is not there",
                reason: Some("not_there"),
                ..Problem::new(
                    Kind::Rejected,
                    "no fact of that source and id is in the journal; check both, or send that \
                     fact first",
                )
                .at("data.of or correctsid")
            },
            Refusal::OtherSubject => Problem {
                title: "Dữ kiện được hủy hoặc đính chính là của đối tượng khác",
                title_en: "The fact that it voids or corrects is about another subject",
                reason: Some("other_subject"),
                ..Problem::new(
                    Kind::Rejected,
                    "the fact of that source and id is in the journal, but its subject is another; \
                     a void or correction has the subject of the fact it names, else it withdraws \
                     nothing",
                )
                .at("subject")
            },
        }
    }
}

/// Whose the source is, and the two ways out: without anybody's help, and with the operator's.
fn not_your_source(owner: Option<&Owner>, yours: &str) -> String {
    let whose = match owner {
        Some(Owner::User(_)) => "it belongs to another user",
        Some(Owner::Unit(_)) => {
            "it belongs to a unit, and the sender is no officer of that very unit"
        }
        None => "it belongs to nobody: it is not registered",
    };
    format!(
        "{whose}; write under {yours}, which is the sender's own, or let the operator register it: \
         tonghop source add SOURCE --user NAME, or --unit UNIT"
    )
}

impl Became {
    fn name(&self) -> &'static str {
        match self {
            Became::Accepted { .. } => "accepted",
            Became::Duplicate { .. } => "duplicate",
            Became::Rejected(_) => "rejected",
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("line", &self.line)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        map.serialize_entry("outcome", self.became.name())?;
        match &self.became {
            Became::Accepted { position, rival_of } => {
                map.serialize_entry("position", position)?;
                if let Some(first) = rival_of {
                    map.serialize_entry("note", "rival")?;
                    map.serialize_entry("taken_at", first)?;
                }
            }
            Became::Duplicate { position } => map.serialize_entry("position", position)?,
            Became::Rejected(refusal) => {
                let problem = refusal.problem();
                map.serialize_entry("type", problem.kind)?;
                map.serialize_entry("title", problem.title)?;
                map.serialize_entry("title_en", problem.title_en)?;
                map.serialize_entry("status", &problem.status)?;
                map.serialize_entry("reason", &problem.reason)?;
                if let Some(field) = &problem.field {
                    map.serialize_entry("field", field)?;
                }
                if let Some(position) = problem.taken_at {
                    map.serialize_entry("taken_at", &position)?;
                }
                map.serialize_entry("detail", &problem.detail)?;
            }
        }
        map.end()
    }
}
