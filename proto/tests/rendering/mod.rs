//! What a fact means, as a text that stays the same when Rust names change.

use std::fmt::Write;

use domain::closing::Closing;
use domain::codes::Code;
use domain::fact::{Entry, Event, Fact, Key, Stated, StatedKind, Traits, What};
use domain::time::Day;
use proto::gazetteer::Gazetteer;
use proto::meaning::Meaning;

/// Subject, unit, and a line for each fact.
pub(crate) fn of(meaning: &Meaning, gazetteer: &Gazetteer) -> String {
    let unit = gazetteer.key(meaning.unit);
    let mut text = format!("  subject {} unit {unit}\n", key(meaning.subject.0));
    for fact in &meaning.facts {
        writeln!(text, "  {}", fact_line(fact, gazetteer)).unwrap();
    }
    text
}

fn fact_line(fact: &Fact, gazetteer: &Gazetteer) -> String {
    let Fact { content, position, sequence, on, at, what, .. } = fact;
    let unit = gazetteer.key(gazetteer.atlas.unit_of(*at));
    let part = gazetteer.atlas.part_of(*at).map_or("", |part| gazetteer.key(part));
    format!(
        "{} content {content:016x} position {position} sequence {sequence} on {on} at {unit}/{part}: {}",
        key(fact.key),
        what_line(what, gazetteer)
    )
}

fn what_line(what: &What, gazetteer: &Gazetteer) -> String {
    match what {
        What::Registered(entry) => format!("registered {}", entry_line(entry)),
        What::MovedIn(entry) => format!("moved in {}", entry_line(entry)),
        What::Classified { from, to, cause, persons, traits } => format!(
            "classified from {} to {} cause {} persons {persons} traits {}",
            from.code(),
            to.code(),
            cause.code(),
            traits.map_or("as before".to_owned(), traits_line),
        ),
        What::Resized { persons } => format!("resized persons {persons}"),
        What::MovedWithin { from } => format!("moved within from {}", gazetteer.key(*from)),
        What::MovedOut => "moved out".to_owned(),
        What::Dissolved => "dissolved".to_owned(),
        What::Event(event) => event_line(event, gazetteer),
        What::Stated(stated) => stated.iter().map(stated_line).collect::<Vec<_>>().join(" and "),
        What::Closing(one) => {
            let Closing { act, period, level, authority, reference, .. } = &**one;
            let (level, by) = (level.code(), authority.map_or("none", |one| one.code()));
            format!("{act:?} {period} as {level} set by {by} reference {reference:?}")
        }
        What::Voided { of } => format!("voids {}", key(*of)),
        What::ListOpened => "list opened".to_owned(),
    }
}

fn entry_line(entry: &Entry) -> String {
    let Entry { standing, persons, traits, left_poverty } = entry;
    let left = left_poverty.map_or("never".to_owned(), |day: Day| day.to_string());
    let (standing, traits) = (standing.code(), traits_line(*traits));
    format!("standing {standing} persons {persons} traits {traits} left poverty {left}")
}

fn traits_line(traits: Traits) -> String {
    let codes: Vec<&str> = traits.iter().map(|one| one.code()).collect();
    format!("[{}]", codes.join(" "))
}

fn event_line(event: &Event, gazetteer: &Gazetteer) -> String {
    let Event { kind, attributes, single, households, persons, quantity, work, amount, giver } =
        event;
    let mut text = kind.name().to_owned();
    for (attribute, index) in kind.attributes().iter().zip(attributes) {
        let code = (attribute.codes)()[usize::from(*index)];
        write!(text, " {}={code}({index})", attribute.name).unwrap();
    }
    let rest = &attributes[kind.attributes().len()..];
    assert!(rest.iter().all(|index| *index == 0), "an attribute that the kind does not have");
    text += &format!(
        " single {single} households {households} persons {persons} quantity {quantity} work {work:08x} amount {amount}"
    );
    // Facts that were written before units could be on the other side are rendered as they were.
    if let Some(unit) = giver {
        text += &format!(" giver {}", gazetteer.key(*unit));
    }
    text
}

fn stated_line(stated: &Stated) -> String {
    let Stated { indicator, kind, period, counted_on, value, qualifier, level, set_by, reference } =
        stated;
    // Censuses that were written before they could be of another day are rendered as they were.
    let of = counted_on.map_or_else(String::new, |day: Day| format!(" of {day}"));
    let kind = match kind {
        StatedKind::Census => "census",
        StatedKind::Target => "target",
        StatedKind::External => "external",
    };
    format!(
        "{kind} {indicator} period {} value {value} {} {} set by {} reference {reference:?}{of}",
        period.map_or("none".to_owned(), |period| period.to_string()),
        qualifier.code(),
        level.code(),
        set_by.map_or("none", |one| one.code()),
    )
}

fn key(Key([high, low]): Key) -> String {
    format!("{high:016x}{low:016x}")
}
