//! Users, tokens and sessions, in a folder as it is on a disk.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use access::{Access, Book, Clock, Error, Passed, Post, Refused, Role, SESSION_S, Session};
use proto::gazetteer::Gazetteer;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "mua xuan 2021 o Krong Pa";
const DAY_S: u64 = 86_400;

/// A folder with an officer, and a clock that can be moved.
struct World {
    folder: tempfile::TempDir,
    now_s: Arc<AtomicU64>,
    access: Access,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a folder");
        add(folder.path(), "hoa", Post::Officer, Some("L-637"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let now_s = Arc::new(AtomicU64::new(now));
        let told = now_s.clone();
        let clock = Clock::of(move || told.load(Ordering::Relaxed));
        let access = Access::open_with(folder.path(), clock).expect("it opens");
        World { folder, now_s, access }
    }

    fn later(&self, seconds: u64) {
        self.now_s.fetch_add(seconds, Ordering::Relaxed);
    }

    fn sign_in(&self) -> Session {
        match self.access.sign_in("hoa", PASSWORD, HERE).expect("the password is right") {
            Passed::In(session) => session,
            Passed::Code(_) => panic!("no code is asked for"),
        }
    }

    fn change<R>(&self, change: impl FnOnce(&mut Book) -> Result<R, Error>) -> R {
        Book::change(self.folder.path(), change).expect("it changes")
    }
}

fn add(folder: &Path, name: &str, role: Post, unit: Option<&str>) {
    Book::change(folder, |book| book.add(name, role, unit, PASSWORD)).expect("it is added");
}

#[test]
fn only_name_and_password_together_let_in() {
    let world = World::new();
    add(world.folder.path(), "gone", Post::Auditor, None);
    world.change(|book| book.disable("gone"));
    let long = "x".repeat(10_000);
    let table = [
        ("hoa", PASSWORD, true),
        (" HOA ", PASSWORD, true),
        ("hoa", "another password", false),
        ("hoa", "", false),
        ("hoa", &long, false),
        ("nobody", PASSWORD, false),
        ("nobody", "nobody's", false),
        ("gone", PASSWORD, false),
        (&long, PASSWORD, false),
    ];
    for (name, password, expected) in table {
        let found = world.access.sign_in(name, password, HERE);
        let wanted = found.is_ok() == expected && (expected || found == Err(Refused::Wrong));
        assert!(wanted, "{:?} of {:?}", found, name.get(..10).unwrap_or(name));
    }
}

#[test]
fn a_password_is_the_same_however_its_letters_are_composed() {
    let world = World::new();
    let (composed, decomposed) =
        ("Đường về Chư Ngọc", "Đu\u{31b}o\u{31b}\u{300}ng ve\u{302}\u{300} Chu\u{31b} Ngo\u{323}c");
    assert_ne!(composed, decomposed);
    world.change(|book| book.set_password("hoa", decomposed));
    assert!(world.access.sign_in("hoa", composed, HERE).is_ok());
}

#[test]
fn whoever_guesses_waits_and_others_do_not() {
    let world = World::new();
    let elsewhere = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));
    for _ in 0..6 {
        assert_eq!(world.access.sign_in("hoa", "guess", elsewhere).err(), Some(Refused::Wrong));
    }
    let waits = world.access.sign_in("hoa", PASSWORD, elsewhere);
    assert!(matches!(waits, Err(Refused::Wait(1..=2))), "{waits:?}");
    assert!(world.access.sign_in("hoa", PASSWORD, HERE).is_ok(), "from another address");
    world.later(2);
    assert!(world.access.sign_in("hoa", PASSWORD, elsewhere).is_ok(), "after the wait");
}

