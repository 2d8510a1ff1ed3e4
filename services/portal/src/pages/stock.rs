//! A stock of households over a time: what it was before, who was on the lists when they were
//! opened, and what it is.

use domain::atlas::Unit;
use domain::figures::Time;
use query::lang as written;

use super::number::{self, Shown};
use super::view::View;

/// A stock at the end of a time, and on the day before it.
pub(crate) struct Stock {
    /// On the last day before; none where no list was open then.
    pub(crate) before: Option<i128>,
    /// How many were written on the lists when these were opened within the time: they did not
    /// come in it.
    pub(crate) registered: i128,
    /// On the last day; none where nobody knows.
    pub(crate) closing: Option<i128>,
    /// The closing as it is shown.
    pub(crate) shown: Shown,
    /// On the lists of so many communes of all, where some have not opened theirs.
    pub(crate) communes: Option<(u32, u32)>,
}

impl Stock {
    /// A stock that has a fall: poor or near-poor households.
    pub(crate) fn of(view: &View<'_>, unit: Unit, indicator: &str) -> Stock {
        let figure = view.figure(unit, indicator, view.time);
        let first = view.days().0;
        let last = first.previous();
        let before = view.figure(unit, indicator, Time::Days(last.min(first), last)).as_whole();
        let before = before.filter(|_| last < first);
        let closing = figure.as_whole();
        let fell = view.figure(unit, &format!("{indicator}_reduction"), view.time).as_whole();
        let opened = closing.zip(fell).map(|(closing, fell)| closing + fell);
        let registered = opened.map_or(0, |opened| opened - before.unwrap_or(0));
        let shown = Shown::of(view.lang, indicator, &figure);
        Stock { before, registered, closing, shown, communes: figure.marks.communes }
    }

    /// How much came and went; those who were there when the list was opened did neither.
    pub(crate) fn net(&self) -> Option<i128> {
        Some(self.closing? - self.before.unwrap_or(0) - self.registered)
    }

    /// The opening as a table has it: `1.040`, with who was written on lists within the time:
    /// `1.040 + 759`.
    pub(crate) fn opening(&self, view: &View<'_>) -> String {
        let before = self.before.map(|before| number::whole(view.lang, before));
        match (before, self.registered) {
            (None, 0) => "…".to_owned(),
            (Some(before), 0) => before,
            (None, more) => format!("+\u{a0}{}", number::whole(view.lang, more)),
            (Some(before), more) => {
                format!("{before}\u{a0}+\u{a0}{}", number::whole(view.lang, more))
            }
        }
    }

    /// The net change as a table has it.
    pub(crate) fn net_text(&self, view: &View<'_>) -> String {
        self.net().map_or_else(|| "…".to_owned(), |net| number::signed(view.lang, net))
    }

    /// What the change is from: `so đầu kỳ 1.040; ghi sổ lần đầu trong kỳ: 759`.
    pub(crate) fn since(&self, view: &View<'_>) -> String {
        let lang = view.lang;
        if self.closing.is_none() {
            return String::new();
        }
        let opened = self.before.map(|before| {
            let before = number::whole(lang, before);
            match lang {
                proto::gazetteer::Lang::Vi => format!("so đầu kỳ {before}"),
                proto::gazetteer::Lang::En => format!("from {before} at the opening"),
            }
        });
        let registered = (self.registered != 0).then(|| {
            let label = written::pick(lang, "ghi sổ lần đầu trong kỳ", "first registered in it");
            format!("{label}: {}", number::whole(lang, self.registered))
        });
        [opened, registered].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}
