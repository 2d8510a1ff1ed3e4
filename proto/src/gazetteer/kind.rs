//! The kinds of units, and how people write them before a name.

use std::borrow::Cow;

use super::fold;

/// The kind of a unit, as its name says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Việt Nam.
    Nation,
    /// Tỉnh.
    Province,
    /// Thành phố, at the level of provinces or of districts.
    City,
    /// Quận.
    UrbanDistrict,
    /// Huyện.
    RuralDistrict,
    /// Thị xã, at the level of districts.
    Town,
    /// Phường.
    Ward,
    /// Xã.
    Commune,
    /// Thị trấn, at the level of communes.
    Township,
    /// Đặc khu, since 2025.
    SpecialZone,
}

/// A kind read before a name: `X. Phú Cần` is (Commune, marked, `Phú Cần`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Prefix<'a> {
    pub(super) kind: Kind,
    /// Whether it is written with its marks (`xã`), or short (`X.`), which has none to lose.
    pub(super) marked: bool,
    pub(super) rest: &'a str,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 10] = [
        Kind::Nation,
        Kind::Province,
        Kind::City,
        Kind::UrbanDistrict,
        Kind::RuralDistrict,
        Kind::Town,
        Kind::Ward,
        Kind::Commune,
        Kind::Township,
        Kind::SpecialZone,
    ];

    /// The kind in Vietnamese: `thị trấn`.
    pub fn vi(self) -> &'static str {
        match self {
            Kind::Nation => "quốc gia",
            Kind::Province => "tỉnh",
            Kind::City => "thành phố",
            Kind::UrbanDistrict => "quận",
            Kind::RuralDistrict => "huyện",
            Kind::Town => "thị xã",
            Kind::Ward => "phường",
            Kind::Commune => "xã",
            Kind::Township => "thị trấn",
            Kind::SpecialZone => "đặc khu",
        }
    }

    /// The kind in English: `Township`.
    pub fn en(self) -> &'static str {
        match self {
            Kind::Nation => "Nation",
            Kind::Province => "Province",
            Kind::City => "City",
            Kind::UrbanDistrict | Kind::RuralDistrict => "District",
            Kind::Town => "Town",
            Kind::Ward => "Ward",
            Kind::Commune => "Commune",
            Kind::Township => "Township",
            Kind::SpecialZone => "Special Zone",
        }
    }

    /// The kind with this Vietnamese name, in small letters.
    pub fn named(vi: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.vi() == vi)
    }

    fn short(self) -> &'static [&'static str] {
        match self {
            Kind::Nation => &[],
            Kind::Province => &["t"],
            Kind::City => &["tp"],
            Kind::UrbanDistrict => &["q"],
            Kind::RuralDistrict => &["h"],
            Kind::Town => &["tx"],
            Kind::Ward => &["p"],
            Kind::Commune => &["x"],
            Kind::Township => &["tt"],
            Kind::SpecialZone => &["dk"],
        }
    }

    /// `Phu Can Commune`, but `Ward 1` and `Viet Nam`.
    pub(super) fn english(self, name: &'static str) -> Cow<'static, str> {
        if self == Kind::Nation {
            Cow::Borrowed(name)
        } else if name.bytes().all(|b| b.is_ascii_digit()) {
            Cow::Owned(format!("{} {name}", self.en()))
        } else {
            Cow::Owned(format!("{name} {}", self.en()))
        }
    }

    /// A name without this kind before it, where it stands there.
    pub(super) fn strip(self, name: &str) -> &str {
        Kind::prefix(name).filter(|prefix| prefix.kind == self).map_or(name, |prefix| prefix.rest)
    }

    /// The kind that a clean text may begin with. It need not: Xã Xa Dung is called `Xa Dung`,
    /// which also reads as a xã named Dung, so the caller tries both readings.
    pub(super) fn prefix(text: &str) -> Option<Prefix<'_>> {
        Kind::ALL.into_iter().filter(|kind| *kind != Kind::Nation).find_map(|kind| {
            let word = || {
                let rest = after(text, &fold::plain(kind.vi()))?;
                let written = text[..text.len() - rest.len()].to_lowercase();
                Some((written.starts_with(kind.vi()), rest))
            };
            let short = || {
                let rest = kind.short().iter().find_map(|short| after(text, short))?;
                Some((true, rest))
            };
            let (marked, rest) = word().or_else(short)?;
            let rest = rest.trim_start_matches([' ', '.']);
            (!rest.is_empty()).then_some(Prefix { kind, marked, rest })
        })
    }
}

/// What follows these letters in the text, when they are not the beginning of a longer word.
fn after<'a>(text: &'a str, letters: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for letter in letters.chars() {
        if fold::base(rest.next()?) != letter {
            return None;
        }
    }
    let rest = rest.as_str();
    let next = rest.chars().next()?;
    (next == ' ' || next == '.' || next.is_ascii_digit()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_people_write_it() {
        let cases = [
            ("Xã Phú Cần", Some((Kind::Commune, true, "Phú Cần")), "the official form"),
            ("xa Phu Can", Some((Kind::Commune, false, "Phu Can")), "without marks"),
            ("X. Phú Cần", Some((Kind::Commune, true, "Phú Cần")), "short, with a dot"),
            ("X.Phú Cần", Some((Kind::Commune, true, "Phú Cần")), "no space after the dot"),
            ("TT Phú Túc", Some((Kind::Township, true, "Phú Túc")), "short, without a dot"),
            ("THỊ TRẤN Phú Túc", Some((Kind::Township, true, "Phú Túc")), "capitals"),
            ("TP. Hồ Chí Minh", Some((Kind::City, true, "Hồ Chí Minh")), "not T. for tỉnh"),
            ("P1", Some((Kind::Ward, true, "1")), "a number ends the short form"),
            ("Thị xã Chũ", Some((Kind::Town, true, "Chũ")), "not a xã"),
            ("TPHCM", None, "a longer word"),
            ("Xã", None, "a kind without a name"),
            ("Phú Cần", None, "P is only the beginning of a word"),
        ];
        for (text, expected, why) in cases {
            let read = Kind::prefix(text).map(|p| (p.kind, p.marked, p.rest));
            assert_eq!(read, expected, "{text}: {why}");
        }
    }
}
