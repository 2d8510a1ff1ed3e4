//! The subscribers of deploy/examples, as they are: whatever is killed, each milestone once.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use async_nats::jetstream::consumer::{PullConsumer, pull};
use journal::server::{Config, Server};

use crate::milestones::{loan, rules};
use crate::runner::{json, run, start, stop, succeed, text, until, wait};

const EXPECTED: &[&str] = &[
    "reached loans_5 L-24097 2021-03@civil 1",
    "withdrawn loans_5 L-24097 2021-03@civil 1",
    "reached loans_5 L-24097 2021-03@civil 2",
];

/// Sends the receiver an event twice with a good signature and once with a bad one.
const AGAIN: &str = r#"
import datetime, json, sys, urllib.request
from standardwebhooks import Webhook
port, secret, body = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc)
name = json.loads(body)["id"]
good = Webhook(secret).sign(name, now, body)
for signature in [good, good, "v1,AAAA", "nonsense"]:
    headers = {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/", body.encode(), headers)
    try:
        print(urllib.request.urlopen(asked).status)
    except urllib.error.HTTPError as refused:
        print(refused.code)
"#;

fn python() -> Command {
    let python = std::env::var("TONGHOP_PYTHON").expect(
        "TONGHOP_PYTHON names a Python with tests/requirements.txt; `make test` brings one",
    );
    Command::new(python)
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples")
}

/// A program that writes what it says at the end of a file.
fn saying(mut command: Command, file: &Path) -> Child {
    let said = File::options().create(true).append(true).open(file).expect("a file");
    command.stdin(Stdio::null()).stdout(said).stderr(Stdio::inherit()).spawn().expect("it starts")
}

/// The Rust subscriber, built beside the program under test.
fn consumer() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_tonghop")).parent().expect("a folder");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "tonghop", "--example", "milestones_nats"]);
    if beside.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
    assert!(built.success(), "the example is built");
    beside.join("examples/milestones_nats")
}

fn lines(file: &Path) -> Vec<String> {
    fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn kill(mut child: Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it has ended");
}

/// A port that nobody has.
fn port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

/// Until the server has heard of everything that the consumer handled.
async fn acknowledged(url: &str) {
    let server = async_nats::jetstream::new(async_nats::connect(url).await.expect("it connects"));
    let stream = server.get_stream("TONGHOP_MILESTONES").await.expect("it is there");
    let mut consumer: PullConsumer =
        stream.get_consumer::<pull::Config>("office").await.expect("it is there");
    let deadline = tokio::time::Instant::now() + crate::runner::DEADLINE;
    loop {
        let info = consumer.info().await.expect("it is told");
        if info.num_ack_pending == 0 && info.num_pending == 0 {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{info:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn subscribers_have_each_milestone_once_and_in_order_whatever_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (data, rules) = (folder.join("data"), rules(folder));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Config::new(folder.join("nats"))));
    let server = server.expect("the nats-server starts");
    let url = server.url();
    let import = |lines: String| {
        let file = folder.join("next.ndjson");
        fs::write(&file, lines).expect("a file");
        succeed(&["import", text(&file), "--journal", &url, "--allow-unsynced"]);
    };
    import((1..=4).map(|n| loan(n, "L-24097", "")).collect());
    let up = || {
        let allow = ["--webhook-allow", "127.0.0.0/8"];
        let program = ["up", "--data", text(&data), "--journal", &url];
        start(&[&program[..], &["--milestones", text(&rules)], &allow].concat())
    };
    let running = up();
    let feed = ["milestones", "--since", "0", "--journal", &url, "--data", text(&data)];
    until("there is a feed", || run(&feed).status.success());

    let (port, secret) = (port(), folder.join("secret"));
    let at = format!("http://127.0.0.1:{port}/");
    let add = ["webhook", "add", "--name", "office", "--units", "L-24097", "--url", &at];
    let allow = ["--webhook-allow", "127.0.0.0/8", "--data", text(&data)];
    let added = json(&[&add[..], &allow].concat());
    let key = added["secret"].as_str().expect("a secret").to_owned();
    fs::write(&secret, format!("{key}\n")).expect("a file");
    let (by_hook, by_nats) = (folder.join("by-hook"), folder.join("by-nats"));
    let receiver = || {
        let mut python = python();
        python.arg(examples().join("webhook_receiver.py")).arg(&port).arg(&secret);
        python.arg(folder.join("milestones.db"));
        saying(python, &by_hook)
    };
    let program = consumer();
    let consumer = || {
        let mut command = Command::new(&program);
        command.args([&url, "office", "L-24097"]);
        saying(command, &by_nats)
    };
    let (hook, nats) = (receiver(), consumer());
    let have = |count| {
        until("both have it", || lines(&by_hook).len() >= count && lines(&by_nats).len() >= count);
    };

    import(loan(5, "L-24097", ""));
    have(1);
    // The service dies, and a correction comes while it is away; the subscribers die, too.
    kill(running);
    runtime.block_on(acknowledged(&url));
    kill(nats);
    kill(hook);
    let corrects = "\"correctsid\":\"f5\",\"correctsreason\":\"sai xã\",";
    import(loan(6, "L-24076", corrects));
    let running = up();
    let (hook, nats) = (receiver(), consumer());
    have(2);
    kill(running);
    import(loan(7, "L-24097", ""));
    let running = up();
    have(3);

    let told = json(&feed);
    let events = told["events"].as_array().expect("events");
    let last = &events.last().expect("there are some")["event"];
    let mut again = python();
    again.args(["-c", AGAIN, &port, &key, &last.to_string()]);
    let answered = again.output().expect("python runs");
    assert_eq!(
        String::from_utf8_lossy(&answered.stdout),
        "204\n204\n401\n401\n",
        "{}",
        String::from_utf8_lossy(&answered.stderr)
    );
    stop(&running);
    assert!(wait(running).success());
    runtime.block_on(acknowledged(&url));
    assert_eq!(lines(&by_hook), EXPECTED);
    assert_eq!(lines(&by_nats), EXPECTED);
    let log =
        json(&["webhook", "log", added["id"].as_str().expect("an id"), "--data", text(&data)]);
    assert!(log.to_string().contains("delivered"), "{log}");
    kill(hook);
    kill(nats);
    runtime.block_on(server.stop()).expect("it stops");
}
