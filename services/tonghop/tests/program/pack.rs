//! Audit packs: made by the program, checked by it and by a program that knows only the
//! specifications; and harmed in every way we can think of.

use std::fs::{self, Permissions};
use std::io::{Cursor, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::runner::{Dice, json, run, simulated, succeed, text};

const FACTS: u64 = 3_000;
const ID: &str = "L-62.2023@civil.official.1";
const CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/kon-tum","id":"C-1","time":"2024-01-05T17:05:00+07:00","data":{"unit":"L-62","period":"2023@civil","level":"official","set_by":"province","reference":"12/BC-UBND"}}"#;
const SMALL_ID: &str = "L-613.2023@civil.preliminary.1";
const SMALL_CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/kon-tum","id":"C-2","time":"2024-01-05T17:05:00+07:00","data":{"unit":"L-613","period":"2023@civil","level":"preliminary","set_by":"district_committee"}}"#;
const DISTRICT_ID: &str = "L-637.2021-H1@administrative.official.1";
const DISTRICT_CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/krong-pa","id":"C-1","time":"2021-06-15T17:05:00+07:00","data":{"unit":"L-637","period":"2021-H1@administrative","level":"official","set_by":"district_committee","reference":"209/BC-UBND"}}"#;

/// Name and bytes of each file of a pack, in its order.
type Files = Vec<(String, Vec<u8>)>;

/// Data folders, a key, the pack of a simulated province, and that of a district to be harmed.
struct World {
    folder: tempfile::TempDir,
    files: Files,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = World { folder, files: Vec::new() };
        let file = simulated(world.folder.path(), FACTS, 7);
        let lines = fs::read_to_string(file).expect("the facts");
        let lines: Vec<&str> = lines.lines().collect();
        // Some facts come after the closing: they are not in the pack.
        let (early, late) = lines.split_at(lines.len() - 100);
        world.import("data", &[early, &[CLOSING, SMALL_CLOSING], late].concat());
        succeed(&["keygen", "--name", "tonghop.example", "--out", &world.file("key")]);
        world.pack(ID, "data", "pack.zip");
        world.pack(SMALL_ID, "data", "small.zip");
        world.files = read(&fs::read(world.path("small.zip")).expect("the pack"));
        world
    })
}

impl World {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    fn import(&self, data: &str, lines: &[&str]) {
        let file = self.path(&format!("{data}.ndjson"));
        fs::write(&file, lines.join("\n") + "\n").expect("a file");
        // Some of what is simulated is refused, as in life.
        let imported = run(&["import", text(&file), "--data", &self.file(data)]);
        assert!(matches!(imported.status.code(), Some(0 | 3)), "{}", said(&imported));
    }

    fn pack(&self, id: &str, data: &str, out: &str) {
        let (data, key, out) = (self.file(data), self.file("key"), self.file(out));
        succeed(&["pack", "--vintage", id, "--data", &data, "--key", &key, "--out", &out]);
    }

    fn verify(&self, pack: &Path, key: &str) -> Output {
        run(&["verify", text(pack), "--key", &self.file(key)])
    }

    /// The same by the program that knows only the specifications.
    fn verify_elsewhere(&self, pack: &Path, key: &str) -> Output {
        let python = std::env::var("TONGHOP_PYTHON").expect(
            "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verify/verify.py");
        let args = [script, text(pack), "--key", &self.file(key)];
        Command::new(python).args(args).output().expect("Python runs")
    }

