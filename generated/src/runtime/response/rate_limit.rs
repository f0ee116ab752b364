//! The rate limit that the API reports.

use std::time::Duration;

use http::HeaderMap;

/// The state of a rate limit, as of one response: the headers `inin-ratelimit-count`, `-allowed` and `-reset`.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// let client = Client::builder()
///     .on_rate_limit(|limit| println!("{limit:?}"))
///     .access_token("token")
///     .build()?;
/// # let _ = client;
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many calls were counted in the present window, this one included.
    pub count: u64,
    /// How many calls the window allows.
    pub allowed: u64,
    /// How long until the window resets, as of the response.
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
        let (mut count, mut allowed, mut reset) = (None, None, None);
        // One pass: a response has a dozen headers, and to look for three of them by name takes longer.
        for (name, value) in headers {
            let slot = match name.as_str().strip_prefix("inin-ratelimit-") {
                Some("count") => &mut count,
                Some("allowed") => &mut allowed,
                Some("reset") => &mut reset,
                _ => continue,
            };
            if slot.is_none() {
                *slot = Some(value.to_str().ok()?.trim().parse().ok()?);
            }
        }
        Some(Self {
            count: count?,
            allowed: allowed?,
            reset: Duration::from_secs(reset?),
        })
    }
}
