//! A feed in a temporary folder, and heralds that run from it.

use std::time::Duration;

use herald::{
    Book, Config, Counted, Desk, Error, Filter, Guard, Herald, Id, Limits, Schedule, Secret,
    Status, Wish,
};
use journal::server::Server;
use journal::{Entry, Journal, Options, Writer};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Nothing in these tests may take longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);
/// Longer than any test.
pub(crate) const NEVER: Duration = Duration::from_secs(24 * 3600);

/// Where everything is; it is removed at the end.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    feed: Writer,
    published: usize,
}

/// A herald that runs.
pub(crate) struct Running {
    pub(crate) desk: Desk,
    counted: Box<dyn Fn() -> Counted + Send + Sync>,
    stop: oneshot::Sender<()>,
    herald: JoinHandle<Result<(), Error>>,
}

/// This machine only.
pub(crate) fn here() -> Guard {
    Guard { allowed: vec!["127.0.0.1".parse().expect("it works here")] }
}

pub(crate) fn of_units(units: &[&str]) -> Filter {
    let units = units.iter().map(|unit| (*unit).to_owned()).collect();
    Filter { units, ..Filter::default() }
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().expect("it works here");
        let url = format!("dir:{}", folder.path().join("feed").display());
        let feed = Writer::open(&url, &Options::create()).await.expect("it works here");
        World { folder, feed, published: 0 }
    }

    /// With a feed on a server.
    pub(crate) async fn on(server: &Server) -> World {
        let folder = tempfile::tempdir().expect("it works here");
        let mut options = Options::create();
        options.nats.monitoring = Some(server.monitoring());
        let feed = Writer::open(&server.url(), &options).await.expect("it works here");
        World { folder, feed, published: 0 }
    }

    pub(crate) fn feed(&self) -> Journal {
        self.feed.journal()
    }

    /// This machine is allowed, three attempts are made without waiting, none for long.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(self.folder.path(), self.feed());
        config.guard = here();
        config.rules.schedule = Schedule(vec![Duration::ZERO; 2]);
        config.rules.give_up_after = NEVER;
        config.limits = Limits { attempt: Duration::from_secs(30), ..Limits::default() };
        config.look_every = Duration::from_millis(10);
        config.grace = Duration::ZERO;
        config
    }

    /// Publishes a milestone; its id.
    pub(crate) async fn publish(&mut self, unit: &str) -> String {
        self.publish_of("poverty_under_10", unit).await
    }

    pub(crate) async fn publish_of(&mut self, rule: &str, unit: &str) -> String {
        self.published += 1;
        let id = format!("{:08x}.reached", self.published);
        let event = json!({
            "specversion": "1.0",
            "id": id,
            "source": "urn:tonghop:test",
            "type": "vn.tonghop.milestone.reached.v1",
            "subject": format!("{rule}/{unit}/2021-Y"),
            "time": "2021-12-14T00:00:00+07:00",
            "data": { "rule": rule, "unit": unit, "period": "2021-Y", "revision": 1 },
        });
        self.append(event.to_string()).await;
        id
    }

    pub(crate) async fn append(&mut self, text: String) {
        self.feed.append(&[Entry::new("VN.VN", text)]).await.expect("it works here");
    }

    /// Subscribes from the beginning of the feed.
    pub(crate) fn subscribe(&self, url: &str, filter: Filter) -> (Id, Secret) {
        let wish = Wish {
            name: "test".to_owned(),
            url: url.to_owned(),
            owner: "hoa".to_owned(),
            since: Some(0),
            filter,
            sees: Some("VN".to_owned()),
        };
        // Everything may be written down: what is sent to is judged by the herald.
        let all = Guard {
            allowed: vec![
                "0.0.0.0/0".parse().expect("it works here"),
                "::/0".parse().expect("it works here"),
            ],
        };
        Book::change(self.folder.path(), |book| book.add(wish, &all, 0)).expect("it works here")
    }

    pub(crate) async fn start(&self, config: Config) -> Running {
        let herald = Herald::open(config).await.expect("it works here");
        let (desk, counted) = (herald.desk(), Box::new(herald.counted()));
        let (stop, stopped) = oneshot::channel::<()>();
        let herald = tokio::spawn(async move { herald.run(async { drop(stopped.await) }).await });
        Running { desk, counted, stop, herald }
    }
}

impl Running {
    /// Waits until a subscription fares so.
    pub(crate) async fn until(&self, id: Id, is_so: impl Fn(&Status) -> bool) -> Status {
        let mut changes = self.desk.changes();
        let looking = async {
            loop {
                changes.borrow_and_update();
                let status = self.desk.status(id).await.expect("it works here");
                if is_so(&status) {
                    return status;
                }
                changes.changed().await.expect("the herald runs");
            }
        };
        match tokio::time::timeout(DEADLINE, looking).await {
            Ok(status) => status,
            Err(_) => panic!("it never was so: {:?}", self.desk.status(id).await),
        }
    }

    pub(crate) fn counted(&self) -> Counted {
        (self.counted)()
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        drop(self.desk);
        drop(self.counted);
        tokio::time::timeout(DEADLINE, self.herald)
            .await
            .expect("it works here")
            .expect("it works here")
            .expect("it works here");
    }
}

/// Whether everything up to a position is delivered or dead.
pub(crate) fn is_done(status: &Status, cursor: u64) -> bool {
    status.state.as_ref().is_some_and(|state| state.cursor >= cursor && state.open == 0)
}
