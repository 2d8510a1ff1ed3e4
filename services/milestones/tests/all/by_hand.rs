//! Milestones worked out by hand.

use domain::atlas::Unit;
use domain::closing::{Act as Done, Closing};
use domain::codes::{Authority, Class, Confirmation, Standing};
use domain::fact::{Decimal, Fact, Stated, StatedKind, What};
use milestones::{Act, Notice, Rules, event, route};

use crate::pen::{Pen, rules};
use crate::story::{Tell, classified, correction, day, fact, loan, registered, stated, voided};
use crate::world::{KRONG_PA, NEW_PHU_TUC, PHU_CAN, PHU_TUC};

/// A rule with these lines in it, on loans of a year in communes unless they say otherwise.
fn rule(lines: &str) -> String {
    let mut text = "[[milestone]]\nid = \"it\"\nvi = \"Nó\"\nen = \"It\"\n".to_owned();
    let usual = [
        ("indicator", "\"loan_instances\""),
        ("counted_in", "\"household_time\""),
        ("grain", "\"civil.year\""),
        ("levels", "[\"commune\"]"),
        ("generations", "[\"legacy\"]"),
        ("on", "\"running\""),
    ];
    for (key, value) in usual {
        if !lines.lines().any(|line| line.trim().starts_with(&format!("{key} ="))) {
            text.push_str(&format!("{key} = {value}\n"));
        }
    }
    format!("{text}{lines}\n")
}

fn said(notices: &[Notice]) -> Vec<String> {
    let atlas = &crate::world::rules().atlas;
    let one = |notice: &Notice| {
        let unit = &atlas.record(notice.instance.unit).key;
        let value = notice.value().map(|value| (value.numerator(), value.denominator()));
        let value = match value {
            None => "none".to_owned(),
            Some((value, 1)) => value.to_string(),
            Some((above, below)) => format!("{above}/{below}"),
        };
        let (period, act) = (notice.instance.period, notice.act.code());
        format!("{unit} {period} {act} {} at {value}", notice.revision)
    };
    notices.iter().map(one).collect()
}

fn lent(name: u64, on: &str, at: Unit) -> Fact {
    loan(on, at, Class::Poor, 1_000_000).named(name).content(name)
}

#[test]
fn a_milestone_is_reached_withdrawn_by_a_correction_and_reached_again() {
    let mut pen = Pen::new(&rules(&rule("is = \"at_least\"\nnumber = \"2\"")));
    assert!(pen.tell(1, &lent(1, "2021-03-01", PHU_CAN)).is_empty());
    let reached = pen.tell(2, &lent(2, "2021-04-01", PHU_CAN));
    assert_eq!(said(&reached), ["L-24097 2021@civil reached 1 at 2"]);
    assert_eq!((reached[0].position, reached[0].fact), (2, crate::story::key(2)));
    // The second loan was another commune's: one is left.
    let halves = correction(2, lent(3, "2021-04-01", PHU_TUC));
    let subject = domain::fact::Subject(crate::story::key(2));
    let withdrawn = pen.take(day("2021-05-01"), &halves.map(|half| (subject, half)));
    assert_eq!(said(&withdrawn), ["L-24097 2021@civil withdrawn 1 at 1"]);
    assert_eq!(withdrawn[0].fact, crate::story::key(3), "the correction took it back");
    let again = pen.tell(3, &lent(4, "2021-06-01", PHU_CAN));
    assert_eq!(said(&again), ["L-24097 2021@civil reached 2 at 2"]);
    // The same fact again tips nothing.
    assert!(pen.tell(3, &lent(4, "2021-06-01", PHU_CAN)).is_empty());
}

#[test]
fn a_figure_that_trembles_about_the_line_is_reached_once() {
    let text = rule("is = \"at_least\"\nnumber = \"2\"\nmargin = \"1\"");
    let mut pen = Pen::new(&rules(&text));
    // Somebody reports, so that no loan is none.
    let mut all = pen.tell(9, &registered("2021-01-01", PHU_CAN, Standing::Poor, 4).named(9));
    all.extend(pen.tell(1, &lent(1, "2021-03-01", PHU_CAN)));
    all.extend(pen.tell(2, &lent(2, "2021-03-02", PHU_CAN)));
    // One left: within the margin.
    all.extend(pen.tell(2, &voided("2021-03-02", PHU_CAN, 2).named(3)));
    all.extend(pen.tell(3, &lent(4, "2021-03-03", PHU_CAN)));
    // None left.
    all.extend(pen.tell(1, &voided("2021-03-01", PHU_CAN, 1).named(5)));
    all.extend(pen.tell(3, &voided("2021-03-03", PHU_CAN, 4).named(6)));
    let expected = ["L-24097 2021@civil reached 1 at 2", "L-24097 2021@civil withdrawn 1 at 0"];
    assert_eq!(said(&all), expected);
}

