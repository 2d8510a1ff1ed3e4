//! The parameters of a request, strictly: what is unknown, repeated or unreadable is refused, with
//! its name and what is near.

use axum::extract::Query;
use axum::http::Uri;
use domain::atlas::Unit;
use domain::time::{Day, Period};
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, UnitRef};
use query::{Boundaries, When};
use web::{Kind, Problem};

/// Most parameters of one request.
const PAIRS_MAX: usize = 400;
/// Most characters of a value that a message repeats.
const ECHO_CHARS_MAX: usize = 60;

/// The parameters of a request.
pub(crate) struct Asked {
    pairs: Vec<(String, String)>,
}

/// A refusal that names the parameter.
pub(crate) fn wrong(field: &str, detail: impl Into<String>) -> Problem {
    Problem::new(Kind::BadRequest, detail).at(field)
}

/// What somebody wrote, short enough to be repeated.
fn echo(text: &str) -> String {
    let short: String = text.chars().take(ECHO_CHARS_MAX).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

impl Asked {
    /// Reads the parameters; only those that are known, and `lang`.
    pub(crate) fn read(uri: &Uri, known: &[&str]) -> Result<Asked, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::new(Kind::BadRequest, "the query of the address is malformed"))?;
        if pairs.len() > PAIRS_MAX {
            let detail = format!("there are {} parameters; at most {PAIRS_MAX}", pairs.len());
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        let is_known = |name: &str| name == "lang" || known.contains(&name);
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !is_known(name)) {
            let short: String = name.chars().take(ECHO_CHARS_MAX).collect();
            let detail =
                format!("there is no parameter {}; known are {}", echo(name), known.join(", "));
            return Err(wrong(&short, detail));
        }
        let asked = Asked { pairs };
        if let Some(lang) = asked.one("lang")?
            && !matches!(lang, "vi" | "en")
        {
            return Err(wrong("lang", format!("{} is no language; vi or en", echo(lang))));
        }
        Ok(asked)
    }

    /// A parameter that is given once or not at all; an empty one counts as not given.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut all = self.pairs.iter().filter(|(one, _)| one == name).map(|(_, value)| &**value);
        let first = all.next();
        match all.next() {
            Some(_) => Err(wrong(name, "it is given twice; once is enough")),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// A parameter that may be given several times, or once with commas.
    pub(crate) fn many(&self, name: &str) -> Vec<&str> {
        let all = self.pairs.iter().filter(|(one, _)| one == name);
        let parts = all.flat_map(|(_, value)| value.split(','));
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.one(name)? {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(other) => {
                Err(wrong(name, format!("{} is neither yes nor no; write 1 or 0", echo(other))))
            }
        }
    }

    pub(crate) fn whole(
        &self,
        name: &str,
        usual: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Problem> {
        let Some(text) = self.one(name)? else { return Ok(usual) };
        let digits = text.bytes().all(|c| c.is_ascii_digit());
        let read = if digits { text.parse().ok() } else { None };
        read.filter(|number| range.contains(number)).ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            let detail = format!("{} is no whole number from {least} to {most}", echo(text));
            wrong(name, detail)
        })
    }

    /// One of some words.
    pub(crate) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text);
        let known = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found
            .map(|(_, value)| Some(*value))
            .ok_or_else(|| wrong(name, format!("{} is not one of {}", echo(text), known())))
    }

    /// A unit that must be given, by its key.
    pub(crate) fn unit(&self, name: &str) -> Result<Unit, Problem> {
        match self.one(name)? {
            None => Err(wrong(name, "say which unit: a key such as L-637, N-24112 or VN")),
            Some(text) => unit(text).map_err(|detail| wrong(name, detail)),
        }
    }

    /// Indicators that the catalogue has, each once, in the order they are asked for.
    pub(crate) fn indicators(&self) -> Result<Vec<String>, Problem> {
        let mut found: Vec<String> = Vec::new();
        for id in self.many("indicator") {
            indicator(id).map_err(|detail| wrong("indicator", detail))?;
            if !found.iter().any(|one| one == id) {
                found.push(id.to_owned());
            }
        }
        Ok(found)
    }

    /// A named period, or days; none when nothing is said.
    pub(crate) fn when(&self) -> Result<Option<When>, Problem> {
        match (self.one("period")?, self.one("from")?, self.one("to")?) {
            (None, None, None) => Ok(None),
            (Some(text), None, None) => Ok(Some(When::period(period("period", text)?))),
            (None, Some(from), Some(to)) => {
                let (first, last) = (day("from", from)?, day("to", to)?);
                if first > last {
                    return Err(wrong("from", format!("{first} is after {last}; turn them round")));
                }
                Ok(Some(When::days(first, last)))
            }
            (None, Some(_), None) => Err(wrong("to", "say the last day, too")),
            (None, None, Some(_)) => Err(wrong("from", "say the first day, too")),
            (Some(_), _, _) => {
                Err(wrong("period", "either a period, or days with from and to; not both"))
            }
        }
    }

    /// As [`Asked::when`], where it must be said.
    pub(crate) fn must_when(&self) -> Result<When, Problem> {
        let detail = "say when: period=2021-H1@administrative, or from=2021-01-01&to=2021-06-30";
        self.when()?.ok_or_else(|| wrong("period", detail))
    }

    pub(crate) fn boundaries(&self) -> Result<Boundaries, Problem> {
        let words = [("own", Boundaries::Own), ("current", Boundaries::Current)];
        Ok(self.word("boundaries", &words)?.unwrap_or_default())
    }

    /// Attributes to break down by, each of which some indicator has.
    pub(crate) fn by(&self) -> Result<Vec<String>, Problem> {
        let kept = || Catalogue::embedded().plan.indicators().iter().flat_map(|one| &one.kept);
        let names = || kept().flat_map(|kept| kept.by.iter().map(|(name, _)| *name));
        let mut found: Vec<String> = Vec::new();
        for name in self.many("by") {
            if !names().any(|one| one == name) {
                let mut known: Vec<&str> = names().collect();
                known.sort_unstable();
                known.dedup();
                let detail = format!("{} is no attribute of any indicator", echo(name));
                return Err(wrong("by", format!("{detail}; known are {}", known.join(", "))));
            }
            if !found.iter().any(|one| one == name) {
                found.push(name.to_owned());
            }
        }
        Ok(found)
    }

    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        self.one(name)?.map(|text| day(name, text)).transpose()
    }

    pub(crate) fn period(&self, name: &str) -> Result<Option<Period>, Problem> {
        self.one(name)?.map(|text| period(name, text)).transpose()
    }
}

