//! A vintage beside now: the unit's headline figures, and every other row that differs.

use auditor::{Cause, Revision, Revisions, Vintage};
use domain::number::rounded;
use proto::gazetteer::Lang;
use query::{labels, lang as numbers, written};

use super::number;
use super::text::fill;
use super::view::View;
use super::words;

/// Rows listed beside the headline figures at most; a file has all.
const OTHERS_MAX: usize = 200;

/// A vintage beside now.
pub(super) struct Revised {
    pub(super) sub: String,
    /// The unit's figures that are not broken down.
    pub(super) heads: Vec<Row>,
    pub(super) others: Vec<Row>,
    pub(super) others_title: String,
    /// Said where there are more than are listed.
    pub(super) others_more: String,
    pub(super) csv: String,
    pub(super) json: String,
    pub(super) identity: Vec<(&'static str, String)>,
}

/// A row that differs.
pub(super) struct Row {
    /// The page that opens the figure.
    pub(super) href: Option<String>,
    pub(super) name: String,
    /// The unit and the breakdown.
    pub(super) of: String,
    pub(super) then: String,
    pub(super) now: String,
    pub(super) change: String,
    pub(super) percent: String,
    pub(super) late: String,
    pub(super) corrected: String,
    pub(super) voided: String,
    pub(super) defined: String,
}

/// What changed since a vintage was closed.
pub(super) fn revised(view: &View<'_>, vintage: &Vintage, found: &Revisions) -> Revised {
    let (lang, w) = (view.lang, words::of(view.lang));
    let whole = |n: u64| number::whole(lang, i128::from(n));
    let own = view.key(view.unit);
    let is_head = |row: &&Revision| row.kind == "figure" && row.unit == own && row.by.is_empty();
    let heads: Vec<Row> = found.rows.iter().filter(is_head).map(|one| row(view, one)).collect();
    let others = found.rows.iter().filter(|one| !is_head(one));
    let all = found.rows.len() - heads.len();
    let level = labels::code(lang, "level", &vintage.head.level);
    let when = written::date(lang, &vintage.head.received);
    let address = |format| {
        let path = "/v1/revisions";
        let href = view
            .ask
            .href(path, &[("period", None), ("from", None), ("to", None), ("boundaries", None)]);
        let mark = if href.contains('?') { '&' } else { '?' };
        format!("{href}{mark}vintage={}&format={format}", found.vintage)
    };
    Revised {
        sub: fill(
            w.revised_sub,
            &[
                &format!("{level}, {when}"),
                &whole(found.then),
                &whole(found.now),
                &whole(found.facts),
                &whole(found.rows.len() as u64),
            ],
        ),
        others: others.take(OTHERS_MAX).map(|one| row(view, one)).collect(),
        others_title: fill(w.others, &[&whole(all as u64)]),
        others_more: if all > OTHERS_MAX {
            fill(w.others_more, &[&whole(OTHERS_MAX as u64)])
        } else {
            String::new()
        },
        heads,
        csv: address("csv"),
        json: address("json"),
        identity: identity(view, vintage),
    }
}

fn identity(view: &View<'_>, vintage: &Vintage) -> Vec<(&'static str, String)> {
    let (t, w, head) = (view.t, words::of(view.lang), &vintage.head);
    vec![
        (t.identifier, head.id.clone()),
        (t.journal, head.journal.clone()),
        (t.position_head, head.position.to_string()),
        (w.digest, vintage.digest().to_string()),
        ("Merkle", head.root.clone()),
        (t.catalogue, head.catalogue.clone()),
        (t.gazetteer, head.gazetteer.clone()),
    ]
}

fn row(view: &View<'_>, one: &Revision) -> Row {
    let lang = view.lang;
    let cause = |causes: &[Cause]| match (one.change, causes) {
        (None, _) => String::new(),
        (Some(_), causes) => {
            let sum: i128 = causes.iter().filter_map(|cause| one.causes.get(cause)).sum();
            number::signed(lang, sum)
        }
    };
    let (name, by) = match one.kind.as_str() {
        "movement" => (labels::movement(lang, &one.of, &one.by), String::new()),
        "finding" => (labels::finding(lang, &one.of), String::new()),
        "target" => (labels::indicator(lang, &one.of), view.t.target.to_owned()),
        _ => (labels::indicator(lang, &one.of), breakdown(lang, &one.by)),
    };
    let unit = view.app.gazetteer.unit(&one.unit);
    let unit_name = unit.map(|unit| view.name(unit)).unwrap_or_default();
    let said = |value: &Option<String>| {
        value.as_deref().map_or_else(|| "–".to_owned(), |text| said(lang, &one.kind, text))
    };
    Row {
        href: (one.kind == "figure").then(|| {
            let path = format!("/u/{}/explain", one.unit);
            let by = Some(one.by.as_str()).filter(|by| !by.is_empty());
            view.ask.href(&path, &[("indicator", Some(&one.of)), ("by", by)])
        }),
        name,
        of: [unit_name, by]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; "),
        percent: percent(lang, one),
        then: said(&one.then),
        now: said(&one.now),
        change: one.change.map_or_else(String::new, |by| number::signed(lang, by)),
        late: cause(&[Cause::Late]),
        corrected: cause(&[Cause::Corrected]),
        voided: cause(&[Cause::Voided]),
        defined: cause(&Cause::BESIDE_FACTS),
    }
}

/// `class=poor;programme=x` in words.
pub(super) fn breakdown(lang: Lang, by: &str) -> String {
    let one = |part: &str| {
        let (name, codes) = part.split_once('=')?;
        let codes: Vec<String> =
            codes.split(',').map(|code| labels::code(lang, name, code)).collect();
        Some(codes.join(", "))
    };
    by.split(';').filter_map(one).collect::<Vec<_>>().join("; ")
}

fn percent(lang: Lang, one: &Revision) -> String {
    let then = one.then.as_deref().and_then(|text| text.split(' ').next()?.parse::<i128>().ok());
    match (one.change, then) {
        (Some(change), Some(then)) if then != 0 => {
            let share = rounded(change * 100, then.abs(), 2);
            number::printed(&numbers::decimal(lang, share, 2))
        }
        (_, _) => String::new(),
    }
}

/// A value as a vintage has it, as people write it.
pub(super) fn said(lang: Lang, kind: &str, text: &str) -> String {
    if matches!(kind, "finding" | "target") {
        return text.to_owned();
    }
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let value = value(lang, first);
    match (kind, words.next()) {
        ("movement", Some(persons)) => format!("{value} / {}", self::value(lang, persons)),
        (_, _) => value,
    }
}

fn value(lang: Lang, text: &str) -> String {
    if let Ok(whole) = text.parse::<i128>() {
        return number::whole(lang, whole);
    }
    let pair = |text: &str| {
        let (n, d) = text.split_once('/')?;
        Some((n.parse::<i128>().ok()?, d.parse::<i128>().ok()?))
    };
    match (pair(text), text.split_once('>')) {
        (Some((n, d)), _) => format!("{}\u{a0}%", number::share(lang, n, d)),
        (None, Some((before, after))) => match (pair(before), pair(after)) {
            (Some(before), Some(after)) => number::points(lang, after, before),
            (_, _) => text.to_owned(),
        },
        (None, None) if text.starts_with('?') => match text[1..].starts_with(query::HIDDEN) {
            true => labels::hidden(lang).to_owned(),
            false => "…".to_owned(),
        },
        (None, None) => match lang {
            Lang::Vi => text.replace('.', ","),
            Lang::En => text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_vintage_are_written_as_people_write_them() {
        for (kind, text, expected) in [
            ("figure", "2342 ", "2.342"),
            ("figure", "2342 allocated", "2.342"),
            ("figure", "2342/19076 11 of 14", "12,28\u{a0}%"),
            ("figure", "?not_stated ", "…"),
            ("figure", "3.68 ", "3,68"),
            ("movement", "2342 9876", "2.342 / 9.876"),
            ("finding", "held 2021-05-20", "held 2021-05-20"),
        ] {
            assert_eq!(said(Lang::Vi, kind, text), expected, "{text}");
        }
    }
}
