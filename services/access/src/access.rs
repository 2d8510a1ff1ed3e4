//! What services ask: who signs in, whose token, whose session is this.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::book::{self, Book};
use crate::clock::{self, Clock};
use crate::ended::Ended;
use crate::private::Stamp;
use crate::private::register::Register;
use crate::record::Record;
use crate::session::{Pieces, Session, Signer};
use crate::tries::Tries;
use crate::{Error, Sources, Who, secret};

/// Longest delay of a try because of what others tried, in seconds.
const DELAY_S_MAX: u64 = 5;
/// Most names and networks that are remembered as having signed in.
const HOMES_MAX: usize = 100_000;

/// Who may come in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Access(Option<Arc<Users>>);

/// Why somebody was not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// No such user, another password, or shut out: which of them is not said.
    Wrong,
    /// Too many failures: try again in so many seconds.
    Wait(u64),
    /// The users cannot be read, or no session can be made: the operator's log says why.
    Unable,
}

struct Users {
    folder: PathBuf,
    clock: Clock,
    signer: Signer,
    record: Record,
    known: RwLock<Known>,
    ended: Ended,
    tries: Mutex<Waits>,
}

/// The users as last read.
struct Known {
    stamp: Option<Stamp>,
    book: Book,
    /// Index of the user, and of the token, by the hash of the token.
    tokens: HashMap<String, (usize, usize)>,
    sources: Arc<Sources>,
    /// Why they are not those of the file.
    trouble: Option<String>,
}

/// Failures by name and address, and by name alone: whoever fails from elsewhere must not lock the
/// user of that name out for long.
struct Waits {
    there: Tries<(String, IpAddr)>,
    anywhere: Tries<String>,
    /// Where names have signed in from since the program began.
    at_home: HashSet<(String, IpAddr)>,
}

impl Access {
    /// The users of a folder, read again when their file changes. There may be none yet.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`, `Random`.
    pub fn open(folder: &Path) -> Result<Access, Error> {
        Access::open_with(folder, Clock::system())
    }

    /// The same, by another clock.
    ///
    /// # Errors
    /// As [`Access::open`].
    pub fn open_with(folder: &Path, clock: Clock) -> Result<Access, Error> {
        let known = Known::read(folder)?;
        let waits = Waits {
            there: Tries::new(5, 900),
            anywhere: Tries::new(30, 60),
            at_home: HashSet::new(),
        };
        let ended = Ended::open(folder, clock.now_s())?;
        Ok(Access(Some(Arc::new(Users {
            folder: folder.to_owned(),
            clock,
            signer: Signer::open(folder)?,
            record: Record::of(folder),
            known: RwLock::new(known),
            ended,
            tries: Mutex::new(waits),
        }))))
    }

    /// Everything to everybody: only for a demonstration on this machine's own address.
    pub fn open_to_all() -> Access {
        Access(None)
    }

    /// Whether everybody may do everything.
    pub fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// Who somebody is without token or session.
    pub fn anybody(&self) -> Who {
        if self.is_open() { Who::open() } else { Who::public() }
    }

    /// Whose each source is, as it is now.
    pub fn sources(&self) -> Arc<Sources> {
        let Some(users) = &self.0 else { return Arc::default() };
        users.look(|known| known.sources.clone())
    }

    /// What is wrong with the file of users, if it cannot be read: those that there were stay.
    pub fn trouble(&self) -> Option<String> {
        self.0.as_ref()?.look(|known| known.trouble.clone())
    }

