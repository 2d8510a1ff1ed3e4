//! `tonghop user`, as an operator uses it.

use crate::runner::{json, run, run_with_input, succeed, text};

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
