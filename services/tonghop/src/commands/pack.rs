//! `tonghop pack`: the figures of a closing and all they were made of, for people who trust nobody.

use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use auditor::{Ask, Body, Fault, Packed, Revisions, Shelf, Verdict, Vintage, pack_kept};
use journal::Journal;
use proof::{Checkpoint, Signer, keys};
use proto::gazetteer::Lang;
use serde::Serialize;

use super::{ask, place};
use crate::cli::{Format, PackArgs};
use crate::screen::{self, Screen};

/// Facts that are named of each row that changed.
const FACTS_NAMED: usize = 5;

#[derive(Serialize)]
struct Written<'a> {
    position: u64,
    answer: &'static str,
    vintage: &'a str,
    origin: &'a str,
    file: String,
    file_bytes: u64,
    unpacked_bytes: u64,
    files_signed: bool,
    seconds: f64,
}

pub(super) fn pack(screen: &mut Screen, args: &PackArgs) -> Result<()> {
    let (data, out) = (&args.journal.data.data, &args.out);
    ensure!(!out.exists(), "{} is there already: choose another name", out.display());
    let shelf = Shelf::of(data);
    let vintage = shelf.get(&args.vintage)?;
    let key = args.key.as_ref().map(|key| keys::signer(key)).transpose()?;
    let begun = Instant::now();
    let revisions = revisions(screen.lang, data, &args.vintage)?;
    // Written beside: whoever finds a file of that name finds a whole pack.
    let mut beside = out.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let packed =
        write(screen, args, (&shelf, &vintage), key, &revisions, beside).inspect_err(|_| {
            let _ = fs::remove_file(beside);
        })?;
    fs::rename(beside, out).with_context(|| format!("cannot write {}", out.display()))?;
    let file_bytes = fs::metadata(out).map(|file| file.len())?;
    say(screen, out, &vintage, &packed, file_bytes, begun.elapsed())
}

fn revisions(lang: Lang, data: &Path, vintage: &str) -> Result<Revisions> {
    let ask = Ask::Revisions { vintage: vintage.to_owned(), limit: FACTS_NAMED };
    match ask::audit(lang, data, &ask)?.body {
        Body::Revisions(found) => Ok(found),
        Body::Closings { .. } | Body::Explanation(_) => bail!("no revisions were answered"),
    }
}

fn write(
    screen: &Screen,
    args: &PackArgs,
    (shelf, vintage): (&Shelf, &Vintage),
    key: Option<Signer>,
    revisions: &Revisions,
    to: &Path,
) -> Result<Packed> {
    let context = || format!("cannot write {}", to.display());
    // For its owner alone: it holds pseudonyms of households.
    let options =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(to);
    let file: File = options.with_context(context)?;
    let url = place::journal(args.journal.journal.as_deref(), &args.journal.data.data)?;
    let total = Some(vintage.head.position);
    let bar = screen::progress(screen.lang, ("Đang đóng gói", "Packing"), total, false);
    let packed = place::runtime()?.block_on(async {
        let options = place::options(false, &args.journal.nats_options);
        let journal = Journal::open(&url, &options).await?;
        let mut out = BufWriter::new(&file);
        let progress = |position| bar.set_position(position);
        let packing = pack_kept(&mut out, shelf, &journal, vintage, key, Some(revisions), progress);
        anyhow::Ok(packing.await?)
    })?;
    bar.finish_and_clear();
    file.sync_all().with_context(context)?;
    Ok(packed)
}

