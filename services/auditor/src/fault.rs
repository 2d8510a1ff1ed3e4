//! What can be wrong with a pack, each named by file, position or cell.

use proto::gazetteer::Lang;
use serde::Serialize;

/// How many faults are told one by one.
pub const FAULTS_MAX: usize = 20;

/// Something that is not as it is signed, or not as a pack is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The file is no zip file as packs are.
    Archive {
        /// What is wrong with it.
        what: String,
    },
    /// An entry that no pack has, or of another kind or size.
    Entry {
        /// Its name.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// A file is not there.
    Missing {
        /// Its name.
        file: &'static str,
    },
    /// A file cannot be read.
    Unreadable {
        /// Its name.
        file: &'static str,
        /// Why not.
        what: String,
    },
    /// A file is not the one whose hash is listed.
    Sum {
        /// Its name.
        file: String,
    },
    /// The hashes of the files are not those that were signed.
    Files,
    /// A line does not have its form.
    Malformed {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The checkpoint is not to be believed.
    Note {
        /// Why not.
        what: String,
    },
    /// A record is not what its receipt says.
    Record {
        /// Its position.
        position: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Another number of records than signed.
    Size {
        /// As signed.
        signed: u64,
        /// As found.
        found: u64,
    },
    /// The records are not those that were signed.
    Root {
        /// How many they are.
        size: u64,
    },
    /// The vintage is not the one that was signed.
    Digest {
        /// Its digest.
        found: String,
    },
    /// A line of the vintage's head contradicts what it is about.
    Head {
        /// Its name.
        line: &'static str,
        /// What it says.
        said: String,
        /// What it should say.
        found: String,
    },
    /// There is no closing at the position.
    NoClosing {
        /// The position.
        position: u64,
    },
    /// A cell of a table is not what the vintage says.
    Cell {
        /// The table.
        file: &'static str,
        /// Its line, from 1; the header is the first.
        line: u64,
        /// What the row is of, and the column.
        cell: String,
        /// What the table says.
        said: String,
        /// What it should say.
        found: String,
    },
    /// A figure does not come out of the facts.
    Figure {
        /// Kind, unit, indicator and breakdown.
        cell: String,
        /// What the vintage says.
        said: String,
        /// What the facts come to.
        found: String,
    },
    /// This program cannot compute by the pack's definitions.
    Edition {
        /// Catalogue or gazetteer.
        what: &'static str,
        /// Why not.
        why: String,
        /// Which program can.
        program: String,
    },
    /// The facts could not be folded.
    Fold {
        /// Why not.
        what: String,
    },
}

impl Fault {
    /// The fault in a sentence.
    pub fn said(&self, lang: Lang) -> String {
        match lang {
            Lang::Vi => self.vi(),
            Lang::En => self.en(),
        }
    }

    fn vi(&self) -> String {
        match self {
            Fault::Archive { what } => format!("tệp không phải là gói kiểm toán: {what}"),
            Fault::Entry { file, what } => format!("mục {file:?} trong gói: {what}"),
            Fault::Missing { file } => format!("thiếu tệp {file}"),
            Fault::Unreadable { file, what } => format!("không đọc được {file}: {what}"),
            Fault::Sum { file } => format!("{file} không đúng mã băm ghi trong SHA256SUMS"),
            Fault::Files => "các tệp không phải là các tệp đã ký: SHA256SUMS đã bị lập lại".into(),
            Fault::Malformed { file, line, what } => format!("{file} dòng {line}: {what}"),
            Fault::Note { what } => format!("checkpoint.note không đáng tin: {what}"),
            Fault::Record { position, what } => format!("dữ kiện ở vị trí {position}: {what}"),
            Fault::Size { signed, found } => {
                format!("chữ ký trên {signed} dữ kiện nhưng gói có {found}")
            }
            Fault::Root { size } => {
                format!("{size} dữ kiện không phải là các dữ kiện đã ký (gốc khác)")
            }
            Fault::Digest { found } => {
                format!("vintage.txt không phải là bản đã ký (mã băm {found})")
            }
            Fault::Head { line, said, found } => {
                format!("vintage.txt, {line}: ghi {said}, đúng ra {found}")
            }
            Fault::NoClosing { position } => {
                format!("vị trí {position} không có lần chốt nào lập ra số liệu này")
            }
            Fault::Cell { file, line, cell, said, found } => {
                format!("{file} dòng {line}, {cell}: ghi {said:?}, vintage.txt có {found:?}")
            }
            Fault::Figure { cell, said, found } => {
                format!("{cell}: vintage.txt ghi {said:?}, tính lại từ dữ kiện được {found:?}")
            }
            Fault::Edition { what, why, program } => {
                format!("không tính được theo {what} của gói ({why}); hãy dùng {program}")
            }
            Fault::Fold { what } => format!("không tổng hợp lại được dữ kiện: {what}"),
        }
    }

    fn en(&self) -> String {
        match self {
            Fault::Archive { what } => format!("this is no audit pack: {what}"),
            Fault::Entry { file, what } => format!("the entry {file:?}: {what}"),
            Fault::Missing { file } => format!("{file} is missing"),
            Fault::Unreadable { file, what } => format!("{file} cannot be read: {what}"),
            Fault::Sum { file } => format!("{file} does not have the hash listed in SHA256SUMS"),
            Fault::Files => {
                "the files are not those that were signed: SHA256SUMS was made again".into()
            }
            Fault::Malformed { file, line, what } => format!("{file} line {line}: {what}"),
            Fault::Note { what } => format!("checkpoint.note is not to be believed: {what}"),
            Fault::Record { position, what } => {
                format!("the record at position {position}: {what}")
            }
            Fault::Size { signed, found } => {
                format!("{signed} records were signed, the pack has {found}")
            }
            Fault::Root { size } => {
                format!("the {size} records are not those that were signed: they have another root")
            }
            Fault::Digest { found } => {
                format!("vintage.txt is not the one that was signed: its digest is {found}")
            }
            Fault::Head { line, said, found } => {
                format!("vintage.txt, {line}: it says {said}, and should say {found}")
            }
            Fault::NoClosing { position } => {
                format!("no closing at position {position} makes these figures")
            }
            Fault::Cell { file, line, cell, said, found } => {
                format!("{file} line {line}, {cell}: it says {said:?}, vintage.txt {found:?}")
            }
            Fault::Figure { cell, said, found } => {
                format!("{cell}: vintage.txt says {said:?}, the facts come to {found:?}")
            }
            Fault::Edition { what, why, program } => {
                format!("cannot compute by the pack's {what} ({why}); use {program}")
            }
            Fault::Fold { what } => format!("the facts cannot be folded again: {what}"),
        }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) listed: Vec<Fault>,
    pub(crate) more: u64,
}

impl Faults {
    pub(crate) fn take(&mut self, other: Faults) {
        other.listed.into_iter().for_each(|fault| self.find(fault));
        self.more += other.more;
    }

    pub(crate) fn find(&mut self, fault: Fault) {
        if self.listed.len() < FAULTS_MAX {
            self.listed.push(fault);
        } else {
            self.more += 1;
        }
    }
}
