//! The catalogue of this program is complete; a wrong one is refused with names and suggestions.

use domain::codes::Standing;
use domain::finding::{Reason, Treatment};
use domain::household::MovementRow;
use domain::time::{Calendar, Grain, Period};
use proto::catalogue::{Catalogue, Sign, Texts};
use proto::gazetteer::Lang;

/// What is wrong with the catalogue when something is put in or replaced in the indicators.
fn defects(indicators: &str) -> Vec<String> {
    let texts = Texts { indicators, ..*Texts::embedded() };
    match Catalogue::load(&texts) {
        Ok(_) => Vec::new(),
        Err(defects) => defects.iter().map(ToString::to_string).collect(),
    }
}

/// The one defect of an otherwise whole catalogue with one more indicator.
fn defect_of(id: &str, rest: &str) -> String {
    let more = format!(
        "{}\n[[indicator]]\nid = \"{id}\"\nvi = \"Thử\"\nen = \"Trial\"\n{rest}\n",
        Texts::embedded().indicators
    );
    let defects = defects(&more);
    assert_eq!(defects.len(), 1, "{defects:#?}");
    defects.into_iter().next().expect("one defect")
}

#[test]
fn the_catalogue_of_this_program_compiles_and_is_of_sane_size() {
    let catalogue = Catalogue::embedded();
    let columns = catalogue.plan.columns();
    assert!(catalogue.plan.indicators().len() >= 70);
    assert!(columns < 20_000, "{columns} columns");
    assert_eq!(catalogue.hash().len(), 64);
}

#[test]
fn every_name_is_told_once_in_each_language() {
    let indicators = Catalogue::embedded().plan.indicators();
    for (at, one) in indicators.iter().enumerate() {
        for other in &indicators[..at] {
            let (a, b) = (&one.definition, &other.definition);
            assert!(a.vi != b.vi && a.en != b.en, "{} and {} have one name", a.id, b.id);
        }
    }
}

#[test]
fn every_note_is_told_in_both_languages() {
    let indicators = Catalogue::embedded().plan.indicators();
    let notes = indicators.iter().map(|one| &one.definition);
    for one in notes.clone() {
        assert_eq!(one.note.is_empty(), one.note_vi.is_empty(), "{}", one.id);
    }
    assert!(notes.filter(|one| !one.note.is_empty()).count() > 20);
}

#[test]
fn everything_indicators_are_counted_in_is_used() {
    let catalogue = Catalogue::embedded();
    let table: toml::Table = Texts::embedded().codes.parse().unwrap();
    let supports: Vec<_> = domain::codes::Code::ALL
        .iter()
        .map(|one: &domain::codes::CountedIn| domain::codes::Code::code(*one))
        .collect();
    for code in table["counted_in"].as_table().unwrap().keys() {
        let mut used = catalogue.plan.indicators().iter();
        let used = used.any(|one| one.definition.counted_in == *code);
        assert!(used || supports.contains(&code.as_str()), "nothing is counted in {code}");
    }
}

#[test]
fn findings_and_rejections_have_names_and_advice() {
    let catalogue = Catalogue::embedded();
    for lang in [Lang::Vi, Lang::En] {
        for reason in Reason::ALL {
            assert!(!catalogue.finding(reason, lang).is_empty());
            assert!(catalogue.todo(reason, lang).ends_with('.'), "{reason:?}");
        }
        for reason in proto::reject::Reason::ALL {
            assert!(!catalogue.rejection(*reason, lang).is_empty());
        }
        assert!(!catalogue.treatment(Treatment::Held, lang).is_empty());
    }
    assert_eq!(catalogue.label("fund", "fund_for_the_poor", Lang::Vi), Some("Quỹ vì người nghèo"));
    assert_eq!(catalogue.counted_in("percentage_point", Lang::Vi), Some("điểm %"));
    assert_eq!(catalogue.label("fund", "nobody", Lang::Vi), None);
}

#[test]
fn the_movement_table_has_the_forms_formula() {
    let rows = Catalogue::embedded().movements();
    let signs: Vec<_> = rows
        .iter()
        .filter(|row| !row.number.is_empty())
        .map(|row| (row.number.as_str(), row.sign))
        .collect();
    use Sign::{Minus, Plus, Stock};
    let form = [Stock, Minus, Minus, Minus, Plus, Plus, Plus, Plus, Stock];
    let form: Vec<_> =
        ["1", "2", "3", "4", "5", "6", "7", "8", "9"].into_iter().zip(form).collect();
    assert_eq!(signs, form);
    let relapsed = rows.iter().find(|row| row.movement() == Some(MovementRow::Relapsed)).unwrap();
    assert_eq!(relapsed.name(Standing::Poor, Lang::Vi), "Hộ tái nghèo");
    assert_eq!(relapsed.name(Standing::NearPoor, Lang::Vi), "Hộ tái cận nghèo");
}

#[test]
fn every_movement_is_an_indicator() {
    let catalogue = Catalogue::embedded();
    let found = catalogue.plan.indicators().iter().filter(|one| {
        matches!(one.definition.measure, domain::catalogue::Measure::Movement { .. })
    });
    // Ten rows, two classes, households and persons; the size changes only for persons.
    assert_eq!(found.count(), 10 * 2 * 2 - 2);
}

