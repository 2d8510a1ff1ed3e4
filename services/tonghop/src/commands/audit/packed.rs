//! `tonghop audit --pack`: the records of a pack, replayed apart from everything else.

use std::path::Path;

use anyhow::{Result, ensure};
use auditor::{Replay, Shelf, Unpacked, Vintage};
use proof::{Verifier, keys};
use proto::gazetteer::{Gazetteer, Lang};
use query::Editions;

use super::held::{definitions, live};
use super::verdict::{Live, Pack, Said, Verdict};
use crate::cli::AuditArgs;
use crate::commands::place;
use crate::screen;

/// The live store beside the pack.
enum Beside {
    /// There is none, or it cannot be compared.
    Nothing,
    Live(Live),
    /// It is at this position, and the pack ends before.
    Beyond(u64),
}

pub(super) fn audit(lang: Lang, args: &AuditArgs, file: &Path) -> Result<(Vintage, Verdict)> {
    let known: Vec<Verifier> =
        args.key.iter().map(|path| keys::verifier(path)).collect::<Result<_, _>>()?;
    let signature_checked = !known.is_empty();
    let mut pack = Unpacked::open(file, signature_checked.then_some(&known[..]))?;
    let own = pack.vintage().cloned();
    if let Some(own) = &own {
        is_asked_for(own, args)?;
    }
    let shelved = shelved(args, own.as_ref())?;
    let data_folder = shelved.is_some();
    let replay = replay(lang, args, &mut pack)?;
    // Which journal the store is of, the vintage beside it tells.
    let of_journal = own.as_ref().map(|own| &own.head.journal);
    let same_journal = shelved.as_ref().map(|kept| &kept.head.journal) == of_journal;
    let beside = match data_folder && same_journal && args.catalog.is_none() {
        true => beside(lang, args, &pack)?,
        false => Beside::Nothing,
    };
    // Without a vintage that can be read there is nothing to compare; the faults tell why.
    let kept = shelved.or(own).unwrap_or_else(nothing);
    let again = match args.catalog {
        Some(_) => replay.as_ref().and_then(|replay| replay.rows_of(&kept)),
        None => pack.again(replay.as_ref()),
    };
    let checked = pack.judge(again.as_ref().filter(|_| args.catalog.is_none()));
    let mut verdict = Verdict::of(&kept, again.as_ref(), args);
    verdict.facts = replay.map_or(0, |replay| replay.accounting.applied);
    verdict.equal &= checked.holds();
    let said = |fault: auditor::Fault| Said { message: fault.said(lang), fault };
    let (live, live_beyond) = match beside {
        Beside::Nothing => (None, None),
        Beside::Live(live) => (Some(live), None),
        Beside::Beyond(position) => (None, Some(position)),
    };
    verdict.beside(live);
    verdict.pack = Some(Pack {
        file: file.display().to_string(),
        origin: checked.checkpoint.map(|one| one.origin).unwrap_or_default(),
        signature_checked,
        data_folder,
        live_beyond,
        faults: checked.faults.into_iter().map(said).collect(),
        more_faults: checked.more,
    });
    Ok((kept, verdict))
}

/// Whether a pack is of the closing that was asked for.
fn is_asked_for(own: &Vintage, args: &AuditArgs) -> Result<()> {
    let head = &own.head;
    let named = args.vintage.as_ref().is_none_or(|id| *id == head.id);
    let of_period = match (&args.unit, &args.period) {
        (Some(unit), Some(period)) => {
            let period = period.parse::<domain::time::Period>()?;
            let unit = place::unit(unit, Some(*period.days().end()))?;
            Gazetteer::embedded().key(unit) == head.unit && period.to_string() == head.period
        }
        (_, _) => true,
    };
    ensure!(named && of_period, "the pack is of {}", head.id);
    Ok(())
}

/// The data folder's own copy of what the pack is of, if it has one.
fn shelved(args: &AuditArgs, own: Option<&Vintage>) -> Result<Option<Vintage>> {
    let Some(own) = own else { return Ok(None) };
    let shelf = Shelf::of(&args.data.data);
    let listed = shelf.list()?;
    let found = listed.iter().find(|one| one.id == own.head.id);
    Ok(found.map(|one| auditor::read(&one.path)).transpose()?)
}

/// All records, by the pack's own definitions or by another catalogue.
fn replay(lang: Lang, args: &AuditArgs, pack: &mut Unpacked) -> Result<Option<Replay>> {
    let by = match &args.catalog {
        Some(folder) => Some(definitions(folder)?),
        None => None,
    };
    let total = pack.vintage().map(|one| one.head.position);
    let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), total, false);
    let replaying = pack.replay(by, args.threads, |position| bar.set_position(position));
    let replay = place::runtime()?.block_on(replaying);
    bar.finish_and_clear();
    Ok(replay)
}

/// The live store beside the pack's records up to its position.
fn beside(lang: Lang, args: &AuditArgs, pack: &Unpacked) -> Result<Beside> {
    // A store counts by this program's definitions.
    let here = Editions::embedded();
    let ours = pack.definitions().is_some_and(|(_, editions)| editions == here);
    let Some((position, digest)) = ours.then(|| live(lang, args)).flatten() else {
        return Ok(Beside::Nothing);
    };
    let replay = place::runtime()?.block_on(pack.replay_to(position, args.threads, |_| {}));
    Ok(match replay {
        Some(replay) => Beside::Live(Live::beside(position, digest, &replay, &here)),
        None => Beside::Beyond(position),
    })
}

/// What stands for a vintage that cannot be read.
fn nothing() -> Vintage {
    Vintage { head: auditor::Head::default(), rows: Vec::new() }
}
