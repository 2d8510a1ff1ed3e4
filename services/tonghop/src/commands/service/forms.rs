//! The way of forms to the journal: the gateway's, as of all facts.

use access::Who;
use gateway::{Became, Gateway};
use portal::submit::{Submit, Submitted, Submitting};

/// Takes what forms of the portal write.
pub(super) struct Forms(pub(super) Gateway);

impl Submit for Forms {
    fn submit<'a>(&'a self, who: &'a Who, fact: String) -> Submitting<'a> {
        Box::pin(async move {
            let Ok(mut outcomes) = self.0.take(who, fact.into()).await else {
                return Submitted::Busy;
            };
            match outcomes.pop().map(|outcome| outcome.became) {
                Some(Became::Accepted { position, .. } | Became::Duplicate { position }) => {
                    Submitted::Accepted(position)
                }
                Some(Became::Rejected(refusal)) => {
                    let problem = refusal.problem();
                    Submitted::Rejected {
                        vi: problem.title.to_owned(),
                        en: format!("{}: {}", problem.title_en, problem.detail),
                    }
                }
                // A line has an outcome; without one it is not known to be written.
                None => Submitted::Busy,
            }
        })
    }
}
