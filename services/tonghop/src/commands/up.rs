//! `tonghop up`: keeps the rollups of a journal up to date, and answers questions about them.

use std::sync::Arc;

use anyhow::{Context, Result};
use journal::server::{self, Server};
use journal::{Journal, Writer};
use projector::{Config, Projector};
use proto::catalogue::Catalogue;
use proto::gazetteer::Lang;
use query::Editions;
use query::lang;
use tokio::signal::unix::{SignalKind, signal};

use super::place;
use crate::cli::UpArgs;
use crate::screen::Screen;
use crate::socket;

/// The port of a server of our own; the usual one of NATS.
const NATS_PORT: u16 = 4222;

pub(super) fn up(screen: &mut Screen, args: &UpArgs) -> Result<()> {
    place::runtime()?.block_on(serve(screen, args))
}

async fn serve(screen: &mut Screen, args: &UpArgs) -> Result<()> {
    // From the first moment: whoever tells us to stop while rows are being loaded is heard, too.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let stopped = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let data = &args.data.data;
    store::folder::claim(data)?;
    let mut options = place::options(true, &args.nats_options);
    let mut nats = None;
    let url = if args.nats {
        let mut config = server::Config::new(data.join("nats"));
        config.port = Some(NATS_PORT);
        let server = Server::start(config).await?;
        options.nats.monitoring = Some(server.monitoring());
        let url = server.url();
        nats = Some(server);
        url
    } else {
        args.journal.clone().unwrap_or_else(|| place::own_journal(data))
    };
    // A journal that is not there yet is made by a writer; we only read.
    let journal = match Journal::open(&url, &options).await {
        Ok(journal) => journal,
        Err(_) => Writer::open(&url, &options).await?.journal(),
    };
    for warning in journal.warnings() {
        crate::screen::note(screen.lang, &warning);
    }
    let config = Config::new(journal.clone(), data, place::rules(), Catalogue::embedded().hash());
    let projector = Projector::open(config).await?;
    if let Some(why) = projector.rebuild() {
        let why = why.to_owned();
        screen.line(match screen.lang {
            Lang::Vi => format!("Tổng hợp lại từ đầu sổ: {why}"),
            Lang::En => format!("Folding again from the first record: {why}"),
        })?;
    }
    let handle = projector.handle();
    let answering = {
        let (handle, editions) = (handle.clone(), Editions::embedded());
        Arc::new(move |query: &query::Query| {
            handle.read(|fold, progress| query::answer(fold, progress.position, &editions, query))
        })
    };
    welcome(screen, &url, &journal, data, handle.progress().position)?;
    let questions = socket::serve(data, answering);
    let result = tokio::select! {
        result = projector.run(stopped) => result.map_err(Into::into),
        result = questions => result,
    };
    let _ = std::fs::remove_file(socket::path(data));
    if let Some(server) = nats {
        server.stop().await.context("the nats-server did not stop")?;
    }
    result?;
    let position = lang::whole(screen.lang, i128::from(handle.progress().committed));
    screen.line(match screen.lang {
        Lang::Vi => format!("Đã dừng; kho số liệu ở vị trí {position}."),
        Lang::En => format!("Stopped; the store is at position {position}."),
    })
}

fn welcome(
    screen: &mut Screen,
    url: &str,
    journal: &Journal,
    data: &std::path::Path,
    position: u64,
) -> Result<()> {
    let (identity, data) = (journal.identity(), data.display());
    let position = lang::whole(screen.lang, i128::from(position));
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "Sổ: {url} ({identity})\nKho số liệu: {data}, đang ở vị trí {position}\n\
             Hỏi số liệu ở cửa sổ khác: tonghop figures --data {data} --unit … --period …\n\
             Dừng: Ctrl-C"
        ),
        Lang::En => format!(
            "Journal: {url} ({identity})\nStore: {data}, at position {position}\n\
             Ask from another terminal: tonghop figures --data {data} --unit … --period …\n\
             Stop with Ctrl-C"
        ),
    })
}
