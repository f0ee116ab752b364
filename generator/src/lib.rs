//! Generates the Genesys Cloud SDK crate from the published OpenAPI document.
//!
//! The way through the rooms: a spec file is loaded and converted (`load`), mended by data (`fixups`), turned into the SDK as nouns
//! ([`ir`]), rendered to text, and written.

pub mod ir;
