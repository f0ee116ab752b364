//! Every generated operation by name, as a function from JSON arguments to a call. `build.rs` writes it from the ir.

use genesys_cloud::Client;

use super::{Arguments, Prepared};

/// Fills an operation with its arguments.
pub type Prepare = fn(&Client, &mut Arguments<'_>) -> Result<Prepared, String>;

include!(concat!(env!("OUT_DIR"), "/operations.rs"));
