//! Runs the binary and reads what it says.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Nothing in these tests takes longer, also on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(240);

/// The command with arguments, in English, without the caller's settings.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tonghop"));
    command.args(args).env("LC_ALL", "C").env_remove("TONGHOP_DATA").env_remove("TONGHOP_JOURNAL");
    command
}

/// Runs a command to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    command(args).stdin(Stdio::null()).output().expect("the binary runs")
}

/// Runs a command that reads this from its standard input.
pub(crate) fn run_with_input(args: &[&str], input: &str) -> Output {
    let mut child = command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // Whoever refuses its arguments reads nothing.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the binary runs")
}

/// Tells a process to stop, as an operator does.
pub(crate) fn stop(child: &Child) {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let signal = rustix::process::Signal::TERM;
    rustix::process::kill_process(pid.expect("a pid"), signal).expect("it runs");
}

/// Runs a command that must succeed, and gives what it printed.
pub(crate) fn succeed(args: &[&str]) -> String {
    let output = run(args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tonghop {}: {}\n{said}", args.join(" "), output.status);
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Runs a command that must succeed, and gives its JSON.
pub(crate) fn json(args: &[&str]) -> Value {
    let printed = succeed(&[args, &["--format", "json"]].concat());
    serde_json::from_str(&printed).expect("it prints JSON")
}

/// The digest of a data folder.
pub(crate) fn digest(data: &Path) -> String {
    let answer = json(&["digest", "--data", text(data)]);
    answer["digest"].as_str().expect("a digest").to_owned()
}

/// Starts a command that goes on.
pub(crate) fn start(args: &[&str]) -> Child {
    command(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Waits for a process to end by itself.
pub(crate) fn wait(mut child: Child) -> std::process::ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the process can be waited for") {
            return status;
        }
        if begun.elapsed() > DEADLINE {
            let _ = child.kill();
            panic!("the process did not end in {DEADLINE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < DEADLINE, "after {DEADLINE:?} still not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A file of simulated facts of Kon Tum.
pub(crate) fn simulated(folder: &Path, facts: u64, seed: u64) -> PathBuf {
    let file = folder.join(format!("facts-{facts}-{seed}.ndjson"));
    let (facts, seed) = (facts.to_string(), seed.to_string());
    succeed(&[
        "simulate",
        "--facts",
        &facts,
        "--seed",
        &seed,
        "--unit",
        "L-62",
        "--out",
        text(&file),
    ]);
    file
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// Random numbers whose seed is printed, so that a failure can be repeated.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(what: &str) -> Dice {
        let seed = match std::env::var("TONGHOP_SEED") {
            Ok(seed) => seed.parse().expect("TONGHOP_SEED is a number"),
            Err(_) => {
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                now.map_or(1, |now| now.as_nanos() as u64)
            }
        };
        println!("{what}: TONGHOP_SEED={seed}");
        Dice(seed)
    }

    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}
