//! Second factors: codes at signing in, and how a signed-in user turns theirs on and off.

use std::net::IpAddr;

use super::{Access, Refused, Users, network, unable};
use crate::book::Book;
use crate::factor::Offer;
use crate::private::register::Register;
use crate::session::{Pieces, Purpose, Session};
use crate::{Error, Role, User, Who, recovery, totp};

/// How the second factor of a user is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SecondFactor {
    /// It is off.
    Off {
        /// What would turn it on.
        offer: Offer,
        /// The same as the form sends it back.
        sealed: String,
    },
    /// It is on.
    On {
        /// Since this day, in Viet Nam.
        since: String,
        /// So many recovery codes are left.
        recovery_left: usize,
    },
}

/// What proved that somebody has the second factor.
enum Proof {
    Code,
    /// So many are left.
    Recovery(usize),
}

impl Access {
    /// Signs in with the code that was still to come. It blocks for the disk.
    ///
    /// # Errors
    /// Why not; `Late` when the ticket is not ours, over, or of another password or secret.
    pub fn give_code(&self, ticket: &str, code: &str, from: IpAddr) -> Result<Session, Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let (now_s, from) = (users.clock.now_s(), network(from));
        let user = users.of_ticket(ticket, now_s).ok_or(Refused::Late)?;
        let what = match users.prove(&user, code, from, now_s)? {
            Proof::Code => "signed in with a code".to_owned(),
            Proof::Recovery(left) => format!("signed in with a recovery code, {left} left"),
        };
        // As with readings: what cannot be recorded does not happen.
        users.record.factor(&user.name, &what, Some(from), now_s).map_err(unable)?;
        users.begin(&user, from, now_s)
    }

    /// Whether somebody has to turn a second factor on before they see anything.
    pub fn must_enrol(&self, who: &Who) -> bool {
        let Some(users) = self.0.as_ref().filter(|users| !users.required.is_empty()) else {
            return false;
        };
        users
            .user(who)
            .is_some_and(|user| users.required.contains(&user.role) && user.confirmed().is_none())
    }

    /// How somebody's second factor is; none where there are no users, or they are no such. A secret
    /// that would turn it on is another one each time, but where a form has sent one back: whoever
    /// else has the password has not seen it.
    ///
    /// # Errors
    /// `Random`.
    pub fn second_factor(
        &self,
        who: &Who,
        sealed: Option<&str>,
    ) -> Result<Option<SecondFactor>, Error> {
        let Some(users) = &self.0 else { return Ok(None) };
        let Some(user) = users.user(who) else { return Ok(None) };
        if let Some(factor) = user.confirmed() {
            let (since, recovery_left) = (factor.created.clone(), factor.recovery_left());
            return Ok(Some(SecondFactor::On { since, recovery_left }));
        }
        let now_s = users.clock.now_s();
        let sent = sealed.and_then(|sealed| users.signer.unsealed(&user, sealed, now_s));
        let secret = match sent {
            Some(secret) => secret,
            None => totp::made()?,
        };
        let sealed = users.signer.sealed(&user, &secret, now_s);
        Ok(Some(SecondFactor::Off { offer: Offer::of(&secret, &user.name), sealed }))
    }

    /// Turns the second factor of a signed-in user on, by their password and a code of the secret
    /// that [`Access::second_factor`] showed them. Gives the recovery codes, which are kept nowhere,
    /// and a session: all others of theirs end. It blocks.
    ///
    /// # Errors
    /// Why not; `Late` when what was shown is over or not theirs, or when it is on already.
    pub fn turn_on(
        &self,
        who: &Who,
        password: &str,
        (sealed, code): (&str, &str),
        from: IpAddr,
    ) -> Result<(Vec<String>, Session), Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let (now_s, from) = (users.clock.now_s(), network(from));
        let user = users.with_password(&who.name, password, from, now_s)?;
        let secret = users.signer.unsealed(&user, sealed, now_s).ok_or(Refused::Late)?;
        // Whoever sees this secret has it: there is nothing to guess, and nothing to count.
        let step = totp::step(&secret, &totp::typed(code), now_s).ok_or(Refused::Wrong)?;
        let codes = users.change(|book| book.turn_on(&user.name, &secret, step))?;
        users.tell(&user.name, "turned two-step sign-in on", from, now_s);
        Ok((codes, users.begin_again(who, from, now_s)?))
    }

    /// Gives a signed-in user new recovery codes instead of those that are left. It blocks.
    ///
    /// # Errors
    /// Why not; `Late` when their second factor is off.
    pub fn renew_recovery(
        &self,
        who: &Who,
        password: &str,
        code: &str,
        from: IpAddr,
    ) -> Result<Vec<String>, Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let (now_s, from) = (users.clock.now_s(), network(from));
        let user = users.with_both(who, password, code, from, now_s)?;
        let codes = users.change(|book| book.renew_recovery(&user.name))?;
        users.tell(&user.name, "made new recovery codes", from, now_s);
        Ok(codes)
    }

    /// Turns the second factor of a signed-in user off. Gives a session: all others of theirs end. It
    /// blocks.
    ///
    /// # Errors
    /// Why not; `Late` when it is off.
    pub fn turn_off(
        &self,
        who: &Who,
        password: &str,
        code: &str,
        from: IpAddr,
    ) -> Result<Session, Refused> {
        let users = self.0.as_ref().ok_or(Refused::Unable)?;
        let (now_s, from) = (users.clock.now_s(), network(from));
        let user = users.with_both(who, password, code, from, now_s)?;
        users.change(|book| book.remove_factor(&user.name))?;
        users.tell(&user.name, "turned two-step sign-in off", from, now_s);
        users.begin_again(who, from, now_s)
    }
}

