//! Takes a new spec: downloaded or from a file, checked, normalized, and put in the
//! place of the one there, together with its record. The same for the topics of notifications beside it.
//!
//! Genesys numbers no releases of the document. The number in the record counts those that were taken:
//! one more with every spec that differs.

mod candidate;
mod collapse;
#[cfg(feature = "fetch")]
pub mod download;
mod error;
mod merge;
mod normal;
mod prose;
pub mod region;
mod topics;

pub use candidate::{Candidate, Incoming, Options};
pub use error::FetchError;
pub use topics::{TopicsCandidate, TopicsOptions};
