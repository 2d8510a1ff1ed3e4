//! Row by row, where two vintages differ.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::vintage::{Kind, Row, Vintage};

/// A row that is not the same in both.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Difference {
    /// What it tells.
    pub kind: Kind,
    /// The unit.
    pub unit: String,
    /// The indicator, class or reason.
    pub of: String,
    /// The breakdown, movement row or fact.
    pub by: String,
    /// What it says in the first; none if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// What it says in the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
}

/// The rows that differ, in the order of the vintage.
pub fn differences(first: &Vintage, second: &Vintage) -> Vec<Difference> {
    // A name may have several rows, such as one fact with the same finding twice.
    let rows = |vintage: &Vintage| {
        let mut rows: BTreeMap<(Kind, String), Vec<String>> = BTreeMap::new();
        for Row { kind, name, value } in &vintage.rows {
            rows.entry((*kind, name.clone())).or_default().push(value.clone());
        }
        rows
    };
    let (a, mut b) = (rows(first), rows(second));
    let mut found = Vec::new();
    for ((kind, name), values) in a {
        let others = b.remove(&(kind, name.clone())).unwrap_or_default();
        if values != others {
            found.push(difference(kind, &name, Some(values), Some(others)));
        }
    }
    found.extend(
        b.into_iter().map(|((kind, name), others)| difference(kind, &name, None, Some(others))),
    );
    found
}

fn difference(
    kind: Kind,
    name: &str,
    first: Option<Vec<String>>,
    second: Option<Vec<String>>,
) -> Difference {
    let row = Row { kind, name: name.to_owned(), value: String::new() };
    let [unit, of, by] = row.fields().map(str::to_owned);
    let said = |values: Option<Vec<String>>| {
        values.filter(|all| !all.is_empty()).map(|all| {
            let written = |value: &String| value.trim_end_matches('\t').replace('\t', " ");
            all.iter().map(written).collect::<Vec<_>>().join(" | ")
        })
    };
    Difference { kind, unit, of, by, first: said(first), second: said(second) }
}
