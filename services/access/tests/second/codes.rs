//! Codes: which let in, how often, and who may try.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;

use access::{Book, Refused, SecondFactor, TICKET_S};

use crate::world::{HERE, PASSWORD, STEP_S, World, code};

#[test]
fn a_code_lets_in_within_one_step_and_no_other_does() {
    // Steps between the code and now; what comes of it.
    let table = [(-2, false), (-1, true), (0, true), (1, true), (2, false), (-20, false)];
    for (steps, expected) in table {
        let world = World::new();
        let of = world.now().checked_add_signed(steps * 30).expect("after 1970");
        let given = world.give(&code(&world.secret, of));
        match &given {
            Ok(session) => assert!(expected && world.access.session(&session.value).is_some()),
            Err(refused) => {
                assert!(!expected && *refused == Refused::Wrong, "{steps}: {refused:?}")
            }
        }
        assert_eq!(given.is_ok(), expected, "{steps}");
    }
    let world = World::new();
    let right = world.code();
    for wrong in ["", "000", &format!("{right}0"), "abcd-efgh-ijkm-mnpq"] {
        assert_eq!(world.give(wrong).err(), Some(Refused::Wrong), "{wrong}");
    }
    let spaced = format!("{} {}", &right[..3], &right[3..]);
    assert!(world.give(&spaced).is_ok(), "as apps show it");
}

