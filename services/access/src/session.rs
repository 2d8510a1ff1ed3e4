//! A browser's session: a signed value that says who signed in and until when.
//!
//! `name~expires~nonce~signature`. The signature also covers the hash of the password and the secret
//! of the second factor, so that another one of either ends all sessions. Nothing is kept for those
//! that are good; those that were signed out of are in [`crate::ended`].
//!
//! A ticket is the same for whoever has given the password and not yet the code: of a few minutes,
//! and good for nothing else.

use std::path::Path;

use crate::secret::{self, Key};
use crate::{Error, User, private};

/// How long a session lasts, in seconds: a long day at the office.
pub const SESSION_S: u64 = 12 * 3600;
/// How long whoever has given the password may take to give the code, in seconds.
pub const TICKET_S: u64 = 300;
/// How long a secret that a page showed can be confirmed, in seconds.
const OFFER_S: u64 = 3600;
const FILE: &str = "session.key";

/// What a browser that has signed in holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The value of the cookie.
    pub value: String,
    /// What forms have to carry, so that no other site can send them.
    pub csrf: String,
}

/// What a browser holds that has given the password, and not yet the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The value of the cookie.
    pub value: String,
}

/// What a signed value is good for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Session,
    Ticket,
}

/// The pieces of a session's or a ticket's value.
pub(crate) struct Pieces<'a> {
    pub(crate) name: &'a str,
    expires: &'a str,
    pub(crate) nonce: &'a str,
    signature: &'a str,
}

/// Makes sessions and knows its own again.
pub(crate) struct Signer {
    key: Key,
}

impl<'a> Pieces<'a> {
    pub(crate) fn of(value: &'a str) -> Option<Pieces<'a>> {
        let mut pieces = value.split('~');
        let (name, expires) = (pieces.next()?, pieces.next()?);
        let (nonce, signature) = (pieces.next()?, pieces.next()?);
        pieces.next().is_none().then_some(Pieces { name, expires, nonce, signature })
    }

    pub(crate) fn expires_s(&self) -> u64 {
        self.expires.parse().unwrap_or(0)
    }
}

impl Signer {
    /// With the key of a folder, made when there is none.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`, `Random`.
    pub(crate) fn open(folder: &Path) -> Result<Signer, Error> {
        let path = folder.join(FILE);
        let text = match private::read(&path)? {
            Some(text) => text,
            None => {
                private::create(&path, &format!("{}\n", Key::made()?))?;
                // Another process may have been first: its key is the key.
                private::read(&path)?.unwrap_or_default()
            }
        };
        let unreadable = || Error::Unreadable {
            path: path.clone(),
            what: "it is no key; delete it, and everybody signs in again".to_owned(),
        };
        Ok(Signer { key: Key::of(&text).ok_or_else(unreadable)? })
    }

    pub(crate) fn begin(&self, user: &User, now_s: u64) -> Result<Session, Error> {
        let value = self.value(Purpose::Session, user, now_s + SESSION_S)?;
        let csrf = self.csrf(&value)?;
        Ok(Session { value, csrf })
    }

    pub(crate) fn ticket(&self, user: &User, now_s: u64) -> Result<Ticket, Error> {
        let value = self.value(Purpose::Ticket, user, now_s + TICKET_S)?;
        Ok(Ticket { value })
    }

    /// A secret that a page shows, as its form sends it back: ours, for this user and password, not
    /// over. Nothing is kept here, so that nobody who is signed in elsewhere is shown the same one.
    pub(crate) fn sealed(&self, user: &User, secret: &str, now_s: u64) -> String {
        let expires = (now_s + OFFER_S).to_string();
        let signature = self.key.sign(&offered(user, &expires, secret));
        format!("{expires}~{secret}~{signature}")
    }

    /// The secret in such a value, if it is good.
    pub(crate) fn unsealed(&self, user: &User, sealed: &str, now_s: u64) -> Option<String> {
        let (expires, rest) = sealed.split_once('~')?;
        let (secret, signature) = rest.split_once('~')?;
        let is_ours = self.key.is_signed(&offered(user, expires, secret), signature);
        let is_over = expires.parse::<u64>().is_ok_and(|expires_s| now_s >= expires_s);
        (is_ours && !is_over).then(|| secret.to_owned())
    }

    fn value(&self, purpose: Purpose, user: &User, expires_s: u64) -> Result<String, Error> {
        let (name, expires, nonce) = (&user.name, expires_s.to_string(), secret::nonce()?);
        let signature = self.key.sign(&signed(purpose, user, &expires, &nonce));
        Ok(format!("{name}~{expires}~{nonce}~{signature}"))
    }

    /// Whether a value is ours, for this purpose and this user as they are now, and not over.
    pub(crate) fn is_good(
        &self,
        purpose: Purpose,
        pieces: &Pieces<'_>,
        user: &User,
        now_s: u64,
    ) -> bool {
        let signed = signed(purpose, user, pieces.expires, pieces.nonce);
        user.name == pieces.name
            && self.key.is_signed(&signed, pieces.signature)
            && now_s < pieces.expires_s()
    }

    /// Another one each time: where pages are compressed, what stays the same could be guessed
    /// letter by letter from their sizes (BREACH).
    pub(crate) fn csrf(&self, value: &str) -> Result<String, Error> {
        let nonce = secret::nonce()?;
        Ok(format!("{nonce}~{}", self.key.sign(&["csrf", value, &nonce])))
    }

    pub(crate) fn is_csrf(&self, value: &str, csrf: &str) -> bool {
        let Some((nonce, signature)) = csrf.split_once('~') else { return false };
        self.key.is_signed(&["csrf", value, nonce], signature)
    }
}

/// What is signed. Who has no second factor has the sessions that they always had.
fn signed<'a>(purpose: Purpose, user: &'a User, expires: &'a str, nonce: &'a str) -> Vec<&'a str> {
    let purpose = match purpose {
        Purpose::Session => "session",
        Purpose::Ticket => "ticket",
    };
    let factor = user.confirmed().map(|factor| factor.secret.as_str());
    [purpose, &user.name, expires, nonce, &user.password].into_iter().chain(factor).collect()
}

fn offered<'a>(user: &'a User, expires: &'a str, secret: &'a str) -> [&'a str; 5] {
    ["offer", &user.name, expires, secret, &user.password]
}

impl std::fmt::Debug for Ticket {
    /// Never the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

impl std::fmt::Debug for Session {
    /// Never the value: whoever has it is signed in.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}
