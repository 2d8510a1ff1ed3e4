//! How many may watch, and what the others are told; who has to wait, and who has not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, Response};
use portal::live::Limits;
use tower::ServiceExt;
use web::Client;

use crate::LONG;
use crate::common::{COMMUNES, DISTRICT, Portal, poor, story};

/// A page that costs nothing.
fn cheap(app: portal::App) -> portal::App {
    app.rendering(|_, _| Some(BTreeMap::from([("key".to_owned(), "text".to_owned())])))
}

async fn watch(portal: &Portal, from: &str, page: &str) -> Response<Body> {
    let path = format!("/v1/live/page?path=/u/{DISTRICT}?{page}");
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Client(from.parse().unwrap()));
    portal.router.clone().oneshot(request).await.unwrap()
}

fn retry_s(answer: &Response<Body>) -> &str {
    answer.headers().get("retry-after").map_or("", |value| value.to_str().unwrap())
}

async fn nobody_watches(portal: &Portal) {
    let nobody = async {
        while portal.app.hub.sizes() != (0, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, nobody).await.expect("places are given back");
}

#[tokio::test]
async fn whoever_finds_no_place_is_told_when_to_come_again() {
    let (here, one, two) = ("127.0.0.1", "203.0.113.1", "203.0.113.2");
    let most = Limits::default();
    let table = [
        ("clients", Limits { clients_max: 2, ..most }, [(one, "a"), (two, "a")], (here, "a"), 503),
        ("topics", Limits { topics_max: 2, ..most }, [(one, "a"), (two, "b")], (here, "c"), 503),
        (
            "clients of an address",
            Limits { clients_per_address: 2, ..most },
            [(one, "a"), (one, "b")],
            (one, "a"),
            429,
        ),
        (
            "topics of an address",
            Limits { topics_per_address: 2, ..most },
            [(one, "a"), (one, "b")],
            (one, "c"),
            429,
        ),
        (
            "a known topic",
            Limits { topics_max: 2, topics_per_address: 2, ..most },
            [(one, "a"), (one, "b")],
            (one, "b"),
            200,
        ),
        (
            "another address",
            Limits { clients_per_address: 2, topics_per_address: 2, ..most },
            [(one, "a"), (one, "b")],
            (two, "c"),
            200,
        ),
        (
            "this machine",
            Limits { clients_per_address: 2, topics_per_address: 2, ..most },
            [(here, "a"), (here, "b")],
            (here, "c"),
            200,
        ),
    ];
    for (what, limits, first, (from, page), status) in table {
        let portal = Portal::open_with(|app| cheap(app).limiting(limits)).await;
        let mut open = Vec::new();
        for (from, page) in first {
            let answer = watch(&portal, from, page).await;
            assert_eq!(answer.status(), 200, "{what}");
            open.push(answer);
        }
        let answer = watch(&portal, from, page).await;
        assert_eq!(answer.status().as_u16(), status, "{what}");
        let retry = match status {
            429 => "30",
            503 => "5",
            _ => "",
        };
        assert_eq!(retry_s(&answer), retry, "{what}");
        drop((answer, open));
        nobody_watches(&portal).await;
        assert_eq!(watch(&portal, from, page).await.status(), 200, "{what}: places are free");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_topics_and_five_thousand_clients_are_the_most() {
    let most = Limits::default();
    let portal = Portal::open_with(cheap).await;
    let mut open = Vec::new();
    for number in 0..most.topics_max {
        let answer = watch(&portal, "127.0.0.1", &format!("n={number}")).await;
        assert_eq!(answer.status(), 200, "topic {number}");
        open.push(answer);
    }
    assert_eq!(watch(&portal, "127.0.0.1", "one-more").await.status(), 503);
    while open.len() < most.clients_max {
        let answer = watch(&portal, "127.0.0.1", "n=0").await;
        assert_eq!(answer.status(), 200, "client {}", open.len());
        open.push(answer);
    }
    assert_eq!(watch(&portal, "127.0.0.1", "n=0").await.status(), 503);
    assert_eq!(portal.app.hub.sizes(), (2_000, 5_000));
}

/// Pages that are being made until they are let go.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    reached: AtomicBool,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        self.reached.store(true, Ordering::Relaxed);
        let open = self.open.lock().unwrap();
        // Not for ever, where the test has failed.
        drop(self.opened.wait_timeout_while(open, LONG * 2, |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_live_pages_cost_figures_are_answered() {
    let gate = Arc::new(Gate::default());
    let theirs = Arc::clone(&gate);
    let mut portal = Portal::open_with(move |app| {
        app.rendering(move |_, _| {
            theirs.pass();
            Some(BTreeMap::from([("key".to_owned(), "text".to_owned())]))
        })
    })
    .await;
    portal.tell(&story()).await;
    let portal = Arc::new(portal);
    // More than all who read the fold at once.
    let watching: Vec<_> = (0..22)
        .map(|number| {
            let portal = Arc::clone(&portal);
            tokio::spawn(async move { watch(&portal, "127.0.0.1", &format!("n={number}")).await })
        })
        .collect();
    let all = async {
        while portal.app.hub.sizes().0 < 22 || !gate.reached.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, all).await.expect("all wait for their page");
    // Other questions each time, so that each is answered anew; the first ones may find places that
    // pages are about to take.
    for day in (1..=28).flat_map(|day| [format!("2021-01-{day:02}"), format!("2021-02-{day:02}")]) {
        let asked = format!("unit={DISTRICT}&indicator=poor_households&from={day}&to=2021-06-01");
        let path = format!("/v1/figures?{asked}");
        let answer = tokio::time::timeout(LONG, portal.get(&path)).await;
        let answer = answer.expect("it does not wait for live pages");
        assert_eq!(answer.0, 200, "{day}: {}", String::from_utf8_lossy(&answer.2));
    }
    gate.open();
    for one in watching {
        assert_eq!(one.await.unwrap().status(), 200, "each has had its turn");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_costs_much_is_made_less_often() {
    const COST: Duration = Duration::from_millis(120);
    let made = Arc::new(Mutex::new(Vec::<Instant>::new()));
    let theirs = Arc::clone(&made);
    let mut portal = Portal::open_with(move |app| {
        app.rendering(move |_, _| {
            let mut made = theirs.lock().unwrap();
            made.push(Instant::now());
            // What it costs.
            std::thread::sleep(COST);
            Some(BTreeMap::from([("key".to_owned(), made.len().to_string())]))
        })
    })
    .await;
    let open = watch(&portal, "127.0.0.1", "n=0").await;
    let began = Instant::now();
    for home in 0.. {
        assert!(began.elapsed() < LONG, "it is made again and again");
        portal.tell(&[poor(9_000 + home, COMMUNES[1])]).await;
        if made.lock().unwrap().len() > 3 {
            break;
        }
    }
    drop(open);
    for pair in made.lock().unwrap().windows(2) {
        let between = pair[1] - pair[0];
        assert!(between >= COST * 5, "the next one after {between:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_whose_making_fails_is_counted_and_all_others_go_on() {
    let mut portal = Portal::open_with(|app| {
        app.rendering(|_, page| {
            assert!(!page.path.contains("broken"), "a fault of the program");
            Some(BTreeMap::from([("key".to_owned(), "text".to_owned())]))
        })
    })
    .await;
    portal.tell(&story()).await;
    assert_eq!(portal.app.hub.broken(), 0);
    let status = watch(&portal, "127.0.0.1", "broken=1").await.status();
    assert_eq!(status, 404, "as good as no page");
    assert_eq!(portal.app.hub.broken(), 1);
    let open = watch(&portal, "127.0.0.1", "n=1").await;
    assert_eq!(open.status(), 200);
    assert_eq!(portal.get(&format!("/v1/units/{DISTRICT}")).await.0, 200);
    assert_eq!(portal.app.hub.sizes().0, 1, "the broken one is forgotten");
}
