//! Bad input: a rejected line stops nothing, and what is wrong is said in a sentence.

use serde_json::Value;

use crate::runner::{digest, run, simulated, succeed, text};

#[test]
fn rejected_lines_go_beside_the_file_with_line_reason_and_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = std::fs::read_to_string(simulated(folder.path(), 500, 1)).expect("the file");
    let first = good.lines().next().expect("a line");
    let bad = [
        ("this is not JSON".to_owned(), "not_json", ""),
        (first.replace("\"time\":\"2021", "\"time\":\"2031"), "in_future", "time"),
        // An attribute more is an extension, which brokers add; one less is missed by its name.
        (first.replace("\"specversion\"", "\"specversion2\""), "missing_field", "specversion"),
    ];
    let mut lines: Vec<&str> = good.lines().collect();
    for (at, (line, _, _)) in bad.iter().enumerate() {
        lines.insert(at * 100 + 1, line);
    }
    let file = folder.path().join("mixed.ndjson");
    std::fs::write(&file, lines.join("\n")).expect("it is written");
    let data = folder.path().join("data");
    let output = run(&["import", text(&file), "--data", text(&data), "--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&500.into(), &3.into()));

    let refused = std::fs::read_to_string(folder.path().join("mixed.ndjson.rejected.ndjson"));
    let refused = refused.expect("the file is there");
    let rows: Vec<Value> =
        refused.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    assert_eq!(rows.len(), bad.len());
    for (at, (row, (line, reason, field))) in rows.iter().zip(&bad).enumerate() {
        assert_eq!(row["line"], at as u64 * 100 + 2, "{row}");
        assert_eq!((&row["reason"], &row["field"]), (&(*reason).into(), &(*field).into()), "{row}");
        assert_eq!(row["fact"], **line);
    }

    // Mended and imported again, nothing is left beside the file, and the good lines count once.
    let before = digest(&data);
    std::fs::write(&file, &good).expect("it is written");
    succeed(&["import", text(&file), "--data", text(&data)]);
    assert!(!folder.path().join("mixed.ndjson.rejected.ndjson").exists());
    assert_eq!(digest(&data), before);
}

#[test]
fn a_line_too_long_for_memory_is_rejected_and_the_next_one_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = std::fs::read_to_string(simulated(folder.path(), 3, 1)).expect("the file");
    let file = folder.path().join("long.ndjson");
    std::fs::write(&file, format!("{}\n{good}", "x".repeat(3 << 20))).expect("it is written");
    let output = run(&["import", text(&file), "--dry-run", "--format", "json"]);
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(summary["reasons"]["too_large"], 1);
    assert_eq!(summary["accepted"], 3);
}

#[test]
fn what_cannot_be_done_is_said_in_one_sentence_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 10, 1);
    let strange = folder.path().join("strange");
    std::fs::create_dir(&strange).expect("a folder");
    std::fs::write(strange.join("thesis.doc"), "precious").expect("a file");
    let newer = folder.path().join("newer");
    std::fs::create_dir(&newer).expect("a folder");
    let birth = "{\"format\":\"tonghop data\",\"version\":99}";
    std::fs::write(newer.join("tonghop.json"), birth).expect("a file");
    let data = folder.path().join("data");
    succeed(&["import", text(&file), "--data", text(&data)]);
    let (strange, newer, data) = (text(&strange), text(&newer), text(&data));
    let nowhere = text(folder.path()).to_owned() + "/nowhere";
    let file = text(&file);
    let table: &[(&[&str], &str)] = &[
        (&["import", file, "--data", strange], "tonghop.json"),
        (&["import", file, "--data", newer], "version"),
        (&["figures", "--data", newer, "--unit", "L-62", "--period", "2021"], "version"),
        (&["import", file], "say where to"),
        (&["import", "no-such-file", "--data", data], "no-such-file"),
        (&["figures", "--data", &nowhere, "--unit", "L-62", "--period", "2021"], "no data folder"),
        (&["figures", "--data", data, "--unit", "Atlantis", "--period", "2021"], "Atlantis"),
        (&["figures", "--data", data, "--unit", "L-62", "--period", "2021-H9"], "2021-H9"),
        (&["figures", "--data", data, "--unit", "L-62"], "say when"),
        (
            &[
                "figures",
                "--data",
                data,
                "--unit",
                "L-62",
                "--period",
                "2021",
                "--indicator",
                "poor_housholds",
            ],
            "poor_households",
        ),
        (
            &["figures", "--data", data, "--unit", "L-62", "--period", "2021", "--by", "colour"],
            "class",
        ),
        (
            &[
                "figures",
                "--data",
                data,
                "--unit",
                "L-62",
                "--period",
                "2021",
                "--by",
                "class",
                "--indicator",
                "poor_households",
                "--indicator",
                "loan_amount",
            ],
            "poor_households (by nothing); these are: loan_amount",
        ),
        (&["import", file, "--journal", "http://example.org"], "http://example.org"),
    ];
    for (args, expected) in table {
        let output = run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "tonghop {}: {said}", args.join(" "));
        assert!(said.contains(expected), "tonghop {}: {said}", args.join(" "));
        assert!(said.trim().lines().count() <= 2, "one sentence: {said}");
    }
    let kept = std::fs::read_to_string(folder.path().join("strange/thesis.doc"));
    assert_eq!(kept.expect("it is there"), "precious");
    assert_eq!(std::fs::read_dir(strange).expect("it is there").count(), 1);
    assert_eq!(std::fs::read_dir(newer).expect("it is there").count(), 1);
}
