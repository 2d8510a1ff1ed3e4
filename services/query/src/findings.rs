//! What the fold noticed in a unit.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::figures::Time;
use domain::finding::{Finding, Treatment};
use domain::fold::Fold;
use proto::gazetteer::Gazetteer;

use crate::{Body, Found};

pub(crate) fn findings(fold: &Fold, unit: Unit, time: Option<Time>, limit: usize) -> Body {
    let gazetteer = Gazetteer::embedded();
    let atlas = &fold.rules.atlas;
    let of_unit = |finding: &&Finding| {
        atlas.holds(unit, finding.at) && time.is_none_or(|time| time.days().contains(&finding.on))
    };
    let mut all: Vec<&Finding> = fold.books.findings.iter().filter(of_unit).collect();
    let mut counts = BTreeMap::new();
    for finding in &all {
        *counts.entry(finding.reason.code().to_owned()).or_insert(0) += 1;
    }
    all.sort_by_key(|finding| (std::cmp::Reverse(finding.on), finding.reason, finding.fact));
    all.truncate(limit);
    let wanted: std::collections::HashSet<_> = all.iter().map(|finding| finding.fact).collect();
    let mut positions = std::collections::HashMap::new();
    if !wanted.is_empty() {
        for fact in fold.timelines().flat_map(|(_, timeline)| timeline.facts()) {
            if wanted.contains(&fact.key) {
                positions.insert(fact.key, fact.position);
            }
        }
    }
    let found = |finding: &&Finding| Found {
        reason: finding.reason.code().to_owned(),
        treatment: match finding.reason.treatment() {
            Treatment::Noted => "noted".to_owned(),
            Treatment::Held => "held".to_owned(),
        },
        unit: gazetteer.key(atlas.unit_of(finding.at)).to_owned(),
        on: finding.on.to_string(),
        fact: format!("{:016x}{:016x}", finding.fact.0[0], finding.fact.0[1]),
        position: positions.get(&finding.fact).copied(),
    };
    let listed = all.iter().map(found).collect();
    Body::Findings { unit: gazetteer.key(unit).to_owned(), counts, findings: listed }
}
