//! Codes, which are used again for other areas.

use domain::atlas::Generation;

use crate::{code, day, gazetteer, outcome};

#[test]
fn a_code_needs_its_edition_or_its_name() {
    use Generation::{Legacy, New};
    let cases = [
        ("24112", Some(Legacy), None, "2021-06-14", "L-24112", "with the edition: Chư Rcăm"),
        ("24112", Some(New), None, "2025-07-01", "N-24112", "the same code is Ia Rsai since"),
        ("24112", Some(New), None, "2025-06-30", "unit_not_in_force", "not before"),
        ("24112", None, None, "2021-06-14", "unit_ambiguous", "the code alone"),
        ("24112", None, Some("Chư Rcăm"), "2021-06-14", "L-24112", "the name agrees"),
        ("24112", None, Some("Xã Chư RCăm, Krông Pa"), "2021-06-14", "L-24112", "and so above"),
        ("24112", None, Some("Chư Rcăm"), "2025-07-01", "unit_not_in_force", "not any more"),
        ("24112", None, Some("Ia Rsai"), "2025-07-01", "N-24112", "the new name agrees"),
        ("24112", None, Some("Ia Rsai"), "", "N-24112", "the name decides without a day"),
        ("24112", None, Some("Phú Cần"), "2021-06-14", "unit_name_disagrees", "another's name"),
        ("24112", Some(Legacy), Some("Ia Rsai"), "2021-06-14", "unit_name_disagrees", "the new"),
        ("08", Some(Legacy), None, "2025-06-30", "L-08", "Tuyên Quang"),
        ("08", Some(New), None, "2025-07-01", "N-08", "Tuyên Quang with Hà Giang"),
        ("08", None, Some("Tuyên Quang"), "2025-06-30", "L-08", "the day decides"),
        ("08", None, Some("Tuyên Quang"), "2025-07-01", "N-08", "the day decides"),
        ("08", None, Some("Tuyên Quang"), "", "unit_ambiguous", "nothing decides"),
        ("13120", None, Some("Lê Lợi"), "2025-07-01", "N-13120", "Nam Cao, Thống Nhất, Lê Lợi"),
        ("13120", None, Some("Thống Nhất"), "2025-06-30", "L-13120", "Nam Cao, Thống Nhất"),
        ("13120", None, Some("Nam Cao"), "2024-12-31", "E-13120", "Nam Cao"),
        ("13120", Some(Legacy), None, "2024-12-31", "unit_not_in_force", "then it was in E"),
        ("24097", Some(New), None, "2025-07-01", "unit_unknown", "no seat any more"),
        ("2411", Some(Legacy), None, "", "unit_unknown", "no such width"),
    ];
    for (number, edition, name, on, expected, why) in cases {
        let day = (!on.is_empty()).then(|| day(on));
        let found = gazetteer().resolve(&code(number, edition, name), day);
        assert_eq!(outcome(found), expected, "{number} {edition:?} {name:?} on {on}: {why}");
    }
}
