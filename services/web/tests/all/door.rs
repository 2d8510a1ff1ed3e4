//! The door: who comes in, what is refused, and what every answer says.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::common::{Users, app, ask, ask_from, request, routes};
use access::Access;
use axum::body::Body;
use axum::http::StatusCode;
use futures::stream;
use web::{Check, Doors, Gauge, Problem};

/// Headers of a request.
type Headers<'a> = &'a [(&'a str, &'a str)];

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Signs in and gives the cookie.
async fn signed_in(app: &axum::Router) -> String {
    let form = format!("name=hoa&password={}", crate::common::PASSWORD.replace(' ', "+"));
    let answer = ask(app, "POST /sign-in", &[FORM], &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.session().to_owned()
}

#[tokio::test]
async fn who_asks_is_told_by_token_or_cookie_or_is_the_public() {
    let users = Users::new();
    let app = app(&users);
    let cookie = signed_in(&app).await;
    let bearer = format!("Bearer {}", users.token);
    let small = format!("bearer {}", users.token);
    let both = format!("lang=vi; {cookie}; a=b");
    let table: [(Headers<'_>, u16, &str); 9] = [
        (&[], 200, "public"),
        (&[("authorization", &bearer)], 200, "hoa"),
        (&[("authorization", &small)], 200, "hoa"),
        (&[("cookie", &both)], 200, "hoa"),
        (&[("cookie", "tonghop_session=hoa~1~2~3")], 200, "public"),
        (&[("authorization", "Bearer thp_0")], 401, ""),
        (&[("authorization", "Basic aG9hOmE=")], 401, ""),
        (&[("authorization", "Bearer")], 401, ""),
        (&[("authorization", "Bearer thp_0"), ("cookie", &cookie)], 401, ""),
    ];
    for (headers, status, name) in table {
        let answer = ask(&app, "GET /who", headers, "").await;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 200 {
            assert_eq!(answer.body, name, "{headers:?}");
        } else {
            assert!(answer.header("www-authenticate").starts_with("Bearer "), "{headers:?}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        let stored = answer.header("cache-control") != "no-store";
        assert_eq!(stored, name != "hoa", "only what is signed in is not stored: {headers:?}");
    }
}

#[tokio::test]
async fn what_a_browser_sends_without_its_users_will_is_refused() {
    let users = Users::new();
    let app = app(&users);
    let cookie = signed_in(&app).await;
    let cookie = ("cookie", cookie.as_str());
    let csrf = ask(&app, "GET /csrf", &[cookie], "").await.body;
    let other = users.access.csrf("another session");
    let bearer = format!("Bearer {}", users.token);
    let bearer = ("authorization", bearer.as_str());
    let right = ("x-csrf-token", csrf.as_str());
    let wrong = ("x-csrf-token", other.as_str());
    let foreign = ("origin", "https://evil.example");
    let cross = ("sec-fetch-site", "cross-site");
    let ours = ("origin", "http://127.0.0.1:8080");
    let field = format!("a=b&csrf={}", csrf.replace('~', "%7E"));
    let plain = format!("a=b&csrf={csrf}");
    let unlike = format!("a=b&csrf={other}");
    let table: [(Headers<'_>, &str, u16); 14] = [
        (&[], "", 200),
        (&[ours], "", 200),
        (&[foreign], "", 403),
        (&[cross], "", 403),
        (&[cookie], "", 403),
        (&[cookie, ours], "", 403),
        (&[cookie, wrong], "", 403),
        (&[cookie, right], "", 200),
        (&[cookie, right, foreign], "", 403),
        (&[cookie, FORM], &field, 200),
        (&[cookie, FORM], &plain, 200),
        (&[cookie, FORM], &unlike, 403),
        (&[cookie], &plain, 403),
        (&[bearer, foreign], "", 200),
    ];
    for (headers, body, status) in table {
        let answer = ask(&app, "POST /do", headers, body).await;
        assert_eq!(answer.status, status, "{headers:?} {body}");
        if status == 200 {
            assert_eq!(answer.body, body, "the form comes through as it was sent");
        }
    }
    let read = ask(&app, "GET /who", &[cookie, cross], "").await;
    assert_eq!((read.status, read.body.as_str()), (StatusCode::OK, "hoa"), "a link may lead here");
}

#[tokio::test]
async fn signing_in_leads_on_and_in_vain_leads_back() {
    let users = Users::new();
    let app = app(&users);
    let right = crate::common::PASSWORD.replace(' ', "+");
    let good = format!("name=hoa&password={right}");
    let onward = format!("{good}&next=/u/L-637%3Fperiod%3D2021");
    let away = format!("{good}&next=https://evil.example/");
    let injected = format!("{good}&next=/u%0d%0aset-cookie:%20a%3Db");
    let table = [
        (good.as_str(), 303, "/", true),
        (&onward, 303, "/u/L-637?period=2021", true),
        (&away, 303, "/", true),
        (&injected, 303, "/", true),
        ("name=hoa&password=guess&next=/a?b", 303, "/sign-in?error=wrong&next=/a%3Fb", false),
        ("name=nobody&password=guess", 303, "/sign-in?error=wrong&next=/", false),
        ("name=hoa", 400, "", false),
        ("", 400, "", false),
    ];
    for (form, status, to, comes_in) in table {
        let answer = ask(&app, "POST /sign-in", &[FORM], form).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (status, to), "{form}");
        let cookie = answer.header("set-cookie");
        assert_eq!(cookie.starts_with("tonghop_session=hoa~"), comes_in, "{form}");
        assert!(!comes_in || cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
    }
    let foreign = [FORM, ("origin", "https://evil.example")];
    let answer = ask(&app, "POST /sign-in", &foreign, &good).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "another site signs nobody in");
    // On a slow machine a short wait is over before the next guess: it grows with each.
    let mut waits = false;
    for _ in 0..20 {
        let answer = ask(&app, "POST /sign-in", &[FORM], "name=minh&password=guess").await;
        waits |= answer.header("location").starts_with("/sign-in?error=wait&seconds=");
    }
    assert!(waits, "guessing is slowed down");
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let users = Users::new();
    let app = app(&users);
    let cookie = signed_in(&app).await;
    let cookie = ("cookie", cookie.as_str());
    let csrf = ask(&app, "GET /csrf", &[cookie], "").await.body;
    let refused = ask(&app, "POST /sign-out", &[cookie, FORM], "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let answer = ask(&app, "POST /sign-out", &[cookie, FORM], &format!("csrf={csrf}")).await;
    assert_eq!(answer.header("location"), "/");
    assert!(answer.header("set-cookie").starts_with("tonghop_session=; Path=/; Max-Age=0;"));
    assert_eq!(ask(&app, "GET /who", &[cookie], "").await.body, "public");
}

#[tokio::test]
async fn cookies_are_for_https_where_the_door_says_so() {
    let users = Users::new();
    let mut doors = Doors::new(users.access.clone());
    (doors.secure, doors.hsts) = (true, true);
    let app = doors.around(routes());
    let form = format!("name=hoa&password={}", crate::common::PASSWORD.replace(' ', "+"));
    let answer = ask(&app, "POST /sign-in", &[FORM], &form).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-tonghop_session=hoa~"), "{cookie}");
    assert!(cookie.contains("; Path=/;") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    let pair = cookie.split(';').next().unwrap_or_default();
    assert_eq!(ask(&app, "GET /who", &[("cookie", pair)], "").await.body, "hoa");
    let unbound = pair.trim_start_matches("__Host-");
    assert_eq!(ask(&app, "GET /who", &[("cookie", unbound)], "").await.body, "public");
}

#[tokio::test]
async fn every_answer_says_what_browsers_may_do_with_it() {
    let users = Users::new();
    let app = app(&users);
    for (line, status) in [
        ("GET /who", 200),
        ("GET /a/x", 200),
        ("GET /nowhere", 404),
        ("POST /who", 405),
        ("GET /boom", 500),
        ("GET /stream-of-none", 404),
        ("POST /sign-in", 400),
    ] {
        let answer = ask(&app, line, &[], "").await;
        assert_eq!(answer.status, status, "{line}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{line}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{line}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{line}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{line}");
        assert!(!answer.header("x-request-id").is_empty(), "{line}");
        assert_eq!(answer.header("strict-transport-security"), "", "{line}");
    }
}

#[tokio::test]
async fn a_fault_is_told_without_what_it_is() {
    let users = Users::new();
    let app = app(&users);
    let answer = ask(&app, "GET /boom", &[], "").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(!answer.body.contains("secret"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_not_there_is_json_for_programs_and_a_page_for_people() {
    let users = Users::new();
    let mut doors = Doors::new(users.access.clone());
    doors.error_page = Some(Arc::new(|problem: &Problem, uri, lang, who| {
        (uri.path() != "/plain")
            .then(|| format!("<p lang={lang:?}>{} {} {}", problem.status, uri.path(), who.name))
    }));
    let app = doors.around(routes());
    let html = ("accept", "text/html,application/xhtml+xml");
    let bearer = format!("Bearer {}", users.token);
    let table: [(&str, Headers<'_>, &str, &str); 7] = [
        ("GET /nowhere", &[html], "text/html; charset=utf-8", "<p lang=Vi>404 /nowhere public"),
        ("GET /nowhere?lang=en", &[html], "text/html; charset=utf-8", "<p lang=En>404"),
        ("GET /boom", &[html, ("authorization", &bearer)], "text/html; charset=utf-8", "500"),
        ("GET /plain", &[html], "application/problem+json", "not-found"),
        ("GET /nowhere", &[], "application/problem+json", "not-found"),
        ("GET /v1/nowhere", &[html], "application/problem+json", "openapi.json"),
        ("DELETE /v1/things", &[html], "application/problem+json", "method-not-allowed"),
    ];
    for (line, headers, kind, says) in table {
        let answer = ask(&app, line, headers, "").await;
        assert_eq!(answer.header("content-type"), kind, "{line}");
        assert!(answer.body.contains(says), "{line}: {}", answer.body);
        if line.starts_with("DELETE") {
            assert_eq!(answer.header("allow"), "GET,HEAD");
        }
    }
}

#[tokio::test]
async fn too_much_is_refused_and_told_when_to_come_again() {
    let users = Users::new();
    let mut doors = Doors::new(users.access.clone());
    let few = |number| NonZeroU32::new(number).expect("not 0");
    (doors.limits.address_per_s, doors.limits.address_burst) = (few(1), few(3));
    doors.limits.token_per_s = few(1);
    let app = doors.around(routes());
    // How many were answered before the first refusal, of at most 200.
    let answered = async |from: &str, bearer: Option<&str>| {
        for answered in 0..200 {
            let header = bearer.map(|bearer| ("authorization", bearer));
            let request = request("GET /who", header.as_slice(), "");
            let answer = ask_from(&app, from, request).await;
            if answer.status != StatusCode::OK {
                assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
                assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
                return answered;
            }
        }
        200
    };
    assert!((3..200).contains(&answered("203.0.113.9", None).await));
    assert!((3..200).contains(&answered("203.0.113.10", None).await), "another address");
    assert_eq!(answered("127.0.0.1", None).await, 200, "this machine");
    let bearer = format!("Bearer {}", users.token);
    let limited = answered("127.0.0.1", Some(&bearer)).await;
    assert!((2..200).contains(&limited), "a user's programs, wherever they are");
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused() {
    let users = Users::new();
    let app = app(&users);
    let line = format!("GET /who?{}", "a".repeat(9000));
    assert_eq!(ask(&app, &line, &[], "").await.status, StatusCode::URI_TOO_LONG);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up() {
    let users = Users::new();
    let app = app(&users);
    let answer = ask(&app, "GET /slow", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn large_answers_are_packed_for_those_who_can() {
    let users = Users::new();
    let app = app(&users);
    for (encoding, expected) in [("gzip", "gzip"), ("br", "br"), ("identity", "")] {
        let answer = ask(&app, "GET /u/L-637", &[("accept-encoding", encoding)], "").await;
        assert_eq!(answer.header("content-encoding"), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_audit_pack_is_waited_for_and_sent_as_it_is() {
    let users = Users::new();
    let app = app(&users);
    let answer = ask(&app, "GET /v1/vintages/x/pack", &[("accept-encoding", "gzip")], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    let headers = (answer.header("content-encoding"), answer.header("content-length"));
    assert_eq!(headers, ("", "2000"));
}

#[tokio::test]
async fn health_is_told_with_reasons() {
    let users = Users::new();
    for ok in [true, false] {
        let mut doors = Doors::new(users.access.clone());
        doors.health.checks.push(Box::new(move || Check {
            name: "journal",
            ok,
            reason: "sổ không trả lời".to_owned(),
            reason_en: "the journal does not answer".to_owned(),
        }));
        doors.health.gauges.push(Gauge {
            name: "tonghop_journal_end",
            help: "The last position\\of the journal.",
            is_counter: false,
            value: Box::new(|| 42.0),
        });
        let app = doors.around(routes());
        assert_eq!(ask(&app, "GET /livez", &[], "").await.status, StatusCode::OK);
        let ready = ask(&app, "GET /readyz", &[], "").await;
        assert_eq!(ready.status.as_u16(), if ok { 200 } else { 503 });
        assert!(ready.body.contains("sổ không trả lời"), "{}", ready.body);
        ask(&app, "GET /u/L-637", &[], "").await;
        let metrics = ask(&app, "GET /metrics", &[], "").await.body;
        for expected in [
            "tonghop_http_requests_total{route=\"/u/{key}\",method=\"GET\",status=\"200\"} 1\n",
            "# HELP tonghop_journal_end The last position\\\\of the journal.\n",
            "tonghop_journal_end 42\n",
        ] {
            assert!(metrics.contains(expected), "{expected} in {metrics}");
        }
        assert!(!metrics.contains("L-637"), "no unit is a label");
        let far = ask_from(&app, "203.0.113.9", request("GET /metrics", &[], "")).await;
        assert_eq!(far.status, StatusCode::FORBIDDEN);
        // A proxy on this machine asks for whoever asks it, whether we were told of it or not.
        for header in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
            let passed_on = ask(&app, "GET /metrics", &[(header, "203.0.113.9")], "").await;
            assert_eq!(passed_on.status, StatusCode::FORBIDDEN, "{header}");
        }
    }
}

#[tokio::test]
async fn users_that_cannot_be_read_are_no_longer_ready() {
    let users = Users::new();
    let app = app(&users);
    std::fs::write(users.folder().join("users.toml"), "rubbish").expect("it is ours");
    let ready = ask(&app, "GET /readyz", &[], "").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{}", ready.body);
}

#[tokio::test]
async fn a_demonstration_is_open_under_this_machines_own_name_only() {
    let app = Doors::new(Access::open_to_all()).around(routes());
    let table: [(&str, Headers<'_>, u16); 5] = [
        ("GET /who", &[], 200),
        ("POST /do", &[], 200),
        ("POST /do", &[("origin", "https://evil.example")], 403),
        ("GET /who", &[("authorization", "Bearer whatever")], 200),
        ("POST /sign-in", &[FORM], 400),
    ];
    for (line, headers, status) in table {
        assert_eq!(ask(&app, line, headers, "").await.status, status, "{line} {headers:?}");
    }
    let mut renamed = request("GET /who", &[], "");
    renamed.headers_mut().insert("host", "evil.example".parse().expect("a value"));
    let answer = ask_from(&app, "127.0.0.1", renamed).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "a name that another site points at us");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_too_slowly_is_given_up_and_one_that_we_take_slowly_is_not() {
    let users = Users::new();
    let app = app(&users);
    // Pieces, bytes of each, milliseconds before each, seconds that the handler takes for each.
    let table = [
        ("at once", "/v1/facts", 1_000, 1, 0, 0, 200),
        ("2 KiB a second for an hour", "/v1/facts", 3_600, 2_048, 1_000, 0, 200),
        ("half a second a byte", "/v1/facts", 3_600, 1, 500, 0, 408),
        ("half the rate", "/v1/facts", 3_600, 512, 1_000, 0, 408),
        ("a long pause", "/v1/facts", 2, 1 << 20, 31_000, 0, 408),
        ("a short pause", "/v1/facts", 2, 1 << 20, 29_000, 0, 200),
        ("a busy journal", "/v1/facts", 1_000, 1, 0, 20, 200),
        ("a small form in time", "/do", 20, 10, 1_000, 0, 200),
        // The answer's own limit: 30 s.
        ("a small form too late", "/do", 40, 1_024, 1_000, 0, 503),
    ];
    for (what, path, pieces, bytes, before_ms, rest_s, status) in table {
        let each = move |left: u32| async move {
            tokio::time::sleep(Duration::from_millis(before_ms)).await;
            let piece = bytes::Bytes::from(vec![b'a'; bytes]);
            (left > 0).then(|| (Ok::<_, std::io::Error>(piece), left - 1))
        };
        let line = format!("POST {path}");
        let mut request = request(&line, &[("x-rest-s", &i32::to_string(&rest_s))], "");
        *request.body_mut() = Body::from_stream(stream::unfold(pieces, each));
        let answer = ask_from(&app, "203.0.113.9", request).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
        let again = !answer.header("retry-after").is_empty();
        assert_eq!(again, status != 200, "{what}");
    }
}
