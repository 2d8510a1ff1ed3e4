//! Which milestones a subscription wants.

use domain::atlas::Unit;
use proto::gazetteer::Gazetteer;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::{Error, Result};

const UNITS_MAX: usize = 500;
const RULES_MAX: usize = 200;
const RULE_BYTES_MAX: usize = 64;

/// Milestones of these units and all below them, and of these rules; of all where a list is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Keys of units. A unit of today also holds the older ones that it took in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Ids of rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

impl Filter {
    /// Whether it says what it should.
    ///
    /// # Errors
    /// `Refused`.
    pub(crate) fn check(&self) -> Result<()> {
        if self.units.len() > UNITS_MAX {
            return Err(Error::refused("units", "at most 500; name a unit above them"));
        }
        if self.rules.len() > RULES_MAX {
            return Err(Error::refused("rules", "at most 200; leave them out for all"));
        }
        let unknown = self.units.iter().find(|key| Gazetteer::embedded().unit(key).is_none());
        if let Some(key) = unknown {
            let key: String = key.chars().take(64).collect();
            let what = format!("there is no unit {key:?}; `tonghop units NAME` finds keys");
            return Err(Error::refused("units", what));
        }
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_-.".contains(&c);
        let fits =
            |rule: &str| (1..=RULE_BYTES_MAX).contains(&rule.len()) && rule.bytes().all(plain);
        match self.rules.iter().find(|rule| !fits(rule)) {
            Some(rule) => {
                let rule: String = rule.chars().take(64).collect();
                let what = format!("{rule:?} is no rule's id: 1 to 64 of a-z, 0-9, '_', '-', '.'");
                Err(Error::refused("rules", what))
            }
            None => Ok(()),
        }
    }

    /// The same, made ready to be asked often.
    pub(crate) fn wanted(&self) -> Wanted {
        let gazetteer = Gazetteer::embedded();
        let units = self.units.iter().filter_map(|key| gazetteer.unit(key)).collect();
        Wanted { units, all_units: self.units.is_empty(), rules: self.rules.clone() }
    }
}

/// A filter whose units have been looked up.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    units: Vec<Unit>,
    all_units: bool,
    rules: Vec<String>,
}

impl Wanted {
    pub(crate) fn holds(&self, event: &Event) -> bool {
        let by_rule = self.rules.is_empty() || self.rules.contains(&event.rule);
        by_rule && (self.all_units || self.holds_unit(&event.unit))
    }

    fn holds_unit(&self, key: &str) -> bool {
        let gazetteer = Gazetteer::embedded();
        let Some(unit) = gazetteer.unit(key) else { return false };
        self.units.iter().any(|of| gazetteer.atlas.holds(*of, unit.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(of: &[&str]) -> Vec<String> {
        of.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn a_unit_stands_for_all_below_it_and_for_those_it_took_in() {
        for (units, rules, rule, unit, expected) in [
            (&[][..], &[][..], "r", "L-637", true),
            (&[], &[], "r", "nowhere", true),
            (&["L-637"], &[], "r", "L-637", true),
            (&["L-637"], &[], "r", "L-24076", true), // a commune of it
            (&["L-637"], &[], "r", "L-638", false),
            (&["L-637"], &[], "r", "VN", false),
            (&["L-637"], &[], "r", "nowhere", false),
            (&["VN"], &[], "r", "L-24076", true),
            (&["N-24076"], &[], "r", "L-24076", true), // today's commune took it in
            (&["L-24076"], &[], "r", "N-24076", false),
            (&["L-638", "L-637"], &[], "r", "L-24079", true),
            (&[], &["r", "s"], "s", "L-637", true),
            (&[], &["r"], "s", "L-637", false),
            (&["L-637"], &["r"], "s", "L-637", false),
            (&["L-637"], &["r"], "r", "L-637", true),
        ] {
            let filter = Filter { units: list(units), rules: list(rules) };
            filter.check().unwrap();
            let event = Event { id: "a".to_owned(), rule: rule.to_owned(), unit: unit.to_owned() };
            assert_eq!(filter.wanted().holds(&event), expected, "{filter:?} {event:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_unit_or_a_rule_is_refused_by_its_field() {
        for (units, rules, field) in [
            (list(&["L-99999999"]), list(&[]), "units"),
            (vec!["L-637".to_owned(); 501], list(&[]), "units"),
            (list(&[]), list(&["Poverty"]), "rules"),
            (list(&[]), list(&[""]), "rules"),
            (list(&[]), vec!["r".to_owned(); 201], "rules"),
        ] {
            match (Filter { units, rules }).check() {
                Err(Error::Refused { field: found, .. }) => assert_eq!(found, field),
                other => panic!("{other:?}"),
            }
        }
    }
}
