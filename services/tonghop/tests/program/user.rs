//! `tonghop user`, as an operator uses it.

use std::time::{SystemTime, UNIX_EPOCH};

use totp_rs::{Builder, Secret};

use crate::runner::{json, run, run_with_input, start, stop, succeed, text, wait};
use crate::serve::{address, ask};

const PASSWORD: &str = "mua xuan 2021 o Krong Pa\n";

/// What the app shows for a secret now.
fn code(secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    Builder::new().with_secret(secret).build().expect("as in the RFC").generate(now).to_string()
}

#[test]
fn users_are_added_given_tokens_listed_and_shut_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data = text(&data);
    let long = "mua xuan 2021 o Krong Pa\n";
    // Arguments, the standard input, the code, and what is said.
    let table: [(&[&str], &str, i32, &str); 12] = [
        (&["add", "hoa", "--role", "officer", "--unit", "Krông Pa, Gia Lai"], long, 0, "L-637"),
        (&["add", "hoa", "--role", "auditor"], long, 1, "already"),
        (&["add", "minh", "--role", "auditor"], "short\n", 1, "10 to 200"),
        (&["add", "minh", "--role", "auditor"], long, 0, "auditor"),
        (&["add", "lan", "--role", "officer"], long, 2, "--unit"),
        (&["add", "lan", "--role", "officer", "--unit", "Atlantis"], long, 1, "Atlantis"),
        (&["add", "lan", "--role", "king"], long, 2, "operator"),
        (&["token", "hoa", "--label", "import", "--days", "30"], "", 0, "thp_"),
        (&["token", "hoa", "--days", "9999"], "", 1, "1 to 366"),
        (&["token", "nobody"], "", 1, "no user nobody"),
        (&["password", "minh"], "another long password\n", 0, "new password"),
        (&["disable", "minh"], "", 0, "shut out"),
    ];
    for (args, input, code, says) in table {
        let output = run_with_input(&[&["user"], args, &["--data", data]].concat(), input);
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    }
    let users = json(&["user", "list", "--data", data]);
    assert_eq!(users[0]["name"], "hoa");
    assert_eq!(users[0]["unit"], "L-637");
    assert_eq!(users[0]["tokens"][0]["label"], "import");
    assert_eq!((&users[1]["name"], &users[1]["disabled"]), (&"minh".into(), &true.into()));
    assert!(users[2].is_null(), "those that failed are not there");
    let shown = succeed(&["user", "list", "--data", data, "--lang", "vi"]);
    assert!(shown.contains("cán bộ") && shown.contains("đã khoá"), "{shown}");
    let token = succeed(&["user", "token", "hoa", "--data", data]);
    assert_eq!(token.trim().len(), 68, "the token alone is on the standard output");
    assert!(run(&["user", "--help"]).status.success());
}

fn totp<'a>(data: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [&["user", "totp"], args, &["--data", data]].concat()
}

#[test]
fn a_second_factor_is_given_confirmed_listed_and_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let data = text(&data);
    for name in ["minh", "lan"] {
        let add = ["user", "add", name, "--role", "auditor", "--data", data];
        assert!(run_with_input(&add, PASSWORD).status.success());
    }
    let shown = succeed(&totp(data, &["minh"]));
    let line = |begins: &str| {
        let found = shown.lines().find_map(|line| line.strip_prefix(begins));
        found.unwrap_or_else(|| panic!("{begins}: {shown}"))
    };
    let secret = line("Key: ");
    let uri = line("otpauth://totp/Tong%20Hop:minh?secret=");
    assert!(uri.starts_with(&secret.replace(' ', "")), "{uri}");
    assert_eq!((secret.len(), secret.split(' ').count()), (39, 8), "32 letters in groups of four");
    assert!(shown.lines().filter(|line| line.contains('█')).count() > 15, "{shown}");
    assert!(shown.contains("user totp minh --code CODE"), "{shown}");
    let factor = |nth: usize| json(&["user", "list", "--data", data])[nth]["second_factor"].clone();
    assert_eq!((factor(0), factor(1).is_null()), ("offered".into(), true));

    let (right, other) = (code(secret), json(&totp(data, &["lan"])));
    assert_eq!((&other["confirmed"], &other["name"]), (&false.into(), &"lan".into()));
    let table: [(&[&str], &str); 6] = [
        (&["minh", "--code", "12345"], "no code of now"),
        (&["nobody"], "no user nobody"),
        (&["nobody", "--code", &right], "no user nobody"),
        (&["nobody", "--remove"], "no user nobody"),
        (&["minh", "--code", &right, "--remove"], "cannot be used with"),
        (&["minh", "--code"], "--code"),
    ];
    for (args, says) in table {
        let output = run(&totp(data, args));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(says), "{args:?}: {said}");
    }
    let on = succeed(&totp(data, &["minh", "--code", &code(secret)]));
    let recovery: Vec<&str> = on.lines().filter(|line| line.len() == 19).collect();
    assert_eq!(recovery.len(), 10, "{on}");
    let on = json(&totp(data, &["lan", "--code", &code(other["secret"].as_str().expect("text"))]));
    assert_eq!(on["recovery_codes"].as_array().map(Vec::len), Some(10));
    assert_eq!((factor(0), factor(1)), ("on".into(), "on".into()));
    let twice = run(&totp(data, &["minh"]));
    let said = String::from_utf8_lossy(&twice.stderr);
    assert!(!twice.status.success() && said.contains("--remove"), "{said}");
    assert!(succeed(&totp(data, &["minh", "--remove", "--lang", "vi"])).contains("mật khẩu là đủ"));
    assert!(factor(0).is_null());

    let file = |name: &str| std::fs::read_to_string(format!("{data}/{name}")).expect("it is there");
    let (users, record) = (file("users.toml"), file("access.ndjson"));
    for line in ["was offered", "turned on by a command", "turned off by a command"] {
        assert!(record.contains(line), "{line}: {record}");
    }
    for secret in [secret, &secret.replace(' ', ""), &right, recovery[0]] {
        assert!(!record.contains(secret) && !users.contains(secret), "{secret} is kept");
    }
}

#[test]
fn who_has_to_have_a_second_factor_sees_nothing_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for (name, role) in [("minh", "auditor"), ("vanhanh", "operator")] {
        let add = ["user", "add", name, "--role", role, "--data", text(&data)];
        assert!(run_with_input(&add, PASSWORD).status.success());
    }
    let required = ["up", "--listen", "127.0.0.1:0", "--require-totp", "auditor,officer", "--data"];
    let server = start(&[&required[..], &[text(&data)]].concat());
    let at = address(&data);
    for (name, status, to) in [("minh", 303, "/two-step?next=/operations"), ("vanhanh", 200, "")] {
        let form = format!("name={name}&password={}", PASSWORD.trim().replace(' ', "+"));
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        let (_, answer) = ask(&at, "POST /sign-in", kind, &form);
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.and_then(|line| line.split(';').next()).expect("a session");
        let headers = format!("cookie: {cookie}\r\naccept: text/html\r\n");
        let (found, answer) = ask(&at, "GET /operations", &headers, "");
        assert_eq!(found, status, "{name}: {answer}");
        assert!(answer.contains(&format!("location: {to}")) || to.is_empty(), "{answer}");
        let (found, answer) = ask(&at, "GET /two-step", &headers, "");
        assert_eq!((found, answer.contains("class=\"secret\"")), (200, true), "{name}: {answer}");
    }
    stop(&server);
    assert!(wait(server).success(), "it stops by itself");
    let output = run(&["up", "--require-totp", "king", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2), "such a role there is not");
}
