//! What all handles of a cache share, and how the end of a refresh changes it.

use super::super::backoff::{Remaining, next_attempt, next_store_attempt};
use super::super::classify::age;
use super::super::error::{AuthError, AuthErrorKind};
use super::super::hooks::{Hooks, RefreshErrorEvent};
use super::super::jitter::Jitter;
use super::super::settings::TokenSettings;
use super::super::source::Source;
use super::client_state::{ClientState, millis};
use super::ledger::{Failure, Ledger};
use super::token::CachedToken;
use crate::runtime::clock::Clock;
use crate::runtime::sync::{
    Arc, ArcSwapOption, AtomicU64, Mutex, MutexGuard, Notify, Ordering, PoisonError,
};

pub(super) struct Shared {
    /// The token that may be served: none, or the latest, unless that is condemned. Written under the ledger's lock only.
    pub(super) current: ArcSwapOption<CachedToken>,
    pub(super) ledger: Mutex<Ledger>,
    pub(super) changed: Notify,
    /// Until when (milliseconds, as [`millis`] counts) this cache has nothing to serve; 0 when it is well.
    pub(super) troubled_until: AtomicU64,
    pub(super) client: Arc<ClientState>,
    pub(super) source: Source,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: TokenSettings,
    pub(super) jitter: Jitter,
    pub(super) hooks: Hooks,
}

impl Shared {
    /// The one foreign piece of code that runs under this lock, a provider's `can_renew`, sees the ledger whole: so does any code that finds it
    /// poisoned.
    pub(super) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the token that flight `id` obtained in its place, and says whether it is the newest.
    pub(super) fn succeeded(&self, id: u64, token: &Arc<CachedToken>) -> bool {
        let mut ledger = self.lock();
        ledger.end(id);
        let is_newer = ledger
            .latest
            .as_ref()
            .is_none_or(|latest| latest.generation < token.generation);
        if !is_newer || token.generation <= ledger.ended {
            // This flight was presumed dead, and another has obtained a token since; or the session has ended.
            return false;
        }
        ledger.latest = Some(Arc::clone(token));
        ledger.run = 0;
        ledger.failure = None;
        ledger.failures = 0;
        ledger.deaths = 0;
        self.current.store(Some(Arc::clone(token)));
        self.troubled_until.store(0, Ordering::Relaxed);
        true
    }

    /// Notes that flight `id` failed, and decides when the next one is due.
    pub(super) fn failed(&self, id: u64, error: &AuthError) -> RefreshErrorEvent {
        let (now, random) = (self.clock.now(), self.jitter.next());
        let mut ledger = self.lock();
        ledger.end(id);
        ledger.failures = ledger.failures.saturating_add(1);
        let remaining = ledger.usable(now).map(|token| {
            let age = age(token.issued, now);
            Remaining {
                mandatory: token.ages.mandatory.saturating_sub(age),
                expiry: token.ages.expiry.saturating_sub(age),
            }
        });
        let delay = next_attempt(ledger.failures, remaining, random, &self.settings);
        // The endpoint's own wish counts, as far as calls can bear it.
        let wished = error
            .retry_after()
            .unwrap_or_default()
            .min(self.settings.failure_shared_max);
        let delay = match remaining {
            Some(remaining) => delay.max(wished.min(remaining.expiry / 2)),
            None => delay.max(wished),
        };
        let delay = if error.kind() == AuthErrorKind::Store {
            next_store_attempt(ledger.failures, remaining, error.retry_after())
        } else {
            delay
        };
        let until = now.monotonic + delay;
        // What failed for a session that has ended says nothing of the next one.
        if id > ledger.ended {
            ledger.failure = Some(Failure {
                error: error.clone(),
                at: now.monotonic,
                until,
            });
            if remaining.is_none() {
                self.troubled_until
                    .store(millis(until.since_start()), Ordering::Relaxed);
            }
        }
        RefreshErrorEvent {
            error: error.clone(),
            next_attempt: delay,
            token_usable: remaining.is_some(),
        }
    }
}
