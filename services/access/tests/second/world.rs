//! A folder with an officer whose second factor is on, and a clock that can be moved.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use access::{Access, Book, Clock, Passed, Post, Refused, Session, Ticket, Who};
use totp_rs::{Builder, Secret};

pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
pub(crate) const PASSWORD: &str = "mua xuan 2021 o Krong Pa";
pub(crate) const STEP_S: u64 = 30;

/// The folder, the clock, and what the officer has.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    now_s: Arc<AtomicU64>,
    pub(crate) access: Access,
    /// In groups of four.
    pub(crate) secret: String,
    pub(crate) recovery: Vec<String>,
}

/// The code of a secret at a time, as an app makes it.
pub(crate) fn code(secret: &str, time_s: u64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    Builder::new().with_secret(secret).build().expect("as in the RFC").generate(time_s).to_string()
}

impl World {
    /// With the password only.
    pub(crate) fn plain() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let add = |book: &mut Book| book.add("hoa", Post::Officer, Some("L-637"), PASSWORD);
        Book::change(folder.path(), add).expect("it is added");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        // The first second of a step.
        let now_s = Arc::new(AtomicU64::new(now / STEP_S * STEP_S));
        let (secret, recovery) = (String::new(), Vec::new());
        let mut world = World { folder, now_s, access: Access::open_to_all(), secret, recovery };
        world.restart();
        world
    }

    pub(crate) fn new() -> World {
        let mut world = World::plain();
        let now_s = world.now();
        let (secret, recovery) = Book::change(world.folder.path(), |book| {
            let secret = book.offer_factor("hoa")?.secret;
            let recovery = book.confirm_factor("hoa", &code(&secret, now_s), now_s)?;
            Ok((secret, recovery))
        })
        .expect("it is turned on");
        (world.secret, world.recovery) = (secret, recovery);
        // What was confirmed with is used.
        world.later(10 * STEP_S);
        world
    }

    pub(crate) fn restart(&mut self) {
        let told = self.now_s.clone();
        let clock = Clock::of(move || told.load(Ordering::Relaxed));
        self.access = Access::open_with(self.folder.path(), clock).expect("it opens");
    }

    pub(crate) fn now(&self) -> u64 {
        self.now_s.load(Ordering::Relaxed)
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.now_s.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn code(&self) -> String {
        code(&self.secret, self.now())
    }

    pub(crate) fn ticket(&self) -> Ticket {
        match self.access.sign_in("hoa", PASSWORD, HERE).expect("the password is right") {
            Passed::Code(ticket) => ticket,
            Passed::In(_) => panic!("a code is still to come"),
        }
    }

    pub(crate) fn give(&self, code: &str) -> Result<Session, Refused> {
        self.access.give_code(&self.ticket().value, code, HERE)
    }

    pub(crate) fn hoa(&self) -> Who {
        let book = Book::read(self.folder.path()).expect("it is there");
        book.users()[0].who().expect("she is not shut out")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it is there")
    }
}
