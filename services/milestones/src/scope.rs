//! For which units a rule is, and whether its figure can be told there at all.

use domain::atlas::{Generation, Level};
use domain::catalogue::{Measure, Reference};
use domain::contribution;
use domain::time::Grain;

use crate::meter::terms;
use crate::rule::{Measured, On, Scope};
use crate::written::{Written, Wrong, unknown};

pub(crate) fn scope(rule: &Written, on: On, rules: &contribution::Rules) -> Result<Scope, Wrong> {
    let level_names = ["commune", "district", "province", "nation"];
    let mut levels = Vec::new();
    for name in rule.levels.get_ref() {
        levels.push(match name.get_ref().as_str() {
            "commune" => Level::Commune,
            "district" => Level::District,
            "province" => Level::Province,
            "nation" if on == On::Running => {
                let what = "the nation is judged on closed figures only, because no one program \
                            need have all of it: write `on = \"official\"`";
                return Err((name.span(), what.into()));
            }
            "nation" => Level::Nation,
            _ => return Err(unknown("level", name, &level_names)),
        });
    }
    if levels.is_empty() {
        let what = format!("`levels` names none of {}", level_names.join(", "));
        return Err((rule.levels.span(), what));
    }
    let generation_names = ["earlier", "legacy", "new"];
    let mut generations = Vec::new();
    for name in rule.generations.as_deref().unwrap_or_default() {
        generations.push(match name.get_ref().as_str() {
            "earlier" => Generation::Earlier,
            "legacy" => Generation::Legacy,
            "new" => Generation::New,
            _ => return Err(unknown("generation", name, &generation_names)),
        });
    }
    if rule.generations.is_none() {
        generations = vec![Generation::Earlier, Generation::Legacy, Generation::New];
    }
    let atlas = &rules.atlas;
    let mut within = Vec::new();
    for key in &rule.within {
        let found = atlas.units().find(|unit| atlas.record(*unit).key == *key.get_ref());
        let unit = found.ok_or_else(|| {
            let what = format!(
                "there is no unit \"{}\"; `tonghop units` finds units by name",
                key.get_ref()
            );
            (key.span(), what)
        })?;
        within.push(unit);
    }
    let scope = Scope { levels, generations, within };
    if !atlas.units().any(|unit| scope.holds(atlas, unit)) {
        let what = "no unit has such a level and generation within there: districts ended with \
                    the legacy generation";
        return Err((rule.levels.span(), what.into()));
    }
    Ok(scope)
}

/// Whether the figure can be told at all, of such periods and as it runs.
pub(crate) fn possible(
    rule: &Written,
    measured: &Measured,
    grain: Grain,
    on: On,
    rules: &contribution::Rules,
) -> Result<(), Wrong> {
    if on != On::Running {
        return Ok(());
    }
    let parts: Vec<&Reference> = match measured {
        Measured::Findings(_) => {
            let what = "findings are counted when figures are closed: write `on = \"official\"`";
            return Err((rule.on.span(), what.into()));
        }
        Measured::Figure(of) => vec![of],
        Measured::Share(of, over) => vec![of, over],
    };
    for of in parts {
        let indicator = rules.plan.indicator(&of.indicator).expect("it was checked");
        let Measure::Distinct { grains, .. } = &indicator.definition.measure else { continue };
        if terms(rules, of, grain).is_none() {
            let kept = match grains.is_empty() {
                true => "for no periods".to_owned(),
                false => format!("for {} and the breakdowns of the catalogue", grains.join(", ")),
            };
            let what = format!(
                "{} counts different households, which is kept while it runs {kept} only: choose \
                 among them, or `on = \"official\"`",
                of.indicator
            );
            return Err((rule.grain.span(), what));
        }
    }
    Ok(())
}
