//! Writes facts down as canonical documents, in the order of time.

use domain::atlas::Place;
use domain::time::Day;
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use serde_json::{Map, Value, json};

/// The district.
pub(super) const DISTRICT: &str = "L-637";
const SOURCE: &str = "urn:tonghop:scenario:krong-pa-2021h1";

/// A document before it is written.
pub(super) struct Draft<'a> {
    /// The type without `vn.tonghop.` and version: `loan.disbursed`.
    pub(super) kind: &'a str,
    pub(super) id: String,
    pub(super) subject: Option<&'a str>,
    pub(super) on: Day,
    pub(super) sequence: Option<u32>,
    pub(super) data: Value,
    pub(super) echo: bool,
}

/// Collects facts.
pub(super) struct Pen {
    province: &'static str,
    told: Vec<(String, Told)>,
    households: u64,
}

impl Pen {
    pub(super) fn new() -> Pen {
        let gazetteer = Gazetteer::embedded();
        let district = gazetteer.unit(DISTRICT).expect("the gazetteer has Krông Pa");
        let province = gazetteer.atlas.today_province(Place::from(district));
        let province = province.expect("a district lies in a province");
        Pen { province: gazetteer.entry(province).code, told: Vec::new(), households: 0 }
    }

    /// The subject of one more household: a pseudonym made of a counter, nobody's.
    pub(super) fn household(&mut self) -> String {
        self.households += 1;
        format!("household/{}.{:016x}", self.province, mix(self.households))
    }

    /// Writes a fact about a household.
    pub(super) fn about(&mut self, subject: &str, kind: &str, id: String, on: Day, data: Value) {
        let subject = Some(subject);
        self.tell(Draft { kind, id, subject, on, sequence: None, data, echo: false });
    }

    /// Writes a fact.
    pub(super) fn tell(&mut self, draft: Draft<'_>) {
        let Draft { kind, id, subject, on, sequence, data, echo } = draft;
        let clock = mix(id.bytes().fold(7, |sum: u64, byte| mix(sum ^ u64::from(byte))));
        let (hour, minute) = (7 + clock % 10, clock / 10 % 60);
        let time = format!("{on}T{hour:02}:{minute:02}:00+07:00");
        let document = object([
            ("specversion", json!("1.0")),
            ("type", json!(format!("vn.tonghop.{kind}.v1"))),
            ("source", json!(SOURCE)),
            ("id", json!(id)),
            ("subject", json!(subject)),
            ("time", json!(time)),
            ("sequence", json!(sequence.map(|number| number.to_string()))),
            ("data", data),
        ]);
        let text = document.to_string();
        let document = Document::read(text.as_bytes())
            .unwrap_or_else(|rejection| panic!("{id} is of its type's form: {rejection}"));
        self.told.push((time, Told { line: document.write(), echo }));
    }

    pub(super) fn finish(mut self) -> Vec<Told> {
        self.told.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.told.into_iter().map(|(_, told)| told).collect()
    }
}

/// A JSON object of what there is: empty fields are left out.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let there = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(there.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

/// A number that looks like chance and is not: the finaliser of SplitMix64.
pub(super) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A day of the scenario's data.
pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap_or_else(|error| panic!("the scenario's days are dates: {error}"))
}

/// A working day of a span, the n-th of them, beginning anew behind the last.
pub(super) fn workday(first: &str, last: &str, nth: u64) -> Day {
    let (first, last) = (day(first), day(last));
    let open: Vec<Day> = (first.0..=last.0).map(Day).filter(|on| is_workday(*on)).collect();
    open[nth as usize % open.len()]
}

fn is_workday(on: Day) -> bool {
    // 2000-01-01, day 0, was a Saturday.
    let weekend = on.0 % 7 < 2;
    // Tết from the 28th of the twelfth month, the Hùng Kings' day, 30 April and 1 May.
    let closed =
        [("2021-02-08", "2021-02-16"), ("2021-04-21", "2021-04-21"), ("2021-04-30", "2021-05-03")];
    !weekend && !closed.iter().any(|(from, to)| (day(from)..=day(to)).contains(&on))
}

/// One fact of the scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The canonical document, without a line end.
    pub line: Vec<u8>,
    /// Whether it states a published figure itself: a target, a plan, a decision on money, or what
    /// comes from outside. All others are counted.
    pub echo: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_are_closed_at_weekends_and_at_tet() {
        let table = [
            ("2021-01-04", true),
            ("2021-01-09", false),
            ("2021-01-10", false),
            ("2021-02-12", false),
            ("2021-02-17", true),
            ("2021-05-03", false),
            ("2021-06-14", true),
        ];
        for (on, open) in table {
            assert_eq!(is_workday(day(on)), open, "{on}");
        }
    }
}
