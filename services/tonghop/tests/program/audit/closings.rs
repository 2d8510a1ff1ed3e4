//! Closings: which of them count, which are signed, and figures as they were known at one.

use super::closed::{Closed, PERIOD, closing, loan, story};
use crate::runner::{json, run, start, stop, succeed, text, until};

#[test]
fn closings_that_do_nothing_make_findings() {
    let closed = Closed::of("L-637", &story());
    closed.import(&(closing("L-637", "again") + &closing("L-24097", "commune")));
    let told = json(&["closings", "--data", text(&closed.data)]);
    let told = told["closings"].as_array().expect("closings");
    let verdicts: Vec<&str> = told
        .iter()
        .map(|one| one["refused"].as_str().or(one["vintage"].as_str()).expect("one of them"))
        .collect();
    let own = format!("L-24097.{PERIOD}.official.1");
    assert_eq!(verdicts, [closed.id.as_str(), "closed_already", &own]);
    let findings = json(&["findings", "--unit", "L-637", "--data", text(&closed.data)]);
    assert_eq!(findings["counts"]["closed_already"], 1, "{findings}");
}

#[test]
fn figures_are_told_as_they_were_known() {
    let closed = Closed::of("L-637", &story());
    closed.import(&loan("late", "2021-05-05", 7));
    let data = text(&closed.data);
    let asked = ["figures", "--unit", "L-637", "--indicator", "loan_instances", "--data", data];
    let loans = |then: &[&str]| {
        let told = json(&[&asked[..], &["--period", PERIOD], then].concat());
        told["figures"][0]["value"].as_i64().expect("a number")
    };
    let table: [(&[&str], i64); 6] = [
        (&[], 3),
        (&["--as-of", &closed.id], 2),
        (&["--as-of", "4"], 2),
        (&["--as-of", "2"], 1),
        (&["--as-of", "5"], 3),
        (&["--as-of", "2150-01-01T00:00:00Z"], 3),
    ];
    for (then, expected) in table {
        assert_eq!(loans(then), expected, "{then:?}");
    }
    let movements = ["movements", "--unit", "L-24097", "--period", PERIOD, "--data", data];
    let then = json(&[&movements[..], &["--as-of", &closed.id]].concat());
    assert_eq!(then["tables"], json(&movements)["tables"], "of what did not change");
    let output = run(&[&asked[..], &["--period", PERIOD, "--as-of", "99"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("ends at position 5"), "{said}");
    // Before the journal began nothing is known: no loans would be another answer.
    for then in ["2021-06-15", "0"] {
        let output = run(&[&asked[..], &["--period", PERIOD, "--as-of", then]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty(), "{then}");
        assert!(said.contains("nothing was known yet") && said.contains("received at"), "{said}");
    }
}

#[test]
fn what_was_closed_without_a_key_is_signed_later_and_what_was_altered_never() {
    let closed = Closed::of("L-637", &story());
    closed.import(&closing("L-24097", "commune"));
    let right = std::fs::read_to_string(&closed.vintage).expect("it is there");
    let altered = right.replacen("loan_instances\t\t2", "loan_instances\t\t3", 1);
    assert_ne!(altered, right);
    std::fs::write(&closed.vintage, altered).expect("it is written");
    let key = closed.folder.path().join("key");
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    let up = ["up", "--data", text(&closed.data), "--key", text(&key), "--checkpoint-minutes", "0"];
    let mut running = start(&up);
    let note = |position: u64| closed.data.join(format!("checkpoints/{position:020}.note"));
    // They are signed in their order: when the second is, the first was looked at.
    until("the second closing is signed", || note(5).exists());
    stop(&running);
    running.wait().expect("it ends");
    assert!(!note(4).exists(), "the first says what the journal does not");
    let public = closed.folder.path().join("key.pub");
    succeed(&["verify", text(&note(5)), "--key", text(&public)]);
    let note = std::fs::read_to_string(note(5)).expect("it is there");
    assert!(note.contains(&format!("vintage L-24097.{PERIOD}.official.1 ")), "{note}");
}