    /// Signs in. It takes a while, by intention, and blocks; as long for names that there are not.
    ///
    /// # Errors
    /// Why not.
    pub fn sign_in(&self, name: &str, password: &str, from: IpAddr) -> Result<Session, Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let now_s = users.clock.now_s();
        let name = name.trim().to_lowercase();
        // Who knows no name cannot fill our memory with long ones.
        if name.len() > 64 {
            return Err(Refused::Wrong);
        }
        let from = network(from);
        users.may_try(&name, from, now_s)?;
        let (hash, trouble) = users.look(|known| {
            let user = known.book.users().iter().find(|user| user.name == name && !user.disabled);
            let is_nobody = known.trouble.is_some() && known.book.users().is_empty();
            (user.map(|user| user.password.clone()), is_nobody)
        });
        if trouble {
            return Err(Refused::Unable);
        }
        if !secret::verify(password, hash.as_deref()) {
            tracing::info!(%from, "somebody failed to sign in");
            return Err(Refused::Wrong);
        }
        users.succeeded(&name, from);
        let session = users.signer.begin(&name, &hash.unwrap_or_default(), now_s);
        session.map_err(|error| {
            tracing::error!("no session can be made: {error}");
            Refused::Unable
        })
    }

    /// How many seconds to let pass before a try to sign in, because others have tried this name in
    /// vain, from wherever. Never long and never a refusal: nobody can keep somebody else out by
    /// wrong passwords. Nothing where this name has signed in from this network before.
    pub fn delay_s(&self, name: &str, from: IpAddr) -> u64 {
        let Some(users) = self.0.as_ref() else { return 0 };
        let there = (name.trim().to_lowercase(), network(from));
        let tries = users.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.at_home.contains(&there) {
            return 0;
        }
        tries.anywhere.wait_s(&there.0, users.clock.now_s()).min(DELAY_S_MAX)
    }

    /// Whose token this is, if it is good today.
    pub fn bearer(&self, token: &str) -> Option<Who> {
        let users = self.0.as_ref()?;
        let hash = secret::token_hash(token)?;
        let today = clock::day(users.clock.now_s());
        users.look(|known| {
            let (user, token) = *known.tokens.get(&hash)?;
            let user = known.book.users().get(user)?;
            user.tokens.get(token).filter(|token| token.is_good_on(today))?;
            user.who()
        })
    }

    /// Whose session this is, if it is good now.
    pub fn session(&self, value: &str) -> Option<Who> {
        let users = self.0.as_ref()?;
        let pieces = Pieces::of(value)?;
        let now_s = users.clock.now_s();
        let who = users.look(|known| {
            let user = known.book.users().iter().find(|user| user.name == pieces.name)?;
            users.signer.is_good(&pieces, &user.password, now_s).then(|| user.who())?
        })?;
        (!users.ended.holds(&pieces)).then_some(who)
    }

    /// Ends a session, also for the time after a restart; one that is not good is over already. It
    /// waits for the disk.
    pub fn sign_out(&self, value: &str) {
        let Some(users) = &self.0 else { return };
        if let Some(pieces) = Pieces::of(value)
            && self.session(value).is_some()
            && let Err(error) = users.ended.add(&pieces, users.clock.now_s())
        {
            tracing::error!("a signed-out session is good again after a restart: {error}");
        }
    }

    /// What the forms of a session carry, another text for each page; empty where there are no
    /// sessions.
    pub fn csrf(&self, session: &str) -> String {
        let Some(users) = &self.0 else { return String::new() };
        users.signer.csrf(session).unwrap_or_else(|error| {
            tracing::error!("forms cannot be sent: {error}");
            String::new()
        })
    }

    /// Whether a form of this session carries what it should.
    pub fn is_csrf(&self, session: &str, csrf: &str) -> bool {
        self.0.as_ref().is_some_and(|users| users.signer.is_csrf(session, csrf))
    }

    /// Records that somebody reads data of single households. Call it before they are shown.
    ///
    /// # Errors
    /// `Io`: then do not show them.
    pub fn record_reading(&self, who: &Who, what: &str, unit: &str) -> Result<(), Error> {
        // In a demonstration nobody is anybody.
        let Some(users) = &self.0 else { return Ok(()) };
        users.record.write(who, what, unit, users.clock.now_s())
    }
}

impl Users {
    /// Looks at the users as they are now.
    fn look<R>(&self, look: impl FnOnce(&Known) -> R) -> R {
        let stamp = Stamp::of(&book::path(&self.folder));
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.stamp == stamp {
            return look(&known);
        }
        drop(known);
        let fresh = Known::read(&self.folder);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.become_as(fresh, stamp);
        look(&known)
    }

    /// Counts the try as a failure until it has succeeded, so that many at once are no way around.
    fn may_try(&self, name: &str, from: IpAddr, now_s: u64) -> Result<(), Refused> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let there = (name.to_owned(), from);
        let wait = tries.there.wait_s(&there, now_s);
        if wait > 0 {
            return Err(Refused::Wait(wait));
        }
        tries.anywhere.failed(there.0.clone(), now_s);
        tries.there.failed(there, now_s);
        Ok(())
    }

    fn succeeded(&self, name: &str, from: IpAddr) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let there = (name.to_owned(), from);
        tries.there.succeeded(&there);
        tries.anywhere.succeeded(&there.0);
        // Forgotten all at once now and then, which costs somebody a delay.
        if tries.at_home.len() >= HOMES_MAX {
            tries.at_home.clear();
        }
        tries.at_home.insert(there);
    }
}

impl Known {
    /// Takes what was read. A file that cannot be used, as an editor leaves one in the middle of
    /// writing, changes nobody's rights; one that others may read lets nobody in any more.
    fn become_as(&mut self, fresh: Result<Known, Error>, stamp: Option<Stamp>) {
        let trouble = match fresh {
            Ok(fresh) if fresh.stamp.is_some() || self.book.users().is_empty() => {
                *self = fresh;
                return;
            }
            Ok(_) => format!("{} is away", Book::FILE),
            Err(error) => {
                if matches!(error, Error::NotPrivate { .. }) {
                    (self.book, self.tokens) = (Book::default(), HashMap::new());
                }
                error.to_string()
            }
        };
        if self.book.users().is_empty() {
            tracing::error!("nobody can sign in: {trouble}");
        } else {
            tracing::error!("the users stay as they were: {trouble}");
        }
        (self.stamp, self.trouble) = (stamp, Some(trouble));
    }

    fn read(folder: &Path) -> Result<Known, Error> {
        // Before the text: what is written meanwhile is read again the next time.
        let stamp = Stamp::of(&book::path(folder));
        let book = Book::read(folder)?;
        let mut tokens = HashMap::new();
        for (user, one) in book.users().iter().enumerate() {
            for (at, token) in one.tokens.iter().enumerate() {
                tokens.insert(token.hash().to_owned(), (user, at));
            }
        }
        let sources = Arc::new(book.sources());
        Ok(Known { stamp, book, tokens, sources, trouble: None })
    }
}

/// The network somebody's address is in: who has one IPv6 address has 2⁶⁴.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(_) => address.to_canonical(),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Users of {}", self.folder.display())
    }
}
