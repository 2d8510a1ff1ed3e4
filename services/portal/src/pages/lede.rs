//! Where a unit stands, in whole sentences: never more than its figures say.

use domain::figures::Value;
use domain::household::MovementRow;
use domain::movements::{Heads, MovementTable};
use proto::gazetteer::Lang::{self, En, Vi};
use query::labels;

use super::number;
use super::stock::Stock;
use super::target::Version;
use super::view::View;

/// What a period did to the number of poor households, in a few words: a title.
pub(super) fn headline(lang: Lang, stock: &Stock) -> String {
    let Some(closing) = stock.closing else { return stock.shown.missing.clone() };
    let (left, change) = (number::whole(lang, closing), change(lang, stock, None));
    let of = stock.communes.map(|of| format!(" ({})", query::written::lists(lang, of)));
    let of = of.unwrap_or_default();
    match lang {
        Vi => format!("{left} hộ nghèo{of}, {change}"),
        En => format!("{left} poor households{of}, {change}"),
    }
}

/// `giảm 40 hộ trong năm 2025`, with what has to be said of households that were written on a list
/// when it was opened: they are no change. A title leaves the period out where it can.
fn change(lang: Lang, stock: &Stock, period: Option<&str>) -> String {
    let net = stock.net().unwrap_or(0);
    let by = number::whole(lang, net.abs());
    let registered = number::whole(lang, stock.registered);
    let within = match lang {
        Vi => period.map_or_else(String::new, |period| format!(" trong {period}")),
        // An English sentence begins with it.
        En => String::new(),
    };
    let change = match (lang, net.signum()) {
        (Vi, 0) => "không đổi".to_owned(),
        (En, 0) => "unchanged".to_owned(),
        (Vi, 1) => format!("tăng {by} hộ"),
        (En, 1) => format!("{by} more"),
        (Vi, _) => format!("giảm {by} hộ"),
        (En, _) => format!("{by} fewer"),
    };
    if stock.registered == 0 {
        return format!("{change}{within}");
    }
    let first = match lang {
        Vi => format!("ghi sổ lần đầu trong {}", period.unwrap_or("kỳ")),
        En => "first registered in the period".to_owned(),
    };
    match (lang, stock.before, net) {
        (Vi, None, 0) => format!("đều {first}"),
        (En, None, 0) => format!("all {first}"),
        (Vi, None, _) => format!("{change} so với {registered} hộ {first}"),
        (En, None, _) => format!("{change} than the {registered} {first}"),
        (Vi, Some(_), _) => format!("{change}, không kể {registered} hộ {first}"),
        (En, Some(_), _) => format!("{change}, not counting {registered} {first}"),
    }
}

/// Where the unit stands, in one or two whole sentences.
pub(super) fn lede(
    view: &View<'_>,
    name: &str,
    flow: &MovementTable,
    stock: &Stock,
    target: Option<&Version>,
) -> String {
    let lang = view.lang;
    let Some(closing) = stock.closing else {
        return match (lang, view.is_told_of(view.unit)) {
            (Vi, false) => format!("Chưa có dữ kiện nào của {name}."),
            (En, false) => format!("{name}: no facts yet."),
            (Vi, true) => format!("{name}: chưa có xã nào lập danh sách hộ."),
            (En, true) => format!("{name}: no commune has opened a list of households."),
        };
    };
    let left = number::whole(lang, closing);
    let period = view.title().to_lowercase();
    let is_move = |(row, heads): &&(MovementRow, Heads)| {
        *row != MovementRow::Registered && heads.households != 0
    };
    let is_still = !flow.rows.iter().any(|one| is_move(&one));
    // A rate whose denominator only some of the units told is no sentence about the whole.
    let figure = view.figure(view.unit, "poverty_rate", view.time);
    let rate = match (figure.value, figure.marks.children) {
        (Value::Ratio(_, _), Some((told, all))) if told < all => String::new(),
        (Value::Ratio(_, _), _) if figure.marks.communes.is_some() => String::new(),
        (Value::Ratio(n, d), _) => format!(" ({}\u{a0}%)", number::share(lang, n, d)),
        (_, _) => String::new(),
    };
    // Nor is a count of some lists: how many there are comes first.
    let where_from = stock.communes.map(|of| query::written::lists(lang, of));
    let who = match (lang, &where_from) {
        (_, None) => name.to_owned(),
        (Vi, Some(lists)) => format!("{name} mới có {lists}: trên đó"),
        (En, Some(lists)) => format!("{name}, on {lists}"),
    };
    let (change, net) = (change(lang, stock, Some(&period)), stock.net().unwrap_or(0));
    let first = match lang {
        Vi if is_still && stock.registered == 0 => format!(
            "{who} có {left} hộ nghèo{rate}; trong {period} chưa ghi nhận hộ nào thoát nghèo hoặc \
             nghèo mới."
        ),
        En if is_still && stock.registered == 0 => format!(
            "{who}, {period}: {left} poor households{rate}; none is recorded to have left or \
             entered poverty."
        ),
        Vi if net < 0 => format!("{who} còn {left} hộ nghèo{rate}, {change}."),
        Vi => format!("{who} có {left} hộ nghèo{rate}, {change}."),
        En => format!("{who}, {period}: {left} poor households{rate}, {change}."),
    };
    let Some(target) = target.filter(|version| !version.attained.is_empty()) else { return first };
    let year = labels::period(lang, &target.period.to_string());
    let (value, attained) = (&target.value, &target.attained);
    let second = match lang {
        Vi if is_still => format!("Chỉ tiêu của {year} là giảm {value} hộ."),
        En if is_still => format!("The target for {year} is a fall of {value} households."),
        Vi => format!("Như vậy đạt {attained}\u{a0}% chỉ tiêu giảm {value} hộ của {year}."),
        En => format!(
            "This is {attained}\u{a0}% of the target for {year}, a fall of {value} households."
        ),
    };
    format!("{first} {second}")
}
