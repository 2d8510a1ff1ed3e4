//! The indicators: read one by one, checked against each other, compiled.

use domain::catalogue::{Catalogue, Combine, Definition, Filter, Measure, Reference, Side};
use domain::plan::{Indicator, Plan};

use super::labels::Labels;
use super::suggest::{nearest, suggested};
use super::{Defect, entries};

const FILE: &str = "indicators.toml";

/// Reads, checks and compiles the file. What values are counted in is checked when the names are
/// there.
pub(super) fn read(text: &str, labels: Option<&Labels>) -> Result<Plan, Vec<Defect>> {
    let mut catalogue = Catalogue::default();
    let take = |_: &str, one: Definition| catalogue.indicator.push(one);
    let mut defects = entries(FILE, text, &[("indicator", "id")], take);
    let ids: Vec<_> = catalogue.indicator.iter().map(|one| one.id.as_str()).collect();
    let defect =
        |id: &str, what: String| Defect { file: FILE, entry: format!("indicator {id}"), what };
    for definition in &catalogue.indicator {
        let wrong = words(definition).or_else(|| combination(definition));
        let wrong = wrong.or_else(|| counted_in(definition, labels?));
        defects.extend(wrong.map(|what| defect(&definition.id, what)));
    }
    let plan = match Plan::compile(&catalogue) {
        Ok(plan) => plan,
        Err(errors) => {
            let say = |one: domain::plan::CatalogueError| {
                defect(&one.indicator, suggested(&one.what, &ids))
            };
            defects.extend(errors.into_iter().map(say));
            return Err(defects);
        }
    };
    for indicator in plan.indicators() {
        let wrong = references(&plan, indicator);
        defects.extend(wrong.map(|what| defect(&indicator.definition.id, what)));
    }
    if defects.is_empty() { Ok(plan) } else { Err(defects) }
}

fn words(definition: &Definition) -> Option<String> {
    for (key, text) in [("vi", &definition.vi), ("en", &definition.en)] {
        if let Err(wrong) = crate::text::check(text, 120) {
            return Some(format!("{key}: {}", wrong.message));
        }
    }
    None
}

/// What an indicator is decides how children make their parent.
fn combination(definition: &Definition) -> Option<String> {
    use Combine::*;
    let allowed: &[Combine] = match &definition.measure {
        // What a unit has for itself does not add up.
        Measure::Flow { side: Side::Received | Side::HandedOn, .. } => &[Own],
        Measure::Flow { side: Side::Both, .. }
        | Measure::Distinct { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Communes { .. } => &[Sum],
        Measure::Balance { .. } => &[Sum, Own],
        Measure::Reduction { .. } => &[Sum, Recompute],
        Measure::Ratio { .. } | Measure::Codes { .. } => &[Recompute],
        Measure::Census {} | Measure::External {} | Measure::Plan {} => &[Own, OwnElseChildren],
        Measure::ChildrenBehind { .. } => &[Own],
    };
    let fits = allowed.contains(&definition.combine);
    (!fits).then(|| format!("combine = {:?} does not fit its measure", definition.combine))
}

fn counted_in(definition: &Definition, labels: &Labels) -> Option<String> {
    let name = definition.counted_in.as_str();
    if labels.counted_in().any(|one| one == name) {
        return None;
    }
    let near = nearest(name, labels.counted_in());
    let hint = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
    Some(format!("nothing is counted in \"{name}\"; add it to codes.toml{hint}"))
}

/// A reference may only ask for what the indicator it names can answer.
fn references(plan: &Plan, indicator: &Indicator) -> Option<String> {
    match &indicator.definition.measure {
        Measure::Ratio { numerator, denominator } => {
            answerable(plan, numerator, None).or_else(|| answerable(plan, denominator, None))
        }
        Measure::Balance { of, less } => {
            answerable(plan, of, None).or_else(|| answerable(plan, less, None))
        }
        Measure::Reduction { of } | Measure::Communes { of } => answerable(plan, of, None),
        Measure::Codes { of, attribute } => answerable(plan, of, Some(attribute)),
        Measure::Flow { .. }
        | Measure::Distinct { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::ChildrenBehind { .. }
        | Measure::Plan {} => None,
    }
}

fn answerable(plan: &Plan, reference: &Reference, more: Option<&String>) -> Option<String> {
    let id = &reference.indicator;
    let kept = &plan.indicator(id)?.kept;
    let asked: Vec<&str> = reference.filter.keys().chain(more).map(String::as_str).collect();
    let told = |name: &&str| kept.iter().any(|block| block.by.iter().any(|(one, _)| one == name));
    if let Some(name) = asked.iter().find(|name| !told(name)) {
        let known: Vec<_> =
            kept.iter().flat_map(|block| block.by.iter().map(|(name, _)| *name)).collect();
        let hint = nearest(name, known.iter().copied());
        let hint = hint.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        return Some(format!("{id} is not broken down by \"{name}\"{hint}"));
    }
    unknown_code(kept, &reference.filter)
}

fn unknown_code(kept: &[domain::plan::Kept], filter: &Filter) -> Option<String> {
    for (name, codes) in filter {
        let all = kept.iter().flat_map(|block| &block.by).find(|(one, _)| one == name);
        let (_, known) = all?;
        if let Some(code) = codes.iter().find(|code| !known.contains(&code.as_str())) {
            let what = format!("there is no {name} \"{code}\"; known are {}", known.join(", "));
            return Some(suggested(&what, &[]));
        }
    }
    None
}
