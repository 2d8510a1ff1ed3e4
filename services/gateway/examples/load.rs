//! Measures facts in over HTTP: `load ENGINE [facts] [facts a request] [requests at once]`, engine
//! `dir` or `nats`.
//!
//! Requests go over loopback, through the door, checked, into the journal, and are counted when the
//! answer says that they are durable. Numbers are only good against each other, on one machine, on
//! one day.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use access::Access;
use gateway::{Gateway, NoLedger, router};
use journal::Options;
use journal::server::{Config, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use web::{Doors, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let engine = arguments.next().unwrap_or_else(|| "nats".into());
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<u64>());
    let (facts, batch, at_once) = (number(200_000)?, number(10_000)?, number(2)?);
    let place = tempfile::tempdir()?;
    let mut options = Options::create();
    let (url, server) = match engine.as_str() {
        "dir" => (format!("dir:{}", place.path().join("journal").display()), None),
        "nats" => {
            let server = Server::start(Config::new(place.path())).await?;
            options.nats.monitoring = Some(server.monitoring());
            (server.url(), Some(server))
        }
        _ => return Err("say dir or nats".into()),
    };
    let access = Access::open_to_all();
    let opened = Gateway::open(&url, &options, Arc::new(NoLedger), access.clone()).await?;
    let (gateway, appending) = opened;
    let (stop, stopped) = oneshot::channel::<()>();
    let (stop_writing, stopped_writing) = oneshot::channel::<()>();
    let writing = tokio::spawn(appending.run(async { drop(stopped_writing.await) }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let doors = Doors::new(access);
    let routes = router(gateway.clone());
    let serving = tokio::spawn(serve(listener, doors, routes, async { drop(stopped.await) }));

    let bodies: Vec<String> = (0..facts)
        .step_by(batch as usize)
        .map(|from| (from..(from + batch).min(facts)).map(fact).collect())
        .collect();
    let bodies = Arc::new(bodies);
    let begun = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for nth in 0..at_once {
        let bodies = bodies.clone();
        senders.spawn(async move {
            for body in bodies.iter().skip(nth as usize).step_by(at_once as usize) {
                send(address, body).await.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    let took = begun.elapsed().as_secs_f64();
    let counted = gateway.counted();
    assert_eq!(counted.accepted, facts, "all are durable: {counted:?}");
    let rate = facts as f64 / took;
    writeln!(
        std::io::stdout(),
        "{engine}: {facts} facts in requests of {batch}, {at_once} at once: {took:.2} s, \
         {rate:.0} facts/s, {} appends",
        counted.appends
    )?;
    drop((stop, stop_writing, gateway));
    serving.await??;
    writing.await??;
    match server {
        Some(server) => Ok(server.stop().await?),
        None => Ok(()),
    }
}

async fn send(to: SocketAddr, body: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(to).await?;
    let head = format!(
        "POST /v1/facts?outcomes=rejected HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n\
         content-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if !answer.starts_with("HTTP/1.1 200") || !answer.contains("\"rejected\":0") {
        return Err(answer.into());
    }
    Ok(())
}

fn fact(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.loan.disbursed.v1\",\
         \"source\":\"urn:tonghop:load\",\"id\":\"loan-{n}\",\
         \"subject\":\"household/52.{mixed:016x}\",\"time\":\"2021-01-04T07:00:00+07:00\",\
         \"data\":{{\"unit\":\"L-24097\",\"class\":\"other\",\
         \"programme\":\"difficult_area_business\",\"purpose\":\"production_and_business\",\
         \"amount\":{}}}}}\n",
        1_000_000 + mixed % 40_000_000
    )
}