#[test]
fn no_code_is_taken_twice_nor_one_before_it_also_after_a_restart() {
    let mut world = World::new();
    let (before, first) = (code(&world.secret, world.now() - STEP_S), world.code());
    assert!(world.give(&first).is_ok());
    for restarts in [false, true] {
        if restarts {
            world.restart();
        }
        for taken in [&first, &before] {
            assert_eq!(world.give(taken).err(), Some(Refused::Used), "{restarts}");
        }
    }
    world.later(STEP_S);
    assert_eq!(world.give(&first).err(), Some(Refused::Used), "still within the tolerance");
    assert!(world.give(&world.code()).is_ok(), "the next one");
    let kept = world.text("codes-used");
    assert!(!kept.contains(&world.secret.replace(' ', "")) && !kept.contains(&first), "{kept}");
    let mode = std::fs::metadata(world.file("codes-used")).expect("it is there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    // A torn end costs nothing that was told to anybody.
    std::fs::write(world.file("codes-used"), format!("{kept}00ff")).expect("it is ours");
    world.restart();
    assert_eq!(world.give(&world.code()).err(), Some(Refused::Used), "after a torn line");
    // Signing in does not touch the file of users.
    let users = world.text("users.toml");
    world.later(STEP_S);
    assert!(world.give(&world.code()).is_ok());
    assert_eq!(world.text("users.toml"), users);
}

#[test]
fn the_code_that_confirmed_is_used() {
    let world = World::plain();
    let now_s = world.now();
    let confirming = Book::change(world.folder.path(), |book| {
        let secret = book.offer_factor("hoa")?.secret;
        book.confirm_factor("hoa", &code(&secret, now_s), now_s)?;
        Ok(code(&secret, now_s))
    });
    let confirming = confirming.expect("it is turned on");
    assert_eq!(world.give(&confirming).err(), Some(Refused::Used));
}

#[test]
fn what_cannot_be_noted_as_used_lets_nobody_in() {
    let world = World::new();
    // As a disk that refuses: a folder cannot be written as a file.
    std::fs::create_dir(world.file("codes-used")).expect("there is none yet");
    assert_eq!(world.give(&world.code()).err(), Some(Refused::Unable));
}

#[test]
fn each_recovery_code_is_good_once() {
    let mut world = World::new();
    assert_eq!(world.recovery.len(), 10);
    let (first, second) = (world.recovery[0].clone(), world.recovery[1].to_uppercase());
    assert!(world.give(&first).is_ok());
    assert_eq!(world.give(&first).err(), Some(Refused::Wrong));
    world.restart();
    assert_eq!(world.give(&first).err(), Some(Refused::Wrong), "also after a restart");
    assert!(world.give(&second.replace('-', " ")).is_ok(), "however it is typed");
    let state = world.access.second_factor(&world.hoa(), None).expect("random");
    assert!(matches!(state, Some(SecondFactor::On { recovery_left: 8, .. })), "{state:?}");
    let kept = world.text("users.toml");
    for code in &world.recovery {
        assert!(!kept.contains(&**code) && !kept.contains(&code.replace('-', "")), "{kept}");
    }
    let new = world.access.renew_recovery(&world.hoa(), PASSWORD, &world.code(), HERE);
    let new = new.expect("both are right");
    assert_eq!(new.len(), 10);
    assert_eq!(world.give(&world.recovery[5]).err(), Some(Refused::Wrong), "those before are gone");
    assert!(world.give(&new[0]).is_ok());
}

#[test]
fn a_ticket_is_for_its_user_password_and_secret_for_five_minutes_and_for_nothing_else() {
    type Case = (&'static str, fn(&World), Option<Refused>);
    let remove = |world: &World| {
        Book::change(world.folder.path(), |book| book.remove_factor("hoa")).expect("it was on");
    };
    let table: [Case; 6] = [
        ("nothing", |_| {}, None),
        ("almost five minutes", |world| world.later(TICKET_S - 1), None),
        ("five minutes", |world| world.later(TICKET_S), Some(Refused::Late)),
        (
            "another password",
            |world| {
                let change = |book: &mut Book| book.set_password("hoa", "mot hai ba bon nam");
                Book::change(world.folder.path(), change).expect("it changes");
            },
            Some(Refused::Late),
        ),
        ("the factor is off", remove, Some(Refused::Late)),
        (
            "shut out",
            |world| {
                Book::change(world.folder.path(), |book| book.disable("hoa")).expect("it changes");
            },
            Some(Refused::Late),
        ),
    ];
    for (what, happens, expected) in table {
        let world = World::new();
        let ticket = world.ticket();
        assert!(world.access.session(&ticket.value).is_none(), "a ticket is no session");
        happens(&world);
        let given = world.access.give_code(&ticket.value, &world.code(), HERE);
        assert_eq!(given.err(), expected, "{what}");
    }
    let world = World::new();
    let (value, session) = (world.ticket().value, world.give(&world.code()).expect("it is right"));
    world.later(STEP_S);
    let table = [
        String::new(),
        session.value,
        value.replacen("hoa", "minh", 1),
        format!("{value}0"),
        value[..value.len() - 2].to_owned(),
        format!("hoa~{}~00~00", u64::MAX),
    ];
    for forged in table {
        let given = world.access.give_code(&forged, &world.code(), HERE);
        assert_eq!(given.err(), Some(Refused::Late), "{forged}");
    }
    assert!(world.access.give_code(&value, &world.code(), HERE).is_ok(), "the real one");
}

#[test]
fn six_digits_cannot_be_guessed_and_nobody_without_the_password_makes_anybody_wait() {
    let world = World::new();
    let ticket = world.ticket();
    let from = |nth: u32| IpAddr::V4(Ipv4Addr::from_bits(0xc633_6400 + nth));
    let wrong = if world.code() == "000000" { "000001" } else { "000000" };
    // From ever new addresses, so that no address waits: for ten days, as soon as may be.
    let (mut tries, begun) = (0, world.now());
    while world.now() < begun + 10 * 86_400 {
        tries += 1;
        let ticket = world.ticket();
        match world.access.give_code(&ticket.value, wrong, from(tries)) {
            Err(Refused::Wrong) => {}
            Err(Refused::Wait(seconds)) => world.later(seconds),
            other => panic!("{other:?}"),
        }
    }
    assert!(tries < 200, "{tries} tries in ten days");
    // Whoever fails so keeps nobody out who has a recovery code.
    for _ in 0..30 {
        let _ = world.access.give_code(&world.ticket().value, wrong, from(1_000 + tries));
        tries += 1;
    }
    let waits = world.access.give_code(&world.ticket().value, &world.code(), HERE);
    assert!(matches!(waits, Err(Refused::Wait(_))), "{waits:?}");
    assert!(world.access.give_code(&world.ticket().value, &world.recovery[0], HERE).is_ok());
    assert!(world.give(&world.code()).is_ok(), "and begins anew");
    drop(ticket);

    // Without the password nobody gets so far.
    let world = World::new();
    for nth in 0..100 {
        assert_eq!(world.access.sign_in("hoa", "guess", from(nth)).err(), Some(Refused::Wrong));
        let forged = format!("hoa~{}~00~00", u64::MAX);
        let given = world.access.give_code(&forged, wrong, from(nth));
        assert_eq!(given.err(), Some(Refused::Late));
    }
    assert!(world.give(&world.code()).is_ok());
}

#[test]
fn an_address_that_fails_waits_also_with_recovery_codes() {
    let world = World::new();
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    for _ in 0..6 {
        let given = world.access.give_code(&world.ticket().value, "wrong-code", elsewhere);
        assert_eq!(given.err(), Some(Refused::Wrong));
    }
    let given = world.access.give_code(&world.ticket().value, &world.recovery[0], elsewhere);
    assert!(matches!(given, Err(Refused::Wait(1..=2))), "{given:?}");
    assert!(world.give(&world.code()).is_ok(), "another address does not");
}
