//! Checks lines: may they enter, and may this sender write in the unit and under the source that they
//! say.

use std::borrow::Cow;

use access::{Sources, Who};
use domain::fact::Fact;
use journal::Entry;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use proto::intake::{Accepted, Intake};
use proto::text::{looks_personal, names_person};
use serde::Deserialize;

use crate::care::Touched;
use crate::ledger::Asked;
use crate::lines::Line;
use crate::outcome::Refusal;
use crate::plan::Offer;

/// No id is longer: of what is refused the id may be.
const ID_CHARS_MAX: usize = 64;

/// A line that was looked at.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) line: u64,
    pub(crate) id: Option<String>,
    pub(crate) result: Result<Offer, Refusal>,
}

/// Checks a run of lines, in order. It computes: not for a thread that others wait for.
pub(crate) fn check(who: &Who, sources: &Sources, lines: Vec<Line>) -> Vec<Checked> {
    let intake = Intake {
        gazetteer: Gazetteer::embedded(),
        plan: &Catalogue::embedded().plan,
        today: access::today(),
    };
    let one = |Line { number, bytes }: Line| Checked {
        line: number,
        id: id(&bytes),
        result: take(&intake, who, sources, &bytes),
    };
    lines.into_iter().map(one).collect()
}

fn take(intake: &Intake<'_>, who: &Who, sources: &Sources, line: &[u8]) -> Result<Offer, Refusal> {
    let Accepted { bytes, route, source, meaning } = intake.take(line).map_err(Refusal::Wrong)?;
    let atlas = &intake.gazetteer.atlas;
    // Money that comes from another unit changes that unit's figures.
    let giver = |fact: &Fact| fact.giver().is_none_or(|unit| who.may_write(atlas, unit));
    let may = |fact: &Fact| who.may_write_at(atlas, fact.at) && giver(fact);
    if !meaning.facts.iter().all(may) {
        return Err(Refusal::NotAllowed);
    }
    // Of this fact only: one that it voids or corrects may be of another source.
    sources.allow(who, &source).map_err(Refusal::NotYourSource)?;
    let touched = Touched::by(&meaning);
    let fact = meaning.facts.first().expect("a document means at least one fact");
    let asked = Asked { subject: meaning.subject, key: fact.key, meaning: fact.meaning() };
    Ok(Offer { asked, touched, entry: Entry::new(route, bytes) })
}

/// The id of a line, also of one that is refused, if it says one that may be repeated.
fn id(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    let named: Named<'_> = serde_json::from_slice(line).ok()?;
    let may = named.id.chars().count() <= ID_CHARS_MAX
        && named.id.bytes().all(|byte| byte.is_ascii_graphic())
        && !looks_personal(&named.id)
        && !names_person(&named.id);
    may.then(|| named.id.into_owned())
}
