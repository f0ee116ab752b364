//! A mock Genesys Cloud: login host and API host on one loopback port, real HTTP, state in memory, trouble on demand.
//!
//! It does not depend on the SDK, so that it judges the SDK instead of agreeing with it. Routes and shapes follow the
//! Platform API's spec; what the mock adds for itself is under `/api/v2/mock/` and `/__mock/` ([`admin`]).
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use genesys_cloud_mock::{Fault, Gate, MockConfig, MockGenesys, Reply};
//!
//! let mock = MockGenesys::start(MockConfig::default()).await?;
//! let url = mock.api_url();                       // http://127.0.0.1:PORT
//! mock.revoke_all();                              // every token there is now
//! mock.fault(Fault::on("GET", "/api/v2/users/{id}").times(2).respond(Reply::status(503)));
//! let gate = Gate::new();
//! mock.fault(Fault::token().hold(&gate));         // the next token request waits …
//! // … the test starts its calls here …
//! gate.wait_for_arrivals(1).await;                // … it is there …
//! gate.open();                                    // … and continues.
//! assert_eq!(mock.stats().token_requests, 1);
//! # Ok(())
//! # }
//! ```

pub mod admin;
mod backend;
mod body;
mod call;
#[cfg(feature = "cli")]
pub mod cli;
mod clock;
mod config;
mod faults;
mod gate;
#[cfg_attr(not(feature = "leak-watch"), path = "no_leaks.rs")]
mod leaks;
pub mod notifications;
mod oauth;
mod pipeline;
mod ratelimit;
mod record;
mod reply;
pub mod resources;
mod router;
mod server;
mod sync;
mod tokens;

pub use backend::{Backend, BrokenConnection};
pub use body::{ReplyBody, generated_byte};
pub use call::{Call, Part};
pub use clock::Clock;
pub use config::{
    DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, ExpiresIn, MockConfig, OAuthClient, RateLimit,
    Settings,
};
pub use faults::{End, Fault, FaultHandle};
pub use gate::{Counter, Gate};
pub use record::{Recorded, Stats, Target};
pub use reply::Reply;
pub use router::Pattern;
pub use server::MockGenesys;
pub use tokens::{ACCESS_TOKEN_PREFIX, Bearer, Grant, REFRESH_TOKEN_PREFIX, Subject};

/// The code of the README is tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
