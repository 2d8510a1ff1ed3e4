//! From a rule as written to one that can be judged, or what is wrong with it.

use std::ops::Range;

use domain::catalogue::Reference;
use domain::codes::{Code as _, Confirmation};
use domain::contribution;
use domain::fact::Decimal;
use domain::time::Grain;
use proto::catalogue::nearest;
use query::Exact;
use toml::Spanned;

use crate::hash;
use crate::rule::{Against, Definition, Measured, On, Rule, Side, written};
use crate::scope::{possible, scope};
use crate::written::{Written, Wrong, unknown};

/// What stands for the number of findings.
const FINDINGS: &str = "findings";

pub(crate) fn compile(rule: &Written, rules: &contribution::Rules) -> Result<Rule, Wrong> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let id = rule.id.get_ref();
    if id.is_empty() || id.len() > 60 || !id.chars().all(plain) {
        let what = "an id is made of a-z, 0-9 and _, at most 60 of them".to_owned();
        return Err((rule.id.span(), what));
    }
    for name in [&rule.vi, &rule.en] {
        if let Err(wrong) = proto::text::check(name.get_ref(), 120) {
            return Err((name.span(), wrong.message));
        }
    }
    let grain = grain(&rule.grain)?;
    let measured = measured(rule, rules)?;
    let counted_in = counted_in(rule, &measured, rules)?;
    let against = against(rule, &measured, rules)?;
    let side = side(rule, &against)?;
    let on = on(&rule.on)?;
    let scope = scope(rule, on, rules)?;
    possible(rule, &measured, grain, on, rules)?;
    let margin = match &rule.margin {
        None => Exact::whole(0),
        Some(text) => {
            let margin = decimal(text)?;
            if margin.is_negative() {
                return Err((text.span(), "a margin is not below zero".into()));
            }
            margin
        }
    };
    let mut rule = Rule {
        id: id.clone(),
        vi: rule.vi.get_ref().clone(),
        en: rule.en.get_ref().clone(),
        measured,
        counted_in,
        side,
        against,
        margin,
        grain,
        scope,
        on,
        definition: Definition(0),
    };
    rule.definition = Definition(hash::short(canonical(&rule).as_bytes()));
    Ok(rule)
}

/// All that decides of a rule, in one text: its names are not part of it, nor the units it is for,
/// so that a rule which is extended to more of them keeps what it said.
fn canonical(rule: &Rule) -> String {
    let measured = match &rule.measured {
        Measured::Figure(of) => written(of),
        Measured::Share(of, over) => format!("{}/{}", written(of), written(over)),
        Measured::Findings(over) => format!("{FINDINGS}/{}", written(over)),
    };
    let times = |times: &Exact| format!("{}/{}", times.numerator(), times.denominator());
    let against = match &rule.against {
        Against::Number(number) => times(number),
        Against::Target => "target".into(),
        Against::Other(of, by) => format!("{} * {}", written(of), times(by)),
        Against::Earlier(back, by) => format!("-{back} * {}", times(by)),
    };
    let (side, on, grain) = (rule.side, rule.on, rule.grain.name());
    format!("{measured} {side:?} {against} ~{} {grain} {on:?}", times(&rule.margin))
}

fn grain(name: &Spanned<String>) -> Result<Grain, Wrong> {
    let known = Grain::ALL.map(Grain::name);
    Grain::named(name.get_ref()).ok_or_else(|| unknown("grain", name, &known))
}

fn measured(rule: &Written, rules: &contribution::Rules) -> Result<Measured, Wrong> {
    let filter = rule.filter.as_ref().map(|one| one.get_ref().clone()).unwrap_or_default();
    let over = rule.over.as_ref().map(|over| reference(over, rules)).transpose()?;
    if rule.indicator.get_ref() == FINDINGS {
        if let Some(filter) = &rule.filter {
            return Err((filter.span(), "findings are not broken down; leave `where` out".into()));
        }
        return over.map(Measured::Findings).ok_or_else(|| {
            let what = "findings are held against something: add `over = { indicator = … }`";
            (rule.indicator.span(), what.to_owned())
        });
    }
    let of = Reference { indicator: rule.indicator.get_ref().clone(), filter };
    let by = rule.filter.as_ref().map_or(rule.indicator.span(), Spanned::span);
    check(&of, (rule.indicator.span(), by), rules)?;
    Ok(match over {
        None => Measured::Figure(of),
        Some(over) => Measured::Share(of, over),
    })
}

fn reference(of: &Spanned<Reference>, rules: &contribution::Rules) -> Result<Reference, Wrong> {
    check(of.get_ref(), (of.span(), of.span()), rules)?;
    Ok(of.get_ref().clone())
}

