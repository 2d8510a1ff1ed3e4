//! Which milestones are in force in a data folder: those that were set there, or the program's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::private::seal;
use anyhow::{Context, Result, bail};
use milestones::{Defect, Rules};
use proto::gazetteer::Lang;

use super::embedded;
use crate::screen;

/// Where the rules of a data folder are.
fn path(data: &Path) -> PathBuf {
    data.join("milestones.toml")
}

/// The rules in force.
pub(super) fn in_force(data: &Path) -> Result<Arc<Rules>> {
    let path = path(data);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let unusable = |what| anyhow::anyhow!("{} cannot be used: {what}", path.display());
            seal::check(&text).map_err(unusable)?;
            let rules = read(&path, &text)?;
            if rules.list.is_empty() {
                let what =
                    "no milestone is in it; put a copy back, or delete it for the program's own";
                return Err(unusable(what.to_owned()));
            }
            Ok(Arc::new(rules))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Arc::new(Rules::embedded()))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Reads rules, or tells everything that is wrong with them.
pub(super) fn read(path: &Path, text: &str) -> Result<Rules> {
    let shown = path.display().to_string();
    Rules::read(&shown, text, &embedded::rules()).map_err(|defects| {
        let list: Vec<String> = defects.iter().map(Defect::to_string).collect();
        anyhow::anyhow!("{}", list.join("\n"))
    })
}

/// Puts the rules of a file in force, if all of them are good.
pub(super) fn set(data: &Path, file: &Path) -> Result<Rules> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let rules = read(file, &text)?;
    if rules.list.is_empty() {
        bail!("{} has no milestone in it: write [[milestone]] and its lines", file.display());
    }
    store::folder::claim(data)?;
    let (path, new) = (path(data), data.join("milestones.toml.new"));
    let write = || {
        use std::io::Write as _;
        let mut out = std::fs::File::create(&new)?;
        out.write_all(seal::sealed(&text).as_bytes())?;
        out.sync_all()?;
        // If we crash here, the rules are as they were.
        std::fs::rename(&new, &path)?;
        std::fs::File::open(data)?.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(rules)
}

/// The rules that were asked for, if they are good; else it is told what is wrong with them, and
/// those that are in force stay so.
pub(super) fn adopt(lang: Lang, data: &Path, file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    if let Err(error) = set(data, file) {
        let kept = match lang {
            Lang::Vi => "các mốc đang có hiệu lực được giữ nguyên",
            Lang::En => "the milestones in force stay so",
        };
        screen::note(lang, &format!("{error:#}\n{kept}"));
    }
    Ok(())
}
