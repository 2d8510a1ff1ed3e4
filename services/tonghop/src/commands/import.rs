//! `tonghop import`: checks facts, appends them to a journal, brings figures up to date.

use std::path::{Path, PathBuf};

use access::{Book, Owner, Sources};
use anyhow::{Context, Result, bail};
use journal::{Options, Writer};
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use proto::intake::Intake;
use query::labels;
use query::lang;

use super::{known, place, private, service};
use crate::cli::{Format, ImportArgs, NatsArgs};
use crate::import::{self, OwnedSource, Summary};
use crate::screen::{self, Screen};

pub(super) fn import(screen: &mut Screen, args: &ImportArgs) -> Result<Summary> {
    let target = target(args)?;
    let clock = place::clock(args.today)?;
    let target = target.as_deref();
    let mut options = Options { clock, ..place::options(true, &args.nats_options) };
    options.nats.needs_sync = !args.allow_unsynced;
    let mut summary = files(screen.lang, &args.files, target, options, &args.archive)?;
    summary.owned = owned(screen.lang, &summary, args.data.as_deref());
    report(screen, &summary, args.dry_run)?;
    if let (Some(data), false) = (&args.data, args.dry_run) {
        project(screen, data)?;
    }
    Ok(summary)
}

/// The journal to append to; none for a dry run.
fn target(args: &ImportArgs) -> Result<Option<String>> {
    match (&args.data, &args.journal) {
        _ if args.dry_run => Ok(None),
        (Some(data), None) => {
            store::folder::claim(data)?;
            private::tighten(data);
            Ok(Some(place::own_journal(data)))
        }
        (None, Some(url)) => Ok(Some(url.clone())),
        (None, None) => {
            bail!("say where to: --data DIR, or --journal dir:PATH or nats://HOST:PORT")
        }
        (Some(_), Some(_)) => bail!("give --data or --journal, not both"),
    }
}

/// Imports files into a journal, one after the other.
pub(super) fn files(
    lang: Lang,
    files: &[PathBuf],
    url: Option<&str>,
    mut options: Options,
    archives: &[PathBuf],
) -> Result<Summary> {
    let runtime = place::runtime()?;
    let mut writer = match url {
        Some(url) => {
            let data = url.strip_prefix("dir:").and_then(|path| Path::new(path).parent());
            options.dir.known = runtime.block_on(known::of(lang, url, data, archives))?;
            let opened = runtime.block_on(Writer::open(url, &options));
            let writer = opened.map_err(|error| held(error, url))?;
            runtime.block_on(known::reached(&writer.journal(), &options.dir.known))?;
            Some(writer)
        }
        None => None,
    };
    if let Some(writer) = &writer {
        let journal = writer.journal();
        if let (true, Some(why)) = (options.nats.needs_sync, journal.unsynced()) {
            bail!(
                "nothing was imported, for a power cut may take it back: {why}; give --nats-monitoring, \
                 or --allow-unsynced to import all the same"
            );
        }
        journal.warnings().iter().for_each(|warning| screen::note(lang, warning));
    }
    let intake = Intake {
        gazetteer: Gazetteer::embedded(),
        plan: &Catalogue::embedded().plan,
        today: place::today()?,
    };
    let mut summary = Summary::default();
    for path in files {
        let bytes = std::fs::metadata(path).ok().map(|file| file.len());
        let what = ("Đang nhập", "Importing");
        let bar = screen::progress(lang, what, bytes, true);
        let sink = writer.as_mut().map(|writer| (runtime.handle(), writer));
        import::file(path, &intake, sink, &mut summary, &|read| bar.set_position(read))
            .with_context(|| format!("import of {} stopped", path.display()))?;
        bar.finish_and_clear();
    }
    Ok(summary)
}

/// Says how to send facts to a server that holds the journal.
fn held(error: journal::Error, url: &str) -> anyhow::Error {
    let data = url.strip_prefix("dir:").and_then(|path| Path::new(path).parent());
    let address = data.and_then(service::listening);
    match (&error, address) {
        (journal::Error::Locked { .. }, Some(address)) => anyhow::anyhow!(
            "the server of this folder (tonghop up) holds the journal; send it the file: curl \
             --data-binary @FILE -H 'Content-Type: application/x-ndjson' -H \"Authorization: Bearer \
             $TOKEN\" http://{address}/v1/facts (a token: tonghop user token NAME), or stop it first"
        ),
        _ => error.into(),
    }
}

/// The sources of what was taken that belong to somebody. Whoever may import is trusted to write under
/// them, and told.
fn owned(lang: Lang, summary: &Summary, data: Option<&Path>) -> Vec<OwnedSource> {
    let book = data.map_or_else(|| Ok(Book::default()), Book::read);
    let sources = book.map(|book| book.sources()).unwrap_or_else(|error| {
        // The facts are in: what cannot be told of them is no reason to fail.
        screen::note(lang, &error.to_string());
        Sources::default()
    });
    let one = |(source, facts): (&String, &u64)| {
        let (user, unit) = match sources.owner(source)? {
            Owner::User(name) => (Some(name), None),
            Owner::Unit(unit) => (None, Some(Gazetteer::embedded().key(unit).to_owned())),
        };
        Some(OwnedSource { source: source.clone(), user, unit, facts: *facts })
    };
    let mut owned: Vec<OwnedSource> = summary.of.iter().filter_map(one).collect();
    owned.sort_by(|a, b| a.source.cmp(&b.source));
    owned
}

