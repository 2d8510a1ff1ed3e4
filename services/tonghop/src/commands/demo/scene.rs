//! A scene of the demonstration: a milestone is reached, taken back by a correction, and reached
//! again, while people look.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::Who;
use anyhow::{Result, bail};
use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::figures::{Question, Reader, Time};
use domain::time::{Day, Grain, Period};
use feed::{Filter as Told, Followed};
use gateway::Gateway;
use projector::Handle;
use proto::gazetteer::{Gazetteer, Lang};
use query::written;

use crate::commands::{milestones, place};
use crate::screen::Screen;

/// The rule that is crossed.
const RULE: &str = "first_relapse";
/// Between two facts, so that eyes can follow.
const PAUSE: Duration = Duration::from_secs(4);
/// Longer than any of them takes to be told.
const WAIT: Duration = Duration::from_secs(20);

/// Plays the scene in a commune of the province, and shows what the feed tells of it.
pub(super) async fn play(
    screen: &mut Screen,
    handle: &Handle,
    gateway: &Gateway,
    feed: Option<Followed>,
    province: Unit,
) -> Result<()> {
    let Some(feed) = feed else { return Ok(()) };
    let today = place::today()?;
    let Some(commune) = handle.read(|fold, _| quiet(&Reader::from(fold), province, today)) else {
        // Every commune has had a relapse this year: the feed tells of those.
        return Ok(());
    };
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| now.as_millis());
    let story = Story::new(province, commune, today, seed as u64);
    let name = written::name(screen.lang, &story.unit);
    screen.heading(screen.pick("Một mốc, ngay lúc này", "A milestone, live"))?;
    screen.line(match screen.lang {
        Lang::Vi => format!("{name}: một hộ tái nghèo; rồi xã đính chính; rồi một hộ khác tái nghèo."),
        Lang::En => format!(
            "{name}: a household falls back into poverty; the commune corrects it; another one does."
        ),
    })?;
    let only = Told { unit: Some(commune), rules: vec![RULE.to_owned()] };
    let mut end = feed.watch();
    let mut since = *end.borrow_and_update();
    for lines in story.acts() {
        tokio::time::sleep(PAUSE).await;
        let told = gateway.take(&Who::open(), lines.into()).await;
        if told.is_err() {
            bail!("the journal takes no facts");
        }
        let next = async {
            loop {
                let page = feed.after(since, &only, 10).await?;
                since = page.next;
                for told in &page.events {
                    screen.line(format!("  {}", milestones::row(screen.lang, told).join("  ")))?;
                }
                if !page.events.is_empty() {
                    return anyhow::Ok(());
                }
                end.changed().await?;
            }
        };
        match tokio::time::timeout(WAIT, next).await {
            Ok(shown) => shown?,
            // Another relapse came between: what is told then is told on the page.
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// A commune of today's in which nobody has fallen back this year.
fn quiet(reader: &Reader<'_>, province: Unit, today: Day) -> Option<Unit> {
    let period = Period::containing(Grain::CivilYear, today)?;
    let none = |commune: &Unit| {
        let question = Question {
            unit: *commune,
            indicator: "poor_households_relapsed",
            filter: Filter::new(),
            time: Time::Period(period),
        };
        reader.figure(&question).as_whole() == Some(0)
    };
    reader.communes_of(province, today).into_iter().find(none)
}

/// Two households of a commune.
struct Story {
    unit: String,
    province: String,
    yesterday: Day,
    seed: u64,
}

impl Story {
    fn new(province: Unit, commune: Unit, today: Day, seed: u64) -> Story {
        let key = |unit| Gazetteer::embedded().key(unit).to_owned();
        let province = key(province).trim_start_matches("N-").to_owned();
        Story { unit: key(commune), province, yesterday: today.previous(), seed }
    }

    /// Falls back, corrected, another falls back: each the lines that are sent at once.
    fn acts(&self) -> [String; 3] {
        let fell = |household| {
            format!("{}{}", self.registered(household), self.classified(household, "poor", ""))
        };
        let corrects = format!(
            "\"correctsid\":\"{}-1-fell\",\"correctsreason\":\"ghi nhầm chuẩn\",",
            self.seed
        );
        [fell(1), self.classified(1, "near_poor", &corrects), fell(2)]
    }

    fn registered(&self, household: u8) -> String {
        // It rose out of poverty half a year ago: within 36 months a fall is a relapse.
        let left = Day(self.yesterday.0.saturating_sub(180));
        let data = format!("\"standing\":\"above\",\"persons\":4,\"left_poverty\":\"{left}\"");
        self.fact("household.registered", household, "registered", "", &data)
    }

    fn classified(&self, household: u8, to: &str, corrects: &str) -> String {
        let name = if corrects.is_empty() { "fell" } else { "corrected" };
        let data = format!("\"from\":\"above\",\"to\":\"{to}\",\"persons\":4,\"cause\":\"review\"");
        self.fact("household.classified", household, name, corrects, &data)
    }

    fn fact(&self, kind: &str, household: u8, name: &str, more: &str, data: &str) -> String {
        let Story { unit, province, yesterday, seed } = self;
        // Where a list is kept this is a keyed hash; nobody is behind this one.
        let mixed = (seed ^ u64::from(household)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let pseudonym = format!("fa{:x}ed", mixed ^ (mixed >> 29));
        format!(
            "{{\"specversion\":\"1.0\",\"type\":\"vn.tonghop.{kind}.v1\",\
             \"source\":\"//demo.example.vn/{unit}\",\"id\":\"{seed}-{household}-{name}\",\
             \"subject\":\"household/{province}.{pseudonym}\",\
             \"time\":\"{yesterday}T08:00:00+07:00\",{more}\"data\":{{\"unit\":\"{unit}\",{data}}}}}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use proto::catalogue::Catalogue;
    use proto::intake::Intake;

    use super::*;

    #[test]
    fn every_fact_of_the_scene_is_taken() {
        let gazetteer = Gazetteer::embedded();
        let province = gazetteer.unit("N-33").expect("it is there");
        let commune = gazetteer.atlas.children(province)[0];
        let today = place::today().expect("a day");
        let story = Story::new(province, commune, today, 7);
        let intake = Intake { gazetteer, plan: &Catalogue::embedded().plan, today };
        let lines = story.acts().concat();
        assert_eq!(lines.lines().count(), 5);
        for line in lines.lines() {
            intake.take(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
    }
}
