//! Over real connections: streams, heads that are too large, and stopping.

use std::net::SocketAddr;
use std::time::Duration;

use crate::common::{Users, routes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use web::{Doors, serve};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    _users: Users,
}

async fn running() -> Running {
    let users = Users::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let mut doors = Doors::new(users.access.clone());
    doors.limits.stop_s_max = 1;
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
