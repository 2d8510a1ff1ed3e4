//! How second factors are changed in the list of users.

use crate::clock::{self, today};
use crate::factor::{Factor, Offer};
use crate::{Book, Error, recovery, totp};

impl Book {
    /// Makes a secret for a user and gives it. Nothing is asked of them before they have confirmed
    /// it; one that was not confirmed before is forgotten.
    ///
    /// # Errors
    /// `Refused`: no such user, they are disabled, or have confirmed one.
    pub fn offer_factor(&mut self, name: &str) -> Result<Offer, Error> {
        let secret = totp::made()?;
        let user = self.user_mut(name)?;
        if user.disabled {
            return Err(Error::Refused(format!("{name} is disabled")));
        }
        if user.confirmed().is_some() {
            return Err(is_on(name));
        }
        let offer = Offer::of(&secret, name);
        user.factor = Some(Factor {
            secret,
            confirmed: false,
            created: today().to_string(),
            confirmed_step: 0,
            recovery: Vec::new(),
        });
        Ok(offer)
    }

    /// Turns a user's second factor on by a code of the secret that they were given, and gives their
    /// recovery codes: they are kept nowhere. Open sessions end.
    ///
    /// # Errors
    /// `Refused`: no such user, nothing to confirm, or a wrong code.
    pub fn confirm_factor(
        &mut self,
        name: &str,
        code: &str,
        now_s: u64,
    ) -> Result<Vec<String>, Error> {
        let user = self.user_mut(name)?;
        let Some(factor) = user.factor.as_ref() else {
            let what = format!("there is nothing to confirm for {name}; begin without --code");
            return Err(Error::Refused(what));
        };
        if factor.confirmed {
            return Err(is_on(name));
        }
        let secret = factor.secret.clone();
        let Some(step) = totp::step(&secret, &totp::typed(code), now_s) else {
            return Err(Error::Refused(format!(
                "that is no code of now: an app shows another one every 30 seconds; if it stays so, \
                 the clock of the telephone or of this machine ({}) is wrong",
                clock::written(now_s)
            )));
        };
        self.turn_on(name, &secret, step)
    }

    /// Turns a second factor on whose code of this step was shown, and gives the recovery codes.
    pub(crate) fn turn_on(
        &mut self,
        name: &str,
        secret: &str,
        step: u64,
    ) -> Result<Vec<String>, Error> {
        let (codes, recovery) = recovery::made()?;
        let user = self.user_mut(name)?;
        if user.confirmed().is_some() {
            return Err(is_on(name));
        }
        user.factor = Some(Factor {
            secret: secret.to_owned(),
            confirmed: true,
            created: today().to_string(),
            confirmed_step: step,
            recovery,
        });
        Ok(codes)
    }

    /// Takes a user's second factor away: their password alone lets them in again. Open sessions end
    /// if it was confirmed.
    ///
    /// # Errors
    /// `Refused`: no such user, or they have none.
    pub fn remove_factor(&mut self, name: &str) -> Result<(), Error> {
        let user = self.user_mut(name)?;
        let none = || Error::Refused(format!("{name} has no second factor"));
        user.factor.take().map(drop).ok_or_else(none)
    }

    /// New recovery codes instead of those that are left.
    ///
    /// # Errors
    /// `Refused`: no such user, or no second factor of theirs is on.
    pub(crate) fn renew_recovery(&mut self, name: &str) -> Result<Vec<String>, Error> {
        let (codes, recovery) = recovery::made()?;
        let factor = self.user_mut(name)?.factor.as_mut().filter(|factor| factor.confirmed);
        let none = || Error::Refused(format!("{name} has no second factor"));
        factor.ok_or_else(none)?.recovery = recovery;
        Ok(codes)
    }

    /// Takes a recovery code: none is good again. How many are left, or none when it is not there.
    pub(crate) fn take_recovery(&mut self, name: &str, hash: &str) -> Result<Option<usize>, Error> {
        let factor = self.user_mut(name)?.factor.as_mut().filter(|factor| factor.confirmed);
        Ok(factor.and_then(|factor| {
            let before = factor.recovery.len();
            factor.recovery.retain(|one| one != hash);
            (factor.recovery.len() < before).then_some(factor.recovery.len())
        }))
    }
}

fn is_on(name: &str) -> Error {
    Error::Refused(format!("{name} has a second factor already; take it away first (--remove)"))
}
