//! What the API tells of its rate limit.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

static COUNT: HeaderName = HeaderName::from_static("inin-ratelimit-count");
static ALLOWED: HeaderName = HeaderName::from_static("inin-ratelimit-allowed");
static RESET: HeaderName = HeaderName::from_static("inin-ratelimit-reset");

/// The state of a rate limit, as of one response: the headers `inin-ratelimit-count`, `-allowed` and `-reset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many calls were counted in the present window, this one included.
    pub count: u64,
    /// How many calls the window allows.
    pub allowed: u64,
    /// How long until the window starts anew, as of the response.
    pub reset: Duration,
}

impl RateLimit {
    /// A state, for tests of code that reads it.
    #[must_use]
    pub fn new(count: u64, allowed: u64, reset: Duration) -> Self {
        Self {
            count,
            allowed,
            reset,
        }
    }

    /// How many calls are left in the window.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.allowed.saturating_sub(self.count)
    }

    /// Reads the headers; `None` unless all three are there and numbers.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        Some(Self {
            count: number(headers, &COUNT)?,
            allowed: number(headers, &ALLOWED)?,
            reset: Duration::from_secs(number(headers, &RESET)?),
        })
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
