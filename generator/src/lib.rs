//! Generates the Genesys Cloud SDK crate from the published OpenAPI document.
//!
//! A new spec comes in through [`fetch`]. The way through the rooms: a spec file is mended by data ([`fixups`]), loaded and converted ([`load`]), turned into the SDK as nouns
//! ([`ir`]), rendered to text, and written.

mod build_script;
pub mod diff;
pub mod fetch;
pub mod fixups;
mod generate;
pub mod ir;
pub mod load;
mod outlived;
pub mod render;
pub mod upgrade;
pub mod write;

pub use generate::{Built, Config, GenerateError, Rendered, Step};
pub use outlived::Outlived;

/// The chapters of the guide whose code uses the generator.
#[cfg(doctest)]
mod chapters {
    #[doc = include_str!("../../tests/guide/src/extending.md")]
    mod extending {}
}
