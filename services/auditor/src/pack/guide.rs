//! VERIFY.md: what a pack is and how to check it.

use crate::vintage::Vintage;

/// The guide, in Vietnamese and then in English.
pub(super) fn text(vintage: &Vintage, origin: &str) -> String {
    let head = &vintage.head;
    include_str!("VERIFY.md")
        .replace("{id}", &head.id)
        .replace("{unit}", &head.unit)
        .replace("{period}", &head.period)
        .replace("{level}", &head.level)
        .replace("{position}", &head.position.to_string())
        .replace("{origin}", origin)
        .replace("{program}", &head.program)
}
