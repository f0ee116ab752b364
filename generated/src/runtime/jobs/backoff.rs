//! How long to wait before a job's state is read again.

use std::time::Duration;

/// Waiting times that grow by half each time, up to a longest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backoff {
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(15),
        }
    }
}

impl Backoff {
    /// The time before the poll after `polls` ones. `jitter`, from 0 to 1, shortens it to three quarters at most, so that many jobs
    /// started at once are not asked for at once.
    pub(super) fn delay(&self, polls: u32, jitter: f64) -> Duration {
        let growth = 1.5_f64.powi(i32::try_from(polls.min(100)).unwrap_or(100));
        let longest = self.longest.max(self.first);
        let seconds = (self.first.as_secs_f64() * growth).min(longest.as_secs_f64());
        Duration::try_from_secs_f64(seconds * (1.0 - jitter.clamp(0.0, 1.0) / 4.0))
            .unwrap_or(longest)
    }
}
