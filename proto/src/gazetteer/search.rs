//! Finding units for people who type.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::atlas::Unit;

use super::kind::Kind;
use super::{Gazetteer, collation_key, fold, letters};

/// How a name holds what was typed, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Held {
    Whole,
    AtStart,
    AtWordStart,
    Inside,
}

/// What was typed before the first comma, with or without a kind.
struct Typed {
    kind: Option<Kind>,
    plain: String,
    /// In small letters with its marks; none when it has none, which then tell nothing.
    marked: Option<String>,
}

impl Gazetteer {
    /// The units of all generations whose name, code or key holds this text, the best first:
    /// the whole name before its beginning before its middle, then with the marks that were typed,
    /// then the higher level, then the newer generation. Marks and case may be missing; after
    /// commas come units above (`phú, krông pa`).
    pub fn search(&self, text: &str, limit: usize) -> Vec<Unit> {
        let mut parts = text.split(',').map(letters::clean);
        let Some(Ok(own)) = parts.next() else { return Vec::new() };
        let above: Vec<String> = parts.flatten().map(|part| fold::plain(&part)).collect();
        let mut found: HashMap<Unit, (Held, bool)> = HashMap::new();
        let coded = self.units_with_code(&own).chain(self.unit(&own));
        found.extend(coded.map(|unit| (unit, (Held::Whole, false))));
        for typed in readings(&own) {
            for named in self.names().all() {
                let Some(held) = held(&named.plain, &typed.plain) else { continue };
                if typed.kind.is_some_and(|kind| kind != self.entry(named.unit).kind) {
                    continue;
                }
                let marks_differ = typed
                    .marked
                    .as_ref()
                    .is_some_and(|marked| !named.text.to_lowercase().contains(marked));
                let rank = (held, marks_differ);
                let best = found.entry(named.unit).or_insert(rank);
                *best = rank.min(*best);
            }
        }
        let mut found: Vec<_> = found
            .into_iter()
            .filter(|(unit, _)| self.lies_in(*unit, &above))
            .map(|(unit, rank)| {
                let record = self.atlas.record(unit);
                ((rank, record.level, Reverse(record.generation)), unit)
            })
            .collect();
        // Names are compared by the alphabet only among those that can still be listed.
        found.sort_unstable();
        if let Some((last, _)) = limit.checked_sub(1).and_then(|last| found.get(last)).copied() {
            found.truncate(found.partition_point(|(rank, _)| *rank <= last));
        }
        found.sort_by_cached_key(|(rank, unit)| {
            (*rank, collation_key(self.entry(*unit).short_vi), *unit)
        });
        found.into_iter().take(limit).map(|(_, unit)| unit).collect()
    }

    fn lies_in(&self, unit: Unit, above: &[String]) -> bool {
        let mut ancestors = self.atlas.ancestry(unit).skip(1);
        above.iter().all(|typed| {
            ancestors.any(|at| held(&fold::plain(self.entry(at).name_vi), typed).is_some())
        })
    }
}

fn readings(text: &str) -> impl Iterator<Item = Typed> {
    let typed = |kind, text: &str| Typed {
        kind,
        plain: fold::plain(text),
        marked: (!text.is_ascii()).then(|| text.to_lowercase()),
    };
    let with_kind = Kind::prefix(text).map(|prefix| typed(Some(prefix.kind), prefix.rest));
    std::iter::once(typed(None, text)).chain(with_kind).filter(|typed| !typed.plain.is_empty())
}

fn held(name: &str, typed: &str) -> Option<Held> {
    let at = name.find(typed)?;
    Some(match at {
        0 if name.len() == typed.len() => Held::Whole,
        0 => Held::AtStart,
        _ if name.as_bytes()[at - 1] == b' ' => Held::AtWordStart,
        _ => Held::Inside,
    })
}
