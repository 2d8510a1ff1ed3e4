//! What a closing makes: a vintage of the figures as of its position, with its name.

use domain::closing::{Act, Judged, VintageName};
use domain::codes::{Code, Confirmation};
use domain::fold::Fold;
use proof::Range;
use proto::gazetteer::Gazetteer;
use query::Editions;
use query::findings::key;

use crate::freeze::freeze;
use crate::vintage::{Head, Vintage};

/// Who makes vintages here.
pub const PROGRAM: &str = concat!("tonghop ", env!("CARGO_PKG_VERSION"));

/// The vintage that the closing at a position makes; none, if it makes none. `fold` and `tree`
/// must be as of the position.
pub fn vintage(
    fold: &Fold,
    position: u64,
    journal: &str,
    tree: &Range,
    editions: &Editions,
) -> Option<Vintage> {
    let closings = fold.closings();
    let judged = closings.iter().find(|one| one.fact.position == position)?;
    let name = judged.verdict.ok().filter(|_| judged.closing.act == Act::Closed)?;
    let head = Head {
        journal: journal.to_owned(),
        position,
        root: tree.root().to_string(),
        catalogue: editions.catalogue.clone(),
        gazetteer: editions.gazetteer.clone(),
        program: PROGRAM.to_owned(),
        ..head(judged, &name)
    };
    Some(Vintage { head, rows: freeze(fold, &name) })
}

fn head(judged: &Judged<'_>, name: &VintageName) -> Head {
    let closing = judged.closing;
    let days = name.period.days();
    Head {
        id: id(name),
        closing: key(judged.fact.key),
        unit: Gazetteer::embedded().key(name.unit).to_owned(),
        period: name.period.to_string(),
        days: format!("{} {}", days.start(), days.end()),
        level: name.level.code().to_owned(),
        set_by: closing.authority.map_or_else(String::new, |by| by.code().to_owned()),
        reference: closing.reference.to_string(),
        received: closing.received.to_string(),
        ..Head::default()
    }
}

/// `L-637.2021-H1@administrative.official.1`.
pub fn id(name: &VintageName) -> String {
    let unit = Gazetteer::embedded().key(name.unit);
    format!("{unit}.{}.{}.{}", name.period, name.level.code(), name.nth)
}

/// What a head is of.
pub fn named(head: &Head) -> Option<VintageName> {
    let unit = Gazetteer::embedded().unit(&head.unit)?;
    let (period, level) = (head.period.parse().ok()?, Confirmation::of(&head.level)?);
    let nth = head.id.rsplit('.').next()?.parse().ok()?;
    Some(VintageName { unit, period, level, nth })
}