#[test]
fn a_stock_stands_in_every_period_that_has_begun_and_a_late_fact_changes_them_all() {
    let lines = "indicator = \"poor_households\"\ncounted_in = \"household\"\nis = \"at_least\"\n\
                 number = \"1\"";
    let mut pen = Pen::new(&rules(&rule(lines)));
    let poor = registered("2021-03-01", PHU_CAN, Standing::Poor, 4).named(1);
    let subject = domain::fact::Subject(crate::story::key(1));
    let found = pen.take(day("2023-02-01"), &[(subject, poor)]);
    let years = [2021, 2022, 2023];
    let reached = years.map(|year| format!("L-24097 {year}@civil reached 1 at 1"));
    assert_eq!(said(&found), reached);
    // It had risen in 2022, as is told in 2023: 2021 stays.
    let rose =
        classified("2022-06-01", PHU_CAN, Standing::Poor, Standing::Above, 4).named(2).content(2);
    let found = pen.take(day("2023-03-01"), &[(subject, rose)]);
    let withdrawn = [2022, 2023].map(|year| format!("L-24097 {year}@civil withdrawn 1 at 0"));
    assert_eq!(said(&found), withdrawn);
}

#[test]
fn what_is_told_late_of_a_year_changes_what_the_next_is_held_against() {
    // Of the first the sums are kept, the second is looked up.
    for (indicator, counted_in) in
        [("loan_instances", "household_time"), ("loan_communes", "commune")]
    {
        let lines = format!(
            "indicator = \"{indicator}\"\ncounted_in = \"{counted_in}\"\nis = \"above\"\n\
             earlier = 1\nlevels = [\"district\"]"
        );
        let mut pen = Pen::new(&rules(&rule(&lines)));
        pen.tell(1, &lent(1, "2021-03-01", PHU_CAN));
        pen.tell(2, &lent(2, "2022-03-01", PHU_CAN));
        let more = pen.tell(3, &lent(3, "2022-04-01", PHU_TUC));
        assert_eq!(said(&more), ["L-637 2022@civil reached 1 at 2"]);
        let subject = domain::fact::Subject(crate::story::key(4));
        let late = pen.take(day("2022-06-01"), &[(subject, lent(4, "2021-12-01", PHU_TUC))]);
        assert_eq!(said(&late), ["L-637 2022@civil withdrawn 1 at 2"], "{indicator}");
    }
}

#[test]
fn a_fact_that_is_dated_ahead_of_the_journal_is_judged_in_its_own_period() {
    let mut pen = Pen::new(&rules(&rule("is = \"above\"\nnumber = \"0\"")));
    let subject = domain::fact::Subject(crate::story::key(1));
    let found = pen.take(day("2021-12-30"), &[(subject, lent(1, "2022-01-02", PHU_CAN))]);
    assert_eq!(said(&found), ["L-24097 2022@civil reached 1 at 1"]);
}

#[test]
fn what_moves_in_a_period_that_has_not_begun_is_judged_when_it_moves_next() {
    let text = "indicator = \"poor_households\"\ncounted_in = \"household\"\nis = \"at_least\"\nnumber = \"3\"";
    let mut pen = Pen::new(&rules(&rule(text)));
    let told =
        |pen: &mut Pen, received, household: u64, fact: Fact| {
            said(&pen.take(
                day(received),
                &[(domain::fact::Subject(crate::story::key(household)), fact)],
            ))
        };
    let poor =
        |name: u64, on: &str| registered(on, PHU_CAN, Standing::Poor, 4).named(name).content(name);
    // Dated ahead, so that the next year is seen; then that year's households without it having begun.
    assert_eq!(told(&mut pen, "2021-12-01", 1, poor(1, "2022-02-01")), [""; 0]);
    for name in 2..=4 {
        told(&mut pen, "2021-12-02", name, poor(name, "2021-11-01"));
    }
    let left =
        classified("2021-12-20", PHU_CAN, Standing::Poor, Standing::Above, 4).named(9).content(9);
    let found = told(&mut pen, "2022-01-05", 4, left);
    assert_eq!(found, ["L-24097 2021@civil withdrawn 1 at 2", "L-24097 2022@civil reached 1 at 3"]);
}

