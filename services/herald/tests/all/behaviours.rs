//! One line for each way in which an endpoint may behave.

use std::time::Duration;

use herald::{Failure, Filter, Guard, Outcome, Schedule, Why};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::endpoint::{Behaviour, Endpoint};
use crate::world::{DEADLINE, NEVER, World, here, is_done};

/// What is left of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    Nothing,
    Dead,
    /// Open, and the subscription is given up.
    Waiting(Why),
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn failed(why: Failure) -> Outcome {
    Outcome::Failed { why }
}

/// Publishes one message to a URL and looks at what became of it: attempts, the last outcome, what
/// is left.
async fn tried(
    url: &str,
    guard: Guard,
    authorities: Vec<Vec<u8>>,
    attempt: Duration,
) -> (usize, Outcome, Left) {
    let mut world = World::new().await;
    let (id, _) = world.subscribe(url, Filter::default());
    world.publish("L-637").await;
    let mut config = world.config();
    (config.guard, config.authorities) = (guard, authorities);
    config.limits.attempt = attempt;
    let running = world.start(config).await;
    let status = running
        .until(id, |status| {
            let given_up = status.state.as_ref().is_some_and(|state| state.given_up.is_some());
            is_done(status, 1) || given_up
        })
        .await;
    let state = status.state.expect("it has begun");
    let log = running.desk.log(id, 10).await.expect("it has begun");
    let left = match (state.given_up, state.dead) {
        (Some(given_up), 0) => Left::Waiting(given_up.why),
        (None, 0) => Left::Nothing,
        (None, 1) => Left::Dead,
        other => panic!("{other:?}"),
    };
    let dead = running.desk.dead(id, 0, 10).await.expect("it has begun");
    assert_eq!(dead.len() as u64, state.dead);
    assert!(dead.iter().all(|one| one.outcome == log[0].outcome && one.position == 1));
    assert_eq!(state.open, u64::from(state.given_up.is_some()));
    running.stop().await;
    (log.len(), log[0].outcome, left)
}

