//! An audit on the screen.

use anyhow::Result;
use proto::gazetteer::Lang;

use super::verdict::{Pack, Verdict};
use crate::cli::Format;
use crate::screen::{self, Screen};

pub(super) fn say(screen: &mut Screen, verdict: &Verdict) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(verdict);
    }
    let lang = screen.lang;
    if screen.format == Format::Table {
        replayed(screen, verdict)?;
        live(screen, verdict)?;
        if let Some(pack) = &verdict.pack {
            faults(screen, pack)?;
        }
        let count = query::lang::whole(lang, verdict.differences_count as i128);
        screen.line(match (lang, verdict.equal) {
            (Lang::Vi, true) => "KHỚP: từng dòng giống hệt.".to_owned(),
            (Lang::Vi, false) => format!("KHÔNG KHỚP: {count} dòng khác."),
            (Lang::En, true) => "EQUAL: every row is the same.".to_owned(),
            (Lang::En, false) => format!("NOT EQUAL: {count} rows differ."),
        })?;
        if verdict.differences.is_empty() {
            return Ok(());
        }
    } else if let Some(pack) = &verdict.pack {
        pack.faults.iter().for_each(|fault| screen::note(lang, &fault.message));
    }
    let header = [
        screen.pick("loại", "kind"),
        screen.pick("đơn vị", "unit"),
        screen.pick("của", "of"),
        screen.pick("theo", "by"),
        screen.pick("bản chốt", "vintage"),
        screen.pick("tính lại", "replay"),
    ]
    .map(str::to_owned);
    let rows: Vec<Vec<String>> = verdict
        .differences
        .iter()
        .map(|one| {
            let none = || "-".to_owned();
            vec![
                one.kind.word().to_owned(),
                one.unit.clone(),
                one.of.clone(),
                one.by.clone(),
                one.first.clone().unwrap_or_else(none),
                one.second.clone().unwrap_or_else(none),
            ]
        })
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    screen.rows(&header, &rows, 4)
}

fn replayed(screen: &mut Screen, verdict: &Verdict) -> Result<()> {
    let lang = screen.lang;
    let number = |value: u64| query::lang::whole(lang, i128::from(value));
    let (id, position) = (&verdict.vintage, number(verdict.position));
    let (rows, facts) = (number(verdict.rows as u64), number(verdict.facts));
    let seconds = query::lang::decimal(lang, (verdict.seconds * 10.0).round() as i128, 1);
    screen.line(match lang {
        Lang::Vi => format!(
            "{id}: tính lại từ {facts} dữ kiện đến vị trí {position} trong {seconds} giây, so {rows} dòng."
        ),
        Lang::En => format!(
            "{id}: replayed from {facts} facts up to position {position} in {seconds} s, {rows} rows compared."
        ),
    })?;
    screen.line(format!("  {:<9} {}", screen.pick("bản chốt", "vintage"), verdict.digest))?;
    screen.line(format!("  {:<9} {}", screen.pick("tính lại", "replay"), verdict.replayed))
}

fn live(screen: &mut Screen, verdict: &Verdict) -> Result<()> {
    let Some(live) = &verdict.live else { return Ok(()) };
    let position = query::lang::whole(screen.lang, i128::from(live.position));
    screen.line(match (screen.lang, live.equal) {
        (Lang::Vi, true) => format!("Kho đang chạy ở vị trí {position} khớp sổ."),
        (Lang::Vi, false) => format!("Kho đang chạy ở vị trí {position} KHÔNG khớp sổ."),
        (Lang::En, true) => format!("The live store at position {position} equals the journal."),
        (Lang::En, false) => {
            format!("The live store at position {position} does NOT equal the journal.")
        }
    })
}

/// What a pack cannot tell, and what is wrong with it.
fn faults(screen: &mut Screen, pack: &Pack) -> Result<()> {
    let lang = screen.lang;
    let number = |value: u64| query::lang::whole(lang, i128::from(value));
    if !pack.signature_checked {
        screen.line(screen.pick(
            "Chưa kiểm chữ ký của gói: cho khóa công khai bằng --key.",
            "The pack's signature was not checked: give the public key with --key.",
        ))?;
    }
    if let Some(position) = pack.live_beyond.map(number) {
        screen.line(match lang {
            Lang::Vi => format!(
                "Kho đang chạy ở vị trí {position}, sau khi gói kết thúc: không so được với gói."
            ),
            Lang::En => format!(
                "The live store is at position {position}, beyond the pack: a pack cannot tell of it."
            ),
        })?;
    }
    if pack.faults.is_empty() {
        return Ok(());
    }
    let (file, count) = (&pack.file, number(pack.faults.len() as u64 + pack.more_faults));
    screen.line(match lang {
        Lang::Vi => format!("{file} có {count} chỗ sai:"),
        Lang::En => format!("{file} has {count} faults:"),
    })?;
    pack.faults.iter().try_for_each(|fault| screen.line(format!("- {}", fault.message)))
}
