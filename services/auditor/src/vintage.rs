//! A vintage: the figures of a unit and period as they were when they were closed, as one text.
//!
//! ```text
//! tonghop vintage 1
//! id L-637.2021-H1@administrative.official.1
//! …                                             one name and value a line
//!
//! figure   <unit> <indicator> <breakdown>   <value> <marks>
//! movement <unit> <class> <row>             <households> <persons>
//! target   <unit> <indicator> <fact>        <period> <on> <set_by> <qualifier> <value> <reference>
//! finding  <unit> <reason> <fact>           <treatment> <on>
//! ```
//!
//! Fields of a row are separated by tabs. A value is `1751`; `298/19077` for a share;
//! `2342/19077>2044/19077` for how much one fell; `3.68` as stated; `?not_stated` for none, and why.

use std::fmt::Write;

use domain::books::Digest;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

const FIRST_LINE: &str = "tonghop vintage 1";

/// What a vintage is of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// `L-637.2021-H1@administrative.official.1`: unit, period, level, and the number of the closing
    /// at that level.
    pub id: String,
    /// The identity of the journal.
    pub journal: String,
    /// The position of the closing: the figures are of everything up to it and nothing after.
    pub position: u64,
    /// The root of the tree over the journal up to there, in base64.
    pub root: String,
    /// The key of the closing.
    pub closing: String,
    /// The unit.
    pub unit: String,
    /// The period.
    pub period: String,
    /// Its first and last day.
    pub days: String,
    /// `estimate`, `preliminary` or `official`.
    pub level: String,
    /// Who decided.
    pub set_by: String,
    /// By which decision.
    pub reference: String,
    /// The day on which the journal received the closing.
    pub received: String,
    /// The hash of the catalogue.
    pub catalogue: String,
    /// The hash of the gazetteer.
    pub gazetteer: String,
    /// The program that made it. Not part of the digest: another one has to come to the same.
    pub program: String,
}

/// The kinds of rows, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Kind {
    Figure,
    Movement,
    Target,
    Finding,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Figure, Kind::Movement, Kind::Target, Kind::Finding];

    /// The word that begins its rows.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Figure => "figure",
            Kind::Movement => "movement",
            Kind::Target => "target",
            Kind::Finding => "finding",
        }
    }
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it tells.
    pub kind: Kind,
    /// Of what: three fields separated by tabs, the first is the unit.
    pub name: String,
    /// The other fields, separated by tabs.
    pub value: String,
}

impl Row {
    /// A row of fields; what would break the text is put away.
    pub(crate) fn new(kind: Kind, name: [&str; 3], value: &[&str]) -> Row {
        let clean = |field: &&str| field.replace(['\t', '\n', '\r'], " ");
        let join = |fields: &[&str]| fields.iter().map(clean).collect::<Vec<_>>().join("\t");
        Row { kind, name: join(&name), value: join(value) }
    }

    /// Its unit, and the other two fields of its name.
    pub fn fields(&self) -> [&str; 3] {
        let mut fields = self.name.split('\t');
        [(); 3].map(|()| fields.next().unwrap_or_default())
    }
}

/// The figures of a closing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vintage {
    /// What they are of.
    pub head: Head,
    /// Every figure, in a fixed order.
    pub rows: Vec<Row>,
}

/// A macro for the head's lines, so that they are written and read in one order.
macro_rules! lines {
    ($head:expr, $each:ident) => {
        $each!("id", $head.id);
        $each!("journal", $head.journal);
        $each!("position", $head.position);
        $each!("root", $head.root);
        $each!("closing", $head.closing);
        $each!("unit", $head.unit);
        $each!("period", $head.period);
        $each!("days", $head.days);
        $each!("level", $head.level);
        $each!("set_by", $head.set_by);
        $each!("reference", $head.reference);
        $each!("received", $head.received);
        $each!("catalogue", $head.catalogue);
        $each!("gazetteer", $head.gazetteer);
        $each!("program", $head.program);
    };
}

impl Vintage {
    /// The whole text.
    pub fn text(&self) -> String {
        self.written(true)
    }

    /// SHA-256 of the text without the line of the program.
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.written(false)).into())
    }

    /// The line of a checkpoint that freezes it.
    pub(crate) fn extension(&self) -> String {
        format!("vintage {} {}", self.head.id, self.digest())
    }

    fn written(&self, with_program: bool) -> String {
        let mut out = format!("{FIRST_LINE}\n");
        macro_rules! write_line {
            ($name:literal, $value:expr) => {
                if with_program || $name != "program" {
                    let value = $value.to_string().replace(['\n', '\r'], " ");
                    writeln!(out, "{} {value}", $name).expect("memory takes everything");
                }
            };
        }
        lines!(self.head, write_line);
        out.push('\n');
        for Row { kind, name, value } in &self.rows {
            out.extend([kind.word(), "\t", name, "\t", value, "\n"]);
        }
        out
    }

    /// Reads what [`Vintage::text`] wrote.
    ///
    /// # Errors
    /// `Malformed`, with the line.
    pub fn parse(text: &str) -> Result<Vintage> {
        let mut lines = text.split_inclusive('\n').zip(1..);
        let mut next = |what: &str| {
            let line = lines.next().map(|(line, number)| (line.strip_suffix('\n'), number));
            match line {
                Some((Some(line), number)) => Ok((line, number)),
                _ => Err(malformed(0, format!("it ends where {what} should be"))),
            }
        };
        let (first, number) = next("its first line")?;
        if first != FIRST_LINE {
            return Err(malformed(number, format!("expected \"{FIRST_LINE}\"")));
        }
        let mut head = Head::default();
        macro_rules! read_line {
            ($name:literal, $into:expr) => {{
                let (line, number) = next($name)?;
                let value = line.strip_prefix(concat!($name, " "));
                let value = value.and_then(|value| value.parse().ok());
                $into = value.ok_or_else(|| malformed(number, format!("expected {}", $name)))?;
            }};
        }
        lines!(head, read_line);
        let (blank, number) = next("an empty line")?;
        if !blank.is_empty() {
            return Err(malformed(number, "expected an empty line".into()));
        }
        let mut rows = Vec::new();
        for (line, number) in lines {
            let row = line.strip_suffix('\n').and_then(row);
            rows.push(row.ok_or_else(|| malformed(number, "this is no row".into()))?);
        }
        Ok(Vintage { head, rows })
    }
}

fn row(line: &str) -> Option<Row> {
    let (word, rest) = line.split_once('\t')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
    let (at, _) = rest.match_indices('\t').nth(2)?;
    Some(Row { kind, name: rest[..at].to_owned(), value: rest[at + 1..].to_owned() })
}

fn malformed(line: usize, what: String) -> Error {
    Error::Malformed { line, what }
}
