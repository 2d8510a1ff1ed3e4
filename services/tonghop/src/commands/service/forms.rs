//! The way of forms to the journal: the gateway's, as of all facts.

use access::Who;
use gateway::{Became, Gateway};
use portal::submit::{Submit, Submitted, Submitting};

use super::hold::Hold;

/// Takes what forms of the portal write.
pub(super) struct Forms {
    pub(super) gateway: Gateway,
    pub(super) hold: Hold,
}

impl Submit for Forms {
    fn submit<'a>(&'a self, who: &'a Who, fact: String) -> Submitting<'a> {
        Box::pin(async move {
            if let Some((vi, en)) = self.hold.why() {
                return Submitted::NotNow { vi, en };
            }
            let Ok(mut outcomes) = self.gateway.take(who, fact.into()).await else {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use access::Access;
    use gateway::NoLedger;
    use journal::{Clock, Journal, Options, Position};

    use super::super::parts::{Part, Parts};
    use super::super::room::Room;
    use super::*;

    const CLOSING: &str = r#"{"specversion":"1.0","type":"vn.tonghop.period.closed.v1","source":"urn:a","id":"c","time":"2021-07-01T07:00:00+07:00","data":{"unit":"L-637","period":"2021-Q2","level":"official","set_by":"district_committee","reference":"209"}}"#;

    #[tokio::test]
    async fn a_form_is_held_back_by_what_holds_facts_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("dir:{}", folder.path().join("journal").display());
        let (options, access) = (Options::create(), Access::open_to_all());
        let opened = Gateway::open(&url, &options, Arc::new(NoLedger), access).await;
        let (gateway, appending) = opened.expect("it opens");
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let writing = tokio::spawn(appending.run(async { drop(stopped.await) }));
        let end = async || {
            let journal = Journal::open(&url, &Options::default()).await.expect("it opens");
            journal.end().await.expect("an end")
        };
        // What is to stay free on the disk, what else holds back, what is said of it, and the position
        // at which the journal ends.
        let undurable = Parts::default();
        undurable.failed(Part::Writing, &"it does not sync");
        for (reserve_mb, parts, says, expected) in [
            (u64::MAX, Parts::default(), "reserve", 0),
            (0, undurable, "power cut", 0),
            (0, Parts::default(), "", 1),
        ] {
            let room = Room::of(folder.path(), &url, reserve_mb);
            let hold = Hold { room, parts, clock: Clock::system() };
            let forms = Forms { gateway: gateway.clone(), hold };
            let submitted = forms.submit(&Who::open(), CLOSING.to_owned()).await;
            match expected {
                0 => assert!(
                    matches!(&submitted, Submitted::NotNow { en, .. } if en.contains(says)),
                    "{submitted:?}"
                ),
                _ => assert_eq!(submitted, Submitted::Accepted(expected)),
            }
            assert_eq!(end().await, Position(expected));
        }
        drop((stop, gateway));
        writing.await.expect("no panic").expect("it ends");
    }
}