#[test]
fn a_share_of_which_somebody_states_nothing_is_not_told() {
    let lines = "indicator = \"poverty_rate\"\ncounted_in = \"percent\"\nis = \"below\"\n\
                 number = \"10\"\nlevels = [\"commune\", \"district\"]";
    let mut pen = Pen::new(&rules(&rule(lines)));
    let census = |name, at, households| {
        stated("2021-01-01", at, "households", StatedKind::Census, households).named(name)
    };
    assert!(pen.tell(1, &registered("2021-03-01", PHU_CAN, Standing::Poor, 4).named(1)).is_empty());
    let told = pen.tell(10, &census(10, PHU_CAN, 20));
    assert_eq!(said(&told), ["L-24097 2021@civil reached 1 at 5"]);
    let told = pen.tell(2, &registered("2021-03-02", PHU_CAN, Standing::Poor, 3).named(2));
    assert_eq!(said(&told), ["L-24097 2021@civil withdrawn 1 at 10"]);
    // The district's rate is told when each of its communes in force has opened its list and stated
    // its households.
    let mut all = Vec::new();
    for (name, commune) in [(40, Unit(8)), (41, Unit(10)), (42, crate::world::IA_SO)] {
        let list = registered("2021-03-01", commune, Standing::Above, 4).named(name);
        all.extend(pen.tell(name, &list));
    }
    for (number, commune) in [8u16, 10, 11].into_iter().enumerate() {
        all.extend(pen.tell(20, &census(20 + number as u64, Unit(commune), 30)));
    }
    assert!(said(&all).iter().all(|one| !one.starts_with("L-637")), "{:?}", said(&all));
    all.extend(pen.tell(30, &census(30, crate::world::IA_SO, 10)));
    assert!(said(&all).iter().all(|one| !one.starts_with("L-637")), "{:?}", said(&all));
    let told = pen.tell(43, &registered("2021-03-01", Unit(11), Standing::Above, 4).named(43));
    assert!(said(&told).contains(&"L-637 2021@civil reached 1 at 5/3".to_owned()), "{told:?}");
}

#[test]
fn a_target_is_held_against_its_newest_version() {
    let lines = "target = true\nlevels = [\"district\"]";
    let text = rule(lines);
    let mut pen = Pen::new(&rules(&text));
    let target = |name, on: &str, value| {
        let stated = Stated {
            indicator: "loan_instances".into(),
            kind: StatedKind::Target,
            period: Some("2021".parse().expect("a year")),
            counted_on: None,
            value: Decimal { digits: value, places: 0 },
            qualifier: domain::codes::Qualifier::Exact,
            level: Confirmation::Official,
            reference: "".into(),
            set_by: Some(Authority::DistrictCouncil),
        };
        fact(on, KRONG_PA, What::Stated(Box::new([stated]))).named(name).content(name)
    };
    let mut all = Vec::new();
    all.extend(pen.tell(90, &target(90, "2021-01-01", 2)));
    all.extend(pen.tell(1, &lent(1, "2021-02-01", PHU_CAN)));
    all.extend(pen.tell(2, &lent(2, "2021-02-02", PHU_TUC)));
    all.extend(pen.tell(91, &target(91, "2021-06-01", 3)));
    all.extend(pen.tell(3, &lent(3, "2021-07-01", PHU_CAN)));
    let expected = [
        "L-637 2021@civil reached 1 at 2",
        "L-637 2021@civil withdrawn 1 at 2",
        "L-637 2021@civil reached 2 at 3",
    ];
    assert_eq!(said(&all), expected);
}

#[test]
fn a_target_that_is_set_after_its_year_is_held_against_that_year() {
    let mut pen = Pen::new(&rules(&rule("target = true\nlevels = [\"district\"]")));
    assert!(pen.tell(1, &lent(1, "2021-02-01", PHU_CAN)).is_empty());
    let stated = Stated {
        indicator: "loan_instances".into(),
        kind: StatedKind::Target,
        period: Some("2021".parse().expect("a year")),
        counted_on: None,
        value: Decimal::whole(1),
        qualifier: domain::codes::Qualifier::Exact,
        level: Confirmation::Official,
        reference: "".into(),
        set_by: Some(Authority::DistrictCouncil),
    };
    let late = fact("2022-03-01", KRONG_PA, What::Stated(Box::new([stated]))).named(90).content(90);
    assert_eq!(said(&pen.tell(90, &late)), ["L-637 2021@civil reached 1 at 1"]);
}

