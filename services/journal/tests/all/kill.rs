//! kill -9 of a process that appends to a directory: nothing acknowledged is lost.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use journal::{Options, Writer};

use crate::world::{DEADLINE, Random, World, body, entries, read_all};

/// Set for the process that is to be killed: the journal's address.
const CHILD: &str = "TONGHOP_TEST_KILL";

/// How often it is killed: `TONGHOP_FAULTS`, twenty times without it.
fn rounds() -> u64 {
    let set = std::env::var("TONGHOP_FAULTS").ok();
    set.map_or(20, |text| text.parse().expect("TONGHOP_FAULTS is a number"))
}

fn options() -> Options {
    let mut options = Options::create();
    options.dir.segment_bytes_max = 64 << 10; // so that some are killed while sealing
    options
}

/// Not a test by itself: what [`every_acknowledged_record_survives_kill_9`] starts.
#[tokio::test]
async fn a_child_appends_until_it_is_killed() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut writer = Writer::open(&url, &options()).await.unwrap();
    let mut end = writer.journal().end().await.unwrap().0;
    let mut random = Random::seeded("child");
    loop {
        let batch = entries(end, end + 1 + random.below(200));
        end = writer.append(&batch).await.unwrap().last().unwrap().position.0;
        acknowledge(end);
    }
}

#[tokio::test]
async fn every_acknowledged_record_survives_kill_9() {
    let world = World::dir().await;
    let mut random = Random::seeded("kill -9");
    let mut acknowledged = 0;
    let rounds = rounds();
    for round in 0..rounds {
        let patience = Duration::from_millis(random.below(120));
        let child = "kill::a_child_appends_until_it_is_killed";
        let dice = (patience, u64::MAX);
        let seen = run_and_kill(child, CHILD, &world.url, dice).expect("it goes on for ever");
        assert!(seen > acknowledged, "round {round}: the child did not append");
        acknowledged = seen;
        // The record at each position is the one that belongs there: none is lost or doubled.
        let found = read_all(&world.journal().await).await.unwrap();
        assert!(found.len() as u64 >= acknowledged, "round {round}: lost after {}", found.len());
        assert!((0..).zip(&found).all(|(n, bytes)| *bytes == body(n)), "round {round}");
    }
    assert!(acknowledged > 25 * rounds, "too little happened: {acknowledged}");
    eprintln!(
        "fault | who appends to a directory | kill -9 at random moments | nothing acknowledged lost \
         | as expected | {rounds}"
    );
}

/// Kills a child some time after its first acknowledgement, or sooner, once it has given so many
/// more; the last one it gave. The child is a test of this program that finds `value` in the
/// variable `name`. `None`: it had ended by itself, with success.
pub(crate) fn run_and_kill(
    test: &str,
    name: &str,
    value: &str,
    (patience, mut more): (Duration, u64),
) -> Option<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(name, value)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = channel();
    let reading = std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let number = line.rsplit_once("acknowledged ").and_then(|(_, end)| end.parse().ok());
            if let Some(end) = number {
                sender.send(end).unwrap();
            }
        }
    });
    let mut until = Instant::now() + DEADLINE;
    let mut last = None;
    while last.is_none() || more > 0 {
        match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(end) if last.is_none() => (last, until) = (Some(end), Instant::now() + patience),
            Ok(end) => {
                last = Some(end);
                more = more.saturating_sub(1);
            }
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => {
                assert!(child.wait().unwrap().success(), "the child failed");
                reading.join().unwrap();
                return None;
            }
        }
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    reading.join().unwrap();
    Some(receiver.try_iter().last().or(last).expect("the child acknowledges something"))
}

/// Says from within such a child how far it is.
pub(crate) fn acknowledge(end: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {end}").unwrap();
    out.flush().unwrap();
}
