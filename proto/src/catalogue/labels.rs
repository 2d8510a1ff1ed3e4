//! The names of codes, findings and rejections.

use std::collections::BTreeMap;

use domain::codes::*;
use domain::finding::{Reason, Treatment};
use serde::Deserialize;

use super::{Defect, Label, both_ways};
use crate::gazetteer::Lang;
use crate::reject;

const FILE: &str = "codes.toml";

/// A finding's name, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingLabel {
    vi: String,
    en: String,
    todo_vi: String,
    todo_en: String,
}

impl FindingLabel {
    pub(super) fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    pub(super) fn todo(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.todo_vi,
            Lang::En => &self.todo_en,
        }
    }
}

/// All names.
#[derive(Debug, Deserialize)]
pub(super) struct Labels {
    finding: BTreeMap<String, FindingLabel>,
    treatment: BTreeMap<String, Label>,
    rejection: BTreeMap<String, Label>,
    #[serde(flatten)]
    codes: BTreeMap<String, BTreeMap<String, Label>>,
}

impl Labels {
    pub(super) fn code(&self, attribute: &str, code: &str) -> Option<&Label> {
        self.codes.get(attribute)?.get(code)
    }

    /// What values may be counted in.
    pub(super) fn counted_in(&self) -> impl Iterator<Item = &str> {
        self.codes
            .get(CountedIn::ATTRIBUTE)
            .into_iter()
            .flat_map(|table| table.keys())
            .map(|c| &**c)
    }

    pub(super) fn finding(&self, reason: Reason) -> &FindingLabel {
        self.finding.get(reason.code()).expect("checked when it was read")
    }

    pub(super) fn treatment(&self, treatment: Treatment) -> &Label {
        self.treatment.get(treatment_code(treatment)).expect("checked when it was read")
    }

    pub(super) fn rejection(&self, reason: reject::Reason) -> &Label {
        self.rejection.get(reason.code()).expect("checked when it was read")
    }
}

fn treatment_code(treatment: Treatment) -> &'static str {
    match treatment {
        Treatment::Noted => "noted",
        Treatment::Held => "held",
    }
}

fn codes<C: Code>() -> (&'static str, Vec<&'static str>) {
    (C::ATTRIBUTE, C::ALL.iter().map(|one| one.code()).collect())
}

/// Every vocabulary of facts: attribute and codes. Those of one attribute share a table.
fn vocabularies() -> BTreeMap<&'static str, Vec<&'static str>> {
    let all = [
        codes::<Standing>(),
        codes::<Cause>(),
        codes::<Trait>(),
        codes::<Class>(),
        codes::<SizeCause>(),
        codes::<EndCause>(),
        codes::<Sponsor>(),
        codes::<Construction>(),
        codes::<Fund>(),
        codes::<Programme>(),
        codes::<Purpose>(),
        codes::<SupportKind>(),
        codes::<Group>(),
        codes::<Organiser>(),
        codes::<Occasion>(),
        codes::<CountedIn>(),
        codes::<ActivityKind>(),
        codes::<Topic>(),
        codes::<Project>(),
        codes::<Nature>(),
        codes::<Authority>(),
        codes::<Confirmation>(),
        codes::<Qualifier>(),
    ];
    let mut tables: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (attribute, codes) in all {
        tables.entry(attribute).or_default().extend(codes);
    }
    tables
}

/// Reads the file, and checks that every code has a name and every name a code.
pub(super) fn read(text: &str) -> Result<Labels, Vec<Defect>> {
    let defect = |what: String| Defect { file: FILE, entry: "the file".into(), what };
    let labels: Labels = toml::from_str(text).map_err(|error| vec![defect(error.to_string())])?;
    let mut defects = Vec::new();
    let vocabularies = vocabularies();
    defects.extend(both_ways(FILE, "table", vocabularies.keys().copied(), &labels.codes));
    for (attribute, codes) in vocabularies {
        let Some(table) = labels.codes.get(attribute) else { continue };
        // Indicators are counted in more than supports are: there the file is the list.
        let counted_in = attribute == CountedIn::ATTRIBUTE;
        let more = table.keys().filter(|code| counted_in && !codes.contains(&code.as_str()));
        let needed = codes.iter().copied().chain(more.map(String::as_str));
        defects.extend(both_ways(FILE, attribute, needed, table));
    }
    defects.extend(both_ways(FILE, "finding", Reason::ALL.map(Reason::code), &labels.finding));
    let treatments = [Treatment::Noted, Treatment::Held].map(treatment_code);
    defects.extend(both_ways(FILE, "treatment", treatments, &labels.treatment));
    let reasons = reject::Reason::ALL.iter().map(|reason| reason.code());
    defects.extend(both_ways(FILE, "rejection", reasons, &labels.rejection));
    if defects.is_empty() { Ok(labels) } else { Err(defects) }
}
