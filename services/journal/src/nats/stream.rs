//! The stream that is the journal: how it is made, and what it must be.

use std::collections::HashMap;
use std::time::Instant;

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, RetentionPolicy, State, StorageType,
};
use async_nats::jetstream::{Context, ErrorCode};

use super::RETRY;
use crate::options::{Options, Stream};
use crate::{Error, Identity, Position, Result};

const IDENTITY: &str = "tonghop_identity";
const FORMAT: &str = "tonghop_format";
/// The version of what is in the messages: the record, and the header of a restored receive time.
const VERSION: u64 = 1;

/// The stream's configuration when it is made.
pub(crate) fn config(identity: Identity, options: &Options) -> Config {
    let of = options.nats.stream;
    Config {
        name: of.name().into(),
        description: Some(of.description().into()),
        subjects: vec![of.subjects()],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        num_replicas: options.nats.replicas,
        duplicate_window: options.nats.duplicate_window,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        allow_atomic_publish: true,
        metadata: HashMap::from([
            (IDENTITY.into(), identity.to_string()),
            (FORMAT.into(), VERSION.to_string()),
        ]),
        ..Config::default()
    }
}

/// The first thing that makes this stream unfit as a journal; otherwise its identity.
pub(crate) fn verify(of: Stream, config: &Config) -> Result<Identity> {
    let subjects = of.subjects();
    let rules = [
        (config.subjects == [subjects.as_str()], "its subjects are not those of such a stream"),
        (config.storage == StorageType::File, "it is not stored in files"),
        (config.retention == RetentionPolicy::Limits, "its retention is not limits"),
        (config.deny_delete, "it allows to delete messages"),
        (config.deny_purge, "it allows to purge"),
        (config.max_age.is_zero(), "it forgets by age"),
        (config.max_messages_per_subject <= 0, "it forgets by subject"),
        (
            config.discard == DiscardPolicy::New
                || (config.max_messages <= 0 && config.max_bytes <= 0),
            "it discards old messages",
        ),
        (config.allow_atomic_publish, "it does not allow atomic batches"),
        (config.sources.is_none() && config.mirror.is_none(), "it takes from other streams"),
        (config.subject_transform.is_none(), "it transforms subjects"),
    ];
    let unfit = |why: String| Error::NotAJournal { place: format!("stream {}", of.name()), why };
    if let Some((_, why)) = rules.iter().find(|(holds, _)| !holds) {
        return Err(unfit(format!("{why}; name another server, or repair its configuration")));
    }
    match config.metadata.get(FORMAT).map(|text| text.parse::<u64>()) {
        Some(Ok(VERSION)) => {}
        Some(Ok(found)) => {
            let place = format!("stream {}", of.name());
            return Err(Error::Version { place, found, wanted: VERSION });
        }
        Some(Err(_)) | None => return Err(unfit(format!("its metadata has no {FORMAT}"))),
    }
    let identity = config.metadata.get(IDENTITY).and_then(|text| text.parse().ok());
    identity.ok_or_else(|| unfit(format!("its metadata has no {IDENTITY}")))
}

/// Every position from 1 to the last is there.
pub(crate) fn check_whole(of: Stream, state: &State) -> Result<()> {
    let place = || format!("stream {}", of.name());
    if state.messages > 0 && state.first_sequence != 1 {
        let found = Position(state.first_sequence);
        return Err(Error::Gap { place: place(), before: Position(0), found });
    }
    if state.messages != state.last_sequence {
        let found = Position(state.last_sequence);
        return Err(Error::Gap { place: place(), before: Position(state.messages), found });
    }
    Ok(())
}

/// What asking for the stream may come to.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The server answered: there is no such stream.
    Absent,
    /// No answer, or one that may change.
    Again(String),
    /// An answer that will not change.
    Fatal(Error),
}

/// Asks the stream's leader for its configuration and state.
pub(crate) async fn ask(js: &Context, of: Stream) -> Result<Info, Trouble> {
    match js.get_stream(of.name()).await {
        Ok(stream) => Ok(stream.cached_info().clone()),
        Err(error) => Err(match error.kind() {
            GetStreamErrorKind::JetStream(answer)
                if answer.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                Trouble::Absent
            }
            GetStreamErrorKind::JetStream(answer)
                if answer.error_code() == ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT =>
            {
                let reason = answer.to_string();
                Trouble::Fatal(Error::Refused { doing: "find the stream", reason })
            }
            GetStreamErrorKind::JetStream(_) | GetStreamErrorKind::Request => {
                Trouble::Again(error.to_string())
            }
            GetStreamErrorKind::EmptyName | GetStreamErrorKind::InvalidStreamName => {
                Trouble::Fatal(Error::Refused {
                    doing: "find the stream",
                    reason: error.to_string(),
                })
            }
        }),
    }
}

/// The identity of the stream; makes it if it is absent and that is wished.
pub(crate) async fn open_or_create(js: &Context, options: &Options) -> Result<Identity> {
    let (started, of) = (Instant::now(), options.nats.stream);
    let info = loop {
        let why = match ask(js, of).await {
            Ok(info) => break info,
            Err(Trouble::Fatal(error)) => return Err(error),
            Err(Trouble::Again(why)) => why,
            Err(Trouble::Absent) if options.create => match create(js, options).await? {
                Ok(()) => continue,
                Err(why) => why,
            },
            Err(Trouble::Absent) => {
                let why = "it does not exist; create it first".into();
                return Err(Error::NotAJournal { place: format!("stream {}", of.name()), why });
            }
        };
        if started.elapsed() >= options.nats.connect_wait {
            return Err(Error::Busy {
                what: format!("the stream {} does not answer ({why})", of.name()),
            });
        }
        tokio::time::sleep(RETRY).await;
    };
    let found = verify(of, &info.config)?;
    check_whole(of, &info.state)?;
    match options.identity {
        Some(wanted) if wanted != found => Err(Error::diverged_identity(found, wanted)),
        Some(_) | None => Ok(found),
    }
}

/// Makes the stream. The inner error may pass.
async fn create(js: &Context, options: &Options) -> Result<Result<(), String>> {
    let identity = options.identity.unwrap_or_else(Identity::random);
    // If we crash here, the stream exists or not; either is found by the next start.
    let Err(error) = js.create_stream(config(identity, options)).await else { return Ok(Ok(())) };
    match error.kind() {
        // Another process was faster: what it made is looked at like any other.
        CreateStreamErrorKind::JetStream(answer)
            if answer.error_code() == ErrorCode::STREAM_NAME_EXIST =>
        {
            Ok(Ok(()))
        }
        CreateStreamErrorKind::JetStream(answer) if answer.code() < 500 => {
            Err(Error::Refused { doing: "create the stream", reason: answer.to_string() })
        }
        CreateStreamErrorKind::JetStream(_)
        | CreateStreamErrorKind::JetStreamUnavailable
        | CreateStreamErrorKind::TimedOut
        | CreateStreamErrorKind::Response
        | CreateStreamErrorKind::ResponseParse
        | CreateStreamErrorKind::NotFound => Ok(Err(error.to_string())),
        CreateStreamErrorKind::EmptyStreamName
        | CreateStreamErrorKind::InvalidStreamName
        | CreateStreamErrorKind::DomainAndExternalSet => {
            Err(Error::Refused { doing: "create the stream", reason: error.to_string() })
        }
    }
}
