//! The contract: fact types and their JSON, the gazetteer, the catalogue.
//!
//! A stored fact is one CloudEvents 1.0 document in canonical form ([`document`]). Importers are
//! lenient in how a unit or a date is written ([`intake`]) and strict in everything else.
//!
//! ```text
//! a line ─► Intake::take ─► canonical bytes, kept for ever ─► Document::read ─► meaning ─► domain
//!           or a Rejection: reason, field, way out            whatever is stored is read
//! ```
//!
//! `proto/README.md` is the contract in prose. [`types`] has the fact types; `catalog/` the indicators,
//! milestone rules, bounds and labels; `gazetteer/` the units of three generations.
//!
//! Not here: what facts add up to (`domain`), and where bytes are kept (`journal`).
//!
//! ```
//! use proto::{catalogue::Catalogue, gazetteer::Gazetteer, intake::Intake};
//!
//! let intake = Intake {
//!     gazetteer: Gazetteer::embedded(),
//!     plan: &Catalogue::embedded().plan,
//!     today: "2021-06-30".parse().expect("a day"),
//! };
//! let line = r#"{"specversion":"1.0","type":"vn.tonghop.loan.disbursed.v1","source":"//bank.example",
//!     "id":"KP-17","subject":"household/52.7d1f0c52a9e84b36","time":"2021-03-05",
//!     "data":{"unit":"Phú Cần, Krông Pa, Gia Lai","class":"poor","programme":"poor_household",
//!     "purpose":"household_economy","amount":5e7}}"#;
//! let taken = intake.take(line.as_bytes())?;
//! assert_eq!(taken.route, "52.L-24097"); // today's province, and the unit by its key
//! assert!(String::from_utf8_lossy(&taken.bytes).ends_with(r#""amount":50000000}}"#));
//!
//! let refused = intake.take(line.replace("5e7", "0.5").as_bytes());
//! assert_eq!(refused.expect_err("half a đồng").field, "data.amount");
//! # Ok::<(), proto::reject::Rejection>(())
//! ```

pub mod bounds;
pub mod catalogue;
pub mod document;
pub mod gazetteer;
pub mod instant;
pub mod intake;
pub mod meaning;
pub mod milestone;
pub mod plausible;
pub mod reject;
pub mod scalars;
pub mod text;
pub mod types;