/// The indicator is there, and can be broken down like that; where both are written.
fn check(
    of: &Reference,
    (at, by_at): (Range<usize>, Range<usize>),
    rules: &contribution::Rules,
) -> Result<(), Wrong> {
    let Some(indicator) = rules.plan.indicator(&of.indicator) else {
        let known = rules.plan.indicators().iter().map(|one| &*one.definition.id);
        let near = nearest(&of.indicator, known);
        let mut what = format!("there is no indicator \"{}\"", of.indicator);
        match near {
            Some(near) => what.push_str(&format!("; did you mean \"{near}\"?")),
            None => what.push_str("; `tonghop indicators` lists them"),
        }
        return Err((at, what));
    };
    for (name, codes) in &of.filter {
        let by = indicator.kept.iter().flat_map(|kept| &kept.by);
        let mut names: Vec<&str> = by.clone().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        let Some((_, known)) = by.clone().find(|(known, _)| known == name) else {
            let what = format!(
                "{} is not broken down by \"{name}\"; it is by: {}",
                of.indicator,
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
            );
            return Err((by_at, what));
        };
        if let Some(code) = codes.iter().find(|code| !known.contains(&code.as_str())) {
            let near = nearest(code, known.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            let what =
                format!("{name} has no code \"{code}\"{near}; known are {}", known.join(", "));
            return Err((by_at, what));
        }
    }
    Ok(())
}

/// What the author thinks the values are counted in has to be what they are.
fn counted_in(
    rule: &Written,
    measured: &Measured,
    rules: &contribution::Rules,
) -> Result<String, Wrong> {
    let is = match measured {
        Measured::Figure(of) => unit_of(of, rules),
        Measured::Share(..) | Measured::Findings(_) => "percent".to_owned(),
    };
    let said = rule.counted_in.get_ref();
    if *said != is {
        let what = format!(
            "`counted_in` says \"{said}\", but {} is counted in \"{is}\": write that, and the \
             numbers in it",
            rule.indicator.get_ref()
        );
        return Err((rule.counted_in.span(), what));
    }
    Ok(is)
}

fn unit_of(of: &Reference, rules: &contribution::Rules) -> String {
    let found = rules.plan.indicator(&of.indicator);
    found.map_or_else(String::new, |one| one.definition.counted_in.clone())
}

fn against(
    rule: &Written,
    measured: &Measured,
    rules: &contribution::Rules,
) -> Result<Against, Wrong> {
    let target = rule.target.as_ref().filter(|target| *target.get_ref());
    let count = usize::from(rule.number.is_some())
        + usize::from(target.is_some())
        + usize::from(rule.other.is_some())
        + usize::from(rule.earlier.is_some());
    if count != 1 {
        let what = "it is held against one thing: `number`, `target = true`, `other` or `earlier`";
        return Err((rule.id.span(), what.into()));
    }
    let times = rule.times.as_ref().map(decimal).transpose()?;
    let by = times.unwrap_or(Exact::whole(1));
    if let Some(number) = &rule.number {
        no_times(rule)?;
        return Ok(Against::Number(decimal(number)?));
    }
    if let Some(target) = target {
        no_times(rule)?;
        let whole = matches!(measured, Measured::Figure(of) if of.filter.is_empty());
        if !whole {
            let what = "targets are set for whole indicators; leave `where` and `over` out";
            return Err((target.span(), what.into()));
        }
        return Ok(Against::Target);
    }
    if let Some(other) = &rule.other {
        let of = reference(other, rules)?;
        let (theirs, ours) = (unit_of(&of, rules), rule.counted_in.get_ref());
        // Houses may be held against households: what is counted one by one compares.
        let money = |unit: &str| matches!(unit, "vnd" | "percent" | "percentage_point");
        if theirs != *ours && (money(&theirs) || money(ours)) {
            let what = format!(
                "{} is counted in \"{theirs}\", {} in \"{ours}\": they do not compare",
                of.indicator,
                rule.indicator.get_ref()
            );
            return Err((other.span(), what));
        }
        return Ok(Against::Other(of, by));
    }
    let earlier = rule.earlier.as_ref().expect("one of the four is there");
    if !(1..=120).contains(earlier.get_ref()) {
        return Err((earlier.span(), "`earlier` is from 1 to 120 periods".into()));
    }
    Ok(Against::Earlier(*earlier.get_ref(), by))
}

fn no_times(rule: &Written) -> Result<(), Wrong> {
    match &rule.times {
        None => Ok(()),
        Some(times) => Err((times.span(), "`times` goes with `other` and `earlier` only".into())),
    }
}

fn side(rule: &Written, against: &Against) -> Result<Side, Wrong> {
    let known = ["at_least", "above", "at_most", "below"];
    match (&rule.is, against) {
        (None, Against::Target) => Ok(Side::OfTarget),
        (None, _) => {
            let what = format!("`is` is missing: one of {}", known.join(", "));
            Err((rule.id.span(), what))
        }
        (Some(is), _) => match is.get_ref().as_str() {
            "at_least" => Ok(Side::AtLeast),
            "above" => Ok(Side::Above),
            "at_most" => Ok(Side::AtMost),
            "below" => Ok(Side::Below),
            _ => Err(unknown("side", is, &known)),
        },
    }
}

fn on(on: &Spanned<String>) -> Result<On, Wrong> {
    if on.get_ref() == "running" {
        return Ok(On::Running);
    }
    let levels = [Confirmation::Estimate, Confirmation::Preliminary, Confirmation::Official];
    let found = levels.into_iter().find(|level| level.code() == on.get_ref());
    found.map(On::Closed).ok_or_else(|| {
        unknown("time to judge", on, &["running", "estimate", "preliminary", "official"])
    })
}

fn decimal(text: &Spanned<String>) -> Result<Exact, Wrong> {
    let read: Option<Decimal> = text.get_ref().parse().ok();
    read.and_then(query::exact).ok_or_else(|| {
        let what = format!(
            "\"{}\" is no number: digits with a point, such as \"10\" or \"2.5\"",
            text.get_ref()
        );
        (text.span(), what)
    })
}
