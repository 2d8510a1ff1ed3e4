//! What things are called on screen, from the catalogue's labels; the code itself where it has
//! none.

use domain::codes::Standing;
use domain::codes::{Code, Confirmation, Qualifier};
use domain::finding::{Reason, Treatment};
use domain::time::Period;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use proto::plausible::Plausible;

use crate::lang::pick;

fn catalogue() -> &'static Catalogue {
    Catalogue::embedded()
}

/// The name of an indicator.
pub fn indicator(lang: Lang, id: &str) -> String {
    catalogue().name(id, lang).unwrap_or(id).to_owned()
}

/// What an indicator's values are counted in.
pub fn counted_in(lang: Lang, id: &str) -> String {
    let code = counted_in_code(id);
    catalogue().counted_in(&code, lang).map_or(code.clone(), str::to_owned)
}

/// The code of what an indicator's values are counted in.
pub fn counted_in_code(id: &str) -> String {
    catalogue().definition(id).map_or_else(String::new, |one| one.counted_in.clone())
}

/// The name of a code.
pub fn code(lang: Lang, attribute: &str, code: &str) -> String {
    catalogue().label(attribute, code, lang).unwrap_or(code).to_owned()
}

/// The title of a period.
pub fn period(lang: Lang, name: &str) -> String {
    match name.parse::<Period>() {
        Ok(period) => catalogue().title(period, lang),
        Err(_) => name.to_owned(),
    }
}

/// The name of a row of the movement table; `opening` and `closing` are rows, too.
pub fn movement(lang: Lang, class: &str, row: &str) -> String {
    let class = Standing::of(class).unwrap_or(Standing::Poor);
    let entry = catalogue().movements().iter().find(|entry| entry.row == row);
    entry.map_or(row, |entry| entry.name(class, lang)).to_owned()
}

/// What has to be said with a value.
pub fn mark(lang: Lang, mark: &str) -> String {
    if mark == "allocated" {
        let text = pick(lang, "phân bổ theo đơn vị kế tiếp mặc định", "allocated by default");
        return text.to_owned();
    }
    if let Some(rule) = mark.strip_prefix(crate::IMPLAUSIBLE) {
        return format!(
            "{}: {}",
            pick(lang, "không hợp lý", "implausible"),
            implausible(lang, rule)
        );
    }
    if let Some(day) = mark.strip_prefix(crate::BASE) {
        let day = crate::lang::date(lang, day);
        return format!("{} {day}", pick(lang, "mẫu số của ngày", "denominator of"));
    }
    if mark == crate::WIDER {
        return pick(lang, "gồm cả nơi khác", "also holds other places").to_owned();
    }
    let attribute =
        if Qualifier::of(mark).is_some() { Qualifier::ATTRIBUTE } else { Confirmation::ATTRIBUTE };
    code(lang, attribute, mark)
}

/// The word that stands where a value is hidden.
pub fn hidden(lang: Lang) -> &'static str {
    pick(lang, "ẩn", "hidden")
}

/// What a rule on figures says is wrong.
pub fn implausible(lang: Lang, rule: &str) -> String {
    Plausible::embedded().rule(rule).map_or(rule, |rule| rule.name(lang)).to_owned()
}

/// The bound that a figure passes, with whose figure that is.
pub fn bound(lang: Lang, one: &crate::Implausible) -> String {
    let number = match one.bound.parse() {
        Ok(bound) => crate::lang::stated(lang, bound),
        Err(_) => one.bound.clone(),
    };
    let unit = one.bound_unit.as_ref().map(|key| name(lang, key));
    let indicator = one.bound_indicator.as_ref().map(|id| indicator(lang, id));
    match unit.or(indicator) {
        Some(of) => format!("{number} ({of})"),
        None => number,
    }
}

/// What to do about a figure that a rule says cannot be.
pub fn implausible_remedy(lang: Lang, rule: &str) -> String {
    Plausible::embedded().rule(rule).map_or("", |rule| rule.remedy(lang)).to_owned()
}

/// Why there is no value.
pub fn missing(lang: Lang, why: &str) -> String {
    if let Some(min) = why.strip_prefix(crate::HIDDEN) {
        return match lang {
            Lang::Vi => format!("ẩn: dưới {min} hộ"),
            Lang::En => format!("hidden: fewer than {min} households"),
        };
    }
    let text = match why {
        "not_stated" => pick(lang, "chưa có số liệu", "not stated"),
        "no_denominator" => pick(lang, "chưa có mẫu số", "no denominator known"),
        "no_numerator" => pick(lang, "chưa có tử số", "no numerator known"),
        "not_reported" => pick(lang, "chưa có báo cáo", "not reported"),
        "not_kept" => pick(lang, "không phân tổ được như vậy", "not broken down like that"),
        "needs_timelines" => pick(lang, "cần đếm trên từng hộ", "needs single households"),
        "beyond_range" => pick(lang, "vượt phạm vi số", "beyond the range of numbers"),
        other => other,
    };
    text.to_owned()
}

fn reason(code: &str) -> Option<Reason> {
    Reason::ALL.into_iter().find(|reason| reason.code() == code)
}

/// The name of a finding's reason.
pub fn finding(lang: Lang, code: &str) -> String {
    reason(code).map_or(code, |reason| catalogue().finding(reason, lang)).to_owned()
}

/// The reason of a finding with the bound that was passed, where it is that.
pub fn found(lang: Lang, code: &str, bound: Option<&crate::PassedBound>) -> String {
    let name = finding(lang, code);
    let Some(crate::PassedBound { field, most }) = bound else { return name };
    let most = crate::lang::whole(lang, i128::from(*most));
    match lang {
        Lang::Vi => format!("{name} ({field}: nhiều nhất {most})"),
        Lang::En => format!("{name} ({field}: at most {most})"),
    }
}

/// What to do about a finding.
pub fn finding_remedy(lang: Lang, code: &str) -> String {
    reason(code).map_or("", |reason| catalogue().todo(reason, lang)).to_owned()
}

/// Whether facts with a finding of this reason are counted.
pub fn treatment_of(lang: Lang, code: &str) -> String {
    reason(code).map_or("", |one| catalogue().treatment(one.treatment(), lang)).to_owned()
}

/// The name of `noted` or `held`.
pub fn treatment(lang: Lang, code: &str) -> String {
    let treatment = if code == "held" { Treatment::Held } else { Treatment::Noted };
    catalogue().treatment(treatment, lang).to_owned()
}

/// The name of a reason for refusing a line.
pub fn rejection(lang: Lang, code: &str) -> String {
    let reason = proto::reject::Reason::ALL.iter().find(|reason| reason.code() == code);
    reason.map_or(code, |reason| catalogue().rejection(*reason, lang)).to_owned()
}

/// What a unit is called, or its key if there is none like that.
pub fn name(lang: Lang, key: &str) -> String {
    let gazetteer = Gazetteer::embedded();
    gazetteer
        .unit(key)
        .map_or_else(|| key.to_owned(), |unit| gazetteer.name(unit, lang).into_owned())
}