fn day(field: &str, text: &str) -> Result<Day, Problem> {
    let detail = || format!("{} is not a date; write YYYY-MM-DD", echo(text));
    text.parse().map_err(|_| wrong(field, detail()))
}

fn period(field: &str, text: &str) -> Result<Period, Problem> {
    let example = "2021, 2021-06, 2021-Q2, 2021-H1, 2021-H1@administrative, 2021-2025@programme";
    let detail = || format!("{} is not a period; write for example {example}", echo(text));
    text.parse().map_err(|_| wrong(field, detail()))
}

/// The unit of a key, or what to say.
pub(crate) fn unit(text: &str) -> Result<Unit, String> {
    let gazetteer = Gazetteer::embedded();
    if let Some(unit) = gazetteer.unit(text) {
        return Ok(unit);
    }
    let near: Vec<Unit> = match UnitRef::parse(text) {
        // The same code in another edition.
        UnitRef::Key(key) => match key.split_once('-') {
            Some((_, code)) => gazetteer.units_with_code(code).collect(),
            None => Vec::new(),
        },
        UnitRef::Code { code, .. } => gazetteer.units_with_code(&code).collect(),
        UnitRef::Name { .. } => gazetteer.search(&text.chars().take(80).collect::<String>(), 3),
    };
    let named = |unit: &Unit| format!("{} ({})", gazetteer.key(*unit), gazetteer.path(*unit));
    let near: Vec<String> = near.iter().map(named).collect();
    let hint = if near.is_empty() {
        "find its key with /v1/units?q=".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Err(format!("there is no unit {}; {hint}", echo(text)))
}

/// Whether the catalogue has the indicator, or what to say.
pub(crate) fn indicator(id: &str) -> Result<(), String> {
    let catalogue = Catalogue::embedded();
    if catalogue.definition(id).is_some() {
        return Ok(());
    }
    let hint = catalogue.nearest(id).map_or_else(
        || "/v1/indicators lists them".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Err(format!("there is no indicator {}; {hint}", echo(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["unit", "indicator", "period", "from", "to", "by", "limit", "bom"];

    #[test]
    fn what_cannot_be_understood_is_refused_by_name() {
        let table = [
            ("units=L-637", "units", "known are unit"),
            ("unit=L-637&unit=L-638", "unit", "twice"),
            ("unit=", "unit", "say which unit"),
            ("unit=X-1", "unit", "no unit"),
            ("unit=N-637", "unit", "did you mean L-637"),
            ("unit=krong%20pa", "unit", "did you mean L-637"),
            ("unit=L-637&indicator=poor_household", "indicator", "did you mean poor_households"),
            ("unit=L-637&period=2021-13", "period", "not a period"),
            ("unit=L-637&period=2021&from=2021-01-01", "period", "not both"),
            ("unit=L-637&from=2021-01-01", "to", "last day"),
            ("unit=L-637&to=2021-01-01", "from", "first day"),
            ("unit=L-637&from=2021-02-30&to=2021-03-01", "from", "not a date"),
            ("unit=L-637&from=2021-03-02&to=2021-03-01", "from", "after"),
            ("unit=L-637&period=2021&by=colour", "by", "known are"),
            ("unit=L-637&period=2021&limit=0", "limit", "from 1 to 9"),
            ("unit=L-637&period=2021&limit=-1", "limit", "no whole number"),
            ("unit=L-637&period=2021&limit=99999999999999999999999", "limit", "no whole number"),
            ("unit=L-637&period=2021&bom=yes", "bom", "1 or 0"),
            ("unit=L-637&period=2021&lang=fr", "lang", "vi or en"),
            ("unit=%FF%00", "unit", "no unit"),
        ];
        for (query, field, said) in table {
            let uri: Uri = format!("/v1/figures?{query}").parse().unwrap();
            let read = || {
                let asked = Asked::read(&uri, KNOWN)?;
                asked.unit("unit")?;
                asked.indicators()?;
                asked.must_when()?;
                asked.by()?;
                asked.whole("limit", 5, 1..=9)?;
                asked.flag("bom")
            };
            let problem = read().expect_err(query);
            assert_eq!((problem.status, problem.field.as_deref()), (400, Some(field)), "{query}");
            assert!(problem.detail.contains(said), "{query}: {}", problem.detail);
        }
    }

    #[test]
    fn lists_are_written_with_commas_or_one_by_one() {
        let uri = Uri::from_static("/?indicator=population,households&indicator=population");
        let asked = Asked::read(&uri, KNOWN).unwrap();
        assert_eq!(asked.indicators().unwrap(), ["population", "households"]);
    }
}
