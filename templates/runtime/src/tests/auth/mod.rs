//! Tests of token handling: virtual time, and a Genesys Cloud in memory.

mod credentials;
mod faulty_store;
mod files;
mod invariants;
mod login;
mod logins;
mod pool_and_hooks;
mod processes;
mod properties;
mod pure;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_session;
mod scrub;
mod settings;
mod stores;
pub(in crate::tests) mod support;
mod threads;
mod unauthorized;
mod undriven;
