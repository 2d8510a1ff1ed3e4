//! The service: one listener in front of projector, gateway and portal, in one process.
//!
//! It stops in the order in which facts flow: nobody new is let in, what was handed in is written,
//! what was written is committed.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use auditor::Shelf;
use feed::Followed;
use futures::FutureExt;
use gateway::{Appending, Gateway};
use herald::{Cidr, Desk, Herald};
use journal::{Journal, Options, Writer};
use projector::{Handle, Projector};
use proof::Signer;
use proto::gazetteer::Lang;
use serde_json::value::to_raw_value;

mod durability;
mod forms;
mod front;
mod gauges;
mod hold;
mod parts;
mod reach;
mod room;
mod signing;
mod supervisor;
mod telling;

pub(super) use self::front::Front;

use self::front::{Behind, Sent};
use self::hold::Hold;
use self::parts::{Part, Parts};
use self::reach::Reach;
use self::room::Room;
use self::signing::Regularly;
use self::supervisor::Supervisor;
use self::telling::Telling;
use super::ask;
use super::folded::Folded;
use super::{known, place};
use crate::socket::{self, Answerer};

const LISTENING: &str = "listening";

/// What is to run.
pub(super) struct Service {
    pub(super) lang: Lang,
    pub(super) data: PathBuf,
    pub(super) url: String,
    pub(super) options: Options,
    /// Archives of the journal, which may know more of it.
    pub(super) archives: Vec<PathBuf>,
    /// None: only the projector, and questions by the socket.
    pub(super) front: Option<Front>,
    pub(super) signing: Signing,
    /// Addresses beyond the public ones that webhooks may go to.
    pub(super) webhook_allow: Vec<Cidr>,
    /// The public is told no breakdown and no amount of fewer households than this.
    pub(super) households_min: u32,
    /// Whether facts are taken although a power cut may take them back.
    pub(super) allow_unsynced: bool,
    /// So many MB stay free on the disk: with less, no facts are taken.
    pub(super) disk_reserve_mb: u64,
}

/// Whether the journal is signed, and how often beside each closing.
#[derive(Default)]
pub(super) struct Signing {
    pub(super) key: Option<Arc<Signer>>,
    pub(super) every: Option<Duration>,
    /// Why there is no key although one was named.
    pub(super) fault: Option<String>,
}

/// What has been opened, and not yet begun.
pub(super) struct Opened {
    pub(super) journal: Journal,
    pub(super) handle: Handle,
    pub(super) gateway: Option<Gateway>,
    pub(super) rebuild: Option<String>,
    projector: Projector,
    appending: Option<Appending>,
    front: Option<Front>,
    data: PathBuf,
    signing: Regularly,
    telling: Telling,
    herald: Option<Herald>,
    parts: Parts,
    hold: Hold,
    allow_unsynced: bool,
    households_min: u32,
}

impl Service {
    /// Opens journal and store.
    pub(super) async fn open(self) -> Result<Opened> {
        let Service { data, url, mut options, mut front, signing, .. } = self;
        options.dir.known = known::of(self.lang, &url, Some(&data), &self.archives).await?;
        // Nothing is acknowledged that may be gone after a power cut, unless somebody wants it so.
        options.nats.needs_sync = !self.allow_unsynced;
        let room = Room::of(&data, &url, self.disk_reserve_mb);
        let (webhook_allow, allow_unsynced) = (self.webhook_allow, self.allow_unsynced);
        let descriptors = web::raise_descriptors();
        if let Some(front) = &mut front {
            front.doors.limits.fit(descriptors);
        }
        let writes = front.as_ref().is_some_and(|front| front.writes);
        let (journal, writer) = match Journal::open(&url, &options).await {
            Ok(journal) if !writes => (journal, None),
            // A journal that is not there yet is made by a writer, also where we only read.
            _ => {
                let writer = Writer::open(&url, &options).await?;
                known::reached(&writer.journal(), &options.dir.known).await?;
                (writer.journal(), writes.then_some(writer))
            }
        };
        let parts = Parts::default();
        if writer.is_some() {
            durability::tell(&journal, &parts, allow_unsynced);
        }
        let mut config = place::config(journal.clone(), &data)?;
        let desk = place::desk(&data, &journal, signing.key);
        config.closings = Some(desk.clone());
        let projector = Projector::open(config).await?;
        let handle = projector.handle();
        // Whoever only shows figures to the public writes nothing anywhere.
        let tells = front.as_ref().is_none_or(|front| front.writes);
        if let Some(fault) = &signing.fault {
            parts.failed(Part::Signing, fault);
        }
        let telling =
            Telling::open((&journal, &url), &options, &data, projector.outbox(), tells, &parts)
                .await;
        let told = (webhook_allow, self.households_min);
        let herald = telling.herald(&data, told, &parts).await;
        let (gateway, appending) = writer
            .zip(front.as_ref())
            .map(|(writer, front)| {
                let ledger = Arc::new(Folded(handle.clone()));
                Gateway::new(writer, &url, &options, ledger, front.doors.access.clone())
            })
            .unzip();
        let rebuild = projector.rebuild().map(str::to_owned);
        let signing = Regularly { desk, every: signing.every };
        Ok(Opened {
            journal,
            handle,
            gateway,
            rebuild,
            projector,
            appending,
            front,
            data,
            signing,
            telling,
            herald,
            parts: parts.clone(),
            hold: Hold { room, parts, clock: options.clock },
            allow_unsynced,
            households_min: self.households_min,
        })
    }
}

