//! The body of a request, as far as it is taken: bytes, idle time and time are limited.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio::time::{Instant, timeout};
use web::{Kind, Problem};

use crate::job::Failed;
use crate::lines::{Line, Lines};

/// Whoever sends nothing for so long has gone.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// No body takes longer.
const TIME_MAX: Duration = Duration::from_secs(600);
/// Lines that are checked together.
const PART_LINES_MAX: usize = 500;
const PART_BYTES_MAX: usize = 512 << 10;

/// Why a request is not answered with outcomes.
#[derive(Debug)]
pub(crate) struct Halt(pub(crate) Box<Problem>);

impl Halt {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Halt {
        Halt(Box::new(Problem::new(kind, detail)))
    }
}

impl From<Failed> for Halt {
    fn from(failed: Failed) -> Halt {
        let seconds = match failed {
            Failed::Full | Failed::Stopping => 2,
            Failed::Busy => 10,
        };
        let problem = Problem::new(Kind::Busy, failed.to_string()).retry_after(seconds);
        Halt(Box::new(problem))
    }
}

/// A body being read.
pub(crate) struct Reading {
    body: BodyDataStream,
    bytes_max: usize,
    bytes: usize,
    until: Instant,
}

impl Reading {
    pub(crate) fn new(body: Body, bytes_max: usize) -> Reading {
        let until = Instant::now() + TIME_MAX;
        Reading { body: body.into_data_stream(), bytes_max, bytes: 0, until }
    }

    /// What comes next; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Halt> {
        let slow = |detail: &str| {
            let status = StatusCode::REQUEST_TIMEOUT.as_u16();
            let problem = Problem { status, ..Problem::new(Kind::BadRequest, detail) };
            Halt(Box::new(problem))
        };
        if Instant::now() > self.until {
            return Err(slow("the request took too long; send fewer facts at once"));
        }
        match timeout(IDLE_MAX, self.body.next()).await {
            Err(_) => Err(slow("nothing came for too long; send the same again")),
            Ok(None) => Ok(None),
            Ok(Some(Err(_))) => {
                let detail = "the request broke off; send the same again";
                Err(Halt::new(Kind::BadRequest, detail))
            }
            Ok(Some(Ok(bytes))) => {
                self.bytes += bytes.len();
                if self.bytes > self.bytes_max {
                    return Err(too_large(self.bytes_max));
                }
                Ok(Some(bytes))
            }
        }
    }

    /// All of it.
    pub(crate) async fn whole(mut self) -> Result<Bytes, Halt> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }

    /// Its lines, in parts that are checked together.
    pub(crate) fn parts(self) -> impl Stream<Item = Result<Vec<Line>, Halt>> {
        let state = Cutting { reading: self, lines: Some(Lines::default()), facts: 0 };
        futures::stream::try_unfold(state, |mut state| async {
            let part = state.part().await?;
            Ok((!part.is_empty()).then_some((part, state)))
        })
    }
}

struct Cutting {
    reading: Reading,
    /// None at the end.
    lines: Option<Lines>,
    facts: usize,
}

impl Cutting {
    async fn part(&mut self) -> Result<Vec<Line>, Halt> {
        let mut part = Vec::new();
        while let Some(lines) = &mut self.lines {
            match self.reading.next().await? {
                Some(bytes) => lines.take(bytes, &mut part),
                None => {
                    if let Some(lines) = self.lines.take() {
                        lines.finish(&mut part);
                    }
                }
            }
            let bytes: usize = part.iter().map(|line| line.bytes.len()).sum();
            if part.len() >= PART_LINES_MAX || bytes >= PART_BYTES_MAX {
                break;
            }
        }
        self.facts += part.len();
        if self.facts > FACTS_MAX { Err(too_many()) } else { Ok(part) }
    }
}

/// The body is larger than is taken.
pub(crate) fn too_large(bytes_max: usize) -> Halt {
    let detail = format!(
        "a request has at most {bytes_max} bytes here; send the facts in several, what was sent \
         of this one may be sent again"
    );
    Halt::new(Kind::TooLarge, detail)
}

/// There are more facts than are taken.
pub(crate) fn too_many() -> Halt {
    let detail = format!(
        "a request has at most {FACTS_MAX} facts; send them in several, what was sent of this one \
         may be sent again"
    );
    Halt::new(Kind::TooLarge, detail)
}

/// Most facts of one request.
pub const FACTS_MAX: usize = 100_000;
