//! Audit packs: made by the program, checked by it and by a program that knows only the
//! specifications; and harmed in every way we can think of.

mod audit;
mod harms;
mod world;

use std::fs::{self, Permissions};
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::past_intake;
use crate::runner::{Dice, json, run, succeed, text};
use harms::HARMS;
use world::*;

#[test]
fn a_pack_holds_for_the_program_and_for_one_that_knows_only_the_specifications() {
    let world = world();
    let pack = world.path("pack.zip");
    for threads in ["1", "3"] {
        let args = ["verify", text(&pack), "--key", &world.file("key.pub"), "--threads", threads];
        let verified = json(&args);
        assert_eq!((&verified["kind"], &verified["holds"]), (&"pack".into(), &true.into()));
        assert_eq!(verified["vintage"], ID);
        assert!(verified["rows"].as_u64() > Some(10_000), "{verified}");
    }
    let there = world.verify_elsewhere(&pack, "key.pub");
    assert!(there.status.success() && said(&there).starts_with("TRUE: "), "{}", said(&there));

    let mut files = read(&fs::read(&pack).expect("the pack"));
    let facts = lines(bytes(&mut files, FACTS_FILE));
    assert_eq!(facts.last(), Some(&format!("{CLOSING}\n").into_bytes()), "nothing comes after it");

    // The same vintage and key give the same bytes, and for others the file is closed.
    world.pack(ID, "data", "again.zip");
    assert_eq!(fs::read(&pack).expect("it"), fs::read(world.path("again.zip")).expect("it"));
    let mode = fs::metadata(&pack).expect("it").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_pack_whose_files_are_not_signed_holds_and_says_what_anybody_may_have_changed() {
    let world = world();
    let mut files = world.files.clone();
    let packed = json(&["verify", &world.file("small.zip"), "--key", &world.file("key.pub")]);
    assert_eq!(packed["files_signed"], true);
    let only = ["journal/receipts.txt", "revisions.csv", "VERIFY.md"];
    assert_eq!(packed["not_computed"], serde_json::json!(only));

    // As older programs signed them, and as the checkpoint of a closing does.
    let note = String::from_utf8(bytes(&mut files, "checkpoint.note").clone()).expect("text");
    let mut checkpoint = proof::Checkpoint::unverified(&note).expect("a checkpoint");
    checkpoint.extensions.retain(|line| !line.starts_with("files "));
    let signer = proof::keys::signer(&world.path("key")).expect("the key");
    *bytes(&mut files, "checkpoint.note") = checkpoint.sign(&signer).expect("a note").into_bytes();
    bytes(&mut files, "revisions.csv").extend(b"\n");
    sum_again(&mut files);
    let pack = world.path("unsigned.zip");
    fs::write(&pack, written(&files)).expect("a file");
    for output in [world.verify(&pack, "key.pub"), world.verify_elsewhere(&pack, "key.pub")] {
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        let line = said.lines().find(|line| line.starts_with("NOT signed")).expect("it is said");
        assert!(only.iter().all(|name| line.contains(name)), "{said}");
    }
}

#[test]
fn the_half_year_of_a_real_district_holds_in_its_pack() {
    let world = world();
    let facts: Vec<Vec<u8>> = tonghop::scenario::facts().collect();
    let mut facts: Vec<&str> =
        facts.iter().map(|line| std::str::from_utf8(line).expect("text")).collect();
    facts.push(DISTRICT_CLOSING);
    world.import("district", &facts);
    world.pack(DISTRICT_ID, "district", "district.zip");
    let pack = world.path("district.zip");
    for output in [world.verify(&pack, "key.pub"), world.verify_elsewhere(&pack, "key.pub")] {
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// One household with more facts than count: both programs leave out the same ones, those that came
/// last. Would one count them, its persons at the end were others.
#[test]
fn a_pack_with_a_full_household_holds_for_both() {
    let world = world();
    let fact = |what: &str, id: u64, day: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"vn.tonghop.household.{what}.v1","source":"//xa.example/phu-can","id":"F{id}","subject":"household/52.7d1f0c52a9e84b36","time":"{day}T07:00:00+07:00","sequence":"{}","data":{{"unit":"L-24097",{data}}}}}"#,
            1 + id
        )
    };
    let mut facts = vec![fact("registered", 0, "2021-01-01", r#""standing":"poor","persons":4"#)];
    for id in 1..=2_010 {
        let day = if id < 2_000 { "2021-03-05" } else { "2021-05-05" };
        let persons = if id < 2_000 { 1 + id % 9 } else { 30 };
        let data = format!(r#""persons":{persons},"cause":"birth""#);
        facts.push(fact("size_changed", id, day, &data));
    }
    let mut lines: Vec<&str> = facts.iter().map(String::as_str).collect();
    lines.push(DISTRICT_CLOSING);
    world.import("full", &lines);
    let found = json(&["findings", "--data", &world.file("full"), "--unit", "L-637"]);
    assert_eq!(found["counts"]["subject_full"], 11, "{found}");
    world.pack(DISTRICT_ID, "full", "full.zip");
    let pack = world.path("full.zip");
    for output in [world.verify(&pack, "key.pub"), world.verify_elsewhere(&pack, "key.pub")] {
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// A loan and a house beyond their bounds, published past the importers: neither program counts them.
/// Would one do, the amount lent would be another.
#[test]
fn a_pack_with_facts_beyond_their_bounds_holds_for_both() {
    let world = world();
    let house =
        r#""house":"h1","construction":"new","fund":"several","class":"poor","amount":3000000000"#;
    world.import("beyond", &[&past_intake::household()]);
    let past = [
        past_intake::loan("L1", 30_000_000),
        past_intake::loan("L2", past_intake::TOO_MUCH),
        past_intake::line("W1", "house.started", "2021-03-05", true, house),
    ];
    past_intake::publish(&world.path("beyond"), &past);
    world.import("beyond", &[DISTRICT_CLOSING]);
    let found = json(&["findings", "--data", &world.file("beyond"), "--unit", "L-637"]);
    assert_eq!(found["counts"]["beyond_bound"], 2, "{found}");
    world.pack(DISTRICT_ID, "beyond", "beyond.zip");
    let pack = world.path("beyond.zip");
    for output in [world.verify(&pack, "key.pub"), world.verify_elsewhere(&pack, "key.pub")] {
        assert!(output.status.success(), "{}", said(&output));
    }
    let mut files = read(&fs::read(&pack).expect("the pack"));
    let figures = String::from_utf8(bytes(&mut files, "figures.csv").clone()).expect("text");
    let lent: Vec<&str> = figures.lines().filter(|line| line.contains("loan_amount")).collect();
    assert!(lent.iter().any(|line| line.contains("30000000")), "{lent:?}");
    assert!(!figures.contains(&past_intake::TOO_MUCH.to_string()));
}

#[test]
fn whatever_is_changed_in_a_pack_is_refused_and_named_by_both() {
    let world = world();
    let mut dice = Dice::new("harmed packs");
    for (what, times, again, harm) in HARMS {
        for _ in 0..times {
            let mut files = world.files.clone();
            let expected = harm(&mut files, &mut dice);
            assert!(files != world.files, "{what}: nothing was changed");
            if again {
                sum_again(&mut files);
            }
            world.refused(what, &written(&files), "key.pub", &expected, &expected);
        }
    }
}

#[test]
fn the_program_that_knows_only_the_specifications_says_all_of_it_in_vietnamese_too() {
    let world = world();
    let there = world.verify_elsewhere_in("vi_VN.UTF-8", &world.path("small.zip"), "key.pub");
    let told = said(&there);
    assert!(there.status.success() && told.starts_with("ĐÚNG: ") && told.contains("đều khớp"));
    let mut dice = Dice::new("harms in Vietnamese");
    let pack = world.path("vietnamese.zip");
    for (what, _, again, harm) in HARMS {
        let mut files = world.files.clone();
        harm(&mut files, &mut dice);
        if again {
            sum_again(&mut files);
        }
        fs::write(&pack, written(&files)).expect("a file");
        let [vi, en] = ["vi_VN.UTF-8", "C"].map(|lang| {
            let output = world.verify_elsewhere_in(lang, &pack, "key.pub");
            assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
            said(&output)
        });
        assert!(vi.starts_with("KHÔNG ĐÚNG: ") && en.starts_with("NOT TRUE: "), "{what}: {vi}");
        assert_eq!(vi.lines().count(), en.lines().count(), "{what}: {vi}\n{en}");
        let english =
            |line: &&str| [" the ", " is ", "it says"].iter().any(|one| line.contains(one));
        assert_eq!(vi.lines().find(english), None, "{what}");
    }
}

#[test]
fn a_zip_file_that_is_not_as_packs_are_is_refused() {
    let world = world();
    let whole = fs::read(world.path("small.zip")).expect("the pack");
    let mut dice = Dice::new("zip files");
    let one = |text: &str| vec![text.to_owned()];
    for _ in 0..3 {
        let cut = 100 + dice.below(whole.len() as u64 - 100) as usize;
        let what = format!("cut after {cut} bytes");
        let says = one("this is no audit pack");
        world.refused(&what, &whole[..cut], "key.pub", &says, &says);
    }
    let refuse = |what, bytes: &[u8], here, there| {
        world.refused(what, bytes, "key.pub", &one(here), &one(there));
    };
    // The writer does not write a name twice: it is exchanged afterwards.
    let mut files = world.files.clone();
    files.push(("figures.cs_".into(), b"unit\r\n".to_vec()));
    let twice = exchanged(written(&files), b"figures.cs_", b"figures.csv");
    refuse("a name twice", &twice, "some are there twice", "'figures.csv' is there 2 times");

    // Larger than it says, in both places where it says so.
    let guide = &world.files.iter().find(|(name, _)| name == "VERIFY.md").expect("it").1;
    let size = (guide.len() as u32).to_le_bytes();
    let smaller = exchanged(written(&world.files), &size, &10u32.to_le_bytes());
    refuse("a size that is not so", &smaller, "VERIFY.md", "VERIFY.md");

    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in &world.files {
        if name == "VERIFY.md" {
            let options = SimpleFileOptions::default();
            zip.add_symlink(name, "/etc/passwd", options).expect("an entry");
        } else {
            zip.start_file(name, SimpleFileOptions::default()).expect("an entry");
            zip.write_all(bytes).expect("memory");
        }
    }
    let linked = zip.finish().expect("memory").into_inner();
    refuse("a link", &linked, "is a link or a folder", "is a link or a folder");
    let behind = [&whole[..], b"more"].concat();
    let ours = world.path("behind.zip");
    fs::write(&ours, behind).expect("a file");
    assert!(said(&world.verify(&ours, "key.pub")).contains("cut short, or extended"));
}

/// Exchanges some bytes wherever they are.
fn exchanged(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|part| part == from) {
        at += found;
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn keys_that_do_not_fit_and_vintages_that_are_not_there_are_named() {
    let world = world();
    let whole = fs::read(world.path("small.zip")).expect("the pack");
    succeed(&["keygen", "--name", "tonghop.example", "--out", &world.file("other")]);
    let says = vec!["no signature is by a key that was given".to_owned()];
    world.refused("another key", &whole, "other.pub", &says, &says);
    let says = vec!["private key".to_owned()];
    world.refused("a private key", &whole, "key", &says, &says);

    let (data, open, out) = (world.file("data"), world.file("open"), world.file("refused.zip"));
    succeed(&["keygen", "--name", "tonghop.example", "--out", &open]);
    fs::set_permissions(&open, Permissions::from_mode(0o644)).expect("it is ours");
    let (key, taken) = (world.file("key"), world.file("small.zip"));
    let empty = world.file("empty");
    let table: [(&[&str], &str); 6] = [
        (&["--vintage", ID, "--data", &data, "--key", &open, "--out", &out], "mode 644"),
        (
            &["--vintage", "L-1", "--data", &data, "--key", &key, "--out", &out],
            "there is no vintage",
        ),
        (
            &["--vintage", ID, "--data", &empty, "--key", &key, "--out", &out],
            "nothing has been closed",
        ),
        (&["--vintage", ID, "--data", &data, "--key", &key, "--out", &taken], "is there already"),
        (&["--vintage", ID, "--data", &data, "--out", &out], "give --key to sign one"),
        (
            &["--vintage", ID, "--data", &data, "--key", &key, "--out", "/nowhere/refused.zip"],
            "cannot write",
        ),
    ];
    for (args, what) in table {
        let output = run(&[&["pack"], args].concat());
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(what), "{args:?}: {}", said(&output));
        assert!(!Path::new(&out).exists() && !Path::new(&format!("{out}.part")).exists());
    }
    assert_eq!(fs::read(world.path("small.zip")).expect("the pack"), whole, "it is as it was");
}

#[test]
fn another_journal_is_not_packed_under_a_vintage() {
    let world = world();
    // The same facts, but for one that was changed since.
    let lines = fs::read_to_string(world.path("data.ndjson")).expect("the facts");
    let lines = lines.replacen("\"persons\":4", "\"persons\":5", 1);
    world.import("changed", &lines.lines().collect::<Vec<_>>());
    let journal = format!("dir:{}", world.path("changed/journal").display());
    let (data, key, out) = (world.file("data"), world.file("key"), world.file("changed.zip"));
    let args = ["pack", "--vintage", ID, "--data", &data, "--journal", &journal];
    let output = run(&[&args[..], &["--key", &key, "--out", &out]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("not the one that"), "{}", said(&output));
    assert!(!Path::new(&out).exists() && !Path::new(&format!("{out}.part")).exists());
}
