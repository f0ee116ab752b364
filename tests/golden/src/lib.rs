//! Small specs, one a shape: what is generated of them, as text and at work.
//!
//! `specs/NAME.json` holds the shape: the row of the generator's checklist that it stands for, definitions, operations, instances that must come
//! back as they went in, and calls with the requests that they must make. `specs/NAME.rs` is what is generated of it;
//! `EXPECTORATE=overwrite cargo test -p genesys-cloud-golden` writes what is generated now. `build.rs` makes one crate of all of them, which is this one.
#![allow(missing_docs, deprecated, reason = "the small specs describe nothing")]
#![allow(
    clippy::empty_docs,
    reason = "a value without a text is documented by its text"
)]

extern crate self as genesys_cloud;

include!(concat!(env!("OUT_DIR"), "/root.rs"));

// Not from the output, where its copy lies: macros that a macro brings in have no path.
#[path = "../../../templates/runtime/src/runtime/mod.rs"]
pub mod runtime;

pub use runtime::{Call, Client, Error, Operation};

#[cfg(test)]
#[path = "../../src/bin/wire/recorder.rs"]
mod recorder;
#[cfg(test)]
#[path = "../../src/bin/roundtrip/models.rs"]
mod round_trip;
#[path = "../../src/surface/mod.rs"]
pub mod surface;

#[cfg(test)]
mod aliases;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod listening;
#[cfg(test)]
mod run;
#[cfg(test)]
mod sent;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod text;
