//! Publishing messages to the stream: one atomic batch, or one message.
//!
//! An atomic batch (ADR-50) is a thousand messages and one sync: measured, twenty times faster
//! than a sync for each. The client library has no helper for it.

use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::header::{
    HeaderMap, NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
    NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_ID,
};
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::response::Response;
use async_nats::{Client, Request};
use bytes::Bytes;
use uuid::Uuid;

use super::RECEIVED;
use crate::{Error, ReceiveTime};

/// How long the server may take to sync and answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// The server's error codes that this crate tells apart (nats-server `errors.json`).
const DUPLICATE_IN_BATCH: u64 = 10201;
/// The subject has a message already.
const NOT_THE_FIRST: [u64; 2] = [10071, 10164];
const STORAGE_EXCEEDED: [u64; 4] = [10023, 10028, 10047, 10077];
/// Refusals that no retry changes: atomic publish disabled, message too large, wrong stream.
const FINAL: [u64; 4] = [10174, 10054, 10060, 10097];

/// One message to publish.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) subject: String,
    /// Equal ids within the duplicate window are stored once.
    pub(crate) id: String,
    pub(crate) bytes: Bytes,
    /// The receive time of a restored record, which then counts instead of the message's.
    pub(crate) received: Option<ReceiveTime>,
    /// Refused where the subject has a message already.
    pub(crate) once: bool,
}

/// What became of a publish.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Durable; the last message is at this sequence.
    Stored { last: u64, duplicate: bool },
    /// The whole batch was refused, because it holds something the stream has.
    HoldsDuplicate,
    /// It was refused, because its subject has a message already.
    NotTheFirst,
    /// We do not know: it may be stored, or be stored later. Publish the identical again.
    Unknown(String),
    /// It was refused, and would be again.
    Refused(Error),
}

impl Message {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, self.id.as_str());
        if let Some(received) = self.received {
            headers.insert(RECEIVED, received.0.to_string());
        }
        if self.once {
            headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, "0");
        }
        headers
    }
}

/// Publishes two to a thousand messages, all or none.
pub(crate) async fn batch(client: &Client, messages: &[Message]) -> Outcome {
    let id = Uuid::new_v4().simple().to_string();
    for (index, message) in messages.iter().enumerate() {
        let last = index + 1 == messages.len();
        let mut headers = message.headers();
        headers.insert(NATS_BATCH_ID, id.as_str());
        headers.insert(NATS_BATCH_SEQUENCE, (index + 1).to_string());
        if last {
            headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
        }
        if last {
            // If we crash here, the server drops the batch after some seconds.
            let outcome = request(client, message, headers).await;
            return outcome.unwrap_or_else(|| Outcome::Unknown("an empty answer".into()));
        }
        if index == 0 {
            // The first is answered at once: by nothing, or by the reason there can be no batch.
            match request(client, message, headers).await {
                None => {}
                Some(Outcome::Stored { .. }) => {
                    let what = "the server stored a part of an atomic batch".to_owned();
                    return Outcome::Refused(Error::Server { url: server(client), what });
                }
                Some(other) => return other,
            }
            continue;
        }
        let (subject, bytes) = (message.subject.clone(), message.bytes.clone());
        if let Err(error) = client.publish_with_headers(subject, headers, bytes).await {
            return Outcome::Unknown(error.to_string());
        }
    }
    Outcome::Unknown("an empty batch".into())
}

/// Publishes one message on its own.
pub(crate) async fn single(client: &Client, message: &Message) -> Outcome {
    let outcome = request(client, message, message.headers()).await;
    outcome.unwrap_or_else(|| Outcome::Unknown("an empty answer".into()))
}

/// `None`: an empty answer.
async fn request(client: &Client, message: &Message, headers: HeaderMap) -> Option<Outcome> {
    let request =
        Request::new().payload(message.bytes.clone()).headers(headers).timeout(Some(ANSWER_WAIT));
    let answer = match client.send_request(message.subject.clone(), request).await {
        Ok(answer) => answer,
        Err(error) => {
            return Some(match error.kind() {
                RequestErrorKind::TimedOut
                | RequestErrorKind::NoResponders
                | RequestErrorKind::Other => Outcome::Unknown(error.to_string()),
                RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                    refused(&error.to_string())
                }
            });
        }
    };
    if answer.payload.is_empty() {
        return None;
    }
    Some(match serde_json::from_slice::<Response<PublishAck>>(&answer.payload) {
        Ok(Response::Ok(ack)) => Outcome::Stored { last: ack.sequence, duplicate: ack.duplicate },
        Ok(Response::Err { error }) => match error.error_code().0 {
            DUPLICATE_IN_BATCH => Outcome::HoldsDuplicate,
            code if message.once && NOT_THE_FIRST.contains(&code) => Outcome::NotTheFirst,
            code if STORAGE_EXCEEDED.contains(&code) => Outcome::Refused(Error::Full {
                place: format!("the stream of {}", message.subject),
            }),
            code if FINAL.contains(&code) => refused(&error.to_string()),
            // Incomplete batch, no leader, too many batches in flight, and whatever comes later:
            // retrying the identical is always safe, and bounded.
            _ => Outcome::Unknown(error.to_string()),
        },
        Err(error) => Outcome::Unknown(format!("an answer that is no JSON: {error}")),
    })
}

fn refused(reason: &str) -> Outcome {
    Outcome::Refused(Error::Refused { doing: "store a message", reason: reason.to_owned() })
}

fn server(client: &Client) -> String {
    let info = client.server_info();
    format!("{}:{}", info.host, info.port)
}
