//! Why a fact is not accepted: a named reason, the field, and what to do.

use std::fmt;

/// A fact that is not accepted. Nothing of it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rejection {
    /// The named reason.
    pub reason: Reason,
    /// The field, as a path: `data.amount`; empty when it is the fact as a whole.
    pub field: String,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

impl Rejection {
    /// A rejection of a field.
    pub fn new(reason: Reason, field: impl Into<String>, message: impl Into<String>) -> Rejection {
        Rejection { reason, field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "{}: {}", self.reason.code(), self.message),
            field => write!(f, "{}: {field}: {}", self.reason.code(), self.message),
        }
    }
}

impl std::error::Error for Rejection {}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal,)+) => {
        /// The closed list of reasons for rejecting a fact.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Reason { $($(#[$doc])* $variant,)+ }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)+];

            /// The stable name of the reason.
            pub fn code(self) -> &'static str {
                match self { $(Reason::$variant => $code,)+ }
            }
        }
    };
}

reasons! {
    /// The bytes are not UTF-8.
    InvalidUtf8 = "invalid_utf8",
    /// The text is not JSON, or not an object.
    NotJson = "not_json",
    /// More than 64 KB.
    TooLarge = "too_large",
    /// Nested more than 16 deep.
    TooDeep = "too_deep",
    /// A field that must be there is not.
    MissingField = "missing_field",
    /// A field that the closed schema does not have.
    UnknownField = "unknown_field",
    /// A field that is there twice.
    DuplicateField = "duplicate_field",
    /// A value of another type than the schema's.
    WrongType = "wrong_type",
    /// A number outside its range.
    OutOfRange = "out_of_range",
    /// Money below zero.
    NegativeMoney = "negative_money",
    /// Money or a count with a fraction.
    NotWhole = "not_whole",
    /// A fact type or version that this program does not know.
    UnknownType = "unknown_type",
    /// A code that the closed list does not have.
    UnknownCode = "unknown_code",
    /// An indicator that the catalogue does not have.
    UnknownIndicator = "unknown_indicator",
    /// No unit of that key, code or name.
    UnitUnknown = "unit_unknown",
    /// Several units may be meant.
    UnitAmbiguous = "unit_ambiguous",
    /// A code and a name that belong to different units.
    UnitNameDisagrees = "unit_name_disagrees",
    /// The unit was not in force on the day.
    UnitNotInForce = "unit_not_in_force",
    /// The part is none of the unit's successors.
    PartUnknown = "part_unknown",
    /// A letter of another script in a name or text.
    ForeignScript = "foreign_script",
    /// A date, time or period that cannot be read.
    BadDate = "bad_date",
    /// A decimal number that cannot be read.
    BadNumber = "bad_number",
    /// A date before 2015.
    TooEarly = "too_early",
    /// A date in the future.
    InFuture = "in_future",
    /// A text that is too long, empty, or has characters that are not allowed.
    BadText = "bad_text",
    /// What looks like an identity card or telephone number.
    PersonalData = "personal_data",
    /// The subject is missing, not allowed here, or not of the required form.
    BadSubject = "bad_subject",
    /// The unit lies in another province than the subject.
    OtherProvince = "other_province",
    /// Two fields contradict each other.
    Contradiction = "contradiction",
}

/// Carries a reason through a deserializer's text-only error.
pub(crate) fn custom<E: serde::de::Error>(reason: Reason, message: impl fmt::Display) -> E {
    E::custom(format_args!("{MARK}{}{MARK}{message}", reason.code()))
}

/// The reason and message that [`custom`] put into an error's text.
pub(crate) fn carried(text: &str) -> Option<(Reason, &str)> {
    let (code, message) = text.strip_prefix(MARK)?.split_once(MARK)?;
    let reason = Reason::ALL.iter().find(|reason| reason.code() == code)?;
    Some((*reason, message))
}

const MARK: char = '\u{1}';
