//! Signing in with a second factor, and those who have to have one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use access::{Access, Book, Clock, Post};
use axum::Router;
use totp_rs::{Builder, Secret};
use web::{Doors, Renewed};

use crate::common::{Answer, PASSWORD, Users, ask, routes};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A door, a clock, and what the officer's app and paper hold.
struct World {
    users: Users,
    app: Router,
    access: Access,
    now_s: Arc<AtomicU64>,
    secret: String,
    recovery: Vec<String>,
}

impl World {
    /// Who is one of these has to have a second factor; the officer has one.
    fn new(required: &[Post]) -> World {
        let users = Users::new();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let turned_on = Book::change(users.folder(), |book| {
            let secret = book.offer_factor("hoa")?.secret.replace(' ', "");
            let code = code(&secret, now - 300);
            Ok((secret, book.confirm_factor("hoa", &code, now - 300)?))
        });
        let (secret, recovery) = turned_on.expect("it is turned on");
        let now_s = Arc::new(AtomicU64::new(now));
        let told = now_s.clone();
        let clock = Clock::of(move || told.load(Ordering::Relaxed));
        let access = Access::open_requiring(users.folder(), clock, required.to_vec());
        let access = access.expect("it opens");
        let app = Doors::new(access.clone()).around(routes());
        World { users, app, access, now_s, secret, recovery }
    }

    fn code(&self) -> String {
        code(&self.secret, self.now_s.load(Ordering::Relaxed))
    }

    fn later(&self, seconds: u64) {
        self.now_s.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn sign_in(&self, name: &str) -> Answer {
        let password = PASSWORD.replace(' ', "+");
        let form = format!("name={name}&password={password}&next=/u/L-637%3Fa%3Db");
        ask(&self.app, "POST /sign-in", &[FORM], &form).await
    }

    async fn ticket(&self) -> String {
        let answer = self.sign_in("hoa").await;
        assert_eq!(answer.header("location"), "/sign-in/code?next=/u/L-637%3Fa%3Db");
        let cookies = answer.cookies();
        assert!(cookies.len() == 1 && cookies[0].starts_with("tonghop_ticket=hoa~"), "{cookies:?}");
        cookies[0].to_owned()
    }

    async fn give(&self, ticket: &str, code: &str) -> Answer {
        let form = format!("code={code}&next=/u/L-637%3Fa%3Db");
        ask(&self.app, "POST /sign-in/code", &[FORM, ("cookie", ticket)], &form).await
    }

    async fn who(&self, cookie: &str) -> String {
        ask(&self.app, "GET /who", &[("cookie", cookie)], "").await.body
    }
}

fn code(secret: &str, time_s: u64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    Builder::new().with_secret(secret).build().expect("as in the RFC").generate(time_s).to_string()
}

#[tokio::test]
async fn a_right_password_lets_nobody_in_without_a_right_code_that_is_new() {
    let world = World::new(&[]);
    let ticket = world.ticket().await;
    assert_eq!(world.who(&ticket).await, "public", "a ticket shows nothing");
    let as_session = ticket.replace("tonghop_ticket", "tonghop_session");
    assert_eq!(world.who(&as_session).await, "public", "nor is it a session");
    let right = world.code();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let forged = ticket.replacen("hoa", "minh", 1);
    let cut = &ticket[..ticket.len() - 2];
    let (recovery, other) = (&world.recovery[0], &world.recovery[1]);
    let again = "/sign-in/code?error=wrong&next=/u/L-637%3Fa%3Db";
    let used = "/sign-in/code?error=used&next=/u/L-637%3Fa%3Db";
    let late = "/sign-in?error=late&next=/u/L-637%3Fa%3Db";
    let onward = "/u/L-637?a=b";
    // What happens, the ticket, the code, where it leads, whether it lets in.
    let table = [
        ("a wrong code", &*ticket, wrong, again, false),
        ("no code", &ticket, "", again, false),
        ("no ticket", "a=b", &right, late, false),
        ("a ticket of somebody else", &forged, &right, late, false),
        ("a ticket that was cut", cut, &right, late, false),
        ("both right", &ticket, &right, onward, true),
        ("the same code again", &ticket, &right, used, false),
        ("a recovery code", &ticket, recovery, onward, true),
        ("the same again", &ticket, recovery, again, false),
        ("another one", &ticket, other, onward, true),
    ];
    for (what, ticket, code, to, comes_in) in table {
        let answer = world.give(ticket, code).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, to), "{what}");
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        let cookies = answer.cookies();
        if comes_in {
            assert_eq!(world.who(cookies[0]).await, "hoa", "{what}");
            assert_eq!(cookies[1], "tonghop_ticket=", "the ticket is taken away: {what}");
        } else {
            let ends = to == late;
            let expected: &[&str] = if ends { &["tonghop_ticket="] } else { &[] };
            assert_eq!(cookies, expected, "{what}");
        }
    }
    let answer = ask(&world.app, "POST /sign-in/code", &[FORM, ("cookie", &ticket)], "").await;
    assert_eq!(answer.status, 400, "a form without the field");
    let foreign = [FORM, ("cookie", &ticket), ("origin", "https://evil.example")];
    let answer = ask(&world.app, "POST /sign-in/code", &foreign, "code=1").await;
    assert_eq!(answer.status, 403, "another site sends no code");
}

