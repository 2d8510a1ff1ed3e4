//! HTTP as every service of ours speaks it: who is asking, problem+json, limits, headers, health
//! and metrics.
//!
//! ```text
//! connection ─► serve (time and number) ─► Doors: count ─► headers ─► pack ─► catch ─► limit ─► pace ─► who ─► routes
//! ```
//!
//! [`Doors`] stands in front of all routes, [`serve`] puts it on a listener.
//!
//! Not here: what anybody may do (`access`), TLS (a proxy in front speaks https), and what the routes
//! answer.
//!
//! ```
//! use access::Access;
//! use axum::{Router, routing::get};
//! use web::{Asker, Doors, Kind, Problem};
//!
//! async fn lag(Asker(who): Asker) -> Result<&'static str, Problem> {
//!     if !who.may_see_operations() {
//!         return Err(Problem::new(Kind::Forbidden, "sign in as an operator to see this"));
//!     }
//!     Ok("0")
//! }
//!
//! # async fn example() -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let routes = Router::new().route("/lag", get(lag));
//! web::serve(listener, Doors::new(Access::open_to_all()), routes, std::future::pending()).await
//! # }
//! ```

mod asker;
mod cookie;
mod descriptors;
mod doors;
mod enrol;
mod headers;
mod health;
mod language;
mod lead;
mod limits;
mod metrics;
mod observe;
mod origin;
mod pace;
mod page;
mod peer;
mod problem;
mod serve;
mod sign_in;
mod who;

pub use access::{Place, Places};
pub use asker::{Asker, Csrf, Renewed};
pub use descriptors::raise_descriptors;
pub use doors::Doors;
pub use enrol::TWO_STEP;
pub use health::{Check, Gauge, Health};
pub use language::Language;
pub use limits::Limits;
pub use page::ErrorPage;
pub use peer::{Client, Peer};
pub use problem::{Kind, Problem};
pub use serve::serve;
