//! What people and programs meet: pages, API, facts in and webhooks, behind the doors.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use auditor::Shelf;
use axum::Router;
use axum::http::Extensions;
use feed::Followed;
use gateway::Gateway;
use herald::{Counted, Desk};
use journal::Journal;
use portal::App;
use portal::pages::Pages;
use projector::Handle;
use tokio::net::TcpListener;
use web::{Csrf, Doors};

use super::forms::Forms;
use super::gauges::{watch_feed, watch_live, watch_over, watch_webhooks};
use super::hold::Hold;
use super::parts::{self, Part, Parts, watch_records};
use super::reach::Reach;
use super::supervisor::Stop;
use crate::commands::embedded;
use crate::scenario::beside;

/// Where people and programs come in.
pub(in crate::commands) struct Front {
    pub(in crate::commands) listener: TcpListener,
    pub(in crate::commands) doors: Doors,
    /// Whether facts can be sent.
    pub(in crate::commands) writes: bool,
    /// The key of the unit whose page comes first; the nation's without it.
    pub(in crate::commands) home: Option<String>,
}

/// How many deliveries to webhooks there were.
pub(super) type Sent = Box<dyn Fn() -> Counted + Send + Sync>;

/// What stands behind it.
pub(super) struct Behind<'a> {
    pub(super) data: &'a Path,
    pub(super) journal: Journal,
    pub(super) handle: Handle,
    pub(super) gateway: Option<Gateway>,
    pub(super) feed: Option<Followed>,
    pub(super) webhooks: Option<Desk>,
    pub(super) sent: Option<Sent>,
    pub(super) reach: Reach,
    pub(super) parts: Parts,
    pub(super) hold: Hold,
    pub(super) households_min: u32,
}

impl Front {
    /// Serves until `stop`; then open pages are let go at once, so that stopping does not wait for
    /// them.
    pub(super) async fn serve(mut self, mut behind: Behind<'_>, stop: Stop<'_>) -> Result<()> {
        self.watch(&behind);
        if let Some(sent) = behind.sent.take() {
            watch_webhooks(&mut self.doors.health, sent);
        }
        let (app, mut routes) = self.portal(&behind);
        if let Some(gateway) = behind.gateway {
            behind.hold.watch(&mut self.doors.health);
            routes = routes.merge(behind.hold.before(gateway::router(gateway)));
        }
        match behind.webhooks {
            Some(desk) => routes = routes.merge(herald::router(desk)),
            None if behind.parts.why(Part::Webhooks).is_some() => {
                routes = routes.merge(parts::out_of_order());
            }
            None => {}
        }
        let stop = async {
            stop.await;
            app.hub.close();
        };
        web::serve(self.listener, self.doors, routes, stop).await.context("the server failed")
    }

    /// What `/readyz` and `/metrics` tell.
    fn watch(&mut self, behind: &Behind<'_>) {
        let Behind { handle, gateway, feed, reach, parts, .. } = behind;
        watch_over(&mut self.doors, handle, gateway.as_ref(), reach);
        let health = &mut self.doors.health;
        parts.watch(health);
        let foreign = feed.as_ref().map(|feed| feed.foreign().clone());
        if let Some(foreign) = foreign.clone() {
            watch_feed(health, foreign);
        }
        watch_records(health, handle, foreign);
    }

    /// Pages and API over a projector, and how problems are shown to people.
    fn portal(&mut self, behind: &Behind<'_>) -> (Arc<App>, Router) {
        let csrf = |request: &Extensions| request.get::<Csrf>().map(|csrf| csrf.0.clone());
        let mut pages = Pages::new()
            .with_published(beside::krong_pa)
            .with_csrf(move |request| csrf(request).unwrap_or_default());
        if let Some(home) = self.home.take() {
            pages = pages.with_home(home);
        }
        let render = pages.clone();
        let records = self.doors.access.clone();
        let app = App::new(behind.handle.clone(), behind.journal.clone(), embedded::rules())
            .rendering(move |app, page| render.live_parts(app, &page.path, page.lang, page.role))
            .recording(move |who, what, unit| match records.record_reading(who, what, unit) {
                Ok(()) => true,
                Err(error) => {
                    tracing::error!(%error, "a reading could not be recorded, so nothing was shown");
                    false
                }
            })
            .hiding(behind.households_min)
            .knowing(self.doors.access.clone())
            .demonstrating(self.doors.access.is_open())
            .describing(gateway::openapi())
            .describing(herald::openapi())
            .shelving(Shelf::of(behind.data))
            .following(behind.feed.clone());
        let forms =
            behind.gateway.clone().map(|gateway| Forms { gateway, hold: behind.hold.clone() });
        let app = Arc::new(match forms {
            Some(forms) => app.submitting(Arc::new(forms)),
            None => app,
        });
        watch_live(&mut self.doors.health, &app);
        let router = portal::router(Arc::clone(&app), &pages);
        let shown = Arc::clone(&app);
        self.doors.error_page = Some(Arc::new(move |problem, uri, lang, who| {
            Some(pages.problem(&shown, problem, uri, lang, who))
        }));
        (app, router)
    }
}
