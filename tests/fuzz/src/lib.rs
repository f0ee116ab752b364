//! What is fuzzed: one function a target. It takes any bytes and panics where something is wrong.
//!
//! The property tests beside it run in CI; `cargo fuzz run --fuzz-dir tests/fuzz/cargo-fuzz TARGET` goes on for as long as one likes, from the
//! corpus of `tests/fuzz/inputs/TARGET`. The code under test is that of the golden specs: small, and with every shape.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a target fails by panicking"
)]

mod calls;
mod models;
mod specs;

pub use calls::{next_uri, retry_after, token};
pub use models::model;
pub use specs::spec;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 5] = [
    ("model", model),
    ("next_uri", next_uri),
    ("retry_after", retry_after),
    ("spec", spec),
    ("token", token),
];
