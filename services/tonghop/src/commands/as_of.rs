//! `--as-of`: figures as they were known at a position, at a time, or when they were closed.

use anyhow::{Error, Result, anyhow};
use auditor::{Replay, Shelf, as_was};
use chrono::DateTime;
use domain::disclosure::Disclosure;
use domain::time::Day;
use journal::{Journal, Position};
use proto::gazetteer::Lang;
use proto::instant;
use query::{Answer, Editions, Query};

use super::embedded;
use super::place;
use crate::cli::{AsOfArgs, DataArgs};
use crate::screen;

/// What a person means by `--as-of`.
enum Then {
    Position(u64),
    /// A moment, in milliseconds since the Unix epoch.
    Time(i64),
    Vintage(String),
}

/// Answers as of then: from a vintage, where it tells; else by a replay of the journal.
pub(super) fn answer(
    lang: Lang,
    data: &DataArgs,
    args: &AsOfArgs,
    query: &Query,
) -> Result<Answer> {
    let shelf = Shelf::of(&data.data);
    let then = read(args.as_of.as_deref().unwrap_or_default())?;
    if let Then::Vintage(id) = &then {
        let vintage = shelf.get(id)?;
        if let Some(body) = as_was(&vintage, query) {
            return Ok(Answer { position: vintage.head.position, body });
        }
    }
    let url = place::journal(args.journal.as_deref(), &data.data)?;
    place::runtime()?.block_on(async {
        let journal = Journal::open(&url, &place::options(false, &args.nats_options)).await?;
        let position = match then {
            Then::Position(position) => position,
            Then::Time(ms) => {
                let position = last_of(&journal, ms).await?;
                tell_of_the_future(lang, &journal, position).await?;
                position
            }
            Then::Vintage(id) => shelf.get(&id)?.head.position,
        };
        if position == 0 {
            return Err(nothing_known(&journal, args.as_of.as_deref().unwrap_or_default()).await?);
        }
        let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), Some(position), false);
        let (told, editions) = (bar.clone(), Editions::embedded());
        let progress = move |position| told.set_position(position);
        let replaying = Replay::of(
            &journal,
            Some(position),
            embedded::rules(),
            editions,
            args.threads,
            progress,
        );
        let replay = replaying.await;
        bar.finish_and_clear();
        // A replay keeps no timelines.
        let query = match query {
            Query::Figures(asked) => {
                Query::Figures(query::FiguresQuery { books_only: true, ..asked.clone() })
            }
            other => other.clone(),
        };
        query::answer(
            &replay?.fold,
            Disclosure::EVERYTHING,
            position,
            &Editions::embedded(),
            &query,
        )
    })
}

fn read(text: &str) -> Result<Then> {
    if let Ok(position) = text.parse() {
        return Ok(Then::Position(position));
    }
    if let Ok(day) = text.parse::<Day>() {
        return Ok(Then::Time(instant::first_milli(day.next()) - 1));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Then::Time(time.timestamp_millis()));
    }
    Ok(Then::Vintage(text.to_owned()))
}

/// Says where the next record was received at a time that is yet to come: a clock was ahead, and by
/// when that record was known nobody can tell before a later one was received.
async fn tell_of_the_future(lang: Lang, journal: &Journal, position: u64) -> Result<()> {
    let next = position + 1;
    let Some((received, _)) = journal.record(Position(next)).await? else { return Ok(()) };
    let today = instant::first_milli(place::today()?.next()) - 1;
    // A later one that was received by now tells that it came before that.
    if received.0 <= today || last_of(journal, today).await? > position {
        return Ok(());
    }
    let text = match lang {
        Lang::Vi => format!(
            "vị trí {next} ghi thời điểm nhận {received}, là lúc chưa tới: đồng hồ đã chạy trước; các bản \
             ghi từ đó không tính vào đây"
        ),
        Lang::En => format!(
            "position {next} says that it was received at {received}, which is yet to come: a clock was \
             ahead; the records from there are not in this answer"
        ),
    };
    screen::note(lang, &text);
    Ok(())
}

/// Before its first record a journal knows nothing: zeros would say that it had counted none.
async fn nothing_known(journal: &Journal, asked: &str) -> Result<Error> {
    let first = journal.record(Position(1)).await?;
    Ok(match first {
        Some((received, _)) => anyhow!(
            "--as-of {asked}: nothing was known yet; the first record of the journal, position 1, \
             was received at {}",
            instant::rfc3339(received.0)
        ),
        None => anyhow!("--as-of {asked}: nothing is known yet; the journal is empty"),
    })
}

/// Records that are looked through at once, from the end of the journal backwards.
const LOOK: u64 = 1 << 16;

/// The last position that the journal received by then; 0 if there was none. The order is that of the
/// positions: what lies before it was known by then, whatever a clock that was ahead has said of it.
async fn last_of(journal: &Journal, ms: i64) -> Result<u64> {
    let mut to = journal.end().await?;
    while to > Position(0) {
        let from = Position(to.0.saturating_sub(LOOK) + 1);
        let (mut blocks, mut last) = (journal.read(from, to), None);
        while let Some(block) = blocks.next().await {
            let block = block?.open()?;
            let by_then = block.records().filter(|record| record.received.0 <= ms);
            last = by_then.last().map(|record| record.position.0).or(last);
        }
        if let Some(last) = last {
            return Ok(last);
        }
        to = Position(from.0 - 1);
    }
    Ok(0)
}
