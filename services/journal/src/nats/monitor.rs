//! The server's monitoring port: the one place that tells whether it syncs always.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A page is asked for on the same machine or network.
const WAIT: Duration = Duration::from_secs(3);
const PAGE_BYTES_MAX: u64 = 4 << 20;

/// Gets a JSON page, such as `/varz`. `base` is `http://host:port`.
pub(crate) async fn get(base: &str, page: &str) -> Result<Value, String> {
    tokio::time::timeout(WAIT, fetch(base, page))
        .await
        .map_err(|_| "it does not answer".to_owned())?
}

async fn fetch(base: &str, page: &str) -> Result<Value, String> {
    let Some(host) = base.strip_prefix("http://").map(|rest| rest.trim_end_matches('/')) else {
        return Err(format!("{base:?} is not of the form http://host:port"));
    };
    let failed = |e: std::io::Error| e.to_string();
    let mut socket = TcpStream::connect(host).await.map_err(failed)?;
    let request = format!("GET {page} HTTP/1.0\r\nHost: {host}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.map_err(failed)?;
    let mut answer = Vec::new();
    socket.take(PAGE_BYTES_MAX).read_to_end(&mut answer).await.map_err(failed)?;
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    if !answer.starts_with(b"HTTP/1.0 200") && !answer.starts_with(b"HTTP/1.1 200") {
        let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
        return Err(format!("it answers {:?}", String::from_utf8_lossy(line)));
    }
    serde_json::from_slice(&answer[body..]).map_err(|e| e.to_string())
}

/// What is not as it should be, or could not be verified, about syncing.
pub(crate) async fn sync_warning(monitoring: Option<&str>) -> Option<String> {
    let Some(base) = monitoring else {
        return Some(
            "could not verify that the nats server has sync_interval: always, without which a \
             power cut may take back acknowledged facts; give the address of its monitoring port"
                .into(),
        );
    };
    match get(base, "/varz").await {
        Ok(page) => match page.pointer("/jetstream/config/sync_always").and_then(Value::as_bool) {
            Some(true) => None,
            Some(false) | None => Some(format!(
                "the nats server at {base} does not have sync_interval: always; a power cut may \
                 take back acknowledged facts"
            )),
        },
        Err(why) => Some(format!(
            "could not verify that the nats server has sync_interval: always; asked {base}: {why}"
        )),
    }
}
