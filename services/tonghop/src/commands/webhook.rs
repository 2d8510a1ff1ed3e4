//! `tonghop webhook`: where milestones are sent.

mod show;

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use herald::{Ask, Book, Desk, Error, Filter, Guard, Id, Secret, Told, Wish};
use proto::gazetteer::{Gazetteer, Lang};
use serde::Serialize;

use super::place;
use crate::cli::{Format, WebhookArgs, WebhookCommand};
use crate::screen::Screen;
use crate::socket;

/// The owner of what no user owns; it can be no user's name.
const NOBODY: &str = "-";

#[derive(Serialize)]
struct Given {
    id: Id,
    secret: String,
}

pub(super) fn webhook(screen: &mut Screen, args: &WebhookArgs) -> Result<ExitCode> {
    let data = &args.data;
    let guard = Guard { allowed: args.webhook_allow.clone() };
    let answer = |ask| answer(data, guard.clone(), ask);
    match &args.command {
        WebhookCommand::Add { name, url, units, rules, since, owner } => {
            let (owner, sees) = owner_of(data, owner.as_deref())?;
            let filter = Filter { units: keys(units)?, rules: rules.clone() };
            let (name, url) = (name.clone(), url.clone());
            let wish = Wish { name, url, owner, since: *since, filter, sees };
            // The folder may be new: it becomes ours first.
            store::folder::claim(data)?;
            let (id, secret) = Book::change(data, |book| book.add(wish, &guard, now_s()))?;
            give(screen, id, &secret)?;
        }
        WebhookCommand::Rotate { id, keep_hours } => {
            let secret = Book::change(data, |book| book.rotate(*id, *keep_hours, now_s()))?;
            give(screen, *id, &secret)?;
        }
        WebhookCommand::Remove { id } => {
            Book::change(data, |book| book.remove(*id))?;
            screen.line(match screen.lang {
                Lang::Vi => format!("Đã xoá {id}."),
                Lang::En => format!("{id} is removed."),
            })?;
        }
        WebhookCommand::Disable { id } => {
            Book::change(data, |book| book.enable(*id, false))?;
            screen.line(match screen.lang {
                Lang::Vi => format!("{id} tạm dừng; tin mới chờ đến khi bật lại."),
                Lang::En => format!("{id} is disabled; messages wait until it is enabled."),
            })?;
        }
        WebhookCommand::Repair => repair(screen, data)?,
        WebhookCommand::List => show::told(screen, answer(Ask::List)?)?,
        WebhookCommand::Enable { id } => show::told(screen, answer(Ask::Enable { id: *id })?)?,
        WebhookCommand::Test { id } => {
            let told = answer(Ask::Test { id: *id })?;
            let is_delivered = matches!(&told, Told::Tested(outcome) if outcome.is_delivered());
            show::told(screen, told)?;
            return Ok(if is_delivered { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        WebhookCommand::Log { id, limit } => {
            show::told(screen, answer(Ask::Log { id: *id, limit: *limit })?)?;
        }
        WebhookCommand::Dead { id, limit } => {
            show::told(screen, answer(Ask::Dead { id: *id, after: 0, limit: *limit })?)?;
        }
        WebhookCommand::Replay { id, position, all: _ } => {
            show::told(screen, answer(Ask::Replay { id: *id, position: *position })?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the folder itself, or whoever holds its deliveries.
fn answer(data: &Path, guard: Guard, ask: Ask) -> Result<Told> {
    if !Book::is_there(data) {
        if ask == Ask::List {
            return Ok(Told::List(Vec::new()));
        }
        bail!("there are no webhooks in {}; `tonghop webhook add` makes one", data.display());
    }
    match Desk::open(data, guard) {
        Ok(desk) => Ok(place::runtime()?.block_on(desk.answer(ask))?),
        Err(Error::Locked { path }) => match socket::ask(data, &ask)? {
            Some(told) => Ok(told),
            None => bail!(
                "{} is held by another process that does not answer; try again",
                path.display()
            ),
        },
        Err(error) => Err(error.into()),
    }
}

/// Begins anew; what was there is kept.
fn repair(screen: &mut Screen, data: &Path) -> Result<()> {
    // Without them there is nothing to begin anew from.
    let count = Book::read(data)?.subscriptions().len();
    let Some(aside) = herald::repair(data)? else {
        bail!("there are no deliveries in {}; nothing to repair", data.display());
    };
    let aside = aside.display();
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Đã cất phần gửi tin vào {aside}. Khởi động lại (tonghop up): {count} nơi nhận được gửi \
             lại từ lúc đăng ký, với id như cũ."
        ),
        Lang::En => format!(
            "The deliveries are kept in {aside}. Start again (tonghop up): {count} webhooks begin \
             anew where each was made, under the same ids."
        ),
    })
}

/// The secret is told this once.
fn give(screen: &mut Screen, id: Id, secret: &Secret) -> Result<()> {
    let text = screen.pick(
        "khoá bí mật chỉ hiện một lần; nơi nhận dùng nó để kiểm tra chữ ký, hãy cất giữ ngay",
        "the secret is shown once; receivers check signatures with it, put it away now",
    );
    crate::screen::note(screen.lang, text);
    let secret = secret.shown();
    match screen.format {
        Format::Json => screen.json(&Given { id, secret }),
        Format::Table | Format::Csv => {
            screen.line(id.to_string())?;
            screen.line(secret)
        }
    }
}

/// The owner of a new webhook, and whose single households they may see.
fn owner_of(data: &Path, name: Option<&str>) -> Result<(String, Option<String>)> {
    let Some(name) = name else { return Ok((NOBODY.to_owned(), None)) };
    let book = access::Book::read(data)?;
    let Some(user) = book.users().iter().find(|user| user.name == name) else {
        bail!("there is no user {name} in {}; `tonghop user list` names all", data.display());
    };
    Ok((name.to_owned(), user.who().as_ref().and_then(herald::sees)))
}

fn keys(units: &[String]) -> Result<Vec<String>> {
    let today = Some(place::today()?);
    let key =
        |text: &String| Ok(Gazetteer::embedded().key(place::unit(text.trim(), today)?).to_owned());
    units.iter().map(key).collect()
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
