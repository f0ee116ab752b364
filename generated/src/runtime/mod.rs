//! The runtime that every generated operation shares: one client, one pipeline, one token interceptor.

pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod bulk;
pub mod client;
pub mod clock;
pub mod codec;
pub(crate) mod debug;
pub mod error;
pub mod jobs;
pub mod notifications;
pub(crate) mod operation;
pub mod paging;
pub mod permissions;
pub mod pipeline;
#[cfg(feature = "redis")]
mod redis;
pub(crate) mod region;
pub mod request;
pub mod response;
pub(crate) mod sync;
pub(crate) mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod transport;
pub mod update;

pub use bulk::{Bulk, BulkOutcome, BulkProgress, bulk};
pub use client::{Client, ClientBuilder, Credentials, Gateway, Region};
pub use error::{ApiError, Error, ErrorKind};
pub use jobs::{
    Job, JobError, JobFailure, JobFamily, JobHandle, JobPhase, JobResults, JobStatePlace,
    JobStatus, Submit,
};
pub use operation::{CredentialPlace, CredentialScheme, OperationMetadata, RequiredPermissions};
pub use paging::{Items, Paged, Pages, Paging, PagingError, PagingState, PagingStyle};
pub use permissions::Permissions;
pub use pipeline::{CallOptions, Middleware, Next, Pacing, RetryPolicy};
pub use request::{
    Call, FilePart, ListStyle, Operation, Optional, OptionalText, RawRequest, Request,
};
pub use response::{BodyStream, RateLimit, Response};
pub use update::{UpdatePauses, update};

/// What a call ends with.
pub type Result<T, E = Error> = std::result::Result<T, E>;
