//! Rows that were changed behind our back, and folders that are not ours.

// clippy.toml allows it in tests, but not in their helpers.
#![allow(clippy::unwrap_used)]
// What was seen is a row of the table of faults.
#![allow(clippy::print_stderr)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Random, editions, journal, rules, seed, truth};
use domain::contribution::Rules;
use domain::fact::{Fact, Subject};
use domain::fold::Fold;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use store::{Counts, Draft, Editions, Error, Expect, Mark, Opened, Store};

const WAIT: Duration = Duration::from_secs(10);

fn expect() -> Expect {
    Expect { journal: Some(7), editions: editions() }
}

fn open(path: &Path, rules: &Arc<Rules>) -> store::Result<Opened> {
    Store::open(path, expect(), Arc::clone(rules), WAIT)
}

fn begin(path: &Path, rules: &Arc<Rules>) -> Store {
    match open(path, rules).unwrap() {
        Opened::Fresh(vacant) | Opened::Stale { vacant, .. } => vacant.begin(7).unwrap(),
        Opened::Loaded(loaded) => panic!("loaded: {:?}", loaded.mark),
    }
}

/// Commits all of the journal in some commits, and settles.
fn fill(store: &mut Store, rules: &Arc<Rules>, journal: &[(Subject, Fact)]) -> store::Result<()> {
    fill_where_full(store, rules, journal, |_, error| Err(error))
}

/// The same; `full` is told where the store holds a commit for which there is no room.
fn fill_where_full(
    store: &mut Store,
    rules: &Arc<Rules>,
    journal: &[(Subject, Fact)],
    full: impl Fn(&mut Store, Error) -> store::Result<()>,
) -> store::Result<()> {
    let (mut fold, mut counts, mut position) = (Fold::new(Arc::clone(rules)), Counts::default(), 0);
    for batch in journal.chunks(97) {
        position += batch.len() as u64;
        let applied = fold.apply(batch.to_vec());
        counts.duplicate += applied.duplicates;
        counts.applied = position - counts.duplicate;
        let mut draft = Draft::default();
        draft.add(applied);
        let commit = draft.seal(&fold, Mark { position, digest: [3; 32] }, counts);
        store.commit(commit).or_else(|error| full(store, error))?;
    }
    store.settle().or_else(|error| full(store, error).and_then(|()| store.settle()))
}

