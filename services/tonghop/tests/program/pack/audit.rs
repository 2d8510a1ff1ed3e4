//! `tonghop audit --pack`: the records of a pack replayed, held against what was closed.

use std::fs;
use std::process::Output;

use serde_json::Value;

use super::harms::HARMS;
use super::world::*;
use crate::runner::{Dice, json, run, succeed, text};

/// The pack of a file, audited beside a data folder.
fn audit(world: &World, pack: &str, data: &str, more: &[&str]) -> Output {
    let (pack, data) = (world.file(pack), world.file(data));
    run(&[&["audit", "--pack", &pack, "--data", &data], more].concat())
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

#[test]
fn a_pack_replays_to_what_its_journal_replays_to_on_any_number_of_threads() {
    let world = world();
    let (data, key) = (world.file("data"), world.file("key.pub"));
    let journal = json(&["audit", "--vintage", ID, "--data", &data]);
    for threads in ["1", "2", "5"] {
        let more = ["--threads", threads, "--key", &key, "--format", "json"];
        let output = audit(world, "pack.zip", "data", &more);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let told = told(&output);
        for field in ["vintage", "position", "digest", "replayed", "replayed_root", "rows", "facts"]
        {
            assert_eq!(told[field], journal[field], "{field}, {threads} threads");
        }
        let pack = &told["pack"];
        assert_eq!(
            (&pack["signature_checked"], &pack["data_folder"]),
            (&true.into(), &true.into())
        );
        // The late facts are in the store and not in the pack.
        assert!(told["live"].is_null() && pack["live_beyond"].as_u64() > told["position"].as_u64());
    }
    // Without a data folder the vintage is the pack's own; without a key nobody has signed it.
    let output = audit(world, "pack.zip", "nowhere", &["--format", "json"]);
    let told = told(&output);
    assert_eq!((&told["equal"], &told["digest"]), (&true.into(), &journal["digest"]));
    let pack = &told["pack"];
    assert_eq!((&pack["signature_checked"], &pack["data_folder"]), (&false.into(), &false.into()));
    assert!(!world.path("nowhere").exists(), "nothing was made");
    let said = said(&audit(world, "pack.zip", "nowhere", &[]));
    assert!(said.contains("signature was not checked") && said.contains("EQUAL"), "{said}");
}

#[test]
fn a_live_store_is_held_against_a_pack_as_far_as_the_pack_goes() {
    let world = world();
    let facts = fs::read_to_string(world.path("data.ndjson")).expect("the facts");
    let facts: Vec<&str> = facts.lines().take(200).collect();
    world.import("even", &[&facts[..], &[SMALL_CLOSING]].concat());
    world.pack(SMALL_ID, "even", "even.zip");
    let live = || told(&audit(world, "even.zip", "even", &["--format", "json"]));
    let then = live();
    assert_eq!((&then["live"]["equal"], &then["equal"]), (&true.into(), &true.into()), "{then}");
    assert_eq!(then["live"]["position"], then["position"]);
    world.import("even", &[CLOSING]);
    let now = live();
    assert_eq!(now["pack"]["live_beyond"].as_u64(), then["position"].as_u64().map(|at| at + 1));
    assert_eq!((&now["live"], &now["equal"]), (&Value::Null, &true.into()), "{now}");
    // The vintage of another journal under the same name is another vintage, and its store is not
    // this one's.
    let output = audit(world, "even.zip", "data", &["--format", "json"]);
    let other = told(&output);
    assert_eq!((output.status.code(), &other["equal"]), (Some(1), &false.into()), "{other}");
    assert!(other["live"].is_null() && other["pack"]["live_beyond"].is_null(), "{other}");
}

#[test]
fn an_audit_of_a_harmed_pack_fails_and_names_what_was_harmed() {
    let world = world();
    let mut dice = Dice::new("audited harms");
    let key = world.file("key.pub");
    for (nth, (what, _, again, harm)) in HARMS.into_iter().enumerate() {
        let mut files = world.files.clone();
        let expected = harm(&mut files, &mut dice);
        if again {
            sum_again(&mut files);
        }
        let name = format!("harmed-{nth}.zip");
        fs::write(world.path(&name), written(&files)).expect("a file");
        // With the vintage of the data folder, and with the pack's own.
        for data in ["data", "nowhere"] {
            let output = audit(world, &name, data, &["--key", &key]);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{what}, {data}: {said}");
            assert!(said.contains("NOT EQUAL") && !said.contains("panicked"), "{what}: {said}");
            for part in &expected {
                assert!(said.contains(part), "{what}, {data}: no {part:?} in\n{said}");
            }
        }
    }
    // What is no pack at all has no vintage to compare.
    fs::write(world.path("no.zip"), b"PK\x03\x04 and no more").expect("a file");
    let output = audit(world, "no.zip", "data", &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let told = told(&output);
    assert_eq!((&told["equal"], &told["vintage"]), (&false.into(), &"".into()));
    assert_eq!(told["pack"]["faults"][0]["fault"], "archive", "{told}");
}

#[test]
fn a_pack_shows_what_another_catalogue_would_have_given() {
    let world = world();
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/catalog");
    let folder = world.path("catalog");
    fs::create_dir(&folder).expect("a folder");
    for name in
        ["indicators", "movements", "calendars", "codes", "bounds"].map(|one| format!("{one}.toml"))
    {
        fs::copy(format!("{from}/{name}"), folder.join(&name)).expect("it is there");
    }
    let report = world.path("audit.html");
    let more = ["--catalog", text(&folder), "--report", text(&report), "--format", "json"];
    let same = told(&audit(world, "small.zip", "data", &more));
    assert_eq!((&same["equal"], &same["differences_count"]), (&true.into(), &0.into()), "{same}");
    // Who is near poverty would count as poor.
    let indicators = fs::read_to_string(folder.join("indicators.toml")).expect("it is there");
    let (from, to) = ("standing = [\"poor\"]", "standing = [\"near_poor\"]");
    let changed = indicators.replacen(from, to, 1);
    assert_ne!(changed, indicators);
    fs::write(folder.join("indicators.toml"), changed).expect("it is written");
    let output = audit(world, "small.zip", "data", &more);
    let other = told(&output);
    assert_eq!(output.status.code(), Some(1), "{other}");
    assert_ne!(same["catalogue"], other["catalogue"]);
    let differences = other["differences"].as_array().expect("differences");
    assert!(!differences.is_empty() && other["pack"]["faults"] == serde_json::json!([]), "{other}");
    let page = fs::read_to_string(&report).expect("it is written");
    for part in ["Gói kiểm toán", "signature not checked", "Rows that differ"] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
}

#[test]
fn a_pack_of_another_closing_is_not_audited_for_the_one_asked_for() {
    let world = world();
    let small = world.file("small.zip");
    let table: [(&[&str], &str); 4] = [
        (&["--vintage", ID], "the pack is of L-613.2023@civil.preliminary.1"),
        (&["--unit", "L-62", "--period", "2023@civil"], "the pack is of L-613"),
        (&["--journal", "dir:nowhere"], "cannot be used with"),
        (&["--archive", "nowhere"], "cannot be used with"),
    ];
    for (more, part) in table {
        let output = run(&[&["audit", "--pack", &small], more].concat());
        assert!(!output.status.success() && said(&output).contains(part), "{}", said(&output));
    }
    let data = world.file("data");
    let right = ["--unit", "L-613", "--period", "2023@civil", "--data", &data];
    succeed(&[&["audit", "--pack", &small], &right[..]].concat());
}
