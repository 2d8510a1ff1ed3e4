//! Pages for people: rendered here, whole without JavaScript, alive with it.

mod answered;
mod ask;
mod closings;
mod compare;
mod days;
mod declare;
mod declared;
mod desk;
mod explain;
mod fault;
mod findings;
mod frame;
mod heads;
mod households;
mod indicator;
mod lede;
mod map;
mod markup;
mod milestone;
mod milestones;
mod movements;
mod number;
mod operations;
mod outcome;
mod overview;
mod own;
mod parts;
mod published;
mod recent;
mod revised;
mod rows;
mod search;
mod serving;
mod sign_in;
mod stock;
mod target;
mod text;
mod tile_map;
mod time;
mod trend;
mod two_step;
mod view;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use access::{Role, Who};
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{Extensions, StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use domain::atlas::Unit;
use domain::disclosure::Guard;
use domain::fold::Fold;
use projector::Progress;
use proto::gazetteer::Lang;
use web::{Asker, Client, Language, Problem, TWO_STEP};

use crate::App;
use answered::answered;
use ask::Ask;
use outcome::{Fault, Outcome};
use parts::parts;
use serving::{aside, is_audit};
use view::View;

pub use published::{Held, PublishedReport, PublishedRow};
pub use recent::RecentFact;

/// Finds the latest facts of a unit, newest first, at most so many.
type Recent = dyn Fn(&App, Unit, Lang, usize) -> Vec<RecentFact> + Send + Sync;
/// Sets a published report beside the ledger, as far as whoever asks may be told.
type Published = dyn Fn(&Guard<'_>, Lang) -> Option<PublishedReport> + Send + Sync;

/// Finds in a request what a signed-in person's forms have to send against forgery.
type Csrf = dyn Fn(&Extensions) -> String + Send + Sync;

/// The pages, with what other parts of the program give them.
#[derive(Clone, Default)]
pub struct Pages {
    recent: Option<Arc<Recent>>,
    published: Option<Arc<Published>>,
    home: Option<String>,
    csrf: Option<Arc<Csrf>>,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("home", &self.home).finish_non_exhaustive()
    }
}

/// The page of a unit's closings also takes what is declared.
const CLOSINGS: &str = "/u/{key}/closings";

/// The addresses of all pages.
pub const PATHS: [&str; 17] = [
    "/",
    "/u/{key}",
    "/u/{key}/map",
    "/u/{key}/movements",
    "/u/{key}/i",
    "/u/{key}/i/{indicator}",
    "/u/{key}/compare",
    "/u/{key}/findings",
    "/u/{key}/explain",
    CLOSINGS,
    "/milestones",
    "/search",
    "/operations",
    "/published",
    "/sign-in",
    "/sign-in/code",
    TWO_STEP,
];

/// Latest facts that a page lists.
const RECENT: usize = 8;

impl Pages {
    /// Pages without published reports; the first page is the nation's.
    pub fn new() -> Pages {
        Pages::default().with_recent(recent::latest)
    }

    /// Shows the latest facts that this finds.
    #[must_use]
    pub fn with_recent(
        self,
        recent: impl Fn(&App, Unit, Lang, usize) -> Vec<RecentFact> + Send + Sync + 'static,
    ) -> Pages {
        Pages { recent: Some(Arc::new(recent)), ..self }
    }

    /// Shows this published report beside the ledger.
    #[must_use]
    pub fn with_published(
        self,
        published: impl Fn(&Guard<'_>, Lang) -> Option<PublishedReport> + Send + Sync + 'static,
    ) -> Pages {
        Pages { published: Some(Arc::new(published)), ..self }
    }

    /// Lets the form to sign out send what this finds in the request as `csrf`; without it, there
    /// is no such form.
    #[must_use]
    pub fn with_csrf(self, csrf: impl Fn(&Extensions) -> String + Send + Sync + 'static) -> Pages {
        Pages { csrf: Some(Arc::new(csrf)), ..self }
    }

    /// The first page is this unit's.
    #[must_use]
    pub fn with_home(self, key: impl Into<String>) -> Pages {
        Pages { home: Some(key.into()), ..self }
    }

    /// The routes of all pages and their assets.
    pub fn router(&self) -> Router<Arc<App>> {
        let pages = self.clone();
        let page = get(
            move |State(app): State<Arc<App>>, who: Asker, lang: Language, request: Request| {
                pages.clone().serve(app, who, lang, request)
            },
        );
        let mut router = Router::new().route("/a/{hash}/{name}", get(crate::assets::serve));
        for path in PATHS.into_iter().filter(|path| ![CLOSINGS, TWO_STEP].contains(path)) {
            router = router.route(path, page.clone());
        }
        let pages = self.clone();
        let closings = page.clone().post(
            move |State(app): State<Arc<App>>, who: Asker, lang: Language, request: Request| {
                let (ask, _) = pages.asked(&request, who, lang);
                let pages = pages.clone();
                let again = move |app: &App, ask: &Ask, status| pages.answer(app, ask, status);
                declare::take(app, ask, request, Box::new(again))
            },
        );
        let pages = self.clone();
        let two_step = page.post(
            move |State(app): State<Arc<App>>,
                  who: Asker,
                  lang: Language,
                  Client(from): Client,
                  request: Request| {
                let (ask, _) = pages.asked(&request, who, lang);
                two_step::take(app, ask, from, request)
            },
        );
        router.route(CLOSINGS, closings).route(TWO_STEP, two_step)
    }

    /// The answer to an address that nothing serves, in the asker's language: for the fallback of
    /// the whole router.
    pub fn not_found(&self) -> axum::routing::MethodRouter<Arc<App>> {
        let pages = self.clone();
        axum::routing::any(
            move |State(app): State<Arc<App>>, who: Asker, lang: Language, request: Request| {
                pages.clone().serve(app, who, lang, request)
            },
        )
    }

    /// Answers a request for a page.
    async fn serve(self, app: Arc<App>, who: Asker, lang: Language, request: Request) -> Response {
        let (ask, is_clear) = self.asked(&request, who, lang);
        let answer = move |app: &App, ask: &Ask| match is_clear {
            true => self.answer(app, ask, StatusCode::OK),
            false => fault::respond(app, ask, &Fault::Unclear(String::new())),
        };
        aside(app, ask, answer).await
    }

    /// What a request asks for, and whether its query can be read.
    fn asked(&self, request: &Request, Asker(who): Asker, Language(lang): Language) -> (Ask, bool) {
        let uri = request.uri();
        let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
        let is_clear = query.is_ok();
        let query = query.map(|Query(pairs)| pairs).unwrap_or_default();
        let csrf = self.csrf.as_ref().map_or_else(String::new, |find| find(request.extensions()));
        (Ask { csrf, ..Ask::new(uri.path(), query, lang, who) }, is_clear)
    }

    /// The parts of a page that may change while somebody looks at it, by the key that its
    /// element carries in `data-live`, as somebody of this role sees them; none when there is no
    /// such page.
    pub fn live_parts(
        &self,
        app: &App,
        path_and_query: &str,
        lang: Lang,
        role: Role,
    ) -> Option<BTreeMap<String, String>> {
        let uri: Uri = path_and_query.parse().ok()?;
        let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
        let who = Who { role, ..Who::public() };
        let ask = Ask { for_one: false, ..Ask::new(uri.path(), query, lang, who) };
        // What walks along all timelines is not made anew with every change; milestones come with
        // their own feed.
        if is_audit(uri.path()) || uri.path() == "/milestones" {
            return None;
        }
        match self.build(app, &ask).ok()? {
            Outcome::Page(page) => Some(parts(&page.dyn_render().ok()?)),
            Outcome::Go(_) => None,
        }
    }

    /// The page of a problem that the door or another part of the program has with a request of a
    /// browser: what it answers with instead of JSON.
    pub fn problem(
        &self,
        app: &App,
        problem: &Problem,
        uri: &Uri,
        lang: Lang,
        who: &Who,
    ) -> String {
        let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
        let query = query.map(|Query(pairs)| pairs).unwrap_or_default();
        fault::of_problem(app, &Ask::new(uri.path(), query, lang, who.clone()), problem)
    }

    /// The page, or another address, or the page that says why there is none.
    fn answer(&self, app: &App, ask: &Ask, status: StatusCode) -> Response {
        answered(app, ask, status, self.build(app, ask))
    }

    fn build(&self, app: &App, ask: &Ask) -> Result<Outcome, Fault> {
        let segments: Vec<&str> = ask.path.split('/').filter(|part| !part.is_empty()).collect();
        let key = match segments.as_slice() {
            [] => {
                let home = match ask.who.role {
                    Role::Officer { of } => app.gazetteer.key(of),
                    Role::Public | Role::Auditor | Role::Operator | Role::Open => {
                        self.home.as_deref().unwrap_or("VN")
                    }
                };
                return Ok(Outcome::Go(ask.href(&format!("/u/{home}"), &[])));
            }
            ["search"] => return search::page(app, ask),
            ["milestones"] => return milestones::page(app, ask),
            ["operations"] => return operations::page(app, ask),
            ["sign-in"] => return Ok(sign_in::page(app, ask)),
            ["sign-in", "code"] => return Ok(two_step::code(app, ask)),
            ["two-step"] => return two_step::page(app, ask),
            ["published"] => {
                return app.handle.read(|fold, progress| {
                    let guard = Guard::new(fold, app.disclosure(&ask.who));
                    let report = self.published.as_ref().and_then(|make| make(&guard, ask.lang));
                    Ok(published::page(app, progress, ask, report))
                });
            }
            ["u", key, ..] => *key,
            _ => return Err(Fault::NotFound),
        };
        if let Some(text) = ask.get("q").filter(|text| !text.trim().is_empty()) {
            return Ok(Outcome::Go(ask.href("/search", &[("q", Some(text))])));
        }
        let unit = app.gazetteer.unit(key).ok_or(Fault::NotFound)?;
        match segments.as_slice() {
            ["u", _, "closings"] => return closings::page(app, ask, unit),
            ["u", _, "explain"] => return explain::page(app, ask, unit),
            _ => {}
        }
        let recent = match (&self.recent, segments.as_slice()) {
            (Some(find), ["u", _]) => find(app, unit, ask.lang, RECENT),
            (_, _) => Vec::new(),
        };
        // Readings are recorded before the fold is held.
        let keyed = match segments.as_slice() {
            ["u", _] => recent::with_keys(app, ask, unit, RECENT),
            _ => Vec::new(),
        };
        let sees_keys = matches!(segments.as_slice(), ["u", _, "findings"])
            && households::may_show(app, ask, unit, "findings with keys of households' facts");
        app.handle.read(|fold: &Fold, progress: &Progress| {
            let view = View::open(app, fold, progress, ask, unit)?;
            match segments.as_slice() {
                ["u", _] => {
                    let recent = self.recent.is_some().then_some(recent);
                    Ok(overview::page(&view, recent, keyed))
                }
                ["u", _, "movements"] => Ok(movements::page(&view)),
                ["u", _, "map"] => map::page(&view),
                ["u", _, "i"] => Ok(indicator::list(&view)),
                ["u", _, "i", indicator] => indicator::page(&view, indicator),
                ["u", _, "compare"] => compare::page(&view),
                ["u", _, "findings"] => Ok(findings::page(&view, sees_keys)),
                _ => Err(Fault::NotFound),
            }
        })
    }
}
