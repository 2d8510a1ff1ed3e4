//! Who has to wait before they may try a password or a code again.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::tries::Tries;

/// Longest delay of a try because of what others tried, in seconds.
const DELAY_S_MAX: u64 = 5;
/// Most names and networks that are remembered as having signed in.
const HOMES_MAX: usize = 100_000;
/// Longest wait for the next code of one user, in seconds: a day. Whoever has the password gets some
/// 16 tries a day so, and three codes among a million are good at a time: in a year of trying, 1 in
/// 50 finds one.
const CODE_WAIT_S_MAX: u64 = 86_400;

/// Failures by name and address, and by name alone: whoever fails from elsewhere must not lock the
/// user of that name out for long.
pub(crate) struct Waits {
    there: Tries<(String, IpAddr)>,
    anywhere: Tries<String>,
    /// Where names have signed in from since the program began.
    at_home: HashSet<(String, IpAddr)>,
    codes_there: Tries<(String, IpAddr)>,
    /// By name and password: only who has the password gets so far as to fail here, and a new
    /// password is a new beginning.
    codes: Tries<String>,
}

impl Waits {
    pub(crate) fn new() -> Waits {
        Waits {
            there: Tries::new(5, 900),
            anywhere: Tries::new(30, 60),
            at_home: HashSet::new(),
            codes_there: Tries::new(5, 900),
            codes: Tries::new(5, CODE_WAIT_S_MAX),
        }
    }

    /// Counts the try of a password as a failure until it has succeeded, so that many at once are no
    /// way around. How long to wait instead, in seconds.
    pub(crate) fn may_try(&mut self, name: &str, from: IpAddr, now_s: u64) -> Result<(), u64> {
        let there = (name.to_owned(), from);
        none_left(self.there.wait_s(&there, now_s))?;
        self.anywhere.failed(there.0.clone(), now_s);
        self.there.failed(there, now_s);
        Ok(())
    }

    pub(crate) fn password_was_right(&mut self, name: &str, from: IpAddr) {
        self.there.succeeded(&(name.to_owned(), from));
        self.anywhere.succeeded(&name.to_owned());
    }

    /// The same of a code, after the right password. Recovery codes cannot be guessed: only the
    /// address waits, so that who knows the password keeps nobody out who has one.
    pub(crate) fn may_try_code(
        &mut self,
        of: (&str, &str),
        from: IpAddr,
        is_guessable: bool,
        now_s: u64,
    ) -> Result<(), u64> {
        let (there, one) = (((of.0.to_owned()), from), both(of));
        none_left(self.codes_there.wait_s(&there, now_s))?;
        if is_guessable {
            none_left(self.codes.wait_s(&one, now_s))?;
            self.codes.failed(one, now_s);
        }
        self.codes_there.failed(there, now_s);
        Ok(())
    }

    pub(crate) fn code_was_right(&mut self, of: (&str, &str), from: IpAddr) {
        self.codes_there.succeeded(&(of.0.to_owned(), from));
        self.codes.succeeded(&both(of));
    }

    /// Somebody is in.
    pub(crate) fn came_in(&mut self, name: &str, from: IpAddr) {
        // Forgotten all at once now and then, which costs somebody a delay.
        if self.at_home.len() >= HOMES_MAX {
            self.at_home.clear();
        }
        self.at_home.insert((name.to_owned(), from));
    }

    /// How long to delay a try because of what others tried.
    pub(crate) fn delay_s(&self, name: String, from: IpAddr, now_s: u64) -> u64 {
        let there = (name, from);
        if self.at_home.contains(&there) {
            return 0;
        }
        self.anywhere.wait_s(&there.0, now_s).min(DELAY_S_MAX)
    }
}

fn none_left(wait_s: u64) -> Result<(), u64> {
    if wait_s == 0 { Ok(()) } else { Err(wait_s) }
}

fn both((name, password): (&str, &str)) -> String {
    format!("{name}~{password}")
}
