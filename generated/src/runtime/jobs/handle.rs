//! The calls about a job of any kind.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::{JobError, JobFailure, JobFamily, JobPhase, JobStatePlace};
use crate::runtime::auth::Jitter;
use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::error::Error;
use crate::runtime::operation::OperationMetadata;
use crate::runtime::paging::lookup;
use crate::runtime::pipeline::{CallOptions, Pipeline};
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::transport::ResponseBody;

/// Names a job and its operations.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) family: &'static JobFamily,
    pub(super) id: Option<String>,
    started_by: &'static OperationMetadata,
    /// The path of the call that started the job, or what is wrong with it: all paths about the job begin with it.
    path: Result<String, Error>,
    /// When the job was started or attached to, by the client's monotonic clock.
    since: Monotonic,
    options: CallOptions,
}

/// The state of a job as the API told it.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) phase: JobPhase,
    pub(super) state: Option<String>,
    pub(super) response: RawResponse,
}

impl Handle {
    /// For the job that `request` is going to start.
    pub(super) fn new(
        request: &Request,
        started_by: &'static OperationMetadata,
        family: &'static JobFamily,
    ) -> Self {
        let mut options = request.options().clone();
        // These are about the call that starts the job.
        options.deadline = None;
        options.idempotent = None;
        options.follow_redirects = None;
        Self {
            pipeline: Arc::clone(request.pipeline()),
            family,
            id: None,
            started_by,
            path: request.completed_path(),
            since: request.pipeline().connection.clock.monotonic(),
            options,
        }
    }

    /// For a job that was started elsewhere, by a call with these arguments in its path.
    pub(super) fn attached(
        pipeline: &Arc<Pipeline>,
        started_by: &'static OperationMetadata,
        family: &'static JobFamily,
        path_arguments: &[String],
        id: String,
    ) -> Self {
        let mut request = Request::from_pipeline(pipeline, started_by);
        for argument in path_arguments {
            request.path_argument(argument);
        }
        Self {
            pipeline: Arc::clone(pipeline),
            family,
            id: Some(id).filter(|id| !id.is_empty()),
            started_by,
            path: request.into_path(),
            since: pipeline.connection.clock.monotonic(),
            options: CallOptions::default(),
        }
    }

    /// The arguments in the path of the call that started the job.
    pub(super) fn path_arguments(&self) -> Vec<String> {
        let path = self.path.as_deref().unwrap_or_default();
        let pieces = self.started_by.path.split('/').zip(path.split('/'));
        pieces
            .filter(|(name, _)| name.starts_with('{'))
            .map(|(_, argument)| {
                percent_decode_str(argument)
                    .decode_utf8_lossy()
                    .into_owned()
            })
            .collect()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.pipeline.connection.clock
    }

    pub(super) fn jitter(&self) -> &Jitter {
        &self.pipeline.connection.jitter
    }

    /// How long ago the job was started or attached to.
    pub(super) fn age(&self) -> Duration {
        self.clock().monotonic() - self.since
    }

    /// The request of an operation about the job.
    pub(super) fn request(&self, metadata: &'static OperationMetadata) -> Request {
        let mut request = Request::from_pipeline(&self.pipeline, metadata);
        match &self.path {
            Ok(path) => {
                request.set_path_start(path, tail(metadata.path, self.started_by.path));
            }
            Err(error) => request.fail(error.clone()),
        }
        match &self.id {
            Some(id) => {
                request.path_argument(id);
            }
            None => request.fail(self.unnamed()),
        }
        let mut options = self.options.clone();
        if metadata.credential != self.started_by.credential {
            options.credential = None;
        }
        *request.options_mut() = options;
        request
    }

    fn unnamed(&self) -> Error {
        JobError::new(JobFailure::Unnamed, None).into_error(self.started_by)
    }

    /// Reads the state once.
    pub(super) async fn poll(&self) -> Result<Polled, Error> {
        let request = self.request(self.family.status);
        let response = request.execute(false).await?;
        let state = match self.family.state {
            JobStatePlace::Property(path) => {
                let [state] = lookup(bytes(&response), [path]);
                state
            }
            JobStatePlace::Body => Some(text(bytes(&response))),
            JobStatePlace::StatusCode => None,
        };
        let phase = match (&self.family.state, &state) {
            (JobStatePlace::StatusCode, _) if response.head.status.as_u16() != 202 => {
                JobPhase::Succeeded
            }
            (_, Some(state)) => self.family.phase_of(state),
            (_, None) => JobPhase::Running,
        };
        Ok(Polled {
            phase,
            state,
            response,
        })
    }

    /// Stops the job on the server.
    pub(super) async fn cancel(&self) -> Result<(), Error> {
        let Some(cancel) = self.family.cancel else {
            return Err(Error::invalid_request(
                "the API has no operation that cancels a job of this kind",
            )
            .with_operation(self.started_by));
        };
        self.request(cancel).execute(false).await.map(drop)
    }

    /// The error of a job that is over without success.
    pub(super) fn failed(&self, failure: JobFailure, polled: &Polled) -> Error {
        JobError::new(failure, self.id.clone())
            .with_status(polled.state.clone(), bytes(&polled.response))
            .into_error(self.family.status)
    }
}

/// What the path of an operation about a job has after that of the one that starts it. Their parameters may have other names, but lie
/// in the same places.
fn tail(path: &'static str, start: &str) -> &'static str {
    let mut slashes = path.match_indices('/').map(|(place, _)| place);
    let place = slashes.nth(start.matches('/').count());
    place.map_or("", |place| &path[place..])
}

pub(super) fn bytes(response: &RawResponse) -> &[u8] {
    match &response.body {
        ResponseBody::Bytes(bytes) => bytes,
        ResponseBody::Stream(_) => &[],
    }
}

/// A JSON text, or plain text.
fn text(body: &[u8]) -> String {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).trim().to_owned())
}
