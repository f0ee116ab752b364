//! The runtime that every generated operation shares: one client, one pipeline, one token interceptor.

pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod bulk;
pub mod client;
pub mod clock;
pub mod codec;
pub mod error;
pub mod jobs;
pub mod notifications;
pub mod paging;
pub mod permissions;
pub mod pipeline;
#[cfg(feature = "redis")]
mod redis;
pub mod request;
pub mod response;
pub(crate) mod sync;
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
pub use paging::{Items, Paged, Pages, Paging, PagingError, PagingState, PagingStyle};
pub use permissions::Permissions;
pub use pipeline::{Middleware, Next, Pacing, RetryPolicy};
pub use request::{
    Call, CallOptions, CredentialPlace, CredentialScheme, FilePart, ListStyle, Operation,
    OperationMetadata, Optional, OptionalText, RawRequest, Request, RequiredPermissions,
};
pub use response::{BodyStream, RateLimit, Response};
pub use update::{UpdatePauses, update};

/// What a call ends with.
pub type Result<T, E = Error> = std::result::Result<T, E>;
