//! The SDK as nouns: what the templates see, and nothing else.
//!
//! Every name, collision, recursion, group and style is settled here, so that rendering is a pure function of an [`Api`].

mod model;

pub use model::*;
