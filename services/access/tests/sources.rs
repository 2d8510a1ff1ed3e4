//! Whose a source is, and who writes under it: as a table, and as it is kept in a folder.

use std::path::Path;

use access::{Access, Book, Error, NotYours, Owner, Post, Role, Source, Who};
use domain::atlas::Unit;
use proto::gazetteer::Gazetteer;

const PASSWORD: &str = "mua xuan 2021 o Krong Pa";

fn unit(key: &str) -> Unit {
    Gazetteer::embedded().unit(key).expect("the gazetteer has it")
}

fn of_user(source: &str, name: &str) -> Source {
    Source { source: source.to_owned(), user: Some(name.to_owned()), unit: None }
}

fn of_unit(source: &str, key: &str) -> Source {
    Source { source: source.to_owned(), user: None, unit: Some(key.to_owned()) }
}

/// A district officer, one of a commune below, one of the province above, an auditor; and sources.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    Book::change(folder.path(), |book| {
        book.add("hoa", Post::Officer, Some("L-637"), PASSWORD)?;
        book.add("an", Post::Officer, Some("L-24094"), PASSWORD)?;
        book.add("tinh", Post::Officer, Some("L-64"), PASSWORD)?;
        book.add("minh", Post::Auditor, None, PASSWORD)?;
        book.add_source(of_unit("urn:district", "L-637"))?;
        book.add_source(of_user("//vbsp.example/krong-pa", "an"))?;
        book.add_source(of_unit("//vbsp.example/krong-pa/2026", "L-64"))
    })
    .expect("it is written");
    folder
}

#[test]
fn under_a_source_nobody_but_its_owner_writes() {
    let folder = folder();
    let sources = Access::open(folder.path()).expect("it opens").sources();
    let officer = |key| Role::Officer { of: unit(key) };
    let people = [
        ("hoa", officer("L-637")),
        ("an", officer("L-24094")),
        ("tinh", officer("L-64")),
        ("minh", Role::Auditor),
        ("public", Role::Public),
        ("demo", Role::Open),
    ];
    // source, and who of them writes under it
    let table = [
        ("urn:tonghop:user:hoa", "hoa demo"),
        ("urn:tonghop:user:hoa/forms", "hoa demo"),
        // Another name that begins alike, and a name that there is not.
        ("urn:tonghop:user:hoan", "demo"),
        ("urn:tonghop:user:", "demo"),
        ("urn:tonghop:user:minh", "demo"),
        ("URN:tonghop:user:hoa", "demo"),
        // A unit's is not of those above it or below it.
        ("urn:district", "hoa demo"),
        ("urn:district/closings", "hoa demo"),
        ("urn:district2", "demo"),
        ("//vbsp.example/krong-pa", "an demo"),
        ("//vbsp.example/krong-pa/2025/1", "an demo"),
        ("//vbsp.example/krong-pa/2026", "tinh demo"),
        ("//vbsp.example/krong-pa/2026/1", "tinh demo"),
        // What is above a registered one is nobody's.
        ("//vbsp.example", "demo"),
        ("urn:other", "demo"),
        ("", "demo"),
    ];
    for (source, expected) in table {
        let may = |(name, role): &(&str, Role)| {
            let who = Who { name: (*name).to_owned(), role: *role };
            sources.allow(&who, source).is_ok()
        };
        let found: Vec<&str> = people.iter().filter(|one| may(one)).map(|one| one.0).collect();
        assert_eq!(found.join(" "), expected, "{source}");
    }
    let an = Who { name: "an".to_owned(), role: officer("L-24094") };
    let not_yours = |owner| NotYours { owner, yours: "urn:tonghop:user:an".to_owned() };
    let district = Some(Owner::Unit(unit("L-637")));
    assert_eq!(sources.allow(&an, "urn:district"), Err(not_yours(district)));
    assert_eq!(sources.allow(&an, "urn:other"), Err(not_yours(None)));
}

#[test]
fn a_source_is_registered_once_and_for_somebody_who_writes() {
    let folder = folder();
    let long = "x".repeat(201);
    let both = Source { unit: Some("L-637".to_owned()), ..of_user("urn:b", "hoa") };
    let table = [
        (of_user("urn:district", "an"), "belongs to unit L-637"),
        (of_unit("//vbsp.example/krong-pa", "L-637"), "belongs to user an"),
        (of_user("urn:b", "nobody"), "no officer nobody"),
        (of_user("urn:b", "minh"), "no officer minh"),
        (of_unit("urn:b", "L-0"), "no unit L-0"),
        (both, "one user or to one unit"),
        (of_unit("urn:tonghop:user:an", "L-637"), "is its user's already"),
        (of_unit("urn:b/", "L-637"), "without the /"),
        (of_unit("urn:hộ", "L-637"), "visible ASCII"),
        (of_unit(&long, "L-637"), "visible ASCII"),
        (of_unit("", "L-637"), "visible ASCII"),
    ];
    let before = std::fs::read(folder.path().join("users.toml")).expect("a file");
    for (source, says) in table {
        let name = source.source.clone();
        let said = change(folder.path(), |book| book.add_source(source)).expect_err("refused");
        assert!(said.to_string().contains(says), "{name}: {said}");
    }
    let said = change(folder.path(), |book| book.remove_source("urn:b")).expect_err("refused");
    assert!(said.to_string().contains("not registered"), "{said}");
    assert_eq!(std::fs::read(folder.path().join("users.toml")).expect("a file"), before);
}

#[test]
fn a_change_holds_at_once_and_a_file_that_is_wrong_changes_nothing() {
    let folder = folder();
    let access = Access::open(folder.path()).expect("it opens");
    let owner = |source: &str| access.sources().owner(source);
    change(folder.path(), |book| book.remove_source("urn:district")).expect("it is there");
    assert_eq!(owner("urn:district"), None);
    change(folder.path(), |book| book.add_source(of_user("urn:district", "an")))
        .expect("it is free");
    assert_eq!(owner("urn:district"), Some(Owner::User("an".to_owned())));
    // Written by hand: twice, and for nobody.
    let path = folder.path().join("users.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let by_hand = access::private::seal::unsealed(&text);
    for wrong in [
        "[[source]]\nsource = \"urn:district\"\nunit = \"L-637\"\n",
        "[[source]]\nsource = \"urn:c\"\n",
    ] {
        std::fs::write(&path, format!("{by_hand}\n{wrong}")).expect("it is written");
        assert!(Book::read(folder.path()).is_err(), "{wrong}");
        assert_eq!(owner("urn:district"), Some(Owner::User("an".to_owned())), "{wrong}");
        assert!(access.trouble().is_some());
    }
}

#[test]
fn in_a_demonstration_sources_are_everybodys() {
    let access = Access::open_to_all();
    assert_eq!(access.sources().allow(&access.anybody(), "urn:any"), Ok(()));
}

fn change(folder: &Path, change: impl FnOnce(&mut Book) -> Result<(), Error>) -> Result<(), Error> {
    Book::change(folder, change)
}
