//! The server, as programs meet it: facts over HTTP, a folder that is held, and stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::runner::{
    digest, run, run_with_input, simulated, start, stop, succeed, text, until, wait,
};

/// Where the server of a folder listens.
pub(crate) fn address(data: &Path) -> String {
    let file = data.join("listening");
    until("the server listens", || {
        file.exists() && ask_line(&read(&file), "GET /livez", "") == 200
    });
    read(&file)
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// Status and body of an answer; 0 when there is none.
pub(crate) fn ask(address: &str, line: &str, headers: &str, body: &str) -> (u16, String) {
    let Ok(mut stream) = TcpStream::connect(address) else { return (0, String::new()) };
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\
         {headers}\r\n{body}"
    );
    let mut answer = Vec::new();
    if stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer)).is_err()
    {
        return (0, String::new());
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

fn ask_line(address: &str, line: &str, headers: &str) -> u16 {
    ask(address, line, headers, "").0
}

/// The whole number that a metric tells.
pub(crate) fn metric(at: &str, name: &str) -> Option<u64> {
    let metrics = ask(at, "GET /metrics", "", "").1;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok())
}

pub(crate) fn post(address: &str, token: &str, body: &str) -> (u16, String) {
    let headers =
        format!("authorization: Bearer {token}\r\ncontent-type: application/x-ndjson\r\n");
    ask(address, "POST /v1/facts", &headers, body)
}

/// An officer of Kon Tum with a token.
pub(crate) fn officer(data: &Path) -> String {
    let add = ["user", "add", "hoa", "--role", "officer", "--unit", "L-62", "--data", text(data)];
    let added = run_with_input(&add, "mua xuan 2021 o Kon Tum\n");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    // Of the simulated facts.
    for office in ["https://xa.example.vn", "https://nhcsxh.example.vn", "https://dien.example.vn"]
    {
        succeed(&["source", "add", office, "--user", "hoa", "--data", text(data)]);
    }
    succeed(&["user", "token", "hoa", "--label", "test", "--data", text(data)]).trim().to_owned()
}

fn stopped(server: Child) {
    stop(&server);
    assert!(wait(server).success(), "it stops by itself");
}

#[test]
fn facts_sent_to_the_server_come_to_the_same_figures_as_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 3_000, 1);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let (sent, imported) = (folder.path().join("sent"), folder.path().join("imported"));
    succeed(&["import", text(&file), "--data", text(&imported)]);
    let token = officer(&sent);
    let server = start(&["up", "--listen", "127.0.0.1:0", "--data", text(&sent)]);
    let at = address(&sent);
    let (status, answer) = post(&at, &token, &facts);
    assert_eq!(status, 200, "{answer}");
    // What a unit of today holds is in another's care: the office of old Kon Tum sends the rest
    // of its own facts only.
    let allowed = answer.matches("\"outcome\":\"accepted\"").count();
    let refused = answer.matches("\"reason\":\"not_allowed\"").count();
    assert!(allowed > 1000, "{allowed} accepted, {refused} not allowed");

    let (status, again) = post(&at, &token, &facts);
    assert_eq!((status, again.contains("\"outcome\":\"accepted\"")), (200, false), "all are there");
    until("everything is folded", || metric(&at, "tonghop_lag_records") == Some(0));
    let ready = ask(&at, "GET /readyz", "", "");
    assert_eq!(ready.0, 200, "{}", ready.1);

    // Another process cannot write to the same folder, and is told what to do.
    let output = run(&["import", text(&file), "--data", text(&sent)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("http://{at}/v1/facts")), "{said}");

    let live = digest(&sent);
    stopped(server);
    assert!(!sent.join("listening").exists());
    assert_eq!(digest(&sent), live, "what was acknowledged is there after a stop");
    // The rest by import: together they are the same as all at once.
    succeed(&["import", text(&file), "--data", text(&sent)]);
    assert_eq!(digest(&sent), digest(&imported));

    // A server that begins again knows what is there.
    let server = start(&["up", "--listen", "127.0.0.1:0", "--data", text(&sent)]);
    let (status, again) = post(&address(&sent), &token, &facts);
    assert_eq!((status, again.contains("\"outcome\":\"accepted\"")), (200, false), "after restart");
    stopped(server);
}

