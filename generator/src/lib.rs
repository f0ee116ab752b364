//! Generates the Genesys Cloud SDK crate from the published OpenAPI document.
//!
//! A new spec comes in through [`fetch`]. The way through the rooms: a spec is read with all that lies in its folder ([`spec`]), mended,
//! loaded and converted ([`load`]), turned into the SDK as nouns ([`ir`]), rendered to text, and written.

/// A table of cases, one a line: what is given, and what is expected.
#[cfg(test)]
macro_rules! table {
    ($($first:expr $(, $given:expr)* => $expected:expr;)+) => {
        [$(($first, $($given,)* $expected)),+]
    };
}

mod build_script;
pub mod diff;
mod document;
pub mod fetch;
mod generate;
pub mod ir;
pub mod load;
pub mod render;
pub mod spec;
pub mod upgrade;
pub mod write;

pub use build_script::PackageError;
pub use generate::{Built, Config, GenerateError, Rendered, Step, diagnose, diff_files};

/// The chapters of the guide whose code uses the generator.
#[cfg(doctest)]
mod chapters {
    #[doc = include_str!("../../tests/guide/src/extending.md")]
    mod extending {}
}
