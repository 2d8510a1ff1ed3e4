//! What is asked of a page: its address, the language, and who asks.

use access::Who;
use proto::gazetteer::Lang;

/// What is asked of a page.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) lang: Lang,
    pub(crate) who: Who,
    /// What forms have to send against forgery; empty for who has not signed in.
    pub(crate) csrf: String,
    /// Whether the page is made for this asker alone: only then a reading can be recorded under a
    /// name. Live parts are made once for all of a role.
    pub(crate) for_one: bool,
    /// What is to be said of the form that was just sent.
    pub(crate) notice: Option<Notice>,
}

/// What became of a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Notice {
    pub(crate) good: bool,
    pub(crate) text: String,
}

/// The parameters that links take along.
const KEPT: [&str; 5] = ["period", "from", "to", "boundaries", "lang"];

impl Ask {
    /// What is asked, in one way of saying it: what is empty was not said, a period is in the
    /// calendar chosen beside it, and days beside a period say nothing.
    pub(crate) fn new(
        path: impl Into<String>,
        mut query: Vec<(String, String)>,
        lang: Lang,
        who: Who,
    ) -> Ask {
        query.retain(|(_, value)| !value.trim().is_empty());
        let calendar = query.iter().find(|(name, _)| name == "calendar").map(|(_, c)| c.clone());
        query.retain(|(name, _)| name != "calendar");
        if let Some((_, period)) = query.iter_mut().find(|(name, _)| name == "period") {
            *period = in_calendar(period, calendar.as_deref());
            query.retain(|(name, _)| name != "from" && name != "to");
        }
        Ask {
            path: path.into(),
            query,
            lang,
            who,
            csrf: String::new(),
            for_one: true,
            notice: None,
        }
    }

    /// A parameter's first value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// An address with the parameters that links take along; `changes` sets or drops some.
    pub(crate) fn href(&self, path: &str, changes: &[(&str, Option<&str>)]) -> String {
        let mut out = path.to_owned();
        let mut mark = '?';
        let mut add = |name: &str, value: &str| {
            out.push(mark);
            mark = '&';
            out.push_str(name);
            out.push('=');
            encode(&mut out, value);
        };
        for name in KEPT {
            if changes.iter().all(|(one, _)| *one != name)
                && let Some(value) = self.get(name)
            {
                add(name, value);
            }
        }
        for (name, value) in changes {
            if let Some(value) = value {
                add(name, value);
            }
        }
        out
    }

    /// The page's own address in the other language.
    pub(crate) fn in_language(&self, lang: &str) -> String {
        let mut out = self.path.clone();
        let mut mark = '?';
        let others = self.query.iter().filter(|(name, _)| name != "lang");
        for (name, value) in others.map(|(n, v)| (n.as_str(), v.as_str())).chain([("lang", lang)]) {
            out.push(mark);
            mark = '&';
            encode(&mut out, name);
            out.push('=');
            encode(&mut out, value);
        }
        out
    }
}

/// The same period in the calendar chosen beside it; nine months are only administrative, and a
/// programme's term is in no other calendar.
fn in_calendar(period: &str, calendar: Option<&str>) -> String {
    let (name, own) = period.split_once('@').unwrap_or((period, "civil"));
    match calendar {
        Some(wanted @ ("civil" | "administrative")) if wanted != own && own != "programme" => {
            let name = if wanted == "civil" { name.trim_end_matches("-9M") } else { name };
            format!("{name}@{wanted}")
        }
        Some(_) | None => period.to_owned(),
    }
}

/// Writes a value as the query of an address has it.
fn encode(out: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_take_along_what_was_chosen_and_nothing_can_break_out_of_them() {
        let ask = |query: &[(&str, &str)]| {
            let query = query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            Ask::new("/u/L-637", query, Lang::Vi, Who::public())
        };
        let chosen = ask(&[("period", "2021-H1@administrative"), ("sort", "name")]);
        for (ask, changes, expected) in [
            (&chosen, &[][..], "/u/VN?period=2021-H1@administrative"),
            (&chosen, &[("period", None)], "/u/VN"),
            (&chosen, &[("period", Some("2021"))], "/u/VN?period=2021"),
            (&ask(&[("lang", "en\r\nX: y")]), &[], "/u/VN?lang=en%0D%0AX%3A%20y"),
            (
                &ask(&[("period", "2021@administrative"), ("calendar", "civil"), ("from", "")]),
                &[],
                "/u/VN?period=2021@civil",
            ),
            (&ask(&[]), &[("q", Some("phú & \"x\""))], "/u/VN?q=ph%C3%BA%20%26%20%22x%22"),
        ] {
            assert_eq!(ask.href("/u/VN", changes), expected);
        }
        assert_eq!(
            chosen.in_language("en"),
            "/u/L-637?period=2021-H1@administrative&sort=name&lang=en"
        );
    }
}
