//! The calendars' names, and how periods are titled.

use std::collections::BTreeMap;

use domain::time::{Calendar, Grain, Period};
use serde::Deserialize;

use super::{Defect, both_ways, entries};
use crate::gazetteer::Lang;

const FILE: &str = "calendars.toml";

/// One calendar.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntry {
    name: String,
    /// Its name in Vietnamese.
    pub vi: String,
    /// Its name in English.
    pub en: String,
    /// The law it comes from.
    pub source: String,
}

/// One grain.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrainEntry {
    name: String,
    vi: String,
    en: String,
    title_vi: Vec<String>,
    title_en: Vec<String>,
}

impl GrainEntry {
    /// Its name: `6 tháng`.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    /// The title of one of its periods.
    pub fn title(&self, period: Period, lang: Lang) -> String {
        let titles = match lang {
            Lang::Vi => &self.title_vi,
            Lang::En => &self.title_en,
        };
        // A period ends in the month it is named after, in every calendar.
        let days = period.days();
        let ((first_year, _, _), (year, month, day)) = (days.start().ymd(), days.end().ymd());
        let half = usize::from(titles.len() > 1 && month > 6);
        let values = [
            ("{year}", year.to_string()),
            ("{month}", month.to_string()),
            ("{quarter}", month.div_ceil(3).to_string()),
            ("{first_year}", first_year.to_string()),
            ("{last_year}", year.to_string()),
            ("{cut_off}", format!("{day}/{month}")),
        ];
        let fill = |text: String, (key, value): &(&str, String)| text.replace(key, value);
        values.iter().fold(titles[half].clone(), fill)
    }
}

/// All calendars and grains, in the program's order.
#[derive(Debug)]
pub(super) struct Calendars {
    calendars: Vec<CalendarEntry>,
    grains: Vec<GrainEntry>,
}

impl Calendars {
    pub(super) fn calendar(&self, calendar: Calendar) -> &CalendarEntry {
        &self.calendars[calendar as usize]
    }

    pub(super) fn grain(&self, grain: Grain) -> &GrainEntry {
        &self.grains[grain as usize]
    }
}

/// Reads the file, and checks that it has every calendar and grain.
pub(super) fn read(text: &str) -> Result<Calendars, Vec<Defect>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Entry {
        Grain(GrainEntry),
        Calendar(CalendarEntry),
    }
    let (mut calendars, mut grains) = (BTreeMap::new(), BTreeMap::new());
    let keys = [("calendar", "name"), ("grain", "name")];
    let mut defects = entries(FILE, text, &keys, |_, entry| match entry {
        Entry::Calendar(one) => drop(calendars.insert(one.name.clone(), one)),
        Entry::Grain(one) => drop(grains.insert(one.name.clone(), one)),
    });
    defects.extend(both_ways(FILE, "calendar", Calendar::ALL.map(Calendar::name), &calendars));
    defects.extend(both_ways(FILE, "grain", Grain::ALL.map(Grain::name), &grains));
    for grain in grains.values() {
        let titles = if grain.name.ends_with(".half") { 2 } else { 1 };
        if grain.title_vi.len() != titles || grain.title_en.len() != titles {
            let entry = format!("grain {}", grain.name);
            let what = format!("it needs {titles} title(s) in each language");
            defects.push(Defect { file: FILE, entry, what });
        }
    }
    if !defects.is_empty() {
        return Err(defects);
    }
    let calendars = Calendar::ALL.iter().filter_map(|one| calendars.remove(one.name())).collect();
    let grains = Grain::ALL.iter().filter_map(|one| grains.remove(one.name())).collect();
    Ok(Calendars { calendars, grains })
}
