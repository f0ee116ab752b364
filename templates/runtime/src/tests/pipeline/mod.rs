//! The pipeline in virtual time, over a transport in memory.

mod calls;
mod decision;
mod limits;
mod middleware;
mod options;
mod order;
mod pacing;
mod pacing_store;
mod redirects;
#[cfg(feature = "redis")]
mod redis_pacing;
mod streams;
mod telemetry;
mod timers;
mod token_wait;
