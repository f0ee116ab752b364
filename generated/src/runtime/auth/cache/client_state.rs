//! What the caches of one client share: when the API last accepted a call, and which operations refuse tokens that others are accepted with.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::super::backoff::doubled;
use super::super::unauthorized::SECOND_OPINION;
use crate::runtime::clock::Monotonic;
use crate::runtime::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError};

/// How many unreliable operations are remembered.
const UNRELIABLE_REMEMBERED: usize = 64;

/// Names an operation; zero names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OperationKey(u64);

impl OperationKey {
    /// The operation of a request: its method and the template of its path.
    pub(crate) fn new(method: &http::Method, template: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (method, template).hash(&mut hasher);
        Self(hasher.finish().max(1))
    }
}

/// What the caches of one client share.
#[derive(Debug, Default)]
pub(crate) struct ClientState {
    /// When a call was last accepted, as [`millis`] counts.
    accepted: AtomicU64,
    unreliable: Unreliable,
    second_opinion: Mutex<SecondOpinion>,
}

impl ClientState {
    /// Milliseconds between two writes, so that many calls do not fight over one cache line.
    const GRAIN: u64 = 1000;

    pub(super) fn mark_accepted(&self, now: Monotonic) {
        let now = millis(now.since_start());
        if now.saturating_sub(self.accepted.load(Ordering::Relaxed)) >= Self::GRAIN {
            self.accepted.store(now, Ordering::Relaxed);
        }
    }

    /// Whether a call was accepted within `window` before `now`.
    pub(super) fn accepted_lately(&self, now: Monotonic, window: Duration) -> bool {
        let last = self.accepted.load(Ordering::Relaxed);
        last > 0 && millis(now.since_start()).saturating_sub(last) <= millis(window)
    }

    pub(super) fn unreliable(&self) -> &Unreliable {
        &self.unreliable
    }

    /// Whether a refresh may be forced at `now` although the token works.
    pub(super) fn second_opinion_due(&self, now: Monotonic) -> bool {
        now >= self.opinion().next
    }

    pub(super) fn second_opinion_taken(&self, now: Monotonic) {
        let mut opinion = self.opinion();
        opinion.row = opinion.row.saturating_add(1);
        let [shortest, longest] = SECOND_OPINION;
        opinion.next = now + doubled(shortest, opinion.row, longest);
    }

    /// The call that asked for it was accepted with the new generation.
    pub(super) fn second_opinion_helped(&self) {
        self.opinion().row = 0;
    }

    fn opinion(&self) -> MutexGuard<'_, SecondOpinion> {
        self.second_opinion
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct SecondOpinion {
    next: Monotonic,
    /// How many in a row did not help.
    row: u32,
}

/// Operations whose 401 proves nothing; the oldest makes room for a new one. Read on the fast path, so there is no lock.
#[derive(Debug)]
pub(super) struct Unreliable {
    keys: [AtomicU64; UNRELIABLE_REMEMBERED],
    count: AtomicUsize,
    next: AtomicUsize,
}

impl Default for Unreliable {
    fn default() -> Self {
        Self {
            keys: std::array::from_fn(|_| AtomicU64::new(0)),
            count: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
        }
    }
}

impl Unreliable {
    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    pub(super) fn contains(&self, key: OperationKey) -> bool {
        !self.is_empty()
            && self
                .keys
                .iter()
                .any(|slot| slot.load(Ordering::Relaxed) == key.0)
    }

    pub(super) fn insert(&self, key: OperationKey) {
        if self.contains(key) {
            return;
        }
        let slot = self.next.fetch_add(1, Ordering::Relaxed) % UNRELIABLE_REMEMBERED;
        if self.keys[slot].swap(key.0, Ordering::Relaxed) == 0 {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn remove(&self, key: OperationKey) {
        for slot in &self.keys {
            let removed = slot.compare_exchange(key.0, 0, Ordering::Relaxed, Ordering::Relaxed);
            if removed.is_ok() {
                self.count.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

/// Milliseconds from 1000, so that 0 can mean never.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX - ClientState::GRAIN)
        .saturating_add(ClientState::GRAIN)
}
