//! The service: one listener in front of projector, gateway and portal, in one process.
//!
//! It stops in the order in which facts flow: nobody new is let in, what was handed in is written,
//! what was written is committed.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use auditor::Shelf;
use axum::Router;
use axum::http::Extensions;
use feed::Followed;
use gateway::{Appending, Gateway};
use herald::{Cidr, Herald};
use journal::{Journal, Options, Writer};
use portal::App;
use portal::pages::Pages;
use projector::{Handle, Projector};
use proof::Signer;
use serde_json::value::to_raw_value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{Csrf, Doors};

mod durability;
mod forms;
mod gauges;
mod hold;
mod parts;
mod reach;
mod room;
mod signing;
mod telling;

use self::forms::Forms;
use self::gauges::{watch_feed, watch_live, watch_over, watch_webhooks};
use self::hold::Hold;
use self::parts::{Part, Parts, watch_records};
use self::reach::Reach;
use self::room::Room;
use self::signing::Regularly;
use self::telling::Telling;
use super::ask;
use super::embedded;
use super::folded::Folded;
use super::place;
use crate::scenario::beside;
use crate::socket;

const LISTENING: &str = "listening";

/// What is to run.
pub(super) struct Service {
    pub(super) data: PathBuf,
    pub(super) url: String,
    pub(super) options: Options,
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

/// What people and programs meet.
pub(super) struct Front {
    pub(super) listener: TcpListener,
    pub(super) doors: Doors,
    /// Whether facts can be sent.
    pub(super) writes: bool,
    /// The key of the unit whose page comes first; the nation's without it.
    pub(super) home: Option<String>,
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
        options.dir.known = place::known(&data)?;
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

    /// Runs until `stop`.
    pub(super) async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Opened { journal, handle, gateway, projector, appending, front, data, .. } = self;
        let (hold, allow_unsynced) = (self.hold, self.allow_unsynced);
        let (signing, telling, herald, parts) =
            (self.signing, self.telling, self.herald, self.parts);
        let households_min = self.households_min;
        let subscriptions = herald.as_ref().map(Herald::desk);
        let listening = front.as_ref().map(|front| front.listener.local_addr()).transpose()?;
        if let Some(address) = listening {
            let _ = std::fs::write(data.join(LISTENING), address.to_string());
        }
        let answering = {
            let (handle, shelf) = (handle.clone(), Shelf::of(&data));
            let (runtime, desk) = (tokio::runtime::Handle::current(), subscriptions.clone());
            let parts = parts.clone();
            Arc::new(move |line: &str| {
                if desk.is_none() && serde_json::from_str::<herald::Ask>(line).is_ok() {
                    let why = parts.why(Part::Webhooks);
                    bail!(why.unwrap_or_else(|| "nothing is sent to webhooks here".to_owned()));
                }
                // A test of a webhook takes long: the fold does not wait for it.
                if let (Some(desk), Ok(asked)) = (&desk, serde_json::from_str(line)) {
                    return Ok(to_raw_value(&runtime.block_on(desk.answer(asked))?)?);
                }
                ask::told(&handle, &shelf, line)
            })
        };
        // Each of these ends the next one by being dropped.
        let (served, after_serving) = oneshot::channel::<()>();
        let (written, after_writing) = oneshot::channel::<()>();
        let (projected, after_projecting) = oneshot::channel::<()>();
        let (announced, after_announcing) = oneshot::channel::<()>();
        let reach = Reach::default();
        let (asked, asking) = (journal.clone(), gateway.clone());
        let (signed, feed) = (handle.clone(), telling.followed.clone());
        let counted = herald.as_ref().map(Herald::counted);
        let serving = async {
            match front {
                Some(Front { listener, mut doors, home, .. }) => {
                    watch_over(&mut doors, &handle, gateway.as_ref(), &reach);
                    parts.watch(&mut doors.health);
                    let foreign = feed.as_ref().map(|feed| feed.foreign().clone());
                    if let Some(foreign) = foreign.clone() {
                        watch_feed(&mut doors.health, foreign);
                    }
                    watch_records(&mut doors.health, &handle, foreign);
                    if let Some(counted) = counted {
                        watch_webhooks(&mut doors.health, counted);
                    }
                    let forms = |gateway: Gateway| Forms { gateway, hold: hold.clone() };
                    let audit = (Shelf::of(&data), gateway.clone().map(forms));
                    let (app, mut routes) = {
                        let shown = (home, households_min);
                        portal(&mut doors, journal, handle.clone(), shown, audit, feed)
                    };
                    if let Some(gateway) = gateway {
                        hold.watch(&mut doors.health);
                        routes = routes.merge(hold.before(gateway::router(gateway)));
                    }
                    match subscriptions {
                        Some(desk) => routes = routes.merge(herald::router(desk)),
                        None if parts.why(Part::Webhooks).is_some() => {
                            routes = routes.merge(parts::out_of_order());
                        }
                        None => {}
                    }
                    // Open pages are let go at once, so that stopping does not wait for them.
                    let stop = async {
                        stop.await;
                        app.hub.close();
                    };
                    web::serve(listener, doors, routes, stop).await.context("the server failed")?;
                }
                None => stop.await,
            }
            drop(served);
            Ok(())
        };
        let writing = async {
            match appending {
                Some(appending) => appending.run(async { drop(after_serving.await) }).await?,
                None => drop(after_serving.await),
            }
            drop(written);
            Ok(())
        };
        let projecting = async {
            projector.run(async { drop(after_writing.await) }).await?;
            drop(projected);
            Ok(())
        };
        let followed = telling.followed.clone();
        let sending = async {
            telling::send(herald, after_announcing, &parts).await;
            Ok(())
        };
        let announcing = async {
            telling.announce(after_projecting, &parts).await;
            drop(announced);
            Ok(())
        };
        let all = async { tokio::try_join!(serving, writing, projecting, announcing, sending) };
        let result = tokio::select! {
            result = all => result.map(drop),
            result = socket::serve(&data, answering) => result,
            () = reach.watch(&asked, asking.as_ref()) => Ok(()),
            () = durability::watch(&asked, &parts, allow_unsynced), if asking.is_some() => Ok(()),
            result = telling::alone(Part::Signing, &parts, signing.run(&asked, &signed)) => result,
            result = telling::follow(followed, &parts) => result,
        };
        let _ = std::fs::remove_file(socket::path(&data));
        let _ = std::fs::remove_file(data.join(LISTENING));
        result
    }
}

