//! `users.toml`: who there is, and whose which source is. What `tonghop user` and `tonghop source`
//! read and change.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use domain::time::Day;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

use crate::clock::today;
use crate::factor::Factor;
use crate::private::register::{self, Register};
use crate::source::{self, Source, Sources};
use crate::{Error, Role, Who, secret};

/// A token is good for no longer.
pub const TOKEN_DAYS_MAX: u16 = 366;
/// Most tokens of one user.
const TOKENS_MAX: usize = 50;

/// All users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    #[serde(default, rename = "user")]
    users: Vec<User>,
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    registered: Vec<Source>,
}

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What they sign in with: small letters, digits, `.`, `_`, `-` and `@`.
    pub name: String,
    /// What they are.
    pub role: Post,
    /// The key of an officer's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether they are shut out.
    #[serde(default)]
    pub disabled: bool,
    /// Argon2id.
    pub(crate) password: String,
    /// What they prove beside the password; files of earlier versions have none.
    #[serde(default, rename = "second_factor", skip_serializing_if = "Option::is_none")]
    pub factor: Option<Factor>,
    /// What their programs sign in with.
    #[serde(default, rename = "token", skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<KnownToken>,
}

/// What a user can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Post {
    /// Writes facts of a unit and those below it, and sees their households.
    Officer,
    /// Sees everything, writes nothing.
    Auditor,
    /// Runs the machine.
    Operator,
}

/// What is known of a token; not the token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownToken {
    /// What it is for.
    pub label: String,
    /// SHA-256 of the token.
    pub(crate) sha256: String,
    /// When it was made: a day, in Viet Nam.
    pub created: String,
    /// The last day on which it is good.
    pub expires: String,
}

impl Book {
    /// The users of a folder; none where there is no file.
    ///
    /// # Errors
    /// `NotPrivate`, `Unreadable`, `Io`.
    pub fn read(folder: &Path) -> Result<Book, Error> {
        register::read(folder)
    }

    /// Changes the users of a folder; nobody else does meanwhile. A change that fails changes
    /// nothing.
    ///
    /// # Errors
    /// As [`Book::read`], and what `change` says.
    pub fn change<R>(
        folder: &Path,
        change: impl FnOnce(&mut Book) -> Result<R, Error>,
    ) -> Result<R, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        register::change(folder, change)
    }

    /// Whether a folder has a file of users.
    pub fn is_there(folder: &Path) -> bool {
        path(folder).exists()
    }

    /// All, in the order in which they were added.
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// Adds a user. `unit` is the key of an officer's unit.
    ///
    /// # Errors
    /// `Refused`: the name is taken or cannot be one, the password is too short, the unit is
    /// missing or not known.
    pub fn add(
        &mut self,
        name: &str,
        role: Post,
        unit: Option<&str>,
        password: &str,
    ) -> Result<(), Error> {
        if self.users.iter().any(|user| user.name == name) {
            return Err(Error::Refused(format!("there is a user {name} already")));
        }
        let user = User {
            name: name.to_owned(),
            role,
            unit: unit.map(str::to_owned),
            disabled: false,
            password: String::new(),
            factor: None,
            tokens: Vec::new(),
        };
        user.check().map_err(Error::Refused)?;
        self.users.push(User { password: secret::hash(password)?, ..user });
        Ok(())
    }

    /// Makes a token for a user's programs, good for so many days, and gives it: it is kept
    /// nowhere.
    ///
    /// # Errors
    /// `Refused`: no such user, or too many tokens or days.
    pub fn add_token(&mut self, name: &str, label: &str, days: u16) -> Result<String, Error> {
        if !(1..=TOKEN_DAYS_MAX).contains(&days) {
            let what = format!("a token is good for 1 to {TOKEN_DAYS_MAX} days");
            return Err(Error::Refused(what));
        }
        if label.chars().count() > 64 || label.chars().any(char::is_control) {
            return Err(Error::Refused("a label has at most 64 visible characters".to_owned()));
        }
        let user = self.user_mut(name)?;
        if user.disabled {
            return Err(Error::Refused(format!("{name} is disabled")));
        }
        let created = today();
        let expires = Day(created.0.saturating_add(days));
        // Those that are no good any more make room.
        user.tokens.retain(|token| token.is_good_on(created));
        if user.tokens.len() >= TOKENS_MAX {
            return Err(Error::Refused(format!("{name} has {TOKENS_MAX} tokens already")));
        }
        let (token, sha256) = secret::token()?;
        let (created, expires) = (created.to_string(), expires.to_string());
        user.tokens.push(KnownToken { label: label.to_owned(), sha256, created, expires });
        Ok(token)
    }

    /// Shuts a user out: sessions and tokens end at once, and the tokens are forgotten.
    ///
    /// # Errors
    /// `Refused`: no such user.
    pub fn disable(&mut self, name: &str) -> Result<(), Error> {
        let user = self.user_mut(name)?;
        user.disabled = true;
        user.tokens.clear();
        Ok(())
    }

    /// Gives a user a new password, and lets them in again; sessions end at once.
    ///
    /// # Errors
    /// `Refused`: no such user, or too short a password.
    pub fn set_password(&mut self, name: &str, password: &str) -> Result<(), Error> {
        let hash = secret::hash(password)?;
        let user = self.user_mut(name)?;
        (user.password, user.disabled) = (hash, false);
        Ok(())
    }

    /// The sources that were registered, in the order in which they were.
    pub fn registered(&self) -> &[Source] {
        &self.registered
    }

    /// Whose each source is.
    pub fn sources(&self) -> Sources {
        Sources::of(&self.registered)
    }

    /// Registers a source for one user or one unit: from now on nobody else writes under it over
    /// HTTP.
    ///
    /// # Errors
    /// `Refused`: it is registered already, is some user's own, or there is no such officer or unit.
    pub fn add_source(&mut self, source: Source) -> Result<(), Error> {
        source.check(|name| self.is_officer(name)).map_err(Error::Refused)?;
        source::add(&mut self.registered, source)
    }

    /// Takes a source out: then it is nobody's.
    ///
    /// # Errors
    /// `Refused`: it is not registered.
    pub fn remove_source(&mut self, source: &str) -> Result<(), Error> {
        let before = self.registered.len();
        self.registered.retain(|one| one.source != source);
        if self.registered.len() == before {
            let what = format!("{source} is not registered; tonghop source list names all");
            return Err(Error::Refused(what));
        }
        Ok(())
    }

    fn is_officer(&self, name: &str) -> bool {
        self.users.iter().any(|user| user.name == name && user.role == Post::Officer)
    }

    pub(crate) fn user_mut(&mut self, name: &str) -> Result<&mut User, Error> {
        let user = self.users.iter_mut().find(|user| user.name == name);
        user.ok_or_else(|| Error::Refused(format!("there is no user {name}")))
    }
}

