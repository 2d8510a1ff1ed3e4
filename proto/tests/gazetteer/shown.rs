//! How units are searched for and shown.

use proto::gazetteer::Lang;

use crate::{gazetteer, unit};

#[test]
fn search_puts_first_what_a_person_means() {
    let keys = |text: &str| -> Vec<&str> {
        gazetteer().search(text, 6).into_iter().map(|unit| gazetteer().key(unit)).collect()
    };
    let first = [
        ("gia lai", "N-52", "a whole name, the newer province before the old"),
        ("Gia Lai", "N-52", "with capitals"),
        ("krong pa", "L-637", "the higher level first"),
        ("huyện krông p", "L-637", "a kind and a beginning"),
        ("phú cần, krông", "L-24097", "units above after a comma"),
        ("L-24097", "L-24097", "a key"),
        ("24112", "N-24112", "a code, the newer generation first"),
        ("hdreh", "L-24100", "inside a name"),
        ("sa pả", "L-03002", "its mark counts"),
        ("phu", "N-25", "without marks they do not count: Phú Thọ before Xã Phu Luông"),
        ("tphcm", "N-79", "an alias"),
        ("việt nam", "VN", "the nation"),
    ];
    for (text, key, why) in first {
        assert_eq!(keys(text).first(), Some(&key), "{text}: {why}, of {:?}", keys(text));
    }
    assert_eq!(keys("Ia Rmोक"), Vec::<&str>::new(), "nothing is found by a damaged text");
    assert_eq!(keys(""), Vec::<&str>::new(), "nor by none");
    assert!(gazetteer().search("a", 20).len() == 20);
}

#[test]
fn a_unit_is_shown_in_both_languages() {
    let cases = [
        ("L-24097", "Xã Phú Cần", "Phu Can Commune", "Xã Phú Cần, Huyện Krông Pa, Tỉnh Gia Lai"),
        ("N-79", "Thành phố Hồ Chí Minh", "Ho Chi Minh City", "Thành phố Hồ Chí Minh"),
        ("L-760", "Quận 1", "District 1", "Quận 1, Thành phố Hồ Chí Minh"),
        ("VN", "Việt Nam", "Viet Nam", "Việt Nam"),
    ];
    for (key, vi, en, path) in cases {
        let unit = unit(key);
        assert_eq!(gazetteer().name(unit, Lang::Vi), vi);
        assert_eq!(gazetteer().name(unit, Lang::En), en);
        assert_eq!(gazetteer().path(unit), path);
    }
}
