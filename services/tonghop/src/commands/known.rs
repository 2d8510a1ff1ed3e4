//! Who knows how far a journal went: rows, vintages, signed checkpoints and archives. Whoever is about
//! to write to it must not find less, or the next facts get positions that others had.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use auditor::Shelf;
use journal::{Blocks, Identity, Journal, Known, Options, Position};
use proof::Checkpoint;
use proto::gazetteer::Lang;
use store::Store;

use super::place;
use crate::screen;

/// What others know of the journal at `url`, which belongs to a data folder: its rows, vintages and
/// checkpoints, the archives in it, and those that were named.
///
/// # Errors
/// The journal is not there, and somebody knows records of it. A folder that cannot be read.
pub(super) async fn of(
    lang: Lang,
    url: &str,
    data: Option<&Path>,
    archives: &[PathBuf],
) -> Result<Vec<Known>> {
    let journal = match url.strip_prefix("dir:") {
        // Without `create` nothing is made; what is wrong with it, the writer says.
        Some(_) => Journal::open(url, &Options::default()).await.ok().map(|one| one.identity()),
        None => None,
    };
    let mut known = Vec::new();
    if let Some(data) = data {
        known.extend(rows(data)?);
        let shelf = Shelf::of(data);
        known.extend(vintages(&shelf, journal)?);
        known.extend(checkpoints(&shelf, journal)?);
    }
    for path in archives {
        match archive(lang, path).await {
            Some(archive) => known.push(archive),
            None => screen::note(lang, &not_asked(lang, path)),
        }
    }
    if let (Some(data), Some(identity)) = (data, journal) {
        for path in beside(data, url)? {
            known.extend(archive(lang, &path).await.filter(|one| one.journal == Some(identity)));
        }
    }
    known.retain(|one| one.position > Position(0));
    if let (None, Some(data)) = (journal, data) {
        refuse_another(url, data, &known)?;
    }
    Ok(known)
}

/// Fails where a journal on a server ends before what is known of it; a directory looks itself.
pub(super) async fn reached(journal: &Journal, known: &[Known]) -> Result<()> {
    let (Journal::Nats(_), Some(most)) = (journal, Known::most(known, journal.identity())) else {
        return Ok(());
    };
    let end = journal.end().await?;
    if end < most.position {
        bail!(
            "the journal ends at position {end}, before position {} that {} knows of: nothing was \
             written; bring it back into an empty server (tonghop restore ARCHIVE --journal URL)",
            most.position,
            most.by
        );
    }
    Ok(())
}

/// A new journal in the place of one that others know would begin again at its first position.
fn refuse_another(url: &str, data: &Path, known: &[Known]) -> Result<()> {
    let most = known.iter().max_by_key(|one| one.position);
    let (true, Some(most)) = (url == place::own_journal(data), most) else { return Ok(()) };
    if place::has_own_journal(data) {
        return Ok(()); // it is there and cannot be read: the writer says why
    }
    let folder = url.trim_start_matches("dir:");
    bail!(
        "{folder} holds no journal (0 records), but {} knows of position {}: no other is begun in its \
         place; bring it back (tonghop restore ARCHIVE --journal {url}), or begin in another data folder",
        most.by,
        most.position
    );
}

fn rows(data: &Path) -> Result<Option<Known>> {
    let found = Store::peek(data)?;
    Ok(found.map(|(journal, mark)| Known {
        journal: Some(Identity::from(journal)),
        position: Position(mark.position),
        by: format!("the store in {}", data.display()),
    }))
}

/// Of vintages the last one that is of this journal, and those after it that do not tell whose they
/// are: their names tell the position.
fn vintages(shelf: &Shelf, journal: Option<Identity>) -> Result<Vec<Known>> {
    let files = shelf.list()?.into_iter().map(|one| (one.position, one.path)).collect();
    Ok(last_of(files, journal, |path| auditor::read(path).ok()?.head.journal.parse().ok()))
}

/// The same of signed checkpoints: one of size n says that n records were there.
fn checkpoints(shelf: &Shelf, journal: Option<Identity>) -> Result<Vec<Known>> {
    Ok(last_of(shelf.checkpoints()?, journal, |path| {
        let checkpoint = Checkpoint::unverified(&fs::read_to_string(path).ok()?).ok()?;
        checkpoint.origin.rsplit('/').next()?.parse().ok()
    }))
}

fn last_of(
    files: Vec<(u64, PathBuf)>,
    journal: Option<Identity>,
    whose: impl Fn(&Path) -> Option<Identity>,
) -> Vec<Known> {
    let mut known = Vec::new();
    for (position, path) in files.into_iter().rev() {
        let of = whose(&path);
        let by = match of {
            Some(_) => path.display().to_string(),
            None => format!("{} (damaged; its name tells)", path.display()),
        };
        known.push(Known { journal: of, position: Position(position), by });
        if of.is_some() && (of == journal || journal.is_none()) {
            break;
        }
    }
    known
}

/// How far an archive goes; none where there is none. One that is damaged counts as far as it can be
/// read, and that is told.
async fn archive(lang: Lang, path: &Path) -> Option<Known> {
    let url = format!("dir:{}", path.display());
    let archive = Journal::open(&url, &Options::default()).await.ok()?;
    let position = match archive.end().await {
        Ok(end) => end,
        Err(error) => {
            screen::note(lang, &format!("{:#}", anyhow::Error::from(error)));
            readable(archive.read(Position(1), Position(u64::MAX))).await
        }
    };
    let by = format!("the archive {}", path.display());
    Some(Known { journal: Some(archive.identity()), position, by })
}

/// The last position before damage.
async fn readable(mut blocks: Blocks) -> Position {
    let mut end = Position(0);
    while let Some(Ok(block)) = blocks.next().await {
        end = block.last();
    }
    end
}

fn not_asked(lang: Lang, path: &Path) -> String {
    let path = path.display();
    match lang {
        Lang::Vi => format!("{path} chưa phải là bản lưu: không hỏi được nó sổ dài đến đâu"),
        Lang::En => {
            format!("{path} is no archive yet: it cannot be asked how far the journal went")
        }
    }
}

/// The directories in a data folder that hold a journal, but for the journal itself.
fn beside(data: &Path, url: &str) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(data) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context(format!("cannot list {}", data.display())),
    };
    let itself = url.strip_prefix("dir:").and_then(|path| fs::canonicalize(path).ok());
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list {}", data.display()))?.path();
        let holds_one = path.join("journal.json").exists();
        if holds_one && fs::canonicalize(&path).ok() != itself {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
