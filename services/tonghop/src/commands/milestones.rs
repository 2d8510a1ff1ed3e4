//! `tonghop milestones`: the feed, and the rules in force.

use std::path::Path;

use anyhow::{Context, Result, bail};
use feed::{Filter, Followed, Page, Told};
use journal::{Journal, Position};
use milestones::{Against, On, Rule, Side};
use proto::gazetteer::{Gazetteer, Lang};
use query::{Exact, lang, written};
use serde_json::json;

use super::{ask, place, rules};
use crate::cli::{FeedArgs, Format, MilestonesArgs, MilestonesCommand};
use crate::screen::Screen;

pub(super) fn milestones(screen: &mut Screen, args: &MilestonesArgs) -> Result<()> {
    match &args.command {
        None => read(screen, &args.read),
        Some(MilestonesCommand::Rules { data }) => list(screen, &rules::in_force(&data.data)?.list),
        Some(MilestonesCommand::Check { file }) => check(screen, file),
        Some(MilestonesCommand::Repair { data }) => repair(screen, &data.data),
        Some(MilestonesCommand::Set { file, data }) => {
            let rules = rules::set(&data.data, file)?;
            let count = rules.list.len();
            screen.line(match screen.lang {
                Lang::Vi => format!(
                    "Đã nhận {count} mốc; có hiệu lực từ lần khởi động sau (tonghop up), tính cả \
                     quá khứ."
                ),
                Lang::En => format!(
                    "{count} milestones were taken; they count from the next start (tonghop up), \
                     and tell of the past, too."
                ),
            })
        }
    }
}

/// Keeps the feed of a data folder aside, for the next start to tell it anew.
fn repair(screen: &mut Screen, data: &Path) -> Result<()> {
    let Some(aside) = place::runtime()?.block_on(feed::repair(data))? else {
        bail!("there is no feed in {}; one on a nats-server is kept there", data.display());
    };
    let aside = aside.display();
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Đã cất luồng mốc vào {aside}. Khởi động lại (tonghop up): các mốc được báo lại, với id \
             như cũ."
        ),
        Lang::En => format!(
            "The feed is kept in {aside}. Start again (tonghop up): all milestones are told anew, \
             under the same ids."
        ),
    })
}

fn check(screen: &mut Screen, file: &Path) -> Result<()> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    list(screen, &rules::read(file, &text)?.list)
}

fn read(screen: &mut Screen, args: &FeedArgs) -> Result<()> {
    let unit = match &args.unit {
        Some(text) => Gazetteer::embedded().unit(&ask::key(text, place::today()?)?),
        None => None,
    };
    let known = rules::in_force(&args.data.data)?;
    if let Some(rule) = args.rule.iter().find(|rule| known.rule(rule).is_none()) {
        bail!("there is no milestone {rule:?}; `tonghop milestones rules` lists them");
    }
    let filter = Filter { unit, rules: args.rule.clone() };
    place::runtime()?.block_on(async {
        let options = feed::options(&place::options(false, &args.nats_options));
        let there = address(args)?;
        let journal = Journal::open(&there, &options)
            .await
            .with_context(|| format!("there is no feed yet at {there}: `tonghop up` begins it"))?;
        let followed = Followed::new(journal).await?;
        let page = match args.since {
            Some(since) => {
                let limit = if args.follow { usize::MAX } else { args.limit as usize };
                all(&followed, since, &filter, limit).await?
            }
            None => {
                let mut page = followed.latest(&filter, args.limit as usize).await?;
                page.events.reverse();
                page
            }
        };
        show(screen, &page, args.follow)?;
        match args.follow {
            true => follow(screen, followed.journal(), page.end, &filter).await,
            false => Ok(()),
        }
    })
}

/// Where the feed is: in the data folder, or beside the journal that was named.
fn address(args: &FeedArgs) -> Result<String> {
    let data = &args.data.data;
    let own = feed::url("dir:", data);
    if args.journal.is_none() && data.join("milestones").join("journal.json").exists() {
        return Ok(own);
    }
    Ok(feed::url(&place::journal(args.journal.as_deref(), data)?, data))
}

/// One page after the other, until there are enough or no more.
async fn all(feed: &Followed, since: u64, filter: &Filter, limit: usize) -> Result<Page> {
    let mut whole = Page { next: since, ..Page::default() };
    loop {
        let page = feed.after(whole.next, filter, limit - whole.events.len()).await?;
        whole.events.extend(page.events);
        (whole.next, whole.end) = (page.next, page.end);
        if whole.events.len() >= limit || whole.next >= whole.end {
            return Ok(whole);
        }
    }
}

async fn follow(screen: &mut Screen, feed: &Journal, since: u64, filter: &Filter) -> Result<()> {
    let mut tail = feed.tail(Position(since)).await?;
    let mut stopped = std::pin::pin!(place::stopped()?);
    loop {
        let block = tokio::select! {
            block = tail.next(1_000) => block?,
            () = &mut stopped => return Ok(()),
        };
        let last = block.last().0;
        // Of the feed itself: nobody here keeps up with what another process tells.
        let page = feed::page(feed, block.first().0 - 1, filter, block.len()).await?;
        let events = page.events.into_iter().filter(|told| told.position <= last).collect();
        show(screen, &Page { events, next: last, end: last }, true)?;
    }
}

