//! `webhooks.toml`: who wants to be told what, and where. What `tonghop webhook` reads and changes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use access::Who;
use access::private::register::{self, Register};
use domain::disclosure::{HOUSEHOLDS_MIN, Sees};
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::guard::{self, Guard};
use crate::secret::Secret;
use crate::{Error, Id, Result};

/// Most subscriptions of a folder.
pub const SUBSCRIPTIONS_MAX: usize = 1000;
/// An old secret stays good for no longer, in hours.
pub const KEEP_HOURS_MAX: u32 = 30 * 24;
const NAME_CHARS_MAX: usize = 100;
/// The one in force, and old ones that are still good.
const SECRETS_MAX: usize = 3;

/// All subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    #[serde(default, rename = "webhook")]
    subscriptions: Vec<Subscription>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// `wh_…`
    pub id: Id,
    /// What it is for.
    pub name: String,
    /// Where to.
    pub url: String,
    /// The user whose it is.
    pub owner: String,
    /// When it was made, as RFC 3339 writes it.
    pub created: String,
    /// Whether its owner wants it; whether it was given up is kept with the deliveries.
    pub enabled: bool,
    /// The position in the feed after which it begins; without it, after what was told before it
    /// was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// What it wants.
    #[serde(default)]
    pub filter: Filter,
    /// The unit whose single households its owner might see when it was made: of this one and those
    /// below it messages name the fact that tipped them. Without it, none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sees: Option<String>,
    /// What signs: the one in force first.
    #[serde(rename = "secret")]
    secrets: Vec<Known>,
}

/// A secret, and until when it is good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    key: Secret,
    /// Seconds since the Unix epoch; none for the one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until_s: Option<u64>,
}

/// What is asked for with a new subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What it is for.
    pub name: String,
    /// Where to.
    pub url: String,
    /// The user whose it is.
    pub owner: String,
    /// The position in the feed after which it begins; see [`Subscription::since`].
    pub since: Option<u64>,
    /// What it wants.
    pub filter: Filter,
    /// Whose single households its owner may see; see [`Subscription::sees`].
    pub sees: Option<String>,
}

/// The unit whose single households somebody may see, by its key: for [`Wish::sees`].
pub fn sees(who: &Who) -> Option<String> {
    let gazetteer = Gazetteer::embedded();
    let of = match who.disclosure(HOUSEHOLDS_MIN).sees {
        Sees::Everything => gazetteer.unit("VN")?,
        Sees::Below(of) => of,
        Sees::Nothing => return None,
    };
    Some(gazetteer.key(of).to_owned())
}

impl Book {
    /// The subscriptions of a folder; none where there is no file.
    ///
    /// # Errors
    /// `File`, `Unreadable`.
    pub fn read(folder: &Path) -> Result<Book> {
        register::read(folder)
    }

    /// Changes the subscriptions of a folder; nobody else does meanwhile. A change that fails
    /// changes nothing.
    ///
    /// # Errors
    /// As [`Book::read`], and what `change` says.
    pub fn change<R>(folder: &Path, change: impl FnOnce(&mut Book) -> Result<R>) -> Result<R> {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        register::change(folder, change)
    }

    /// Whether a folder has a file of subscriptions.
    pub fn is_there(folder: &Path) -> bool {
        path(folder).exists()
    }

