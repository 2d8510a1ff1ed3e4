//! The service: one listener in front of projector, gateway and portal, in one process.
//!
//! It stops in the order in which facts flow: nobody new is let in, what was handed in is written,
//! what was written is committed.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use auditor::Shelf;
use axum::Router;
use axum::http::Extensions;
use gateway::{Appending, Gateway};
use journal::{Journal, Options, Writer};
use portal::App;
use portal::pages::Pages;
use projector::{Config, Handle, Projector};
use proof::Signer;
use proto::catalogue::Catalogue;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{Check, Csrf, Doors, Gauge, Health};

mod forms;
mod reach;
mod signing;

use self::forms::Forms;
use self::reach::Reach;
use self::signing::Regularly;
use super::ask;
use super::folded::Folded;
use super::place;
use crate::scenario::beside;
use crate::socket;

/// A projector that is further behind is not ready: its figures are old.
const READY_LAG_MAX: u64 = 10_000;
const LISTENING: &str = "listening";

/// What is to run.
pub(super) struct Service {
    pub(super) data: PathBuf,
    pub(super) url: String,
    pub(super) options: Options,
    /// None: only the projector, and questions by the socket.
    pub(super) front: Option<Front>,
    pub(super) signing: Signing,
}

/// Whether the journal is signed, and how often beside each closing.
#[derive(Default)]
pub(super) struct Signing {
    pub(super) key: Option<Arc<Signer>>,
    pub(super) every: Option<Duration>,
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
}

impl Service {
    /// Opens journal and store.
    pub(super) async fn open(self) -> Result<Opened> {
        let Service { data, url, options, front, signing } = self;
        let writes = front.as_ref().is_some_and(|front| front.writes);
        let (journal, writer) = match Journal::open(&url, &options).await {
            Ok(journal) if !writes => (journal, None),
            // A journal that is not there yet is made by a writer, also where we only read.
            _ => {
                let writer = Writer::open(&url, &options).await?;
                (writer.journal(), writes.then_some(writer))
            }
        };
        let hash = Catalogue::embedded().hash();
        let mut config = Config::new(journal.clone(), &data, place::rules(), hash);
        let desk = place::desk(&data, &journal, signing.key);
        config.closings = Some(desk.clone());
        let projector = Projector::open(config).await?;
        let handle = projector.handle();
        let (gateway, appending) = writer
            .map(|writer| {
                let ledger = Arc::new(Folded(handle.clone()));
                Gateway::new(writer, &url, &options, ledger)
            })
            .unzip();
        let rebuild = projector.rebuild().map(str::to_owned);
        let signing = Regularly { desk, every: signing.every };
        Ok(Opened { journal, handle, gateway, rebuild, projector, appending, front, data, signing })
    }
}

