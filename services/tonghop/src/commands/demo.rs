//! `tonghop demo`: a real district's half-year and a simulated province, from facts to figures.

mod scene;
mod served;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::codes::Code;
use domain::disclosure::{Disclosure, Guard};
use domain::fact::StatedKind;
use domain::figures::{Reader, Time};
use domain::fold::Fold;
use domain::time::Period;
use portal::pages::Held;
use projector::Report as Projected;
use proto::gazetteer::{Gazetteer, Lang};
use query::labels;
use query::lang;
use query::{Editions, Query, When, written};

use super::{import, place, simulate};
use crate::cli::{DemoArgs, NatsArgs};
use crate::render;
use crate::scenario::Report;
use crate::scenario::beside::{self, Beside};
use crate::screen::Screen;
use crate::simulate::Simulation;

/// The simulated province: Thái Bình, which became part of Hưng Yên on 1 July 2025.
const PROVINCE: &str = "L-34";
/// The year whose movements are shown.
const YEAR: &str = "2024";
/// Of the published figures these are shown without `--all`: one of each kind.
const SHOWN: [&str; 25] = [
    "kp21_008", "kp21_009", "kp21_010", "kp21_012", "kp21_018", "kp21_019", "kp21_020", "kp21_021",
    "kp21_022", "kp21_023", "kp21_027", "kp21_031", "kp21_032", "kp21_038", "kp21_040", "kp21_043",
    "kp21_053", "kp21_055", "kp21_060", "kp21_074", "kp21_081", "kp21_089", "kp21_105", "kp21_112",
    "kp21_113",
];

struct Times {
    simulated: Duration,
    imported: Duration,
    lines: u64,
}

pub(super) fn demo(screen: &mut Screen, args: &DemoArgs) -> Result<()> {
    served::check(args)?;
    let data = &args.data;
    store::folder::claim(data).context("the demo needs a folder of its own: give it by --data")?;
    let (files, simulated) = write_facts(screen.lang, args)?;
    let begun = Instant::now();
    let url = place::own_journal(data);
    let summary = import::files(
        screen.lang,
        &files,
        Some(&url),
        place::options(true, &NatsArgs::default()),
        &[],
    )?;
    if summary.rejected > 0 {
        bail!(
            "{} of the demo's own facts were rejected: this is a fault of the program",
            summary.rejected
        );
    }
    let times = Times { simulated, imported: begun.elapsed(), lines: summary.lines };
    let projected = place::catch_up(screen.lang, data, &url, &NatsArgs::default(), false)?;

    published(screen, &projected.fold, args.all)?;
    targets(screen, &projected.fold)?;
    simulated_province(screen, &projected)?;
    speed(screen, &times, &projected)?;
    what_next(screen, data)?;
    if args.no_serve {
        return Ok(());
    }
    // The server opens the store itself.
    drop(projected);
    place::runtime()?.block_on(served::serve(screen, args, PROVINCE))
}

/// Writes the facts to files in the folder, as an office would hand them in.
fn write_facts(lang: Lang, args: &DemoArgs) -> Result<(Vec<PathBuf>, Duration)> {
    let begun = Instant::now();
    let district = args.data.join("krong-pa-2021h1.ndjson");
    let cannot = || format!("cannot write {}", district.display());
    let mut out = BufWriter::new(File::create(&district).with_context(cannot)?);
    crate::scenario::write(&mut out).and_then(|()| out.flush()).with_context(cannot)?;
    let province = args.data.join("simulated.ndjson");
    let unit = Gazetteer::embedded().unit(PROVINCE);
    let simulation = Simulation::new(args.facts, args.seed, unit);
    if args.facts > 0 {
        simulate::write(lang, &simulation, &province)?;
        return Ok((vec![district, province], begun.elapsed()));
    }
    Ok((vec![district], begun.elapsed()))
}

