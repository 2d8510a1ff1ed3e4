//! A tiny country: two old provinces that merge, one that is renamed, a divided commune.
//!
//! ```text
//! L  Gia Lai ─ Krông Pa ─ Phú Túc, Phú Cần, Ia Mlăh, Chư Gu (divided)   E  Ia Sơ (abolished earlier)
//!            └ Ayun Pa ── Ia Sao
//!    Bình Định ─ Tuy Phước ─ Phước Hòa
//!    Thái Bình ─ Kiến Xương ─ Lê Lợi, Nam Cao
//! N  Gia Lai ── Phú Túc = Phú Túc + Phú Cần + most of Chư Gu;  Ia Mlah = Ia Mlăh + the rest of
//!               Chư Gu;  Ayun Pa = Ia Sao;  Tuy Phước = Phước Hòa
//!    Hưng Yên ─ Lê Lợi = Lê Lợi + Nam Cao
//! ```

use std::sync::{Arc, OnceLock};

use domain::atlas::{Atlas, Generation, Level, Place, Succession, Unit, UnitRecord};
use domain::catalogue::{Catalogue, Combine, Definition, Filter, Measure, Reference, Side, Sum};
use domain::contribution::Rules;
use domain::household::Head;
use domain::plan::Plan;
use domain::time::Day;

macro_rules! units {
    ($($name:ident = $index:literal: $key:literal $level:ident of $parent:expr;)+) => {
        $(pub(crate) const $name: Unit = Unit($index);)+
        fn records() -> Vec<UnitRecord> {
            vec![$(record($key, Level::$level, $parent),)+]
        }
        pub(crate) const UNITS: &[Unit] = &[$($name,)+];
    };
}

units! {
    VIET_NAM = 0: "VN" Nation of None;
    GIA_LAI = 1: "L-64" Province of Some(VIET_NAM);
    BINH_DINH = 2: "L-52" Province of Some(VIET_NAM);
    THAI_BINH = 3: "L-34" Province of Some(VIET_NAM);
    KRONG_PA = 4: "L-637" District of Some(GIA_LAI);
    AYUN_PA = 5: "L-624" District of Some(GIA_LAI);
    TUY_PHUOC = 6: "L-550" District of Some(BINH_DINH);
    KIEN_XUONG = 7: "L-343" District of Some(THAI_BINH);
    PHU_TUC = 8: "L-24076" Commune of Some(KRONG_PA);
    PHU_CAN = 9: "L-24097" Commune of Some(KRONG_PA);
    IA_MLAH = 10: "L-24091" Commune of Some(KRONG_PA);
    CHU_GU = 11: "L-24085" Commune of Some(KRONG_PA);
    IA_SAO = 12: "L-24073" Commune of Some(AYUN_PA);
    PHUOC_HOA = 13: "L-21970" Commune of Some(TUY_PHUOC);
    LE_LOI = 14: "L-13075" Commune of Some(KIEN_XUONG);
    NAM_CAO = 15: "L-13078" Commune of Some(KIEN_XUONG);
    IA_SO = 16: "E-24080" Commune of Some(KRONG_PA);
    NEW_GIA_LAI = 17: "N-52" Province of Some(VIET_NAM);
    NEW_HUNG_YEN = 18: "N-33" Province of Some(VIET_NAM);
    NEW_PHU_TUC = 19: "N-24076" Commune of Some(NEW_GIA_LAI);
    NEW_IA_MLAH = 20: "N-24091" Commune of Some(NEW_GIA_LAI);
    NEW_AYUN_PA = 21: "N-24073" Commune of Some(NEW_GIA_LAI);
    NEW_TUY_PHUOC = 22: "N-21970" Commune of Some(NEW_GIA_LAI);
    NEW_LE_LOI = 23: "N-13075" Commune of Some(NEW_HUNG_YEN);
}

/// The parts of Chư Gu that went to the new Phú Túc and to the new Ia Mlah.
pub(crate) const CHU_GU_WEST: Place = Place(24);
/// See [`CHU_GU_WEST`].
pub(crate) const CHU_GU_EAST: Place = Place(25);
pub(crate) const PLACES: u16 = 26;

const SUCCESSIONS: &[(Unit, Unit, bool)] = &[
    (GIA_LAI, NEW_GIA_LAI, true),
    (BINH_DINH, NEW_GIA_LAI, true),
    (THAI_BINH, NEW_HUNG_YEN, true),
    (PHU_TUC, NEW_PHU_TUC, true),
    (PHU_CAN, NEW_PHU_TUC, true),
    (IA_MLAH, NEW_IA_MLAH, true),
    (CHU_GU, NEW_PHU_TUC, true),
    (CHU_GU, NEW_IA_MLAH, false),
    (IA_SAO, NEW_AYUN_PA, true),
    (PHUOC_HOA, NEW_TUY_PHUOC, true),
    (LE_LOI, NEW_LE_LOI, true),
    (NAM_CAO, NEW_LE_LOI, true),
];

fn record(key: &str, level: Level, parent: Option<Unit>) -> UnitRecord {
    let date = |text: &str| text.parse::<Day>().expect("a date");
    let (generation, from, to) = match key.split('-').next() {
        Some("E") => (Some(Generation::Earlier), Day::MIN, date("2024-12-31")),
        Some("L") => (Some(Generation::Legacy), Day::MIN, date("2025-06-30")),
        Some("N") => (Some(Generation::New), date("2025-07-01"), Day::MAX),
        _ => (None, Day::MIN, Day::MAX),
    };
    UnitRecord { key: key.into(), generation, level, parent, from, to }
}

