//! Situations in which official SDKs lose calls, refresh without end, stall, or show secrets: the conformance vectors V1 to V20, by their numbers, over
//! real HTTP against the mock. A test that carries one has its number in its name; `tests/house` checks that each has one.
//!
//! - V1: the access token of a login has expired, and a GET is made: one refresh, one replay, success.
//! - V2: the same with a POST, which takes effect once.
//! - V3: five calls at once while the token endpoint is slow: one refresh, and nobody polls for it.
//! - V4: a 401 that arrives after the refresh is over: a replay with the new token, and no second refresh.
//! - V5: the API answers 401 to everything: replays and refreshes end, with a typed error.
//! - V6: the token endpoint refuses the refresh: all who wait get a typed error at once, and nobody asks again.
//! - V7: the first login is refused: a typed error at once, with what the endpoint said.
//! - V8: a token is revoked while it is in use: one new token, one replay.
//! - V9: the token endpoint is limited, down or resets connections: it is asked again, with backoff, inside the one refresh.
//! - V10: 429 with `Retry-After: 1`: GET and POST are sent again after it.
//! - V11: 429 with a `Retry-After` of a day: an error at once that tells it.
//! - V12: 503 without `Retry-After`: what is idempotent is sent again, and a POST only if the caller says so.
//! - V13: the connection breaks after a POST was sent: it is not sent again, unless it is idempotent or has an idempotency key.
//! - V14: 202, 204, 206, an empty 200, bytes and text are all read; a 303 is followed on request, without the token.
//! - V15: a token that lives for half a minute is refreshed before its end, and not in a loop.
//! - V16: an enum value that this version does not know is written back as it came.
//! - V17: what stands in paths, queries and lists arrives as it was meant, with any characters.
//! - V18: a call that is dropped while it waits is over, and a refresh continues for the others.
//! - V19: clients of two tenants or regions share nothing.
//! - V20: no secret shows, at the most talkative log level.
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
