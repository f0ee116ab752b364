//! The state of a cache besides the token that it serves. It changes on the slow path only, under one lock.

use std::collections::VecDeque;

use super::super::backoff::doubled;
use super::super::classify::{Held, State, classify, is_usable};
use super::super::error::{AuthError, AuthErrorKind};
use super::super::secret::Secret;
use super::super::settings::TokenSettings;
use super::super::unauthorized::{ALARM, PROBE_INTERVAL, Spacing};
use super::client_state::OperationKey;
use super::flight::{Launch, Waiting};
use super::token::CachedToken;
use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::sync::{Arc, Ordering, RuntimeId, current_runtime, watch};

/// How many condemned tokens are remembered, so that none of them is taken over from a store.
const CONDEMNED_REMEMBERED: usize = 16;

/// How a refresh ended.
pub(super) type Outcome = Result<Arc<CachedToken>, AuthError>;

/// The refresh in flight.
pub(super) struct Flight {
    pub(super) id: u64,
    /// When it counts as dead for calls of other runtimes than its own: nobody drives it.
    pub(super) presumed_dead: Monotonic,
    pub(super) runtime: Option<RuntimeId>,
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
}

impl Flight {
    pub(super) fn waiting(&self) -> Waiting {
        Waiting {
            outcome: self.outcome.clone(),
            // A call of the same runtime drives the flight by waiting for it.
            presumed_dead: if self.runtime == current_runtime() {
                Monotonic::MAX
            } else {
                self.presumed_dead
            },
        }
    }
}

/// The last refresh, where it failed.
pub(super) struct Failure {
    pub(super) error: AuthError,
    pub(super) at: Monotonic,
    /// Until when nobody tries again.
    pub(super) until: Monotonic,
}

/// A generation that the API refused for good, as it seems.
pub(super) struct Condemned {
    generation: u64,
    token: Secret,
    /// The acceptance of a call that was sent after this moment pardons it.
    evidence_from: Monotonic,
}

/// What changes on the slow path only.
#[derive(Default)]
pub(super) struct Ledger {
    /// The latest generation, whether usable or not.
    pub(super) latest: Option<Arc<CachedToken>>,
    /// How many refreshes were started. Each numbers the generation that it obtains, so that one that ends late does not replace a later one.
    pub(super) flights: u64,
    /// The number of the last flight whose token is not to be used, because the session has ended.
    pub(super) ended: u64,
    pub(super) flight: Option<Flight>,
    pub(super) failure: Option<Failure>,
    /// How many in a row failed.
    pub(super) failures: u32,
    /// How many in a row died before their end.
    pub(super) deaths: u32,
    pub(super) spacing: Spacing,
    /// How often witnesses refused the latest one since a call was last accepted with it.
    pub(super) run: u32,
    /// When that began.
    pub(super) run_began: Monotonic,
    /// The condemned ones, the latest at the back.
    condemned: VecDeque<Condemned>,
    /// From when on a call may try the condemned token.
    pub(super) probe_at: Monotonic,
    /// The operation that refused the condemned token last.
    pub(super) refused_by: OperationKey,
    /// Until when a false alarm makes the cache slower to condemn.
    pub(super) alarm_until: Monotonic,
}

impl Ledger {
    fn held(&self) -> Option<Held> {
        let latest = self.latest.as_ref();
        latest.map(|token| token.held(self.is_condemned()))
    }

    pub(super) fn usable(&self, now: Moment) -> Option<Arc<CachedToken>> {
        let token = self.latest.as_ref()?;
        is_usable(&token.held(self.is_condemned()), now).then(|| Arc::clone(token))
    }

    /// Why a call has no token whose time is over.
    pub(super) fn out_of_time(&self) -> AuthError {
        match &self.failure {
            // It waited for the store.
            Some(failure) if failure.error.kind() == AuthErrorKind::Store => failure.error.clone(),
            _ => AuthError::new(AuthErrorKind::DeadlineExceeded),
        }
    }

