//! Rules as a file has them: read, or refused with the line and a way out.

use std::fmt;

use domain::contribution;
use proto::gazetteer::Gazetteer;
use serde::Deserialize;
use toml::Spanned;

use crate::compile::compile;
use crate::rule::{Rule, Rules};
use crate::written::{Written, Wrong};

/// Most rules there can be: each is a place in memory for every unit it is reached in.
pub const RULES_MAX: usize = 5_000;

/// The longest text.
const BYTES_MAX: usize = 4 << 20;

/// What is wrong with a file of rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule, where it is known.
    pub rule: String,
    /// What is wrong, and the way out.
    pub what: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Defect { file, line, rule, what } = self;
        match rule.is_empty() {
            true => write!(f, "{file}:{line}: {what}"),
            false => write!(f, "{file}:{line}: milestone {rule}: {what}"),
        }
    }
}

impl std::error::Error for Defect {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    milestone: Vec<Spanned<Written>>,
}

impl Rules {
    /// The rules of this program.
    pub fn embedded() -> Rules {
        let plan = &proto::catalogue::Catalogue::embedded().plan;
        let rules =
            contribution::Rules { atlas: Gazetteer::embedded().atlas.clone(), plan: plan.clone() };
        Rules::read("milestones.toml", proto::catalogue::MILESTONES, &rules).unwrap_or_else(
            |defects| {
                let list: Vec<_> = defects.iter().map(Defect::to_string).collect();
                panic!("the embedded milestones are checked by tests:\n{}", list.join("\n"))
            },
        )
    }

    /// Reads and checks rules.
    ///
    /// # Errors
    /// Everything that is wrong, each with its line and a way out.
    pub fn read(file: &str, text: &str, rules: &contribution::Rules) -> Result<Rules, Vec<Defect>> {
        let defect = |rule: &str, (at, what): Wrong| Defect {
            file: file.to_owned(),
            line: text[..at.start.min(text.len())].matches('\n').count() + 1,
            rule: rule.to_owned(),
            what,
        };
        if text.len() > BYTES_MAX {
            let what = format!("the file has {} bytes, more than {BYTES_MAX}", text.len());
            return Err(vec![defect("", (0..0, what))]);
        }
        let read: File = toml::from_str(text).map_err(|error| {
            let what = error.message().replace('\n', "; ");
            vec![defect("", (error.span().unwrap_or(0..0), what))]
        })?;
        let (mut list, mut defects) = (Vec::<Rule>::new(), Vec::new());
        for one in &read.milestone {
            let id = one.get_ref().id.get_ref();
            let twice = list.iter().any(|rule| rule.id == *id);
            match (twice, compile(one.get_ref(), rules)) {
                (false, Ok(rule)) => list.push(rule),
                (true, _) => {
                    let what = "another rule has this id: give each its own".to_owned();
                    defects.push(defect(id, (one.get_ref().id.span(), what)));
                }
                (false, Err(wrong)) => defects.push(defect(id, wrong)),
            }
        }
        if list.len() > RULES_MAX {
            let what = format!("there are {} rules, more than {RULES_MAX}", list.len());
            defects.push(defect("", (0..0, what)));
        }
        if defects.is_empty() { Ok(Rules { list }) } else { Err(defects) }
    }
}
