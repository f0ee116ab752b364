//! Waiting for a job.

use std::future::{Future, IntoFuture, poll_fn};
use std::marker::PhantomData;
use std::task::Poll;
use std::time::Duration;

use http::StatusCode;

use super::backoff::Backoff;
use super::handle::{Handle, Polled};
use super::{JobError, JobFailure, JobPhase, JobStatus, Submit};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;

/// How long a job may take, by default.
const TIMEOUT: Duration = Duration::from_secs(3600);

/// How long after its start a job may be unknown to the operation that reads its state: reads lag behind writes.
const NOT_FOUND_GRACE: Duration = Duration::from_secs(30);

/// Waits until a job is over, once it is awaited.
///
/// It returns the state of a job that is done, or that waits for the caller to do something
/// ([`JobPhase::Waiting`]). A job that failed, was cancelled or took too long is an error with a [`JobError`] as its source.
///
/// A call for the state that fails does not end the wait if the failure may pass: an error that
/// [`is_retryable`](crate::runtime::error::Error::is_retryable), any status from 500, a token endpoint that is out of order, and a 404 in the
/// first 30 s after the job was started or attached to. The state is read again after the next interval, or after a longer `Retry-After`, until
/// the timeout of the wait. Any other error ends the wait, and not the job: one can wait again.
#[must_use = "nothing waits until this is awaited"]
pub struct Wait<S> {
    plan: Plan,
    submit: PhantomData<fn() -> S>,
}

struct Plan {
    handle: Handle,
    backoff: Backoff,
    timeout: Duration,
    cancel_on_timeout: bool,
    cancel: Option<BoxFuture<'static, ()>>,
}

impl<S: Submit> Wait<S> {
    pub(super) fn new(handle: Handle) -> Self {
        Self {
            plan: Plan {
                handle,
                backoff: Backoff::default(),
                timeout: TIMEOUT,
                cancel_on_timeout: false,
                cancel: None,
            },
            submit: PhantomData,
        }
    }

    /// How long to wait: an hour by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.plan.timeout = timeout;
        self
    }

    /// How long to wait before the state is read for the first time, 500 ms by default, and the longest between two times, 15 s by
    /// default. In between the time grows by half; each is shortened at random by up to a quarter.
    pub fn poll_interval(mut self, first: Duration, longest: Duration) -> Self {
        self.plan.backoff = Backoff { first, longest };
        self
    }

    /// Stops the job on the server, where the API can, if it is not done in time. Without this it keeps running there.
    pub fn cancel_on_timeout(mut self) -> Self {
        self.plan.cancel_on_timeout = true;
        self
    }

    /// Stops waiting, and the job on the server where the API can, once `signal` is done.
    pub fn cancel_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.plan.cancel = Some(Box::pin(signal));
        self
    }
}

impl<S: Submit> IntoFuture for Wait<S> {
    type Output = Result<JobStatus<S::Status>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let plan = self.plan;
        Box::pin(async move { JobStatus::decode(plan.run().await?) })
    }
}

/// What came first.
enum First {
    Over(Box<Result<Polled, Error>>),
    TimedOut,
    Cancelled,
}

impl Plan {
    async fn run(mut self) -> Result<Polled, Error> {
        let mut last = Last::default();
        match self.first(&mut last).await {
            First::Over(outcome) => {
                let polled = (*outcome)?;
                let failure = match polled.phase {
                    JobPhase::Failed => JobFailure::Failed,
                    JobPhase::Cancelled => JobFailure::Cancelled,
                    _ => return Ok(polled),
                };
                Err(self.handle.failed(failure, &polled))
            }
            First::TimedOut => {
                let mut error = self.error(JobFailure::TimedOut(self.timeout), last);
                error.is_cancelled = self.cancel_on_timeout && self.handle.cancel().await.is_ok();
                Err(error.into_error(self.handle.family.status))
            }
            First::Cancelled => {
                let mut error = self.error(JobFailure::Cancelled, last);
                error.is_cancelled = self.handle.cancel().await.is_ok();
                Err(error.into_error(self.handle.family.status))
            }
        }
    }

    fn error(&self, failure: JobFailure, last: Last) -> JobError {
        let mut error = JobError::new(failure, self.handle.id.clone());
        error.state = last.state;
        error.poll_error = last.error.map(|error| error.to_string());
        error
    }

    /// Polls until the job is over, the time is, or the caller's signal comes. A signal that is there beats the rest.
    async fn first(&mut self, last: &mut Last) -> First {
        let mut timeout = self.handle.clock().sleep(self.timeout);
        let mut cancel = self.cancel.take();
        let mut work = Box::pin(until_over(&self.handle, self.backoff, last));
        poll_fn(move |context| {
            if let Some(signal) = &mut cancel
                && signal.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(First::Cancelled);
            }
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(First::Over(Box::new(outcome)));
            }
            timeout.as_mut().poll(context).map(|()| First::TimedOut)
        })
        .await
    }
}

/// What is known of a job that is not over.
#[derive(Default)]
struct Last {
    state: Option<String>,
    /// Why the last call for the state failed.
    error: Option<Error>,
}

/// Reads the state again and again until it is not [`JobPhase::Running`].
async fn until_over(handle: &Handle, backoff: Backoff, last: &mut Last) -> Result<Polled, Error> {
    let mut polls = 0_u32;
    loop {
        let asked = last.error.as_ref().and_then(Error::retry_after);
        let delay = backoff.delay(polls, handle.jitter().next());
        let delay = delay.max(asked.unwrap_or_default());
        handle.clock().sleep(delay).await;
        match handle.poll().await {
            Ok(polled) if polled.phase != JobPhase::Running => return Ok(polled),
            Ok(polled) => {
                tracing::debug!(
                    target: "genesys_cloud",
                    operation = handle.family.status.name,
                    state = polled.state.as_deref(),
                    "the job is running"
                );
                last.state = polled.state;
                last.error = None;
            }
            Err(error) if may_pass(&error, handle.age()) => {
                tracing::warn!(
                    target: "genesys_cloud",
                    operation = handle.family.status.name,
                    %error,
                    "the state of the job cannot be read; still waiting"
                );
                last.error = Some(error);
            }
            Err(error) => return Err(error),
        }
        polls = polls.saturating_add(1);
    }
}

/// Whether the next call for the state may succeed, where this one failed so long after the start of the job.
fn may_pass(error: &Error, age: Duration) -> bool {
    error.is_retryable()
        || (error.is_server_error() && error.status() != Some(StatusCode::NOT_IMPLEMENTED))
        || (error.is_not_found() && age < NOT_FOUND_GRACE)
}

debug_fields!(Wait<S>, |this| job: this.plan.handle.id, timeout: this.plan.timeout);
