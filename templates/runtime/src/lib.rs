//! The shared runtime of the Genesys Cloud SDK.
//!
//! Only `src/runtime/` is copied into the generated crate, byte for byte; this file and the test modules beside that
//! folder stay here.

pub mod runtime;

#[cfg(test)]
mod tests;

// As in the generated crate, so that one text of an example compiles in both.
pub use runtime::codec::{Extra, OpenEnum};
pub use runtime::{
    ApiError, BodyStream, Call, CallOptions, Client, ClientBuilder, Credentials, Error, ErrorKind,
    Gateway, Items, Job, JobStatus, Operation, OperationMetadata, Pacing, Pages, PagingState,
    Permissions, RateLimit, RawRequest, Region, RequiredPermissions, Response, Result, RetryPolicy,
};
pub use {bytes, http, reqwest, url};