#[test]
fn periods_are_titled_as_officials_title_them() {
    let table = [
        (
            "2021-H1@administrative",
            "6 tháng đầu năm 2021 (chốt 14/6)",
            "first half of 2021 (cut-off 14/6)",
        ),
        (
            "2021-H2@administrative",
            "6 tháng cuối năm 2021 (chốt 14/12)",
            "second half of 2021 (cut-off 14/12)",
        ),
        ("2021-H1", "6 tháng đầu năm 2021", "first half of 2021"),
        ("2021", "năm 2021", "2021"),
        ("2021@administrative", "năm 2021 (chốt 14/12)", "2021 (cut-off 14/12)"),
        (
            "2021-9M@administrative",
            "9 tháng năm 2021 (chốt 14/9)",
            "nine months of 2021 (cut-off 14/9)",
        ),
        (
            "2021-01@administrative",
            "tháng 1 năm 2021 (chốt 14/1)",
            "month 1 of 2021 (cut-off 14/1)",
        ),
        ("2021-Q2", "quý 2 năm 2021", "quarter 2 of 2021"),
        ("2021-2025@programme", "giai đoạn 2021-2025", "term 2021-2025"),
    ];
    let catalogue = Catalogue::embedded();
    for (period, vi, en) in table {
        let period: Period = period.parse().unwrap();
        assert_eq!(catalogue.title(period, Lang::Vi), vi);
        assert_eq!(catalogue.title(period, Lang::En), en);
    }
    for calendar in Calendar::ALL {
        assert!(!catalogue.calendar(calendar).source.is_empty());
    }
    for grain in Grain::ALL {
        assert!(!catalogue.grain(grain, Lang::Vi).is_empty());
    }
}

#[test]
fn a_wrong_indicator_is_named_and_mended() {
    let flow = "counted_in = \"vnd\"\ncombine = \"sum\"\nmeasure = \"flow\"\nof = [\"loan.disbursed\"]\nsum = \"amount\"";
    let table = [
        // Unknown kind of event, attribute, code.
        (flow.replace("loan.disbursed", "loan.disbursd"), "there is no kind of event \"loan.disbursd\"", "did you mean \"loan.disbursed\"?"),
        (format!("{flow}\nby = [\"program\"]"), "has no attribute \"program\"", "did you mean \"programme\"?"),
        (format!("{flow}\nwhere = {{ class = [\"poors\"] }}"), "there is no class \"poors\"", "did you mean \"poor\"?"),
        // Unknown keys, of the definition and of the measure.
        (format!("{flow}\nwehre = {{}}"), "unknown field `wehre`", "`where`"),
        (format!("{flow}\nnoet = \"\""), "unknown field `noet`", ""),
        (flow.replace("\"flow\"", "\"flwo\""), "unknown variant `flwo`", "`flow`"),
        (flow.replace("sum = \"amount\"", ""), "missing field `sum`", ""),
        (flow.replace("\"vnd\"", "\"persn\""), "nothing is counted in \"persn\"", "did you mean \"person\"?"),
        (flow.replace("combine = \"sum\"", "combine = \"own\""), "combine = Own does not fit", ""),
        ("counted_in = \"person\"\ncombine = \"own\"\nmeasure = \"census\"\nhead = \"persons\"".into(), "unknown field `head`", ""),
        // References.
        ("counted_in = \"percent\"\ncombine = \"recompute\"\nmeasure = \"ratio\"\nnumerator = { indicator = \"poor_household\" }\ndenominator = { indicator = \"households\" }".into(),
         "it refers to \"poor_household\", which is not defined", "did you mean \"poor_households\"?"),
        ("counted_in = \"commune\"\ncombine = \"sum\"\nmeasure = \"communes\"\nof = { indicator = \"leaflets\", where = { topics = [\"health\"] } }".into(),
         "leaflets is not broken down by \"topics\"", "did you mean \"topic\"?"),
        ("counted_in = \"commune\"\ncombine = \"sum\"\nmeasure = \"communes\"\nof = { indicator = \"leaflets\", where = { topic = [\"helth\"] } }".into(),
         "there is no topic \"helth\"", "did you mean \"health\"?"),
    ];
    for (rest, what, hint) in table {
        let said = defect_of("trial", &rest);
        assert!(said.starts_with("indicators.toml: indicator trial: "), "{said}");
        assert!(said.contains(what) && said.contains(hint), "{said}");
    }
    let twice = defect_of("poor_households", flow);
    assert_eq!(twice, "indicators.toml: indicator poor_households: the id is defined twice");
}

#[test]
fn a_file_that_is_no_toml_is_named() {
    let said = defects("[[indicator]\n");
    assert!(said[0].starts_with("indicators.toml: the file: "), "{said:?}");
    let said = defects("[[indicatr]]\nid = \"x\"\n");
    assert!(said[0].contains("there is no such key; known are indicator"), "{said:?}");
}

#[test]
fn a_code_without_a_name_and_a_name_without_a_code_are_refused() {
    let codes = Texts::embedded().codes.replace("red_cross = ", "red_crss = ");
    let texts = Texts { codes: &codes, ..*Texts::embedded() };
    let said: Vec<_> =
        Catalogue::load(&texts).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "codes.toml: organiser red_cross: it has no name here; add one",
            "codes.toml: organiser red_crss: the program has no such code; did you mean \"red_cross\"?"
        ]
    );
}
