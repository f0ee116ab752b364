//! Why a job has no result.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::OperationMetadata;

/// Why a job has no result, although the API responded. Found by
/// [`Error::find_source`](crate::runtime::error::Error::find_source).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    pub(super) failure: JobFailure,
    pub(super) id: Option<String>,
    pub(super) state: Option<String>,
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
    pub(super) is_cancelled: bool,
    pub(super) poll_error: Option<String>,
}

/// What became of a job. New kinds may come with any release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobFailure {
    /// It failed on the server; [`JobError::message`] may say why.
    Failed,
    /// Someone stopped it: this program ([`Wait::cancel_on`](super::Wait::cancel_on)), or someone else.
    Cancelled,
    /// It was not done in time.
    TimedOut(Duration),
    /// The API started it without naming it, so that nothing can be asked about it.
    Unnamed,
}

/// Where the answers of the various jobs say what went wrong, as JSON pointers (RFC 6901).
const MESSAGES: &[&str] = &[
    "/errorMessage",
    "/error/message",
    "/errorInfo/message",
    "/errorInformation/message",
    "/errorBody/message",
    "/errors/0/message",
    "/messages/0/text",
    "/statusDetails",
    "/job/error/message",
];

/// Where they have the error's code.
const CODES: &[&str] = &[
    "/error/code",
    "/errorInfo/code",
    "/errorInformation/code",
    "/errorBody/code",
    "/errors/0/code",
    "/job/error/code",
];

impl JobError {
    pub(super) fn new(failure: JobFailure, id: Option<String>) -> Self {
        Self {
            failure,
            id,
            state: None,
            message: None,
            code: None,
            is_cancelled: false,
            poll_error: None,
        }
    }

    /// Takes over what an answer says of the state and of what went wrong.
    pub(super) fn with_status(mut self, state: Option<String>, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let first = |places: &[&str]| {
            places
                .iter()
                .find_map(|place| body.pointer(place)?.as_str())
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        self.state = state;
        self.message = first(MESSAGES);
        self.code = first(CODES);
        self
    }

    /// What became of the job.
    #[must_use]
    pub fn failure(&self) -> JobFailure {
        self.failure
    }

    /// The id of the job.
    #[must_use]
    pub fn job_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The last state of the job that the API told, as it told it.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// What the API says went wrong.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The code of what went wrong, where the API names one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Why the state could not be read the last time, where the time ended a wait whose last call for the state had failed.
    #[must_use]
    pub fn poll_error(&self) -> Option<&str> {
        self.poll_error.as_deref()
    }

    /// Whether the job was stopped on the server by this program. If not, it may still be running there.
    #[must_use]
    pub fn is_cancelled_on_server(&self) -> bool {
        self.is_cancelled
    }

    pub(super) fn into_error(self, operation: &'static OperationMetadata) -> Error {
        let advice = match self.failure {
            JobFailure::TimedOut(_) if !self.is_cancelled => {
                "The job is still running; wait for it again, with a longer timeout"
            }
            _ => "",
        };
        let error = Error::new(ErrorKind::Job).with_operation(operation);
        let error = if advice.is_empty() {
            error
        } else {
            error.with_advice(advice)
        };
        error
            .with_message("the job has no result")
            .with_source(self)
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("job ")?;
        formatter.write_str(self.id.as_deref().unwrap_or("without an id"))?;
        match self.failure {
            JobFailure::Failed => formatter.write_str(" failed")?,
            JobFailure::Cancelled => formatter.write_str(" was cancelled")?,
            JobFailure::TimedOut(timeout) => {
                write!(
                    formatter,
                    " was not done within {:.0} s",
                    timeout.as_secs_f64()
                )?;
            }
            JobFailure::Unnamed => formatter.write_str(": nothing can be asked about it")?,
        }
        if let Some(state) = &self.state {
            write!(formatter, " (state {state})")?;
        }
        if let Some(message) = &self.message {
            write!(formatter, ": {message}")?;
        }
        if let Some(code) = &self.code {
            write!(formatter, " [{code}]")?;
        }
        if let Some(error) = &self.poll_error {
            write!(formatter, "; the last call for its state failed: {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for JobError {}