impl Users {
    fn user(&self, who: &Who) -> Option<User> {
        if matches!(who.role, Role::Public | Role::Open) {
            return None;
        }
        self.look(|known| {
            let mut all = known.book.users().iter();
            all.find(|user| user.name == who.name && !user.disabled).cloned()
        })
    }

    /// Whose ticket this is, if it is good now.
    fn of_ticket(&self, value: &str, now_s: u64) -> Option<User> {
        let pieces = Pieces::of(value)?;
        let user = self.look(|known| {
            let mut all = known.book.users().iter();
            all.find(|user| user.name == pieces.name && !user.disabled).cloned()
        })?;
        // Without a second factor there is nothing that a code could prove.
        user.confirmed()?;
        self.signer.is_good(Purpose::Ticket, &pieces, &user, now_s).then_some(user)
    }

    /// Takes a code of the app, or a recovery code: each once.
    fn prove(&self, user: &User, code: &str, from: IpAddr, now_s: u64) -> Result<Proof, Refused> {
        let typed = totp::typed(code);
        let (of, is_code) = ((user.name.as_str(), user.password.as_str()), totp::is_code(&typed));
        let tried = self.waits().may_try_code(of, from, is_code, now_s);
        tried.map_err(Refused::Wait)?;
        let proof = match is_code {
            true => self.take_code(user, &typed, now_s),
            false => self.take_recovery(user, &typed),
        };
        match proof {
            Ok(_) => self.waits().code_was_right(of, from),
            Err(Refused::Used) => {
                self.tell(&user.name, "gave a code that was taken before", from, now_s);
            }
            Err(Refused::Wrong) => self.tell(&user.name, "gave a wrong code", from, now_s),
            Err(Refused::Wait(_) | Refused::Busy | Refused::Late | Refused::Unable) => {}
        }
        proof
    }

    fn take_code(&self, user: &User, typed: &str, now_s: u64) -> Result<Proof, Refused> {
        let factor = user.confirmed().ok_or(Refused::Late)?;
        let step = totp::step(&factor.secret, typed, now_s).ok_or(Refused::Wrong)?;
        if step <= factor.confirmed_step {
            return Err(Refused::Used);
        }
        match self.used.take(&factor.secret, step, now_s).map_err(unable)? {
            true => Ok(Proof::Code),
            false => Err(Refused::Used),
        }
    }

    fn take_recovery(&self, user: &User, typed: &str) -> Result<Proof, Refused> {
        let hash = recovery::hash(typed);
        // What is no code does not lock the file. A hash tells nothing by how long it is compared.
        let factor = user.confirmed().ok_or(Refused::Late)?;
        if !factor.recovery.contains(&hash) {
            return Err(Refused::Wrong);
        }
        let left = self.change(|book| book.take_recovery(&user.name, &hash))?;
        left.map(Proof::Recovery).ok_or(Refused::Wrong)
    }

    /// A signed-in user who has proven both again.
    fn with_both(
        &self,
        who: &Who,
        password: &str,
        code: &str,
        from: IpAddr,
        now_s: u64,
    ) -> Result<User, Refused> {
        let user = self.with_password(&who.name, password, from, now_s)?;
        user.confirmed().ok_or(Refused::Late)?;
        self.prove(&user, code, from, now_s)?;
        Ok(user)
    }

    /// A session of a user as they are after a change.
    fn begin_again(&self, who: &Who, from: IpAddr, now_s: u64) -> Result<Session, Refused> {
        let user = self.user(who).ok_or(Refused::Late)?;
        self.begin(&user, from, now_s)
    }

    /// Changes the file of users. What another change has made impossible meanwhile is late.
    fn change<R>(&self, change: impl FnOnce(&mut Book) -> Result<R, Error>) -> Result<R, Refused> {
        Book::change(&self.folder, change).map_err(|error| match error {
            Error::Refused(_) => Refused::Late,
            error => {
                tracing::error!("{} cannot be changed: {error}", Book::FILE);
                Refused::Unable
            }
        })
    }

    /// Records what has happened already: where that fails, the log has it.
    fn tell(&self, name: &str, what: &str, from: IpAddr, now_s: u64) {
        tracing::info!(%from, "somebody {what}");
        if let Err(error) = self.record.factor(name, what, Some(from), now_s) {
            tracing::error!("it is not recorded that {name} {what}: {error}");
        }
    }
}
