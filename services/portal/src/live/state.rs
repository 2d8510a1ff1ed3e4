//! The latest state of a topic, and the events it is told in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

/// One part of a topic.
#[derive(Clone, Debug)]
struct Part {
    /// JSON; `null` for one that is gone.
    json: Arc<str>,
    /// The version in which it came to be so.
    since: u64,
}

/// The latest state of a topic.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Counted up with each change, from 1.
    pub(super) version: u64,
    /// The position it is of.
    pub(super) position: u64,
    /// When it was made.
    at: String,
    parts: BTreeMap<String, Part>,
    /// The event for whoever was sent the version before: nearly everybody, so it is written once.
    delta: OnceLock<Bytes>,
}

impl State {
    /// What follows when the parts are these. None when nothing has changed.
    pub(super) fn next(&self, position: u64, at: String, parts: Parts) -> Option<State> {
        let version = self.version + 1;
        let mut next = BTreeMap::new();
        let mut changed = self.version == 0;
        for (key, json) in parts {
            let part = match self.parts.get(&key) {
                Some(part) if *part.json == *json => part.clone(),
                Some(_) | None => {
                    changed = true;
                    Part { json: json.into(), since: version }
                }
            };
            next.insert(key, part);
        }
        for (key, part) in &self.parts {
            if !next.contains_key(key) {
                let gone = &*part.json == "null";
                changed |= !gone;
                let since = if gone { part.since } else { version };
                next.insert(key.clone(), Part { json: "null".into(), since });
            }
        }
        let state = State { version, position, at, parts: next, delta: OnceLock::new() };
        changed.then_some(state)
    }

    /// The event for whoever was sent this version last.
    pub(super) fn event(&self, identity: &str, sent: u64) -> Bytes {
        if sent + 1 == self.version {
            return self.delta.get_or_init(|| self.write(identity, sent, None)).clone();
        }
        self.write(identity, sent, None)
    }

    /// The first event of a connection: everything, or nothing for whoever has this position.
    pub(super) fn first(&self, identity: &str, resumed: bool, server: &str) -> Bytes {
        self.write(identity, if resumed { self.version } else { 0 }, Some(server))
    }

    /// `server` is JSON fields that tell of the server.
    fn write(&self, identity: &str, sent: u64, server: Option<&str>) -> Bytes {
        let news = self.parts.iter().filter(|(_, part)| part.since > sent);
        // Of what a new client never had, it need not be told that it is gone.
        let news = news.filter(|(_, part)| sent > 0 || &*part.json != "null");
        let mut text = format!(
            "event: change\nid: {identity}-{}\ndata: {{\"position\":{},\"at\":\"{}\"{},\"parts\":{{",
            self.position,
            self.position,
            self.at,
            server.unwrap_or_default(),
        );
        for (number, (key, part)) in news.enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let key = serde_json::Value::from(key.as_str());
            // Writing to a text does not fail.
            let _ = write!(text, "{comma}{key}:{}", part.json);
        }
        text.push_str("}}\n\n");
        text.into()
    }
}

/// The parts of a topic, by key, each as JSON; none when there is no such page.
pub(crate) type Parts = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pairs: &[(&str, &str)]) -> Parts {
        pairs.iter().map(|(key, json)| ((*key).to_owned(), (*json).to_owned())).collect()
    }

    fn told(event: &Bytes) -> String {
        let text = std::str::from_utf8(event).unwrap();
        assert_eq!(text.matches('\n').count(), 4, "one line of data: {text}");
        let data = text.split("data: ").nth(1).unwrap().trim_end();
        serde_json::from_str::<serde_json::Value>(data).unwrap()["parts"].to_string()
    }

    #[test]
    fn a_client_is_told_what_changed_since_what_it_was_sent() {
        let at = || "t".to_owned();
        let one = State::default().next(1, at(), parts(&[("a", "1"), ("b", "1")])).unwrap();
        let two = one.next(2, at(), parts(&[("a", "2"), ("b", "1")])).unwrap();
        let three = two.next(3, at(), parts(&[("b", "3"), ("c\"", "3")])).unwrap();
        assert!(three.next(4, at(), parts(&[("b", "3"), ("c\"", "3")])).is_none());
        let table = [
            (one.first("j", false, ""), r#"{"a":1,"b":1}"#),
            (two.event("j", 1), r#"{"a":2}"#),
            // A slow reader was sent 1 and skips 2.
            (three.event("j", 1), r#"{"a":null,"b":3,"c\"":3}"#),
            (three.event("j", 2), r#"{"a":null,"b":3,"c\"":3}"#),
            (three.first("j", false, ""), r#"{"b":3,"c\"":3}"#),
            (three.first("j", true, ""), "{}"),
        ];
        for (event, expected) in table {
            assert_eq!(told(&event), expected);
        }
        let again = three.next(5, at(), parts(&[("a", "5")])).unwrap();
        assert_eq!(told(&again.event("j", 3)), r#"{"a":5,"b":null,"c\"":null}"#);
    }
}