#[test]
fn nobody_is_kept_out_by_wrong_passwords_from_everywhere_only_delayed_where_they_are_new() {
    let world = World::new();
    assert!(world.access.sign_in("hoa", PASSWORD, HERE).is_ok());
    for last in 1..=60 {
        let from = IpAddr::V4(Ipv4Addr::new(203, 0, 113, last));
        assert_eq!(world.access.sign_in("hoa", "guess", from).err(), Some(Refused::Wrong));
    }
    let new = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
    assert_eq!(world.access.delay_s("hoa", HERE), 0, "where they were before");
    assert_eq!(world.access.delay_s(" HOA ", new), 5, "where they are new");
    assert_eq!(world.access.delay_s("minh", new), 0, "another name");
    assert!(world.access.sign_in("hoa", PASSWORD, new).is_ok(), "the right password is let in");
    assert_eq!(world.access.delay_s("hoa", new), 0);
}

#[test]
fn a_session_ends_when_it_should() {
    /// What happens, whether the session is good afterwards.
    type Case = (&'static str, fn(&World, &Session), bool);
    let table: [Case; 8] = [
        ("nothing", |_, _| {}, true),
        ("almost 12 hours", |world, _| world.later(SESSION_S - 1), true),
        ("12 hours", |world, _| world.later(SESSION_S), false),
        ("a new password", |w, _| w.change(|b| b.set_password("hoa", "mot hai ba bon")), false),
        ("the same password again", |w, _| w.change(|b| b.set_password("hoa", PASSWORD)), false),
        ("disabled", |world, _| world.change(|book| book.disable("hoa")), false),
        ("signed out", |world, session| world.access.sign_out(&session.value), false),
        ("another one is signed out", |w, _| w.access.sign_out(&w.sign_in().value), true),
    ];
    for (what, happens, expected) in table {
        let world = World::new();
        let session = world.sign_in();
        assert!(world.access.session(&session.value).is_some());
        happens(&world, &session);
        assert_eq!(world.access.session(&session.value).is_some(), expected, "{what}");
    }
}

#[test]
fn a_session_of_a_restarted_server_is_good_and_one_of_another_key_is_not() {
    let world = World::new();
    let session = world.sign_in();
    let again = Access::open(world.folder.path()).expect("it opens");
    assert!(again.session(&session.value).is_some());
    std::fs::remove_file(world.folder.path().join("session.key")).expect("it is there");
    let other = Access::open(world.folder.path()).expect("it opens");
    assert!(other.session(&session.value).is_none());
}

#[test]
fn whoever_has_signed_out_stays_out_after_a_restart() {
    let world = World::new();
    let (gone, stays) = (world.sign_in(), world.sign_in());
    world.access.sign_out(&gone.value);
    let file = world.folder.path().join("signed-out");
    let whole = std::fs::read_to_string(&file).expect("it is written");
    let nonce = gone.value.split('~').nth(2).expect("a nonce");
    assert!(whole.starts_with(nonce) && !whole.contains(&gone.value), "{whole}");
    // What a crash can leave: nothing more, a line torn, an empty one.
    for rest in ["", "00ff", "00ff ", "\n"] {
        std::fs::write(&file, format!("{whole}{rest}")).expect("it is ours");
        let again = Access::open(world.folder.path()).expect("it opens");
        assert!(again.session(&gone.value).is_none(), "{rest:?}");
        assert!(again.session(&stays.value).is_some(), "{rest:?}");
        // What is signed out of now is a line of its own.
        let third = world.sign_in();
        again.sign_out(&third.value);
        let later = Access::open(world.folder.path()).expect("it opens");
        for ended in [&gone, &third] {
            assert!(later.session(&ended.value).is_none(), "{rest:?}");
        }
    }
    // What would be over anyway is forgotten.
    let late = Clock::of(|| u64::MAX / 2);
    Access::open_with(world.folder.path(), late).expect("it opens");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "");
}

#[test]
fn a_record_of_sign_outs_that_others_may_read_is_refused() {
    let world = World::new();
    world.access.sign_out(&world.sign_in().value);
    let file = world.folder.path().join("signed-out");
    let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    assert!(matches!(Access::open(world.folder.path()), Err(Error::NotPrivate { .. })));
}

