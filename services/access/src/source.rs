//! Sources, and whose they are: under a source nobody but its owner writes facts, so that nobody can
//! take the id of somebody else's next one.
//!
//! ```text
//! urn:tonghop:user:hoa          the user's own, without anybody doing anything; so is all below it
//! //vbsp.example/krong-pa       registered in users.toml for one user, or for one unit
//! //vbsp.example/krong-pa/2026  below it: the same owner, unless it is registered itself
//! ```

use std::collections::HashMap;

use domain::atlas::Unit;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

use crate::{Error, Who};

/// What every user's own source begins with; the name follows.
const OWN: &str = "urn:tonghop:user:";
/// As the contract has it: no longer, and visible.
const CHARS_MAX: usize = 200;

/// Whose a source is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Owner {
    /// This user's.
    User(String),
    /// The officers' of this very unit; of none above or below it.
    Unit(Unit),
}

/// A source that was registered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// As facts name it.
    pub source: String,
    /// The name of the user whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The key of the unit whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Whose each source is at a moment.
#[derive(Clone, Debug, Default)]
pub struct Sources(HashMap<String, Owner>);

/// Under which source a user writes without anybody registering one.
pub fn own_source(name: &str) -> String {
    format!("{OWN}{name}")
}

impl Sources {
    pub(crate) fn of(registered: &[Source]) -> Sources {
        let one = |source: &Source| Some((source.source.clone(), source.owner()?));
        Sources(registered.iter().filter_map(one).collect())
    }

    /// Whose a source is; nobody's where it is no user's own and neither it nor what it is below is
    /// registered.
    pub fn owner(&self, source: &str) -> Option<Owner> {
        if let Some(rest) = source.strip_prefix(OWN) {
            let name = rest.split('/').next().unwrap_or_default();
            return Some(Owner::User(name.to_owned()));
        }
        let mut stem = source;
        loop {
            if let Some(owner) = self.0.get(stem) {
                return Some(owner.clone());
            }
            (stem, _) = stem.rsplit_once('/')?;
        }
    }

    /// Lets somebody write facts under a source.
    ///
    /// # Errors
    /// `NotYours`: whose it is instead.
    pub fn allow(&self, who: &Who, source: &str) -> Result<(), NotYours> {
        let owner = self.owner(source);
        if who.may_write_under(owner.as_ref()) {
            return Ok(());
        }
        Err(NotYours { owner, yours: own_source(&who.name) })
    }
}

/// Somebody may not write under a source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotYours {
    /// Whose it is; none when it is nobody's.
    pub owner: Option<Owner>,
    /// Under which they may without asking anybody.
    pub yours: String,
}

impl Source {
    /// Whose it is; none when the file says it in no way that makes sense.
    pub fn owner(&self) -> Option<Owner> {
        match (&self.user, &self.unit) {
            (Some(name), None) => Some(Owner::User(name.clone())),
            (None, Some(key)) => Gazetteer::embedded().unit(key).map(Owner::Unit),
            _ => None,
        }
    }

    /// Looks whether it can be one; `is_officer` tells whether a user of that name writes facts.
    pub(crate) fn check(&self, is_officer: impl Fn(&str) -> bool) -> Result<(), String> {
        let Source { source, user, unit } = self;
        let is_visible = source.bytes().all(|byte| byte.is_ascii_graphic());
        if source.is_empty() || source.len() > CHARS_MAX || !is_visible {
            return Err(format!("a source has 1 to {CHARS_MAX} visible ASCII characters"));
        }
        if source.starts_with(OWN) {
            return Err(format!("{source}: what begins with {OWN} is its user's already"));
        }
        if source.ends_with('/') {
            let what = "write it without the / at its end; what is below it belongs to it anyway";
            return Err(format!("{source}: {what}"));
        }
        match (user, unit) {
            (Some(name), None) if is_officer(name) => Ok(()),
            (Some(name), None) => {
                Err(format!("{source}: there is no officer {name}, and only officers write facts"))
            }
            (None, Some(key)) if Gazetteer::embedded().unit(key).is_some() => Ok(()),
            (None, Some(key)) => Err(format!("{source}: there is no unit {key}")),
            _ => Err(format!("{source}: it belongs to one user or to one unit")),
        }
    }
}

/// Adds a source to those that are registered.
pub(crate) fn add(all: &mut Vec<Source>, source: Source) -> Result<(), Error> {
    if let Some(there) = all.iter().find(|one| one.source == source.source) {
        let of = match (&there.user, &there.unit) {
            (Some(name), _) => format!("user {name}"),
            (None, key) => format!("unit {}", key.as_deref().unwrap_or_default()),
        };
        let Source { source, .. } = source;
        let what = format!("{source} belongs to {of}; tonghop source remove {source} first");
        return Err(Error::Refused(what));
    }
    all.push(source);
    Ok(())
}