    /// Both programs refuse a pack of these bytes, and say these things.
    fn refused(&self, what: &str, bytes: &[u8], key: &str, here: &[String], there: &[String]) {
        let folder = tempfile::tempdir().expect("a folder");
        let pack = folder.path().join("harmed.zip");
        fs::write(&pack, bytes).expect("a file");
        let ours = (self.verify(&pack, key), here);
        let theirs = (self.verify_elsewhere(&pack, key), there);
        for ((output, expected), who) in [ours, theirs].into_iter().zip(["verify", "verify.py"]) {
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{what}, {who}: {said}");
            assert!(!said.contains("Traceback") && !said.contains("panicked"), "{what}: {said}");
            for part in expected {
                assert!(said.contains(part), "{what}, {who}: no {part:?} in\n{said}");
            }
        }
        let left = fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(left, 1, "{what}: something was unpacked");
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn read(pack: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(pack)).expect("a zip file");
    let count = archive.len();
    let entry = |at| {
        let mut entry = archive.by_index(at).expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        (entry.name().to_owned(), bytes)
    };
    (0..count).map(entry).collect()
}

fn written(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        // Only bombs and the guide have to be packed; to pack all takes long.
        let packed = bytes.len() > 32 << 20 || name == "VERIFY.md";
        let method = if packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(name, options).expect("an entry");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

fn bytes<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    let found = files.iter_mut().find(|(known, _)| known == name);
    &mut found.expect("every pack has it").1
}

/// Lists the hashes of the files as they are: as whoever changes them would.
fn sum_again(files: &mut Files) {
    let line = |(name, bytes): &(String, Vec<u8>)| {
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{sum}  {name}\n")
    };
    let lines = files.iter().filter(|(name, _)| name != "SHA256SUMS").map(line);
    *bytes(files, "SHA256SUMS") = lines.collect::<String>().into_bytes();
}

/// The lines of a file, each with its end.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Changes the last digit of a line's cell.
fn another_digit(line: &mut [u8], cell: usize, separator: u8) {
    let begin = line.split(|byte| *byte == separator).take(cell).map(|cell| cell.len() + 1).sum();
    let length = line[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digit = &mut line[begin..][length - 1];
    *digit = if *digit == b'9' { b'8' } else { *digit + 1 };
}

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

/// A harm: what it is, how often it is done, each time elsewhere, whether hashes are listed anew
/// afterwards, and what it does. It gives what both must say.
type Harm = (&'static str, u32, bool, fn(&mut Files, &mut Dice) -> Vec<String>);

const FACTS_FILE: &str = "journal/facts.ndjson";
const RECEIPTS_FILE: &str = "journal/receipts.txt";

fn one_bit_of_the_facts(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let facts = bytes(files, FACTS_FILE);
    let at = loop {
        let at = dice.below(facts.len() as u64) as usize;
        if facts[at] != b'\n' {
            break at;
        }
    };
    let position = 1 + facts[..at].iter().filter(|byte| **byte == b'\n').count();
    facts[at] ^= 1 << dice.below(8);
    vec![format!("the record at position {position}"), "another root".into()]
}

fn one_bit_and_the_file(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut expected = one_bit_of_the_facts(files, dice);
    expected.push(format!("{FACTS_FILE} does not have the hash"));
    expected
}

fn last_fact_dropped(files: &mut Files, _: &mut Dice) -> Vec<String> {
    for name in [FACTS_FILE, RECEIPTS_FILE] {
        let mut kept = lines(bytes(files, name));
        kept.pop();
        *bytes(files, name) = kept.concat();
    }
    vec!["records were signed, the pack has".into()]
}

fn last_fact_without_its_receipt(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let mut kept = lines(bytes(files, RECEIPTS_FILE));
    let position = kept.len();
    kept.pop();
    *bytes(files, RECEIPTS_FILE) = kept.concat();
    vec![format!("the record at position {position}")]
}

fn two_facts_swapped(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut facts = lines(bytes(files, FACTS_FILE));
    let at = dice.below(facts.len() as u64 - 2) as usize;
    facts.swap(at, at + 1);
    let mut receipts = lines(bytes(files, RECEIPTS_FILE));
    // Each receipt goes with its fact, but for its position.
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let (first, second) = (text(&receipts[at]), text(&receipts[at + 1]));
    let rest = |line: &str| line.split_once(' ').expect("fields").1.to_owned();
    receipts[at] = format!("{} {}", at + 1, rest(&second)).into_bytes();
    receipts[at + 1] = format!("{} {}", at + 2, rest(&first)).into_bytes();
    *bytes(files, FACTS_FILE) = facts.concat();
    *bytes(files, RECEIPTS_FILE) = receipts.concat();
    vec!["another root".into()]
}

/// Changes a number in a random row of a table.
fn cell(files: &mut Files, dice: &mut Dice, name: &str, column: usize) -> Vec<String> {
    let mut table = lines(bytes(files, name));
    let cells = |line: &[u8]| line.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
    loop {
        let at = 1 + dice.below(table.len() as u64 - 1) as usize;
        let row: Vec<Vec<u8>> = cells(&table[at]);
        let number = row
            .get(column)
            .is_some_and(|cell| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit));
        if number {
            another_digit(&mut table[at], column, b',');
            *bytes(files, name) = table.concat();
            return vec![format!("{name} line {}", at + 1)];
        }
    }
}

fn a_figure(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    cell(files, dice, "figures.csv", 5)
}

fn a_movement(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    cell(files, dice, "movements.csv", 5)
}

fn a_figure_and_the_file(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut expected = a_figure(files, dice);
    expected.push("figures.csv does not have the hash".into());
    expected
}

fn the_vintage(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let mut rows = lines(bytes(files, "vintage.txt"));
    let of_kind = |line: &Vec<u8>| {
        line.starts_with(b"movement\t") || line.windows(16).any(|part| part == b"\tpoor_households")
    };
    let numbered: Vec<usize> = (0..rows.len()).filter(|at| of_kind(&rows[*at])).collect();
    let at = loop {
        let at = numbered[dice.below(numbered.len() as u64) as usize];
        let cell = rows[at].split(|byte| *byte == b'\t').nth(4).unwrap_or_default();
        if cell.first().is_some_and(u8::is_ascii_digit) {
            break at;
        }
    };
    let name: Vec<&[u8]> = rows[at].split(|byte| *byte == b'\t').skip(1).take(3).collect();
    let name = String::from_utf8_lossy(&name.join(&b' ')).trim_end().to_owned();
    another_digit(&mut rows[at], 4, b'\t');
    *bytes(files, "vintage.txt") = rows.concat();
    vec!["vintage.txt is not the one that was signed".into(), name]
}

fn another_catalogue(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let names = ["indicators", "movements", "calendars", "codes"];
    let name = names[dice.below(4) as usize];
    bytes(files, &format!("catalog/{name}.toml")).extend(b"# another\n");
    vec!["vintage.txt, catalogue".into()]
}

fn another_gazetteer(files: &mut Files, _: &mut Dice) -> Vec<String> {
    bytes(files, "gazetteer/aliases.csv").extend(b"L-62,Kon Tum!\n");
    vec!["vintage.txt, gazetteer".into()]
}

fn another_size(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let note = bytes(files, "checkpoint.note");
    let mut rows = lines(note);
    another_digit(&mut rows[1], 0, b'\n');
    *note = rows.concat();
    vec!["signature of tonghop.example".into(), "records were signed, the pack has".into()]
}

fn another_time_of_the_closing(files: &mut Files, _: &mut Dice) -> Vec<String> {
    let mut receipts = lines(bytes(files, RECEIPTS_FILE));
    let last = receipts.pop().expect("a receipt");
    let last = String::from_utf8(last).expect("text");
    let mut fields: Vec<&str> = last.split(' ').collect();
    fields[1] = "1704450000000";
    receipts.push(fields.join(" ").into_bytes());
    *bytes(files, RECEIPTS_FILE) = receipts.concat();
    vec!["vintage.txt, received".into()]
}

fn traversal(files: &mut Files, _: &mut Dice) -> Vec<String> {
    files.push(("../../evil".into(), b"no".to_vec()));
    vec!["../../evil".into(), "no pack has a file of that name".into()]
}

fn a_bomb(files: &mut Files, _: &mut Dice) -> Vec<String> {
    *bytes(files, "findings.csv") = vec![b'0'; 40 << 20];
    vec!["findings.csv".into(), "packed more tightly".into()]
}

fn a_file_less(files: &mut Files, dice: &mut Dice) -> Vec<String> {
    let at = dice.below(files.len() as u64 - 1) as usize;
    vec![format!("{} is missing", files.remove(at).0)]
}

const HARMS: [Harm; 17] = [
    ("one bit of the facts", 3, false, one_bit_and_the_file),
    ("one bit of the facts, hashes listed anew", 3, true, one_bit_of_the_facts),
    ("the last fact dropped", 1, true, last_fact_dropped),
    ("the last fact without its receipt", 1, true, last_fact_without_its_receipt),
    ("two facts swapped", 3, true, two_facts_swapped),
    ("a figure", 2, false, a_figure_and_the_file),
    ("a figure, hashes listed anew", 2, true, a_figure),
    ("a movement", 2, true, a_movement),
    ("a movement, hashes as they were", 2, false, a_movement),
    ("the vintage", 3, true, the_vintage),
    ("another catalogue", 2, true, another_catalogue),
    ("another gazetteer", 1, true, another_gazetteer),
    ("another size in the note", 1, true, another_size),
    ("another time of the closing", 1, true, another_time_of_the_closing),
    ("path traversal", 1, true, traversal),
    ("a bomb", 1, true, a_bomb),
    ("a file less", 2, false, a_file_less),
];

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
