//! A disk that is really full: a small one of memory, filled to the last byte while programs write.
//!
//! Mounting needs rights. Where neither root's nor those of a namespace of one's own are to be had, the
//! tests say that they were skipped.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use journal::{Journal, Options};

use crate::runner::{json, run, simulated, start, stop, succeed, text, until, wait};
use crate::serve::{address, ask, metric, officer, post};

const DISK: &str = "TONGHOP_TEST_DISK";
/// What the shell says when it may not mount.
const NOT_ALLOWED: i32 = 77;

/// Runs a test again with a disk of so many MB in a place that only it sees; it is gone afterwards,
/// however the test ends.
fn on_a_small_disk(test: &str, size_mb: u32, work: impl FnOnce(&Path)) {
    if let Some(disk) = std::env::var_os(DISK) {
        return work(Path::new(&disk));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(
        "mount -t tmpfs -o size={size_mb}m none \"${DISK}\" || exit {NOT_ALLOWED}; exec \"$0\" \"$@\""
    );
    for rights in ["-m", "-rm"] {
        let mut command = Command::new("unshare");
        command.args([rights, "sh", "-c", &script]).arg(std::env::current_exe().expect("a path"));
        command.args(["--exact", test, "--nocapture"]).env(DISK, folder.path());
        let Ok(status) = command.status() else { break };
        match status.code() {
            Some(0) => return,
            Some(1 | NOT_ALLOWED) => {} // unshare itself, or mount, is not allowed
            _ => panic!("{test}: {status}"),
        }
    }
    eprintln!(
        "fault | a disk that is really full | {test} | - | SKIPPED: nothing may be mounted here | 0"
    );
}

fn told(what: &str, expected: &str, times: usize) {
    eprintln!("fault | a disk that is really full | {what} | {expected} | as expected | {times}");
}

/// What takes all the room there is, but for some.
struct Ballast(PathBuf);

impl Ballast {
    fn leaving(disk: &Path, bytes: u64) -> Ballast {
        let path = disk.join("ballast");
        let mut file = File::create(&path).expect("it can be made");
        let mut block = 64 << 10;
        while block > 0 {
            let about = rustix::fs::statvfs(disk).expect("it is there");
            let fits = about.f_bavail * about.f_frsize >= bytes + block as u64;
            if !fits || file.write_all(&vec![7; block]).is_err() {
                block /= 2;
            }
        }
        Ballast(path)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A server, killed when the test is over, however it ends.
struct Up(std::process::Child, String);

impl Up {
    fn start(data: &Path) -> Up {
        let args =
            ["up", "--listen", "127.0.0.1:0", "--disk-reserve-mb", "8", "--data", text(data)];
        let mut up = Up(start(&args), String::new());
        up.1 = address(data);
        up
    }

    fn runs(&mut self) {
        assert!(self.0.try_wait().expect("it can be asked").is_none(), "it has ended");
    }

    fn is_ready(&self) -> bool {
        ask(&self.1, "GET /readyz", "", "").0 == 200
    }

    fn shows(&self) {
        let path = "GET /v1/figures?unit=L-62&indicator=poor_households&period=2021";
        assert_eq!(ask(&self.1, path, "", "").0, 200, "figures are shown");
    }

    /// All that is folded is in the store.
    fn is_kept(&self) -> bool {
        let folded = metric(&self.1, "tonghop_folded_position");
        folded.is_some() && folded == metric(&self.1, "tonghop_committed_position")
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends what there is, part after part, until nothing is taken; how many lines were.
fn send(up: &Up, token: &str, lines: &[&str]) -> usize {
    let mut taken = 0;
    for part in lines.chunks(50) {
        let (status, answer) = post(&up.1, token, &part.join("\n"));
        if status != 200 {
            assert!(status == 503 || status == 0, "{status} {answer}");
            break;
        }
        taken += part.len();
    }
    taken
}

/// Where an archive ends, also while somebody writes it.
fn ends_at(archive: &Path) -> Option<u64> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let url = format!("dir:{}", text(archive));
        let journal = Journal::open(&url, &Options::default()).await.ok()?;
        Some(journal.end().await.ok()?.0)
    })
}

fn rows(data: &Path) -> Vec<String> {
    let names = fs::read_dir(data).expect("a folder").map(|one| one.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("rows.")).collect()
}

#[test]
fn a_server_on_a_full_disk_takes_nothing_shows_all_and_goes_on_when_there_is_room() {
    let test =
        "full::a_server_on_a_full_disk_takes_nothing_shows_all_and_goes_on_when_there_is_room";
    on_a_small_disk(test, 32, |disk| {
        let data = disk.join("data");
        let aside = tempfile::tempdir().expect("another disk");
        let file = simulated(aside.path(), 12_000, 5);
        let facts = fs::read_to_string(&file).expect("it was simulated");
        let lines: Vec<&str> = facts.lines().collect();
        let token = officer(&data);
        let hook = ["webhook", "add", "--name", "x", "--url", "https://example.invalid/"];
        succeed(&[&hook[..], &["--data", text(&data)]].concat());
        let mut up = Up::start(&data);
        let mut taken = send(&up, &token, &lines[..1_000]);
        assert_eq!(taken, 1_000);
        for round in 0..3 {
            // Before it is full: the reserve.
            let ballast = Ballast::leaving(disk, 4 << 20);
            until("the reserve is told", || !up.is_ready());
            assert_eq!(send(&up, &token, &lines[taken..]), 0, "less than the reserve is left");
            up.shows();
            drop(ballast);
            until("it takes facts again", || up.is_ready());
            // Filled while facts come in.
            let sending = AtomicBool::new(true);
            let (ballast, more) = std::thread::scope(|scope| {
                let filling = scope.spawn(|| {
                    until("something was sent", || {
                        !sending.load(Ordering::Acquire)
                            || metric(&up.1, "tonghop_folded_position").unwrap_or(0) > taken as u64
                    });
                    Ballast::leaving(disk, 0)
                });
                let more = send(&up, &token, &lines[taken..]);
                sending.store(false, Ordering::Release);
                (filling.join().expect("it fills"), more)
            });
            taken += more;
            assert!(taken < lines.len(), "the disk is too large");
            until("it is told", || !up.is_ready());
            let book = fs::read(data.join("users.toml")).expect("it is there");
            for args in [
                vec!["user", "disable", "hoa"],
                vec!["source", "add", "https://x.vn", "--user", "hoa"],
                vec!["webhook", "add", "--name", "y", "--url", "https://example.invalid/y"],
            ] {
                let output = run(&[&args[..], &["--data", text(&data)]].concat());
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
            }
            assert_eq!(fs::read(data.join("users.toml")).expect("it is there"), book);
            for _ in 0..30 {
                up.shows();
                assert_eq!(send(&up, &token, &lines[taken..]), 0);
            }
            up.runs();
            if round == 1 {
                // Killed while it is full: the next start says so, and makes nothing worse.
                drop(up);
                let output = run(&["up", "--data", text(&data), "--listen", "127.0.0.1:0"]);
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!(output.status.code(), Some(1), "{said}");
                assert!(said.contains("no room left in"), "{said}");
                drop(ballast);
                up = Up::start(&data);
            } else {
                drop(ballast);
            }
            until("it takes facts again by itself", || up.is_ready());
            until("all is kept", || up.is_kept());
            let next = lines.len().min(taken + 200);
            assert_eq!(send(&up, &token, &lines[taken..next]), next - taken);
            taken = next;
        }
        // Nothing that was acknowledged is lost: it is all there already.
        for part in lines[..taken].chunks(500) {
            let (status, answer) = post(&up.1, &token, &part.join("\n"));
            assert_eq!(status, 200, "{answer}");
            assert!(!answer.contains("accepted"), "it was lost: {answer}");
        }
        until("all is kept", || up.is_kept());
        stop(&up.0);
        up.0.wait().expect("it ends");
        assert_eq!(rows(&data), ["rows.1"], "nothing was made anew");
        succeed(&["rebuild", "--data", text(&data)]);
        told(
            "`up` while facts come in, three times, once killed",
            "503 from the reserve on, figures shown, nothing acknowledged lost, goes on by itself",
            3,
        );
    });
}

#[test]
fn an_import_into_a_full_disk_says_so_and_goes_on_where_it_stopped() {
    let test = "full::an_import_into_a_full_disk_says_so_and_goes_on_where_it_stopped";
    on_a_small_disk(test, 24, |disk| {
        let data = disk.join("data");
        let aside = tempfile::tempdir().expect("another disk");
        let (first, more) = (simulated(aside.path(), 200, 1), simulated(aside.path(), 9_000, 2));
        succeed(&["import", text(&first), "--data", text(&data)]);
        let import = ["import", text(&more), "--data", text(&data)];
        let mut times = 0;
        for left in [0, 4 << 10, 300 << 10, 1 << 20, 2500 << 10, 3 << 20] {
            let ballast = Ballast::leaving(disk, left);
            let output = run(&import);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{left}: {said}");
            assert!(said.contains("no room left in"), "{left}: {said}");
            drop(ballast);
            times += 1;
            // What is there is whole, and the figures are what it comes to.
            succeed(&["rebuild", "--data", text(&data)]);
        }
        let done = json(&import);
        assert_eq!(done["rejected"], 0, "{done}");
        succeed(&["rebuild", "--data", text(&data)]);
        assert_eq!(rows(&data), ["rows.1"], "nothing was made anew");
        told(
            "`import`, with more and more room",
            "an error; what is in is whole; the next goes on",
            times,
        );
    });
}

#[test]
fn an_archive_on_a_full_disk_waits_for_room() {
    on_a_small_disk("full::an_archive_on_a_full_disk_waits_for_room", 8, |disk| {
        let aside = tempfile::tempdir().expect("another disk");
        let (data, archive) = (aside.path().join("data"), disk.join("archive"));
        let file = simulated(aside.path(), 3_000, 1);
        succeed(&["import", text(&file), "--data", text(&data)]);
        let once = ["archive", text(&archive), "--data", text(&data), "--once"];
        let ballast = Ballast::leaving(disk, 200 << 10);
        let output = run(&once);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("no room left in"), "{said}");
        let mut following = start(&once[..4]);
        let noted = archive.join("00000000000000000001.active");
        until("it writes", || noted.exists());
        for _ in 0..50 {
            std::thread::yield_now();
            assert!(following.try_wait().expect("it can be asked").is_none(), "it has ended");
        }
        drop(ballast);
        let end = json(&["digest", "--data", text(&data)])["position"].as_u64();
        until("all is archived", || ends_at(&archive) == end);
        stop(&following);
        assert!(wait(following).success());
        told("`archive` that follows", "waits, and goes on by itself", 1);
    });
}
