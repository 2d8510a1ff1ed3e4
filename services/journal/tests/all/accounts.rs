//! The shipped `nats.conf`: each user may do what it is for, and nothing else.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use async_nats::{Client, ConnectOptions, Event};
use journal::{Credentials, Entry, Error, Journal, Options, Position, Stream, Writer};
use tokio::sync::mpsc;

use crate::archive::{assert_same, open};
use crate::world::{DEADLINE, entries, follow, within};

const USERS: [&str; 4] = ["gateway", "projector", "archive", "reader"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A server that runs with the file as it is shipped, but on free ports and in another folder.
struct Shipped {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

impl Drop for Shipped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path) -> Command {
    let binary = std::env::var_os(journal::server::BINARY)
        .map_or_else(|| root().join(".tools/nats-server"), PathBuf::from);
    // As it is shipped, but for the place of its streams.
    let shipped = std::fs::read_to_string(root().join("deploy/nats.conf")).unwrap();
    let (place, file) = (folder.join("store"), folder.join("nats.conf"));
    let ours = shipped.replace("/var/lib/tonghop/nats", place.to_str().unwrap());
    assert_ne!(ours, shipped, "it has a place");
    std::fs::write(&file, ours).unwrap();
    let mut command = Command::new(binary);
    command.arg("-c").arg(file).args(["-p", "-1", "-m", "-1"]);
    command.arg("--ports_file_dir").arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn password(user: &str) -> String {
    format!("mua-xuan-{user}")
}

impl Shipped {
    async fn start() -> Shipped {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path());
        for user in USERS {
            let text = format!("{}:{}\n", user, password(user));
            std::fs::write(folder.path().join(user), text).unwrap();
            set_mode(&folder.path().join(user), 0o600);
            command.env(format!("TONGHOP_NATS_{}", user.to_uppercase()), password(user));
        }
        let child = command.spawn().expect("this test needs a nats-server");
        let file = folder.path().join(format!("nats-server_{}.ports", child.id()));
        let url = within(async {
            loop {
                let text = std::fs::read(&file).unwrap_or_default();
                let ports = serde_json::from_slice::<serde_json::Value>(&text).ok();
                let first = ports.as_ref().and_then(|ports| ports["nats"][0].as_str());
                if let Some(url) = first {
                    return url.to_owned();
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        Shipped { url: url.await, child, folder }
    }

    fn options(&self, user: &str, stream: Stream) -> Options {
        let mut options = Options::create();
        options.nats.stream = stream;
        options.nats.credentials = Credentials::LoginFile(self.folder.path().join(user));
        options.nats.connect_wait = DEADLINE;
        options
    }

    async fn writer(&self, user: &str, stream: Stream) -> Writer {
        within(Writer::open(&self.url, &self.options(user, stream))).await.unwrap()
    }

    /// Any client with a user's password, and what the server tells it.
    async fn client(&self, user: &str) -> (Client, mpsc::UnboundedReceiver<String>) {
        let (told, telling) = mpsc::unbounded_channel();
        let options = ConnectOptions::new()
            .user_and_password(user.to_owned(), password(user))
            .event_callback(move |event| {
                let told = told.clone();
                async move {
                    if let Event::ServerError(error) = event {
                        let _ = told.send(error.to_string());
                    }
                }
            });
        (options.connect(&self.url).await.unwrap(), telling)
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The end of a stream as its writer sees it.
async fn end(writer: &Writer) -> u64 {
    writer.journal().end().await.unwrap().0
}

#[tokio::test]
async fn each_user_of_the_shipped_configuration_does_its_own_and_nothing_else() {
    let server = Shipped::start().await;
    let mut facts = server.writer("gateway", Stream::Facts).await;
    let mut feed = server.writer("projector", Stream::Milestones).await;
    let receipts = within(facts.append(&entries(0, 300))).await.unwrap();
    assert_eq!(receipts.len(), 300);
    within(feed.append(&[Entry::new("a.b.c.d.1.reached", "{}")])).await.unwrap();
    // The route is taken: its message is found by its subject.
    let again = within(feed.append(&[Entry::new("a.b.c.d.1.reached", "{ }")])).await.unwrap();
    assert_eq!((again[0].position, again[0].duplicate), (Position(1), true));
    let mut tail = facts.journal().tail(Position(0)).await.unwrap();
    follow(&mut tail, 1, 300).await;

    // Everything else is refused, and said so by the server.
    let table = [
        ("gateway", "tonghop.milestones.a.b"),
        ("projector", "tonghop.facts.VN"),
        ("archive", "tonghop.facts.VN"),
        ("archive", "tonghop.milestones.a.b"),
        ("reader", "tonghop.facts.VN"),
        ("reader", "tonghop.milestones.a.b"),
        ("reader", "$JS.API.STREAM.INFO.TONGHOP_FACTS"),
        ("reader", "$JS.API.CONSUMER.CREATE.TONGHOP_FACTS.x"),
        ("gateway", "$JS.API.STREAM.DELETE.TONGHOP_FACTS"),
        ("gateway", "$JS.API.STREAM.UPDATE.TONGHOP_FACTS"),
        ("projector", "$JS.API.STREAM.DELETE.TONGHOP_MILESTONES"),
        ("projector", "$JS.API.STREAM.PURGE.TONGHOP_MILESTONES"),
    ];
    for (user, subject) in table {
        let (client, mut told) = server.client(user).await;
        client.publish(subject, "x".into()).await.unwrap();
        let said = within(told.recv()).await.unwrap();
        let (said, wanted) = (said.to_lowercase(), subject.to_lowercase());
        assert!(said.contains("permissions violation"), "{user}: {said}");
        assert!(said.contains(&wanted), "{user} {subject}: {said}");
    }
    assert_eq!((end(&facts).await, end(&feed).await), (300, 1));

    // Answers to the program, in which facts are, are heard by no reader.
    let (reader, mut told) = server.client("reader").await;
    let _heard = reader.subscribe("_INBOX_TONGHOP.>").await.unwrap();
    assert!(within(told.recv()).await.unwrap().to_lowercase().contains("permissions violation"));

    // Readers read theirs.
    let (reader, _told) = server.client("reader").await;
    let js = async_nats::jetstream::new(reader);
    let stream = within(js.get_stream(Stream::Milestones.name())).await.unwrap();
    assert_eq!(stream.cached_info().state.messages, 1);

    // The archive reads facts.
    let options = server.options("archive", Stream::Facts);
    let source = within(Journal::open(&server.url, &options)).await.unwrap();
    let to = server.folder.path().join("kept");
    let options = Options::create();
    let mut archiver = journal::archive::Archiver::open(&source, &to, &options).await.unwrap();
    while archiver.end() < Position(300) {
        within(archiver.next(1000)).await.unwrap();
    }
    drop(archiver);
    assert_same(&source, &open(&to).await).await;
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so_without_the_password() {
    let server = Shipped::start().await;
    let login = server.folder.path().join("gateway");
    let refused = async |text: &str, mode: u32| {
        std::fs::write(&login, text).unwrap();
        set_mode(&login, mode);
        let options = server.options("gateway", Stream::Facts);
        let error = within(Writer::open(&server.url, &options)).await.expect_err(text);
        assert!(!format!("{error} {error:?} {options:?}").contains("secret"), "{error}");
        error
    };
    assert!(matches!(refused("gateway:secret", 0o600).await, Error::Refused { .. }));
    let open = refused("gateway:secret", 0o644).await;
    assert!(open.to_string().contains("chmod 600"), "{open}");
    assert!(refused("secret", 0o600).await.to_string().contains("no line user:password"));
    let url = server.url.replace("nats://", "nats://gateway:secret@");
    let error = within(Writer::open(&url, &Options::create())).await.expect_err("in the address");
    assert!(error.to_string().contains("--nats-login"), "{error}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn without_a_password_the_server_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    for user in USERS.into_iter().skip(1) {
        command.env(format!("TONGHOP_NATS_{}", user.to_uppercase()), password(user));
    }
    assert!(!command.status().expect("this test needs a nats-server").success());
}
