//! Whether and when a call is retried: a pure decision.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::runtime::auth::AuthError;
use crate::runtime::error::{self, Error, ErrorKind, Stop};
use crate::runtime::response::retry_after;
use crate::runtime::transport::HttpResponse;

/// The shortest ceiling of a delay before a call is sent again that may be refused without an end.
const SHORTEST: Duration = Duration::from_millis(50);

/// When and how often a call is sent again.
///
/// | outcome | sent again |
/// |---|---|
/// | 429; an HTTP/2 stream that the server did not process | always, until the call's deadline; not counted as one of the attempts |
/// | no connection | always |
/// | 408, 502, 503, 504; a timeout; a connection that failed after the request was sent | if the call is idempotent |
/// | anything else | never |
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::RetryPolicy;
///
/// let policy = RetryPolicy::standard()
///     .with_max_attempts(6)
///     .with_base_delay(Duration::from_millis(500))
///     .with_longest_retry_after(Duration::from_secs(120));
/// assert_eq!(policy.max_attempts(), 6);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    longest_retry_after: Duration,
}

impl RetryPolicy {
    /// The default: 4 attempts; a random delay of at most 250 ms, doubling with each attempt up to 20 s; `Retry-After` obeyed up to 60 s.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
        }
    }

    /// A single attempt, and no retry.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// assert_eq!(genesys_cloud::RetryPolicy::never().max_attempts(), 1);
    /// ```
    #[must_use]
    pub const fn never() -> Self {
        let mut policy = Self::standard();
        policy.max_attempts = 1;
        policy
    }

    /// How many attempts are made at most, the first one included. Zero counts as one. Where it is more than one, sendings that end in a 429, or
    /// that the server did not process, do not count.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The longest first delay; each further one may be twice as long.
    #[must_use]
    pub const fn with_base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The longest delay that the policy chooses itself.
    #[must_use]
    pub const fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest delay that the server may ask for (`Retry-After`, or a rate limit's reset). If it asks for more, the error comes back at once and
    /// carries the delay.
    #[must_use]
    pub const fn with_longest_retry_after(mut self, delay: Duration) -> Self {
        self.longest_retry_after = delay;
        self
    }

    /// How many attempts are made at most.
    #[must_use]
    pub const fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// The longest delay after that many attempts.
    fn ceiling(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base_delay
            .saturating_mul(1 << doublings)
            .min(self.max_delay)
    }

    /// How long to wait after `outcome`; nothing where the call cannot last that long.
    fn delay(&self, state: &RetryState, outcome: &Outcome) -> Option<Duration> {
        let jitter = state.jitter.clamp(0.0, 1.0);
        let ceiling = if outcome.is_refusal() {
            // These go on until the deadline, so the delay leaves room for another try before it.
            let longest = state.remaining.map_or(Duration::MAX, |left| left / 2);
            let ceiling = self.ceiling(state.refusals);
            ceiling.min(longest.max(self.base_delay)).max(SHORTEST)
        } else {
            self.ceiling(state.attempts)
        };
        let fits = |delay: &Duration| state.remaining.is_none_or(|left| *delay < left);
        if !outcome.is_throttled() {
            // Full jitter: anything from nothing to the ceiling, so that clients which failed together do not come back together.
            return Some(scaled(ceiling, jitter)).filter(fits);
        }
        // Never at once, whatever the server says, and never in step with others that it told the same.
        let backoff = scaled(ceiling, 0.5 + 0.5 * jitter);
        let delay = backoff.max(outcome.asked().unwrap_or_default());
        Some(scaled(delay, 1.0 + 0.25 * jitter))
            .filter(fits)
            .or(Some(delay).filter(fits))
    }
}

/// `delay` times `factor`, up to the longest there is.
fn scaled(delay: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::standard()
    }
}

/// What came of an attempt, as far as the decision cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A response, and how long it asks to wait.
    Status(StatusCode, Option<Duration>),
    /// No response.
    Failed(ErrorKind),
}

impl Outcome {
    pub(super) fn from_result(outcome: &Result<HttpResponse, Error>, wall: SystemTime) -> Self {
        match outcome {
            Ok(response) => {
                let status = response.status;
                Self::Status(status, retry_after::asked(status, &response.headers, wall))
            }
            // A middleware may have made an error of a response.
            Err(error) => match error.status() {
                Some(status) => Self::Status(status, error.retry_after()),
                // Getting a token has had its retries, and its own time to wait.
                None if error.find_source::<AuthError>().is_some() => {
                    Self::Failed(ErrorKind::Authentication)
                }
                None => Self::Failed(error.kind()),
            },
        }
    }

