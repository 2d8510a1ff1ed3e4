//! Declarations about a period as lines: those that had their effect, with their files, and those
//! that had none.

use auditor::Closed;
use projector::Progress;
use query::{labels, written};

use super::number;
use super::text::{capital, fill};
use super::view::View;
use super::words::{self, Texts as Words};
use crate::audit;

/// One declaration that had its effect.
pub(super) struct Line {
    pub(super) act: String,
    pub(super) level: String,
    pub(super) by: String,
    pub(super) received: String,
    pub(super) position: String,
    pub(super) digest: String,
    /// Whether it makes a vintage.
    pub(super) is_closing: bool,
    pub(super) is_signed: bool,
    pub(super) text_href: Option<String>,
    pub(super) note_href: Option<String>,
    pub(super) pack_href: Option<String>,
    pub(super) beside_href: Option<String>,
}

/// One that had none.
pub(super) struct Refused {
    pub(super) what: String,
    pub(super) why: String,
    pub(super) todo: String,
}

/// Which files somebody is offered.
#[derive(Clone, Copy)]
pub(super) struct Shows {
    pub(super) texts: bool,
    pub(super) packs: bool,
}

/// Whether there is a pack, and who asks may have it.
pub(super) fn shows_packs(
    view: &View<'_>,
    progress: &Progress,
    closings: &[Closed],
    signed: &[u64],
) -> bool {
    let signed = |one: &Closed| one.digest.is_some() && signed.contains(&one.position);
    view.ask.for_one
        && closings.iter().any(signed)
        && audit::may_have_packs(view.fold, progress, &view.ask.who)
}

pub(super) fn line(view: &View<'_>, one: &Closed, signed: &[u64], shows: Shows) -> Line {
    let lang = view.lang;
    let is_closing = one.act == "closed";
    let kept = one.vintage.as_ref().filter(|_| one.digest.is_some());
    let is_signed = is_closing && signed.contains(&one.position);
    let by = [labels::code(lang, "set_by", &one.set_by), one.reference.clone()];
    Line {
        act: act(words::of(lang), &one.act).to_owned(),
        level: capital(&labels::code(lang, "level", &one.level)),
        by: by.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        received: written::date(lang, &one.received),
        position: number::whole(lang, i128::from(one.position)),
        digest: one.digest.as_deref().unwrap_or_default().chars().take(16).collect(),
        is_closing,
        is_signed,
        text_href: kept.filter(|_| shows.texts).map(|id| format!("/v1/vintages/{id}")),
        pack_href: kept
            .filter(|_| shows.packs && is_signed)
            .map(|id| format!("/v1/vintages/{id}/pack")),
        note_href: is_signed.then(|| format!("/v1/checkpoints/{}", one.position)),
        beside_href: kept.map(|id| {
            let href = view.ask.href(&view.ask.path, &[("v", Some(id))]);
            format!("{href}#h-rev")
        }),
    }
}

pub(super) fn refused(view: &View<'_>, one: &Closed) -> Option<Refused> {
    let why = one.refused.as_deref()?;
    let (lang, w) = (view.lang, words::of(view.lang));
    let level = labels::code(lang, "level", &one.level);
    let position = number::whole(lang, i128::from(one.position));
    Some(Refused {
        what: format!(
            "{}, {level}; {}; {}",
            capital(act(w, &one.act)),
            written::date(lang, &one.received),
            fill(w.position_now, &[&position])
        ),
        why: labels::finding(lang, why),
        todo: labels::finding_remedy(lang, why),
    })
}

pub(super) fn act(w: &Words, code: &str) -> &'static str {
    match code {
        "reopened" => w.act_reopened,
        "published" => w.act_published,
        _ => w.act_closed,
    }
}
