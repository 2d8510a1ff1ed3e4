//! How a projector begins: with what the store holds, if that is still what the journal says.

use journal::{Journal, Position};
use milestones::{Notice, Watch};
use proof::Range;
use store::{Loaded, Mark, Opened, Store};
use tokio::task::spawn_blocking;

use crate::config::Config;
use crate::decode;
use crate::shared::{Progress, State};
use crate::{Error, Result};

use domain::fold::Fold;

/// Where a projector begins.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) store: Store,
    pub(crate) state: State,
    pub(crate) mark: Mark,
    /// Why the rows are made again from the first record, if they are.
    pub(crate) rebuild: Option<String>,
}

/// Opens the store and compares it with the journal. If the rows are of no use, begins empty: the
/// rest is the same as for a new projector, and for a restarted one from a later position.
pub(crate) async fn begin(config: &Config) -> Result<Beginning> {
    let opened = {
        let (data, rules) = (config.data.clone(), config.rules.clone());
        let (expect, wait) = (config.expect(), config.lock_wait);
        blocking("open the store", move || Store::open(&data, expect, rules, wait)).await?
    };
    let journal = config.journal.identity().0.as_u128();
    let (vacant, rebuild) = match opened {
        Opened::Loaded(loaded) if config.anew => (loaded.store.discard(), Some("as told".into())),
        Opened::Loaded(loaded) => {
            let loaded = *loaded;
            verify(&config.journal, loaded.mark).await?;
            match Range::from_bytes(&loaded.tree) {
                Ok(tree) if tree.size() == loaded.mark.position => {
                    return Ok(resume(config, loaded, tree));
                }
                Ok(_) | Err(_) => {
                    let why = "the tree over the journal is not of the rows' position";
                    tracing::warn!(why, "the rollups are rebuilt from the journal");
                    (loaded.store.discard(), Some(why.into()))
                }
            }
        }
        Opened::Fresh(vacant) => (vacant, None),
        Opened::Stale { why, mark, vacant } => {
            // A rebuild from a journal that lost its end would hide the loss.
            if !config.anew {
                verify(&config.journal, mark.unwrap_or_default()).await?;
            }
            tracing::warn!(why, "the rollups are rebuilt from the journal");
            (vacant, Some(why))
        }
    };
    let store = blocking("begin anew", move || vacant.begin(journal)).await?;
    let fold = Fold::new(config.rules.clone());
    let (progress, tree, unreadable) = Default::default();
    let watch = watch(config, &[], true);
    let state = State { fold, watch, progress, tree, unreadable };
    Ok(Beginning { store, state, mark: Mark::default(), rebuild })
}

/// Who watches for milestones, after what was told before.
fn watch(config: &Config, told: &[Vec<u8>], is_first: bool) -> Option<Watch> {
    let told: Vec<Notice> = told.iter().filter_map(|row| Notice::unpack(row)).collect();
    let rules = config.milestones.as_ref()?;
    Some(Watch::new(rules.clone(), &config.rules, &told, is_first))
}

/// Goes on where the store is.
fn resume(config: &Config, loaded: Loaded, tree: Range) -> Beginning {
    let Loaded { store, fold, mark, counts, unreadable, notices, .. } = loaded;
    let progress = Progress {
        position: mark.position,
        committed: mark.position,
        accounting: counts,
        findings: fold.books.findings.len() as u64,
        notices: notices.len() as u64,
        ..Progress::default()
    };
    let watch = watch(config, &notices, mark.position == 0);
    let state = State { fold, watch, progress, tree, unreadable };
    Beginning { store, state, mark, rebuild: None }
}

/// Checks that the journal still has what it had when the rows were committed.
async fn verify(journal: &Journal, mark: Mark) -> Result<()> {
    if mark.position == 0 {
        return Ok(());
    }
    let Some((_, bytes)) = journal.record(Position(mark.position)).await? else {
        let end = journal.end().await?;
        let what = format!("it ends at position {end}, before the known {}", mark.position);
        return Err(Error::Diverged { what });
    };
    if decode::mark(mark.position, &bytes) != mark {
        let what = format!("another record is at position {}", mark.position);
        return Err(Error::Diverged { what });
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> store::Result<T> + Send + 'static,
) -> Result<T> {
    let done = spawn_blocking(work).await.map_err(|_| Error::Panicked { doing })?;
    Ok(done?)
}
