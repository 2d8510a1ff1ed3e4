//! What a refusal says.

use proto::gazetteer::{Candidates, UnitRef, Unresolved};

use crate::refusal;

#[test]
fn a_refusal_says_what_to_do() {
    let parse = UnitRef::parse;
    let cases = [
        (
            refusal(&parse("Phú Cần, Krông Pa"), "2025-07-01"),
            "on 2025-07-01 \"Phú Cần, Krông Pa\" is not in force: L-24097 Xã Phú Cần, Huyện \
             Krông Pa, Tỉnh Gia Lai (until 2025-06-30); then in force: N-24076 Xã Phú Túc, Tỉnh \
             Gia Lai (since 2025-07-01)",
        ),
        (
            refusal(&parse("N-24112"), "2021-06-14"),
            "on 2021-06-14 \"N-24112\" is not in force: N-24112 Xã Ia Rsai, Tỉnh Gia Lai (since \
             2025-07-01); then in force: L-24079 Xã Ia RSai, Huyện Krông Pa, Tỉnh Gia Lai (until \
             2025-06-30); L-24085 Xã Chư Gu, Huyện Krông Pa, Tỉnh Gia Lai (until 2025-06-30); \
             L-24112 Xã Chư Rcăm, Huyện Krông Pa, Tỉnh Gia Lai (until 2025-06-30)",
        ),
        (
            refusal(&parse("L-13120"), "2024-12-31"),
            "on 2024-12-31 \"L-13120\" is not in force: L-13120 Xã Thống Nhất, Huyện Kiến Xương, \
             Tỉnh Thái Bình (2025-01-01 to 2025-06-30); then in force: E-13120 Xã Nam Cao, Huyện \
             Kiến Xương, Tỉnh Thái Bình (until 2024-12-31)",
        ),
        (
            refusal(&parse("24112"), "2021-06-14"),
            "the code 24112 alone is no unit, for codes are used again for other areas; add the \
             edition or the name: L-24112 Xã Chư Rcăm, Huyện Krông Pa, Tỉnh Gia Lai (until \
             2025-06-30); N-24112 Xã Ia Rsai, Tỉnh Gia Lai (since 2025-07-01)",
        ),
        (
            refusal(&parse("Ia Rmोक"), "2021-06-14"),
            "the name \"Ia Rmोक\" has the character U+094B 'ो' (Devanagari), which no Vietnamese \
             name has; write the name anew",
        ),
        (
            refusal(&parse("Phú\u{200b}Cần"), ""),
            "the name \"Phú\\u{200b}Cần\" has the invisible character U+200B; remove it",
        ),
        (
            refusal(&parse("Phú Cần, Kiến Xương"), "2021-06-14"),
            "no unit is \"Phú Cần, Kiến Xương\"; the name alone fits: L-24097 Xã Phú Cần, Huyện \
             Krông Pa, Tỉnh Gia Lai (until 2025-06-30); L-29347 Xã Phú Cần, Huyện Tiểu Cần, Tỉnh \
             Trà Vinh (until 2025-06-30)",
        ),
        (refusal(&parse("Xã Ba Ba Ba"), ""), "no unit is \"Xã Ba Ba Ba\""),
    ];
    for (unresolved, message) in cases {
        assert_eq!(unresolved.to_string(), message);
    }
}

#[test]
fn a_refusal_lists_at_most_eight_units() {
    let refused = refusal(&UnitRef::parse("Phường 1"), "2021-06-14");
    let Unresolved::Ambiguous { candidates, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(candidates.listed.len(), Candidates::LISTED_MAX);
    assert!(refused.to_string().contains(&format!(" and {} more", candidates.more)));
    assert!(candidates.more > 8);
}