impl Opened {
    /// Runs until `stop`.
    pub(super) async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Opened { journal, handle, gateway, projector, appending, front, data, signing, .. } =
            self;
        let listening = front.as_ref().map(|front| front.listener.local_addr()).transpose()?;
        if let Some(address) = listening {
            let _ = std::fs::write(data.join(LISTENING), address.to_string());
        }
        let answering = {
            let (handle, shelf) = (handle.clone(), Shelf::of(&data));
            Arc::new(move |line: &str| ask::told(&handle, &shelf, line))
        };
        // Each of these ends the next one by being dropped.
        let (served, after_serving) = oneshot::channel::<()>();
        let (written, after_writing) = oneshot::channel::<()>();
        let reach = Reach::default();
        let (asked, asking) = (journal.clone(), gateway.clone());
        let signed = handle.clone();
        let serving = async {
            match front {
                Some(Front { listener, mut doors, home, .. }) => {
                    watch_over(&mut doors, &handle, gateway.as_ref(), &reach);
                    let audit = (Shelf::of(&data), gateway.clone().map(Forms));
                    let (app, mut routes) =
                        portal(&mut doors, journal, handle.clone(), home, audit);
                    if let Some(gateway) = gateway {
                        routes = routes.merge(gateway::router(gateway));
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
        let projecting = async { Ok(projector.run(async { drop(after_writing.await) }).await?) };
        let all = async { tokio::try_join!(serving, writing, projecting) };
        let result = tokio::select! {
            result = all => result.map(drop),
            result = socket::serve(&data, answering) => result,
            () = reach.watch(&asked, asking.as_ref()) => Ok(()),
            result = signing.run(&asked, &signed) => result,
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
    home: Option<String>,
    (shelf, forms): (Shelf, Option<Forms>),
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
    let app = App::new(handle, journal, place::rules())
        .rendering(move |app, page| render.live_parts(app, &page.path, page.lang, page.role))
        .recording(move |who, what, unit| match records.record_reading(who, what, unit) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a reading could not be recorded, so nothing was shown");
                false
            }
        })
        .demonstrating(doors.access.is_open())
        .describing(gateway::openapi())
        .shelving(shelf);
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

/// What `/readyz` and `/metrics` tell of journal, projector and gateway.
fn watch_over(doors: &mut Doors, handle: &Handle, gateway: Option<&Gateway>, reach: &Reach) {
    let health = &mut doors.health;
    let watched = handle.clone();
    health.checks.push(Box::new(move || {
        let stopped = watched.watch().has_changed().is_err();
        let lag = watched.progress().lag();
        Check {
            name: "projector",
            ok: !stopped && lag <= READY_LAG_MAX,
            reason: match stopped {
                true => "bộ tổng hợp đã dừng".to_owned(),
                false => format!("còn {lag} dữ kiện chưa tổng hợp"),
            },
            reason_en: match stopped {
                true => "the projector has stopped".to_owned(),
                false => format!("{lag} facts are not folded yet"),
            },
        }
    }));
    let (reach, appending) = (reach.clone(), gateway.cloned());
    health.checks.push(Box::new(move || {
        reach.check(appending.as_ref().and_then(Gateway::trouble).as_deref())
    }));
    let mut gauge = |name, help, is_counter, value: Box<dyn Fn() -> f64 + Send + Sync>| {
        health.gauges.push(Gauge { name, help, is_counter, value });
    };
    type Told = fn(&projector::Progress) -> f64;
    let told: [(&'static str, &'static str, bool, Told); 6] = [
        ("tonghop_journal_end_position", "The last position of the journal.", false, |p| {
            p.end as f64
        }),
        ("tonghop_folded_position", "The last position that is folded.", false, |p| {
            p.position as f64
        }),
        ("tonghop_committed_position", "The last position in the store.", false, |p| {
            p.committed as f64
        }),
        ("tonghop_lag_records", "Records that are not folded yet.", false, |p| p.lag() as f64),
        ("tonghop_commits_total", "Commits since the start.", true, |p| p.commits as f64),
        ("tonghop_last_commit_seconds", "How long the last commit took.", false, |p| {
            p.commit_ms / 1000.0
        }),
    ];
    for (name, help, is_counter, tell) in told {
        let handle = handle.clone();
        gauge(name, help, is_counter, Box::new(move || tell(&handle.progress())));
    }
    let Some(gateway) = gateway else { return };
    type Count = fn(&gateway::Counted) -> u64;
    let counts: [(&'static str, &'static str, Count); 5] = [
        ("tonghop_facts_accepted_total", "Facts written to the journal.", |c| c.accepted),
        ("tonghop_facts_duplicate_total", "Facts that were there already.", |c| c.duplicate),
        ("tonghop_facts_rejected_total", "Facts that were refused.", |c| c.rejected),
        ("tonghop_appends_total", "Appends to the journal.", |c| c.appends),
        ("tonghop_append_failures_total", "Appends that failed.", |c| c.failures),
    ];
    for (name, help, count) in counts {
        let gateway = gateway.clone();
        gauge(name, help, true, Box::new(move || count(&gateway.counted()) as f64));
    }
    let gateway = gateway.clone();
    let help = "Requests, or parts of long ones, that wait for the journal.";
    gauge("tonghop_appends_waiting", help, false, Box::new(move || gateway.waiting() as f64));
}

/// What `/metrics` tells of open pages.
fn watch_live(health: &mut Health, app: &Arc<App>) {
    type Size = fn((usize, usize)) -> usize;
    let sizes: [(&'static str, &'static str, Size); 2] = [
        ("tonghop_live_clients", "Clients that watch live figures or pages.", |(_, clients)| {
            clients
        }),
        ("tonghop_live_topics", "Different figures and pages that they watch.", |(topics, _)| {
            topics
        }),
    ];
    for (name, help, size) in sizes {
        let app = Arc::clone(app);
        let value = Box::new(move || size(app.hub.sizes()) as f64);
        health.gauges.push(Gauge { name, help, is_counter: false, value });
    }
}

/// Where the server of a data folder listens, if one does.
pub(super) fn listening(data: &Path) -> Option<SocketAddr> {
    std::fs::read_to_string(data.join(LISTENING)).ok()?.trim().parse().ok()
}
