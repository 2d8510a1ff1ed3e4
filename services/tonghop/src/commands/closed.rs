//! `tonghop closings`, `explain` and `revisions`: what was closed, where a figure comes from, and
//! what changed since.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use auditor::{Ask, Body, Cause, Closed, Explanation, Revisions, Told, look_up};
use journal::Journal;
use proto::gazetteer::Lang;
use query::written::{date, name};
use query::{labels, lang};

use super::{ask, place};
use crate::cli::{ClosingsArgs, ExplainArgs, Format, RevisionsArgs};
use crate::screen::Screen;

pub(super) fn closings(screen: &mut Screen, args: &ClosingsArgs) -> Result<()> {
    let unit = match &args.unit {
        Some(text) => Some(ask::key(text, place::today()?)?),
        None => None,
    };
    let told = ask::audit(screen.lang, &args.data.data, &Ask::Closings { unit })?;
    show(screen, &told)
}

pub(super) fn explain(screen: &mut Screen, args: &ExplainArgs) -> Result<()> {
    ask::known_indicator(&args.indicator)?;
    let (when, last) = ask::when(&args.when)?;
    let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in &args.by {
        let (attribute, code) = part.split_once('=').with_context(|| {
            format!("--by {part}: write an attribute and a code, as in class=poor")
        })?;
        by.entry(attribute.to_owned()).or_default().push(code.to_owned());
    }
    let question = Ask::Explain {
        unit: ask::key(&args.unit.unit, last)?,
        indicator: args.indicator.clone(),
        by,
        when,
        limit: args.limit,
    };
    let mut told = ask::audit(screen.lang, &args.data.data, &question)?;
    let url = place::journal(args.journal.as_deref(), &args.data.data);
    if let (Body::Explanation(explanation), Ok(url)) = (&mut told.body, url) {
        place::runtime()?.block_on(async {
            let options = place::options(false, &args.nats_options);
            let journal = Journal::open(&url, &options).await?;
            anyhow::Ok(look_up(explanation, &journal, args.households).await?)
        })?;
    }
    show(screen, &told)
}

pub(super) fn revisions(screen: &mut Screen, args: &RevisionsArgs) -> Result<()> {
    let question = Ask::Revisions { vintage: args.vintage.clone(), limit: args.limit };
    let told = ask::audit(screen.lang, &args.data.data, &question)?;
    show(screen, &told)
}

fn show(screen: &mut Screen, told: &Told) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(told);
    }
    match &told.body {
        Body::Closings { closings } => list(screen, closings),
        Body::Explanation(explanation) => tree(screen, explanation),
        Body::Revisions(revisions) => changes(screen, revisions),
    }
}

fn list(screen: &mut Screen, closings: &[Closed]) -> Result<()> {
    let lang = screen.lang;
    let header = [
        screen.pick("vị trí", "position"),
        screen.pick("việc", "act"),
        screen.pick("bản số liệu", "vintage"),
        screen.pick("sổ nhận", "received"),
        screen.pick("căn cứ", "reference"),
        screen.pick("mã băm", "digest"),
    ]
    .map(str::to_owned);
    let act = |one: &Closed| match (one.act.as_str(), lang) {
        ("closed", Lang::Vi) => "chốt",
        ("reopened", Lang::Vi) => "mở lại",
        ("published", Lang::Vi) => "công bố",
        (_, Lang::Vi) => "khác",
        (_, Lang::En) => "",
    };
    let rows: Vec<Vec<String>> = closings
        .iter()
        .map(|one| {
            let what = match (&one.vintage, &one.refused) {
                (Some(vintage), _) => vintage.clone(),
                (None, Some(why)) => format!(
                    "{} {} {}: {}",
                    one.unit,
                    one.period,
                    one.level,
                    labels::finding(lang, why)
                ),
                (None, None) => one.period.clone(),
            };
            let act = Some(act(one)).filter(|text| !text.is_empty()).unwrap_or(&one.act);
            let digest = one.digest.clone().unwrap_or_default();
            vec![
                lang::whole(lang, i128::from(one.position)),
                act.to_owned(),
                what,
                date(lang, &one.received),
                one.reference.clone(),
                digest.chars().take(16).collect(),
            ]
        })
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    screen.aligned(&header, &rows, 0..1)
}

fn tree(screen: &mut Screen, explanation: &Explanation) -> Result<()> {
    if screen.format == Format::Csv {
        let header = ["indicator", "unit", "position", "fact", "on", "fact_unit", "by"];
        let mut rows = Vec::new();
        gather(explanation, &mut rows);
        return screen.rows(&header, &rows, 6);
    }
    branch(screen, explanation, 0)
}

