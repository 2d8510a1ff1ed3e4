//! Two-step sign-in in the browser, behind the door, as a user goes through it.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use access::{Access, Book, Clock, Post};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use common::Portal;
use portal::pages::Pages;
use totp_rs::{Builder, Secret};
use tower::ServiceExt;
use web::{Csrf, Doors};

const PASSWORD: &str = "mua xuan 2021 o Krong Pa";

/// A portal with users behind its door, and one browser.
struct Browser {
    portal: Portal,
    users: tempfile::TempDir,
    app: Router,
    now_s: Arc<AtomicU64>,
    session: Option<String>,
    ticket: Option<String>,
    token: String,
}

/// What came back.
struct Answer {
    status: u16,
    to: String,
    html: String,
}

impl Browser {
    async fn new(required: &[Post]) -> Browser {
        let users = tempfile::tempdir().unwrap();
        let token = Book::change(users.path(), |book| {
            book.add("hoa", Post::Officer, Some("L-637"), PASSWORD)?;
            book.add_token("hoa", "test", 30)
        });
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let now_s = Arc::new(AtomicU64::new(now));
        let told = now_s.clone();
        let clock = Clock::of(move || told.load(Ordering::Relaxed));
        let access = Access::open_requiring(users.path(), clock, required.to_vec()).unwrap();
        let known = access.clone();
        let portal = Portal::open_with(|app| app.knowing(known)).await;
        let csrf = |request: &axum::http::Extensions| request.get().map(|Csrf(csrf)| csrf.clone());
        let pages = Pages::new().with_csrf(move |request| csrf(request).unwrap_or_default());
        let app = Doors::new(access).around(portal::router(portal.app.clone(), &pages));
        let (session, ticket, token) = (None, None, token.unwrap());
        Browser { portal, users, app, now_s, session, ticket, token }
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies = [("session", &self.session), ("ticket", &self.ticket)];
        let cookies = cookies.into_iter().filter_map(|(name, value)| {
            value.as_ref().map(|value| format!("tonghop_{name}={value}"))
        });
        let request = request
            .header("host", "127.0.0.1")
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookies.collect::<Vec<_>>().join("; "));
        let answer = self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await;
        let (head, body) = answer.unwrap().into_parts();
        for cookie in head.headers.get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = value.split(';').next().filter(|value| !value.is_empty());
            match name {
                "tonghop_session" => self.session = value.map(str::to_owned),
                "tonghop_ticket" => self.ticket = value.map(str::to_owned),
                _ => {}
            }
        }
        let to = head.headers.get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
        let html = to_bytes(body, 4 << 20).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            to,
            html: String::from_utf8_lossy(&html).into_owned(),
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    async fn sign_in(&mut self) -> Answer {
        let form = format!("name=hoa&password={}&next=/two-step", PASSWORD.replace(' ', "+"));
        self.send(Request::post("/sign-in"), form).await
    }

    async fn give_code(&mut self, code: &str) -> Answer {
        self.send(Request::post("/sign-in/code"), format!("code={code}&next=/two-step")).await
    }

    /// Sends a form of the page, with what the page put into it.
    async fn act(&mut self, page: &Answer, act: &str, code: &str, password: &str) -> Answer {
        let csrf = between(&page.html, "name=\"csrf\" value=\"", "\"");
        let password = password.replace(' ', "+");
        let sealed = page.html.split("name=\"sealed\" value=\"").nth(1);
        let sealed = sealed.map_or("", |rest| rest.split('"').next().unwrap());
        let form = format!(
            "csrf={csrf}&act={act}&code={code}&password={password}&sealed={sealed}&next=/u/L-637"
        );
        self.send(Request::post("/two-step?lang=en"), form).await
    }

    fn code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(self.now_s.load(Ordering::Relaxed)).to_string()
    }

    fn later(&self, seconds: u64) {
        self.now_s.fetch_add(seconds, Ordering::Relaxed);
    }

    fn user_file(&self) -> String {
        std::fs::read_to_string(self.users.path().join("users.toml")).unwrap()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split(after).next().unwrap()
}

/// The secret that a page shows.
fn secret(page: &Answer) -> String {
    between(&page.html, "<code class=\"secret\">", "<").to_owned()
}

