//! `tonghop user totp`: a second factor for signing in.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use access::{Book, Clock, Error, Offer, Squares};
use anyhow::{Context, Result};
use proto::gazetteer::Lang;
use serde::Serialize;

use crate::cli::Format;
use crate::screen::{Screen, note};

/// How often a code is asked for at the prompt.
const PROMPTS_MAX: usize = 5;

pub(super) fn totp(
    screen: &mut Screen,
    data: &Path,
    name: &str,
    code: Option<&str>,
    remove: bool,
) -> Result<()> {
    match code {
        _ if remove => taken_away(screen, data, name),
        Some(code) => {
            let codes = confirm(data, name, code)?;
            confirmed(screen, data, name, &codes)
        }
        None => offer(screen, data, name),
    }
}

fn taken_away(screen: &mut Screen, data: &Path, name: &str) -> Result<()> {
    Book::change(data, |book| book.remove_factor(name))?;
    record(screen.lang, data, name, "had two-step sign-in turned off by a command");
    screen.line(match screen.lang {
        Lang::Vi => {
            format!("{name} không còn xác thực hai lớp: mật khẩu là đủ. Các phiên đã kết thúc.")
        }
        Lang::En => format!(
            "{name} has no two-step sign-in any more: the password is enough. Sessions have ended."
        ),
    })
}

#[derive(Serialize)]
struct Offered<'a> {
    name: &'a str,
    uri: &'a str,
    secret: &'a str,
    confirmed: bool,
}

fn offer(screen: &mut Screen, data: &Path, name: &str) -> Result<()> {
    let offer = Book::change(data, |book| book.offer_factor(name))?;
    record(screen.lang, data, name, "was offered two-step sign-in by a command");
    if screen.format == Format::Json {
        let (uri, secret) = (&*offer.uri, &*offer.secret);
        return screen.json(&Offered { name, uri, secret, confirmed: false });
    }
    show(screen, &offer)?;
    if std::io::stdin().is_terminal() {
        return prompted(screen, data, name);
    }
    let data = data.display();
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Chưa bật. Bật bằng mã mà ứng dụng đang hiện: tonghop user totp {name} --code MÃ --data \
             {data}"
        ),
        Lang::En => format!(
            "It is not on yet. Turn it on by a code that the app shows: tonghop user totp {name} \
             --code CODE --data {data}"
        ),
    })
}

fn show(screen: &mut Screen, offer: &Offer) -> Result<()> {
    let key = screen.pick("Khóa", "Key");
    screen.line(&offer.uri)?;
    screen.line(format!("{key}: {}", offer.secret))?;
    if let Some(squares) = Squares::of(&offer.uri) {
        screen.line(drawn(&squares, std::io::stdout().is_terminal()))?;
    }
    Ok(())
}

/// Two rows of squares to a line of text; black on white whatever the colours of the terminal.
fn drawn(squares: &Squares, in_colours: bool) -> String {
    let line = |row: usize| {
        let pair = |column| (squares.is_dark(row, column), squares.is_dark(row + 1, column));
        let letter = |column| match pair(column) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        let letters: String = (0..squares.width()).map(letter).collect();
        if in_colours { format!("\x1b[30;107m{letters}\x1b[0m") } else { letters }
    };
    (0..squares.width()).step_by(2).map(line).collect::<Vec<_>>().join("\n")
}

/// Asks until a code is right; with an empty line it stays off.
fn prompted(screen: &mut Screen, data: &Path, name: &str) -> Result<()> {
    for _ in 0..PROMPTS_MAX {
        let ask = "mã mà ứng dụng đang hiện (Enter: để sau)";
        note(screen.lang, screen.pick(ask, "the code that the app shows now (Enter: later)"));
        let mut code = String::new();
        std::io::stdin().lock().read_line(&mut code).context("cannot read the code")?;
        if code.trim().is_empty() {
            break;
        }
        match confirm(data, name, &code) {
            Ok(codes) => return confirmed(screen, data, name, &codes),
            Err(Error::Refused(why)) => note(screen.lang, &why),
            Err(error) => return Err(error.into()),
        }
    }
    screen.line(match screen.lang {
        Lang::Vi => format!("Chưa bật xác thực hai lớp cho {name}."),
        Lang::En => format!("Two-step sign-in is not on for {name}."),
    })
}

fn confirm(data: &Path, name: &str, code: &str) -> Result<Vec<String>, Error> {
    Book::change(data, |book| book.confirm_factor(name, code, Clock::system().now_s()))
}

#[derive(Serialize)]
struct Confirmed<'a> {
    name: &'a str,
    confirmed: bool,
    recovery_codes: &'a [String],
}

fn confirmed(screen: &mut Screen, data: &Path, name: &str, codes: &[String]) -> Result<()> {
    record(screen.lang, data, name, "had two-step sign-in turned on by a command");
    if screen.format == Format::Json {
        return screen.json(&Confirmed { name, confirmed: true, recovery_codes: codes });
    }
    screen.line(match screen.lang {
        Lang::Vi => format!("{name} đã có xác thực hai lớp; các phiên đang mở đã kết thúc."),
        Lang::En => format!("{name} has two-step sign-in; open sessions have ended."),
    })?;
    let text = screen.pick(
        "mã khôi phục chỉ hiện một lần và không lưu ở đâu, mỗi mã dùng được một lần; hãy cất giữ ngay",
        "the recovery codes are shown once and kept nowhere, each is good once; put them away now",
    );
    note(screen.lang, text);
    codes.iter().try_for_each(|code| screen.line(code))
}

/// What has happened stays so, also where it cannot be recorded: then that is told.
fn record(lang: Lang, data: &Path, name: &str, what: &str) {
    if let Err(error) = access::record_factor(data, name, what) {
        note(lang, &format!("{:#}", anyhow::Error::from(error)));
    }
}
