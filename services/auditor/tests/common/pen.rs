//! How the tests of the auditor, and of the portal, write a fact.

/// A fact of a type about a unit on a day; `data` is what its data has beside the unit.
pub(crate) fn fact(
    kind: &str,
    id: &str,
    home: Option<u64>,
    on: &str,
    unit: &str,
    data: &str,
) -> String {
    let subject = home.map_or_else(String::new, |home| {
        format!(r#","subject":"household/52.7d1f0c52a9e84b36d2c1{home:012x}""#)
    });
    format!(
        r#"{{"specversion":"1.0","type":"vn.tonghop.{kind}.v1","source":"//test","id":"{id}"{subject},"time":"{on}T09:00:00+07:00","data":{{"unit":"{unit}"{data}}}}}"#
    )
}
