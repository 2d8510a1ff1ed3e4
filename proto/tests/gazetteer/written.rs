//! Names as people and reports write them.

use proto::gazetteer::UnitRef;
use unicode_normalization::UnicodeNormalization;

use crate::{day, gazetteer, meant, outcome};

#[test]
fn the_places_of_the_reports_are_found_as_they_are_written() {
    let file = include_str!("../report-places.csv");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut found = 0;
    for row in reader.records().map(Result::unwrap) {
        let [document, kind, written, key] = [&row[0], &row[1], &row[2], &row[3]];
        if kind == "buôn" || written == "(not named)" {
            continue; // below the communes, or without a name
        }
        let (on, above) = match (document, kind) {
            ("004", "xã") => ("2021-06-14", "Krông Pa"),
            ("004", _) => ("2021-06-14", ""),
            _ => ("2024-09-24", ""),
        };
        let reference = UnitRef::Name {
            name: format!("{kind} {written}"),
            parents: if above.is_empty() { vec![] } else { vec![above.to_owned()] },
            edition: None,
            level: None,
        };
        let resolved = gazetteer().resolve(&reference, Some(day(on)));
        if written.is_ascii() || !written.contains('\u{94B}') {
            assert_eq!(outcome(resolved), key, "{kind} {written}");
            found += 1;
        } else {
            assert_eq!(outcome(resolved), "foreign_script", "{kind} {written}");
        }
    }
    assert_eq!(found, 20);
}

