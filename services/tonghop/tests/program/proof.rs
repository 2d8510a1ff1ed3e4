//! Tamper evidence, as an operator makes it and as an auditor checks it, also with foreign means.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use journal::{Entry, Journal, Options, Writer};

use crate::runner::{json, run, simulated, succeed, text};

const FACTS: u64 = 300;

/// A journal of simulated facts, and a key.
struct World {
    folder: tempfile::TempDir,
    journal: String,
    lines: Vec<String>,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let file = simulated(folder.path(), FACTS, 3);
        let journal = format!("dir:{}", folder.path().join("journal").display());
        succeed(&["import", text(&file), "--journal", &journal, "--allow-unsynced"]);
        let world = World { folder, journal, lines: lines(&file) };
        succeed(&["keygen", "--name", "tonghop.example", "--out", &world.file("key")]);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    /// Makes the proof of a position into `proof` and its record into `fact`.
    fn prove(&self, position: u64) {
        let position = position.to_string();
        let (key, proof, fact) = (self.file("key"), self.file("proof"), self.file("fact"));
        let args = ["prove", "--position", &position, "--journal", &self.journal, "--key", &key];
        succeed(&[&args[..], &["--out", &proof, "--fact", &fact]].concat());
    }

    /// Another journal of the same facts, of which two are exchanged.
    fn forged(&self, same_identity: bool) -> String {
        let url = format!("dir:{}", self.path(&format!("forged-{same_identity}")).display());
        let mut entries: Vec<Entry> =
            self.lines.iter().map(|line| Entry::new("52.L-62", line.clone())).collect();
        entries.swap(120, 121);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let known =
                Journal::open(&self.journal, &Options::default()).await.expect("it is ours");
            let mut options = Options::create();
            options.identity = same_identity.then(|| known.identity());
            let mut writer = Writer::open(&url, &options).await.expect("a new journal");
            writer.append(&entries).await.expect("it takes them");
        });
        url
    }

    fn verify(&self, fact: &str) -> Output {
        let (proof, fact, key) = (self.file("proof"), self.file(fact), self.file("key.pub"));
        run(&["verify", &proof, "--fact", &fact, "--key", &key])
    }

    /// The same by the script that knows only the specifications.
    fn verify_elsewhere(&self) -> Output {
        let python = std::env::var("TONGHOP_PYTHON").expect(
            "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/proof/check_proof.py");
        let (proof, fact, key) = (self.file("proof"), self.file("fact"), self.file("key.pub"));
        let args = [script, &proof, "--fact", &fact, "--key", &key];
        Command::new(python).args(args).output().expect("Python runs")
    }
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("the facts");
    text.lines().map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_fact_is_proved_to_people_who_have_a_public_key_only() {
    let world = World::new();
    let end = world.lines.len();
    for position in [1, 2, 173, end] {
        world.prove(position as u64);
        let fact = fs::read_to_string(world.path("fact")).expect("the record");
        assert_eq!(fact, world.lines[position - 1], "position {position}");
        let verified = world.verify("fact");
        assert!(verified.status.success(), "position {position}: {}", said(&verified));
        assert!(said(&verified).contains(&format!("at position {position} of the journal")));
        let elsewhere = world.verify_elsewhere();
        assert!(elsewhere.status.success(), "position {position}: {}", said(&elsewhere));
        assert!(
            said(&elsewhere).ends_with(&format!(" {end} {position}\n")),
            "{}",
            said(&elsewhere)
        );
    }
    // As a line of a file it has a newline behind it.
    fs::write(world.path("line"), format!("{}\n", world.lines[end - 1])).expect("a file");
    assert!(world.verify("line").status.success());
    fs::write(world.path("line"), format!("{}\n\n", world.lines[end - 1])).expect("a file");
    assert!(!world.verify("line").status.success());
}

