//! The standard's own library for Python believes our signatures, and no others.

use std::process::Command;

use herald::{Secret, signature};

const SCRIPT: &str = r#"
import json, sys
from standardwebhooks import Webhook, WebhookVerificationError
for line in sys.stdin:
    case = json.loads(line)
    try:
        Webhook(case["secret"]).verify(case["body"], case["headers"])
        print("good")
    except WebhookVerificationError as error:
        print("bad")
"#;

#[test]
fn the_standards_own_library_believes_us_and_nobody_else() {
    let python = std::env::var("TONGHOP_PYTHON").expect(
        "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
    );
    let now_s =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let (old, new, other) =
        (Secret::made().unwrap(), Secret::made().unwrap(), Secret::made().unwrap());
    let (id, body) = ("0a1b.reached", "{\"id\":\"0a1b.reached\",\"tên\":\"Krông Pa\"}");
    let both = signature::signature(&[new.clone(), old.clone()], id, now_s, body.as_bytes());
    let one = signature::signature(std::slice::from_ref(&new), id, now_s, body.as_bytes());
    let changed = body.replace("Pa", "Po");
    let cases = [
        (&new, id, body, &one, now_s, "good"),
        (&new, id, body, &both, now_s, "good"),
        (&old, id, body, &both, now_s, "good"),
        (&old, id, body, &one, now_s, "bad"),
        (&other, id, body, &both, now_s, "bad"),
        (&new, id, &changed, &both, now_s, "bad"),
        (&new, "0a1b.withdrawn", body, &both, now_s, "bad"),
        (&new, id, body, &both, now_s - 1, "bad"),
    ];
    let line = |(secret, id, body, signed, at_s, _): &(&Secret, &str, &str, &String, u64, &str)| {
        serde_json::json!({
            "secret": secret.shown(),
            "body": body,
            "headers": {
                signature::ID: id,
                signature::TIMESTAMP: at_s.to_string(),
                signature::SIGNATURE: signed,
            },
        })
        .to_string()
    };
    let lines: Vec<String> = cases.iter().map(line).collect();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("cases.ndjson");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let output = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(std::fs::File::open(input).unwrap())
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let expected: Vec<&str> = cases.iter().map(|case| case.5).collect();
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}