#[tokio::test]
async fn every_way_of_answering_comes_to_what_the_table_says() {
    use Behaviour::{Answer, DripBody, DripHead, Hang, Long, Mumble, Reset};
    for (behaviour, outcome, attempts, left) in [
        (Answer(200, ""), Outcome::Delivered { status: 200 }, 1, Left::Nothing),
        (Answer(204, ""), Outcome::Delivered { status: 204 }, 1, Left::Nothing),
        (Answer(301, "location: /else\r\n"), Outcome::Refused { status: 301 }, 3, Left::Dead),
        (Answer(400, ""), Outcome::Refused { status: 400 }, 3, Left::Dead),
        (Answer(410, ""), Outcome::Gone, 1, Left::Waiting(Why::Gone)),
        (Answer(429, ""), Outcome::Refused { status: 429 }, 3, Left::Dead),
        (
            Answer(429, "retry-after: 0\r\n"),
            Outcome::Throttled { status: 429, retry_after_s: 0 },
            3,
            Left::Dead,
        ),
        (Answer(500, ""), Outcome::Refused { status: 500 }, 3, Left::Dead),
        (
            Answer(503, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            Outcome::Throttled { status: 503, retry_after_s: 0 },
            3,
            Left::Dead,
        ),
        (Hang, failed(Failure::Timeout), 3, Left::Dead),
        (Reset, failed(Failure::Reset), 3, Left::Dead),
        (DripHead, failed(Failure::Timeout), 3, Left::Dead),
        // The status came in time: the message is there.
        (DripBody, Outcome::Delivered { status: 200 }, 1, Left::Nothing),
        (Long(10 << 20), Outcome::Delivered { status: 200 }, 1, Left::Nothing),
        (Mumble, failed(Failure::NotHttp), 3, Left::Dead),
    ] {
        let endpoint = Endpoint::start(move |_| behaviour).await;
        // Only what never answers is waited for so shortly.
        let is_late = outcome == failed(Failure::Timeout);
        let limit = if is_late { Duration::from_millis(300) } else { DEADLINE };
        let found = tried(&endpoint.url(), here(), Vec::new(), limit).await;
        assert_eq!(found, (attempts, outcome, left), "{behaviour:?}");
        assert_eq!(endpoint.received().len(), attempts, "{behaviour:?}");
        let ids: std::collections::BTreeSet<String> = endpoint.ids().into_iter().collect();
        assert_eq!(ids.len(), 1, "all attempts have the same id: {ids:?}");
    }
}

#[tokio::test]
async fn what_never_comes_to_an_answer_says_why() {
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    // A server of another kind, which speaks first.
    let mumbling = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mumbler = mumbling.local_addr().unwrap();
    let _mumbling = AbortOnDrop(tokio::spawn(async move {
        while let Ok((mut stream, _)) = mumbling.accept().await {
            let _ = stream.write_all(b"220 mail.example.org ESMTP\r\n").await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    }));
    let untrusted = Endpoint::start_tls(|_| Behaviour::Answer(200, "")).await;
    let plain = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let by_address = untrusted.url().replace("localhost", "127.0.0.1");
    for (url, guard, why) in [
        (format!("http://{nobody}/"), here(), Failure::Connect),
        ("https://nothing.invalid/".to_owned(), here(), Failure::Dns),
        (untrusted.url(), here(), Failure::Tls),
        (by_address, here(), Failure::Tls),
        (format!("https://{mumbler}/"), here(), Failure::Tls),
        ("https://10.1.2.3/".to_owned(), here(), Failure::PrivateAddress),
        ("https://169.254.169.254/latest/meta-data/".to_owned(), here(), Failure::PrivateAddress),
        (plain.url(), Guard::strict(), Failure::PrivateAddress),
        (untrusted.url(), Guard::strict(), Failure::PrivateAddress),
        (plain.url().replace("127.0.0.1", "localhost"), Guard::strict(), Failure::PrivateAddress),
        ("http://8.8.8.8/".to_owned(), here(), Failure::PrivateAddress),
    ] {
        let found = tried(&url, guard, Vec::new(), DEADLINE).await;
        assert_eq!(found, (3, failed(why), Left::Dead), "{url}");
    }
    assert!(plain.received().is_empty() && untrusted.received().is_empty());
}

#[tokio::test]
async fn an_authority_that_is_trusted_lets_a_name_and_an_address_be_sent_to() {
    let authority = CertificateDer::from_pem_slice(include_bytes!("../tls/authority.pem")).unwrap();
    let endpoint = Endpoint::start_tls(|_| Behaviour::Answer(202, "")).await;
    for url in [endpoint.url(), endpoint.url().replace("localhost", "127.0.0.1")] {
        let found = tried(&url, here(), vec![authority.to_vec()], DEADLINE).await;
        assert_eq!(found, (1, Outcome::Delivered { status: 202 }, Left::Nothing), "{url}");
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed_least_of_all_to_a_private_address() {
    let private = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let location: &'static str =
        Box::leak(format!("location: {}\r\n", private.url()).into_boxed_str());
    for status in [301, 302, 303, 307, 308] {
        let endpoint = Endpoint::start(move |_| Behaviour::Answer(status, location)).await;
        let found = tried(&endpoint.url(), here(), Vec::new(), DEADLINE).await;
        assert_eq!(found, (3, Outcome::Refused { status }, Left::Dead));
    }
    assert!(private.received().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_asks_for_time_is_given_it() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(429, "retry-after: 1000\r\n")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    world.publish("L-637").await;
    let running = world.start(world.config()).await;
    let failed = |status: &herald::Status| {
        status.state.as_ref().is_some_and(|state| state.last_failure.is_some())
    };
    let status = running.until(id, failed).await;
    let attempt = running.desk.log(id, 1).await.unwrap().remove(0);
    assert_eq!(attempt.outcome, Outcome::Throttled { status: 429, retry_after_s: 1000 });
    assert_eq!(status.next_ms, Some(attempt.at_ms + 1_000_000));
    running.stop().await;
}

#[tokio::test]
async fn a_message_is_the_record_byte_for_byte_with_the_headers_of_the_standard() {
    let mut world = World::new().await;
    let endpoint = Endpoint::start(|_| Behaviour::Answer(200, "")).await;
    let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
    // As no program of ours would write it.
    let odd = r#"{ "data" : {"unit":"L-637","more":[1, 2.50],"rule":"r"},  "id":"0a.withdrawn","thêm":"ế" }"#;
    world.append("no milestone".to_owned()).await;
    world.append(odd.to_owned()).await;
    let running = world.start(world.config()).await;
    running.until(id, |status| is_done(status, 2)).await;
    let received = endpoint.received().remove(0);
    assert_eq!(String::from_utf8(received.body.clone()).unwrap(), odd);
    assert!(received.head.starts_with("POST /hook?from=tonghop HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(received.header("content-type"), "application/cloudevents+json");
    assert_eq!(received.header("host"), endpoint.address.to_string());
    assert_eq!(received.id(), "0a.withdrawn");
    assert!(received.header("webhook-timestamp").parse::<u64>().unwrap() > 1_600_000_000);
    running.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_or_fails_for_days_is_sent_nothing_until_it_is_enabled() {
    for (behaviour, why) in
        [(Behaviour::Answer(410, ""), Why::Gone), (Behaviour::Answer(500, ""), Why::Failing)]
    {
        let mut world = World::new().await;
        let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let well = is_well.clone();
        let endpoint = Endpoint::start(move |_| {
            let is_well = well.load(std::sync::atomic::Ordering::Acquire);
            if is_well { Behaviour::Answer(200, "") } else { behaviour }
        })
        .await;
        let (id, _) = world.subscribe(&endpoint.url(), Filter::default());
        let mut sent = vec![world.publish("L-637").await];
        let mut config = world.config();
        config.rules.schedule = Schedule(vec![NEVER; 2]);
        config.rules.give_up_after = Duration::ZERO;
        let running = world.start(config.clone()).await;
        let given_up = |status: &herald::Status| {
            status.state.as_ref().is_some_and(|state| state.given_up.is_some())
        };
        let status = running.until(id, given_up).await;
        assert_eq!(status.state.unwrap().given_up.unwrap().why, why);
        assert!(status.enabled, "its owner still wants it");
        running.stop().await;

        // It stays given up, and what comes meanwhile waits in the feed.
        sent.push(world.publish("L-638").await);
        let running = world.start(config).await;
        let state = running.desk.status(id).await.unwrap().state.unwrap();
        assert_eq!((state.given_up.unwrap().why, state.cursor, state.open), (why, 1, 1));
        is_well.store(true, std::sync::atomic::Ordering::Release);
        running.desk.enable(id).await.unwrap();
        let status = running.until(id, |status| is_done(status, 2)).await;
        assert_eq!(status.state.unwrap().given_up, None);
        let mut ids = endpoint.ids().split_off(1);
        ids.sort();
        assert_eq!(ids, sent);
        running.stop().await;
    }
}