fn gather(explanation: &Explanation, rows: &mut Vec<Vec<String>>) {
    rows.extend(explanation.facts.iter().map(|one| {
        vec![
            explanation.indicator.clone(),
            explanation.unit.clone(),
            one.position.to_string(),
            one.fact.clone(),
            one.on.clone(),
            one.unit.clone(),
            one.by.to_string(),
        ]
    }));
    explanation.parts.iter().for_each(|part| gather(part, rows));
}

fn branch(screen: &mut Screen, one: &Explanation, depth: usize) -> Result<()> {
    let lang = screen.lang;
    let indent = "   ".repeat(depth);
    let label = labels::indicator(lang, &one.indicator);
    let by = if one.by.is_empty() { String::new() } else { format!(" ({})", one.by) };
    let (unit, to) = (name(lang, &one.unit), date(lang, &one.to));
    let value = match one.value.parse::<i128>() {
        Ok(whole) => lang::whole(lang, whole),
        Err(_) => one.value.clone(),
    };
    screen.line(format!("{indent}{label}{by}, {unit}, {to}: {value}"))?;
    for fact in &one.facts {
        let by = match fact.by {
            0 => String::new(),
            by => format!("  {}{}", if by > 0 { "+" } else { "−" }, lang::whole(lang, by.abs())),
        };
        let position = lang::whole(lang, i128::from(fact.position));
        let (on, unit) = (date(lang, &fact.on), name(lang, &fact.unit));
        let who = fact.record.as_ref().map_or_else(String::new, |record| {
            let subject = record.subject.as_deref().unwrap_or_default();
            format!("  {} {}  {subject}", record.source, record.id).trim_end().to_owned()
        });
        screen
            .line(format!("{indent}   {position:>10}  {on:<10}  {}  {unit}{by}{who}", fact.fact))?;
    }
    let more = one.postings - one.facts.len() as u64;
    if more > 0 {
        let (more, all) = (lang::whole(lang, more.into()), lang::whole(lang, one.postings.into()));
        screen.line(match lang {
            Lang::Vi => {
                format!("{indent}   … và {more} dữ kiện nữa; {all} dữ kiện cộng đúng {value}.")
            }
            Lang::En => format!("{indent}   … and {more} more; all {all} facts sum to {value}."),
        })?;
    }
    one.parts.iter().try_for_each(|part| branch(screen, part, depth + 1))
}

fn changes(screen: &mut Screen, revisions: &Revisions) -> Result<()> {
    let lang = screen.lang;
    let number = |value: u64| lang::whole(lang, i128::from(value));
    if screen.format == Format::Table {
        let (then, now) = (number(revisions.then), number(revisions.now));
        let (facts, rows) = (number(revisions.facts), number(revisions.rows.len() as u64));
        let id = &revisions.vintage;
        screen.line(match lang {
            Lang::Vi => format!(
                "{id}: từ vị trí {then} đến {now}, {facts} dữ kiện làm đổi số đã chốt; {rows} dòng khác."
            ),
            Lang::En => format!(
                "{id}: from position {then} to {now}, {facts} facts change what was closed; {rows} rows differ."
            ),
        })?;
        if revisions.rows.is_empty() {
            return Ok(());
        }
    }
    let header = [
        ("đơn vị", "unit"),
        ("của", "of"),
        ("theo", "by"),
        ("khi chốt", "then"),
        ("hiện nay", "now"),
        ("thay đổi", "change"),
        ("đến muộn", "late"),
        ("đính chính", "corrected"),
        ("hủy", "voided"),
        ("định nghĩa, địa giới, khác", "definition, boundary, other"),
        ("dữ kiện", "facts"),
    ]
    .map(|(vi, en)| lang::pick(lang, vi, en));
    let rows: Vec<Vec<String>> = revisions
        .rows
        .iter()
        .map(|row| {
            let of = |causes: &[Cause]| {
                let sum: i128 = causes.iter().filter_map(|one| row.causes.get(one)).sum();
                if sum == 0 { String::new() } else { signed(lang, sum) }
            };
            let facts: Vec<String> = row.facts.iter().map(|one| one.position.to_string()).collect();
            let none = || "-".to_owned();
            vec![
                row.unit.clone(),
                row.of.clone(),
                row.by.clone(),
                row.then.clone().unwrap_or_else(none),
                row.now.clone().unwrap_or_else(none),
                row.change.map_or_else(String::new, |change| signed(lang, change)),
                of(&[Cause::Late]),
                of(&[Cause::Corrected]),
                of(&[Cause::Voided]),
                of(&Cause::BESIDE_FACTS),
                facts.join(" "),
            ]
        })
        .collect();
    screen.aligned(&header, &rows, 3..10)
}

fn signed(lang: Lang, value: i128) -> String {
    let sign = if value < 0 { "−" } else { "+" };
    format!("{sign}{}", lang::whole(lang, value.abs()))
}
