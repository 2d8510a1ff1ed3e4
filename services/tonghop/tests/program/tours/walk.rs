//! Walks a tour: one shell in a folder of its own does the commands, as a reader's does.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::listing::{Step, is_as_written, steps};
use super::read;
use crate::runner::DEADLINE;

/// Those that tours name; each run has others.
const PORTS: [&str; 4] = ["8080", "8090", "4222", "8222"];
/// A tour with fewer commands was not read whole.
const COMMANDS_MIN: usize = 8;
/// What the shell says after each command, with its exit code.
const DONE: &str = "==command-is-done==";

/// Does every command of a tour; fails at the first that fails or prints something else.
pub(super) fn walk(tour: &Path) {
    let name = tour.display();
    let steps = steps(&with_own_ports(read(tour)));
    assert!(steps.len() >= COMMANDS_MIN, "{name} has only {} commands", steps.len());
    let folder = tempfile::tempdir().expect("a folder");
    let (said, rest) = ran(folder.path(), &script(&steps));
    for (number, Step { command, prints }) in steps.iter().enumerate() {
        let Some((printed, code)) = said.get(number) else {
            panic!("{name}: this did not end in {DEADLINE:?}:\n$ {command}\n{rest}");
        };
        assert_eq!(*code, 0, "{name}: this failed:\n$ {command}\n{printed}");
        let lines: Vec<&str> = printed.lines().collect();
        assert!(
            prints.is_empty() || is_as_written(prints, &lines),
            "{name}: this\n$ {command}\nis said to print\n{}\nand printed\n{printed}",
            prints.join("\n")
        );
    }
}

fn with_own_ports(text: String) -> String {
    // All are held until all are known: a port that was given back may be given again.
    let held = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").expect("a port"));
    let own = held.each_ref().map(|held| held.local_addr().expect("an address").port().to_string());
    PORTS.iter().zip(own).fold(text, |text, (named, own)| text.replace(named, &own))
}

/// One shell does them all, so that what it exports and starts is there for the next.
fn script(steps: &[Step]) -> String {
    let mut script = "exec 2>&1\nset -o pipefail\n".to_owned();
    for Step { command, .. } in steps {
        script += &format!("{command}\n__code=$?; printf '\\n{DONE} %s\\n' $__code\n");
        script += "[ $__code = 0 ] || exit 1\n";
    }
    script
}

/// What a command printed, and its exit code.
type Done = (String, i32);

/// What became of the commands that ended, and what the one after them printed.
fn ran(folder: &Path, script: &str) -> (Vec<Done>, String) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = repository.canonicalize().expect("the repository");
    for name in ["deploy", "docs", "proto", "tests"] {
        symlink(repository.join(name), folder.join(name)).expect("a link");
    }
    let (commands, output) = (folder.join(".tour.sh"), folder.join(".tour.out"));
    std::fs::write(&commands, script).expect("a file");
    let mut shell = Command::new("bash");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("TONGHOP_")) {
            shell.env_remove(name);
        }
    }
    shell.arg(&commands).current_dir(folder).process_group(0);
    shell.env("PATH", path(folder, script)).env("LC_ALL", "C.UTF-8");
    shell.stdin(Stdio::null()).stdout(File::create(&output).expect("a file"));
    let mut shell = shell.stderr(Stdio::null()).spawn().expect("bash starts");
    let begun = Instant::now();
    while shell.try_wait().expect("it can be asked").is_none() && begun.elapsed() < DEADLINE {
        std::thread::sleep(Duration::from_millis(20));
    }
    // With the shell ends all that it started.
    let group = Pid::from_raw(i32::try_from(shell.id()).expect("a pid")).expect("a pid");
    let _ = kill_process_group(group, Signal::KILL);
    shell.wait().expect("it has ended");
    parts(&read(&output))
}

fn parts(output: &str) -> (Vec<Done>, String) {
    let (mut parts, mut printed) = (Vec::new(), String::new());
    for line in output.lines() {
        match line.strip_prefix(DONE) {
            Some(code) => {
                let told = std::mem::take(&mut printed).trim_end().to_owned();
                parts.push((told, code.trim().parse().expect("an exit code")));
            }
            None => {
                printed += line;
                printed.push('\n');
            }
        }
    }
    (parts, printed)
}

/// The programs that tours call by name, before all others.
fn path(folder: &Path, script: &str) -> std::ffi::OsString {
    let bin = folder.join(".bin");
    std::fs::create_dir(&bin).expect("a folder");
    // Wrapped and not linked: a Python knows its packages by where it lies.
    wrap(&bin.join("tonghop"), env!("CARGO_BIN_EXE_tonghop"));
    for (name, setting) in [("python3", "TONGHOP_PYTHON"), ("nats-server", "TONGHOP_NATS_SERVER")] {
        if script.contains(name) {
            let program = std::env::var(setting)
                .unwrap_or_else(|_| panic!("{setting} names the {name} of `make tools`"));
            wrap(&bin.join(name), &program);
        }
    }
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin).chain(std::env::split_paths(&others));
    std::env::join_paths(all.collect::<Vec<PathBuf>>()).expect("folders")
}

fn wrap(file: &Path, program: &str) {
    std::fs::write(file, format!("#!/bin/sh\nexec '{program}' \"$@\"\n")).expect("a file");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("its mode");
}