#[test]
fn a_name_is_found_as_people_write_it() {
    let (then, last, now) = ("2021-06-14", "2025-06-30", "2025-07-01");
    let cases = [
        ("Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai", then, "L-24097", "the official form"),
        ("Phú Cần, Krông Pa, Gia Lai", then, "L-24097", "without kinds"),
        ("Phú Cần, Gia Lai", then, "L-24097", "the district left out"),
        ("Phú Cần, L-637", then, "L-24097", "the parent by its key"),
        ("Phú Cần, Krông Pa, Gia Lai, Việt Nam", then, "L-24097", "up to the nation"),
        ("X. Phú Cần, H. Krông Pa, T. Gia Lai", then, "L-24097", "short kinds"),
        ("xã phú cần, huyện krông pa", then, "L-24097", "small letters"),
        ("XÃ PHÚ CẦN, HUYỆN KRÔNG PA", then, "L-24097", "capitals"),
        ("xa Phu Can, huyen Krong Pa", then, "L-24097", "without marks"),
        ("Xã\u{a0}Phú\u{a0}Cần,\u{202f}Krông\u{a0}Pa", then, "L-24097", "no-break spaces"),
        ("  Phú   Cần ,Krông Pa ", then, "L-24097", "spaces anywhere"),
        ("TT Phú Túc, Krông Pa", then, "L-24076", "a township, short"),
        ("Thị trấn Phú Túc, Krông Pa", then, "L-24076", "a township"),
        ("Phú Túc, Krông Pa", then, "L-24076", "a township without its kind"),
        ("Xã Phú Túc, Krông Pa", then, "unit_unknown", "a wrong kind is no match"),
        ("Xã Phú Túc, Gia Lai", now, "N-24076", "a xã it became in 2025"),
        ("Chư RCăm, Krông Pa", then, "L-24112", "case inside a name"),
        ("Ia Hdréh, Krông Pa", then, "L-24100", "another spelling of the report"),
        ("Ia RSuom, Krông Pa", then, "L-24082", "marks lost inside"),
        ("Krông Pa", then, "unit_ambiguous", "a district, and a xã in Phú Yên"),
        ("Huyện Krông Pa", "", "L-637", "without a day"),
        ("H. Krông Pa, Gia Lai", then, "L-637", "short"),
        ("Gia Lai", then, "L-64", "the old province"),
        ("Gia Lai", now, "N-52", "the new province, under another code"),
        ("Gia Lai", "", "unit_ambiguous", "without a day both may be meant"),
        ("TP. Hồ Chí Minh", then, "L-79", "short, with a dot"),
        ("TP.Hồ Chí Minh", now, "N-79", "short, without a space"),
        ("TP HCM", now, "N-79", "an alias with its kind"),
        ("tphcm", then, "L-79", "an alias in small letters"),
        ("Tỉnh Thừa Thiên - Huế", "2024-12-31", "E-46", "a hyphen inside"),
        ("Thành phố Huế", "2025-07-01", "N-46", "the new centrally run city"),
        ("Bà Rịa-Vũng Tàu", then, "L-77", "a hyphen without spaces"),
        ("Việt Nam", now, "VN", "the nation"),
        ("cả nước", now, "VN", "as reports say"),
        ("Ea T'Ling, Cư Jút", last, "L-24640", "apostrophe"),
        ("Ea TLing, Cư Jút", last, "L-24640", "no apostrophe"),
        ("Ea Tling, Cư Jút", last, "L-24640", "nor a capital"),
        ("Ea T’Ling, Cư Jút", last, "L-24640", "a typographic apostrophe"),
        ("Quận 1", last, "L-760", "a number"),
        ("Q.1, TP.HCM", last, "L-760", "a number, short"),
        ("Q1", last, "L-760", "a number, shorter"),
        ("Phường 1, Quận 3", last, "L-27160", "a numbered ward"),
        ("P.1, Q.3", "2024-06-01", "L-27160", "its number, short"),
        ("Phường 01, Quận 3", "2024-06-01", "L-27160", "a zero before it"),
        ("Tỉnh Hoà Bình", then, "L-17", "old tone placement"),
        ("Huyện Đình Lập", then, "L-189", "đ"),
        ("dinh lap", then, "unit_ambiguous", "a district, a township and a xã in it"),
        ("huyen dinh lap", then, "L-189", "no marks, but a kind"),
        ("L-24097", "", "L-24097", "a key"),
        ("l-24097", then, "L-24097", "its letter small"),
        ("vn", now, "VN", "the nation's key"),
        ("L-24097", now, "unit_not_in_force", "a key on a later day"),
        ("L-99999", now, "unit_unknown", "no such key"),
        ("24097", then, "unit_ambiguous", "a bare code"),
        ("99999", then, "unit_unknown", "no such code"),
        ("Phú Cần, Kiến Xương", then, "unit_unknown", "not under that parent"),
        ("Phú Cần, Yên Bình", then, "unit_unknown", "Phúc An is another name"),
        ("Phú Cần, Gia Lai, Krông Pa", then, "unit_unknown", "parents in the wrong order"),
        ("Buôn Tờ Tung, Krông Pa", then, "unit_unknown", "below the communes"),
        ("", then, "unit_missing", "nothing"),
        ("Phú Cần,,Gia Lai", then, "unit_missing", "nothing between commas"),
        ("Ia Rmोक, Krông Pa", then, "foreign_script", "Devanagari"),
        ("Рhú Cần", then, "foreign_script", "Cyrillic er"),
        ("Ρhú Cần", then, "foreign_script", "Greek rho"),
        ("Ｐhú Cần", then, "foreign_script", "fullwidth"),
        ("Phú\tCần", then, "control_character", "a tab"),
        ("Phú\u{200b}Cần", then, "control_character", "a zero-width space"),
    ];
    let mut wrong = Vec::new();
    for (text, on, expected, why) in cases {
        let decomposed: String = text.nfd().collect();
        for written in [text, &decomposed] {
            let found = meant(written, on);
            if found != expected {
                wrong.push(format!("{written:?} on {on}: {found}, not {expected}: {why}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(meant(&"a".repeat(121), ""), "unit_name_too_long");
}

#[test]
fn krong_pas_communes_are_found_under_their_district() {
    let communes = [
        ("Phú Túc", "L-24076"),
        ("Ia RSai", "L-24079"),
        ("Ia RSươm", "L-24082"),
        ("Chư Gu", "L-24085"),
        ("Đất Bằng", "L-24088"),
        ("Ia Mlăh", "L-24091"),
        ("Chư Drăng", "L-24094"),
        ("Phú Cần", "L-24097"),
        ("Ia HDreh", "L-24100"),
        ("Ia RMok", "L-24103"),
        ("Chư Ngọc", "L-24106"),
        ("Uar", "L-24109"),
        ("Chư Rcăm", "L-24112"),
        ("Krông Năng", "L-24115"),
    ];
    for (name, key) in communes {
        assert_eq!(meant(&format!("{name}, Krông Pa"), "2021-06-14"), key);
        assert_eq!(meant(&format!("{name}, Krông Pa"), "2025-07-01"), "unit_not_in_force");
    }
}

#[test]
fn names_that_differ_only_in_marks_are_kept_apart() {
    let cases = [
        ("Phường Sa Pa, Lào Cai", "2024-01-01", "L-03001", "marks elsewhere: it has none itself"),
        ("Phường Sa Pả, Lào Cai", "2024-01-01", "L-03002", "its mark"),
        ("Sa Pả", "2024-01-01", "L-03002", "its mark, alone"),
        ("Phuong Sa Pa, Lao Cai", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
        ("phuong sa pa", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
        ("Thị xã Sa Pa", "2024-01-01", "L-088", "another kind"),
        ("Phường Sa Pa", "2025-07-01", "N-03006", "only one is left"),
        ("Phường Sa Pả", "2025-07-01", "unit_not_in_force", "Sa Pả is not the Sa Pa of today"),
        ("Minh Quân, Trấn Yên", "2024-01-01", "L-04567", "its mark"),
        ("Minh Quán, Trấn Yên", "2024-01-01", "L-04516", "its mark"),
        ("Minh Quan, Tran Yen", "2024-01-01", "unit_ambiguous", "the marks were dropped"),
    ];
    for (text, on, expected, why) in cases {
        assert_eq!(meant(text, on), expected, "{text} on {on}: {why}");
    }
}
