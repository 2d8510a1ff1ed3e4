//! What services ask: who signs in, whose token, whose session is this.

mod second;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::book::{self, Book};
use crate::clock::{self, Clock};
use crate::ended::Ended;
use crate::network::network;
use crate::places::Places;
use crate::private::Stamp;
use crate::private::register::Register;
use crate::record::Record;
use crate::session::{Pieces, Purpose, Session, Signer, Ticket};
use crate::used::Used;
use crate::waits::Waits;
use crate::{Error, Post, Sources, User, Who, secret};

pub use second::SecondFactor;

/// How many passwords are hashed at once: each takes 19 MiB.
const HASHING_MAX: usize = 4;
/// And for one address, so that whoever sends wrong passwords without end keeps nobody else from
/// signing in.
const HASHING_OF_ONE_MAX: usize = 2;

/// Who may come in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Access(Option<Arc<Users>>);

/// What a right password leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Passed {
    /// They are in.
    In(Session),
    /// Their second factor is on: a code is still to come, with this.
    Code(Ticket),
}

/// Why somebody was not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// No such user, another password, or shut out: which of them is not said; or a wrong code.
    Wrong,
    /// A code that was taken before: the next one is good.
    Used,
    /// Too many failures: try again in so many seconds.
    Wait(u64),
    /// Too many sign in at this moment.
    Busy,
    /// What was begun is over, or was never begun here: begin again.
    Late,
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
    used: Used,
    waits: Mutex<Waits>,
    hashing: Places,
    /// Who has to have a second factor.
    required: Vec<Post>,
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
        Access::open_requiring(folder, clock, Vec::new())
    }

    /// The same where users who are one of these have to have a second factor.
    ///
    /// # Errors
    /// As [`Access::open`].
    pub fn open_requiring(
        folder: &Path,
        clock: Clock,
        required: Vec<Post>,
    ) -> Result<Access, Error> {
        let known = Known::read(folder)?;
        let now_s = clock.now_s();
        Ok(Access(Some(Arc::new(Users {
            folder: folder.to_owned(),
            clock,
            signer: Signer::open(folder)?,
            record: Record::of(folder),
            known: RwLock::new(known),
            ended: Ended::open(folder, now_s)?,
            used: Used::open(folder, now_s)?,
            waits: Mutex::new(Waits::new()),
            hashing: Places::new(HASHING_OF_ONE_MAX, HASHING_MAX).of_all(HASHING_MAX),
            required,
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

    /// Signs in by the password: whoever's second factor is on has to give a code, too
    /// ([`Access::give_code`]). It takes a while, by intention, and blocks; as long for names that
    /// there are not.
    ///
    /// # Errors
    /// Why not.
    pub fn sign_in(&self, name: &str, password: &str, from: IpAddr) -> Result<Passed, Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let (now_s, from) = (users.clock.now_s(), network(from));
        let user = users.with_password(name, password, from, now_s)?;
        if user.confirmed().is_none() {
            return users.begin(&user, from, now_s).map(Passed::In);
        }
        users.signer.ticket(&user, now_s).map(Passed::Code).map_err(unable)
    }

    /// How many seconds to let pass before a try to sign in, because others have tried this name in
    /// vain, from wherever. Never long and never a refusal: nobody can keep somebody else out by
    /// wrong passwords. Nothing where this name has signed in from this network before.
    pub fn delay_s(&self, name: &str, from: IpAddr) -> u64 {
        let Some(users) = self.0.as_ref() else { return 0 };
        users.waits().delay_s(plain(name), network(from), users.clock.now_s())
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
            users.signer.is_good(Purpose::Session, &pieces, user, now_s).then(|| user.who())?
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
        users.record.reading(who, what, unit, users.clock.now_s())
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

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user of that name, if this is their password and they are not shut out.
    fn with_password(
        &self,
        name: &str,
        password: &str,
        from: IpAddr,
        now_s: u64,
    ) -> Result<User, Refused> {
        let name = plain(name);
        // Who knows no name cannot fill our memory with long ones.
        if name.len() > 64 {
            return Err(Refused::Wrong);
        }
        // Before the try is counted: who is told to come again has not failed.
        let _place = self.hashing.take(from).ok_or(Refused::Busy)?;
        self.waits().may_try(&name, from, now_s).map_err(Refused::Wait)?;
        let (user, trouble) = self.look(|known| {
            let user = known.book.users().iter().find(|user| user.name == name && !user.disabled);
            let is_nobody = known.trouble.is_some() && known.book.users().is_empty();
            (user.cloned(), is_nobody)
        });
        if trouble {
            return Err(Refused::Unable);
        }
        let is_right = secret::verify(password, user.as_ref().map(|user| user.password.as_str()));
        let Some(user) = user.filter(|_| is_right) else {
            tracing::info!(%from, "somebody failed to sign in");
            return Err(Refused::Wrong);
        };
        self.waits().password_was_right(&name, from);
        Ok(user)
    }

    /// Whoever has proven all that is asked for is in.
    fn begin(&self, user: &User, from: IpAddr, now_s: u64) -> Result<Session, Refused> {
        self.waits().came_in(&user.name, from);
        self.signer.begin(user, now_s).map_err(unable)
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

/// A name as users have it.
fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

fn unable(error: Error) -> Refused {
    tracing::error!("somebody cannot sign in: {error}");
    Refused::Unable
}

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Users of {}", self.folder.display())
    }
}