#[test]
fn a_session_that_was_touched_is_none() {
    let world = World::new();
    add(world.folder.path(), "minh", Post::Auditor, None);
    let value = world.sign_in().value;
    let pieces: Vec<&str> = value.split('~').collect();
    let later = (pieces[1].parse::<u64>().expect("seconds") + 1).to_string();
    let table = [
        String::new(),
        "~~~".to_owned(),
        value.replacen("hoa", "minh", 1),
        value.replacen(pieces[1], &later, 1),
        value.replacen(pieces[2], "00", 1),
        value[..value.len() - 1].to_owned(),
        value[..value.len() - 2].to_owned(),
        format!("{value}~"),
        format!("{}~{}~{}~", pieces[0], pieces[1], pieces[2]),
        format!("{}~{}~{}~é{}", pieces[0], pieces[1], pieces[2], pieces[3]),
    ];
    for touched in table {
        assert!(world.access.session(&touched).is_none(), "{touched}");
    }
}

#[test]
fn forms_carry_the_token_of_their_own_session() {
    let world = World::new();
    let (one, other) = (world.sign_in(), world.sign_in());
    let again = world.access.csrf(&one.value);
    assert_ne!(again, one.csrf, "another one for each page");
    for right in [&one.csrf, &again] {
        assert!(world.access.is_csrf(&one.value, right));
    }
    for wrong in [&other.csrf, "", "~", "00~00", &one.value] {
        assert!(!world.access.is_csrf(&one.value, wrong), "{wrong}");
    }
}

