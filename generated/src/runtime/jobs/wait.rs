//! Waiting for a job.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::marker::PhantomData;
use std::task::Poll;
use std::time::Duration;

use super::backoff::Backoff;
use super::handle::{Handle, Polled};
use super::{JobError, JobFailure, JobPhase, JobStatus, Submit};
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;

/// How long a job may take, by default.
const TIMEOUT: Duration = Duration::from_secs(3600);

/// Waits until a job is over, once it is awaited.
///
/// It ends well with the state of a job that is done, or that waits for the caller to do something
/// ([`JobPhase::Waiting`]). A job that failed, was cancelled or took too long is an error with a [`JobError`] as its source; so is a
/// call for the state that failed for good, after which one can wait again.
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

    /// Stops the job on the server, where the API can, if it is not done in time. Without this it goes on there.
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
    Over(Result<Polled, Error>),
    TimedOut,
    Cancelled,
}

impl Plan {
    async fn run(mut self) -> Result<Polled, Error> {
        let mut last_state = None;
        match self.first(&mut last_state).await {
            First::Over(outcome) => {
                let polled = outcome?;
                let failure = match polled.phase {
                    JobPhase::Failed => JobFailure::Failed,
                    JobPhase::Cancelled => JobFailure::Cancelled,
                    _ => return Ok(polled),
                };
                Err(self.handle.failed(failure, &polled))
            }
            First::TimedOut => {
                let mut error = self.error(JobFailure::TimedOut(self.timeout), last_state);
                error.is_cancelled = self.cancel_on_timeout && self.handle.cancel().await.is_ok();
                Err(error.into_error(self.handle.family.status))
            }
            First::Cancelled => {
                let mut error = self.error(JobFailure::Cancelled, last_state);
                error.is_cancelled = self.handle.cancel().await.is_ok();
                Err(error.into_error(self.handle.family.status))
            }
        }
    }

    fn error(&self, failure: JobFailure, state: Option<String>) -> JobError {
        let mut error = JobError::new(failure, self.handle.id.clone());
        error.state = state;
        error
    }

    /// Polls until the job is over, the time is, or the caller's signal comes. A signal that is there beats the rest.
    async fn first(&mut self, last_state: &mut Option<String>) -> First {
        let mut timeout = self.handle.client.clock().sleep(self.timeout);
        let mut cancel = self.cancel.take();
        let mut work = Box::pin(until_over(&self.handle, self.backoff, last_state));
        poll_fn(move |context| {
            if let Some(signal) = &mut cancel
                && signal.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(First::Cancelled);
            }
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(First::Over(outcome));
            }
            timeout.as_mut().poll(context).map(|()| First::TimedOut)
        })
        .await
    }
}

/// Reads the state again and again until it is not [`JobPhase::Running`].
async fn until_over(
    handle: &Handle,
    backoff: Backoff,
    last_state: &mut Option<String>,
) -> Result<Polled, Error> {
    let mut polls = 0_u32;
    loop {
        let delay = backoff.delay(polls, fastrand::f64());
        handle.client.clock().sleep(delay).await;
        let polled = handle.poll().await?;
        if polled.phase != JobPhase::Running {
            return Ok(polled);
        }
        tracing::debug!(
            target: "genesys_cloud",
            operation = handle.family.status.name,
            state = polled.state.as_deref(),
            "the job goes on"
        );
        *last_state = polled.state;
        polls = polls.saturating_add(1);
    }
}

impl<S> fmt::Debug for Wait<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wait")
            .field("job", &self.plan.handle.id)
            .field("timeout", &self.plan.timeout)
            .finish_non_exhaustive()
    }
}
