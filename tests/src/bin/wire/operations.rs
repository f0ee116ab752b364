//! Every generated operation by name, as a function from JSON arguments to a request. `build.rs` writes it from the ir.

use genesys_cloud::Client;
use genesys_cloud::runtime::request::Request;

use crate::arguments::Arguments;

/// Makes an operation's request of its arguments.
pub(crate) type Build = fn(&Client, &mut Arguments<'_>) -> Result<Request, String>;

include!(concat!(env!("OUT_DIR"), "/operations.rs"));
