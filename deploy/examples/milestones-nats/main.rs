//! Prints what becomes of the milestones of one unit, also after a restart:
//! `milestones_nats URL NAME UNIT`.

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::{self, Message};
use futures::TryStreamExt;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, name, unit] = arguments.as_slice() else {
        return Err("usage: milestones_nats URL NAME UNIT".into());
    };
    let server = jetstream::new(async_nats::connect(url).await?);
    let stream = server.get_stream("TONGHOP_MILESTONES").await?;
    // The server keeps under this name what was acknowledged: whoever comes again goes on there.
    let wish = pull::Config {
        durable_name: Some(name.clone()),
        // tonghop.milestones.<rule>.<definition>.<unit>.<period>.<revision>.<act>
        filter_subject: format!("tonghop.milestones.*.*.{unit}.>"),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        // One after the other: a withdrawal never overtakes what it takes back.
        max_ack_pending: 1,
        ..pull::Config::default()
    };
    let consumer = stream.get_or_create_consumer(name, wish).await?;
    let mut messages = consumer.messages().await?;
    while let Some(message) = messages.try_next().await? {
        handle(&message)?;
        // If we crash here, it comes again: whoever must act once remembers the event's id.
        message.double_ack().await?;
    }
    Ok(())
}

fn handle(message: &Message) -> Result<(), Box<dyn Error + Send + Sync>> {
    let event: Value = serde_json::from_slice(&message.payload)?;
    let word = |name: &str| event["data"][name].as_str().unwrap_or_default().to_owned();
    let [act, rule, unit, period] = ["act", "rule", "unit", "period"].map(word);
    println!("{act} {rule} {unit} {period} {}", event["data"]["revision"]);
    Ok(())
}