    /// All, in the order in which they were added.
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// The subscription with this id.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn get(&self, id: Id) -> Result<&Subscription> {
        let found = self.subscriptions.iter().find(|one| one.id == id);
        found.ok_or_else(|| Error::Unknown(id.to_string()))
    }

    /// Adds a subscription, with a secret that is told this once.
    ///
    /// # Errors
    /// `Refused`, `Random`.
    pub fn add(&mut self, wish: Wish, guard: &Guard, now_s: u64) -> Result<(Id, Secret)> {
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            let what = format!("there are {SUBSCRIPTIONS_MAX} already; remove one first");
            return Err(Error::refused("name", what));
        }
        let Wish { name, url, owner, since, filter, sees } = wish;
        let url = guard.check(&url)?.to_string();
        let (id, secret) = (Id::random()?, Secret::made()?);
        let secrets = vec![Known { key: secret.clone(), until_s: None }];
        let created = access::written(now_s);
        let subscription = Subscription {
            id,
            name,
            url,
            owner,
            created,
            enabled: true,
            since,
            filter,
            sees,
            secrets,
        };
        subscription.check()?;
        self.subscriptions.push(subscription);
        Ok((id, secret))
    }

    /// Gives a subscription a new secret; the one so far stays good for so many hours beside it.
    ///
    /// # Errors
    /// `Unknown`, `Refused`, `Random`.
    pub fn rotate(&mut self, id: Id, keep_hours: u32, now_s: u64) -> Result<Secret> {
        if keep_hours > KEEP_HOURS_MAX {
            let what = format!("an old secret stays good for at most {KEEP_HOURS_MAX} hours");
            return Err(Error::refused("keep_hours", what));
        }
        let subscription = self.get_mut(id)?;
        let until_s = now_s + u64::from(keep_hours) * 3600;
        for known in &mut subscription.secrets {
            known.until_s = Some(known.until_s.map_or(until_s, |until| until.min(until_s)));
        }
        subscription.secrets.retain(|known| known.is_good(now_s));
        subscription.secrets.truncate(SECRETS_MAX - 1);
        let secret = Secret::made()?;
        subscription.secrets.insert(0, Known { key: secret.clone(), until_s: None });
        Ok(secret)
    }

    /// Lets a subscription's messages go, or wait.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn enable(&mut self, id: Id, enabled: bool) -> Result<()> {
        self.get_mut(id)?.enabled = enabled;
        Ok(())
    }

    /// Removes a subscription, and with it what is open.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn remove(&mut self, id: Id) -> Result<Subscription> {
        let found = self.subscriptions.iter().position(|one| one.id == id);
        let at = found.ok_or_else(|| Error::Unknown(id.to_string()))?;
        Ok(self.subscriptions.remove(at))
    }

    fn get_mut(&mut self, id: Id) -> Result<&mut Subscription> {
        let found = self.subscriptions.iter_mut().find(|one| one.id == id);
        found.ok_or_else(|| Error::Unknown(id.to_string()))
    }
}

impl Register for Book {
    const FILE: &str = "webhooks.toml";
    const ENTRY: &str = "webhook";
    const LOCK: &str = "webhooks.lock";
    const HEAD: &str = "# Where milestones are sent. Written by `tonghop webhook`; read again when it changes.\n\
                        # It holds the secrets that sign: keep it from others.\n\n";

    type Error = Error;

    fn check(&self) -> Result<(), String> {
        if self.subscriptions.len() > SUBSCRIPTIONS_MAX {
            return Err(format!("there are more than {SUBSCRIPTIONS_MAX} webhooks"));
        }
        let mut ids = HashSet::new();
        for one in &self.subscriptions {
            one.check().map_err(|error| format!("webhook {}: {error}", one.id))?;
            if !ids.insert(one.id) {
                return Err(format!("webhook {} is there twice", one.id));
            }
        }
        Ok(())
    }

    fn unreadable(path: PathBuf, what: String) -> Error {
        Error::Unreadable { path, what }
    }
}

impl Subscription {
    /// The secrets that are good at this moment, the one in force first.
    pub fn secrets(&self, now_s: u64) -> Vec<Secret> {
        let good = self.secrets.iter().filter(|known| known.is_good(now_s));
        good.map(|known| known.key.clone()).collect()
    }

    fn check(&self) -> Result<()> {
        let visible = |text: &str, chars_max: usize| {
            let chars = text.chars().count();
            (1..=chars_max).contains(&chars) && !text.chars().any(char::is_control)
        };
        if !visible(&self.name, NAME_CHARS_MAX) || self.name.trim().is_empty() {
            return Err(Error::refused("name", "it has 1 to 100 visible characters"));
        }
        if !visible(&self.owner, 64) {
            return Err(Error::refused("owner", "it is the name of a user: 1 to 64 characters"));
        }
        guard::parse(&self.url)?;
        self.filter.check()?;
        if self.sees.as_ref().is_some_and(|key| Gazetteer::embedded().unit(key).is_none()) {
            return Err(Error::refused("sees", "it is the key of a unit, or left out"));
        }
        let in_force = self.secrets.iter().filter(|known| known.until_s.is_none()).count();
        if in_force != 1 || self.secrets.len() > SECRETS_MAX {
            let what = "one has no end, and at most two others have one: `tonghop webhook rotate`";
            return Err(Error::refused("secret", what));
        }
        Ok(())
    }
}

impl Known {
    fn is_good(&self, now_s: u64) -> bool {
        self.until_s.is_none_or(|until_s| now_s < until_s)
    }
}

/// Where the subscriptions of a folder are.
pub(crate) fn path(folder: &Path) -> PathBuf {
    register::path::<Book>(folder)
}