impl Register for Book {
    const FILE: &str = "users.toml";
    const ENTRY: &str = "user";
    const LOCK: &str = "users.lock";
    const HEAD: &str = "# Who may do what. Written by `tonghop user` and `tonghop source`; read again when it changes.\n\
                        # It holds no password and no token, only their hashes, but the secrets of second factors in clear:\n\
                        # whoever reads it can make their codes. Keep it from others.\n\n";

    type Error = Error;

    fn check(&self) -> Result<(), String> {
        let mut names = HashSet::new();
        for user in &self.users {
            user.check()?;
            if !names.insert(&user.name) {
                return Err(format!("user {} is there twice", user.name));
            }
            if !secret::is_hash(&user.password) {
                return Err(format!("the password of {} is no argon2id hash", user.name));
            }
            if let Some(factor) = &user.factor {
                let wrong = |what| format!("the second factor of {}: {what}", user.name);
                factor.check().map_err(wrong)?;
            }
            let days = user.tokens.iter().flat_map(|token| [&token.created, &token.expires]);
            for day in days {
                day.parse::<Day>().map_err(|error| format!("a token of {}: {error}", user.name))?;
            }
        }
        let mut sources = HashSet::new();
        for source in &self.registered {
            source.check(|name| self.is_officer(name))?;
            if !sources.insert(&source.source) {
                return Err(format!("the source {} is there twice", source.source));
            }
        }
        Ok(())
    }

    fn unreadable(path: PathBuf, what: String) -> Error {
        Error::Unreadable { path, what }
    }
}

impl User {
    /// The second factor that they have to prove; none where none was confirmed.
    pub(crate) fn confirmed(&self) -> Option<&Factor> {
        self.factor.as_ref().filter(|factor| factor.confirmed)
    }

    /// Who they are to services; none when they are shut out.
    pub fn who(&self) -> Option<Who> {
        let role = match self.role {
            Post::Officer => Role::Officer { of: Gazetteer::embedded().unit(self.unit.as_ref()?)? },
            Post::Auditor => Role::Auditor,
            Post::Operator => Role::Operator,
        };
        (!self.disabled).then(|| Who { name: self.name.clone(), role })
    }

    fn check(&self) -> Result<(), String> {
        let User { name, role, unit, .. } = self;
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-@".contains(&c);
        let begins = name.bytes().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if !begins || name.len() > 64 || !name.bytes().all(plain) {
            return Err(format!(
                "{name:?} cannot be a name: 1 to 64 of a-z, 0-9, '.', '_', '-' and '@', beginning \
                 with a letter or digit"
            ));
        }
        let (public, open) = (Who::public(), Who::open());
        if *name == public.name || *name == open.name {
            return Err(format!("{name} is what the program calls others; take another name"));
        }
        match (role, unit) {
            (Post::Officer, Some(key)) if Gazetteer::embedded().unit(key).is_some() => Ok(()),
            (Post::Officer, Some(key)) => Err(format!("{name}: there is no unit {key}")),
            (Post::Officer, None) => Err(format!("{name}: an officer needs a unit")),
            (Post::Auditor | Post::Operator, None) => Ok(()),
            (Post::Auditor | Post::Operator, Some(_)) => {
                Err(format!("{name}: only officers have a unit"))
            }
        }
    }
}

impl KnownToken {
    /// Whether it is good on a day.
    pub(crate) fn is_good_on(&self, day: Day) -> bool {
        self.expires.parse::<Day>().is_ok_and(|last| day <= last)
    }

    pub(crate) fn hash(&self) -> &str {
        &self.sha256
    }
}

/// Where the users of a folder are.
pub(crate) fn path(folder: &Path) -> PathBuf {
    register::path::<Book>(folder)
}