/// The recovery codes that a page shows.
fn codes(page: &Answer) -> Vec<String> {
    let all = page.html.split("<li><code>").skip(1);
    all.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_turned_on_used_and_turned_off_in_a_browser() {
    let mut browser = Browser::new(&[]).await;
    let page = browser.get("/two-step").await;
    assert_eq!((page.status, &*page.to), (303, "/sign-in?next=%2Ftwo-step"), "the public signs in");
    browser.sign_in().await;
    let page = browser.get("/two-step?lang=en").await;
    assert_eq!(page.status, 200);
    let secret = secret(&page);
    assert_eq!(secret.len(), 39, "{secret}");
    assert!(page.html.contains("<svg class=\"qr\"") && !page.html.contains(" style="));
    let uri = format!("otpauth://totp/Tong%20Hop:hoa?secret={}", secret.replace(' ', ""));
    assert!(page.html.contains(&uri), "a link for the telephone itself");
    assert!(page.html.contains("aria-label=\"hoa: Two-step sign-in\""), "the header leads here");
    assert!(!browser.user_file().contains("second_factor"), "looking changes nothing");

    let right = browser.code(&secret);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    // What is sent, the status, what is said.
    let table = [
        ("on", "", PASSWORD, 422, "Enter both"),
        ("on", &right, "", 422, "Enter both"),
        ("on", wrong, PASSWORD, 422, "password or the code is wrong"),
        ("on", &right, "another password", 422, "password or the code is wrong"),
        ("off", &right, PASSWORD, 409, "too old"),
        ("new", &right, PASSWORD, 409, "too old"),
        ("all", &right, PASSWORD, 422, "Enter both"),
    ];
    for (act, code, password, status, says) in table {
        let answer = browser.act(&page, act, code, password).await;
        assert_eq!(answer.status, status, "{act} {code}");
        assert!(answer.html.contains(says), "{act} {code}: {says}");
        assert!(codes(&answer).is_empty());
        assert_eq!(self::secret(&answer), secret, "it may be in the app by now");
    }
    let again = browser.get("/two-step?lang=en").await;
    assert_ne!(self::secret(&again), secret, "whoever else is signed in sees another one");
    let forged = format!("act=on&code={right}&password={}", PASSWORD.replace(' ', "+"));
    let answer = browser.send(Request::post("/two-step"), forged).await;
    assert_eq!(answer.status, 403, "not from a page of this session");

    let before = browser.session.clone();
    let on = browser.act(&page, "on", &right, PASSWORD).await;
    assert_eq!(on.status, 200);
    let recovery = codes(&on);
    assert_eq!(recovery.len(), 10);
    assert!(on.html.contains("<a class=\"btn main\" href=\"/u/L-637\">"), "where they came from");
    assert!(on.html.contains("10 of 10"));
    assert_ne!(browser.session, before, "the browser goes on in a new session");
    let page = browser.get("/two-step?lang=en").await;
    assert!(page.html.contains("10 of 10") && codes(&page).is_empty(), "shown once");
    assert!(!page.html.contains(&secret), "nor is the secret shown again");
    let mut other = std::mem::replace(&mut browser.session, before);
    assert_eq!(browser.get("/two-step").await.status, 303, "other sessions have ended");
    std::mem::swap(&mut browser.session, &mut other);

    // Signing in anew.
    browser.session = None;
    assert_eq!(browser.sign_in().await.to, "/sign-in/code?next=/two-step");
    assert_eq!(browser.session, None);
    assert_eq!(browser.get("/two-step").await.status, 303, "the password alone shows nothing");
    let asks = browser.get("/sign-in/code?lang=en&next=/two-step").await;
    assert!(asks.html.contains("autocomplete=\"one-time-code\""), "{}", asks.html);
    assert_eq!(browser.give_code(&right).await.to, "/sign-in/code?error=used&next=/two-step");
    browser.later(30);
    assert_eq!(browser.give_code(&browser.code(&secret)).await.to, "/two-step");
    assert_eq!(browser.ticket, None);

    // New recovery codes by an old one, and off by a new one.
    let page = browser.get("/two-step?lang=en").await;
    let new = browser.act(&page, "new", &recovery[0], PASSWORD).await;
    let renewed = codes(&new);
    assert_eq!((new.status, renewed.len()), (200, 10), "{}", new.html);
    let answer = browser.act(&page, "off", &recovery[1], PASSWORD).await;
    assert_eq!(answer.status, 422, "the old ones are gone");
    let off = browser.act(&page, "off", &renewed[0].to_uppercase(), PASSWORD).await;
    assert_eq!((off.status, &*off.to), (303, "/two-step?lang=en&told=off"));
    let page = browser.get(&off.to).await;
    assert!(page.html.contains("It is off."), "{}", page.html);
    browser.session = None;
    assert_eq!(browser.sign_in().await.to, "/two-step", "the password is enough again");
    drop(browser.portal);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_have_it_is_led_to_it_and_on_from_there() {
    let mut browser = Browser::new(&[Post::Officer]).await;
    browser.sign_in().await;
    let led = browser.get("/u/L-637?period=2021").await;
    assert_eq!((led.status, &*led.to), (303, "/two-step?next=/u/L-637%3Fperiod%3D2021"));
    let page = browser.get("/two-step?lang=vi&next=/u/L-637").await;
    assert!(page.html.contains("Vai trò của bạn phải bật"), "{}", page.html);
    let right = browser.code(&secret(&page));
    let on = browser.act(&page, "on", &right, PASSWORD).await;
    assert_eq!((on.status, codes(&on).len()), (200, 10));
    assert_eq!(browser.get("/u/L-637").await.status, 200);
    // A program with a token has no such page, and is led nowhere.
    browser.session = None;
    let bearer = format!("Bearer {}", browser.token);
    let request = || Request::get("/two-step").header("authorization", &bearer);
    assert_eq!(browser.send(request(), String::new()).await.status, 403);
    let request = Request::post("/two-step").header("authorization", &bearer);
    let form = format!("act=off&code={right}&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(browser.send(request, form).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_offered_is_not_shown_to_who_has_only_the_password() {
    let mut browser = Browser::new(&[]).await;
    let offer = Book::change(browser.users.path(), |book| book.offer_factor("hoa")).unwrap();
    assert_eq!(browser.sign_in().await.to, "/two-step", "nothing is asked before it is confirmed");
    let page = browser.get("/two-step?lang=en").await;
    let own = secret(&page);
    assert_ne!(own, offer.secret);
    let on = browser.act(&page, "on", &browser.code(&own), PASSWORD).await;
    assert_eq!(codes(&on).len(), 10);
    let bare = |secret: &str| secret.replace(' ', "");
    let kept = browser.user_file();
    assert!(kept.contains(&bare(&own)) && !kept.contains(&bare(&offer.secret)), "instead of it");
}