/// The district's published figures beside those of the ledger.
fn published(screen: &mut Screen, fold: &Fold, all: bool) -> Result<()> {
    let report = Report::krong_pa();
    let lang = screen.lang;
    screen.heading(screen.pick(
        "Huyện Krông Pa, 6 tháng đầu năm 2021: báo cáo đã công bố và số liệu từ sổ",
        "Krông Pa district, first half of 2021: the published report beside the ledger",
    ))?;
    screen.line(&report.title)?;
    let beside = beside::all(report, &Guard::new(fold, Disclosure::EVERYTHING));
    let row = |one: &&Beside<'_>| {
        let sign = match one.held {
            Held::Agrees => "✓",
            Held::Differs => "✗",
            other => other.name(lang),
        };
        let says = one.figure.says.name(lang);
        let (name, by) = (one.indicator(lang), one.by(lang));
        vec![name, by, says.to_owned(), one.told(lang), one.ledger(lang), sign.to_owned()]
    };
    let is_shown = |one: &&Beside<'_>| {
        all || one.held != Held::Agrees || SHOWN.contains(&one.figure.id.as_str())
    };
    let mut shown: Vec<_> = beside.iter().filter(is_shown).collect();
    // What was done first; a target that is in the ledger proves nothing of it.
    shown.sort_by_key(|one| one.figure.says);
    let rows: Vec<_> = shown.iter().map(row).collect();
    let header = [
        screen.pick("Chỉ số", "Indicator"),
        "",
        screen.pick("Loại", "Kind"),
        screen.pick("Báo cáo", "Published"),
        screen.pick("Từ sổ", "Ledger"),
        "",
    ];
    screen.aligned(&header, &rows, 3..5)?;
    beside::tallies(&beside, lang).into_iter().try_for_each(|tally| screen.line(tally))?;
    if !all {
        screen.line(
            screen.pick("(Xem đủ: tonghop demo --all)", "(All of them: tonghop demo --all)"),
        )?;
    }
    screen.line(match lang {
        Lang::Vi => format!("Báo cáo tự mâu thuẫn ở {} chỗ:", report.contradiction.len()),
        Lang::En => {
            format!("The report contradicts itself in {} places:", report.contradiction.len())
        }
    })?;
    report.contradiction.iter().try_for_each(|one| {
        let what = screen.pick(&one.what_vi, &one.what).to_owned();
        screen.line(format!("  · {what}"))
    })
}

/// The versions of the district's target, and what became of it.
fn targets(screen: &mut Screen, fold: &Fold) -> Result<()> {
    let lang = screen.lang;
    let reader = Reader::from(fold);
    let Some(unit) = Gazetteer::embedded().unit(&Report::krong_pa().unit) else { return Ok(()) };
    let year: Period = "2021".parse()?;
    screen.heading(screen.pick(
        "Chỉ tiêu giảm nghèo năm 2021 của huyện, qua các lần điều chỉnh",
        "The district's poverty-reduction target for 2021, version by version",
    ))?;
    let mut rows = Vec::new();
    for indicator in ["poverty_rate_reduction", "poor_households_reduction"] {
        for statement in reader.statements(unit, indicator, StatedKind::Target, Time::Period(year))
        {
            let stated = &statement.stated;
            let set_by = stated
                .set_by
                .map_or_else(String::new, |one| labels::code(lang, "set_by", one.code()));
            rows.push(vec![
                labels::indicator(lang, indicator),
                written::date(lang, &statement.on.to_string()),
                set_by,
                stated.reference.to_string(),
                lang::stated(lang, stated.value),
                labels::counted_in(lang, indicator),
            ]);
        }
    }
    let header = [
        screen.pick("Chỉ tiêu", "Target"),
        screen.pick("Ngày", "Day"),
        screen.pick("Cấp giao", "Set by"),
        screen.pick("Văn bản", "Decision"),
        screen.pick("Mức", "Value"),
        "",
    ];
    screen.rows(&header, &rows, 4)
}

