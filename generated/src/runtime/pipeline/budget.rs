//! The retry budget: how many retries a client may add to the load of a server that fails.

use std::sync::atomic::{AtomicU32, Ordering};

/// How full the bucket is at first, and at most.
const CAPACITY: u32 = 500;
/// What a success adds, beside what its retry took.
const REFILL: u32 = 1;

/// A bucket of tokens that retries take from and successes return to. While most calls fail it runs dry, and calls fail without retries: a server
/// in trouble is not hit four times as hard. All calls of a client share it.
///
/// A retry that succeeds returns what it took, and every success adds one more, so the bucket only loses what retries spent in vain.
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
        cost == 0
            || self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(cost)
                })
                .is_ok()
    }

    /// Records a success whose retry took `taken`; zero for a first attempt.
    pub(crate) fn succeeded(&self, taken: u32) {
        self.give_back(taken.saturating_add(REFILL));
    }

    /// Returns what a retry took.
    pub(crate) fn give_back(&self, taken: u32) {
        // Most successes find the bucket full: then a read is enough, and no core takes the cache line from the others.
        if taken > 0 && self.left() < CAPACITY {
            let _ = self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    Some(left.saturating_add(taken).min(CAPACITY))
                });
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}
