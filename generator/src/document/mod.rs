//! A JSON document, places in it, and what is wrong with it.

mod error;
mod json;
mod pointer;

pub use error::LoadError;
pub(crate) use error::{FIX_UP, Fault, Location, quote};
pub(crate) use json::Json;
pub(crate) use pointer::{pointer, push_segment, unescape_segment};