#[test]
fn a_census_of_a_past_day_is_seen_in_the_years_since() {
    let lines =
        "indicator = \"population\"\ncounted_in = \"person\"\nis = \"at_least\"\nnumber = \"9\"";
    let mut pen = Pen::new(&rules(&rule(lines)));
    let census = |counted_on: Option<&str>| {
        let stated = Stated {
            indicator: "population".into(),
            kind: StatedKind::Census,
            period: None,
            counted_on: counted_on.map(day),
            value: Decimal::whole(9),
            qualifier: domain::codes::Qualifier::Exact,
            level: Confirmation::Official,
            reference: "".into(),
            set_by: None,
        };
        fact("2022-03-01", PHU_CAN, What::Stated(Box::new([stated])))
    };
    let told = pen.tell(90, &census(None).named(90).content(90));
    assert_eq!(said(&told), ["L-24097 2022@civil reached 1 at 9"]);
    let told = pen.tell(91, &census(Some("2020-12-31")).named(91).content(91));
    let expected = ["L-24097 2020@civil reached 1 at 9", "L-24097 2021@civil reached 1 at 9"];
    assert_eq!(said(&told), expected);
}

#[test]
fn on_the_first_day_there_is_a_fall_is_what_is_read_of_it() {
    let fall = "indicator = \"poor_households_reduction\"\ncounted_in = \"household\"\n";
    let rules = rules(&rule(&format!("{fall}is = \"at_least\"\nnumber = \"1\"")));
    let in_record =
        |name: u64, on: &str| registered(on, PHU_CAN, Standing::Poor, 4).named(name).content(name);
    for (on, expected) in [("2000-01-01", true), ("2000-01-02", false)] {
        let mut pen = Pen::new(&rules);
        let live = !pen.tell(1, &in_record(1, on)).is_empty();
        // A watch that has kept nothing reads the figure with the next fact.
        let mut again = Pen::after(&rules, Pen::new(&rules).fold, 1, &[]);
        let read = !again.tell(1, &in_record(1, on)).is_empty();
        assert_eq!((live, read), (expected, expected), "{on}");
    }
}

#[test]
fn closed_figures_are_judged_when_they_are_closed_and_not_before() {
    let lines = "is = \"at_least\"\nnumber = \"1\"\non = \"official\"\n\
                 levels = [\"commune\", \"district\"]";
    let mut pen = Pen::new(&rules(&rule(lines)));
    assert!(pen.tell(1, &lent(1, "2021-02-01", PHU_CAN)).is_empty());
    let closing = |name, level, received: &str| {
        let closing = Closing {
            act: Done::Closed,
            period: "2021".parse().expect("a year"),
            level,
            authority: Some(Authority::DistrictCommittee),
            reference: "".into(),
            received: day(received),
        };
        fact(received, KRONG_PA, What::Closing(Box::new(closing))).named(name).content(name)
    };
    // Before the year is over, and preliminary: neither is what the rule asks for.
    assert!(pen.tell(80, &closing(80, Confirmation::Official, "2021-12-01")).is_empty());
    assert!(pen.tell(81, &closing(81, Confirmation::Preliminary, "2022-01-10")).is_empty());
    let told = pen.tell(82, &closing(82, Confirmation::Official, "2022-02-01"));
    let expected = ["L-637 2021@civil reached 1 at 1", "L-24097 2021@civil reached 1 at 1"];
    assert_eq!(said(&told), expected);
    // What comes after a closing changes no closed figure.
    assert!(pen.tell(1, &voided("2022-03-01", PHU_CAN, 1).named(83)).is_empty());
}

#[test]
fn findings_are_held_against_households_when_figures_are_closed() {
    let lines = "indicator = \"findings\"\nover = { indicator = \"poor_households\" }\n\
                 counted_in = \"percent\"\nis = \"above\"\nnumber = \"50\"\non = \"official\"";
    let mut pen = Pen::new(&rules(&rule(lines)));
    pen.tell(1, &registered("2021-01-01", PHU_CAN, Standing::Poor, 4).named(1));
    // What is voided is not there: a finding.
    pen.tell(1, &voided("2021-02-01", PHU_CAN, 77).named(2));
    let closing = Closing {
        act: Done::Closed,
        period: "2021".parse().expect("a year"),
        level: Confirmation::Official,
        authority: Some(Authority::Commune),
        reference: "".into(),
        received: day("2022-01-02"),
    };
    let closed = fact("2022-01-02", PHU_CAN, What::Closing(Box::new(closing))).named(3);
    assert_eq!(said(&pen.tell(3, &closed)), ["L-24097 2021@civil reached 1 at 100"]);
}

