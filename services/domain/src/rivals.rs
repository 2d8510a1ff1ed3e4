//! Which of several contents under one key counts: one rule, asked by timelines, by the fold where
//! rivals are of several subjects, and by the batch.

use crate::fact::{Fact, Subject, What};

/// One content under a key, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) subject: Subject,
    pub(crate) content: u64,
    pub(crate) meaning: u64,
    pub(crate) position: u64,
    pub(crate) is_closing: bool,
}

impl Claim {
    pub(crate) fn of(subject: Subject, fact: &Fact) -> Claim {
        let is_closing = matches!(fact.what, What::Closing(_));
        let Fact { content, position, .. } = *fact;
        Claim { subject, content, meaning: fact.meaning(), position, is_closing }
    }
}

/// What is known of the contents under one key.
///
/// The smallest content counts, whatever came first, so that no figure depends on a position. But a
/// closing is an act at a place of the journal and figures were filed because of it: it stands if
/// nothing came before it under its key, and nothing else ever does then; and it never stands
/// otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Contest {
    first: Option<Claim>,
    least: Option<Claim>,
}

impl Contest {
    /// Takes a content in; the order of calls does not matter.
    pub(crate) fn take(&mut self, claim: Claim) {
        let age = |one: &Claim| (one.position, one.content, one.subject);
        if self.first.is_none_or(|first| age(&claim) < age(&first)) {
            self.first = Some(claim);
        }
        let size = |one: &Claim| (one.content, one.subject);
        if !claim.is_closing && self.least.is_none_or(|least| size(&claim) < size(&least)) {
            self.least = Some(claim);
        }
    }

    /// The content that counts; none before there was any.
    pub(crate) fn winner(&self) -> Option<Claim> {
        self.first.filter(|first| first.is_closing).or(self.least)
    }
}

impl FromIterator<Claim> for Contest {
    fn from_iter<I: IntoIterator<Item = Claim>>(claims: I) -> Contest {
        let mut contest = Contest::default();
        claims.into_iter().for_each(|claim| contest.take(claim));
        contest
    }
}

/// The content of a key that counts, as one timeline knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lead {
    content: u64,
    meaning: u64,
    /// What beats it: a smaller content, but nothing beats a closing.
    rank: u64,
    /// Whether it is a fact of this timeline.
    here: bool,
}

impl Lead {
    /// How a timeline of that subject knows the winner.
    pub(crate) fn seen_by(subject: Subject, winner: Claim) -> Lead {
        let Claim { content, meaning, is_closing, .. } = winner;
        let rank = if is_closing { 0 } else { content };
        Lead { content, meaning, rank, here: winner.subject == subject }
    }

    /// What it says.
    pub(crate) fn meaning(&self) -> u64 {
        self.meaning
    }

    /// Whether a fact of this timeline and key is the one that counts.
    pub(crate) fn is(&self, fact: &Fact) -> bool {
        self.here && self.content == fact.content
    }

    /// Whether a fact of this timeline and key is a twin of the one that counts, or that one.
    pub(crate) fn is_twin(&self, fact: &Fact) -> bool {
        self.here && self.says_the_same(fact)
    }

    /// Whether a fact means the same, however it is spelt.
    pub(crate) fn says_the_same(&self, fact: &Fact) -> bool {
        self.meaning == fact.meaning()
    }

    /// Whether a fact of this content would not be beaten by it.
    pub(crate) fn yields_to(&self, content: u64) -> bool {
        self.rank >= content
    }
}
