//! Audits: a vintage is replayed from any copy of the journal, and what differs is named.

mod closed;
mod closings;
mod explain;
mod revisions;

use crate::runner::{json, run, start, stop, succeed, text, until};
use closed::{Closed, PERIOD, closing, loan, story};

#[test]
fn an_audit_names_what_is_not_the_same() {
    let closed = Closed::of("L-637", &story());
    assert!(closed.audit(&[]).0);
    let right = std::fs::read_to_string(&closed.vintage).expect("it is there");
    let table = [
        (
            "figure\tL-24097\tloan_instances\t\t2\t",
            "figure\tL-24097\tloan_instances\t\t3\t",
            "loan_instances",
        ),
        ("movement\tL-637\tpoor\tclosing\t1\t4", "movement\tL-637\tpoor\tclosing\t2\t4", "poor"),
        ("figure\tL-637\tloan_amount\t\t50000000\t\n", "", "loan_amount"),
    ];
    for (from, to, named) in table {
        assert!(right.contains(from), "{from} is not in\n{right}");
        std::fs::write(&closed.vintage, right.replacen(from, to, 1)).expect("it is written");
        let (equal, told) = closed.audit(&[]);
        assert!(!equal, "{named}");
        assert_eq!(told["differences_count"], 1, "{told}");
        assert_eq!(told["differences"][0]["of"], named, "{told}");
    }
    // A figure that no fact and no definition explains is told to be so.
    let (from, to, named) = table[0];
    std::fs::write(&closed.vintage, right.replacen(from, to, 1)).expect("it is written");
    // Only an audit looks at what was altered; everybody else is told that it was.
    let revisions = ["revisions", "--vintage", &closed.id, "--data", text(&closed.data)];
    let output = run(&revisions);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains(".txt.sha256"), "{said}");
    // Of an earlier version there is no checksum.
    std::fs::remove_file(format!("{}.sha256", text(&closed.vintage))).expect("it is there");
    let row = closed.row("L-24097", named).expect("it differs");
    assert_eq!(row["causes"].to_string(), "{\"unexplained\":-1}");
    let roots: Vec<&str> = right.lines().filter(|line| line.starts_with("root ")).collect();
    let other = right.replace(roots[0], "root VHfs5UCfBDS7j05MIqhLqNxNvEGo+IXK2yddXyerbJo=");
    std::fs::write(&closed.vintage, other).expect("it is written");
    let (equal, told) = closed.audit(&[]);
    assert!(!equal && told["root"] != told["replayed_root"], "{told}");

    std::fs::write(&closed.vintage, &right[..right.len() - 9]).expect("it is written");
    let output = run(&["audit", "--vintage", &closed.id, "--data", text(&closed.data)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("line "), "{said}");
}

#[test]
fn what_cannot_be_audited_is_told() {
    let closed = Closed::of("L-637", &story());
    let data = text(&closed.data);
    let table: [(&[&str], &str); 4] = [
        (&["audit", "--vintage", "L-637.2021@civil.official.1"], "there are L-637.2021-H1"),
        (&["audit", "--unit", "L-638", "--period", PERIOD], "was not closed"),
        (&["revisions", "--vintage", "nothing"], "there is no vintage nothing"),
        (&["explain", "--unit", "L-637", "--indicator", "loanz", "--period", "2021"], "loan"),
    ];
    for (arguments, said) in table {
        let output = run(&[arguments, &["--data", data]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(said), "{arguments:?}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vintage_is_the_same_from_a_server_an_archive_a_pack_and_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = journal::server::Config::new(folder.path().join("nats"));
    let server = journal::server::Server::start(config).await.expect("the server starts");
    let (url, data) = (server.url(), folder.path().join("data"));
    let facts = folder.path().join("facts.ndjson");
    std::fs::write(&facts, story() + &closing("L-637", "C") + &loan("late", "2021-05-05", 7))
        .expect("a file");
    let mut running = start(&["up", "--journal", &url, "--data", text(&data)]);
    succeed(&["import", text(&facts), "--journal", &url, "--allow-unsynced"]);
    until("the closing is folded", || data.join("vintages").exists());
    let archive = folder.path().join("archive");
    succeed(&["archive", text(&archive), "--journal", &url, "--once"]);
    let id = format!("L-637.{PERIOD}.official.1");
    let [key, pack] = ["key", "pack.zip"].map(|name| folder.path().join(name));
    succeed(&["keygen", "--name", "tonghop.example", "--out", text(&key)]);
    let packing = ["pack", "--vintage", &id, "--data", text(&data), "--journal", &url];
    succeed(&[&packing[..], &["--key", text(&key), "--out", text(&pack)]].concat());
    let audit = |from: [&str; 2], threads: &str| {
        let asked = ["audit", "--vintage", &id, "--data", text(&data), "--threads", threads];
        json(&[&asked[..], &from].concat())
    };
    let mut digests = Vec::new();
    for threads in ["1", "2", "5"] {
        let sources = [["--journal", &url], ["--archive", text(&archive)], ["--pack", text(&pack)]];
        for from in sources {
            let told = audit(from, threads);
            assert_eq!(told["equal"], true, "{told}");
            digests.push(told["replayed"].clone());
        }
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "{digests:?}");
    stop(&running);
    running.wait().expect("it ends");
    server.stop().await.expect("the server stops");
}
