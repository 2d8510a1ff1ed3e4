//! `tonghop source`: under which source who writes facts over HTTP.

use access::{Book, Owner, Post, Source, own_source};
use anyhow::Result;
use proto::gazetteer::{Gazetteer, Lang};
use serde::Serialize;

use super::place;
use crate::cli::{Format, SourceArgs, SourceCommand};
use crate::screen::Screen;

pub(super) fn source(screen: &mut Screen, args: &SourceArgs) -> Result<()> {
    let data = &args.data;
    match &args.command {
        SourceCommand::Add { source, user, unit } => {
            let unit = unit.as_deref().map(|text| place::unit(text, Some(place::today()?)));
            let unit = unit.transpose()?.map(|unit| Gazetteer::embedded().key(unit).to_owned());
            let added = Source { source: source.clone(), user: user.clone(), unit };
            let of = added.owner().map_or_else(String::new, |owner| whose(screen.lang, &owner));
            store::folder::claim(data)?;
            Book::change(data, |book| book.add_source(added))?;
            screen.line(match screen.lang {
                Lang::Vi => {
                    format!("{source} nay là của {of}; không ai khác ghi được dưới nguồn này.")
                }
                Lang::En => format!("{source} belongs to {of}; nobody else writes under it."),
            })
        }
        SourceCommand::Remove { source } => {
            Book::change(data, |book| book.remove_source(source))?;
            screen.line(match screen.lang {
                Lang::Vi => {
                    format!("{source} không còn là của ai; không ai ghi được dưới nguồn này.")
                }
                Lang::En => format!("{source} belongs to nobody; nobody writes under it."),
            })
        }
        SourceCommand::List => list(screen, &Book::read(data)?),
    }
}

#[derive(Serialize)]
struct Row {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Whether it is a user's own, which nobody registered.
    own: bool,
}

fn list(screen: &mut Screen, book: &Book) -> Result<()> {
    let registered = book.registered().iter().map(|one| {
        let Source { source, user, unit } = one.clone();
        Row { source, user, unit, own: false }
    });
    let officers = book.users().iter().filter(|user| user.role == Post::Officer && !user.disabled);
    let own = officers.map(|user| Row {
        source: own_source(&user.name),
        user: Some(user.name.clone()),
        unit: None,
        own: true,
    });
    let rows: Vec<Row> = registered.chain(own).collect();
    if screen.format == Format::Json {
        return screen.json(&rows);
    }
    let lang = screen.lang;
    let sources = book.sources();
    let row = |Row { source, own, .. }: Row| {
        let of = sources.owner(&source).map_or_else(String::new, |owner| whose(lang, &owner));
        let how = match own {
            true => query::lang::pick(lang, "sẵn có", "own"),
            false => query::lang::pick(lang, "đã đăng ký", "registered"),
        };
        vec![source, of, how.to_owned()]
    };
    let rows: Vec<Vec<String>> = rows.into_iter().map(row).collect();
    let header = [screen.pick("Nguồn", "Source"), screen.pick("Của ai", "Owner"), ""];
    screen.rows(&header, &rows, header.len())
}

/// Whose it is, as people read it.
pub(super) fn whose(lang: Lang, owner: &Owner) -> String {
    let gazetteer = Gazetteer::embedded();
    match (owner, lang) {
        (Owner::User(name), Lang::Vi) => format!("người dùng {name}"),
        (Owner::User(name), Lang::En) => format!("user {name}"),
        (Owner::Unit(unit), _) => {
            format!("{} ({})", gazetteer.name(*unit, lang), gazetteer.key(*unit))
        }
    }
}