/// Most sources that are named; the JSON has all.
const NAMED_MAX: usize = 10;

fn tell_owned(lang: Lang, owned: &[OwnedSource]) {
    for OwnedSource { source, user, unit, facts } in owned.iter().take(NAMED_MAX) {
        let facts = lang::whole(lang, i128::from(*facts));
        let of = match (user, unit, lang) {
            (Some(name), _, Lang::Vi) => format!("người dùng {name}"),
            (Some(name), _, Lang::En) => format!("user {name}"),
            (None, unit, Lang::Vi) => format!("đơn vị {}", unit.as_deref().unwrap_or_default()),
            (None, unit, Lang::En) => format!("unit {}", unit.as_deref().unwrap_or_default()),
        };
        screen::note(
            lang,
            &match lang {
                Lang::Vi => format!("{facts} dữ kiện ghi nguồn {source}, của {of}"),
                Lang::En => {
                    format!("{facts} facts have the source {source}, which belongs to {of}")
                }
            },
        );
    }
    let more = owned.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        let text = match lang {
            Lang::Vi => format!("và {more} nguồn khác đã có chủ (--format json kể hết)"),
            Lang::En => {
                format!("and {more} more sources that belong to somebody (--format json has all)")
            }
        };
        screen::note(lang, &text);
    }
}

fn report(screen: &mut Screen, summary: &Summary, dry_run: bool) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(summary);
    }
    tell_owned(screen.lang, &summary.owned);
    let lang = screen.lang;
    let number = |value: u64| lang::whole(lang, i128::from(value));
    let Summary { lines, accepted, duplicates, rejected, .. } = summary;
    let (lines, accepted, rejected_count) = (number(*lines), number(*accepted), number(*rejected));
    screen.line(match (lang, dry_run) {
        (Lang::Vi, false) => format!("{lines} dòng: {accepted} dòng đã vào sổ, {rejected_count} dòng bị từ chối."),
        (Lang::Vi, true) => format!("{lines} dòng: {accepted} dòng hợp lệ, {rejected_count} dòng sẽ bị từ chối. Chưa ghi gì."),
        (Lang::En, false) => format!("{lines} lines: {accepted} are in the journal, {rejected_count} were rejected."),
        (Lang::En, true) => format!("{lines} lines: {accepted} would be taken, {rejected_count} rejected. Nothing was written."),
    })?;
    if *duplicates > 0 {
        let duplicates = number(*duplicates);
        screen.line(match lang {
            Lang::Vi => format!("Trong đó {duplicates} dòng sổ đã có từ trước."),
            Lang::En => format!("Of these the journal already held {duplicates}."),
        })?;
    }
    if *rejected == 0 {
        return Ok(());
    }
    let rows: Vec<Vec<String>> = summary
        .reasons
        .iter()
        .map(|(reason, count)| {
            vec![(*reason).to_owned(), labels::rejection(lang, reason), number(*count)]
        })
        .collect();
    let header = [
        screen.pick("Mã lý do", "Reason"),
        screen.pick("Lý do", "Meaning"),
        screen.pick("Số dòng", "Lines"),
    ];
    screen.rows(&header, &rows, 2)?;
    for file in &summary.rejected_files {
        let file = file.display();
        screen.line(match lang {
            Lang::Vi => format!("Các dòng bị từ chối, kèm lý do và trường sai: {file}"),
            Lang::En => format!("The rejected lines, each with reason and field: {file}"),
        })?;
    }
    Ok(())
}

/// Brings the figures of a data folder up to date, unless another process keeps them so.
fn project(screen: &mut Screen, data: &Path) -> Result<()> {
    if crate::socket::ask::<query::Answer>(data, &query::Query::Digest)
        .is_ok_and(|answer| answer.is_some())
    {
        return Ok(());
    }
    let url = place::own_journal(data);
    let report = place::catch_up(screen.lang, data, &url, &NatsArgs::default(), false)?;
    if screen.format != Format::Table {
        return Ok(());
    }
    let lang = screen.lang;
    let number = |value: u64| lang::whole(lang, i128::from(value));
    let (position, duplicates) =
        (number(report.mark.position), number(report.accounting.duplicate));
    screen.line(match lang {
        Lang::Vi => format!("Số liệu đã tổng hợp đến vị trí {position} của sổ (trong sổ có {duplicates} dòng trùng, chỉ tính một lần)."),
        Lang::En => format!("Figures are as of position {position} of the journal ({duplicates} records in it are duplicates and count once)."),
    })
}
