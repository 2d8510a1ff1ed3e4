//! The command line of tamper evidence.

use std::path::PathBuf;

use clap::Args;

use super::place::{DataArgs, NatsArgs};

/// Which journal.
#[derive(Args, Debug)]
pub struct JournalArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// The journal: dir:PATH or nats://HOST:PORT; without it, the data folder's own.
    #[arg(long, env = "TONGHOP_JOURNAL", value_name = "URL")]
    pub journal: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub nats_options: NatsArgs,
}

/// `keygen`
#[derive(Args, Debug)]
pub struct KeygenArgs {
    /// Who signs, chosen once: an address without a scheme, such as baocao.gialai.gov.vn. Every
    /// checkpoint begins with it. No blanks, no plus sign.
    #[arg(long)]
    pub name: String,
    /// The file to write the private key to; the public one goes to FILE.pub. Neither may exist.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `checkpoint`
#[derive(Args, Debug)]
pub struct CheckpointArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub journal: JournalArgs,
    /// The private key to sign with.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The last position that is signed; without it, the journal's end.
    #[arg(long, value_name = "POSITION")]
    pub at: Option<u64>,
    /// The file to write; without it, the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `prove`
#[derive(Args, Debug)]
pub struct ProveArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub journal: JournalArgs,
    /// The record's position.
    #[arg(long)]
    pub position: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub signed: SignedArgs,
    /// The file to write the proof to; without it, the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The file to write the record itself to, byte for byte: whoever checks needs it too.
    #[arg(long, value_name = "FILE")]
    pub fact: Option<PathBuf>,
}

/// Who says what the journal holds.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct SignedArgs {
    /// Signs a new checkpoint of the journal's end with this private key.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Proves against this checkpoint, made before.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

/// `verify`
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// A proof (tonghop prove), a checkpoint (tonghop checkpoint) or an audit pack (tonghop pack);
    /// the file says which.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The record that a proof is about, byte for byte; one newline behind it is passed over.
    #[arg(long, value_name = "FILE")]
    pub fact: Option<PathBuf>,
    /// A public key of somebody who may have signed (FILE.pub); may be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    pub key: Vec<PathBuf>,
    /// Threads to compute a pack's figures on.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
}
