//! The desk where facts are written down: puts late lines where they belong in the stream, writes
//! some twice, and stops at the number asked for.

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::time::Day;

use super::Summary;
use super::line::{Kind, Line};
use super::random::Random;

/// Lines between two reports of progress.
const PROGRESS_LINES: u64 = 50_000;
/// Days from which a fact counts as late.
const LATE_DAYS: u16 = 4;

/// When a fact is written down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delay(pub(super) u16);

/// A line that is still to be written.
type Waiting = (Kind, Box<[u8]>);

pub(super) struct Desk<'o> {
    out: io::BufWriter<&'o mut dyn Write>,
    progress: &'o mut dyn FnMut(u64),
    /// Lines that are still to be written, by day; those of one day in the order they came.
    waiting: BTreeMap<Day, Vec<Waiting>>,
    facts: u64,
    /// Lines written or waiting.
    taken: u64,
    pub(super) summary: Summary,
}

impl<'o> Desk<'o> {
    pub(super) fn new(
        facts: u64,
        out: &'o mut dyn Write,
        progress: &'o mut dyn FnMut(u64),
    ) -> Desk<'o> {
        Desk {
            out: io::BufWriter::with_capacity(1 << 18, out),
            progress,
            waiting: BTreeMap::new(),
            facts,
            taken: 0,
            summary: Summary::default(),
        }
    }

    /// How many lines are still wanted.
    pub(super) fn wanted(&self) -> u64 {
        self.facts - self.taken
    }

    pub(super) fn is_full(&self) -> bool {
        self.wanted() == 0
    }

    /// Writes what waited for this day.
    pub(super) fn open(&mut self, day: Day) -> io::Result<()> {
        while let Some(entry) = self.waiting.first_entry() {
            if *entry.key() > day {
                break;
            }
            for (kind, line) in entry.remove() {
                self.write(kind, &line)?;
            }
        }
        Ok(())
    }

    /// Draws when a fact of today is written down: mostly today, one in a hundred late.
    pub(super) fn delay(&self, opening: bool, random: &mut Random) -> Delay {
        Delay(match random.below(1_000) {
            0..10 => random.within(LATE_DAYS.into(), 90) as u16,
            10..60 if !opening => random.within(1, 3) as u16,
            _ => 0,
        })
    }

    /// Takes a finished line.
    pub(super) fn take(
        &mut self,
        kind: Kind,
        line: &Line,
        today: Day,
        delay: Delay,
        random: &mut Random,
    ) -> io::Result<()> {
        if self.is_full() {
            return Ok(());
        }
        self.taken += 1;
        self.summary.late += u64::from(delay.0 >= LATE_DAYS);
        if random.chance(50) && !self.is_full() {
            self.taken += 1;
            self.summary.duplicates += 1;
            let again = Day(today.0 + delay.0 + random.below(6) as u16);
            self.wait(kind, line, again);
        }
        match delay.0 {
            0 => self.write(kind, &line.0),
            days => {
                self.wait(kind, line, Day(today.0 + days));
                Ok(())
            }
        }
    }

    fn wait(&mut self, kind: Kind, line: &Line, day: Day) {
        self.waiting.entry(day).or_default().push((kind, line.0.as_slice().into()));
    }

    fn write(&mut self, kind: Kind, line: &[u8]) -> io::Result<()> {
        self.out.write_all(line)?;
        self.out.write_all(b"\n")?;
        self.summary.lines += 1;
        self.summary.bytes += line.len() as u64 + 1;
        *self.summary.by_type.entry(kind.name()).or_default() += 1;
        if self.summary.lines.is_multiple_of(PROGRESS_LINES) {
            (self.progress)(self.summary.lines);
        }
        Ok(())
    }

    /// Writes everything that still waits.
    pub(super) fn close(mut self) -> io::Result<Summary> {
        self.open(Day::MAX)?;
        self.out.flush()?;
        (self.progress)(self.summary.lines);
        Ok(self.summary)
    }
}
