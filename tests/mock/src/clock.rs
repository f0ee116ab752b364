//! The monotonic clock that token lifetimes and rate-limit windows are measured by.

use std::time::Instant;

/// Which clock decides that a token has expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's monotonic clock: for tests over sockets, whose lifetimes are real and short.
    #[default]
    Monotonic,
    /// tokio's clock of the runtime that handles the request: for in-memory tests on paused time ([`Backend::call`](super::Backend::call)).
    Tokio,
}

impl Clock {
    /// The present instant.
    #[must_use]
    pub fn now(self) -> Instant {
        match self {
            Self::Monotonic => Instant::now(),
            Self::Tokio => tokio::time::Instant::now().into_std(),
        }
    }
}
