//! Serves connections until told to stop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::Request;
use axum::response::Response;
use axum::{BoxError, Router};
use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tower::Service;

use crate::{Doors, Kind, Peer, Places, Problem};

/// Most bytes of a head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Most requests at once on one connection.
const STREAMS_MAX: u32 = 200;
/// How often the other end of a connection is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(30);
/// When there are too many open files, others have to close some first.
const BREATH: Duration = Duration::from_millis(100);
/// Most who are told at once that their address has too many connections; others are hung up on.
const REFUSED_MAX: usize = 64;
/// How long somebody who is told so may take to ask.
const REFUSED_WAIT: Duration = Duration::from_secs(2);
/// When to come again where an address has too many connections.
const RETRY_S: u32 = 10;

/// Puts the door in front of the routes and serves them until `shutdown`; then nobody new is let
/// in, answers under way are finished, and streams are cut off after [`crate::Limits::stop_s_max`].
///
/// # Errors
/// None while it serves: a connection that fails is its own affair.
pub async fn serve(
    listener: TcpListener,
    doors: Doors,
    routes: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let limits = doors.limits.clone();
    let places = Arc::new(Semaphore::new(limits.connections_max));
    // All connections are those of the proxy: it has to count.
    let each_max = if doors.behind_proxy { usize::MAX } else { limits.connections_per_address };
    let of_each = Places::new(each_max, limits.connections_of_loopback);
    let refused = Arc::new(Semaphore::new(REFUSED_MAX));
    let stop_max = Duration::from_secs(limits.stop_s_max);
    let head_wait = Duration::from_secs(limits.head_s_max);
    let app = doors.around(routes);
    let builder = builder(head_wait);
    let (stop, stopping) = watch::channel(false);
    let crowded = AtomicBool::new(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, &places, &crowded) => {
                let Some((stream, peer, place)) = accepted else { continue };
                if let Some(own) = of_each.take(peer.0.ip()) {
                    let answering = Answering { app: app.clone(), peer, heard: Arc::default() };
                    let talk = talk(builder.clone(), stream, answering, head_wait, stopping.clone());
                    connections.spawn(async move {
                        talk.await;
                        drop((place, own));
                    });
                } else if let Ok(turn) = refused.clone().try_acquire_owned() {
                    connections.spawn(async move {
                        let _ = tokio::time::timeout(REFUSED_WAIT, refuse(stream)).await;
                        drop((place, turn));
                    });
                }
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(stop_max, all).await.is_err() {
        tracing::info!(streams = connections.len(), "streams are cut off");
        connections.shutdown().await;
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    crowded: &AtomicBool,
) -> Option<(TcpStream, Peer, tokio::sync::OwnedSemaphorePermit)> {
    // First the place: whoever finds none waits at the operating system's door.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            if crowded.swap(false, Ordering::Relaxed) {
                tracing::info!("connections are taken again");
            }
            // Live events are small and must not wait for more.
            let _ = stream.set_nodelay(true);
            Some((stream, Peer(address), place))
        }
        Err(error) => {
            // Too many open files passes: told once, not ten times a second.
            if !crowded.swap(true, Ordering::Relaxed) {
                tracing::warn!("a connection was not accepted, others have to end first: {error}");
            }
            tokio::time::sleep(BREATH).await;
            None
        }
    }
}

fn builder(head_wait: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head_wait)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(ALIVE)
        .keep_alive_timeout(ALIVE);
    builder
}

/// Tells somebody whose address has too many connections already so, and hangs up.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    // What was sent and not read would make the system throw our answer away.
    let mut asked = [0; 4096];
    let _ = stream.read(&mut asked).await?;
    let detail = "too many connections are open from this address; close some, or come again";
    let problem = Problem::new(Kind::TooMany, detail);
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/problem+json\r\n\
         retry-after: {RETRY_S}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// Serves one connection to its end.
async fn talk(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    answering: Answering,
    head_wait: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    let heard = Arc::clone(&answering.heard);
    let service = TowerToHyperService::new(answering);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // The clock of the head starts when its version is known: whoever never gets so far, with no
    // byte or the first of them, is hung up on here.
    let silence = async {
        if tokio::time::timeout(head_wait, heard.notified()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    let told = async move { drop(stopping.wait_for(|stop| *stop).await) };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = silence => return,
        () = told => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}

/// The routes, told whose connection it is.
#[derive(Clone)]
struct Answering {
    app: Router,
    peer: Peer,
    /// Told at each request.
    heard: Arc<Notify>,
}

impl<B> Service<Request<B>> for Answering
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.heard.notify_one();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        self.app.call(request)
    }
}
