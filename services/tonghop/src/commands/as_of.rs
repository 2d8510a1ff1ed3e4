//! `--as-of`: figures as they were known at a position, at a time, or when they were closed.

use anyhow::{Context, Error, Result, anyhow};
use auditor::{Replay, Shelf, as_was};
use chrono::DateTime;
use domain::disclosure::Disclosure;
use domain::time::Day;
use journal::{Journal, Position};
use proto::gazetteer::Lang;
use proto::instant;
use query::{Answer, Editions, Query};

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
            Then::Time(ms) => last_of(&journal, ms).await?,
            Then::Vintage(id) => shelf.get(&id)?.head.position,
        };
        if position == 0 {
            return Err(nothing_known(&journal, args.as_of.as_deref().unwrap_or_default()).await?);
        }
        let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), Some(position), false);
        let (told, editions) = (bar.clone(), Editions::embedded());
        let progress = move |position| told.set_position(position);
        let replaying =
            Replay::of(&journal, Some(position), place::rules(), editions, args.threads, progress);
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

/// The last position that the journal received by then; 0 if there was none.
async fn last_of(journal: &Journal, ms: i64) -> Result<u64> {
    let (mut known, mut beyond) = (0, journal.end().await?.0 + 1);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        let record = journal.record(Position(middle)).await?;
        let (received, _) = record.with_context(|| format!("position {middle} is missing"))?;
        if received.0 <= ms {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(known)
}
