//! The retry budget: how many retries a client may add to the load of a server that fails.

use std::sync::atomic::{AtomicU32, Ordering};

/// How full the bucket is at first, and at most.
const CAPACITY: u32 = 500;
/// What a success puts back.
const REFILL: u32 = 1;

/// A bucket of tokens that retries take from and successes put into. When most calls fail it runs dry, and calls fail without retries: a server
/// in trouble is not hit four times as hard. Shared by all calls of a client.
#[derive(Debug)]
pub struct RetryBudget {
    left: AtomicU32,
}

impl RetryBudget {
    /// A full bucket.
    #[must_use]
    pub fn new() -> Self {
        Self {
            left: AtomicU32::new(CAPACITY),
        }
    }

    /// How much is left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes `cost`, if that much is left.
    pub(crate) fn take(&self, cost: u32) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(cost)
            })
            .is_ok()
    }

    /// Puts back what a success is worth.
    pub(crate) fn refill(&self) {
        // Most successes find the bucket full: then a read is enough, and no core takes the cache line from the others.
        if self.left() < CAPACITY {
            let _ = self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    Some((left + REFILL).min(CAPACITY))
                });
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}
