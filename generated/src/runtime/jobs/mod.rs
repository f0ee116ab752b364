//! Work that the API does in the background: a call starts a job, others read its state and its results.
//!
//! ```text
//! let job = client.analytics().post_analytics_conversations_details_jobs(query).submit().await?;
//! job.wait().timeout(Duration::from_secs(600)).await?;
//! let mut conversations = job.results();
//! while let Some(conversation) = conversations.next().await {
//!     println!("{:?}", conversation?.conversation_id);
//! }
//! ```
//!
//! Which operations belong together, and what their states mean, is found by the generator ([`JobFamily`], constant data). A job that did not
//! succeed is an error of the kind [`ErrorKind::Job`](crate::runtime::error::ErrorKind::Job) with a [`JobError`] as its source.

mod backoff;
mod error;
mod family;
mod handle;
mod job;
mod job_handle;
mod wait;

pub use error::{JobError, JobFailure};
pub use family::{JobFamily, JobPhase, JobStatePlace};
pub use job::{Job, JobStatus};
pub use job_handle::JobHandle;
pub use wait::Wait;

use crate::runtime::error::Error;
use crate::runtime::request::Operation;
use crate::runtime::response::FromResponse;

/// An operation that starts a job. Sealed, like every [`Operation`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not start a job",
    note = "the documentation of an operation says whether it has the method `submit`; others are sent with `send`"
)]
pub trait Submit: Operation + 'static {
    /// What the API says of the state of the job.
    type Status: FromResponse + 'static;

    /// The operations of the job.
    const JOB: &'static JobFamily;

    /// Sends the call, and gives the job that it started. Operations have this method themselves; this one is for code that is generic over them.
    ///
    /// # Errors
    ///
    /// Those of the call.
    fn submit(self) -> impl Future<Output = Result<Job<Self>, Error>> + Send
    where
        Self: Send,
    {
        Job::submit(self)
    }
}

/// An operation that starts a job whose results another operation gives. Sealed, like every [`Operation`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not start a job whose results another operation gives",
    note = "the documentation of an operation that starts a job names the operations that belong to it"
)]
pub trait JobResults: Submit {
    /// That operation.
    type Results: Operation;

    /// The same, as its spec describes it.
    const RESULTS: &'static crate::runtime::operation::OperationMetadata =
        <Self::Results as Operation>::METADATA;
}
