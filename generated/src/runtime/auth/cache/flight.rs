//! One refresh: a task of its own, which no caller can cancel, and whose result every waiter receives.

use std::time::Duration;

use super::super::error::{AuthError, AuthErrorKind};
use super::super::hooks::RefreshEvent;
use super::super::secret::Secret;
use super::ledger::Outcome;
use super::shared::Shared;
use super::token::CachedToken;
use crate::runtime::clock::Monotonic;
use crate::runtime::clock::wait::within;
use crate::runtime::sync::{Arc, spawn, watch};

/// How often the task that refreshes may die, for one call or in a row, before that counts as a failure.
pub(super) const DEATHS_BORNE: u32 = 3;

/// A refresh that is to be started.
pub(super) struct Launch {
    pub(super) id: u64,
    pub(super) outcome: watch::Sender<Option<Outcome>>,
    pub(super) latest: Option<Arc<CachedToken>>,
    /// The texts of condemned tokens.
    pub(super) condemned: Vec<Secret>,
    pub(super) waiting: Waiting,
}

/// What it takes to wait for one.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    pub(super) presumed_dead: Monotonic,
}

/// Starts a refresh. It outlives the call that noticed, and its span too.
pub(super) fn start(shared: &Arc<Shared>, launch: Launch) {
    let guard = FlightGuard {
        shared: Arc::clone(shared),
        id: launch.id,
        outcome: launch.outcome,
        is_over: false,
    };
    spawn(fly(guard, launch.latest, launch.condemned));
}

/// Holds a flight's place in the ledger; dropping it before the end frees the place and wakes everybody to start over.
struct FlightGuard {
    shared: Arc<Shared>,
    id: u64,
    outcome: watch::Sender<Option<Outcome>>,
    is_over: bool,
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let deaths = {
            let mut ledger = self.shared.lock();
            ledger.end(self.id);
            ledger.deaths = ledger.deaths.saturating_add(1);
            ledger.deaths
        };
        if deaths > DEATHS_BORNE {
            // Not bad luck any more: from here on it counts as a failed refresh, with its backoff.
            self.shared
                .failed(self.id, &AuthError::new(AuthErrorKind::TaskDied));
        }
        self.shared.changed.notify_waiters();
    }
}

/// One refresh, from asking to waking everybody.
async fn fly(mut guard: FlightGuard, latest: Option<Arc<CachedToken>>, condemned: Vec<Secret>) {
    let shared = Arc::clone(&guard.shared);
    let began = shared.clock.now();
    let renewal = shared
        .source
        .renew(latest.as_deref(), &condemned, &shared.hooks);
    let renewed = within(&*shared.clock, shared.source.longest(), renewal)
        .await
        .unwrap_or_else(|| Err(AuthError::new(AuthErrorKind::Timeout)));
    let origin = renewed.as_ref().ok().map(|renewed| renewed.origin);
    let token = renewed.and_then(|renewed| {
        CachedToken::new(guard.id, renewed, shared.jitter.next(), &shared.settings).map(Arc::new)
    });
    match token {
        Ok(token) => {
            let now = shared.clock.now();
            if let Some(source) = origin {
                shared.hooks.refreshed(&RefreshEvent {
                    generation: token.generation,
                    source,
                    lifetime: if token.ages.expiry == Duration::MAX {
                        Duration::MAX
                    } else {
                        token.remaining(now)
                    },
                    took: now.monotonic - began.monotonic,
                    access_token: token.access_token.clone(),
                    refresh_token: token.refresh_token.clone(),
                });
            }
            let is_newest = shared.succeeded(guard.id, &token);
            guard.is_over = true;
            if is_newest {
                guard.outcome.send_replace(Some(Ok(token)));
            }
            shared.changed.notify_waiters();
        }
        Err(error) => {
            let event = shared.failed(guard.id, &error);
            guard.is_over = true;
            guard.outcome.send_replace(Some(Err(error)));
            shared.changed.notify_waiters();
            shared.hooks.refresh_failed(&event);
        }
    }
}
