//! What a person sees: tables, JSON and CSV on the standard output; progress on the standard
//! error, and only when that is a terminal.

use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use proto::gazetteer::Lang;

use crate::cli::Format;

/// Where answers go and how.
pub struct Screen {
    /// The language.
    pub lang: Lang,
    /// Table, JSON or CSV.
    pub format: Format,
    out: Box<dyn Write>,
}

impl Screen {
    /// The standard output.
    pub fn new(lang: Lang, format: Format) -> Screen {
        Screen { lang, format, out: Box::new(io::BufWriter::new(io::stdout())) }
    }

    /// Writes a line.
    pub fn line(&mut self, text: impl AsRef<str>) -> Result<()> {
        writeln!(self.out, "{}", text.as_ref())?;
        Ok(self.out.flush()?)
    }

    /// One of two texts, by language.
    pub fn pick<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        query::lang::pick(self.lang, vi, en)
    }

    /// Writes a heading, set off by a line.
    pub fn heading(&mut self, text: impl AsRef<str>) -> Result<()> {
        let text = text.as_ref();
        self.line(format!("\n{text}\n{}", "─".repeat(text.chars().count().min(100))))
    }

    /// Writes a value as JSON.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        self.line("")
    }

    /// Writes rows with a header: a table for people, or CSV. Columns at and after `numbers` are
    /// aligned to the right.
    pub fn rows(&mut self, header: &[&str], rows: &[Vec<String>], numbers: usize) -> Result<()> {
        self.aligned(header, rows, numbers..header.len())
    }

    /// Writes a table of figures, whose third column is the value.
    pub fn figures(&mut self, header: &[&str], rows: &[Vec<String>]) -> Result<()> {
        self.aligned(header, rows, 2..3)
    }

    /// Writes rows with a header, these columns aligned to the right.
    pub fn aligned(
        &mut self,
        header: &[&str],
        rows: &[Vec<String>],
        right: Range<usize>,
    ) -> Result<()> {
        if self.format == Format::Csv {
            let mut csv = csv::WriterBuilder::new().from_writer(&mut self.out);
            csv.write_record(header)?;
            rows.iter().try_for_each(|row| csv.write_record(row))?;
            csv.flush()?;
            return Ok(());
        }
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_truncation_indicator("…");
        table.set_header(header.iter().map(Cell::new));
        for row in rows {
            table.add_row(row);
        }
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if right.contains(&at) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        // Lines end where their text does.
        let text: Vec<String> =
            table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        self.line(text.join("\n"))
    }
}

/// A progress bar that shows itself after a second, if there is a terminal.
pub fn progress(lang: Lang, what: (&str, &str), total: Option<u64>, bytes: bool) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    let form = match (total.is_some(), bytes) {
        (true, true) => "{msg} {wide_bar} {bytes}/{total_bytes} {eta}",
        (true, false) => "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
        (false, true) => "{msg} {spinner} {bytes}",
        (false, false) => "{msg} {spinner} {human_pos}",
    };
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar.set_message(query::lang::pick(lang, what.0, what.1).to_owned());
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// Says on the standard error what should be known.
pub fn note(lang: Lang, text: &str) {
    let lead = query::lang::pick(lang, "lưu ý", "note");
    // Nobody can be told that the standard error is gone.
    let _ = writeln!(io::stderr(), "{lead}: {text}");
}

/// Says on the standard error what went wrong and what to do.
pub fn complain(lang: Lang, error: &anyhow::Error) {
    let lead = query::lang::pick(lang, "lỗi", "error");
    // Nobody can be told that the standard error is gone.
    let _ = writeln!(io::stderr(), "{lead}: {error:#}");
}
