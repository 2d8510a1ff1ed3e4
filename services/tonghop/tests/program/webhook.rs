//! `tonghop webhook`, as an operator uses it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use herald::{Ask, Desk, Guard};
use serde_json::value::to_raw_value;
use tonghop::socket;

use crate::runner::{json, run, run_with_input, succeed, text};

/// An endpoint on this machine that answers 200 to as many as come, until the program ends.
fn endpoint() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = Vec::new();
            while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                let mut some = [0; 512];
                match stream.read(&mut some) {
                    Ok(read) if read > 0 => head.extend_from_slice(&some[..read]),
                    _ => break,
                }
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    format!("http://{address}/hook")
}

#[test]
fn webhooks_are_added_tried_rotated_listed_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data = text(&data);
    let password = "mua xuan 2021 o Krong Pa\n";
    let user = ["user", "add", "hoa", "--role", "auditor", "--data", data];
    assert!(run_with_input(&user, password).status.success());
    assert_eq!(json(&["webhook", "list", "--data", data]), serde_json::json!([]));

    let url = endpoint();
    let allow = ["--webhook-allow", "127.0.0.0/8"];
    let add = ["webhook", "add", "--name", "sở", "--data", data, "--url"];
    let added = json(&[&add[..], &[&url, "--units", "L-637, L-638"], &allow].concat());
    let id = added["id"].as_str().expect("an id");
    assert!(added["secret"].as_str().expect("a secret").starts_with("whsec_"));
    let table: &[(&[&str], i32, &str)] = &[
        (&["add", "--name", "a", "--url", "http://example.org/"], 1, "url: webhooks go by https"),
        (&["add", "--name", "a", "--url", &url], 1, "url:"),
        (&["add", "--name", "a", "--url", "https://a.vn/", "--owner", "lan"], 1, "no user lan"),
        (&["add", "--name", "a", "--url", "https://a.vn/", "--units", "Atlantis"], 1, "Atlantis"),
        (&["add", "--name", "a", "--url", "https://a.vn/", "--rules", "A b"], 1, "rules:"),
        (&["add", "--name", "a", "--url", "https://a.vn/", "--owner", "hoa"], 0, "whsec_"),
        (&["test", id], 1, "private address"),
        (&["test", id, "--webhook-allow", "127.0.0.0/8"], 0, "answered 200"),
        (&["test", "wh_0000000000000000"], 1, "no webhook wh_0"),
        (&["test", "wh"], 2, "no webhook wh"),
        (&["log", id, "--limit", "1"], 0, "200"),
        (&["log", id], 0, "private address"),
        (&["dead", id], 0, "Attempts"),
        (&["replay", id], 2, "--position"),
        (&["replay", id, "--all"], 0, "0 messages"),
        (&["rotate", id], 0, "whsec_"),
        (&["rotate", id, "--keep-hours", "721"], 1, "keep_hours"),
        (&["disable", id], 0, "disabled"),
        (&["list"], 0, "L-637,L-638"),
        (&["list", "--lang", "vi"], 0, "tạm dừng"),
        (&["enable", id], 0, "enabled"),
    ];
    for (args, code, says) in table {
        let output = run(&[&["webhook"], *args, &["--data", data]].concat());
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    }
    let listed = json(&["webhook", "list", "--data", data]);
    assert_eq!((&listed[0]["id"], &listed[0]["secrets"]), (&added["id"], &2.into()));
    assert_eq!((&listed[0]["owner"], &listed[1]["owner"]), (&"-".into(), &"hoa".into()));
    let log = json(&["webhook", "log", id, "--data", data]);
    assert_eq!(
        (&log[0]["outcome"], &log[1]["why"]),
        (&"delivered".into(), &"private_address".into())
    );
    assert!(succeed(&["webhook", "remove", id, "--data", data]).contains("removed"));
    assert_eq!(json(&["webhook", "list", "--data", data])[0]["owner"], "hoa");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_the_deliveries_is_asked_over_the_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_owned();
    let args = ["webhook", "add", "--name", "a", "--url", "https://nothing.invalid/", "--data"];
    let added = json(&[&args[..], &[text(&data)]].concat());
    let id = added["id"].as_str().expect("an id").to_owned();
    let desk = Desk::open(&data, Guard::strict()).expect("nobody holds it");

    let log = ["webhook", "log", &id, "--data", text(&data)];
    let output = run(&log);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("another process"), "{said}");

    // As a service answers beside its other questions.
    let runtime = tokio::runtime::Handle::current();
    let answerer = Arc::new(move |line: &str| {
        let ask: Ask = serde_json::from_str(line)?;
        Ok(to_raw_value(&runtime.block_on(desk.answer(ask))?)?)
    });
    let served = data.clone();
    let serving = tokio::spawn(async move { socket::serve(&served, answerer).await });
    let told = tokio::task::spawn_blocking(move || {
        crate::runner::until("it listens", || {
            std::os::unix::net::UnixStream::connect(socket::path(&data)).is_ok()
        });
        let tested = run(&["webhook", "test", &id, "--data", text(&data), "--format", "json"]);
        let log = json(&["webhook", "log", &id, "--data", text(&data)]);
        let enabled = json(&["webhook", "enable", &id, "--data", text(&data)]);
        (tested, log, enabled)
    });
    let (tested, log, enabled) = told.await.expect("it does not panic");
    let outcome: serde_json::Value = serde_json::from_slice(&tested.stdout).expect("JSON");
    // It is told, and written down.
    assert_eq!(outcome["outcome"], log[0]["outcome"]);
    assert_eq!((&log[0]["position"], log.as_array().map(Vec::len)), (&0.into(), Some(1)));
    assert_eq!(enabled["enabled"], true);
    serving.abort();
}