#[test]
fn units_of_today_are_judged_from_facts_of_the_units_before() {
    let text = rule("is = \"at_least\"\nnumber = \"2\"\ngenerations = [\"new\"]");
    let mut pen = Pen::new(&rules(&text));
    pen.tell(1, &lent(1, "2021-02-01", PHU_CAN));
    let told = pen.tell(2, &lent(2, "2021-02-01", PHU_TUC));
    assert_eq!(told[0].instance.unit, NEW_PHU_TUC);
}

#[test]
fn rules_of_one_record_speak_in_the_order_of_their_list() {
    let one = |id: &str, number: u8| {
        let lines = format!("is = \"at_least\"\nnumber = \"{number}\"");
        rule(&lines).replace("id = \"it\"", &format!("id = \"{id}\""))
    };
    let text = [one("zz", 1), one("aa", 1), one("mm", 2)].join("\n");
    let rules = rules(&text);
    let told = Pen::new(&rules).tell(1, &lent(1, "2021-02-01", PHU_CAN));
    let ids: Vec<&str> =
        told.iter().map(|one| rules.list[usize::from(one.instance.rule)].id.as_str()).collect();
    assert_eq!(ids, ["zz", "aa"]);
}

#[test]
fn an_event_has_one_id_and_one_subject_for_ever() {
    let rules = Rules::embedded();
    let notice = sample(Act::Reached);
    let event = event(&rules, "0b6c8e1e-0000-4000-8000-000000000001", &notice);
    let json = serde_json::to_string_pretty(&event).expect("it is JSON");
    let expected = include_str!("event.json");
    assert_eq!(format!("{json}\n"), expected);
    let withdrawn =
        milestones::event(&rules, "0b6c8e1e-0000-4000-8000-000000000001", &sample(Act::Withdrawn));
    let json = serde_json::to_string_pretty(&withdrawn).expect("it is JSON");
    assert_eq!(format!("{json}\n"), include_str!("withdrawn.json"));
    let (reached, withdrawn) = (route(&rules, &notice), route(&rules, &sample(Act::Withdrawn)));
    let definition = rules.list[0].definition;
    assert_eq!(reached, format!("poverty_rate_under_5.{definition}.L-637.2021_civil.1.reached"));
    assert_ne!(reached, withdrawn);
    assert_eq!(Notice::unpack(&notice.pack()), Some(notice));
    assert_eq!(Notice::unpack(b"\xff\xff\xff\xff\xff"), None);
}

#[test]
fn the_published_schema_names_the_fields_of_an_event_and_no_others() {
    let text = include_str!("../../../../proto/schemas/vn.tonghop.milestone.v1.json");
    let schema: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
    let mut event = event(&Rules::embedded(), "0b6c8e1e", &sample(Act::Reached));
    // Said only where value and line are not.
    event.data.hidden = true;
    let event = serde_json::to_value(event).expect("it is JSON");
    let names = |value: &serde_json::Value| -> Vec<String> {
        let mut names: Vec<String> =
            value.as_object().expect("an object").keys().cloned().collect();
        names.sort_unstable();
        names
    };
    for (part, schema) in [(&event, &schema), (&event["data"], &schema["properties"]["data"])] {
        assert_eq!(names(part), names(&schema["properties"]));
        assert_eq!(schema["additionalProperties"], false);
    }
}

/// A notice of the first rule, of Krông Pa.
fn sample(act: Act) -> Notice {
    let gazetteer = proto::gazetteer::Gazetteer::embedded();
    let json = serde_json::json!({
        "instance": {
            "rule": 0,
            "unit": gazetteer.unit("L-637").expect("it is there"),
            "period": "2021".parse::<domain::time::Period>().expect("a year"),
        },
        "act": if act == Act::Reached { "Reached" } else { "Withdrawn" },
        "revision": 1,
        "position": 14_237,
        "received_ms": 1_640_000_000_123_i64,
        "fact": [1, 2],
        "value": [124, 25],
        "line": [5, 1],
    });
    serde_json::from_value(json).expect("it is a notice")
}
