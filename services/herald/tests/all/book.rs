//! `webhooks.toml`: every entry that cannot be is named with its field.

use std::os::unix::fs::PermissionsExt;

use access::private::seal::unsealed;
use herald::{Book, Error, Filter, Guard, Id, SUBSCRIPTIONS_MAX, Wish};

fn wish(name: &str, url: &str) -> Wish {
    Wish {
        name: name.to_owned(),
        url: url.to_owned(),
        owner: "hoa".to_owned(),
        since: None,
        filter: Filter::default(),
        sees: None,
    }
}

#[test]
fn what_cannot_be_subscribed_to_is_refused_by_its_field_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let good = "https://example.org/hook";
    let long = "a".repeat(101);
    for (name, url, owner, field) in [
        ("", good, "hoa", "name"),
        ("  ", good, "hoa", "name"),
        (long.as_str(), good, "hoa", "name"),
        ("a\nb", good, "hoa", "name"),
        ("a", good, "", "owner"),
        ("a", "example.org", "hoa", "url"),
        ("a", "http://example.org/", "hoa", "url"),
        ("a", "https://127.0.0.1/", "hoa", "url"),
        ("a", "https://hoa:x@example.org/", "hoa", "url"),
    ] {
        let wish = Wish { owner: owner.to_owned(), ..wish(name, url) };
        let added = Book::change(folder.path(), |book| book.add(wish, &Guard::strict(), 0));
        match added {
            Err(Error::Refused { field: found, .. }) => assert_eq!(found, field, "{name:?} {url}"),
            other => panic!("{name:?} {url}: {other:?}"),
        }
    }
    assert!(Book::read(folder.path()).unwrap().subscriptions().is_empty());
}

#[test]
fn what_is_added_is_read_again_and_nobody_else_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = "https://example.org/hook?a=b";
    let (id, secret) =
        Book::change(folder.path(), |book| book.add(wish("tên", url), &Guard::strict(), 0))
            .unwrap();
    let book = Book::read(folder.path()).unwrap();
    let one = book.get(id).unwrap();
    assert_eq!((one.name.as_str(), one.url.as_str(), one.enabled), ("tên", url, true));
    assert_eq!(one.secrets(0), [secret]);
    assert!(id.to_string().starts_with("wh_"));
    assert_eq!(id.to_string().parse::<Id>().unwrap(), id);

    let path = folder.path().join("webhooks.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = Book::read(folder.path()).unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_line_that_cannot_be_read_is_told_without_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (_, secret) = Book::change(folder.path(), |book| {
        book.add(wish("a", "https://example.org/"), &Guard::strict(), 0)
    })
    .unwrap();
    let path = folder.path().join("webhooks.toml");
    let good = unsealed(&std::fs::read_to_string(&path).unwrap());
    for (from, to) in [
        ("whsec_", "whsek_"),
        ("wh_", "xx_"),
        ("https:", "ftp:"),
        ("enabled = true", "enabled = 7"),
        ("name = ", "nome = "),
    ] {
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let error = Book::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("webhooks.toml"), "{error}");
        assert!(!error.contains(&secret.shown()[8..]), "{error}");
    }
    let twice = format!("{good}\n{}", &good[good.find("[[webhook]]").unwrap()..]);
    std::fs::write(&path, twice).unwrap();
    assert!(Book::read(folder.path()).unwrap_err().to_string().contains("twice"));
}

#[test]
fn a_file_that_was_cut_off_or_altered_never_means_fewer_webhooks() {
    let folder = tempfile::tempdir().unwrap();
    let add = |name: &str| {
        Book::change(folder.path(), |book| {
            book.add(wish(name, "https://example.org/"), &Guard::strict(), 0)
        })
        .unwrap()
    };
    let ids = [add("a").0, add("b").0];
    let path = folder.path().join("webhooks.toml");
    let good = std::fs::read(&path).unwrap();
    for end in 0..good.len() {
        std::fs::write(&path, &good[..end]).unwrap();
        assert!(Book::read(folder.path()).is_err(), "cut at {end}");
    }
    for at in 0..good.len() {
        let mut turned = good.clone();
        turned[at] ^= 1;
        std::fs::write(&path, &turned).unwrap();
        assert!(Book::read(folder.path()).is_err(), "turned at {at}");
    }
    // By hand: what is left of it, or nobody if it says so.
    let text = unsealed(&String::from_utf8(good).unwrap());
    std::fs::write(&path, &text).unwrap();
    assert_eq!(Book::read(folder.path()).unwrap().subscriptions().len(), ids.len());
    std::fs::write(&path, "webhook = []\n").unwrap();
    assert!(Book::read(folder.path()).unwrap().subscriptions().is_empty());
    // The last one is removed by the program: that is meant.
    std::fs::write(&path, &text).unwrap();
    for id in ids {
        Book::change(folder.path(), |book| book.remove(id)).unwrap();
    }
    assert!(Book::read(folder.path()).unwrap().subscriptions().is_empty());
}

#[test]
fn an_old_secret_is_good_until_its_end_and_at_most_three_are_kept() {
    let mut book = Book::default();
    let (id, first) = book.add(wish("a", "https://example.org/"), &Guard::strict(), 1000).unwrap();
    let second = book.rotate(id, 1, 1000).unwrap();
    let one = |book: &Book, now_s| book.get(id).unwrap().secrets(now_s);
    assert_eq!(one(&book, 4599), [second.clone(), first]);
    assert_eq!(one(&book, 4600), [second]);
    for _ in 0..5 {
        book.rotate(id, 720, 2000).unwrap();
    }
    assert_eq!(one(&book, 2000).len(), 3);
    assert!(book.rotate(id, 721, 2000).is_err());
    let last = book.rotate(id, 0, 3000).unwrap();
    assert_eq!(one(&book, 3000), [last]);
}

#[test]
fn a_folder_has_a_thousand_subscriptions_and_no_more() {
    let mut book = Book::default();
    for _ in 0..SUBSCRIPTIONS_MAX {
        book.add(wish("a", "https://example.org/"), &Guard::strict(), 0).unwrap();
    }
    let more = book.add(wish("a", "https://example.org/"), &Guard::strict(), 0);
    assert!(matches!(more, Err(Error::Refused { .. })), "{more:?}");
    let first = book.subscriptions()[0].id;
    book.remove(first).unwrap();
    assert!(matches!(book.get(first), Err(Error::Unknown(_))));
    book.add(wish("a", "https://example.org/"), &Guard::strict(), 0).unwrap();
}