impl Opened {
    /// The feed of milestones, where it is told.
    pub(super) fn feed(&self) -> Option<Followed> {
        self.telling.followed.clone()
    }

    /// Runs until `stop`, and then until what was handed in is written, folded and told.
    pub(super) async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Opened { journal, handle, gateway, projector, appending, front, .. } = self;
        let Opened { data, signing, telling, herald, parts, hold, .. } = self;
        let (households_min, allow_unsynced) = (self.households_min, self.allow_unsynced);
        if let Some(front) = &front {
            let _ = std::fs::write(data.join(LISTENING), front.listener.local_addr()?.to_string());
        }
        let room = hold.room.clone();
        let (reach, feed) = (Reach::default(), telling.followed.clone());
        let behind = Behind {
            data: &data,
            journal: journal.clone(),
            handle: handle.clone(),
            gateway: gateway.clone(),
            feed: feed.clone(),
            webhooks: herald.as_ref().map(Herald::desk),
            sent: herald.as_ref().map(|herald| Box::new(herald.counted()) as Sent),
            reach: reach.clone(),
            parts: parts.clone(),
            hold,
            households_min,
        };
        let answering = answering(behind.webhooks.clone(), &handle, &data, &parts);
        let result = Supervisor::new(stop)
            .stage("serving", |stop| async {
                match front {
                    Some(front) => front.serve(behind, stop).await,
                    None => stop.map(Ok).await,
                }
            })
            .stage("writing", |stop| async {
                match appending {
                    Some(appending) => Ok(appending.run(stop).await?),
                    None => stop.map(Ok).await,
                }
            })
            .stage("projecting", |stop| async { Ok(projector.run(stop).await?) })
            .stage("announcing", |stop| telling.announce(stop, &parts).map(Ok))
            .stage("sending", |stop| telling::send(herald, stop, &parts).map(Ok))
            .beside(socket::serve(&data, answering))
            .beside(reach.watch(&journal, gateway.as_ref(), &room).map(Ok))
            .beside(durability::watched(&journal, &parts, gateway.is_some(), allow_unsynced))
            .beside(telling::alone(Part::Signing, &parts, signing.run(&journal, &handle, &parts)))
            .beside(telling::follow(feed, &parts))
            .run()
            .await;
        let _ = std::fs::remove_file(socket::path(&data));
        let _ = std::fs::remove_file(data.join(LISTENING));
        result
    }
}

/// Answers what other processes of this machine ask of the data folder.
fn answering(desk: Option<Desk>, handle: &Handle, data: &Path, parts: &Parts) -> Answerer {
    let (handle, shelf, parts) = (handle.clone(), Shelf::of(data), parts.clone());
    let runtime = tokio::runtime::Handle::current();
    Arc::new(move |line: &str| {
        match (&desk, serde_json::from_str::<herald::Ask>(line)) {
            (Some(desk), Ok(asked)) => {
                // A test of a webhook takes long: the fold does not wait for it.
                Ok(to_raw_value(&runtime.block_on(desk.answer(asked))?)?)
            }
            (None, Ok(_)) => {
                let why = parts.why(Part::Webhooks);
                bail!(why.unwrap_or_else(|| "nothing is sent to webhooks here".to_owned()))
            }
            (_, Err(_)) => ask::told(&handle, &shelf, line),
        }
    })
}

/// Where the server of a data folder listens, if one does.
pub(super) fn listening(data: &Path) -> Option<SocketAddr> {
    std::fs::read_to_string(data.join(LISTENING)).ok()?.trim().parse().ok()
}
