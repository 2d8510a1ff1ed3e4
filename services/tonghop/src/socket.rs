//! The data folder's socket: whoever owns the store answers questions of other processes there.
//! One line of JSON asks, one line of JSON answers.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream as AsyncStream};
use tokio::sync::Semaphore;

/// Most bytes of a question.
const QUESTION_BYTES_MAX: u64 = 64 * 1024;
/// Most questions that are answered at once; others wait.
const ANSWERING_MAX: usize = 8;
/// A question that is not written in this time is not answered.
const QUESTION_WAIT: Duration = Duration::from_secs(5);
/// A pause after a connection that could not be taken.
const BREATH: Duration = Duration::from_millis(100);
/// An answer that takes longer than this is not waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(60);

/// What goes over the socket.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    /// The answer.
    Answer(Box<RawValue>),
    /// There is none, and why.
    Error(String),
}

/// Answers a question, both as JSON.
pub type Answerer = Arc<dyn Fn(&str) -> Result<Box<RawValue>> + Send + Sync>;

/// Where the socket of a data folder is.
pub fn path(data: &Path) -> PathBuf {
    data.join("query.sock")
}

/// Answers questions until the future is dropped. Only this user may ask.
pub async fn serve(data: &Path, answerer: Answerer) -> Result<()> {
    let path = path(data);
    // Whoever owned the store before us is gone: we hold its lock.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)
        .with_context(|| format!("cannot listen for questions on {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let places = Arc::new(Semaphore::new(ANSWERING_MAX));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Too many open files, most likely: others have to close some first.
                    tokio::time::sleep(BREATH).await;
                    continue;
                };
                let Ok(place) = places.clone().acquire_owned().await else { return Ok(()) };
                let answerer = answerer.clone();
                connections.spawn(async move {
                    if let Err(error) = converse(stream, answerer).await {
                        tracing::debug!("a question was not answered: {error:#}");
                    }
                    drop(place);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: AsyncStream, answerer: Answerer) -> Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    let mut reader = tokio::io::BufReader::new(reading.take(QUESTION_BYTES_MAX));
    tokio::time::timeout(QUESTION_WAIT, reader.read_line(&mut line)).await??;
    let reply = tokio::task::spawn_blocking(move || match answerer(&line) {
        Ok(answer) => Reply::Answer(answer),
        Err(error) => Reply::Error(format!("{error:#}")),
    })
    .await?;
    let mut bytes = serde_json::to_vec(&reply)?;
    bytes.push(b'\n');
    tokio::time::timeout(ANSWER_WAIT, writing.write_all(&bytes)).await??;
    Ok(())
}

/// Asks the owner of a data folder's store; none when nobody owns it.
pub fn ask<A: DeserializeOwned>(data: &Path, question: &impl Serialize) -> Result<Option<A>> {
    let Ok(mut stream) = UnixStream::connect(path(data)) else { return Ok(None) };
    stream.set_read_timeout(Some(ANSWER_WAIT))?;
    let mut question = serde_json::to_vec(question)?;
    question.push(b'\n');
    stream.write_all(&question)?;
    let mut line = String::new();
    let owner = || "the process that owns the data folder did not answer; try again, or stop it";
    if BufReader::new(stream).read_line(&mut line).with_context(owner)? == 0 {
        bail!(owner());
    }
    match serde_json::from_str(&line).with_context(owner)? {
        Reply::Answer(answer) => Ok(Some(serde_json::from_str(answer.get()).with_context(owner)?)),
        Reply::Error(error) => bail!(error),
    }
}