/// The movement table of the simulated province, and what was noticed there.
fn simulated_province(screen: &mut Screen, projected: &Projected) -> Result<()> {
    let position = projected.mark.position;
    let editions = Editions::embedded();
    screen.heading(screen.pick(
        "Một tỉnh mô phỏng (tỉnh Thái Bình, dữ kiện không có thật)",
        "A simulated province (Thái Bình; the facts are invented)",
    ))?;
    let when = When::period(YEAR.parse()?);
    let unit = PROVINCE.to_owned();
    let movements = Query::Movements { unit: unit.clone(), when: when.clone() };
    let answer =
        query::answer(&projected.fold, Disclosure::EVERYTHING, position, &editions, &movements)?;
    render::show(screen, &answer)?;
    let findings = Query::Findings { unit, when: None, limit: 0 };
    let answer =
        query::answer(&projected.fold, Disclosure::EVERYTHING, position, &editions, &findings)?;
    render::show(screen, &answer)
}

fn speed(screen: &mut Screen, times: &Times, projected: &Projected) -> Result<()> {
    let lang = screen.lang;
    let number = |value: f64| lang::whole(lang, value as i128);
    let per_s = |count: u64, time: Duration| number(count as f64 / time.as_secs_f64().max(1e-6));
    let seconds = |time: Duration| lang::decimal(lang, time.as_millis() as i128, 3);
    let sizes = projected.sizes;
    let each = |bytes: usize, count: usize| number(bytes as f64 / count.max(1) as f64);
    screen.heading(screen.pick("Nhanh đến đâu", "How fast it went"))?;
    let rows = vec![
        vec![
            screen.pick("Viết dữ kiện ra tệp", "Facts written to files").to_owned(),
            number(times.lines as f64),
            seconds(times.simulated),
            per_s(times.lines, times.simulated),
        ],
        vec![
            screen
                .pick("Kiểm tra, ghi bền vững vào sổ", "Checked and durable in the journal")
                .to_owned(),
            number(times.lines as f64),
            seconds(times.imported),
            per_s(times.lines, times.imported),
        ],
        vec![
            screen.pick("Tổng hợp và lưu vào kho", "Folded and committed to the store").to_owned(),
            number(projected.records as f64),
            seconds(projected.folded_in),
            per_s(projected.records, projected.folded_in),
        ],
    ];
    let header = [
        "",
        screen.pick("Dữ kiện", "Facts"),
        screen.pick("Giây", "Seconds"),
        screen.pick("Mỗi giây", "A second"),
    ];
    screen.rows(&header, &rows, 1)?;
    let (subjects, cells) = (number(sizes.subjects as f64), number(sizes.cells as f64));
    let (a, b) = (each(sizes.timeline_bytes, sizes.subjects), each(sizes.cell_bytes, sizes.cells));
    let disk = number(projected.bytes_on_disk as f64 / 1e6);
    screen.line(match lang {
        Lang::Vi => format!("{subjects} đối tượng, mỗi đối tượng {a} byte; {cells} ô số liệu, mỗi ô {b} byte; kho trên đĩa {disk} MB."),
        Lang::En => format!("{subjects} subjects of {a} bytes each; {cells} cells of {b} bytes each; the store takes {disk} MB on disk."),
    })
}

fn what_next(screen: &mut Screen, data: &Path) -> Result<()> {
    screen.heading(screen.pick("Thử tiếp", "What to try next"))?;
    let data = data.display();
    let tries = [
        "figures --unit \"Krông Pa, Gia Lai\" --period 2021-H1@administrative",
        "figures --unit L-637 --period 2021-H1@administrative --indicator loan_households --by class",
        "figures --unit L-637 --period 2021-H1@administrative --indicator poor_households --boundaries current",
        "movements --unit L-34 --period 2025@administrative",
        "findings --unit L-34 --period 2024",
        "rebuild",
    ];
    for command in tries {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        screen.line(format!("  tonghop {name} --data {data} {rest}").trim_end())?;
    }
    Ok(())
}
