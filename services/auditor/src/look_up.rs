//! What the journal says of the facts behind a figure.

use journal::{Journal, Position};
use proto::document::Document;

use crate::Result;
use crate::explain::Explanation;
use crate::posted::Record;

/// Looks every listed fact up: who wrote it, when it happened, and when the journal took it. Whom
/// it is about is told only with `households`.
///
/// # Errors
/// `Replay`: the journal cannot be read.
pub async fn look_up(
    explanation: &mut Explanation,
    journal: &Journal,
    households: bool,
) -> Result<()> {
    for posted in explanation.facts_mut() {
        let record = journal.record(Position(posted.position)).await;
        let Some((received, bytes)) = record.map_err(projector::Error::from)? else { continue };
        let Ok(document) = Document::read(&bytes) else { continue };
        let attributes = &document.attributes;
        posted.record = Some(Record {
            source: attributes.source.to_string(),
            id: attributes.id.to_string(),
            kind: attributes.kind.to_string(),
            time: attributes.time.to_string(),
            received_ms: received.0,
            subject: attributes.subject.as_ref().filter(|_| households).map(ToString::to_string),
        });
    }
    Ok(())
}
