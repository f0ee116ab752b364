//! The runtime that every generated operation shares: one client, one pipeline, one token interceptor.

pub mod client;
pub mod clock;
pub mod codec;
pub mod error;
pub mod pipeline;
pub mod request;
pub mod response;
pub mod time;
pub mod transport;

pub use client::{Client, ClientBuilder, Gateway, Region};
pub use error::{ApiError, Error, ErrorKind};
pub use pipeline::{Middleware, Next, Pacing, RetryPolicy};
pub use request::{
    Call, CallOptions, ListStyle, Operation, OperationMetadata, RawRequest, Request,
    RequiredPermissions,
};
pub use response::{BodyStream, RateLimit, Response};

/// What a call ends with.
pub type Result<T, E = Error> = std::result::Result<T, E>;
