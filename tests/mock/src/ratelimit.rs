//! Counting calls per token in fixed windows.

use std::time::{Duration, Instant};

use super::config::RateLimit;

/// The calls of one token in the present window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    start: Option<Instant>,
    count: u32,
}

/// What the headers of one response say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateSnapshot {
    pub(crate) count: u32,
    pub(crate) allowed: u32,
    /// Whole seconds until the window ends, rounded up.
    pub(crate) reset: u64,
    /// The call is one too many, and the limit is enforced.
    pub(crate) exceeded: bool,
}

impl Window {
    /// Counts a call.
    pub(crate) fn hit(&mut self, now: Instant, limit: &RateLimit) -> RateSnapshot {
        let start = match self.start {
            Some(start) if now.saturating_duration_since(start) < limit.window => start,
            _ => {
                self.count = 0;
                *self.start.insert(now)
            }
        };
        let exceeded = limit.enforced && self.count >= limit.allowed;
        if !exceeded {
            self.count = self.count.saturating_add(1);
        }
        let left = (start + limit.window).saturating_duration_since(now);
        RateSnapshot {
            count: self.count,
            allowed: limit.allowed,
            reset: whole_seconds_up(left),
            exceeded,
        }
    }
}

/// Seconds, rounded up.
pub(crate) fn whole_seconds_up(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
