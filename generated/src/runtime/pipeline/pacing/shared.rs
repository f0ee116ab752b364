//! Waits for a slot that all processes share, and continues without it if the store fails.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{PacingLimit, PacingPlace, PacingStore};
use crate::runtime::clock::wait::{First, first};
use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::debug::debug_fields;
use crate::runtime::transport::BoxError;

/// How long the store may take for an answer. A call waits no longer than that for the bookkeeping.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long a store that failed is left alone, so that not every call waits for it.
const LEFT_ALONE: Duration = Duration::from_secs(5);

/// The key that stands for a token in the store.
pub(super) fn key_of(token: &[u8]) -> Arc<str> {
    let digest = Sha256::new()
        .chain_update("genesys-cloud-pacing\0")
        .chain_update(token)
        .finalize();
    let mut key = String::with_capacity(32);
    for byte in &digest[..16] {
        // Writing to a String does not fail.
        let _ = write!(key, "{byte:02x}");
    }
    key.into()
}

/// The store, and whether it works.
pub(super) struct Shared {
    store: Arc<dyn PacingStore>,
    /// Not to be asked before.
    resume: Mutex<Monotonic>,
}

impl Shared {
    pub(super) fn new(store: Arc<dyn PacingStore>) -> Self {
        Self {
            store,
            resume: Mutex::new(Monotonic::START),
        }
    }

    /// Waits until a call may begin; not at all where the store cannot say.
    pub(super) async fn acquire(&self, clock: &dyn Clock, key: &Arc<str>, limit: PacingLimit) {
        let Some(place) = self.reserve(clock, key, limit).await else {
            return;
        };
        if place.delay.is_zero() {
            return;
        }
        let mut waiting = Waiting {
            store: &self.store,
            key,
            place: Some(place.name),
        };
        super::tell_of_wait(place.delay, "the calls that share the rate limit reach it");
        clock.sleep(place.delay).await;
        // The call begins, so its place is used.
        waiting.place = None;
    }

    async fn reserve(
        &self,
        clock: &dyn Clock,
        key: &str,
        limit: PacingLimit,
    ) -> Option<PacingPlace> {
        if clock.monotonic() < *self.resume() {
            return None;
        }
        let reserved = first(self.store.reserve(key, limit), clock.sleep(PATIENCE)).await;
        let answer: Result<PacingPlace, BoxError> = match reserved {
            First::Left(answer) => answer,
            First::Right(()) => Err("no answer in time".into()),
        };
        match answer {
            Ok(place) => Some(place),
            Err(error) => {
                *self.resume() = clock.monotonic() + LEFT_ALONE;
                tracing::warn!(%error, "the pacing store failed; calls are paced within this process only");
                None
            }
        }
    }

    /// Passes on that the API refused a call for `delay`.
    pub(super) fn close(&self, key: &Arc<str>, delay: Duration) {
        let (store, key) = (Arc::clone(&self.store), Arc::clone(key));
        in_background(async move { store.close(&key, delay).await });
    }

    fn resume(&self) -> std::sync::MutexGuard<'_, Monotonic> {
        self.resume.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

debug_fields!(Shared, |_this| "Shared(..)");

/// A call in the line, whose place is given back when it stops waiting.
struct Waiting<'a> {
    store: &'a Arc<dyn PacingStore>,
    key: &'a Arc<str>,
    /// The name of the place that it has not used.
    place: Option<String>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(name) = self.place.take() else {
            return;
        };
        let (store, key) = (Arc::clone(self.store), Arc::clone(self.key));
        in_background(async move { store.give_back(&key, &name).await });
    }
}

/// What the outcome of a call does not hang on: a failure only costs the others time.
fn in_background(work: impl Future<Output = Result<(), BoxError>> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            if let Err(error) = work.await {
                tracing::debug!(%error, "the pacing store failed");
            }
        });
    }
}
