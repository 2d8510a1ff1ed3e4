//! A portal beside a projector over a journal in a temporary folder.
// Each of the tests uses a part of it.
#![allow(dead_code, unreachable_pub)]

#[path = "../../../auditor/tests/common/pen.rs"]
mod pen;

use std::sync::{Arc, Mutex};

use auditor::{Desk, Shelf};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use domain::contribution::Rules;
use journal::{Entry, Journal, Options, Writer};
use portal::App;
use portal::live::Page;
use portal::pages::Pages;
use projector::{Config, Projector};
use proof::Signer;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;
use web::Asker;

pub(crate) use pen::fact;

/// The district that the tests are about, and four of its communes.
pub const DISTRICT: &str = "L-637";
pub const COMMUNES: [&str; 4] = ["L-24076", "L-24097", "L-24100", "L-24103"];
/// The half-year that they are about.
pub const PERIOD: &str = "2021-H1@administrative";

/// Every commune of the district opens its list of households on a day.
pub fn lists(on: &str) -> Vec<String> {
    let gazetteer = Gazetteer::embedded();
    let district = gazetteer.unit(DISTRICT).unwrap();
    let communes = gazetteer.atlas.children(district).iter();
    let in_force = communes.filter(|one| gazetteer.atlas.in_force(**one, on.parse().unwrap()));
    let open = |unit: &domain::atlas::Unit| {
        let key = gazetteer.key(*unit);
        fact("list.opened", &format!("list-{key}"), None, on, key, "")
    };
    in_force.map(open).collect()
}

pub struct Portal {
    pub folder: Arc<TempDir>,
    pub app: Arc<App>,
    pub router: Router,
    /// Who read data of households, and of which unit.
    pub readings: Arc<Mutex<Vec<String>>>,
    writer: Writer,
    told: u64,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

fn url(folder: &TempDir) -> String {
    format!("dir:{}", folder.path().join("journal").display())
}

/// Who signs what is closed.
pub fn signer() -> Signer {
    Signer::new("tonghop.example", [7; 32]).unwrap()
}

impl Portal {
    pub async fn open() -> Portal {
        Portal::open_with(|app| app).await
    }

    /// One that is set in other ways than the others.
    pub async fn open_with(set: impl FnOnce(App) -> App) -> Portal {
        Portal::over(Arc::new(TempDir::new().unwrap()), 0, set).await
    }

