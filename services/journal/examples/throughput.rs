//! Measures both engines: `cargo run --release -p journal --example throughput -- dir 1000000`.
//!
//! Numbers are only good against each other, on one machine, on one day.

use std::error::Error;
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use journal::server::{Config, Server};
use journal::{Entry, Journal, Options, Position, Tail, Writer};

/// Records in one append.
const BATCH: u64 = 1000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let engine = arguments.next().unwrap_or_else(|| "dir".into());
    let count = arguments.next().map_or(Ok(200_000), |count| count.parse())?;
    let place = tempfile::tempdir()?;
    match engine.as_str() {
        "dir" => dir(&format!("dir:{}", place.path().join("j").display()), count).await,
        "nats" => {
            let server = Server::start(Config::new(place.path())).await?;
            let done = nats(&server.url(), count).await;
            server.stop().await?;
            done
        }
        _ => Err("say dir or nats".into()),
    }
}

async fn dir(url: &str, count: u64) -> Result<(), Box<dyn Error>> {
    let mut writer = Writer::open(url, &Options::create()).await?;
    let took = append(&mut writer, count).await?;
    say("dir append, synced per 1000", count, took)?;
    let Writer::Dir(journal, dir) = &mut writer else { return Err("not a directory".into()) };
    let started = Instant::now();
    dir.seal().await?;
    say("dir seal what was left", count, started.elapsed())?;
    let bytes: u64 = std::fs::read_dir(journal.path())?
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|about| about.len())
        .sum();
    writeln!(std::io::stdout(), "{:.0} bytes a record on disk", bytes as f64 / count as f64)?;
    for threads in [1, 2, 4] {
        let blocks = Mutex::new(journal.read(Position(1), Position(count)));
        let started = Instant::now();
        let next = || blocks.lock().ok()?.next();
        let read = || -> journal::Result<usize> {
            let mut seen = 0;
            while let Some(block) = next() {
                seen += block?.open()?.records().filter(|record| !record.bytes.is_empty()).count();
            }
            Ok(seen)
        };
        let seen: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(read)).collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).sum::<Result<_, _>>()
        })?;
        assert_eq!(seen as u64, count);
        say(&format!("dir read sealed, {threads} threads"), count, started.elapsed())?;
    }
    follow(&writer.journal(), count).await?;
    latency(writer).await
}

async fn nats(url: &str, count: u64) -> Result<(), Box<dyn Error>> {
    let mut writer = Writer::open(url, &Options::create()).await?;
    let took = append(&mut writer, count).await?;
    say("nats append, atomic batches of 1000", count, took)?;
    follow(&writer.journal(), count).await?;
    latency(writer).await
}

async fn append(writer: &mut Writer, count: u64) -> Result<Duration, Box<dyn Error>> {
    let mut took = Duration::ZERO;
    for from in (0..count).step_by(BATCH as usize) {
        let batch: Vec<Entry> = (from..(from + BATCH).min(count)).map(entry).collect();
        let started = Instant::now();
        writer.append(&batch).await?;
        took += started.elapsed();
    }
    Ok(took)
}

async fn follow(journal: &Journal, count: u64) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let mut tail = journal.tail(Position(0)).await?;
    let (mut seen, mut blocks) = (0, 0);
    while seen < count {
        seen += tail.next(5000).await?.len() as u64;
        blocks += 1;
    }
    say(&format!("tail, {blocks} blocks"), count, started.elapsed())
}

/// From the call of `append` to its return, and from its return to the tail's.
async fn latency(mut writer: Writer) -> Result<(), Box<dyn Error>> {
    let end = writer.journal().end().await?;
    let mut tail: Tail = writer.journal().tail(end).await?;
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while tail.next(1).await.is_ok() && sender.send(Instant::now()).is_ok() {}
    });
    let (mut durable, mut seen) = (Vec::new(), Vec::new());
    for n in 0..200 {
        let started = Instant::now();
        writer.append(&[entry(1_000_000_000 + n)]).await?;
        let returned = Instant::now();
        durable.push(returned - started);
        let at = receiver.recv().await.ok_or("the tail ended")?;
        seen.push(at.saturating_duration_since(returned));
    }
    for (what, mut times) in [("append of one", durable), ("then seen by a tail after", seen)] {
        times.sort();
        let (median, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        writeln!(std::io::stdout(), "{what}: median {median:.1?}, 99 % {most:.1?}")?;
    }
    Ok(())
}

/// About 400 bytes, of which some repeat, as in a real fact.
fn entry(n: u64) -> Entry {
    let mix = |salt: u64| {
        let mixed = (n ^ salt << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    let (one, two, three) = (mix(1), mix(2), mix(3));
    let mix = one ^ two >> 7;
    let bytes = format!(
        "{{\"specversion\":\"1.0\",\"id\":\"{two:016x}{:016x}\",\"source\":\"/xa/{}\",\
         \"type\":\"vn.tonghop.poverty.household-left-poverty.v1\",\
         \"subject\":\"household/52.{:016x}\",\"time\":\"2026-0{}-1{}T0{}:{:02}:00+07:00\",\
         \"datacontenttype\":\"application/json\",\"data\":{{\"unit\":\"L-{}\",\"members\":{},\
         \"day\":\"2025-0{}-{:02}\",\"reason\":\"thu nhập tăng\",\"decision\":\"{}/QĐ-UBND\"}}}}",
        one,
        mix % 10_000,
        three,
        mix % 9 + 1,
        mix % 10,
        mix % 10,
        mix % 60,
        mix % 30_000,
        mix % 9,
        mix % 9 + 1,
        mix % 28 + 1,
        mix % 5000,
    );
    Entry::new("52.L-24097", bytes)
}

fn say(what: &str, count: u64, took: Duration) -> Result<(), Box<dyn Error>> {
    let rate = count as f64 / took.as_secs_f64() / 1000.0;
    writeln!(std::io::stdout(), "{what}: {took:.2?}, {rate:.0} thousand records/s")?;
    Ok(())
}
