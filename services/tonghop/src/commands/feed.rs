//! Facts for a demonstration: a simulated province goes on living, at a pace that eyes can follow.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::Who;
use anyhow::{Context, Result};
use domain::atlas::Unit;
use domain::time::Day;
use gateway::Gateway;
use proto::gazetteer::Gazetteer;
use tokio::time::{MissedTickBehavior, interval};

use super::place;
use crate::simulate::{Simulation, run};

/// About three a second.
const PACE: Duration = Duration::from_millis(330);
/// Facts of one run; then another begins.
const FACTS: u64 = 8_000;
/// The days before today in which they happen.
const DAYS: u16 = 150;

/// Today's province of a unit.
pub(super) fn province(key: &str) -> Result<Unit> {
    let gazetteer = Gazetteer::embedded();
    let unit = gazetteer.unit(key).context("the gazetteer has no such unit")?;
    gazetteer.atlas.today_province(unit.into()).context("the unit lies in no province of today")
}

/// Plays facts through the gateway until it is dropped or the gateway stops.
pub(super) async fn play(gateway: Gateway, province: Unit) -> Result<()> {
    let who = Who::open();
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Other households each time: a demo may be started again on the same folder.
    let mut seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_secs());
    loop {
        let (opening, later) =
            tokio::task::spawn_blocking(move || simulated(province, seed)).await??;
        // The record opens at once: what is there before is no news.
        if gateway.take(&who, opening.into()).await.is_err() {
            pace.tick().await;
            continue;
        }
        for line in later.lines() {
            pace.tick().await;
            // A journal that is away comes back; what it missed is not missed here.
            let _ = gateway.take(&who, line.to_owned().into()).await;
        }
        seed += 1;
    }
}

/// The lines of the first day, and those of the days after it.
fn simulated(province: Unit, seed: u64) -> Result<(String, String)> {
    let last = place::today()?.previous();
    let first = Day(last.0.saturating_sub(DAYS));
    let simulation = Simulation { facts: FACTS, seed, unit: Some(province), first, last };
    let mut lines = Vec::new();
    run(&simulation, &mut lines, &mut |_| {})?;
    let text = String::from_utf8(lines).context("simulated facts are text")?;
    // Sources of their own: the same numbers of other runs are other facts.
    let text = text.replace(".example.vn/", &format!(".example.vn/{seed}/"));
    let of_first = format!("\"time\":\"{first}");
    let (mut opening, mut later) = (String::new(), String::new());
    for line in text.lines() {
        let part = if line.contains(&of_first) { &mut opening } else { &mut later };
        part.push_str(line);
        part.push('\n');
    }
    Ok((opening, later))
}

#[cfg(test)]
mod tests {
    use proto::catalogue::Catalogue;
    use proto::intake::Intake;

    use super::*;

    #[test]
    fn everything_that_is_played_is_taken() {
        let province = province("L-34").expect("it has one");
        let (opening, later) = simulated(province, 7).expect("it is simulated");
        let intake = Intake {
            gazetteer: Gazetteer::embedded(),
            plan: &Catalogue::embedded().plan,
            today: place::today().expect("a day"),
        };
        let mut taken = 0;
        for line in opening.lines().chain(later.lines()) {
            let accepted = intake.take(line.as_bytes()).unwrap_or_else(|e| panic!("{e}: {line}"));
            assert_eq!(accepted.bytes, line.as_bytes(), "it is canonical");
            taken += 1;
        }
        assert_eq!(taken, FACTS);
        assert!(later.lines().count() > 1000, "there is something to watch");
    }
}
