//! Serves the pages over facts from NDJSON files, to look at them:
//! `cargo run -p portal --example look -- PORT FILE…`

use std::io::{BufRead, BufReader};
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::contribution::Rules;
use domain::time::Day;
use journal::{Entry, Options, Writer};
use portal::App;
use portal::pages::Pages;
use projector::{Config, Projector};
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().context("which port?")?.parse()?;
    let folder = tempfile::tempdir()?;
    let (gazetteer, catalogue) = (Gazetteer::embedded(), Catalogue::embedded());
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan: catalogue.plan.clone() });
    let url = format!("dir:{}", folder.path().join("journal").display());
    let mut writer = Writer::open(&url, &Options::create()).await?;
    let today = Day::from_ymd(2026, 11, 21).context("a day")?;
    let intake = Intake { gazetteer, plan: &catalogue.plan, today };
    for file in arguments {
        let mut entries = Vec::new();
        for line in BufReader::new(std::fs::File::open(&file)?).split(b'\n') {
            if let Ok(taken) = intake.take(&line?) {
                entries.push(Entry::new(taken.route, taken.bytes));
            }
        }
        for batch in entries.chunks(1000) {
            writer.append(batch).await?;
        }
    }
    let journal = writer.journal();
    let end = journal.end().await?.0;
    let config =
        Config::new(journal.clone(), folder.path().join("data"), rules.clone(), catalogue.hash());
    let projector = Projector::open(config).await?;
    let handle = projector.handle();
    let running = tokio::spawn(projector.run(std::future::pending()));
    handle.folded(end).await.context("the projector stopped")?;
    let app = Arc::new(App::new(handle, journal, rules));
    let pages = Pages::new().with_home("L-34");
    let router = pages.router().fallback(pages.not_found()).with_state(app);
    // On this machine only, everybody may see everything.
    let router = router.layer(axum::Extension(web::Asker(access::Who::open())));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    tracing::info!(port, "serving");
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        ended = running => drop(ended??),
    }
    Ok(())
}