fn show(screen: &mut Screen, page: &Page, line_by_line: bool) -> Result<()> {
    match (screen.format, line_by_line) {
        // One event a line, as they are in the feed.
        (Format::Json, true) => page.events.iter().try_for_each(|told| {
            let text = String::from_utf8_lossy(&told.bytes).into_owned();
            screen.line(format!("{{\"position\":{},\"event\":{text}}}", told.position))
        }),
        (Format::Json, false) => {
            let event = |told: &Told| json!({ "position": told.position, "event": told.event });
            let events: Vec<_> = page.events.iter().map(event).collect();
            screen.json(&json!({ "events": events, "next": page.next, "end": page.end }))
        }
        (Format::Table, true) => page.events.iter().try_for_each(|told| {
            let row = row(screen.lang, told);
            screen.line(row.join("  "))
        }),
        (Format::Table | Format::Csv, _) => {
            let rows: Vec<Vec<String>> =
                page.events.iter().map(|told| row(screen.lang, told)).collect();
            let header = [
                screen.pick("vị trí", "position"),
                screen.pick("ngày", "day"),
                screen.pick("việc", "act"),
                screen.pick("mốc", "milestone"),
                screen.pick("đơn vị", "unit"),
                screen.pick("kỳ", "period"),
                screen.pick("lần", "revision"),
                screen.pick("số liệu", "figure"),
                screen.pick("ngưỡng", "line"),
                screen.pick("dữ kiện ở vị trí", "fact at"),
            ];
            screen.rows(&header, &rows, header.len())
        }
    }
}

pub(super) fn row(lang: Lang, told: &Told) -> Vec<String> {
    let of = &told.event.data;
    let act = match (lang, of.act.as_str()) {
        (Lang::Vi, "reached") => "đạt",
        (Lang::Vi, "withdrawn") => "thu hồi",
        (Lang::Vi | Lang::En, act) => act,
    };
    let title = match lang {
        Lang::Vi => &of.title.vi,
        Lang::En => &of.title.en,
    };
    let period = of.period.parse().map(query::When::period);
    let period = period.map_or_else(|_| of.period.clone(), |when| written::title(lang, &when));
    let number = |value: Option<Exact>| value.map_or_else(|| "–".to_owned(), |v| exact(lang, v));
    vec![
        lang::whole(lang, i128::from(told.position)),
        written::date(lang, told.event.time.get(..10).unwrap_or_default()),
        act.to_owned(),
        title.clone(),
        written::name(lang, &of.unit),
        period,
        of.revision.to_string(),
        number(of.value),
        number(of.line),
        lang::whole(lang, i128::from(of.position)),
    ]
}

/// Whole as it is, otherwise with two places.
fn exact(lang: Lang, value: Exact) -> String {
    match value.denominator() {
        1 => lang::whole(lang, value.numerator()),
        below => lang::decimal(lang, domain::number::rounded(value.numerator(), below, 2), 2),
    }
}

fn list(screen: &mut Screen, rules: &[Rule]) -> Result<()> {
    let lang = screen.lang;
    let row = |rule: &Rule| {
        let name = match lang {
            Lang::Vi => &rule.vi,
            Lang::En => &rule.en,
        };
        let on = match rule.on {
            On::Running => screen.pick("đang chạy", "running").to_owned(),
            On::Closed(level) => domain::codes::Code::code(level).to_owned(),
        };
        vec![
            rule.id.clone(),
            name.clone(),
            line(lang, rule),
            rule.counted_in.clone(),
            rule.grain.name().to_owned(),
            on,
            rule.definition.to_string(),
        ]
    };
    if screen.format == Format::Json {
        let rule = |rule: &Rule| {
            json!({
                "id": rule.id, "vi": rule.vi, "en": rule.en,
                "indicator": rule.measured.indicator(), "line": line(Lang::En, rule),
                "counted_in": rule.counted_in, "grain": rule.grain.name(),
                "definition": rule.definition.to_string(),
            })
        };
        let rules: Vec<_> = rules.iter().map(rule).collect();
        return screen.json(&json!({ "milestones": rules }));
    }
    let rows: Vec<Vec<String>> = rules.iter().map(row).collect();
    let header = [
        screen.pick("Mã", "Id"),
        screen.pick("Mốc", "Milestone"),
        screen.pick("Ngưỡng", "Line"),
        screen.pick("Đơn vị tính", "Counted in"),
        screen.pick("Kỳ", "Period"),
        screen.pick("Xét khi", "Judged on"),
        screen.pick("Định nghĩa", "Definition"),
    ];
    screen.rows(&header, &rows, header.len())
}

fn line(lang: Lang, rule: &Rule) -> String {
    let side = match rule.side {
        Side::AtLeast => "≥",
        Side::Above => ">",
        Side::AtMost => "≤",
        Side::Below => "<",
        Side::OfTarget => "",
    };
    let times = |times: Exact| match times == Exact::whole(1) {
        true => String::new(),
        false => format!(" × {}", exact(lang, times)),
    };
    let against = match &rule.against {
        Against::Number(number) => exact(lang, *number),
        Against::Target => match lang {
            Lang::Vi => "chỉ tiêu".to_owned(),
            Lang::En => "the target".to_owned(),
        },
        Against::Other(of, by) => format!("{}{}", of.indicator, times(*by)),
        Against::Earlier(back, by) => match lang {
            Lang::Vi => format!("{back} kỳ trước{}", times(*by)),
            Lang::En => format!("{back} periods before{}", times(*by)),
        },
    };
    format!("{side} {against}").trim().to_owned()
}