    /// The server refused the request without acting on it, and works: the call is sent again until its deadline.
    pub(super) fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::Status(StatusCode::TOO_MANY_REQUESTS, _) | Self::Failed(ErrorKind::NotProcessed)
        )
    }

    /// The server may have acted on the request.
    pub(super) fn is_in_doubt(self) -> bool {
        match self {
            Self::Status(status, _) => error::is_in_doubt(ErrorKind::Status, Some(status)),
            Self::Failed(kind) => error::is_in_doubt(kind, None),
        }
    }

    /// The server wants fewer calls for a while.
    fn is_throttled(self) -> bool {
        matches!(self, Self::Status(status, asked) if status == StatusCode::TOO_MANY_REQUESTS || asked.is_some())
    }

    /// How long the server asks to wait.
    fn asked(self) -> Option<Duration> {
        match self {
            Self::Status(_, asked) => asked,
            Self::Failed(_) => None,
        }
    }

    /// Whether the server got through with the call: it did what was asked, or said what is wrong with it.
    pub(super) fn is_settled(self) -> bool {
        matches!(self, Self::Status(status, _) if status.as_u16() < 500 && !matches!(status.as_u16(), 408 | 429))
    }

    /// What a retry after this outcome takes from the budget. A timeout costs more, because it held the server's resources longest. A server that
    /// manages its load is not in trouble, so that costs nothing.
    pub(super) fn cost(self) -> u32 {
        match self {
            _ if self.is_refusal() => 0,
            Self::Status(StatusCode::SERVICE_UNAVAILABLE, Some(_)) => 0,
            Self::Failed(ErrorKind::Timeout) => 10,
            _ => 5,
        }
    }
}

/// Where a call stands when an attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RetryState {
    /// How many attempts were made that count towards the policy's limit.
    pub(crate) attempts: u32,
    /// How many sendings the server refused without acting on them (429, HTTP/2 streams that it did not process), which do not count.
    pub(crate) refusals: u32,
    /// The call may be sent again although it may have been carried out.
    pub(crate) idempotent: bool,
    /// The body can be sent again.
    pub(crate) replayable: bool,
    /// How long the call may still take.
    pub(crate) remaining: Option<Duration>,
    /// What is left of the retry budget.
    pub(crate) budget: u32,
    /// A random number from 0 to 1.
    pub(crate) jitter: f64,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait, then try again.
    Retry {
        /// How long to wait.
        after: Duration,
    },
    /// Give the outcome to the caller.
    Stop(Stop),
}

/// Decides whether a call is tried again.
#[must_use]
pub(crate) fn decide(policy: &RetryPolicy, state: &RetryState, outcome: &Outcome) -> Decision {
    let retryable = match *outcome {
        Outcome::Status(status, _) if status.as_u16() < 400 => {
            return Decision::Stop(Stop::Success);
        }
        Outcome::Status(status, _) => match status.as_u16() {
            429 => true,
            408 | 502..=504 => state.idempotent,
            _ => false,
        },
        Outcome::Failed(ErrorKind::Connect | ErrorKind::NotProcessed) => true,
        Outcome::Failed(ErrorKind::Io | ErrorKind::Timeout) => state.idempotent,
        Outcome::Failed(_) => false,
    };
    if !retryable {
        return Decision::Stop(Stop::NotRetryable);
    }
    if policy.max_attempts == 1 || (state.attempts >= policy.max_attempts && !outcome.is_refusal())
    {
        return Decision::Stop(Stop::Attempts);
    }
    if !state.replayable {
        return Decision::Stop(Stop::BodyGone);
    }
    if outcome
        .asked()
        .is_some_and(|delay| delay > policy.longest_retry_after)
    {
        return Decision::Stop(Stop::RetryAfterTooLong);
    }
    let Some(after) = policy.delay(state, outcome) else {
        return Decision::Stop(Stop::Deadline);
    };
    if state.budget < outcome.cost() {
        return Decision::Stop(Stop::Budget);
    }
    Decision::Retry { after }
}
