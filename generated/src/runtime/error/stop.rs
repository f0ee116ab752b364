//! Why a call was not retried.

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
    /// The server asks for a longer delay than the policy allows.
    RetryAfterTooLong,
    /// The next attempt would begin after the call's deadline.
    Deadline,
    /// The client's [`RetryBudget`](crate::runtime::pipeline::RetryBudget) is used up: too many of its calls fail.
    Budget,
}

impl Stop {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::NotRetryable => "not retryable",
            Self::BodyGone => "the body cannot be sent again",
            Self::Attempts => "no attempts are left",
            Self::RetryAfterTooLong => "the server asks for a longer wait than the limit",
            Self::Deadline => "the deadline is too close",
            Self::Budget => "the retry budget is used up",
        }
    }
}
