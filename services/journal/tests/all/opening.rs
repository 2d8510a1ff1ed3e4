//! What opening a journal of the `nats` engine says: of addresses, credentials and servers.

use std::time::Duration;

use journal::server::Server;
use journal::{Credentials, Error, Identity, Journal, Options, Writer};

use crate::world::{World, entries, within};

#[tokio::test]
async fn what_cannot_be_verified_is_a_warning() {
    let mut world = World::nats().await;
    assert!(world.writer().await.journal().warnings().is_empty());
    for (monitoring, said) in [
        (None, "give the address of its monitoring port"),
        (Some("http://127.0.0.1:1".to_owned()), "could not verify"),
        (Some("127.0.0.1:8222".to_owned()), "not of the form"),
    ] {
        world.options.nats.monitoring = monitoring;
        let warnings = world.journal().await.warnings();
        assert!(warnings.len() == 1 && warnings[0].contains(said), "{warnings:?}");
    }
}

#[tokio::test]
async fn addresses_that_cannot_be_opened_say_why() {
    let mut options = Options::create();
    options.nats.connect_wait = Duration::from_millis(200);
    for (url, said) in [
        ("dir:", "needs a path"),
        ("/var/lib/journal", "use dir:PATH or nats://HOST:PORT"),
        ("nats://user:secret@127.0.0.1:4222", "never part of"),
        ("nats://127.0.0.1:1", "no nats server at"),
    ] {
        let error = within(Journal::open(url, &options)).await.expect_err(url);
        assert!(error.to_string().contains(said), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_password_is_taken_from_the_options_and_never_shown() {
    let world = World::nats().await;
    world.server.unwrap().kill().await;
    let mut text = std::fs::read_to_string(world.dir.path().join("nats.conf")).unwrap();
    text.push_str("authorization { user: gateway, password: bimat }\n");
    let file = world.dir.path().join("auth.conf");
    std::fs::write(&file, text).unwrap();
    let binary = std::env::var("TONGHOP_NATS_SERVER").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/nats-server").to_owned()
    });
    let _server = tokio::process::Command::new(binary)
        .arg("-c")
        .arg(&file)
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut options = Options::create();
    options.identity = Some(Identity::random());
    let open = async |options: &Options| within(Writer::open(&world.url, options)).await;
    options.nats.credentials = Credentials::User { user: "gateway".into(), password: "sai".into() };
    let error = open(&options).await.expect_err("a wrong password");
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    options.nats.credentials =
        Credentials::User { user: "gateway".into(), password: "bimat".into() };
    assert!(!format!("{options:?}").contains("bimat"));
    let mut writer = open(&options).await.unwrap();
    writer.append(&entries(0, 3)).await.unwrap();
}

/// Set for a process that must not find a nats-server.
const NO_SERVER: &str = "TONGHOP_TEST_NO_SERVER";

/// Not a test by itself: what [`a_missing_binary_is_one_sentence_that_says_what_to_do`] starts.
#[tokio::test]
async fn a_child_looks_for_a_server_that_is_not_there() {
    let Ok(dir) = std::env::var(NO_SERVER) else { return };
    let error = Server::start(journal::server::Config::new(dir)).await.expect_err("no binary");
    assert!(error.to_string().contains("`make tools`"), "{error}");
}

#[test]
fn a_missing_binary_is_one_sentence_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    for named in [None, Some("/no/such/nats-server")] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "opening::a_child_looks_for_a_server_that_is_not_there"]);
        child.env(NO_SERVER, dir.path()).env("PATH", "").env_remove(journal::server::BINARY);
        if let Some(named) = named {
            child.env(journal::server::BINARY, named);
        }
        let output = child.current_dir(dir.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
