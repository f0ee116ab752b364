//! What a cache knows beside the token that it serves. It changes on the slow path only, under one lock.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::super::backoff::doubled;
use super::super::classify::{Held, State, classify, is_usable};
use super::super::decide::Spacing;
use super::super::error::AuthError;
use super::super::secret::Secret;
use super::super::settings::TokenSettings;
use super::flight::{Launch, Waiting};
use super::token::CachedToken;
use crate::runtime::clock::Moment;

/// How many refused tokens are remembered, so that none of them is taken over from a store.
const REFUSED_REMEMBERED: usize = 16;

/// How a refresh ended.
pub(super) type Outcome = Result<Arc<CachedToken>, AuthError>;

/// The refresh in flight.
pub(super) struct Flight {
    pub(super) id: u64,
    /// When it counts as dead.
    pub(super) presumed_dead: Duration,
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
}

/// The last refresh, where it failed.
pub(super) struct Failure {
    pub(super) error: AuthError,
    pub(super) at: Duration,
    /// Until when nobody tries again.
    pub(super) until: Duration,
}

/// What changes on the slow path only.
#[derive(Default)]
pub(super) struct Ledger {
    /// The latest generation, whatever became of it.
    pub(super) latest: Option<Arc<CachedToken>>,
    /// Whether the API refused the latest one.
    pub(super) rejected: bool,
    /// How many there were.
    pub(super) generations: u64,
    /// How many refreshes were begun.
    pub(super) flights: u64,
    pub(super) flight: Option<Flight>,
    pub(super) failure: Option<Failure>,
    /// How many in a row failed.
    pub(super) failures: u32,
    /// How many in a row died before their end.
    pub(super) deaths: u32,
    pub(super) spacing: Spacing,
    /// Tokens that the API refused, the last of them.
    pub(super) refused: VecDeque<Secret>,
}

impl Ledger {
    pub(super) fn held(&self) -> Option<Held> {
        self.latest.as_ref().map(|token| token.held(self.rejected))
    }

    pub(super) fn usable(&self, now: Moment) -> Option<Arc<CachedToken>> {
        let token = self.latest.as_ref()?;
        is_usable(&token.held(self.rejected), now).then(|| Arc::clone(token))
    }

    pub(super) fn state(&self, now: Moment) -> State {
        let next = self.failure.as_ref().map(|failure| failure.until);
        classify(self.held().as_ref(), next, now)
    }

    /// Forgets a flight whose task is gone, or is not driven by anybody.
    pub(super) fn clear_dead_flight(&mut self, now: Duration) {
        let is_dead = self.flight.as_ref().is_some_and(|flight| {
            // An error means that the sender is gone. One that sent before it went has cleared the flight itself.
            flight.outcome.has_changed().is_err() || now >= flight.presumed_dead
        });
        if is_dead {
            self.flight = None;
        }
    }

    /// Whether `token` is the latest generation.
    pub(super) fn is_latest(&self, token: &CachedToken) -> bool {
        self.latest
            .as_ref()
            .is_some_and(|latest| latest.generation == token.generation)
    }

    /// Notes that the latest generation was refused.
    pub(super) fn refuse(&mut self, token: &CachedToken, settings: &TokenSettings) {
        self.rejected = true;
        if self.refused.len() == REFUSED_REMEMBERED {
            self.refused.pop_front();
        }
        self.refused.push_back(token.access_token.clone());
        // A backoff that was long because the token worked is too long now.
        let shared = doubled(
            settings.failure_shared_min,
            self.failures,
            settings.failure_shared_max,
        );
        if let Some(failure) = &mut self.failure {
            failure.until = failure.until.min(failure.at.saturating_add(shared));
        }
    }

    /// Takes the place of the one flight. The caller starts it once the lock is released: a runtime on its way down drops the task at once, and that
    /// takes the lock too.
    pub(super) fn begin(&mut self, presumed_dead: Duration) -> Launch {
        self.flights += 1;
        let (sender, receiver) = watch::channel(None);
        self.flight = Some(Flight {
            id: self.flights,
            presumed_dead,
            outcome: receiver.clone(),
        });
        Launch {
            id: self.flights,
            outcome: sender,
            latest: self.latest.clone(),
            refused: self.refused.iter().cloned().collect(),
            waiting: Waiting {
                outcome: receiver,
                presumed_dead,
            },
        }
    }

    /// Frees the place of that flight, if it still has it.
    pub(super) fn end(&mut self, flight: u64) {
        if self.flight.as_ref().is_some_and(|own| own.id == flight) {
            self.flight = None;
        }
    }
}