#[test]
fn whatever_is_changed_is_refused_and_named_here_and_elsewhere() {
    let world = World::new();
    world.prove(42);
    let whole: Vec<(&str, Vec<u8>)> = ["proof", "fact", "key.pub"]
        .map(|name| (name, fs::read(world.path(name)).expect("it was written")))
        .into();
    let proof = String::from_utf8(whole[0].1.clone()).expect("a text");
    let at = |part: &str| proof.find(part).expect("it is there") + part.len();
    let hash = at("index 41\n") + 7;
    // The file, the byte that is exchanged, and what is said. Every bit of all is turned in the
    // tests of the crate; here keys are random, so the byte stays one that can stand there.
    let table = [
        ("proof", 0, "this is no proof file: its first line"),
        ("proof", at("index 4"), "another root"),
        ("proof", hash, "another root"),
        ("proof", at("\n\ntonghop"), "signature of tonghop.example"),
        ("proof", at("\n\n— tonghop"), "no signature is by a key that was given"),
        ("proof", proof.len() - 20, "signature of tonghop.example"),
        ("fact", 100, "another root"),
        ("key.pub", 2, "does not have the hash that it says"),
        ("key.pub", 40, "key.pub cannot be used"),
    ];
    for (name, byte, what) in table {
        let (_, bytes) = whole.iter().find(|(known, _)| *known == name).expect("one of them");
        let mut turned = bytes.clone();
        turned[byte] = match turned[byte] {
            b'1' => b'0',
            b'A' => b'B',
            _ => b'A',
        };
        fs::write(world.path(name), &turned).expect("a file");
        let (here, elsewhere) = (world.verify("fact"), world.verify_elsewhere());
        fs::write(world.path(name), bytes).expect("a file");
        assert_eq!(here.status.code(), Some(1), "{name} {byte}: {}", said(&here));
        assert!(said(&here).contains(what), "{name} {byte}: {}", said(&here));
        assert_eq!(elsewhere.status.code(), Some(1), "{name} {byte}: {}", said(&elsewhere));
    }
    assert!(world.verify("fact").status.success(), "all is as it was");
}

#[test]
fn a_checkpoint_holds_a_journal_to_what_it_was() {
    let world = World::new();
    let (key, public, note) = (world.file("key"), world.file("key.pub"), world.file("checkpoint"));
    let journal = ["--journal", &world.journal];
    let printed = succeed(&[&["checkpoint", "--key", &key], &journal[..]].concat());
    let at = ["checkpoint", "--key", &key, "--at", "200", "--out", &note];
    succeed(&[&at[..], &journal[..]].concat());
    let verified = json(&["verify", &note, "--key", &public]);
    assert_eq!((&verified["kind"], &verified["position"]), (&"checkpoint".into(), &200.into()));
    let end = world.lines.len().to_string();
    assert_eq!(printed.lines().nth(1), Some(end.as_str()), "{printed}");

    let prove = |position: &'static str, journal: &str| {
        let args = ["--checkpoint", &note, "--format", "json", "--journal", journal];
        run(&[&["prove", "--position", position], &args[..]].concat())
    };
    let proved = prove("200", &world.journal);
    let answer: serde_json::Value = serde_json::from_slice(&proved.stdout).expect("JSON");
    assert_eq!((&answer["position"], &answer["fact_position"]), (&200.into(), &200.into()));
    assert_eq!(answer["fact"], world.lines[199].as_str());
    assert_eq!(answer["root"], verified["root"]);
    assert!(said(&prove("201", &world.journal)).contains("not among the 200 that are signed"));

    let table = [
        (false, "not of this journal"),
        // Two records exchanged under the identity that was signed.
        (true, "not the one that was signed"),
    ];
    for (same, what) in table {
        let found = prove("7", &world.forged(same));
        assert_eq!(found.status.code(), Some(1), "{}", said(&found));
        assert!(said(&found).contains(what), "{}", said(&found));
    }
}

#[test]
fn a_key_is_never_overwritten_nor_used_when_others_may_read_it() {
    let world = World::new();
    let key = world.file("key");
    let before = fs::read(world.path("key")).expect("the key");
    let again = run(&["keygen", "--name", "tonghop.example", "--out", &key]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("is there already"), "{}", said(&again));
    assert_eq!(fs::read(world.path("key")).expect("the key"), before);

    fs::set_permissions(world.path("key"), Permissions::from_mode(0o644)).expect("it is ours");
    let refused = run(&["checkpoint", "--key", &key, "--journal", &world.journal]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("mode 644"), "{}", said(&refused));
    assert!(said(&refused).contains("chmod 600"), "{}", said(&refused));

    let table: [(&[&str], i32, &str); 5] = [
        (&["keygen", "--name", "a b", "--out", "unused"], 1, "blanks"),
        (&["prove", "--position", "1", "--journal", &world.journal], 2, "--key"),
        (&["prove", "--position", "0", "--journal", &world.journal, "--key", &key], 1, "from 1"),
        (&["verify", "absent", "--key", &format!("{key}.pub")], 1, "absent"),
        (&["verify", "absent"], 2, "--key"),
    ];
    for (args, code, what) in table {
        let output = run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(what), "{args:?}: {}", said(&output));
    }
}