fn rows(folder: &Path) -> sled::Db {
    let path = folder.join("rows.1");
    let end = Instant::now() + WAIT;
    loop {
        // sled lives a little longer in this process than its last handle.
        match sled::Config::new().path(&path).flush_every_ms(None).open() {
            Ok(db) => return db,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_changed_row_never_gives_other_figures() {
    let seed = seed(77);
    let mut random = Random(seed);
    let rules = rules();
    let journal = journal(&mut random, &rules, 300);
    let right = truth(&journal, 300, &rules);
    let folder = tempfile::tempdir().unwrap();
    let mut store = begin(folder.path(), &rules);
    fill(&mut store, &rules, &journal).unwrap();
    drop(store);
    let (mut stale, mut mended) = (0, 0);
    for round in 0..60 {
        let db = rows(folder.path());
        let kinds = b"cfmuv";
        let kind = kinds[round % kinds.len()];
        let all: Vec<_> = db.scan_prefix([kind]).map(Result::unwrap).collect();
        let (key, before) = all[random.below(all.len() as u64) as usize].clone();
        let how = random.below(4);
        if how == 0 {
            db.remove(&key).unwrap();
        } else {
            let mut bytes = before.to_vec();
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << random.below(8);
            db.insert(&key, bytes).unwrap();
        }
        db.flush().unwrap();
        drop(db);
        let what = format!("seed {seed} round {round} key {key:?} how {how}");
        match open(folder.path(), &rules).unwrap() {
            Opened::Stale { why, .. } => {
                assert!(!b"uv".contains(&kind), "{what}: {why}");
                stale += 1;
            }
            Opened::Fresh(_) => panic!("{what}: as if nothing had been committed"),
            Opened::Loaded(loaded) => {
                assert!(b"uv".contains(&kind), "{what}");
                assert_eq!(loaded.fold.books.digest(b"test"), right, "{what}");
                assert!(kind == b'v' || !loaded.store.is_settled(), "{what}");
                mended += 1;
            }
        }
        let db = rows(folder.path());
        db.insert(&key, before).unwrap();
        db.flush().unwrap();
    }
    assert!(stale > 25 && mended > 15, "{stale} {mended}");
    let Opened::Loaded(loaded) = open(folder.path(), &rules).unwrap() else { panic!() };
    assert_eq!(loaded.fold.books.digest(b"test"), right);
}

#[test]
fn files_of_sled_that_are_garbage_are_stale_and_begun_anew() {
    let rules = rules();
    let journal = journal(&mut Random(3), &rules, 300);
    let folder = tempfile::tempdir().unwrap();
    fill(&mut begin(folder.path(), &rules), &rules, &journal).unwrap();
    drop(rows(folder.path()));
    let db = folder.path().join("rows.1/db");
    let length = fs::metadata(&db).unwrap().len() as usize;
    fs::write(&db, vec![0xA5; length]).unwrap();
    match open(folder.path(), &rules) {
        Ok(Opened::Loaded(_)) => panic!("garbage was loaded"),
        Ok(Opened::Fresh(vacant) | Opened::Stale { vacant, .. }) => {
            let mut store = vacant.begin(7).unwrap();
            fill(&mut store, &rules, &journal).unwrap();
        }
        Err(error) => panic!("{error}"),
    }
    let Opened::Loaded(loaded) = open(folder.path(), &rules).unwrap() else { panic!() };
    assert_eq!(loaded.fold.books.digest(b"test"), truth(&journal, 300, &rules));
    assert!(!folder.path().join("rows.1").exists(), "the older rows are removed");
}

/// How many cuts, and how many flipped bits, of each file: `TONGHOP_FAULTS`, a few without it.
fn faults() -> u64 {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(24, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

/// All files in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let mut found: Vec<_> = entries.flat_map(below).collect();
    found.sort();
    found
}

/// A copy of a folder in a temporary place.
fn copied(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in files(folder) {
        let to = copy.path().join(file.strip_prefix(folder).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
    }
    copy
}

/// Opens a folder whose rows were damaged, brings it up to the end of the journal as a projector
/// does, and opens it again. Says what was found at first.
fn heal(
    folder: &Path,
    rules: &Arc<Rules>,
    journal: &[(Subject, Fact)],
    what: &str,
) -> &'static str {
    let found = match open(folder, rules).unwrap_or_else(|error| panic!("{what}: {error}")) {
        // As of an earlier commit, or as if nothing was wrong.
        Opened::Loaded(loaded) => {
            let right = truth(journal, loaded.mark.position, rules);
            assert_eq!(loaded.fold.books.digest(b"test"), right, "{what}");
            return "loaded";
        }
        Opened::Fresh(vacant) => ("begun anew", vacant),
        Opened::Stale { vacant, .. } => ("rebuilt", vacant),
    };
    let mut store = found.1.begin(7).unwrap_or_else(|error| panic!("{what}: {error}"));
    fill(&mut store, rules, journal).unwrap_or_else(|error| panic!("{what}: {error}"));
    drop(store);
    let Opened::Loaded(loaded) = open(folder, rules).unwrap() else { panic!("{what}: not healed") };
    assert_eq!(
        loaded.fold.books.digest(b"test"),
        truth(journal, journal.len() as u64, rules),
        "{what}"
    );
    found.0
}

/// Damages every file of a store in many ways; each must end with the right figures.
fn every_file(how: &str, damage: impl Fn(&mut Random, u64, &mut Vec<u8>)) {
    let seed = seed(16);
    let mut random = Random(seed);
    let rules = rules();
    let journal = journal(&mut random, &rules, 300);
    let whole = tempfile::tempdir().unwrap();
    fill(&mut begin(whole.path(), &rules), &rules, &journal).unwrap();
    drop(rows(whole.path()));
    let mut seen = std::collections::BTreeMap::<&str, u64>::new();
    for file in files(&whole.path().join("rows.1")) {
        let name = file.strip_prefix(whole.path()).unwrap();
        let bytes = fs::read(&file).unwrap();
        for number in 0..if bytes.is_empty() { 0 } else { faults() } {
            let folder = copied(whole.path());
            let mut damaged = bytes.clone();
            damage(&mut random, number, &mut damaged);
            fs::write(folder.path().join(name), damaged).unwrap();
            let what = format!("{how} {number} of {} (seed {seed})", name.display());
            *seen.entry(heal(folder.path(), &rules, &journal, &what)).or_default() += 1;
        }
    }
    let (times, expected) = (seen.values().sum::<u64>(), "right figures, by itself");
    let seen: Vec<_> = seen.iter().map(|(found, times)| format!("{times} {found}")).collect();
    eprintln!(
        "fault | rows of the store | each file {how} | {expected} | {} | {times}",
        seen.join(", ")
    );
}

#[test]
fn a_store_with_any_file_cut_short_heals() {
    let points = faults();
    every_file("cut", |_, number, bytes| {
        let length = bytes.len() as u64 * number / points;
        bytes.truncate(usize::try_from(length).unwrap());
    });
}

#[test]
fn a_store_with_any_bit_flipped_heals() {
    every_file("flipped", |random, _, bytes| {
        let bit = random.below(bytes.len() as u64 * 8);
        bytes[usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
    });
}

#[test]
fn rows_of_other_editions_are_stale_and_of_another_journal_refused() {
    let rules = rules();
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(&mut Random(4), &rules, 50);
    fill(&mut begin(folder.path(), &rules), &rules, &journal).unwrap();
    let table = [
        (Editions { gazetteer: "h".into(), ..editions() }, "another gazetteer"),
        (Editions { catalogue: "h".into(), ..editions() }, "another catalogue"),
        (Editions { shard: "h".into(), ..editions() }, "another shard"),
        (Editions { milestones: "h".into(), ..editions() }, "another list of milestones"),
    ];
    for (editions, expected) in table {
        let expect = Expect { journal: None, editions };
        match Store::open(folder.path(), expect, Arc::clone(&rules), WAIT).unwrap() {
            Opened::Stale { why, mark, .. } => {
                assert!(why.contains(expected), "{why}");
                assert_eq!(mark.unwrap().position, 50);
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
    let expect = Expect { journal: Some(8), editions: editions() };
    let error = Store::open(folder.path(), expect, Arc::clone(&rules), WAIT).unwrap_err();
    assert!(matches!(error, Error::OtherJournal { found: 7, wanted: 8, .. }), "{error}");
    let Opened::Loaded(loaded) = open(folder.path(), &rules).unwrap() else { panic!("touched") };
    assert_eq!(loaded.mark.position, 50);
}

#[test]
fn a_folder_of_something_else_is_refused_and_not_touched() {
    let table: [(&str, &str, &str); 4] = [
        ("letters.txt", "Kính gửi", "has no tonghop.json and is not empty"),
        ("tonghop.json", "{}", "its tonghop.json is not ours"),
        ("tonghop.json", r#"{"format":"x","version":1}"#, "of another format"),
        ("tonghop.json", r#"{"format":"tonghop data","version":2}"#, "format version 2"),
    ];
    for (name, text, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let error = open(folder.path(), &rules()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        let names: Vec<PathBuf> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(names, [folder.path().join(name)]);
        assert_eq!(fs::read_to_string(&names[0]).unwrap(), text);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = open(file.path(), &rules()).unwrap_err();
    assert!(error.to_string().contains("it is a file"), "{error}");
}

/// Runs one test of this file as another process.
fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env("STORE_CHILD", folder);
    command
}

fn as_child() -> Option<PathBuf> {
    std::env::var_os("STORE_CHILD").map(PathBuf::from)
}

#[test]
fn a_store_that_another_process_holds_is_waited_for_and_then_refused() {
    if let Some(folder) = as_child() {
        let _store = begin(&folder, &rules());
        fs::write(folder.join("held"), "").unwrap();
        // Until the parent closes our input, or is gone.
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "a_store_that_another_process_holds_is_waited_for_and_then_refused";
    let mut command = child(test, folder.path());
    let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + WAIT;
    while !folder.path().join("held").exists() {
        assert!(Instant::now() < end, "the child does not begin");
        std::thread::yield_now();
    }
    let begun = Instant::now();
    let wait = Duration::from_millis(200);
    let error = Store::open(folder.path(), expect(), rules(), wait).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error}");
    assert!(begun.elapsed() >= wait && begun.elapsed() < WAIT, "{:?}", begun.elapsed());
    drop(holder.stdin.take());
    assert!(matches!(open(folder.path(), &rules()).unwrap(), Opened::Fresh(_)));
    holder.wait().unwrap();
}

#[test]
fn a_commit_that_sled_could_not_write_is_written_when_there_is_room() {
    let (rules, test) =
        (rules(), "a_commit_that_sled_could_not_write_is_written_when_there_is_room");
    let journal = journal(&mut Random(9), &rules, 6_000);
    if let Some(folder) = as_child() {
        let times = std::cell::Cell::new(0);
        let mut store = begin(&folder, &rules);
        let filled = fill_where_full(&mut store, &rules, &journal, |store, error| {
            assert!(matches!(error, Error::Full { .. }), "{error}");
            times.set(times.get() + 1);
            // What sled replaced may have left room; else there is more when somebody makes it.
            while let Err(error) = store.again() {
                assert!(matches!(error, Error::Full { .. }), "{error}");
                let limit = getrlimit(Resource::Fsize);
                let current = limit.current.map(|bytes| bytes + (1 << 20));
                setrlimit(Resource::Fsize, Rlimit { current, ..limit }).unwrap();
            }
            Ok(())
        });
        filled.unwrap();
        assert_eq!(store.mark().position, journal.len() as u64);
        fs::write(folder.join("times"), times.get().to_string()).unwrap();
        drop(store);
        std::process::exit(0);
    }
    let folder = tempfile::tempdir().unwrap();
    let command = child(test, folder.path());
    // A file-size limit of 1 MB stands for a disk that is full while sled writes: the system refuses
    // the write half way.
    let script = "trap '' XFSZ; ulimit -Sf 1024; exec \"$@\"";
    let mut limited = Command::new("bash");
    limited.args(["-c", script, "bash"]).arg(command.get_program()).args(command.get_args());
    limited.env("STORE_CHILD", folder.path()).stdout(Stdio::null());
    assert!(limited.status().unwrap().success());
    let times: u64 = fs::read_to_string(folder.path().join("times")).unwrap().parse().unwrap();
    assert!(times > 0, "the limit is too high");
    let Opened::Loaded(loaded) = open(folder.path(), &rules).unwrap() else { panic!("not loaded") };
    assert_eq!(loaded.mark.position, journal.len() as u64);
    assert_eq!(loaded.fold.books.digest(b"test"), truth(&journal, journal.len() as u64, &rules));
    eprintln!(
        "fault | rows of the store | the system refuses to write, in the middle | held, and written \
         when there is room | as expected | {times}"
    );
}
