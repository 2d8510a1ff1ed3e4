//! Parts of an answer as people read them, whoever shows them.

use proto::gazetteer::Lang;

use crate::{Line, LineValue, When, labels, lang};

pub use crate::labels::name;
pub use crate::lang::date;

/// How a time is titled.
pub fn title(lang: Lang, when: &When) -> String {
    match &when.period {
        Some(period) => labels::period(lang, period),
        None => format!("{} – {}", date(lang, &when.from), date(lang, &when.to)),
    }
}

/// A value as written in a table.
pub fn value(lang: Lang, value: &LineValue) -> String {
    match value {
        LineValue::Whole { value } => lang::whole(lang, i128::from(*value)),
        LineValue::Ratio { numerator, denominator } => {
            lang::percent(lang, i128::from(*numerator), i128::from(*denominator))
        }
        LineValue::Points { before, after } => {
            let wide = |(n, d): (i64, i64)| (i128::from(n), i128::from(d));
            lang::points(lang, wide(*before), wide(*after))
        }
        LineValue::Stated { value } => {
            value.parse().map_or_else(|_| value.clone(), |number| lang::stated(lang, number))
        }
        LineValue::Missing { missing } if missing.starts_with(crate::HIDDEN) => {
            labels::hidden(lang).to_owned()
        }
        LineValue::Missing { .. } => "…".to_owned(),
    }
}

/// Of how many children a figure is.
pub fn complete(lang: Lang, (told, all): (u32, u32)) -> String {
    match lang {
        Lang::Vi => format!("{told} trên {all} đơn vị đủ số liệu"),
        Lang::En => format!("complete in {told} of {all} units"),
    }
}

/// On the lists of how many communes households are counted.
pub fn lists(lang: Lang, (open, all): (u32, u32)) -> String {
    let (open, all) = (lang::whole(lang, open.into()), lang::whole(lang, all.into()));
    match lang {
        Lang::Vi => format!("{open} trên {all} xã đã lập danh sách hộ"),
        Lang::En => format!("lists of {open} of {all} communes"),
    }
}

/// What has to be said with a value.
pub fn remarks(lang: Lang, line: &Line) -> String {
    let mut said: Vec<String> = line.marks.iter().map(|mark| labels::mark(lang, mark)).collect();
    match &line.value {
        LineValue::Missing { missing } => said.push(labels::missing(lang, missing)),
        LineValue::Ratio { numerator, denominator } => said.push(format!(
            "{} / {}",
            lang::whole(lang, i128::from(*numerator)),
            lang::whole(lang, i128::from(*denominator))
        )),
        LineValue::Points { .. } | LineValue::Whole { .. } | LineValue::Stated { .. } => {}
    }
    said.extend(line.children.map(|of| complete(lang, of)));
    said.extend(line.communes.map(|of| lists(lang, of)));
    if !line.reference.is_empty() {
        said.push(line.reference.clone());
    }
    said.join("; ")
}