fn say(
    screen: &mut Screen,
    out: &Path,
    vintage: &Vintage,
    packed: &Packed,
    file_bytes: u64,
    took: Duration,
) -> Result<()> {
    let Packed { facts, bytes, origin, signs_files } = packed;
    if screen.format == Format::Json {
        return screen.json(&Written {
            position: *facts,
            answer: "pack",
            vintage: &vintage.head.id,
            origin,
            file: out.display().to_string(),
            file_bytes,
            unpacked_bytes: *bytes,
            files_signed: *signs_files,
            seconds: took.as_secs_f64(),
        });
    }
    let (lang, id, file) = (screen.lang, &vintage.head.id, out.display());
    let whole = |number: u64| query::lang::whole(lang, number.into());
    let (facts, bytes) = (whole(*facts), whole(file_bytes));
    screen.line(match lang {
        Lang::Vi => format!("Gói kiểm toán {id}: {file} ({facts} dữ kiện, {bytes} byte)."),
        Lang::En => format!("Audit pack of {id}: {file} ({facts} facts, {bytes} bytes)."),
    })?;
    if !signs_files {
        screen::note(lang, screen.pick(
            "đóng gói không có khóa: chữ ký bao gồm dữ kiện và số liệu đã chốt, không bao gồm thời điểm nhận, revisions.csv và VERIFY.md; dùng --key để ký mọi tệp",
            "packed without a key: signed are the facts and the closed figures, not the receive times, revisions.csv and VERIFY.md; --key signs every file",
        ));
    }
    screen::note(lang, screen.pick(
        "gói chứa mã giả danh của hộ: chỉ giao cho người có quyền xem dữ liệu từng hộ",
        "the pack holds pseudonyms of households: hand it only to people who may see data of single households",
    ));
    Ok(())
}

#[derive(Serialize)]
struct Checked<'a> {
    position: u64,
    answer: &'static str,
    kind: &'static str,
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    vintage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    rows: u64,
    files_signed: bool,
    not_computed: &'a [&'static str],
    faults: Vec<Said<'a>>,
    more_faults: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct Said<'a> {
    #[serde(flatten)]
    fault: &'a Fault,
    message: String,
}

/// What became of the check of a pack.
pub(super) fn say_verdict(
    screen: &mut Screen,
    file: &Path,
    verdict: &Verdict,
    took: Duration,
) -> Result<()> {
    let Verdict { faults, more, checkpoint, vintage, rows, files_signed, not_computed } = verdict;
    let lang = screen.lang;
    let position = checkpoint.as_ref().map_or(0, |one| one.size);
    let origin = checkpoint.as_ref().map(|one: &Checkpoint| one.origin.as_str());
    if screen.format == Format::Json {
        let said = |fault| Said { fault, message: Fault::said(fault, lang) };
        return screen.json(&Checked {
            position,
            answer: "verified",
            kind: "pack",
            holds: verdict.holds(),
            vintage: vintage.as_deref(),
            origin,
            root: checkpoint.as_ref().map(|one| one.root.to_string()),
            rows: *rows,
            files_signed: *files_signed,
            not_computed,
            faults: faults.iter().map(said).collect(),
            more_faults: *more,
            seconds: took.as_secs_f64(),
        });
    }
    let whole = |number: u64| query::lang::whole(lang, number.into());
    let (file, id) = (file.display(), vintage.as_deref().unwrap_or_default());
    if verdict.holds() {
        let (position, rows, origin) = (whole(position), whole(*rows), origin.unwrap_or_default());
        screen.line(match lang {
            Lang::Vi => format!(
                "Đúng: {id} của sổ {origin}. Đã tính lại {rows} dòng số liệu từ {position} dữ kiện đã ký; tất cả đều khớp."
            ),
            Lang::En => format!(
                "True: {id} of the journal {origin}. {rows} rows were computed again from the {position} facts that were signed; all are equal."
            ),
        })?;
        let names = not_computed.join(", ");
        return screen.line(match (lang, files_signed) {
            (Lang::Vi, true) => format!("Chữ ký bao gồm mọi tệp. Đã ký nhưng không tính lại được (biên nhận: thời điểm nhận): {names}."),
            (Lang::En, true) => format!("The signature covers every file. Signed, and not computed again (of receipts the receive times): {names}."),
            (Lang::Vi, false) => format!("KHÔNG được ký và không tính lại được (biên nhận: thời điểm nhận), ai cũng có thể đã sửa: {names}."),
            (Lang::En, false) => format!("NOT signed and not computed again (of receipts the receive times), anybody may have changed it: {names}."),
        });
    }
    let count = whole(faults.len() as u64 + more);
    screen.line(match lang {
        Lang::Vi => format!("KHÔNG ĐÚNG: {file} có {count} chỗ sai:"),
        Lang::En => format!("NOT TRUE: {file} has {count} faults:"),
    })?;
    for fault in faults {
        screen.line(format!("- {}", fault.said(lang)))?;
    }
    if *more > 0 {
        let more = whole(*more);
        screen.line(match lang {
            Lang::Vi => format!("… và {more} chỗ nữa."),
            Lang::En => format!("… and {more} more."),
        })?;
    }
    Ok(())
}