/// Pages and API over a projector, and how problems are shown to people.
fn portal(
    doors: &mut Doors,
    journal: Journal,
    handle: Handle,
    (home, households_min): (Option<String>, u32),
    (shelf, forms): (Shelf, Option<Forms>),
    feed: Option<Followed>,
) -> (Arc<App>, Router) {
    let csrf = |request: &Extensions| request.get::<Csrf>().map(|csrf| csrf.0.clone());
    let mut pages = Pages::new()
        .with_published(beside::krong_pa)
        .with_csrf(move |request| csrf(request).unwrap_or_default());
    if let Some(home) = home {
        pages = pages.with_home(home);
    }
    let render = pages.clone();
    let records = doors.access.clone();
    let app = App::new(handle, journal, embedded::rules())
        .rendering(move |app, page| render.live_parts(app, &page.path, page.lang, page.role))
        .recording(move |who, what, unit| match records.record_reading(who, what, unit) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a reading could not be recorded, so nothing was shown");
                false
            }
        })
        .hiding(households_min)
        .demonstrating(doors.access.is_open())
        .describing(described())
        .shelving(shelf)
        .following(feed);
    let app = Arc::new(match forms {
        Some(forms) => app.submitting(Arc::new(forms)),
        None => app,
    });
    watch_live(&mut doors.health, &app);
    let router = portal::router(Arc::clone(&app), &pages);
    let behind = Arc::clone(&app);
    doors.error_page = Some(Arc::new(move |problem, uri, lang, who| {
        Some(pages.problem(&behind, problem, uri, lang, who))
    }));
    (app, router)
}

/// The parts of the API that are not the portal's.
fn described() -> utoipa::openapi::OpenApi {
    let mut all = gateway::openapi();
    all.merge(herald::openapi());
    all
}

/// Where the server of a data folder listens, if one does.
pub(super) fn listening(data: &Path) -> Option<SocketAddr> {
    std::fs::read_to_string(data.join(LISTENING)).ok()?.trim().parse().ok()
}
