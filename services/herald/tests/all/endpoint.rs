//! Endpoints on this machine that behave as they are told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::world::DEADLINE;

/// What an endpoint does with a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Behaviour {
    /// Answers with this status and these header lines.
    Answer(u16, &'static str),
    /// Answers 200 and this many bytes.
    Long(usize),
    /// Never answers.
    Hang,
    /// Cuts the connection.
    Reset,
    /// Answers a byte at a time, and never ends its headers.
    DripHead,
    /// Answers 200, and then a byte at a time.
    DripBody,
    /// Answers something else.
    Mumble,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

type Behave = Arc<dyn Fn(&Received) -> Behaviour + Send + Sync>;

/// An endpoint; it ends when it is dropped.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    is_tls: bool,
    received: Arc<Mutex<Vec<Received>>>,
    count: watch::Receiver<usize>,
    _serving: JoinSet<()>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value.trim())
    }

    pub(crate) fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }

    pub(crate) fn unit(&self) -> String {
        let event: Value = serde_json::from_slice(&self.body).expect("a CloudEvent");
        event["data"]["unit"].as_str().unwrap_or_default().to_owned()
    }
}

impl Endpoint {
    pub(crate) async fn start(
        behave: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
    ) -> Endpoint {
        Endpoint::listen("127.0.0.1:0", None, behave).await
    }

    pub(crate) async fn start_tls(
        behave: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
    ) -> Endpoint {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("../tls/server.pem"));
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../tls/server.key"))
            .expect("it works here");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("it works here")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.expect("it works here")], key)
            .expect("it works here");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Endpoint::listen("127.0.0.1:0", Some(acceptor), behave).await
    }

    async fn listen(
        at: &str,
        tls: Option<TlsAcceptor>,
        behave: impl Fn(&Received) -> Behaviour + Send + Sync + 'static,
    ) -> Endpoint {
        let listener = TcpListener::bind(at).await.expect("it works here");
        let address = listener.local_addr().expect("it works here");
        let (is_tls, behave): (bool, Behave) = (tls.is_some(), Arc::new(behave));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (counting, count) = watch::channel(0);
        let mut serving = JoinSet::new();
        let log = received.clone();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("it works here");
                let (tls, behave) = (tls.clone(), behave.clone());
                let (log, counting) = (log.clone(), counting.clone());
                connections.spawn(async move {
                    let note = move |one: &Received| {
                        let behaviour = behave(one);
                        log.lock().expect("it works here").push(one.clone());
                        counting.send_modify(|count| *count += 1);
                        behaviour
                    };
                    match tls {
                        None => serve_plain(stream, note).await,
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            serve(stream, note).await;
                        }
                    }
                });
            }
        });
        Endpoint { address, is_tls, received, count, _serving: serving }
    }

    pub(crate) fn url(&self) -> String {
        match self.is_tls {
            true => format!("https://localhost:{}/hook?from=tonghop", self.address.port()),
            false => format!("http://{}/hook?from=tonghop", self.address),
        }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("it works here").clone()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.received().iter().map(Received::id).collect()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn until(&self, count: usize) {
        let mut counted = self.count.clone();
        let waited = tokio::time::timeout(DEADLINE, counted.wait_for(|now| *now >= count)).await;
        waited.expect("requests come in time").expect("the endpoint runs");
    }
}

async fn serve_plain(stream: TcpStream, note: impl FnOnce(&Received) -> Behaviour) {
    // Dropped with bytes unread, so that the other side meets a reset.
    stream.set_nodelay(true).expect("it works here");
    serve(stream, note).await;
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    note: impl FnOnce(&Received) -> Behaviour,
) {
    let Some(received) = read(&mut stream).await else { return };
    // Whoever sends may have hung up.
    let _ = match note(&received) {
        Behaviour::Answer(status, headers) => {
            let answer = format!("HTTP/1.1 {status} X\r\n{headers}content-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await
        }
        Behaviour::Long(bytes) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            let answer = [head.as_bytes(), &vec![b'x'; bytes]].concat();
            stream.write_all(&answer).await
        }
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Reset => Ok(()),
        Behaviour::DripHead => drip(&mut stream, b"HTTP/1.1 200 OK\r\nx-drip: ").await,
        Behaviour::DripBody => {
            drip(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await
        }
        Behaviour::Mumble => stream.write_all(b"220 mail.example.org ESMTP\r\n").await,
    };
}

async fn drip<S: AsyncWrite + Unpin>(stream: &mut S, begin: &[u8]) -> std::io::Result<()> {
    stream.write_all(begin).await?;
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    loop {
        tick.tick().await;
        stream.write_all(b"x").await?;
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        stream.read_buf(&mut bytes).await.ok().filter(|read| *read > 0)?;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("headers are text");
    let mut received = Received { head, body: bytes.split_off(end) };
    let length: usize = received.header("content-length").parse().expect("a length");
    while received.body.len() < length {
        stream.read_buf(&mut received.body).await.ok().filter(|read| *read > 0)?;
    }
    Some(received)
}
