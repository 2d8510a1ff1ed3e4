//! How second factors are turned on and off, kept and recorded.

use access::{Access, Book, Clock, Passed, Post, Refused, SecondFactor, Who};

use crate::world::{HERE, PASSWORD, STEP_S, World, code};

#[test]
fn a_signed_in_user_turns_it_on_and_off_and_other_sessions_end() {
    let world = World::plain();
    let Ok(Passed::In(one)) = world.access.sign_in("hoa", PASSWORD, HERE) else {
        panic!("no code is asked for")
    };
    let hoa = world.access.session(&one.value).expect("signed in");
    let offered = |sealed: Option<&str>| match world.access.second_factor(&hoa, sealed) {
        Ok(Some(SecondFactor::Off { offer, sealed })) => (offer, sealed),
        other => panic!("it is off: {other:?}"),
    };
    let (offer, sealed) = offered(None);
    assert_eq!(offered(Some(&sealed)).0, offer, "the same where the form sends it back");
    assert_ne!(offered(None).0, offer, "who else is signed in sees another one");
    let right = code(&offer.secret, world.now());
    let wrong = world.access.turn_on(&hoa, "another password", (&sealed, &right), HERE);
    assert_eq!(wrong.err(), Some(Refused::Wrong));
    let wrong = world.access.turn_on(&hoa, PASSWORD, (&sealed, &right[..5]), HERE);
    assert_eq!(wrong.err(), Some(Refused::Wrong));
    let bare = offer.secret.replace(' ', "");
    let own = sealed.replace(&bare, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    for forged in ["", "~~", &own, &sealed[1..], &sealed[..sealed.len() - 2]] {
        let refused = world.access.turn_on(&hoa, PASSWORD, (forged, &right), HERE);
        assert_eq!(refused.err(), Some(Refused::Late), "{forged}");
        assert_ne!(offered(Some(forged)).0, offer, "{forged}");
    }
    assert!(world.access.session(&one.value).is_some(), "nothing has changed");
    let on = world.access.turn_on(&hoa, PASSWORD, (&sealed, &right), HERE);
    let (recovery, two) = on.expect("both are right");
    assert_eq!(recovery.len(), 10);
    assert!(world.access.session(&one.value).is_none(), "others end");
    assert!(world.access.session(&two.value).is_some(), "this one goes on");
    let twice = world.access.turn_on(&hoa, PASSWORD, (&sealed, &right), HERE);
    assert_eq!(twice.err(), Some(Refused::Late), "it is on");

    let off = world.access.turn_off(&hoa, PASSWORD, &right, HERE);
    assert_eq!(off.err(), Some(Refused::Used), "the code that turned it on");
    world.later(STEP_S);
    let right = code(&offer.secret, world.now());
    let off = world.access.turn_off(&hoa, "another password", &right, HERE);
    assert_eq!(off.err(), Some(Refused::Wrong));
    let three = world.access.turn_off(&hoa, PASSWORD, &right, HERE).expect("both are right");
    assert!(world.access.session(&two.value).is_none(), "others end");
    assert!(world.access.session(&three.value).is_some());
    assert_ne!(offered(None).0, offer, "a secret is not given twice");
    let kept = world.text("users.toml");
    assert!(!kept.contains("[user.second_factor]"), "{kept}");
}

#[test]
fn what_becomes_of_it_is_recorded_without_codes() {
    let world = World::new();
    let right = world.code();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert!(world.give(wrong).is_err());
    assert!(world.give(&right).is_ok());
    assert!(world.give(&right).is_err());
    assert!(world.give(&world.recovery[3]).is_ok());
    world.later(STEP_S);
    world.access.renew_recovery(&world.hoa(), PASSWORD, &world.code(), HERE).expect("both");
    world.later(STEP_S);
    world.access.turn_off(&world.hoa(), PASSWORD, &world.code(), HERE).expect("both");
    let text = world.text("access.ndjson");
    let said: Vec<&str> = text
        .lines()
        .map(|line| {
            assert!(
                line.ends_with(r#","from":"127.0.0.1"}"#) && line.contains(r#""who":"hoa""#),
                "{line}"
            );
            line.split(r#""what":""#).nth(1).and_then(|rest| rest.split('"').next()).expect("what")
        })
        .collect();
    assert_eq!(
        said,
        [
            "gave a wrong code",
            "signed in with a code",
            "gave a code that was taken before",
            "signed in with a recovery code, 9 left",
            "made new recovery codes",
            "turned two-step sign-in off",
        ]
    );
    for secret in [&right, wrong, &world.recovery[3], &world.secret.replace(' ', "")] {
        assert!(!text.contains(secret), "{text}");
    }
    // What cannot be recorded lets nobody in.
    let world = World::new();
    std::fs::create_dir(world.file("access.ndjson")).expect("there is none yet");
    assert_eq!(world.give(&world.code()).err(), Some(Refused::Unable));
}

#[test]
fn who_has_to_have_one_is_told_until_it_is_on() {
    let world = World::new();
    let add = |book: &mut Book| book.add("minh", Post::Auditor, None, PASSWORD);
    Book::change(world.folder.path(), add).expect("it is added");
    let who = |name: &str| {
        let book = Book::read(world.folder.path()).expect("it is there");
        let user = book.users().iter().find(|user| user.name == name).and_then(|user| user.who());
        user.expect("they are not shut out")
    };
    let table: [(&[Post], &str, bool); 6] = [
        (&[], "minh", false),
        (&[Post::Auditor], "minh", true),
        (&[Post::Officer], "minh", false),
        (&[Post::Officer, Post::Auditor], "minh", true),
        (&[Post::Officer, Post::Auditor], "hoa", false),
        (&[Post::Operator], "hoa", false),
    ];
    for (required, name, expected) in table {
        let access =
            Access::open_requiring(world.folder.path(), Clock::system(), required.to_vec());
        let access = access.expect("it opens");
        assert_eq!(access.must_enrol(&who(name)), expected, "{required:?} {name}");
        assert!(!access.must_enrol(&Who::public()));
    }
    // One that is only offered proves nothing.
    Book::change(world.folder.path(), |book| book.offer_factor("minh")).expect("it is off");
    let required = vec![Post::Auditor];
    let access = Access::open_requiring(world.folder.path(), Clock::system(), required);
    let access = access.expect("it opens");
    assert!(access.must_enrol(&who("minh")));
    assert!(matches!(access.sign_in("minh", PASSWORD, HERE), Ok(Passed::In(_))));
}

#[test]
fn the_file_keeps_it_and_files_without_it_are_as_they_were() {
    let world = World::plain();
    // A session of a user without one is the same as before there were second factors.
    let Ok(Passed::In(before)) = world.access.sign_in("hoa", PASSWORD, HERE) else {
        panic!("no code is asked for")
    };
    assert!(!world.text("users.toml").contains("second_factor"));
    assert!(world.access.session(&before.value).is_some());
    let world = World::new();
    let text = world.text("users.toml");
    let token = Book::change(world.folder.path(), |book| book.add_token("hoa", "import", 30));
    let token = token.expect("one more table");
    let book = Book::read(world.folder.path()).expect("it is read as it was written");
    let factor = book.users()[0].factor.as_ref().expect("it is on");
    assert!(factor.confirmed && factor.recovery_left() == 10);
    assert!(world.access.bearer(&token).is_some(), "tokens are not asked for a code");
    // By hand, without the checksum: what is wrong with it is told, and no secret.
    let by_hand = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let secret = world.secret.replace(' ', "");
    for (from, to, says) in [
        ("", "", None),
        ("confirmed = true", "confirmed = true\nnew = 1", Some("unknown field `new`")),
        ("second_factor", "third_factor", Some("unknown field `third_factor`")),
        (&secret[..], "GEZDGNBV", Some("32 letters of base32")),
        ("recovery = [\"", "recovery = [\"x", Some("hashes")),
        ("created = \"2", "created = \"x", Some("created")),
    ] {
        let changed = by_hand.replacen(from, to, 1);
        std::fs::write(world.file("users.toml"), &changed).expect("it is ours");
        let read = Book::read(world.folder.path());
        match (&read, says) {
            (Ok(book), None) => assert!(book.users()[0].factor.is_some()),
            (Err(error), Some(says)) => {
                let said = error.to_string();
                assert!(said.contains(says) && !said.contains(&secret), "{said}");
            }
            other => panic!("{from}: {other:?}"),
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let world = World::new();
    let (now_s, folder) = (world.now(), world.folder.path());
    let add = |book: &mut Book| {
        book.add("minh", Post::Auditor, None, PASSWORD)?;
        book.add("gone", Post::Auditor, None, PASSWORD)?;
        book.disable("gone")
    };
    Book::change(folder, add).expect("they are added");
    let offer = |name: &str| Book::change(folder, |book| book.offer_factor(name)).map(drop);
    let confirm = |name: &str, code: &str| {
        Book::change(folder, |book| book.confirm_factor(name, code, now_s)).map(drop)
    };
    let remove = |name: &str| Book::change(folder, |book| book.remove_factor(name));
    for (refused, says) in [
        (offer("nobody"), "no user nobody"),
        (offer("gone"), "disabled"),
        (offer("hoa"), "already"),
        (confirm("hoa", "000000"), "already"),
        (confirm("minh", "000000"), "nothing to confirm"),
        (remove("minh"), "no second factor"),
        (offer("minh").and_then(|()| confirm("minh", "12345")), "no code of now"),
    ] {
        let said = refused.expect_err("it is refused").to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_secret_that_a_page_showed_is_for_an_hour_its_user_and_their_password() {
    type Case = (&'static str, fn(&World), bool);
    let table: [Case; 4] = [
        ("nothing", |_| {}, true),
        ("almost an hour", |world| world.later(3599), true),
        ("an hour", |world| world.later(3600), false),
        (
            "the password set anew",
            |world| {
                let change = |book: &mut Book| book.set_password("hoa", PASSWORD);
                Book::change(world.folder.path(), change).expect("it changes");
            },
            false,
        ),
    ];
    for (what, happens, expected) in table {
        let world = World::plain();
        let Ok(Some(SecondFactor::Off { offer, sealed })) =
            world.access.second_factor(&world.hoa(), None)
        else {
            panic!("it is off")
        };
        happens(&world);
        let right = code(&offer.secret, world.now());
        let on = world.access.turn_on(&world.hoa(), PASSWORD, (&sealed, &right), HERE);
        let wanted = if expected { None } else { Some(Refused::Late) };
        assert_eq!(on.err(), wanted, "{what}");
    }
}
