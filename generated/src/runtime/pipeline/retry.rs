//! Whether a call is tried again, and when: a pure decision.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::retry_after;
use crate::runtime::auth::AuthError;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::HttpResponse;

/// When and how often a call is tried again.
///
/// Which outcomes are: a 429 always, for it was not executed; a failed connection always; 502, 503, 504 and a connection that broke after the
/// request was sent only if the call is idempotent; nothing else.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    longest_retry_after: Duration,
}

impl RetryPolicy {
    /// The default: 4 attempts; delays of 250 ms, doubling, up to 20 s, of which a random part is taken; `Retry-After` obeyed up to 60 s.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(250),
            max_delay: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
        }
    }

    /// One attempt and no more.
    #[must_use]
    pub const fn never() -> Self {
        let mut policy = Self::standard();
        policy.max_attempts = 1;
        policy
    }

    /// How many attempts are made at most, the first one included. Zero counts as one.
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

    /// The longest `Retry-After` that is waited for. Past it the error comes back at once, and carries the delay.
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
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::standard()
    }
}

/// What came of an attempt, as far as the decision cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, with its `Retry-After`.
    Status(StatusCode, Option<Duration>),
    /// No answer.
    Failed(ErrorKind),
}

impl Outcome {
    pub(super) fn of(outcome: &Result<HttpResponse, Error>, wall: SystemTime) -> Self {
        match outcome {
            Ok(response) => {
                let retry_after = if response.status.is_success() {
                    None
                } else {
                    retry_after::of(&response.headers, wall)
                };
                Self::Status(response.status, retry_after)
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

    /// What a retry after this outcome takes from the budget: a timeout costs more, for it held the server's resources longest.
    pub(super) fn cost(self) -> u32 {
        match self {
            Self::Failed(ErrorKind::Timeout) => 10,
            _ => 5,
        }
    }
}

/// Where a call stands when an attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryState {
    /// How many attempts were made.
    pub attempts: u32,
    /// The call may be sent again although it may have been carried out.
    pub idempotent: bool,
    /// The body can be sent again.
    pub replayable: bool,
    /// How long the call may still take.
    pub remaining: Option<Duration>,
    /// What is left of the retry budget.
    pub budget: u32,
    /// A random number from 0 to 1.
    pub jitter: f64,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Wait, then try again.
    Retry {
        /// How long to wait.
        after: Duration,
    },
    /// Give the outcome to the caller.
    Stop(Stop),
}

/// Why no further attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// There is nothing to retry.
    Success,
    /// Trying again cannot help, or could do the thing twice.
    NotRetryable,
    /// The body is gone.
    BodyGone,
    /// All attempts are made.
    Attempts,
    /// The server asks for a longer wait than the policy allows.
    RetryAfterTooLong,
    /// The next attempt would come too late.
    Deadline,
    /// Too many calls of this client fail.
    Budget,
}

impl Stop {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::NotRetryable => "not retryable",
            Self::BodyGone => "the body cannot be sent again",
            Self::Attempts => "all attempts are made",
            Self::RetryAfterTooLong => "the server asks for too long a wait",
            Self::Deadline => "the deadline is too near",
            Self::Budget => "the retry budget is used up",
        }
    }
}

/// Decides whether a call is tried again.
#[must_use]
pub fn decide(policy: &RetryPolicy, state: &RetryState, outcome: &Outcome) -> Decision {
    let (retryable, retry_after) = match *outcome {
        Outcome::Status(status, _) if status.as_u16() < 400 => {
            return Decision::Stop(Stop::Success);
        }
        Outcome::Status(status, retry_after) => match status.as_u16() {
            429 => (true, retry_after),
            502..=504 => (state.idempotent, retry_after),
            _ => (false, None),
        },
        Outcome::Failed(ErrorKind::Connect) => (true, None),
        Outcome::Failed(ErrorKind::Io | ErrorKind::Timeout) => (state.idempotent, None),
        Outcome::Failed(_) => (false, None),
    };
    if !retryable {
        return Decision::Stop(Stop::NotRetryable);
    }
    if !state.replayable {
        return Decision::Stop(Stop::BodyGone);
    }
    if state.attempts >= policy.max_attempts {
        return Decision::Stop(Stop::Attempts);
    }
    let after = match retry_after {
        Some(delay) if delay > policy.longest_retry_after => {
            return Decision::Stop(Stop::RetryAfterTooLong);
        }
        Some(delay) => delay,
        // Full jitter: anything from nothing to the ceiling, so that clients which failed together do not come back together.
        None => {
            let ceiling = policy.ceiling(state.attempts);
            let seconds = ceiling.as_secs_f64() * state.jitter.clamp(0.0, 1.0);
            Duration::try_from_secs_f64(seconds).unwrap_or(ceiling)
        }
    };
    if state.remaining.is_some_and(|remaining| after >= remaining) {
        return Decision::Stop(Stop::Deadline);
    }
    if state.budget < outcome.cost() {
        return Decision::Stop(Stop::Budget);
    }
    Decision::Retry { after }
}