#[test]
fn the_metrics_tell_how_many_watch_and_how_many_different_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = start(&["up", "--listen", "127.0.0.1:0", "--data", text(&data)]);
    let at = address(&data);
    let sizes = || ["clients", "topics"].map(|of| metric(&at, &format!("tonghop_live_{of}")));
    assert_eq!(sizes(), [Some(0), Some(0)]);
    let watch = |page: &str| {
        let mut stream = TcpStream::connect(&at).expect("the server listens");
        let request = format!("GET /v1/live/page?path={page} HTTP/1.1\r\nhost: {at}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        stream
    };
    let open = [watch("/u/VN"), watch("/u/VN"), watch("/u/L-62")];
    until("three watch two pages", || sizes() == [Some(3), Some(2)]);
    drop(open);
    until("nobody watches", || sizes() == [Some(0), Some(0)]);
    stopped(server);
}

#[test]
fn nobody_listens_to_the_world_without_users() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let table: [(&[&str], &str); 4] = [
        (&["up", "--listen", "0.0.0.0:0"], "tonghop user add"),
        (&["up", "--listen", "[::]:0"], "--public-read-only"),
        (&["demo", "--listen", "0.0.0.0:0"], "this machine's own address"),
        (&["up", "--listen", "192.0.2.1:0", "--public-read-only"], "cannot listen on 192.0.2.1:0"),
    ];
    for (args, says) in table {
        let output = run(&[args, &["--data", text(&data)]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    }
    let args = ["up", "--listen", "0.0.0.0:0", "--public-read-only", "--data", text(&data)];
    let server = start(&args);
    let at = address(&data).replace("0.0.0.0", "127.0.0.1");
    let (status, _) = post(&at, "", "");
    assert!((400..500).contains(&status), "nobody can write: {status}");
    stopped(server);
}

#[test]
fn the_demo_is_served_and_facts_keep_coming() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("demo");
    let args = ["demo", "--facts", "2000", "--listen", "127.0.0.1:0", "--data", text(&data)];
    let server = start(&args);
    let at = address(&data);
    let accepted = || metric(&at, "tonghop_facts_accepted_total").unwrap_or(0);
    until("the record of the day has opened", || accepted() > 0);
    let opened = accepted();
    until("facts keep coming", || accepted() > opened + 2);
    let (status, answer) = post(&at, "", "rubbish\n");
    assert!(status == 200 && answer.contains("not_json"), "it is open to everybody: {answer}");
    stopped(server);
}

/// `up` of a shell with a limit of open files, as `ulimit` sets it.
fn limited(ulimit: &str, data: &Path) -> Child {
    let script = format!("ulimit {ulimit} && exec \"$0\" \"$@\"");
    let args = ["-c", &script, env!("CARGO_BIN_EXE_tonghop"), "up", "--listen", "127.0.0.1:0"];
    let mut command = std::process::Command::new("sh");
    command.args(args).arg("--data").arg(data).env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a shell")
}

#[test]
fn connections_that_take_all_descriptors_are_bounded_and_end_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = simulated(folder.path(), 1_000, 1);
    let facts = std::fs::read_to_string(&file).expect("the file");
    let data = folder.path().join("data");
    let token = officer(&data);
    let mut server = limited("-n 300", &data);
    let at = address(&data);
    // More than it may have, each with half a head.
    let half: Vec<TcpStream> = (0..400)
        .filter_map(|_| {
            let mut stream = TcpStream::connect(&at).ok()?;
            stream.write_all(b"GET / HTTP/1.1\r\n").ok()?;
            Some(stream)
        })
        .collect();
    assert!(half.len() > 300, "{}", half.len());
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.id())).expect("it runs").count();
    assert!(open < 250, "a reserve is left: {open} of 300");
    assert!(server.try_wait().expect("it can be asked").is_none(), "it goes on");
    drop(half);
    until("facts are taken again", || post(&at, &token, &facts).0 == 200);
    until("everything is folded", || metric(&at, "tonghop_lag_records") == Some(0));
    stopped(server);
}

#[test]
fn the_soft_limit_of_open_files_is_raised_to_the_hard_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = limited("-Sn 100 && ulimit -Hn 900", &data);
    address(&data);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id()));
    let limits = limits.expect("it runs");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    assert_eq!(line.split_whitespace().nth(3), Some("900"), "{line}");
    stopped(server);
}