#[tokio::test]
async fn a_ticket_is_over_after_five_minutes() {
    let world = World::new(&[]);
    let ticket = world.ticket().await;
    world.later(299);
    let answer = world.give(&ticket, "000").await;
    assert!(answer.header("location").starts_with("/sign-in/code?error=wrong"));
    world.later(1);
    let answer = world.give(&ticket, &world.code()).await;
    assert!(answer.header("location").starts_with("/sign-in?error=late"), "{answer:?}");
    assert!(answer.header("set-cookie").starts_with("tonghop_ticket=; Path=/; Max-Age=0;"));
}

#[tokio::test]
async fn whoever_guesses_codes_waits() {
    let world = World::new(&[]);
    let ticket = world.ticket().await;
    let mut waits = false;
    for _ in 0..8 {
        let answer = world.give(&ticket, "000").await;
        waits |= answer.header("location").starts_with("/sign-in/code?error=wait&seconds=");
    }
    assert!(waits, "the clock stands still: no wait is over");
    // The password does not begin the count anew.
    let ticket = world.ticket().await;
    let answer = world.give(&ticket, &world.code()).await;
    assert!(answer.header("location").starts_with("/sign-in/code?error=wait"), "{answer:?}");
}

#[tokio::test]
async fn cookies_of_both_steps_are_for_https_where_the_door_says_so() {
    let world = World::new(&[]);
    let mut doors = Doors::new(world.access.clone());
    doors.secure = true;
    let world = World { app: doors.around(routes()), ..world };
    let answer = world.sign_in("hoa").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-tonghop_ticket=hoa~"), "{cookie}");
    let ends = "; Path=/; Max-Age=300; HttpOnly; SameSite=Lax; Secure";
    assert!(cookie.ends_with(ends), "{cookie}");
    let answer = world.give(answer.cookies()[0], &world.code()).await;
    assert_eq!(answer.header("location"), "/u/L-637?a=b");
    assert!(answer.cookies()[0].starts_with("__Host-tonghop_session=hoa~"));
}

#[tokio::test]
async fn who_has_to_have_one_sees_nothing_but_the_page_that_turns_it_on() {
    let world = World::new(&[Post::Auditor, Post::Officer]);
    let answer = world.sign_in("minh").await;
    assert_eq!(answer.header("location"), "/u/L-637?a=b", "the password is all there is to ask");
    let session = answer.session().to_owned();
    let html = ("accept", "text/html");
    let cookie = ("cookie", session.as_str());
    let two_step = "/two-step?next=/u/L-637%3Fa%3Db";
    let csrf = world.access.csrf(session.split_once('=').expect("a pair").1);
    let token = ("x-csrf-token", csrf.as_str());
    /// Address, headers, the status, where it leads, what it says.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let table: [Case<'_>; 12] = [
        ("GET /u/L-637?a=b", &[cookie, html], 303, two_step, ""),
        ("GET /who", &[cookie, html], 303, "/two-step?next=/who", ""),
        ("GET /who", &[cookie], 403, "", "two-step sign-in"),
        ("GET /v1/things", &[cookie, html], 403, "", "/two-step"),
        ("GET /stream", &[cookie], 403, "", "/two-step"),
        ("GET /metrics", &[cookie], 403, "", "/two-step"),
        ("GET /nowhere", &[cookie], 403, "", "/two-step"),
        ("POST /do", &[cookie, token], 403, "", "/two-step"),
        ("GET /two-step", &[cookie, html], 200, "", "two steps of minh"),
        ("GET /two-step/x", &[cookie, html], 303, "/two-step?next=/two-step/x", ""),
        ("GET /a/x", &[cookie], 200, "", "asset"),
        ("GET /livez", &[cookie], 200, "", ""),
    ];
    for (line, headers, status, to, says) in table {
        let answer = ask(&world.app, line, headers, "").await;
        let found = (answer.status.as_u16(), answer.header("location"));
        assert_eq!(found, (status, to), "{line} {headers:?}");
        assert!(answer.body.contains(says), "{line}: {}", answer.body);
        let stored = answer.header("cache-control") != "no-store";
        assert_eq!(stored, line.starts_with("GET /a/"), "{line}");
    }
    // Who has one, whose role is another, and a program with a token are not led anywhere.
    let ticket = world.ticket().await;
    let answer = world.give(&ticket, &world.code()).await;
    assert_eq!(world.who(answer.cookies()[0]).await, "hoa");
    let bearer = format!("Bearer {}", world.users.token);
    Book::change(world.users.folder(), |book| book.remove_factor("hoa")).expect("it was on");
    let answer = ask(&world.app, "GET /who", &[("authorization", &bearer)], "").await;
    assert_eq!(answer.body, "hoa", "a token is a long secret itself");
    let answer = ask(&world.app, "POST /sign-out", &[cookie, token], "").await;
    assert_eq!(answer.header("location"), "/", "signing out is for all");
}

#[tokio::test]
async fn an_answer_may_begin_a_session() {
    let world = World::new(&[]);
    let password = PASSWORD;
    let here = "127.0.0.1".parse().expect("an address");
    let session = match world.access.sign_in("minh", password, here) {
        Ok(access::Passed::In(session)) => session,
        other => panic!("{other:?}"),
    };
    let begun = session.clone();
    let renewed = axum::routing::get(async move || axum::Extension(Renewed(begun)));
    let routes = routes().route("/renew", renewed);
    let app = Doors::new(world.access.clone()).around(routes);
    let answer = ask(&app, "GET /renew", &[], "").await;
    assert_eq!(answer.session(), format!("tonghop_session={}", session.value));
}
