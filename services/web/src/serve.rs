//! Serves connections until told to stop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::Service;

use crate::{Doors, Peer};

/// Whoever has not sent the head of a request after this, also the next one, is hung up on.
const HEAD_WAIT: Duration = Duration::from_secs(30);
/// Most bytes of a head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Most requests at once on one connection.
const STREAMS_MAX: u32 = 200;
/// How often the other end of a connection is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(30);
/// When there are too many open files, others have to close some first.
const BREATH: Duration = Duration::from_millis(100);

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
    let places = Arc::new(Semaphore::new(doors.limits.connections_max));
    let stop_max = Duration::from_secs(doors.limits.stop_s_max);
    let app = doors.around(routes);
    let builder = builder();
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, &places) => {
                let Some((stream, peer, place)) = accepted else { continue };
                let talk = talk(builder.clone(), stream, peer, app.clone(), stopping.clone());
                connections.spawn(async move {
                    talk.await;
                    drop(place);
                });
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
) -> Option<(TcpStream, Peer, tokio::sync::OwnedSemaphorePermit)> {
    // First the place: whoever finds none waits at the operating system's door.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Live events are small and must not wait for more.
            let _ = stream.set_nodelay(true);
            Some((stream, Peer(address), place))
        }
        Err(error) => {
            tracing::warn!("a connection was not accepted: {error}");
            tokio::time::sleep(BREATH).await;
            None
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
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

/// Serves one connection to its end.
async fn talk(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    peer: Peer,
    app: Router,
    mut stopping: watch::Receiver<bool>,
) {
    // The clock of the head starts with its first byte: whoever sends none is hung up on here.
    if !matches!(tokio::time::timeout(HEAD_WAIT, stream.readable()).await, Ok(Ok(()))) {
        return;
    }
    let service = TowerToHyperService::new(Answering { app, peer });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let told = async move { drop(stopping.wait_for(|stop| *stop).await) };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
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
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        self.app.call(request)
    }
}