/// The most that one support for a house can be.
pub(crate) const HOUSE_MAX: i64 = 1_000;

/// What one fact can tell at the most: type, field, of any, of one about one household.
const BOUNDS: [(&str, &str, i64, i64); 4] = [
    ("house.started", "amount", HOUSE_MAX, HOUSE_MAX),
    ("support.delivered", "persons", 1_000_000, 20),
    ("census.reported", "households", 1_000_000, 1_000_000),
    ("activity.held", "count", 500, 500),
];

/// The rules of the tiny country, made once.
pub(crate) fn rules() -> Arc<Rules> {
    static RULES: OnceLock<Arc<Rules>> = OnceLock::new();
    let make = || {
        let succession = |&(old, new, default)| Succession { old, new, default };
        let successions: Vec<_> = SUCCESSIONS.iter().map(succession).collect();
        let atlas = Atlas::new(records(), &successions);
        let mut plan = Plan::compile(&catalogue()).expect("a sound catalogue");
        for (kind, field, most, most_of_one) in BOUNDS {
            plan.bounds.add(kind, field, most, most_of_one).expect("a number of that type");
        }
        Arc::new(Rules { atlas, plan })
    };
    Arc::clone(RULES.get_or_init(make))
}

fn catalogue() -> Catalogue {
    let loans = || vec!["loan.disbursed".to_owned()];
    let supports = || vec!["support.delivered".to_owned()];
    let electricity = || filter("kind", "electricity");
    let stock = |head, standing: &[&str], traits: &[&str]| Measure::Stock {
        head,
        standing: owned(standing),
        traits: owned(traits),
    };
    let distinct = |of, filter, by: &[&[&str]], grains: &[&str]| Measure::Distinct {
        of,
        filter,
        by: by.iter().map(|set| owned(set)).collect(),
        grains: owned(grains),
    };
    let flow = |of, sum, filter, by: &[&str]| Measure::Flow {
        of,
        less: Vec::new(),
        sum,
        side: Side::Both,
        filter,
        by: owned(by),
    };
    let none = Filter::new;
    let all_of = |indicator: &str| Reference { indicator: indicator.into(), filter: none() };
    let money = |side| Measure::Flow {
        of: vec!["funds.allocated".into()],
        less: vec!["funds.withdrawn".into()],
        sum: Sum::Amount,
        side,
        filter: none(),
        by: owned(&["project"]),
    };
    let measures = [
        ("loans", flow(loans(), Sum::Instances, none(), &["class", "programme"])),
        ("loan_amount", flow(loans(), Sum::Amount, none(), &["class"])),
        (
            "loan_households",
            distinct(
                loans(),
                none(),
                &[&["class"], &["purpose"]],
                &["civil.quarter", "civil.half", "administrative.half", "programme.term"],
            ),
        ),
        (
            "helped_households",
            distinct(
                vec!["loan.disbursed".into(), "support.delivered".into(), "house.started".into()],
                none(),
                &[],
                &["civil.year", "administrative.nine_months"],
            ),
        ),
        ("electricity", flow(supports(), Sum::Instances, electricity(), &[])),
        (
            "electricity_households",
            distinct(supports(), electricity(), &[], &["civil.quarter", "civil.half"]),
        ),
        ("rice_households", flow(supports(), Sum::Households, filter("kind", "rice"), &[])),
        ("rice_persons", flow(supports(), Sum::Persons, filter("kind", "rice"), &[])),
        ("rice_kg", flow(supports(), Sum::Quantity, filter("kind", "rice"), &[])),
        ("started", flow(vec!["house.started".into()], Sum::Instances, none(), &[])),
        ("completed", flow(vec!["house.completed".into()], Sum::Instances, none(), &["class"])),
        ("newly_escaped", stock(Head::Households, &["newly_escaped"], &[])),
        ("newly_escaped_persons", stock(Head::Persons, &["newly_escaped"], &[])),
        ("poor_minority", stock(Head::Households, &["poor"], &["ethnic_minority"])),
        ("poor_or_near", stock(Head::Persons, &["poor", "near_poor"], &[])),
        ("near_or_escaped", stock(Head::Households, &["near_poor", "newly_escaped"], &["merit"])),
        ("allocated", money(Side::Both)),
        ("received", money(Side::Received)),
        ("handed_on", money(Side::HandedOn)),
        ("kept", Measure::Balance { of: all_of("received"), less: all_of("handed_on") }),
        ("households", Measure::Census {}),
        ("poverty_rate", Measure::Plan {}),
    ];
    let define = |(id, measure): (&str, Measure)| Definition {
        id: id.into(),
        vi: id.into(),
        en: id.into(),
        counted_in: "household".into(),
        combine: Combine::Sum,
        note: String::new(),
        note_vi: String::new(),
        measure,
    };
    Catalogue { indicator: measures.into_iter().map(define).collect() }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A filter of one attribute and one code.
pub(crate) fn filter(attribute: &str, code: &str) -> Filter {
    Filter::from([(attribute.to_owned(), vec![code.to_owned()])])
}
