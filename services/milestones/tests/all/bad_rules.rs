//! Rules that cannot be are refused with their line and a way out.

use milestones::Rules;

use crate::pen::country;

const GOOD: &str = r#"[[milestone]]
id = "it"
vi = "Nó"
en = "It"
indicator = "poverty_rate"
counted_in = "percent"
is = "below"
number = "5"
grain = "civil.year"
levels = ["commune"]
within = ["L-637"]
on = "running"
"#;

#[test]
fn every_wrong_line_is_named_with_a_way_out() {
    // What stands in the good text, what instead of it, the line, and what has to be said.
    let table = [
        ("\"poverty_rate\"", "\"poverty_rates\"", 5, "did you mean \"poverty_rate\"?"),
        ("\"poverty_rate\"", "\"loans\"", 5, "`tonghop indicators` lists them"),
        ("\"percent\"", "\"household\"", 6, "poverty_rate is counted in \"percent\""),
        ("\"below\"", "\"under\"", 7, "known are at_least, above, at_most, below"),
        ("\"below\"", "\"belov\"", 7, "did you mean \"below\"?"),
        ("is = \"below\"", "", 2, "`is` is missing"),
        ("\"5\"", "\"five\"", 8, "\"five\" is no number"),
        ("number = \"5\"", "number = 5", 8, "expected a string"),
        ("number = \"5\"", "", 2, "held against one thing"),
        ("number = \"5\"", "number = \"5\"\nearlier = 1", 2, "held against one thing"),
        ("number = \"5\"", "earlier = 0", 8, "from 1 to 120"),
        ("number = \"5\"", "number = \"5\"\ntimes = \"2\"", 9, "`times` goes with"),
        ("number = \"5\"", "other = { indicator = \"loan_amount\" }", 8, "do not compare"),
        ("number = \"5\"", "other = { indicator = \"loan_amont\" }", 8, "\"loan_amount\"?"),
        ("\"civil.year\"", "\"civil.week\"", 9, "known are civil.month"),
        ("[\"commune\"]", "[]", 10, "names none of"),
        ("[\"commune\"]", "[\"village\"]", 10, "known are commune, district"),
        ("[\"commune\"]", "[\"nation\"]", 10, "closed figures only"),
        ("[\"commune\"]", "[\"district\"]\ngenerations = [\"new\"]", 10, "no unit has such"),
        ("\"L-637\"", "\"L-99637\"", 11, "`tonghop units` finds units"),
        ("\"running\"", "\"closed\"", 12, "known are running, estimate"),
        ("id = \"it\"", "id = \"It!\"", 2, "a-z, 0-9 and _"),
        ("vi = \"Nó\"", "vi = \"\"", 3, "the text is empty"),
        ("on = \"running\"", "on = \"running\"\nmargin = \"-1\"", 13, "not below zero"),
        ("on = \"running\"", "on = \"running\"\ncolour = \"red\"", 13, "unknown field `colour`"),
        ("id = \"it\"", "id = \"it", 2, "invalid basic string"),
        ("\"poverty_rate\"", "\"poverty_rate\"\nwhere = { fund = [\"x\"] }", 6, "is by: nothing"),
        ("\"poverty_rate\"", "\"findings\"", 5, "add `over"),
    ];
    for (from, to, line, what) in table {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let defects = Rules::read("rules.toml", &text, &country()).expect_err(to);
        let told = defects[0].to_string();
        assert!(told.starts_with(&format!("rules.toml:{line}: ")), "{to}: {told}");
        assert!(told.contains(what), "{to}: {told}");
    }
    assert_eq!(Rules::read("rules.toml", GOOD, &country()).expect("it is good").list.len(), 1);
}

#[test]
fn every_wrong_rule_of_a_file_is_named() {
    let text = [GOOD, &GOOD.replace("\"5\"", "\"x\""), &GOOD.replace("\"it\"", "\"b\"")].join("\n");
    let text = text.replacen("\"running\"", "\"runing\"", 1);
    let defects = Rules::read("rules.toml", &text, &country()).expect_err("two are wrong");
    let lines: Vec<usize> = defects.iter().map(|defect| defect.line).collect();
    assert_eq!(lines, [12, 21]);
    let twice = format!("{GOOD}\n{GOOD}");
    let defects = Rules::read("rules.toml", &twice, &country()).expect_err("it is there twice");
    assert!(defects[0].what.contains("another rule has this id"), "{defects:?}");
}

#[test]
fn households_are_counted_while_they_run_only_as_the_catalogue_keeps_them() {
    let of = |grain: &str, on: &str| {
        GOOD.replace("\"poverty_rate\"", "\"loan_households\"")
            .replace("\"percent\"", "\"household\"")
            .replace("\"civil.year\"", &format!("\"{grain}\""))
            .replace("\"running\"", &format!("\"{on}\""))
    };
    let table = [
        ("administrative.half", "running", true),
        ("programme.term", "running", true),
        ("administrative.nine_months", "running", false),
        ("administrative.nine_months", "official", true),
    ];
    for (grain, on, is_good) in table {
        let read = Rules::read("rules.toml", &of(grain, on), &country());
        assert_eq!(read.is_ok(), is_good, "{grain}, {on}: {:?}", read.err());
    }
}

#[test]
fn the_rules_of_this_program_are_good() {
    let rules = Rules::embedded();
    assert!(rules.list.len() >= 8);
    assert!(rules.rule("first_relapse").is_some());
}
