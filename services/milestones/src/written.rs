//! A rule as people write it, in TOML.

use std::ops::Range;

use domain::catalogue::{Filter, Reference};
use proto::catalogue::nearest;
use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) id: Spanned<String>,
    pub(crate) vi: Spanned<String>,
    pub(crate) en: Spanned<String>,
    pub(crate) indicator: Spanned<String>,
    #[serde(default, rename = "where")]
    pub(crate) filter: Option<Spanned<Filter>>,
    pub(crate) over: Option<Spanned<Reference>>,
    pub(crate) counted_in: Spanned<String>,
    pub(crate) is: Option<Spanned<String>>,
    pub(crate) number: Option<Spanned<String>>,
    pub(crate) target: Option<Spanned<bool>>,
    pub(crate) other: Option<Spanned<Reference>>,
    pub(crate) earlier: Option<Spanned<u16>>,
    pub(crate) times: Option<Spanned<String>>,
    pub(crate) margin: Option<Spanned<String>>,
    pub(crate) grain: Spanned<String>,
    pub(crate) levels: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(crate) generations: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(crate) within: Vec<Spanned<String>>,
    pub(crate) on: Spanned<String>,
}

/// Where something is in the text, and what is wrong with it.
pub(crate) type Wrong = (Range<usize>, String);

pub(crate) fn unknown(what: &str, name: &Spanned<String>, known: &[&str]) -> Wrong {
    let near = nearest(name.get_ref(), known.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
    let list = known.join(", ");
    (name.span(), format!("there is no {what} \"{}\"{near}; known are {list}", name.get_ref()))
}
