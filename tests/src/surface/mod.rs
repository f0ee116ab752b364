//! Every generated operation by name: what the programs `wire` and `prism` call the SDK by. Links the whole surface.

mod arguments;
mod operations;
mod prepared;

pub use arguments::Arguments;
pub use operations::{Prepare, all};
pub use prepared::{Head, Prepared};
