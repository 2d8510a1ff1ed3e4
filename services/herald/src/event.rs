//! What we need to know of a record of the feed: which event, of which rule and unit.

use bytes::Bytes;
use proto::gazetteer::Gazetteer;
use proto::milestone::closed;
use serde::Deserialize;

/// A CloudEvent's id is also a header: longer ones are not sent.
const ID_BYTES_MAX: usize = 256;

/// The part of a milestone that is looked at; its bytes are sent as they are.
#[derive(Deserialize)]
struct Milestone {
    id: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    rule: String,
    unit: String,
}

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Event {
    /// The CloudEvent's id.
    pub(crate) id: String,
    /// The rule's id.
    pub(crate) rule: String,
    /// The unit's key.
    pub(crate) unit: String,
}

impl Event {
    /// Reads a record; none when it is no milestone.
    pub(crate) fn read(bytes: &[u8]) -> Option<Event> {
        let Milestone { id, data: Data { rule, unit } } = serde_json::from_slice(bytes).ok()?;
        let visible = id.bytes().all(|c| c.is_ascii_graphic());
        let fits = !id.is_empty() && id.len() <= ID_BYTES_MAX && visible;
        fits.then_some(Event { id, rule, unit })
    }
}

/// A record as it is sent to whoever may see single households of `sees` and below: as it is in the
/// feed, or without the fact that tipped it. None for what cannot be kept from them.
pub(crate) fn told(
    record: Bytes,
    event: &Event,
    sees: Option<&str>,
    households_min: u32,
) -> Option<Bytes> {
    let gazetteer = Gazetteer::embedded();
    let unit = |key| gazetteer.unit(key);
    let is_open = sees
        .and_then(|sees| Some(gazetteer.atlas.holds(unit(sees)?, unit(&event.unit)?.into())))
        .unwrap_or(false);
    if is_open { Some(record) } else { closed(&record, households_min).map(Bytes::from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_milestone_is_not_taken_for_one() {
        let good = br#"{"specversion":"1.0","id":"ab.reached","source":"s","type":"t","subject":"r/u/p","data":{"rule":"r","unit":"L-637","revision":1}}"#;
        let event = Event::read(good).unwrap();
        assert_eq!((event.id.as_str(), event.rule.as_str()), ("ab.reached", "r"));
        assert_eq!(event.unit, "L-637");
        for bad in [
            "",
            "{}",
            "not json",
            r#"{"id":"a","data":{"rule":"r"}}"#,
            r#"{"id":"","data":{"rule":"r","unit":"u"}}"#,
            "{\"id\":\"a\\r\\nx: y\",\"data\":{\"rule\":\"r\",\"unit\":\"u\"}}",
            r#"{"id":"é","data":{"rule":"r","unit":"u"}}"#,
        ] {
            assert_eq!(Event::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
