//! A nats-server as a child process: for `tonghop up --nats`, and for tests.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::nats::monitor;
use crate::{Error, Result};

/// The environment variable that names the binary.
pub const BINARY: &str = "TONGHOP_NATS_SERVER";

/// How often a starting server is asked whether it is ready.
const POLL: Duration = Duration::from_millis(20);
const STOP_WAIT: Duration = Duration::from_secs(10);
/// Another process may take a free port between our asking and the server's listening.
const STARTS_MAX: usize = 5;

/// What the server is to be.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it keeps its streams, its configuration and its log.
    pub dir: PathBuf,
    /// The port on 127.0.0.1; a free one if `None`.
    pub port: Option<u16>,
    /// The port of its monitoring pages on 127.0.0.1; a free one if `None`.
    pub monitoring_port: Option<u16>,
    /// How long it may take to become ready: it reads its streams first.
    pub ready_wait: Duration,
}

impl Config {
    /// A server in this directory on free ports.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        let ready_wait = Duration::from_secs(60);
        Self { dir: dir.into(), port: None, monitoring_port: None, ready_wait }
    }
}

/// A running nats-server. Dropping it kills it; [`Server::stop`] is the graceful way.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    monitoring_port: u16,
    config: Config,
}

impl Server {
    /// Finds the binary, starts it, and waits until it is ready.
    ///
    /// # Errors
    /// `Config`, if there is no binary; `Server`, if it ends, or is not ready in time.
    pub async fn start(config: Config) -> Result<Self> {
        let binary = find_binary()?;
        std::fs::create_dir_all(&config.dir).map_err(Error::io("create", &config.dir))?;
        let mut attempt = 1;
        loop {
            match Self::start_once(&binary, &config).await {
                Err(Error::Server { .. }) if attempt < STARTS_MAX && config.port.is_none() => {
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn start_once(binary: &Path, config: &Config) -> Result<Self> {
        let port = config.port.map_or_else(free_port, Ok)?;
        let monitoring_port = config.monitoring_port.map_or_else(free_port, Ok)?;
        let file = config.dir.join("nats.conf");
        std::fs::write(&file, configuration(&config.dir, port, monitoring_port))
            .map_err(Error::io("write", &file))?;
        let log_path = config.dir.join("nats.log");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log_path)
            .map_err(Error::io("open", &log_path))?;
        let child = Command::new(binary)
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::io("start", binary))?;
        let mut server = Self { child, port, monitoring_port, config: config.clone() };
        server.wait_ready().await?;
        Ok(server)
    }

    async fn wait_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        let failed = |url: String, what: String| Err(Error::Server { url, what });
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                let log = self.config.dir.join("nats.log");
                let what =
                    format!("ended with {status} before it was ready: see {}", log.display());
                return failed(self.url(), what);
            }
            let why = match monitor::get(&self.monitoring(), "/healthz").await {
                Ok(_) => return Ok(()),
                Err(why) => why,
            };
            if started.elapsed() >= self.config.ready_wait {
                let what = format!("was not ready after {:?}: {why}", self.config.ready_wait);
                return failed(self.url(), what);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where its monitoring pages are: for [`crate::NatsOptions::monitoring`].
    pub fn monitoring(&self) -> String {
        format!("http://127.0.0.1:{}", self.monitoring_port)
    }

    /// Asks it to end, and waits.
    ///
    /// # Errors
    /// `Server`, if it did not end in time and had to be killed.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            // It may have ended by itself in this moment; then there is nothing to ask.
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
        }
        if tokio::time::timeout(STOP_WAIT, self.child.wait()).await.is_ok() {
            return Ok(());
        }
        let url = self.url();
        self.kill().await;
        Err(Error::Server { url, what: format!("did not stop in {STOP_WAIT:?} and was killed") })
    }

    /// Ends it at once, as a crash would (SIGKILL). What it was told to start with comes back, so
    /// that `Server::start` brings it up again on the same ports.
    pub async fn kill(mut self) -> Config {
        // An error says that it is dead already.
        self.child.kill().await.ok();
        Config {
            port: Some(self.port),
            monitoring_port: Some(self.monitoring_port),
            ..self.config.clone()
        }
    }
}

/// The environment variable, then `.tools/` here or above, then the path.
fn find_binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(BINARY) {
        let named = PathBuf::from(named);
        if named.is_file() {
            return Ok(named);
        }
        return Err(Error::config(format!(
            "{BINARY} names {}, which is no file; correct it, or unset it and run `make tools`",
            named.display()
        )));
    }
    let here = std::env::current_dir().unwrap_or_default();
    let tools = here.ancestors().map(|dir| dir.join(".tools/nats-server"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join("nats-server"));
    tools.chain(on_path).find(|candidate| candidate.is_file()).ok_or_else(|| {
        Error::config("there is no nats-server in .tools or on the PATH; `make tools` fetches it")
    })
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = listener.and_then(|listener| listener.local_addr()).map(|addr| addr.port());
    port.map_err(Error::io("find a free port on", Path::new("127.0.0.1")))
}

fn configuration(dir: &Path, port: u16, monitoring_port: u16) -> String {
    let store = dir.join("store");
    format!(
        "listen: \"127.0.0.1:{port}\"\n\
         http: \"127.0.0.1:{monitoring_port}\"\n\
         max_payload: 1MB\n\
         jetstream {{\n  store_dir: {:?}\n  sync_interval: always\n}}\n",
        store.display().to_string()
    )
}
