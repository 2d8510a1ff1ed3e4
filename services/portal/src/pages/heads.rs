//! The headline figures of a unit, each with its change and what has to be said with it.

use query::labels;

use super::number::{self, Shown};
use super::stock::Stock;
use super::target::Version;
use super::view::View;

/// One headline figure.
pub(super) struct Head {
    pub(super) id: &'static str,
    pub(super) href: String,
    /// Where the figure comes from.
    pub(super) why: String,
    pub(super) name: String,
    pub(super) shown: Shown,
    /// How much it changed, and since when.
    pub(super) change: String,
    pub(super) since: String,
    pub(super) note: String,
}

/// The headline figures of a unit: stocks first, then what was done.
pub(super) fn heads(view: &View<'_>, poor: &Stock, target: Option<&Version>) -> Vec<Head> {
    let (lang, t) = (view.lang, view.t);
    let head = |id: &'static str, shown: Shown, change: String, since: String, note: String| Head {
        id,
        href: view.href(view.unit, &format!("/i/{id}")),
        why: view.explain(view.unit, id),
        name: labels::indicator(lang, id),
        note: if note.is_empty() && !shown.missing.is_empty() {
            shown.missing.clone()
        } else {
            [note, shown.marks.join("; ")]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("; ")
        },
        shown,
        change,
        since,
    };
    let stock = |id: &'static str, stock: &Stock| {
        // Who was there when the list was opened is no change, and no zero of one.
        let change = stock.net().filter(|net| *net != 0 || stock.before.is_some());
        let (since, note) = match change {
            Some(_) => (stock.since(view), String::new()),
            None => (String::new(), stock.since(view)),
        };
        let change = change.map_or_else(String::new, |net| number::signed(lang, net));
        head(id, stock.shown.clone(), change, since, note)
    };
    let near = Stock::of(view, view.unit, "near_poor_households");
    let mut heads = vec![stock("poor_households", poor), stock("near_poor_households", &near)];
    let rate = view.figure(view.unit, "poverty_rate", view.time);
    let change = view.change(view.unit, "poverty_rate", &rate.value);
    let shown = Shown::of(lang, "poverty_rate", &rate);
    let parts = shown.parts.clone();
    heads.push(head("poverty_rate", shown, change, String::new(), parts));
    match target {
        Some(version) => {
            let shown = Shown {
                number: if version.attained.is_empty() {
                    "…".into()
                } else {
                    version.attained.clone()
                },
                unit: "%".to_owned(),
                ..Shown::default()
            };
            let note = format!(
                "{}/{} {}, {}",
                version.done, version.value, t.households_short, version.on
            );
            let mut one =
                head("poor_households_reduction", shown, String::new(), String::new(), note);
            one.name = match lang {
                proto::gazetteer::Lang::Vi => "Chỉ tiêu giảm, đạt".to_owned(),
                proto::gazetteer::Lang::En => "Target attained".to_owned(),
            };
            heads.push(one);
        }
        None => heads.push(counted(view, "newly_escaped_households")),
    }
    heads.push(loans(view));
    heads.push(counted(view, "houses_completed"));
    heads
}

/// A figure with its change from the period before.
fn counted(view: &View<'_>, id: &'static str) -> Head {
    let figure = view.figure(view.unit, id, view.time);
    let change = view.change(view.unit, id, &figure.value);
    let shown = Shown::of(view.lang, id, &figure);
    Head {
        id,
        href: view.href(view.unit, &format!("/i/{id}")),
        why: view.explain(view.unit, id),
        name: labels::indicator(view.lang, id),
        note: if shown.missing.is_empty() { shown.marks.join("; ") } else { shown.missing.clone() },
        since: if change.is_empty() {
            String::new()
        } else {
            query::lang::pick(view.lang, "so kỳ trước", "on the period before").to_owned()
        },
        shown,
        change,
    }
}

fn loans(view: &View<'_>) -> Head {
    let mut head = counted(view, "loan_households");
    if view.is_heavy(view.unit, "loan_amount") {
        return head;
    }
    let amount = view.figure(view.unit, "loan_amount", view.time);
    head.note = Shown::of(view.lang, "loan_amount", &amount).full();
    head
}
