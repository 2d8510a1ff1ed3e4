//! The demo in a browser: open to everybody on this machine, while facts come in.

use domain::disclosure::HOUSEHOLDS_MIN;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use super::scene;
use access::Access;
use anyhow::{Context, Result, bail};
use proto::gazetteer::{Gazetteer, Lang};
use tokio::net::TcpListener;
use web::Doors;

use crate::cli::{DISK_RESERVE_MB, DemoArgs, NatsArgs};
use crate::commands::service::{Front, Service, Signing};
use crate::commands::{feed, place};
use crate::scenario::Report;
use crate::screen::Screen;

/// The port to begin with; when it is taken, one of the next is used.
const PORT: u16 = 8080;
const PORTS: u16 = 100;

/// Refuses an address that others can reach, before anything is done.
pub(super) fn check(args: &DemoArgs) -> Result<()> {
    match args.listen.filter(|address| !address.ip().is_loopback()) {
        Some(address) => bail!(
            "{address} can be reached from elsewhere; the demo is open to everybody, so it listens \
             on this machine's own address only, for example 127.0.0.1:8080"
        ),
        None => Ok(()),
    }
}

/// Serves the demo on this machine, open to everybody on it, while facts come in.
pub(super) async fn serve(screen: &mut Screen, args: &DemoArgs, province: &str) -> Result<()> {
    let stopped = place::stopped()?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;
    let province = feed::province(province)?;
    let key = Gazetteer::embedded().key(province);
    // What moves comes first.
    let home = Some(key.to_owned());
    let doors = Doors::new(Access::open_to_all());
    let front = Front { listener, doors, writes: true, home };
    let (data, url) = (args.data.clone(), place::own_journal(&args.data));
    let options = place::options(true, &NatsArgs::default());
    let service = Service {
        lang: screen.lang,
        data,
        url,
        options,
        archives: Vec::new(),
        front: Some(front),
        signing: Signing::default(),
        // Whoever tries a receiver tries it on this machine.
        webhook_allow: vec!["127.0.0.0/8".parse().map_err(anyhow::Error::msg)?],
        households_min: HOUSEHOLDS_MIN,
        allow_unsynced: false,
        disk_reserve_mb: DISK_RESERVE_MB,
    };
    let opened = service.open().await?;
    let district = &Report::krong_pa().unit;
    screen.heading(screen.pick("Trên trình duyệt", "In a browser"))?;
    screen.line(match screen.lang {
        Lang::Vi => format!(
            "  http://{address}/\n\
             Bản trình diễn này mở cho mọi người dùng trên máy này, và chỉ trên máy này: không cần đăng nhập.\n\
             Mỗi giây có khoảng ba dữ kiện mô phỏng mới; xem số liệu chuyển động ở http://{address}/u/{key}\n\
             Huyện Krông Pa: http://{address}/u/{district}; báo cáo đã công bố bên cạnh sổ: http://{address}/published\n\
             Dừng: Ctrl-C"
        ),
        Lang::En => format!(
            "  http://{address}/\n\
             This demonstration is open to everybody on this machine, and only there: nobody signs in.\n\
             Some three simulated facts come in every second; see figures move at http://{address}/u/{key}\n\
             Krông Pa district: http://{address}/u/{district}; its published report beside the ledger: http://{address}/published\n\
             Stop with Ctrl-C"
        ),
    })?;
    let Some(gateway) = opened.gateway.clone() else { bail!("the journal was not opened") };
    let (handle, told) = (opened.handle.clone(), opened.feed());
    let playing = async {
        // What goes wrong in a scene is no reason to end the demonstration.
        if let Err(error) = scene::play(screen, &handle, &gateway, told, province).await {
            tracing::warn!(%error, "the scene was not played to its end");
        }
        feed::play(gateway, province).await
    };
    tokio::select! {
        result = opened.run(stopped) => result,
        fed = playing => fed,
    }
}

async fn listen(wished: Option<SocketAddr>) -> Result<TcpListener> {
    if let Some(address) = wished {
        let listener = TcpListener::bind(address).await;
        return listener.with_context(|| format!("cannot listen on {address}"));
    }
    for port in PORT..PORT + PORTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound.with_context(|| format!("cannot listen on 127.0.0.1:{port}")),
        }
    }
    bail!("the ports {PORT} to {} are taken; give one by --listen", PORT + PORTS - 1)
}
