//! A connection to NATS as a journal wants it.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event};

use super::version;
use crate::options::{Credentials, NatsOptions};
use crate::{Error, Result};

/// Between two attempts to connect. The library's own delay grows to 4 s, too long for a tail.
const RETRY: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// Commands that wait while the connection is down; an atomic batch needs a thousand.
const COMMANDS_MAX: usize = 16 * 1024;

/// What our inboxes begin with: whoever may listen to `_INBOX.>` hears no answer to us, in which
/// facts may be.
const INBOX: &str = "_INBOX_TONGHOP";

/// Connects, or fails after `connect_wait`.
pub(crate) async fn connect(url: &str, options: &NatsOptions) -> Result<Client> {
    let started = Instant::now();
    loop {
        let error = match with_credentials(options).await?.connect(url).await {
            Ok(client) => {
                return match version::unfit(&client.server_info().version) {
                    None => Ok(client),
                    Some(what) => Err(Error::Server { url: url.into(), what }),
                };
            }
            Err(error) => error,
        };
        let kind = error.kind();
        if matches!(
            kind,
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation
        ) {
            return Err(Error::Refused { doing: "connect", reason: error.to_string() });
        }
        if started.elapsed() >= options.connect_wait {
            return Err(Error::Busy { what: format!("no nats server at {url} ({error})") });
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn with_credentials(options: &NatsOptions) -> Result<ConnectOptions> {
    let plain = ConnectOptions::new()
        .name("tonghop journal")
        .custom_inbox_prefix(INBOX)
        .ping_interval(Duration::from_secs(10))
        .connection_timeout(options.connect_wait.min(Duration::from_secs(5)))
        .client_capacity(COMMANDS_MAX)
        .reconnect_delay_callback(|attempts| {
            RETRY_MAX.min(RETRY.saturating_mul(u32::try_from(attempts).unwrap_or(u32::MAX)))
        })
        .event_callback(|event| async move { log(&event) });
    Ok(match &options.credentials {
        Credentials::None => plain,
        Credentials::User { user, password } => {
            plain.user_and_password(user.clone(), password.clone())
        }
        Credentials::LoginFile(path) => {
            let (user, password) = login(path)?;
            plain.user_and_password(user, password)
        }
        Credentials::SeedFile(path) => {
            let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
            let seed = text.lines().map(str::trim).find(|line| line.starts_with('S'));
            let Some(seed) = seed else {
                let what = format!("{} has no line with an nkey seed", path.display());
                return Err(Error::config(what));
            };
            plain.nkey(seed.to_owned())
        }
        Credentials::CredentialsFile(path) => {
            plain.credentials_file(path).await.map_err(Error::io("read", path))?
        }
    })
}

/// User and password of a login file.
fn login(path: &Path) -> Result<(String, String)> {
    let about = std::fs::metadata(path).map_err(Error::io("look at", path))?;
    let mode = about.mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display();
        let what = format!("{path} can be read by others (mode {mode:o}); run: chmod 600 {path}");
        return Err(Error::config(what));
    }
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let parts = text.lines().next().and_then(|line| line.trim_end().split_once(':'));
    match parts {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            Ok((user.to_owned(), password.to_owned()))
        }
        Some(_) | None => {
            Err(Error::config(format!("{} has no line user:password", path.display())))
        }
    }
}

/// A permission that is missing shows only here: the publish itself just times out.
fn log(event: &Event) {
    match event {
        Event::Connected | Event::Draining | Event::Closed => tracing::debug!(%event, "nats"),
        Event::Disconnected | Event::LameDuckMode => tracing::info!(%event, "nats"),
        Event::SlowConsumer(_) | Event::ServerError(_) | Event::ClientError(_) => {
            tracing::warn!(%event, "nats");
        }
    }
}