    /// Whether a call was ever accepted with the latest generation.
    pub(super) fn was_accepted(&self) -> bool {
        let latest = self.latest.as_ref();
        latest.is_some_and(|token| token.accepted.load(Ordering::Acquire))
    }

    /// Whether the latest generation is past its end.
    pub(super) fn is_expired(&self, now: Moment) -> bool {
        let latest = self.latest.as_ref();
        latest.is_none_or(|token| token.remaining(now).is_zero())
    }

    /// Whether the latest generation is condemned.
    pub(super) fn is_condemned(&self) -> bool {
        let latest = self.latest.as_ref().map(|token| token.generation);
        self.condemned
            .back()
            .is_some_and(|condemned| Some(condemned.generation) == latest)
    }

    pub(super) fn state(&self, now: Moment) -> State {
        let next = self.failure.as_ref().map(|failure| failure.until);
        classify(self.held().as_ref(), next, now)
    }

    /// Forgets a flight whose task is gone, or is not driven by anybody.
    pub(super) fn clear_dead_flight(&mut self, now: Monotonic) {
        let is_dead = self.flight.as_ref().is_some_and(|flight| {
            // An error means that the sender is gone. One that sent before it went has cleared the flight itself.
            // The flight of this very runtime is about to be driven, however long it stood still.
            flight.outcome.has_changed().is_err()
                || (now >= flight.presumed_dead && flight.runtime != current_runtime())
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

    /// Condemns `token`, the latest generation; what is accepted that was sent after `evidence_from` pardons it.
    pub(super) fn condemn(
        &mut self,
        token: &CachedToken,
        evidence_from: Monotonic,
        now: Monotonic,
        settings: &TokenSettings,
    ) {
        token.quiet.store(false, Ordering::SeqCst);
        self.probe_at = now + PROBE_INTERVAL;
        if self.condemned.len() == CONDEMNED_REMEMBERED {
            self.condemned.pop_front();
        }
        self.condemned.push_back(Condemned {
            generation: token.generation,
            token: token.access_token.clone(),
            evidence_from,
        });
        // A backoff that was long because the token worked is too long now.
        let shared = doubled(
            settings.failure_shared_min,
            self.failures,
            settings.failure_shared_max,
        );
        if let Some(failure) = &mut self.failure {
            failure.until = failure.until.min(failure.at + shared);
        }
    }

    /// A call was accepted with `token` that was sent at `sent`; whether that pardons it.
    pub(super) fn accepted(
        &mut self,
        token: &CachedToken,
        sent: Monotonic,
        now: Monotonic,
    ) -> bool {
        if self.is_latest(token) {
            self.run = 0;
        }
        let place = self
            .condemned
            .iter()
            .position(|condemned| condemned.generation == token.generation);
        let is_pardoned = place.is_some_and(|place| sent > self.condemned[place].evidence_from);
        if let Some(place) = place.filter(|_| is_pardoned) {
            self.condemned.remove(place);
            self.alarm_until = now + ALARM;
        }
        token
            .quiet
            .store(place.is_none() || is_pardoned, Ordering::SeqCst);
        is_pardoned
    }

    /// Takes the place of the one flight. The caller starts it once the lock is released: a runtime on its way down drops the task at once, and that
    /// takes the lock too.
    pub(super) fn begin(&mut self, presumed_dead: Monotonic) -> Launch {
        self.flights += 1;
        let (sender, receiver) = watch::channel(None);
        let flight = Flight {
            id: self.flights,
            presumed_dead,
            runtime: current_runtime(),
            outcome: receiver,
        };
        let waiting = flight.waiting();
        self.flight = Some(flight);
        Launch {
            id: self.flights,
            outcome: sender,
            latest: self.latest.clone(),
            condemned: self
                .condemned
                .iter()
                .map(|condemned| condemned.token.clone())
                .collect(),
            waiting,
        }
    }

    /// Frees the place of that flight, if it still has it.
    pub(super) fn end(&mut self, flight: u64) {
        if self.flight.as_ref().is_some_and(|own| own.id == flight) {
            self.flight = None;
        }
    }
}
