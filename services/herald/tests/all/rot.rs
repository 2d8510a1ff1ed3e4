//! Files of subscriptions and deliveries that were cut short, or in which a bit turned: an error that
//! names them and the way out, or deliveries as of an earlier moment, from which all is sent again.
//! Never fewer in silence, and never a process that hangs or ends.

// clippy.toml allows it in tests, but not in their helpers; and what was seen is a row of the table of
// faults.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use herald::{Attempt, Book, Guard, Id, Kept, Opening, Outcome, Queue, Rules, Schedule, Wish};

/// Set for the process that opens what was damaged: the folder with all of it.
const CHILD: &str = "TONGHOP_TEST_HERALD_ROT";
const ONE: &str = "wh_0000000000000001";
const ROUNDS: u64 = 40;
const WAIT: Duration = Duration::from_secs(20);
/// Nothing here takes so long; it only ends a process that hangs.
const DEADLINE: Duration = Duration::from_secs(240);

/// How many cuts, and how many flipped bits, of each file: `TONGHOP_FAULTS`, some without it.
fn faults() -> usize {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(24, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

/// Cuts at a grid, and bits that turn, all over a file.
fn damages(whole: &[u8]) -> Vec<Vec<u8>> {
    let (cuts, bits) = (faults().min(whole.len()), faults().min(whole.len() * 8));
    let turned = |n: usize| {
        // Another place in its byte each time.
        let bit = (whole.len() * 8 * n / bits + n % 8).min(whole.len() * 8 - 1);
        let mut bytes = whole.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    let cut = |n: usize| whole[..whole.len() * n / cuts].to_vec();
    (0..cuts).map(cut).chain((0..bits).map(turned)).collect()
}

fn rules() -> Rules {
    let schedule = Schedule(vec![Duration::ZERO; 1]);
    Rules { schedule, give_up_after: Duration::from_secs(3600) }
}

/// What a queue says of itself: cursor, how many are open, and that each of them is there.
fn said(queue: &Queue) -> herald::Result<Option<(u64, u64)>> {
    queue.bind("feed")?;
    let id: Id = ONE.parse().unwrap();
    let Some(state) = queue.state(id)? else { return Ok(None) };
    let mut open = 0;
    for position in 1..=state.cursor {
        open += u64::from(queue.attempts(id, position)?.is_some());
    }
    assert_eq!(open, state.open, "deliveries are missing");
    queue.due(id, |_| false)?;
    Ok(Some((state.cursor, state.open)))
}

/// Makes a queue, and says what it said of itself after each change.
fn made(folder: &Path) -> Vec<(u64, u64)> {
    let id: Id = ONE.parse().unwrap();
    let queue = Queue::open(folder, Kept::default(), WAIT).unwrap();
    queue.bind("feed").unwrap();
    queue.begin(id, 0).unwrap();
    let mut told = vec![(0, 0)];
    for round in 0..ROUNDS {
        let wanted: Vec<(u64, u64)> = (1..=20).map(|n| (round * 20 + n, n % 3)).collect();
        queue.take_up(&[Opening { id, cursor: (round + 1) * 20, wanted }], 0).unwrap();
        told.push(said(&queue).unwrap().unwrap());
        let Some(due) = queue.due(id, |_| false).unwrap() else { continue };
        let attempt = Attempt {
            at_ms: 0,
            position: due.position,
            event: "e".to_owned(),
            attempt: 1,
            took_ms: 0,
            outcome: Outcome::Delivered { status: 200 },
        };
        queue.settle(id, due, &attempt, &rules()).unwrap();
        told.push(said(&queue).unwrap().unwrap());
    }
    told
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let mut found: Vec<_> = entries.flat_map(below).collect();
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let there = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        fs::copy(&file, &there).unwrap();
    }
}

/// Not a test by itself: opens each of what was damaged, and writes down what became of it.
#[test]
fn a_child_opens_what_was_damaged() {
    let Some(all) = std::env::var_os(CHILD) else { return };
    let all = Path::new(&all);
    for number in 0.. {
        let folder = all.join(number.to_string());
        if !folder.exists() {
            return;
        }
        let opened = Queue::open(&folder.join("herald"), Kept::default(), WAIT);
        let outcome = match opened.and_then(|queue| said(&queue)) {
            Ok(Some((cursor, open))) => format!("{cursor} {open}"),
            Ok(None) => "anew".to_owned(),
            Err(error) => format!("error {error}"),
        };
        fs::write(folder.join("outcome"), outcome).unwrap();
    }
}

#[test]
fn deliveries_that_rot_are_named_or_begin_again_earlier() {
    let all = tempfile::tempdir().unwrap();
    let whole = tempfile::tempdir().unwrap();
    let told = made(whole.path());
    // sled lets go a little after its last handle.
    drop(Queue::open(whole.path(), Kept::default(), WAIT).unwrap());
    let mut names = Vec::new();
    for file in files(whole.path()) {
        let name = file.strip_prefix(whole.path()).unwrap();
        for bytes in damages(&fs::read(&file).unwrap()) {
            let folder = all.path().join(names.len().to_string()).join("herald");
            copy(whole.path(), &folder);
            fs::write(folder.join(name), bytes).unwrap();
            names.push(name.to_owned());
        }
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "rot::a_child_opens_what_was_damaged", "--nocapture"])
        .env(CHILD, all.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if begun.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut seen = BTreeMap::<&str, usize>::new();
    for (number, name) in names.iter().enumerate() {
        let what = format!("{number} of {}", name.display());
        let path = all.path().join(number.to_string()).join("outcome");
        let outcome = fs::read_to_string(path);
        let outcome = outcome.unwrap_or_else(|_| panic!("{what} ended or stopped us: {status:?}"));
        let kind = match outcome.split_once(' ') {
            None => "begun anew",
            Some(("error", why)) => {
                assert!(why.contains("tonghop webhook repair"), "{what}: {why}");
                "named"
            }
            Some((cursor, open)) => {
                let found = (cursor.parse().unwrap(), open.parse().unwrap());
                assert!(told.contains(&found), "{what}: {outcome}");
                if Some(&found) == told.last() { "as they were" } else { "as of earlier" }
            }
        };
        *seen.entry(kind).or_default() += 1;
    }
    assert!(status.is_some_and(|status| status.success()), "{status:?}");
    let seen: Vec<_> = seen.iter().map(|(kind, times)| format!("{times} {kind}")).collect();
    eprintln!(
        "fault | deliveries of webhooks | each file cut and flipped | named with the way out, or as of \
         a whole moment | {} | {}",
        seen.join(", "),
        names.len()
    );
}

#[test]
fn subscriptions_that_rot_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let add = |book: &mut Book| {
        let wish = Wish {
            name: "x".to_owned(),
            url: "https://example.vn/".to_owned(),
            owner: "hoa".to_owned(),
            since: None,
            filter: herald::Filter::default(),
            sees: None,
        };
        book.add(wish, &Guard::default(), 1_700_000_000)
    };
    Book::change(folder.path(), add).unwrap();
    let path = folder.path().join("webhooks.toml");
    let all = damages(&fs::read(&path).unwrap());
    for (number, bytes) in all.iter().enumerate() {
        fs::write(&path, bytes).unwrap();
        let mut error = match Book::read(folder.path()) {
            Ok(book) => panic!("{number}: {} webhooks", book.subscriptions().len()),
            Err(error) => error.to_string(),
        };
        error.retain(|c| c != '\n');
        assert!(error.contains("webhooks.toml"), "{number}: {error}");
    }
    eprintln!(
        "fault | `webhooks.toml` | cut at a grid, bits flipped | an error that names the file | as \
         expected | {}",
        all.len()
    );
}
