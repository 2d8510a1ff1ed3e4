//! Tamper evidence: whoever holds a signed checkpoint of a journal notices if a fact up to it was
//! changed, left out, moved or put in.
//!
//! The tree is that of RFC 6962 over the exact bytes of the records. Checkpoints and proofs are the
//! text formats of C2SP (`c2sp.org/signed-note`, `tlog-checkpoint`, `tlog-proof`), so that other
//! people's programs can check them. Nothing here knows what a fact or a journal is.
//!
//! ```
//! use proof::{Checkpoint, ProofFile, Prover, Signer, leaf};
//!
//! let facts = [b"one".as_slice(), b"two", b"three"];
//! let signer = Signer::new("tonghop.example", [7; 32])?;
//! let mut prover = Prover::inclusion(1, 3)?;
//! facts.iter().for_each(|fact| prover.push(leaf(fact)));
//! let proved = prover.finish()?;
//!
//! let origin = "tonghop.example/4f1c".to_owned();
//! let checkpoint = Checkpoint { origin, size: 3, root: proved.root, extensions: vec![] };
//! let note = checkpoint.sign(&signer)?;
//! let file = ProofFile { extra: None, index: 1, path: proved.path, note };
//! file.verify(&leaf(b"two"), &[signer.verifier()])?;
//! assert!(file.verify(&leaf(b"2"), &[signer.verifier()]).is_err());
//! # Ok::<(), proof::Error>(())
//! ```

mod base;
mod checkpoint;
mod error;
pub mod keys;
pub mod note;
mod proof_file;
mod prove;
mod range;
mod signing;
mod tree;
mod verify;

pub use checkpoint::Checkpoint;
pub use error::{Error, Result};
pub use proof_file::{FIRST_LINE, ProofFile};
pub use prove::{Proved, Prover};
pub use range::Range;
pub use signing::{Signer, Verifier};
pub use tree::{Hash, leaf};
pub use verify::{verify_consistency, verify_inclusion};
