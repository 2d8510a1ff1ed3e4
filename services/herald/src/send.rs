//! One attempt: resolve, check, connect to what was checked, sign, post, look at the status.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use crate::guard::{self, Guard};
use crate::secret::Secret;
use crate::{Failure, Outcome, Result, retry_after, signature, tls};

/// Of an answer no more is read: then the connection is cut.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Once the status is there, the rest of the answer is waited for no longer than this: it is only
/// read so that an endpoint may finish writing it.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
/// Names that are asked for at once: each holds a thread until the system answers, and the runtime
/// has 512 for whatever waits.
const LOOKUPS_MAX: usize = 256;
/// ENFILE and EMFILE: too many files are open.
const NO_FILES: [i32; 2] = [23, 24];
const NO_FILES_WAIT: Duration = Duration::from_millis(200);
const MEDIA_TYPE: &str = "application/cloudevents+json";
const AGENT: &str = concat!("tonghop/", env!("CARGO_PKG_VERSION"));

/// Makes attempts. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    guard: Arc<Guard>,
    tls: TlsConnector,
    limits: Limits,
    lookups: Arc<Semaphore>,
}

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// An attempt as a whole.
    pub attempt: Duration,
    /// Connecting to one address.
    pub connect: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { attempt: Duration::from_secs(15), connect: Duration::from_secs(5) }
    }
}

/// What is sent, and where to.
#[derive(Clone, Debug)]
pub struct Message {
    /// The endpoint.
    pub url: String,
    /// The event's id.
    pub id: String,
    /// A CloudEvent.
    pub body: Bytes,
    /// What signs.
    pub secrets: Vec<Secret>,
    /// Now, in seconds since the Unix epoch.
    pub now_s: u64,
}

impl Sender {
    /// Sends to what the guard admits, and also trusts these authorities (DER).
    ///
    /// # Errors
    /// `Tls`.
    pub fn new(guard: Guard, authorities: &[Vec<u8>], limits: Limits) -> Result<Sender> {
        let lookups = Arc::new(Semaphore::new(LOOKUPS_MAX));
        Ok(Sender { guard: Arc::new(guard), tls: tls::connector(authorities)?, limits, lookups })
    }

    /// What may be sent to.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Sends once. The status decides: an endpoint that says 2xx in time has the message, however
    /// long the rest of its answer is.
    pub async fn send(&self, message: Message) -> Outcome {
        let end = Instant::now() + self.limits.attempt;
        // Dropped at the end, and with them the connection.
        let mut tasks = JoinSet::new();
        let now_s = message.now_s;
        match timeout_at(end, self.answer(message, &mut tasks)).await {
            Err(_) => Outcome::failed(Failure::Timeout),
            Ok(Err(why)) => Outcome::failed(why),
            Ok(Ok(response)) => {
                let outcome = judged(&response, now_s);
                let rest = end.min(Instant::now() + ANSWER_WAIT);
                let _ = timeout_at(rest, let_finish(response)).await;
                outcome
            }
        }
    }

    async fn answer(
        &self,
        message: Message,
        tasks: &mut JoinSet<()>,
    ) -> Result<Response<Incoming>, Failure> {
        let url = guard::parse(&message.url).map_err(|_| Failure::BadUrl)?;
        let host = url.host_str().ok_or(Failure::BadUrl)?.to_owned();
        let request = request(&url, &host, message)?;
        let stream = self.connect(&url, &host).await?;
        if url.scheme() == "http" {
            return converse(stream, request, tasks).await;
        }
        // rustls wants IPv6 addresses without brackets.
        let name = guard::literal(&url).map_or_else(|| host.clone(), |address| address.to_string());
        let name = ServerName::try_from(name).map_err(|_| Failure::BadUrl)?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| {
            let is_tls = error
                .get_ref()
                .is_some_and(|inner| inner.downcast_ref::<tokio_rustls::rustls::Error>().is_some());
            if is_tls { Failure::Tls } else { Failure::Reset }
        })?;
        converse(stream, request, tasks).await
    }

    /// Connects to exactly the addresses that were checked: a name that leads elsewhere a moment
    /// later changes nothing.
    async fn connect(&self, url: &Url, host: &str) -> Result<TcpStream, Failure> {
        let port = url.port_or_known_default().ok_or(Failure::BadUrl)?;
        let found = match guard::literal(url) {
            Some(address) => vec![address],
            None => self.resolve(host.to_owned()).await?,
        };
        let good = self.guard.of_these(found, url.scheme() == "https")?;
        let mut why = Failure::Connect;
        for address in good {
            let address = SocketAddr::new(address, port);
            match timeout(self.limits.connect, connected(address)).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(_)) => why = Failure::Connect,
                Err(_) => why = Failure::Timeout,
            }
        }
        Err(why)
    }

    async fn resolve(&self, host: String) -> Result<Vec<IpAddr>, Failure> {
        let place = self.lookups.clone().acquire_owned().await.map_err(|_| Failure::Dns)?;
        let asking = tokio::task::spawn_blocking(move || {
            let found = (host.as_str(), 0).to_socket_addrs();
            // Only now: the thread is held until here, also when the attempt is over.
            drop(place);
            found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>())
        });
        match asking.await {
            Ok(Ok(found)) if !found.is_empty() => Ok(found),
            Ok(Ok(_) | Err(_)) | Err(_) => Err(Failure::Dns),
        }
    }
}

/// Connects; waits while this machine, not the endpoint, has no file for it.
async fn connected(address: SocketAddr) -> std::io::Result<TcpStream> {
    loop {
        match TcpStream::connect(address).await {
            Err(error) if error.raw_os_error().is_some_and(|code| NO_FILES.contains(&code)) => {
                tokio::time::sleep(NO_FILES_WAIT).await;
            }
            connected => return connected,
        }
    }
}

fn request(url: &Url, host: &str, message: Message) -> Result<Request<Full<Bytes>>, Failure> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let target: Uri = path.parse().map_err(|_| Failure::BadUrl)?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let Message { id, body, secrets, now_s, .. } = message;
    let signed = signature::signature(&secrets, &id, now_s, &body);
    Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, MEDIA_TYPE)
        .header(signature::ID, id)
        .header(signature::TIMESTAMP, now_s)
        .header(signature::SIGNATURE, signed)
        .body(Full::new(body))
        .map_err(|_| Failure::BadUrl)
}

async fn converse<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    tasks: &mut JoinSet<()>,
) -> Result<Response<Incoming>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| Failure::Reset)?;
    tasks.spawn(async move {
        // Why it failed is told to whoever sends.
        let _ = connection.await;
    });
    sender.send_request(request).await.map_err(|error| match error.is_parse() {
        true => Failure::NotHttp,
        false => Failure::Reset,
    })
}

fn judged(response: &Response<Incoming>, now_s: u64) -> Outcome {
    let status = response.status().as_u16();
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.and_then(|text| retry_after::seconds(text, now_s));
    match (status, after) {
        (200..=299, _) => Outcome::Delivered { status },
        (410, _) => Outcome::Gone,
        (429 | 503, Some(retry_after_s)) => Outcome::Throttled { status, retry_after_s },
        (_, _) => Outcome::Refused { status },
    }
}

/// Reads what is left of a short answer, so that its sender meets no reset.
async fn let_finish(response: Response<Incoming>) {
    let (mut body, mut read) = (response.into_body(), 0);
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > ANSWER_BYTES_MAX {
            return;
        }
    }
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("guard", &self.guard).finish_non_exhaustive()
    }
}
