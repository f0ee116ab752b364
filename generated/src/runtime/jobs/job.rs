//! A job on the server.

use std::ops::Deref;

use super::handle::{Handle, Polled, bytes};
use super::{JobHandle, JobPhase, JobResults, Submit, Wait};
use crate::runtime::client::Client;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::paging::{Items, Paged, Pages, lookup};
use crate::runtime::request::{Call, Operation};
use crate::runtime::response::{FromResponse, Response};

/// A job that was started on the server. Dropping it changes nothing there.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::runtime::{Error, Job, JobResults, Paged};
///
/// /// The method `submit` of an operation gives the job.
/// async fn results<S>(job: Job<S>) -> Result<Vec<<S::Results as Paged>::Item>, Error>
/// where
///     S: JobResults,
///     S::Results: Paged,
/// {
///     job.wait().timeout(Duration::from_secs(600)).await?;
///     job.results().collect_all().await
/// }
/// ```
pub struct Job<S: Submit> {
    handle: Handle,
    submitted: Option<Response<S::Output>>,
}

impl<S: Submit> Job<S> {
    /// Sends the call that starts the job.
    #[doc(hidden)]
    pub async fn submit(operation: S) -> Result<Self, Error> {
        let request = operation.into_request();
        let mut handle = Handle::new(&request, S::METADATA, S::JOB);
        let raw = request.execute(false).await?;
        let [id] = lookup(bytes(&raw), [S::JOB.id]);
        handle.id = id.filter(|id| !id.is_empty());
        Ok(Self {
            handle,
            submitted: Some(S::Output::from_response(raw)?),
        })
    }

    /// Takes up a job that was started before, by this or another process. `job` is its id, or its [`JobHandle`]; the latter is needed where
    /// the path of the call that starts such a job has arguments. Nothing is sent: a job that does not exist is an error of the first call
    /// about it.
    pub fn attach(client: &Client, job: impl Into<JobHandle<S>>) -> Self {
        let JobHandle {
            path_arguments, id, ..
        } = job.into();
        Self {
            handle: Handle::attached(client.as_ref(), S::METADATA, S::JOB, &path_arguments, id),
            submitted: None,
        }
    }

    /// What to keep of the job, to [attach](Self::attach) to it later. None where the API did not name the job.
    #[must_use]
    pub fn handle(&self) -> Option<JobHandle<S>> {
        let mut handle = JobHandle::new(self.id()?);
        handle.path_arguments = self.handle.path_arguments();
        Some(handle)
    }

    /// The id of the job; none where the API did not name one, because it had the result at once or nothing to do.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.handle.id.as_deref()
    }

    /// What the API answered to the call that started the job. None for a job that was attached to.
    #[must_use]
    pub fn submitted(&self) -> Option<&Response<S::Output>> {
        self.submitted.as_ref()
    }

    /// Reads the state of the job once.
    ///
    /// # Errors
    ///
    /// Those of the call. A failed job is not an error here.
    pub async fn status(&self) -> Result<JobStatus<S::Status>, Error> {
        // Only the handle: the output need not be shareable between threads for the future to be sendable.
        let handle = self.handle.clone();
        JobStatus::decode(handle.poll().await?)
    }

    /// Waits until the job is over. Nothing happens before it is awaited; dropping it stops the waiting, and not the job.
    pub fn wait(&self) -> Wait<S> {
        Wait::new(self.handle.clone())
    }

    /// Whether the API has an operation that stops such a job.
    #[must_use]
    pub fn is_cancellable(&self) -> bool {
        self.handle.family.cancel.is_some()
    }

    /// Stops the job on the server; a job that is over is removed there.
    ///
    /// # Errors
    ///
    /// Those of the call, and an invalid request if the API cannot stop such a job.
    pub async fn cancel(&self) -> Result<(), Error> {
        let handle = self.handle.clone();
        handle.cancel().await
    }
}

impl<S: JobResults> Job<S> {
    /// The results of the job, which has to be done: the call that reads them. Where they come in pages, it is the first one.
    pub fn result(&self) -> Call<<S::Results as Operation>::Output> {
        Call::new(self.handle.request(S::RESULTS))
    }

    /// The results of the job, which has to be done, one by one.
    pub fn results(&self) -> Items<S::Results>
    where
        S::Results: Paged,
    {
        Items::from_request(self.handle.request(S::RESULTS))
    }

    /// The results of the job, which has to be done, page by page.
    pub fn result_pages(&self) -> Pages<S::Results>
    where
        S::Results: Paged,
    {
        Pages::from_request(self.handle.request(S::RESULTS))
    }
}

debug_fields!(Job<S: Submit>, |this| operation: S::METADATA.name, id: this.id());

/// The state of a job. It dereferences to the response of the API.
#[derive(Debug)]
pub struct JobStatus<T> {
    phase: JobPhase,
    state: Option<String>,
    response: Response<T>,
}

impl<T: FromResponse> JobStatus<T> {
    pub(super) fn decode(polled: Polled) -> Result<Self, Error> {
        Ok(Self {
            phase: polled.phase,
            state: polled.state,
            response: T::from_response(polled.response)?,
        })
    }
}

impl<T> JobStatus<T> {
    /// What the state means.
    #[must_use]
    pub fn phase(&self) -> JobPhase {
        self.phase
    }

    /// The state as the API tells it, where it tells one.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The response of the API.
    #[must_use]
    pub fn into_response(self) -> Response<T> {
        self.response
    }
}

impl<T> Deref for JobStatus<T> {
    type Target = Response<T>;

    fn deref(&self) -> &Response<T> {
        &self.response
    }
}
