//! What everybody may know of a milestone: not by which fact of which household it was tipped, nor
//! what few households got.

use domain::disclosure::{is_amount, is_of_events};
use serde_json::{Map, Value};

use crate::catalogue::Catalogue;

/// An event of the feed for those who may not see single households of its unit: without the fact
/// that tipped it and its position, and of its instant only the day. A value that is an amount, or
/// that may be of fewer households than this, is left out with its line, and `hidden` says so. None
/// for what is no event of the feed.
pub fn closed(event: &[u8], households_min: u32) -> Option<Vec<u8>> {
    let mut event: Map<String, Value> = serde_json::from_slice(event).ok()?;
    let day = event.get("time")?.as_str()?.get(..10)?.to_owned();
    event.insert("time".to_owned(), format!("{day}T00:00:00.000+07:00").into());
    let data = event.get_mut("data")?.as_object_mut()?;
    data.remove("position");
    data.remove("fact");
    let indicator = data.get("indicator").and_then(Value::as_str);
    let hides = |indicator| is_hidden(indicator, data.get("value"), households_min);
    // What it measures is said, or else it may be anything.
    if indicator.map_or(data.contains_key("value"), hides) {
        data.remove("value");
        data.remove("line");
        data.insert("hidden".to_owned(), true.into());
    }
    serde_json::to_vec(&event).ok()
}

/// Rules may count some codes only, which an event does not tell: a small number may be of these.
fn is_hidden(indicator: &str, value: Option<&Value>, households_min: u32) -> bool {
    let plan = &Catalogue::embedded().plan;
    let is_small = || match value.and_then(Value::as_array).map(Vec::as_slice) {
        Some([above, below]) => match (above.as_f64(), below.as_f64()) {
            (Some(above), Some(below)) => above < below * f64::from(households_min),
            (_, _) => true,
        },
        Some(_) | None => value.is_some(),
    };
    is_amount(plan, indicator) || is_of_events(plan, indicator) && is_small()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(indicator: &str, value: &str) -> Vec<u8> {
        let text = format!(
            r#"{{"specversion":"1.0","id":"a","time":"2021-05-20T14:06:00.123+07:00","data":{{"unit":"L-637","indicator":"{indicator}","value":{value},"line":[3,1],"position":7,"fact":"beef"}}}}"#
        );
        text.into_bytes()
    }

    #[test]
    fn neither_the_fact_nor_the_amount_of_few_is_left() {
        for (indicator, value, is_hidden) in [
            ("loan_amount", "[50000000,1]", true),
            ("loan_amount", "[5000000000000,1]", true),
            ("borrowing_share_of_poor", "[1,7]", true),
            ("loan_instances", "[4,1]", true),
            ("houses_completed", "[10,1]", false),
            ("poor_households_relapsed", "[1,1]", false),
            ("poverty_rate", "[1,25]", false),
            ("funds_disbursed", "[5000000,1]", false),
            ("findings", "[1,25]", false),
        ] {
            let told = closed(&event(indicator, value), 5).unwrap();
            let told: Value = serde_json::from_slice(&told).unwrap();
            let data = &told["data"];
            assert_eq!(data.get("value").is_none(), is_hidden, "{indicator}");
            assert_eq!(data.get("line").is_none(), is_hidden, "{indicator}");
            assert_eq!(data.get("hidden").is_some(), is_hidden, "{indicator}");
            assert!(data.get("fact").is_none() && data.get("position").is_none());
            assert_eq!(told["time"], "2021-05-20T00:00:00.000+07:00");
        }
        for bad in ["", "[]", "{}", r#"{"time":"2021","data":{}}"#] {
            assert_eq!(closed(bad.as_bytes(), 5), None, "{bad}");
        }
    }
}
