//! Which language an answer is in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use proto::gazetteer::Lang;

/// The language of an answer: `lang=vi` or `lang=en` in the address, else the cookie `lang`, else
/// `Accept-Language`, else Vietnamese.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Language(pub Lang);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Language, Infallible> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let in_address = parts.uri.query().and_then(|query| named(query.split('&'), "lang"));
        let in_cookie =
            || text(header::COOKIE).and_then(|all| named(all.split(';').map(str::trim), "lang"));
        let accepted = || text(header::ACCEPT_LANGUAGE).and_then(preferred);
        Ok(Language(in_address.or_else(in_cookie).or_else(accepted).unwrap_or(Lang::Vi)))
    }
}

fn named<'a>(pairs: impl Iterator<Item = &'a str>, name: &str) -> Option<Lang> {
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(one, _)| *one == name)
        .and_then(|(_, v)| of(v))
}

fn of(tag: &str) -> Option<Lang> {
    match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
        "vi" => Some(Lang::Vi),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The one of our languages with the highest weight; the first of equals.
fn preferred(header: &str) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    for range in header.split(',').take(20) {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight =
            parameters.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(1.0);
        if let Some(lang) = of(tag)
            && best.is_none_or(|(most, _)| weight > most)
        {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_of_our_languages_is_preferred() {
        for (header, expected) in [
            ("vi", Some(Lang::Vi)),
            ("en-GB,en;q=0.9,vi;q=0.8", Some(Lang::En)),
            ("fr, vi;q=0.5, en;q=0.4", Some(Lang::Vi)),
            ("fr", None),
            ("", None),
            (";;q=,ế", None),
        ] {
            assert_eq!(preferred(header), expected, "{header}");
        }
    }
}
