//! `tonghop up`: keeps the rollups of a journal up to date, and answers questions about them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use access::{Access, Book, Clock};
use anyhow::{Context, Result, bail};
use journal::Journal;
use journal::server::{self, Server};
use proto::gazetteer::Lang;
use query::lang;
use tokio::net::TcpListener;
use web::Doors;

use super::service::{Front, Service, Signing};
use super::{place, private, rules};
use crate::cli::UpArgs;
use crate::screen::Screen;

/// The port of a server of our own; the usual one of NATS.
const NATS_PORT: u16 = 4222;
/// Whoever sends facts over HTTP is told sooner than an import that the journal is away.
const BUSY_AFTER: Duration = Duration::from_secs(8);

pub(super) fn up(screen: &mut Screen, args: &UpArgs) -> Result<()> {
    place::runtime()?.block_on(serve(screen, args))
}

async fn serve(screen: &mut Screen, args: &UpArgs) -> Result<()> {
    // From the first moment: whoever tells us to stop while rows are being loaded is heard, too.
    let stopped = place::stopped()?;
    let data = &args.data.data;
    store::folder::claim(data)?;
    private::tighten(data);
    let mut options = place::options(true, &args.nats_options);
    options.clock = place::clock(args.today)?;
    let clock = options.clock.clone();
    if args.listen.is_some() {
        options.nats.busy_after = BUSY_AFTER;
    }
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
    rules::adopt(screen.lang, data, args.milestones.as_deref())?;
    let front = match args.listen {
        Some(address) => Some(front(screen, args, address).await?),
        None => None,
    };
    let address = front.as_ref().map(|front| front.listener.local_addr()).transpose()?;
    let signing = signing(screen, args);
    let service = Service {
        lang: screen.lang,
        data: data.clone(),
        url: url.clone(),
        options,
        archives: args.archive.clone(),
        front,
        signing,
        webhook_allow: args.webhook_allow.clone(),
        households_min: args.public_households_min,
        allow_unsynced: args.allow_unsynced,
        disk_reserve_mb: args.disk_reserve_mb,
    };
    let opened = service.open().await?;
    for warning in opened.journal.warnings() {
        crate::screen::note(screen.lang, &warning);
    }
    // Only where facts are taken does the clock know a time of the journal.
    if let Err(error) = clock.check() {
        crate::screen::note(screen.lang, &error.to_string());
    }
    if let Some(why) = &opened.rebuild {
        screen.line(match screen.lang {
            Lang::Vi => format!("Tổng hợp lại từ đầu sổ: {why}"),
            Lang::En => format!("Folding again from the first record: {why}"),
        })?;
    }
    let handle = opened.handle.clone();
    welcome(screen, &url, &opened.journal, data, handle.progress().position)?;
    if let Some(server) = &nats {
        let (monitoring, lang) = (server.monitoring(), screen.lang);
        let command = format!("tonghop import FILE --journal {url} --nats-monitoring {monitoring}");
        screen.line(match lang {
            Lang::Vi => format!("Nhập từ cửa sổ khác: {command}"),
            Lang::En => format!("Import from another terminal: {command}"),
        })?;
    }
    if let Some(address) = address {
        screen.line(match screen.lang {
            Lang::Vi => format!("Trang web và API: http://{address}/"),
            Lang::En => format!("Pages and API: http://{address}/"),
        })?;
    }
    let result = opened.run(stopped).await;
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

/// What signs. A key that cannot be read is no reason to show no figures and take no facts: it is
/// told, and what was closed meanwhile is signed when the key is there again.
fn signing(screen: &Screen, args: &UpArgs) -> Signing {
    let (key, fault) = match args.key.as_deref().map(proof::keys::signer).transpose() {
        Ok(key) => (key.map(Arc::new), None),
        Err(error) => (None, Some(format!("{:#}", anyhow::Error::from(error)))),
    };
    if let Some(fault) = &fault {
        crate::screen::note(screen.lang, fault);
    }
    let every = key.is_some().then(|| Duration::from_secs(60 * args.checkpoint_minutes));
    Signing { key, every: every.filter(|every| !every.is_zero()), fault }
}

/// The listener and its door, if it may be opened so.
async fn front(screen: &Screen, args: &UpArgs, address: SocketAddr) -> Result<Front> {
    let data = &args.data.data;
    let near = address.ip().is_loopback();
    let users = Book::is_there(data);
    if !near && !users && !args.public_read_only {
        bail!(
            "{address} can be reached from elsewhere and there are no users yet; add one first \
             (tonghop user add NAME --role officer --unit UNIT --data {}), or give \
             --public-read-only to show figures only",
            data.display()
        );
    }
    if !users && !args.public_read_only {
        let text = screen.pick(
            "chưa có người dùng nào nên chưa ai gửi được dữ kiện; thêm bằng tonghop user add",
            "there are no users yet, so nobody can send facts; add one with tonghop user add",
        );
        crate::screen::note(screen.lang, text);
    }
    let required = args.require_totp.iter().map(|role| role.post()).collect();
    let mut doors = Doors::new(Access::open_requiring(data, Clock::system(), required)?);
    (doors.hsts, doors.behind_proxy) = (args.hsts, args.behind_proxy);
    // Behind a proxy people come by https, wherever the proxy is.
    doors.secure = !near || args.behind_proxy;
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    Ok(Front { listener, doors, writes: !args.public_read_only, home: None })
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
