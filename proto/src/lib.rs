//! The contract: fact types and their JSON, the gazetteer, the catalogue.
//!
//! A stored fact is one CloudEvents 1.0 document in canonical form ([`document`]). Importers are
//! lenient in how a unit or a date is written ([`intake`]) and strict in everything else.

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
