//! When the API last took a token.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When a call of this client was last accepted; the caches of a pool share it.
#[derive(Debug, Default)]
pub(crate) struct Acceptance(AtomicU64);

impl Acceptance {
    /// Milliseconds between two writes, so that many calls do not fight over one cache line.
    const GRAIN: u64 = 1000;

    pub(super) fn mark(&self, now: Duration) {
        let now = millis(now);
        if now.saturating_sub(self.0.load(Ordering::Relaxed)) >= Self::GRAIN {
            self.0.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn is_recent(&self, now: Duration, window: Duration) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        last > 0 && millis(now).saturating_sub(last) <= millis(window)
    }
}

/// Milliseconds from 1, so that 0 can mean never.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX - 1)
        .saturating_add(Acceptance::GRAIN)
}
