//! Over real connections: streams, heads that are too large, and stopping.

use std::net::SocketAddr;
use std::time::Duration;

use crate::common::{Users, routes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::{Doors, Limits, serve};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    _users: Users,
}

async fn running() -> Running {
    running_with(|_| {}).await
}

async fn running_with(set: impl FnOnce(&mut Limits)) -> Running {
    let users = Users::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let mut doors = Doors::new(users.access.clone());
    doors.limits.stop_s_max = 1;
    set(&mut doors.limits);
    let stopped = async { drop(stopped.await) };
    let serving = tokio::spawn(serve(listener, doors, routes(), stopped));
    Running { address, stop, serving, _users: users }
}

/// Sends bytes and reads until the other end closes, or `until` has come.
async fn talk(address: SocketAddr, send: &str, until: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // Whoever is refused may be hung up on while still sending.
    let _ = stream.write_all(send.as_bytes()).await;
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while until.is_empty() || !String::from_utf8_lossy(&seen).contains(until) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
    (stream, String::from_utf8_lossy(&seen).into_owned())
}

#[tokio::test]
async fn a_stream_comes_at_once_and_unpacked_and_a_stop_does_not_wait_for_it() {
    let running = running().await;
    let ask = "GET /stream HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip, br\r\n\r\n";
    let (mut stream, seen) = talk(running.address, ask, "xxxx").await;
    assert!(seen.starts_with("HTTP/1.1 200"), "{seen}");
    assert!(!seen.contains("content-encoding"), "{seen}");
    running.stop.send(()).expect("it runs");
    let stopped = tokio::time::timeout(Duration::from_secs(60), running.serving).await;
    stopped.expect("it stops").expect("it does not panic").expect("it serves");
    let mut rest = Vec::new();
    // Closed or reset: either way it ends.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn heads_that_are_wrong_or_too_large_are_refused() {
    let running = running().await;
    let long = format!("GET /who HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    let many = format!("GET /who HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(200));
    let table = [
        ("GET /who HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", " 200 "),
        (&long, " 431 "),
        (&many, " 431 "),
        ("rubbish\r\n\r\n", " 400 "),
        ("GET /who HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", " 400 "),
    ];
    for (send, status) in table {
        let (_, seen) = talk(running.address, send, "").await;
        let first = seen.lines().next().unwrap_or_default();
        assert!(first.contains(status), "{first} to {}", send.get(..40).unwrap_or(send));
    }
    drop(running.stop);
    running.serving.await.expect("no panic").expect("it serves");
}

#[tokio::test]
async fn an_address_with_too_many_connections_is_told_so_until_it_closes_one() {
    let running = running_with(|limits| limits.connections_of_loopback = 2).await;
    let ask = "GET /who HTTP/1.1\r\nhost: a\r\n\r\n";
    let (one, seen) = talk(running.address, ask, "public").await;
    assert!(seen.contains(" 200 "), "{seen}");
    let (two, seen) = talk(running.address, ask, "public").await;
    assert!(seen.contains(" 200 "), "{seen}");
    let (_, seen) = talk(running.address, ask, "").await;
    for expected in [
        "HTTP/1.1 429 ",
        "content-type: application/problem+json\r\n",
        "retry-after: 10\r\n",
        "\"title\":\"Quá nhiều yêu cầu\"",
    ] {
        assert!(seen.contains(expected), "{expected} in {seen}");
    }
    drop(one);
    let let_in = async {
        while !talk(running.address, ask, "\r\n\r\n").await.1.contains(" 200 ") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), let_in).await.expect("a place is free again");
    drop(two);
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_hung_up_on() {
    let running = running_with(|limits| limits.head_s_max = 1).await;
    let ask = "GET /who HTTP/1.1\r\nhost: a\r\n\r\n";
    // What comes at once, and whether a byte now and then follows.
    for (begin, goes_on) in [
        ("", false),
        ("P", false),
        ("PRI * HT", false),
        ("", true),
        ("GET /who HTTP/1.1\r\nx: ", false),
        ("GET /who HTTP/1.1\r\nx: ", true),
        (ask, false),
    ] {
        let mut stream = TcpStream::connect(running.address).await.expect("it listens");
        stream.write_all(begin.as_bytes()).await.expect("it takes the beginning");
        let (mut read, mut write) = stream.into_split();
        let trickle = async {
            // A write fails when the other end has hung up.
            while !goes_on || write.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let hung_up = async {
            let mut rest = Vec::new();
            let _ = read.read_to_end(&mut rest).await;
        };
        let ended = async {
            tokio::select! { () = trickle => {}, () = hung_up => {} }
        };
        let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
        assert!(ended.is_ok(), "{begin:?}, goes on: {goes_on}");
    }
}