    async fn over(folder: Arc<TempDir>, told: u64, set: impl FnOnce(App) -> App) -> Portal {
        let writer = Writer::open(&url(&folder), &Options::create()).await.unwrap();
        let journal = Journal::open(&url(&folder), &Options::default()).await.unwrap();
        let plan = Catalogue::embedded().plan.clone();
        let rules = Arc::new(Rules { atlas: Gazetteer::embedded().atlas.clone(), plan });
        let data = folder.path().join("data");
        let hash = Catalogue::embedded().hash();
        let mut config = Config::new(journal.clone(), &data, Arc::clone(&rules), hash);
        let shelf = Shelf::of(&data);
        let signer = Some(Arc::new(signer()));
        let desk = Desk::new(shelf.clone(), journal.identity().to_string(), signer);
        config.closings = Some(Arc::new(desk));
        let projector = Projector::open(config).await.unwrap();
        let readings = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&readings);
        let app = App::new(projector.handle(), journal, rules).rendering(page).recording(
            move |who, _, unit| {
                written.lock().unwrap().push(format!("{} {unit}", who.name));
                // A disk that is full records nothing.
                who.name != "unrecorded"
            },
        );
        let app = app.shelving(shelf);
        let app = Arc::new(set(app));
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            projector.run(stopped).await.unwrap();
        });
        let router = portal::router(Arc::clone(&app), &Pages::new());
        Portal { folder, app, router, readings, writer, told, stop: Some(stop), running }
    }

    /// Stops the projector and this server, and begins anew over the same journal.
    pub async fn restart(mut self) -> Portal {
        self.app.hub.close();
        drop(self.stop.take());
        self.running.await.unwrap();
        let (folder, told) = (self.folder, self.told);
        drop((self.app, self.router, self.writer));
        Portal::over(folder, told, |app| app).await
    }

    /// Writes facts and waits until they are folded.
    pub async fn tell(&mut self, facts: &[String]) -> u64 {
        let intake = Intake {
            gazetteer: Gazetteer::embedded(),
            plan: &Catalogue::embedded().plan,
            today: "2026-01-01".parse().unwrap(),
        };
        let entry = |line: &String| {
            let taken = intake.take(line.as_bytes()).unwrap_or_else(|why| panic!("{why}: {line}"));
            Entry::new(taken.route, taken.bytes)
        };
        self.write(&facts.iter().map(entry).collect::<Vec<_>>()).await
    }

    /// The same of records as they are.
    pub async fn write(&mut self, entries: &[Entry]) -> u64 {
        let receipts = self.writer.append(entries).await.unwrap();
        self.told = receipts.last().unwrap().position.0;
        self.app.handle.folded(self.told).await.unwrap();
        self.told
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, bytes.to_vec())
    }

    pub async fn get(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_as(&self, who: access::Who, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::get(path).extension(Asker(who)).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub async fn json(&self, path: &str) -> serde_json::Value {
        let (status, _, bytes) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// A page with two parts: one that moves, one that stays.
fn page(app: &App, page: &Page) -> Option<std::collections::BTreeMap<String, String>> {
    let unit = app.gazetteer.unit(page.path.strip_prefix("/u/")?)?;
    let poor = app.handle.read(|fold, _| {
        let reader = domain::figures::Reader::from(fold);
        let question = domain::figures::Question {
            unit,
            indicator: "poor_households",
            filter: Default::default(),
            time: domain::figures::Time::Period(PERIOD.parse().unwrap()),
        };
        reader.figure(&question).as_whole().unwrap_or_default()
    });
    let parts = [("poor", format!("<b>{poor}</b>")), ("name", format!("\"{}\"", page.path))];
    Some(parts.map(|(key, html)| (key.to_owned(), html)).into_iter().collect())
}

/// A household poor from before the half-year.
pub fn poor(home: u64, unit: &str) -> String {
    let data = r#","standing":"poor","persons":4"#;
    fact("household.registered", &format!("r{home}"), Some(home), "2020-12-01", unit, data)
}

/// A household that left poverty within it.
pub fn left(home: u64, unit: &str) -> String {
    let data = r#","from":"poor","to":"above","persons":4,"cause":"review""#;
    fact("household.classified", &format!("c{home}"), Some(home), "2021-05-10", unit, data)
}

pub fn census(unit: &str, households: u64) -> String {
    let data = format!(r#","households":{households}"#);
    fact("census.reported", &format!("s{unit}{households}"), None, "2020-12-01", unit, &data)
}

pub fn target(id: &str, on: &str, value: &str, set_by: &str) -> String {
    let data = format!(
        r#","indicator":"poor_households_reduction","period":"2021@civil","value":"{value}","set_by":"{set_by}","reference":"=146/QĐ-UBND""#
    );
    fact("target.assigned", id, None, on, DISTRICT, &data)
}

/// Ten poor households in each commune, one, two, three and four of which leave; censuses, two
/// versions of a target, and one exit that is told twice.
pub fn story() -> Vec<String> {
    let mut facts = vec![
        target("t1", "2020-12-18", "12", "district_council"),
        target("t2", "2021-03-22", "20", "district_committee"),
    ];
    for (number, unit) in (0u64..).zip(COMMUNES) {
        facts.push(census(unit, 100 * (number + 1)));
        facts.extend((0..10).map(|home| poor(number * 100 + home, unit)));
        facts.extend((0..=number).map(|home| left(number * 100 + home, unit)));
    }
    let again = r#","from":"poor","to":"above","persons":4,"cause":"review""#;
    facts.push(fact("household.classified", "again", Some(300), "2021-05-20", COMMUNES[3], again));
    facts
}