#[test]
fn a_token_is_its_users_until_it_expires_or_they_are_shut_out() {
    type Case = (&'static str, fn(&World, &str), bool);
    let table: [Case; 5] = [
        ("nothing", |_, _| {}, true),
        ("its last day", |world, _| world.later(30 * DAY_S), true),
        ("the day after", |world, _| world.later(31 * DAY_S), false),
        ("a new password", |w, _| w.change(|b| b.set_password("hoa", "mot hai ba bon")), true),
        ("disabled", |world, _| world.change(|book| book.disable("hoa")), false),
    ];
    for (what, happens, expected) in table {
        let world = World::new();
        let token = world.change(|book| book.add_token("hoa", "import", 30));
        let of = Gazetteer::embedded().unit("L-637").expect("a unit");
        let who = world.access.bearer(&token).expect("a fresh token is good");
        assert_eq!((who.name.as_str(), who.role), ("hoa", Role::Officer { of }));
        happens(&world, &token);
        assert_eq!(world.access.bearer(&token).is_some(), expected, "{what}");
    }
}

#[test]
fn what_is_no_token_is_nobodys() {
    let world = World::new();
    let token = world.change(|book| book.add_token("hoa", "", 1));
    let text = std::fs::read_to_string(world.folder.path().join("users.toml")).expect("a file");
    assert!(!text.contains(&token[4..]), "the token itself is not kept");
    let hash = text.split('"').find(|piece| piece.len() == 64).expect("its hash is");
    let (upper, short) = (token.to_uppercase(), &token[..67]);
    for wrong in ["", "thp_", short, &upper, hash, &format!("thp_{hash}"), &format!("{token}0")] {
        assert!(world.access.bearer(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_file_that_others_may_read_lets_nobody_in() {
    for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
        for file in ["users.toml", "session.key"] {
            let world = World::new();
            let path = world.folder.path().join(file);
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).expect("they are ours");
            let opened = Access::open(world.folder.path());
            match opened {
                Ok(_) => assert!(good, "{file} with mode {mode:o} is taken"),
                Err(Error::NotPrivate { path: found, .. }) => {
                    assert!(!good && found == path, "{file} with mode {mode:o} is refused");
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_file_that_becomes_bad_changes_nobodys_rights_and_one_that_others_may_read_ends_them() {
    let world = World::new();
    let session = world.sign_in();
    let path = world.folder.path().join("users.toml");
    let good = std::fs::read_to_string(&path).expect("a file");
    // As an editor or a full disk leaves it, and with a letter changed.
    let cut = &good[..good.len() / 2];
    for bad in ["", "user = 3", cut, &good.replacen("officer", "auditor", 1)] {
        std::fs::write(&path, bad).expect("it is ours");
        assert!(world.access.session(&session.value).is_some(), "{bad}");
        assert!(world.access.sign_in("hoa", PASSWORD, HERE).is_ok(), "{bad}");
        assert!(world.access.trouble().is_some_and(|why| why.contains("users.toml")));
        assert!(Access::open(world.folder.path()).is_err(), "a start says so: {bad}");
    }
    std::fs::remove_file(&path).expect("it is ours");
    assert!(world.access.session(&session.value).is_some(), "also without it");
    assert!(world.access.trouble().is_some());
    std::fs::write(&path, &good).expect("it is ours");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
    mode(0o644).expect("it is ours");
    assert!(world.access.session(&session.value).is_none());
    assert_eq!(world.access.sign_in("hoa", PASSWORD, HERE).err(), Some(Refused::Unable));
    mode(0o600).expect("it is ours");
    assert!(world.access.session(&session.value).is_some());
    assert_eq!(world.access.trouble(), None);
}

#[test]
fn users_that_cannot_be_are_refused() {
    let world = World::new();
    let short = "ngan qua";
    let table = [
        ("hoa", Post::Auditor, None, PASSWORD, "already"),
        ("public", Post::Auditor, None, PASSWORD, "another name"),
        ("demo", Post::Auditor, None, PASSWORD, "another name"),
        ("Hoa", Post::Auditor, None, PASSWORD, "cannot be a name"),
        ("hòa", Post::Auditor, None, PASSWORD, "cannot be a name"),
        ("a~b", Post::Auditor, None, PASSWORD, "cannot be a name"),
        ("", Post::Auditor, None, PASSWORD, "cannot be a name"),
        ("minh", Post::Officer, None, PASSWORD, "needs a unit"),
        ("minh", Post::Officer, Some("L-0"), PASSWORD, "no unit L-0"),
        ("minh", Post::Operator, Some("L-637"), PASSWORD, "only officers"),
        ("minh", Post::Auditor, None, short, "10 to 200"),
    ];
    let before = std::fs::read(world.folder.path().join("users.toml")).expect("a file");
    for (name, role, unit, password, says) in table {
        let added = Book::change(world.folder.path(), |b| b.add(name, role, unit, password));
        let said = added.expect_err("it is refused").to_string();
        assert!(said.contains(says), "{name}: {said}");
    }
    assert_eq!(std::fs::read(world.folder.path().join("users.toml")).expect("a file"), before);
}

#[test]
fn reading_households_is_recorded() {
    let world = World::new();
    let who = world.access.session(&world.sign_in().value).expect("signed in");
    world.access.record_reading(&who, "findings \"a\nb\"", "L-24076").expect("it is written");
    let path = world.folder.path().join("access.ndjson");
    std::fs::rename(&path, world.folder.path().join("access.1")).expect("moved away");
    world.access.record_reading(&who, "timeline", "L-24076").expect("it is written");
    for (file, what) in [("access.1", r#"findings \"a\nb\""#), ("access.ndjson", "timeline")] {
        let path = world.folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("a record");
        let rest = format!("\"who\":\"hoa\",\"what\":\"{what}\",\"unit\":\"L-24076\"}}\n");
        assert!(text.starts_with("{\"time\":\"20") && text.ends_with(&rest), "{text}");
        assert_eq!(text.lines().count(), 1);
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_demonstration_is_open_and_has_no_users() {
    let access = Access::open_to_all();
    assert_eq!(access.anybody().role, Role::Open);
    assert_eq!(access.sign_in("hoa", PASSWORD, HERE).err(), Some(Refused::Unable));
    assert!(access.session("hoa~9999999999~0~0").is_none());
    assert!(!access.is_csrf("", ""));
}
