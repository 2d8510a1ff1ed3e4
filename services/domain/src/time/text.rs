//! Periods as text: `2021-H1@administrative`.

use std::fmt;
use std::str::FromStr;

use super::{FIRST_TERM, FIRST_YEAR, Grain, Period, Unreadable};

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.ordinal();
        let year = |per_year: u32| FIRST_YEAR as u32 + n / per_year;
        match self.grain() {
            Grain::CivilMonth => write!(f, "{}-{:02}@civil", year(12), n % 12 + 1),
            Grain::CivilQuarter => write!(f, "{}-Q{}@civil", year(4), n % 4 + 1),
            Grain::CivilHalf => write!(f, "{}-H{}@civil", year(2), n % 2 + 1),
            Grain::CivilYear => write!(f, "{}@civil", year(1)),
            Grain::AdministrativeMonth => {
                write!(f, "{}-{:02}@administrative", year(12), n % 12 + 1)
            }
            Grain::AdministrativeQuarter => write!(f, "{}-Q{}@administrative", year(4), n % 4 + 1),
            Grain::AdministrativeHalf => write!(f, "{}-H{}@administrative", year(2), n % 2 + 1),
            Grain::AdministrativeNineMonths => write!(f, "{}-9M@administrative", year(1)),
            Grain::AdministrativeYear => write!(f, "{}@administrative", year(1)),
            Grain::ProgrammeTerm => {
                let first = FIRST_TERM as u32 + n * 5;
                write!(f, "{first}-{}@programme", first + 4)
            }
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Period {
    type Err = Unreadable;

    /// Reads `2021`, `2021-06`, `2021-Q2`, `2021-H1`, `2021-9M` or `2021-2025`, each with
    /// `@civil` (the default), `@administrative` or `@programme` behind it.
    fn from_str(text: &str) -> Result<Period, Unreadable> {
        parse_period(text).ok_or_else(|| {
            Unreadable(format!(
                "\"{text}\" is not a period; write for example 2021, 2021-06, 2021-Q2, 2021-H1, \
                 2021-H1@administrative, 2021-9M@administrative or 2021-2025@programme"
            ))
        })
    }
}

fn parse_period(text: &str) -> Option<Period> {
    let (name, calendar) = text.split_once('@').unwrap_or((text, ""));
    let (year, part) = name.split_once('-').unwrap_or((name, ""));
    if year.len() != 4 || !year.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let year: u32 = year.parse().ok()?;
    let years = year.checked_sub(FIRST_YEAR as u32)?;
    let number = |digits: &str, most: u32| {
        let n: u32 = digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok())??;
        (1..=most).contains(&n).then(|| n - 1)
    };
    use Grain::*;
    let administrative = calendar == "administrative";
    let pick = |civil, other| if administrative { other } else { civil };
    match calendar {
        "" | "civil" | "administrative" => match part.as_bytes() {
            [] => Period::new(pick(CivilYear, AdministrativeYear), years),
            [b'Q', _] => Period::new(
                pick(CivilQuarter, AdministrativeQuarter),
                years * 4 + number(&part[1..], 4)?,
            ),
            [b'H', _] => {
                Period::new(pick(CivilHalf, AdministrativeHalf), years * 2 + number(&part[1..], 2)?)
            }
            b"9M" if administrative => Period::new(AdministrativeNineMonths, years),
            [_, _] => {
                Period::new(pick(CivilMonth, AdministrativeMonth), years * 12 + number(part, 12)?)
            }
            _ => None,
        },
        "programme" => {
            let term = year.checked_sub(FIRST_TERM as u32)?;
            let last: u32 = if part.is_empty() { year + 4 } else { part.parse().ok()? };
            (term % 5 == 0 && last == year + 4).then(|| Period::new(ProgrammeTerm, term / 5))?
        }
        _ => None,
    }
}
