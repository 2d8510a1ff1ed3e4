//! How webhooks fare, for people and as JSON.

use anyhow::Result;
use herald::{Attempt, Dead, Failure, Outcome, Status, Told, Why};
use proto::gazetteer::Lang;
use query::lang::{pick, whole};
use query::written;

use crate::cli::Format;
use crate::screen::Screen;

/// Shows what was told.
pub(super) fn told(screen: &mut Screen, told: Told) -> Result<()> {
    let (lang, is_json) = (screen.lang, screen.format == Format::Json);
    match told {
        Told::List(all) if is_json => screen.json(&all),
        Told::Enabled(status) if is_json => screen.json(&status),
        Told::Tested(outcome) if is_json => screen.json(&outcome),
        Told::Log(attempts) if is_json => screen.json(&attempts),
        Told::Dead(dead) if is_json => screen.json(&dead),
        Told::Replayed(count) if is_json => screen.json(&serde_json::json!({ "replayed": count })),
        Told::List(all) => list(screen, &all),
        Told::Enabled(status) => screen.line(match lang {
            Lang::Vi => format!("{} đang gửi; {} tin chờ.", status.id, open(lang, &status)),
            Lang::En => format!("{} is enabled; {} messages wait.", status.id, open(lang, &status)),
        }),
        Told::Tested(outcome) => screen.line(match (lang, outcome.is_delivered()) {
            (Lang::Vi, true) => format!("Nơi nhận đã trả lời {outcome}: tin thử đã đến."),
            (Lang::En, true) => format!("The endpoint answered {outcome}: the message is there."),
            (Lang::Vi, false) => format!("Tin thử chưa đến: {}.", said(lang, outcome)),
            (Lang::En, false) => format!("The message was not taken: {}.", said(lang, outcome)),
        }),
        Told::Log(attempts) => log(screen, &attempts),
        Told::Dead(all) => dead(screen, &all),
        Told::Replayed(count) => {
            let count = whole(lang, count as i128);
            screen.line(match lang {
                Lang::Vi => format!("{count} tin được gửi lại từ đầu."),
                Lang::En => format!("{count} messages are tried anew."),
            })
        }
    }
}

fn list(screen: &mut Screen, all: &[Status]) -> Result<()> {
    let lang = screen.lang;
    let row = |one: &Status| {
        let state = one.state.as_ref();
        let number = |number: Option<u64>| {
            number.map_or_else(String::new, |number| whole(lang, i128::from(number)))
        };
        let last = state.and_then(|state| state.last_success_ms);
        vec![
            one.id.to_string(),
            one.name.clone(),
            one.url.clone(),
            one.owner.clone(),
            wanted(one),
            fares(lang, one),
            last.map_or_else(String::new, |ms| time(lang, ms)),
            number(state.map(|state| state.open)),
            number(state.map(|state| state.dead)),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let header = [
        pick(lang, "Mã", "Id"),
        pick(lang, "Tên", "Name"),
        "URL",
        pick(lang, "Chủ", "Owner"),
        pick(lang, "Phạm vi", "Wants"),
        "",
        pick(lang, "Lần đến cuối", "Last delivery"),
        pick(lang, "Chờ gửi", "Open"),
        pick(lang, "Bỏ lại", "Dead"),
    ];
    screen.rows(&header, &rows, 7)
}

fn log(screen: &mut Screen, attempts: &[Attempt]) -> Result<()> {
    let lang = screen.lang;
    let row = |one: &Attempt| {
        vec![
            time(lang, one.at_ms),
            one.event.clone(),
            said(lang, one.outcome),
            whole(lang, i128::from(one.position)),
            one.attempt.to_string(),
            whole(lang, i128::from(one.took_ms)),
        ]
    };
    let rows: Vec<Vec<String>> = attempts.iter().map(row).collect();
    let header = [
        pick(lang, "Lúc", "Time"),
        pick(lang, "Tin", "Event"),
        pick(lang, "Kết quả", "Outcome"),
        pick(lang, "Vị trí", "Position"),
        pick(lang, "Lần", "Attempt"),
        "ms",
    ];
    screen.rows(&header, &rows, 3)
}

fn dead(screen: &mut Screen, all: &[Dead]) -> Result<()> {
    let lang = screen.lang;
    let row = |one: &Dead| {
        vec![
            time(lang, one.at_ms),
            one.event.clone(),
            said(lang, one.outcome),
            whole(lang, i128::from(one.position)),
            one.attempts.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let header = [
        pick(lang, "Bỏ lúc", "Given up"),
        pick(lang, "Tin", "Event"),
        pick(lang, "Lần cuối", "Last outcome"),
        pick(lang, "Vị trí", "Position"),
        pick(lang, "Số lần", "Attempts"),
    ];
    screen.rows(&header, &rows, 3)
}

fn open(lang: Lang, status: &Status) -> String {
    whole(lang, status.state.as_ref().map_or(0, |state| i128::from(state.open)))
}

/// Units and rules; nothing where it wants all.
fn wanted(one: &Status) -> String {
    let (units, rules) = (one.filter.units.join(","), one.filter.rules.join(","));
    [units, rules].into_iter().filter(|list| !list.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn fares(lang: Lang, one: &Status) -> String {
    let state = one.state.as_ref();
    if let Some(given_up) = state.and_then(|state| state.given_up) {
        let why = match given_up.why {
            Why::Gone => pick(lang, "đã ngừng: nơi nhận trả lời 410", "given up: it answered 410"),
            Why::Failing => {
                pick(lang, "đã ngừng: 5 ngày không gửi được", "given up: failed for 5 days")
            }
        };
        return why.to_owned();
    }
    let failing = state.filter(|state| state.failing_since_ms.is_some());
    match (one.enabled, failing.and_then(|state| state.last_failure)) {
        (false, _) => pick(lang, "tạm dừng", "disabled").to_owned(),
        (true, Some(failure)) => {
            format!("{}: {}", pick(lang, "đang lỗi", "failing"), said(lang, failure.outcome))
        }
        (true, None) => String::new(),
    }
}

/// An outcome in words.
fn said(lang: Lang, outcome: Outcome) -> String {
    let Outcome::Failed { why } = outcome else { return outcome.to_string() };
    let (vi, en) = match why {
        Failure::Timeout => ("quá giờ", "timed out"),
        Failure::Connect => ("không kết nối được", "no connection"),
        Failure::Dns => ("không tìm thấy tên máy", "the name is not known"),
        Failure::Tls => ("chứng thư hoặc TLS không dùng được", "certificate or TLS is not good"),
        Failure::Reset => ("kết nối bị ngắt", "the connection ended"),
        Failure::NotHttp => ("trả lời không phải HTTP", "the answer is no HTTP"),
        Failure::PrivateAddress => (
            "địa chỉ nội bộ, chưa được phép (--webhook-allow)",
            "a private address (--webhook-allow)",
        ),
        Failure::BadUrl => ("URL không dùng được", "the URL cannot be used"),
        Failure::NoRecord => ("không đọc được bản ghi", "the record cannot be read"),
    };
    pick(lang, vi, en).to_owned()
}

/// A moment in Viet Nam, to the second.
fn time(lang: Lang, ms: u64) -> String {
    let text = access::written(ms / 1000);
    let (day, rest) = text.split_once('T').unwrap_or((&text, ""));
    format!("{} {}", written::date(lang, day), rest.get(..8).unwrap_or_default())
}
