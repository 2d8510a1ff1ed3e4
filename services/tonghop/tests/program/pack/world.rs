//! Data folders, packs of them, and what it takes to harm one.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::runner::{run, simulated, succeed, text};

pub(super) const FACTS: u64 = 3_000;
pub(super) const ID: &str = "L-62.2023@civil.official.1";
pub(super) const CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/kon-tum","id":"C-1","time":"2024-01-05T17:05:00+07:00","data":{"unit":"L-62","period":"2023@civil","level":"official","set_by":"province","reference":"12/BC-UBND"}}"#;
pub(super) const SMALL_ID: &str = "L-613.2023@civil.preliminary.1";
pub(super) const SMALL_CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/kon-tum","id":"C-2","time":"2024-01-05T17:05:00+07:00","data":{"unit":"L-613","period":"2023@civil","level":"preliminary","set_by":"district_committee"}}"#;
pub(super) const DISTRICT_ID: &str = "L-637.2021-H1@administrative.official.1";
pub(super) const DISTRICT_CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"//nv.example/krong-pa","id":"C-1","time":"2021-06-15T17:05:00+07:00","data":{"unit":"L-637","period":"2021-H1@administrative","level":"official","set_by":"district_committee","reference":"209/BC-UBND"}}"#;

pub(super) const FACTS_FILE: &str = "journal/facts.ndjson";
pub(super) const RECEIPTS_FILE: &str = "journal/receipts.txt";

/// Name and bytes of each file of a pack, in its order.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// Data folders, a key, the pack of a simulated province, and that of a district to be harmed.
pub(super) struct World {
    folder: tempfile::TempDir,
    pub(super) files: Files,
}

pub(super) fn world() -> &'static World {
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
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn file(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    pub(super) fn import(&self, data: &str, lines: &[&str]) {
        let file = self.path(&format!("{data}.ndjson"));
        fs::write(&file, lines.join("\n") + "\n").expect("a file");
        // Some of what is simulated is refused, as in life.
        let imported = run(&["import", text(&file), "--data", &self.file(data)]);
        assert!(matches!(imported.status.code(), Some(0 | 3)), "{}", said(&imported));
    }

    pub(super) fn pack(&self, id: &str, data: &str, out: &str) {
        let (data, key, out) = (self.file(data), self.file("key"), self.file(out));
        succeed(&["pack", "--vintage", id, "--data", &data, "--key", &key, "--out", &out]);
    }

    pub(super) fn verify(&self, pack: &Path, key: &str) -> Output {
        run(&["verify", text(pack), "--key", &self.file(key)])
    }

    /// The same by the program that knows only the specifications.
    pub(super) fn verify_elsewhere(&self, pack: &Path, key: &str) -> Output {
        self.verify_elsewhere_in("C", pack, key)
    }

    pub(super) fn verify_elsewhere_in(&self, lang: &str, pack: &Path, key: &str) -> Output {
        let python = std::env::var("TONGHOP_PYTHON").expect(
            "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verify/verify.py");
        let args = [script, text(pack), "--key", &self.file(key)];
        Command::new(python).args(args).env("LANG", lang).output().expect("Python runs")
    }

    /// Both programs refuse a pack of these bytes, and say these things.
    pub(super) fn refused(
        &self,
        what: &str,
        bytes: &[u8],
        key: &str,
        here: &[String],
        there: &[String],
    ) {
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

pub(super) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(super) fn read(pack: &[u8]) -> Files {
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

pub(super) fn written(files: &Files) -> Vec<u8> {
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

pub(super) fn bytes<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    let found = files.iter_mut().find(|(known, _)| known == name);
    &mut found.expect("every pack has it").1
}

/// Lists the hashes of the files as they are: as whoever changes them would.
pub(super) fn sum_again(files: &mut Files) {
    let line = |(name, bytes): &(String, Vec<u8>)| {
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{sum}  {name}\n")
    };
    let lines = files.iter().filter(|(name, _)| name != "SHA256SUMS").map(line);
    *bytes(files, "SHA256SUMS") = lines.collect::<String>().into_bytes();
}

/// The lines of a file, each with its end.
pub(super) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Changes the last digit of a line's cell.
pub(super) fn another_digit(line: &mut [u8], cell: usize, separator: u8) {
    let begin = line.split(|byte| *byte == separator).take(cell).map(|cell| cell.len() + 1).sum();
    let length = line[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digit = &mut line[begin..][length - 1];
    *digit = if *digit == b'9' { b'8' } else { *digit + 1 };
}
