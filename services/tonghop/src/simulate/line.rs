//! One line in the canonical form of the contract, written by hand: fields in the order of
//! `proto::document` and `proto::types`.
//!
//! **Invariant:** an importer takes every line and changes no byte:
//! `tests::every_line_is_taken_and_is_canonical`.

use domain::codes::Code;
use domain::time::Day;
use proto::document::TYPES;

/// The fact types that are simulated, in the order of [`TYPES`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Registered,
    MovedIn,
    Classified,
    MovedOut,
    MovedWithin,
    SizeChanged,
    Dissolved,
    RegisteredToExit,
    HouseStarted,
    HouseCompleted,
    LoanDisbursed,
    SupportDelivered,
    ActivityHeld,
    CensusReported,
    TargetAssigned,
    TargetAdjusted,
    FundsAllocated,
    FundsDisbursed,
    // Nobody here takes money back, but its number is taken.
    #[allow(dead_code)]
    FundsWithdrawn,
    ExternalReported,
    // The last type; nobody here closes, reopens or publishes anything.
    FactVoided = TYPES.len() as isize - 1,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        TYPES[self as usize]
    }
}

/// Who writes: the commune's office, the policy bank, the power company.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Office {
    Commune,
    Bank,
    Power,
}

impl Office {
    fn address(self) -> &'static str {
        match self {
            Office::Commune => "https://xa.example.vn/",
            Office::Bank => "https://nhcsxh.example.vn/",
            Office::Power => "https://dien.example.vn/",
        }
    }
}

/// The subject of a household: its province's code and a pseudonym.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Named {
    pub(super) province: &'static str,
    pub(super) pseudonym: u64,
}

/// The identity of a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Name<'a> {
    pub(super) office: Office,
    /// The key of the unit whose office it is.
    pub(super) unit: &'a str,
    pub(super) number: u64,
}

/// A line being written.
#[derive(Default)]
pub(super) struct Line(pub(super) Vec<u8>);

impl Line {
    pub(super) fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Another field with a text that needs no escapes.
    pub(super) fn text(&mut self, field: &str, text: &str) {
        self.field(field);
        self.raw("\"");
        self.raw(text);
        self.raw("\"");
    }

    pub(super) fn code<C: Code>(&mut self, code: C) {
        self.coded(C::ATTRIBUTE, code);
    }

    pub(super) fn coded<C: Code>(&mut self, field: &str, code: C) {
        self.text(field, code.code());
    }

    pub(super) fn number(&mut self, field: &str, number: u64) {
        self.field(field);
        self.digits(number);
    }

    pub(super) fn date(&mut self, field: &str, day: Day) {
        self.field(field);
        self.raw("\"");
        self.day(day);
        self.raw("\"");
    }

    pub(super) fn field(&mut self, field: &str) {
        self.raw(",\"");
        self.raw(field);
        self.raw("\":");
    }

    pub(super) fn source(&mut self, name: Name<'_>) {
        self.raw(name.office.address());
        self.raw(name.unit);
    }

    /// The source's own name for a fact: its number in base 36.
    pub(super) fn id(&mut self, number: u64) {
        let mut text = [0u8; 13];
        let (mut at, mut rest) = (text.len(), number);
        loop {
            at -= 1;
            text[at] = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
            rest /= 36;
            if rest == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&text[at..]);
    }

    pub(super) fn digits(&mut self, number: u64) {
        let mut text = [0u8; 20];
        let (mut at, mut rest) = (text.len(), number);
        loop {
            at -= 1;
            text[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&text[at..]);
    }

    pub(super) fn subject(&mut self, named: Named) {
        self.raw("household/");
        self.raw(named.province);
        let hex =
            |nibble: u32| b"0123456789abcdef"[(named.pseudonym >> (60 - 4 * nibble) & 15) as usize];
        let mut text = [b'.'; 17];
        for (at, digit) in text[1..].iter_mut().enumerate() {
            *digit = hex(at as u32);
        }
        self.0.extend_from_slice(&text);
    }

    pub(super) fn day(&mut self, day: Day) {
        let (year, month, date) = day.ymd();
        self.digits(year.unsigned_abs().into());
        self.raw("-");
        self.two(month);
        self.raw("-");
        self.two(date);
    }

    /// A time in Viet Nam.
    pub(super) fn time(&mut self, day: Day, seconds: u32) {
        self.day(day);
        self.raw("T");
        self.two(seconds / 3600);
        self.raw(":");
        self.two(seconds / 60 % 60);
        self.raw(":");
        self.two(seconds % 60);
        self.raw("+07:00");
    }

    fn two(&mut self, number: u32) {
        self.0.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    }
}
