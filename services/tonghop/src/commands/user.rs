//! `tonghop user`: who may do what.

mod totp;

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use access::{Book, Post};
use anyhow::{Context, Result, bail};
use proto::gazetteer::{Gazetteer, Lang};
use query::written;
use serde::Serialize;

use super::place;
use crate::cli::{Format, RoleChoice, UserArgs, UserCommand};
use crate::screen::Screen;

pub(super) fn user(screen: &mut Screen, args: &UserArgs) -> Result<()> {
    let data = &args.data;
    match &args.command {
        UserCommand::Add { name, role, unit } => add(screen, data, name, *role, unit.as_deref()),
        UserCommand::Token { name, label, days } => token(screen, data, name, label, *days),
        UserCommand::Totp { name, code, remove } => {
            totp::totp(screen, data, name, code.as_deref(), *remove)
        }
        UserCommand::List => list(screen, data),
        UserCommand::Disable { name } => {
            Book::change(data, |book| book.disable(name))?;
            screen.line(match screen.lang {
                Lang::Vi => {
                    format!("{name} không vào được nữa; mọi phiên và mã truy cập đã hết hiệu lực.")
                }
                Lang::En => format!("{name} is shut out; sessions and tokens have ended."),
            })
        }
        UserCommand::Password { name } => {
            if !Book::read(data)?.users().iter().any(|user| user.name == *name) {
                bail!("there is no user {name} in {}", data.display());
            }
            let password = password(screen)?;
            Book::change(data, |book| book.set_password(name, &password))?;
            screen.line(match screen.lang {
                Lang::Vi => format!("{name} có mật khẩu mới; các phiên đang mở đã kết thúc."),
                Lang::En => format!("{name} has a new password; open sessions have ended."),
            })
        }
    }
}

fn add(
    screen: &mut Screen,
    data: &Path,
    name: &str,
    role: RoleChoice,
    unit: Option<&str>,
) -> Result<()> {
    let role = role.post();
    let gazetteer = Gazetteer::embedded();
    let unit = unit.map(|text| place::unit(text, Some(place::today()?))).transpose()?;
    // The folder may be new: it becomes ours first.
    store::folder::claim(data)?;
    let password = password(screen)?;
    let key = unit.map(|unit| gazetteer.key(unit));
    Book::change(data, |book| book.add(name, role, key, &password))?;
    let of = unit.map_or_else(String::new, |unit| {
        format!(" · {} ({})", gazetteer.name(unit, screen.lang), gazetteer.key(unit))
    });
    let what = role_name(screen.lang, role);
    screen.line(match screen.lang {
        Lang::Vi => format!("Đã thêm {name}: {what}{of}."),
        Lang::En => format!("Added {name}: {what}{of}."),
    })?;
    if role != Post::Officer {
        return Ok(());
    }
    let own = access::own_source(name);
    screen.line(match screen.lang {
        Lang::Vi => {
            format!("Dữ kiện gửi qua HTTP ghi nguồn {own}; nguồn khác: tonghop source add.")
        }
        Lang::En => format!("Facts over HTTP have the source {own}; others: tonghop source add."),
    })
}

fn token(screen: &mut Screen, data: &Path, name: &str, label: &str, days: u16) -> Result<()> {
    let token = Book::change(data, |book| book.add_token(name, label, days))?;
    // The token alone on the standard output, so that it can be piped to where it belongs.
    let text = screen.pick(
        "mã truy cập chỉ hiện một lần và không lưu ở đâu; hãy cất giữ ngay",
        "the token is shown once and kept nowhere; put it away now",
    );
    crate::screen::note(screen.lang, text);
    screen.line(token)
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    role: Post,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<&'static str>,
    tokens: Vec<TokenRow<'a>>,
}

#[derive(Serialize)]
struct TokenRow<'a> {
    label: &'a str,
    created: &'a str,
    expires: &'a str,
}

fn list(screen: &mut Screen, data: &Path) -> Result<()> {
    let book = Book::read(data)?;
    let rows = book.users().iter().map(|user| Row {
        name: &user.name,
        role: user.role,
        unit: user.unit.as_deref(),
        disabled: user.disabled,
        second_factor: user.factor.as_ref().map(|f| if f.confirmed { "on" } else { "offered" }),
        tokens: user
            .tokens
            .iter()
            .map(|token| TokenRow {
                label: &token.label,
                created: &token.created,
                expires: &token.expires,
            })
            .collect(),
    });
    if screen.format == Format::Json {
        return screen.json(&rows.collect::<Vec<_>>());
    }
    let (lang, gazetteer) = (screen.lang, Gazetteer::embedded());
    let row = |row: Row<'_>| {
        let unit = row.unit.map_or_else(String::new, |key| {
            let name = gazetteer.unit(key).map(|unit| gazetteer.name(unit, lang));
            format!("{key} {}", name.unwrap_or_default())
        });
        let state = match (row.disabled, lang) {
            (false, _) => String::new(),
            (true, Lang::Vi) => "đã khoá".to_owned(),
            (true, Lang::En) => "disabled".to_owned(),
        };
        let token = |token: &TokenRow<'_>| {
            let (label, last) = (token.label, written::date(lang, token.expires));
            let to = query::lang::pick(lang, "đến", "to");
            format!("{label} {to} {last}").trim().to_owned()
        };
        let factor = match row.second_factor {
            Some("on") => query::lang::pick(lang, "bật", "on"),
            Some(_) => query::lang::pick(lang, "chờ mã", "to confirm"),
            None => "",
        };
        let tokens: Vec<String> = row.tokens.iter().map(token).collect();
        vec![
            row.name.to_owned(),
            role_name(lang, row.role).to_owned(),
            unit,
            state,
            factor.to_owned(),
            tokens.join("; "),
        ]
    };
    let rows: Vec<Vec<String>> = rows.map(row).collect();
    let header = [
        screen.pick("Tên", "Name"),
        screen.pick("Vai trò", "Role"),
        screen.pick("Đơn vị", "Unit"),
        "",
        screen.pick("Hai lớp", "Two-step"),
        screen.pick("Mã truy cập", "Tokens"),
    ];
    screen.rows(&header, &rows, header.len())
}

fn role_name(lang: Lang, role: Post) -> &'static str {
    let (vi, en) = match role {
        Post::Officer => ("cán bộ", "officer"),
        Post::Auditor => ("kiểm toán", "auditor"),
        Post::Operator => ("vận hành", "operator"),
    };
    query::lang::pick(lang, vi, en)
}

/// Asks twice on a terminal; elsewhere it is the first line of the standard input.
fn password(screen: &Screen) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let ask = |vi, en| rpassword::prompt_password(screen.pick(vi, en));
    let first = ask("Mật khẩu: ", "Password: ").context("cannot read the password")?;
    let again = ask("Nhập lại: ", "Once more: ").context("cannot read the password")?;
    if first != again {
        bail!("the two passwords are not the same");
    }
    Ok(first)
}
