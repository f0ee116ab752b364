//! Situations in which official SDKs lose calls, refresh without end, stall, or show secrets: the conformance vectors V1 to V20, by their numbers, over
//! real HTTP against the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bodies;
mod cancellation;
mod idempotency;
mod redaction;
mod refresh;
mod retry;
mod support;
mod tenants;
mod token_endpoint;
mod wire;
