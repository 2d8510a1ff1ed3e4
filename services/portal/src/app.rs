//! What all handlers share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use access::{Access, Who};
use auditor::Shelf;
use bytes::Bytes;
use domain::contribution::Rules;
use domain::disclosure::{Disclosure, HOUSEHOLDS_MIN};
use feed::Followed;
use journal::Journal;
use projector::Handle;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use query::Editions;
use tokio::sync::Semaphore;
use utoipa::openapi::OpenApi;

use crate::api::cache::Answers;
use crate::clock;
use crate::live::{Hub, Limits, Page};
use crate::packs::Packs;
use crate::recent::Recent;
use crate::submit::Submit;

/// Most threads that read the fold at once for answers: it waits for them. Live pages have places
/// of their own ([`Limits::renderers`]), so that however many are open, answers find these free.
const READERS_MAX: usize = 4;
/// Most threads that walk all timelines at once, in many short looks.
const AUDITS_MAX: usize = 2;

/// What all handlers share. Reading the fold is done by [`Handle::read`], quickly: the projector
/// waits meanwhile.
pub struct App {
    /// The fold, and how far it is.
    pub handle: Handle,
    /// The journal, for recent facts, its end and audit packs.
    pub journal: Journal,
    /// Units and catalogue, as the fold has them.
    pub rules: Arc<Rules>,
    /// Units, names, keys.
    pub gazetteer: &'static Gazetteer,
    /// Indicators, labels, calendars.
    pub catalogue: &'static Catalogue,
    /// Which gazetteer and catalogue the figures are by.
    pub editions: Editions,
    /// The journal's identity, as it is written.
    pub identity: String,
    /// When this server began.
    pub since: String,
    /// Open pages.
    pub hub: Hub,
    /// The latest facts.
    pub recent: Recent,
    pub(crate) answers: Answers,
    pub(crate) readers: Arc<Semaphore>,
    /// Places for what walks all timelines.
    pub(crate) audits: Arc<Semaphore>,
    /// Places for audit packs.
    pub(crate) packs: Packs,
    /// What was closed; none where nothing is kept.
    pub(crate) shelf: Option<Shelf>,
    /// The feed of milestones; none where nothing is told.
    pub(crate) feed: Option<Followed>,
    /// Takes what forms write; none where nothing is written.
    pub(crate) submit: Option<Arc<dyn Submit>>,
    /// Whose second factors are turned on and off here; none where there are no users.
    pub(crate) access: Option<Access>,
    pub(crate) render: Render,
    pub(crate) reading: Reading,
    /// Of fewer households than this the public is told no breakdown and no amount.
    pub(crate) households_min: u32,
    /// Whether its facts are invented, as every page then says.
    pub(crate) is_demonstration: bool,
    /// Descriptions of the addresses of other parts of the program.
    pub(crate) others: Vec<OpenApi>,
    /// The description of the whole API, in JSON, when it was asked for.
    pub(crate) described: OnceLock<Bytes>,
}

/// Records that somebody reads data of single households; false: then they are not shown.
type Reading = Arc<dyn Fn(&Who, &str, &str) -> bool + Send + Sync>;

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("journal", &self.identity).finish_non_exhaustive()
    }
}

impl App {
    /// The portal's state beside a projector.
    pub fn new(handle: Handle, journal: Journal, rules: Arc<Rules>) -> App {
        App {
            identity: journal.identity().to_string(),
            handle,
            journal,
            rules,
            gazetteer: Gazetteer::embedded(),
            catalogue: Catalogue::embedded(),
            editions: Editions::embedded(),
            since: clock::written(clock::now_ms()),
            hub: Hub::new(Limits::default()),
            recent: Recent::default(),
            answers: Answers::default(),
            readers: Arc::new(Semaphore::new(READERS_MAX)),
            audits: Arc::new(Semaphore::new(AUDITS_MAX)),
            packs: Packs::default(),
            shelf: None,
            feed: None,
            submit: None,
            access: None,
            render: Arc::new(|_, _| None),
            reading: Arc::new(|_, _, _| false),
            households_min: HOUSEHOLDS_MIN,
            is_demonstration: false,
            others: Vec::new(),
            described: OnceLock::new(),
        }
    }

    /// Has the live parts of pages rendered by this.
    #[must_use]
    pub fn rendering(
        self,
        render: impl Fn(&App, &Page) -> Option<BTreeMap<String, String>> + Send + Sync + 'static,
    ) -> App {
        App { render: Arc::new(render), ..self }
    }

    /// Shows a feed of milestones.
    #[must_use]
    pub fn following(self, feed: Option<Followed>) -> App {
        App { feed, ..self }
    }

    /// Lets so many watch live pages.
    #[must_use]
    pub fn limiting(self, live: Limits) -> App {
        App { hub: Hub::new(live), ..self }
    }

    /// Shows data of single households to those who may see them, each time after this has recorded
    /// who reads what of which unit. Without it nobody sees any.
    #[must_use]
    pub fn recording(
        self,
        reading: impl Fn(&Who, &str, &str) -> bool + Send + Sync + 'static,
    ) -> App {
        App { reading: Arc::new(reading), ..self }
    }

    /// Tells the public no breakdown and no amount of fewer households than this.
    #[must_use]
    pub fn hiding(self, households_min: u32) -> App {
        App { households_min, ..self }
    }

    /// Which figures somebody may be told.
    pub(crate) fn disclosure(&self, who: &Who) -> Disclosure {
        who.disclosure(self.households_min)
    }

    /// Shows what was closed.
    #[must_use]
    pub fn shelving(self, shelf: Shelf) -> App {
        App { shelf: Some(shelf), ..self }
    }

    /// Lets officers close the figures of their units by forms; this writes what they declare.
    #[must_use]
    pub fn submitting(self, submit: Arc<dyn Submit>) -> App {
        App { submit: Some(submit), ..self }
    }

    /// Lets users turn their second factors on and off.
    #[must_use]
    pub fn knowing(self, access: Access) -> App {
        App { access: Some(access), ..self }
    }

    /// Says on every page, on paper, too, that its facts are a demonstration.
    #[must_use]
    pub fn demonstrating(self, is_demonstration: bool) -> App {
        App { is_demonstration, ..self }
    }

    /// Describes the addresses of another part of the program together with ours.
    #[must_use]
    pub fn describing(mut self, other: OpenApi) -> App {
        self.others.push(other);
        self
    }

    /// What tells one pair of gazetteer and catalogue from another.
    pub fn edition(&self) -> String {
        let half = |hash: &str| hash.get(..16).unwrap_or(hash).to_owned();
        format!("{}.{}", half(&self.editions.gazetteer), half(&self.editions.catalogue))
    }

    /// What is written under a table that leaves the house: which journal, and up to where.
    pub(crate) fn source(&self, position: u64) -> Source {
        let made = clock::written(clock::now_ms());
        Source { journal: self.identity.clone(), position, made }
    }
}

/// Where a table comes from.
pub(crate) struct Source {
    pub(crate) journal: String,
    pub(crate) position: u64,
    pub(crate) made: String,
}

/// Gives the live parts of a page, by their keys; none when there is no such page.
pub(crate) type Render =
    Arc<dyn Fn(&App, &Page) -> Option<BTreeMap<String, String>> + Send + Sync + 'static>;
