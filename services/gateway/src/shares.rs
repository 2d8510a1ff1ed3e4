//! So many may do something at one time, and so many of them may be one user's: whoever sends much
//! leaves room for the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// Places, shared out among users. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shares(Arc<Inner>);

struct Inner {
    all: Arc<Semaphore>,
    all_max: usize,
    of_one_max: usize,
    /// Those of each user who has some.
    ones: Mutex<HashMap<Box<str>, Arc<Semaphore>>>,
}

/// One place; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _one: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

/// Why there is no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// The user has as many as one may have.
    ByOne,
    /// All are taken.
    ByAll,
}

/// Beyond so many, users who have none are forgotten.
const ONES_MAX: usize = 256;

impl Shares {
    pub(crate) fn new(all_max: usize, of_one_max: usize) -> Shares {
        let (all, ones) = (Arc::new(Semaphore::new(all_max)), Mutex::default());
        Shares(Arc::new(Inner { all, all_max, of_one_max, ones }))
    }

    /// A place for that user, if there is one now.
    pub(crate) fn try_take(&self, user: &str) -> Result<Share, Taken> {
        let full = |by| move |_: TryAcquireError| by;
        let one = self.of(user).try_acquire_owned().map_err(full(Taken::ByOne))?;
        let all = self.0.all.clone().try_acquire_owned().map_err(full(Taken::ByAll))?;
        Ok(Share { _one: one, _all: all })
    }

    /// A place for that user, when there is one. Waits for the user's own first, so that nobody
    /// holds up others by waiting.
    pub(crate) async fn take(&self, user: &str) -> Option<Share> {
        let one = self.of(user).acquire_owned().await.ok()?;
        let all = self.0.all.clone().acquire_owned().await.ok()?;
        Some(Share { _one: one, _all: all })
    }

    fn of(&self, user: &str) -> Arc<Semaphore> {
        let mut ones = self.0.ones.lock().unwrap_or_else(PoisonError::into_inner);
        if ones.len() >= ONES_MAX {
            // Who holds or awaits a place holds the semaphore, too.
            ones.retain(|_, one| Arc::strong_count(one) > 1);
        }
        let fresh = || Arc::new(Semaphore::new(self.0.of_one_max));
        ones.entry(user.into()).or_insert_with(fresh).clone()
    }

    /// How many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.0.all_max - self.0.all.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_takes_a_share_and_all_together_take_all() {
        let shares = Shares::new(5, 3);
        let own: Vec<Share> = (0..3).filter_map(|_| shares.try_take("a").ok()).collect();
        assert_eq!(own.len(), 3);
        assert_eq!(shares.try_take("a").err(), Some(Taken::ByOne));
        let others = [shares.try_take("b").expect("room"), shares.try_take("c").expect("room")];
        assert_eq!(shares.try_take("d").err(), Some(Taken::ByAll));
        assert_eq!(shares.taken(), 5);
        drop((own, others));
        assert_eq!(shares.taken(), 0);
        assert!(shares.try_take("d").is_ok());
    }

    #[test]
    fn users_who_have_none_are_forgotten_and_those_who_have_some_are_not() {
        let shares = Shares::new(9_999, 1);
        let kept = shares.try_take("kept").expect("room");
        for user in 0..ONES_MAX * 3 {
            assert!(shares.try_take(&user.to_string()).is_ok());
        }
        assert!(shares.0.ones.lock().expect("no panic").len() <= ONES_MAX);
        assert_eq!(shares.try_take("kept").err(), Some(Taken::ByOne));
        drop(kept);
    }
}
