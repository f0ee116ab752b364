//! One token, shared by every call: read without a lock, renewed once for everybody.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::HeaderValue;
use tokio::sync::{Notify, watch};
use zeroize::Zeroizing;

use crate::runtime::clock::{Clock, Moment};

use super::backoff::{Remaining, doubled, next_attempt};
use super::classify::{Held, State, age, classify, is_usable};
use super::decide::{BackOff, Refusal, Refused, Situation, Spacing, Step, decide_step};
use super::error::{AuthError, AuthErrorKind};
use super::hooks::{Hooks, RefreshErrorEvent, RefreshEvent};
use super::jitter::Jitter;
use super::provider::Previous;
use super::schedule::Ages;
use super::secret::Secret;
use super::settings::TokenSettings;
use super::source::{Renewed, Source};
use super::token::is_sendable;
use super::wait::{First, first};

/// How many refused tokens are remembered, so that none of them is taken over from a store.
const REFUSED_REMEMBERED: usize = 16;

/// How often one call starts over after the task that refreshed died.
const DEATHS_PER_CALL: u32 = 3;

/// How much longer than a flight may take before it counts as dead: its runtime exists, and nobody drives it.
const FLIGHT_GRACE: Duration = Duration::from_secs(1);

/// One generation of the token.
pub(crate) struct CachedToken {
    pub(crate) generation: u64,
    pub(crate) header: HeaderValue,
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    /// The number under which a store holds it.
    pub(crate) sequence: Option<u64>,
    issued: Moment,
    ages: Ages,
    accepted: AtomicBool,
}

impl CachedToken {
    fn held(&self, rejected: bool) -> Held {
        Held {
            issued: self.issued,
            ages: self.ages,
            rejected,
        }
    }

    pub(crate) fn previous(&self) -> Previous<'_> {
        Previous {
            access_token: Some(&self.access_token),
            refresh_token: self.refresh_token.as_ref(),
        }
    }

    /// What is left of its life.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        self.ages.expiry.saturating_sub(age(self.issued, now))
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CachedToken")
            .field("generation", &self.generation)
            .field("ages", &self.ages)
            .finish_non_exhaustive()
    }
}

/// When a call of this client was last accepted; the caches of a pool share it.
#[derive(Debug, Default)]
pub(crate) struct Acceptance(AtomicU64);

impl Acceptance {
    /// Milliseconds between two writes, so that many calls do not fight over one cache line.
    const GRAIN: u64 = 1000;

    fn mark(&self, now: Duration) {
        let now = millis(now);
        if now.saturating_sub(self.0.load(Ordering::Relaxed)) >= Self::GRAIN {
            self.0.store(now, Ordering::Relaxed);
        }
    }

    fn is_recent(&self, now: Duration, window: Duration) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        last > 0 && millis(now).saturating_sub(last) <= millis(window)
    }
}

/// Milliseconds from 1, so that 0 can mean never.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX - 1)
        .saturating_add(Acceptance::GRAIN)
}

type Outcome = Result<Arc<CachedToken>, AuthError>;

struct Flight {
    id: u64,
    /// When it counts as dead.
    presumed_dead: Duration,
    outcome: watch::Receiver<Option<Outcome>>,
}

struct Failure {
    error: AuthError,
    at: Duration,
    until: Duration,
}

/// What changes only on the slow path.
#[derive(Default)]
struct Ledger {
    latest: Option<Arc<CachedToken>>,
    rejected: bool,
    generations: u64,
    flights: u64,
    flight: Option<Flight>,
    failure: Option<Failure>,
    failures: u32,
    deaths: u32,
    spacing: Spacing,
    refused: VecDeque<Secret>,
}

impl Ledger {
    fn held(&self) -> Option<Held> {
        self.latest.as_ref().map(|token| token.held(self.rejected))
    }

    fn usable(&self, now: Moment) -> Option<Arc<CachedToken>> {
        let token = self.latest.as_ref()?;
        is_usable(&token.held(self.rejected), now).then(|| Arc::clone(token))
    }

    fn state(&self, now: Moment) -> State {
        let next = self.failure.as_ref().map(|failure| failure.until);
        classify(self.held().as_ref(), next, now)
    }

    /// Forgets a flight whose task is gone, or is not driven by anybody.
    fn clear_dead_flight(&mut self, now: Duration) {
        let is_dead = self.flight.as_ref().is_some_and(|flight| {
            // An error means that the sender is gone. One that sent before it went has cleared the flight itself.
            flight.outcome.has_changed().is_err() || now >= flight.presumed_dead
        });
        if is_dead {
            self.flight = None;
        }
    }
}

/// What one call has used up.
#[derive(Debug, Default)]
pub(crate) struct CallBudget {
    pub(crate) replays: u32,
    pub(crate) forced: u32,
    deaths: u32,
    waited: Duration,
}

impl CallBudget {
    /// Until when the call may wait: its own end, or the end of its time for tokens.
    pub(crate) fn wait_until(
        &self,
        now: Duration,
        deadline: Option<Duration>,
        settings: &TokenSettings,
    ) -> Duration {
        let own = now + settings.token_wait.saturating_sub(self.waited);
        deadline.map_or(own, |deadline| deadline.min(own))
    }
}

/// What a call learns when it reports a 401.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rejection {
    pub(crate) moved_on: bool,
    pub(crate) in_flight: bool,
    pub(crate) renewable: bool,
    pub(crate) refused: Refused,
}

impl Rejection {
    pub(crate) fn refusal(
        self,
        budget: &CallBudget,
        body_replayable: bool,
        now: Duration,
        deadline: Option<Duration>,
        settings: &TokenSettings,
    ) -> Refusal {
        Refusal {
            replays: budget.replays,
            forced: budget.forced,
            body_replayable,
            renewable: self.renewable,
            moved_on: self.moved_on,
            in_flight: self.in_flight,
            refused: self.refused,
            now,
            deadline,
            wait_until: Some(budget.wait_until(now, deadline, settings)),
        }
    }
}

struct Shared {
    /// The token that may be served: none, or the latest, unless that was refused. Written under the ledger's lock only.
    current: ArcSwapOption<CachedToken>,
    ledger: Mutex<Ledger>,
    changed: Notify,
    /// Until when (milliseconds, as [`millis`] counts) this cache has nothing to serve; 0 when it is well.
    troubled_until: AtomicU64,
    acceptance: Arc<Acceptance>,
    source: Source,
    clock: Arc<dyn Clock>,
    settings: TokenSettings,
    jitter: Jitter,
    hooks: Hooks,
}

/// One token and everything that keeps it alive. Clones are the same cache.
#[derive(Clone)]
pub(crate) struct TokenCache(Arc<Shared>);

/// What a call does next, as decided under the lock.
enum Plan {
    Serve(Arc<CachedToken>),
    /// Run this flight; with a token, without waiting for it.
    Launch(Launch, Option<Arc<CachedToken>>),
    Wait(Waiting),
    Sleep(Duration),
    Fail(AuthError),
}

struct Launch {
    id: u64,
    outcome: watch::Sender<Option<Outcome>>,
    latest: Option<Arc<CachedToken>>,
    refused: Vec<Secret>,
    waiting: Waiting,
}

#[derive(Clone)]
struct Waiting {
    outcome: watch::Receiver<Option<Outcome>>,
    presumed_dead: Duration,
}

impl TokenCache {
    pub(crate) fn new(
        source: Source,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
        jitter: Jitter,
        hooks: Hooks,
        acceptance: Arc<Acceptance>,
    ) -> Self {
        Self(Arc::new(Shared {
            current: ArcSwapOption::empty(),
            ledger: Mutex::new(Ledger::default()),
            changed: Notify::new(),
            troubled_until: AtomicU64::new(0),
            acceptance,
            source,
            clock,
            settings,
            jitter,
            hooks,
        }))
    }

    /// The token if it is fresh: one atomic load, and two clocks read by the caller.
    #[inline]
    pub(crate) fn fresh(&self, now: Moment) -> Option<Arc<CachedToken>> {
        let token = self.0.current.load();
        let token = token.as_ref()?;
        (age(token.issued, now) < token.ages.advisory).then(|| Arc::clone(token))
    }

    /// Whether a call would have to wait or fail here.
    pub(crate) fn is_troubled(&self, now: Duration) -> bool {
        millis(now) < self.0.troubled_until.load(Ordering::Relaxed)
    }

    /// The token to send, once there is one.
    pub(crate) async fn acquire(
        &self,
        budget: &mut CallBudget,
        deadline: Option<Duration>,
    ) -> Result<Arc<CachedToken>, AuthError> {
        loop {
            let now = self.0.clock.now();
            if let Some(token) = self.fresh(now) {
                return Ok(token);
            }
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            let until = budget.wait_until(now.monotonic, deadline, &self.0.settings);
            match self.plan(now, until, budget) {
                Plan::Serve(token) => return Ok(token),
                Plan::Fail(error) => return Err(error),
                Plan::Launch(launch, serve) => {
                    let waiting = launch.waiting.clone();
                    self.spawn(launch);
                    match serve {
                        Some(token) => return Ok(token),
                        None => {
                            if let Some(outcome) = self.wait(waiting, until, budget).await {
                                return outcome;
                            }
                        }
                    }
                }
                Plan::Wait(waiting) => {
                    if let Some(outcome) = self.wait(waiting, until, budget).await {
                        return outcome;
                    }
                }
                Plan::Sleep(then) => {
                    let end = then.min(until);
                    let nap = self.0.clock.sleep(end.saturating_sub(now.monotonic));
                    first(changed, nap).await;
                    self.count_wait(now.monotonic, budget);
                }
            }
        }
    }

    fn count_wait(&self, since: Duration, budget: &mut CallBudget) -> Moment {
        let now = self.0.clock.now();
        budget.waited += now.monotonic.saturating_sub(since);
        now
    }

    /// Waits for a flight; none means to decide anew.
    async fn wait(
        &self,
        mut waiting: Waiting,
        until: Duration,
        budget: &mut CallBudget,
    ) -> Option<Result<Arc<CachedToken>, AuthError>> {
        let began = self.0.clock.now().monotonic;
        let end = until.min(waiting.presumed_dead);
        let outcome = {
            let arrival = waiting.outcome.wait_for(Option::is_some);
            match first(arrival, self.0.clock.sleep(end.saturating_sub(began))).await {
                First::Left(Ok(outcome)) => Ok(outcome.clone()),
                First::Left(Err(_)) => Err(true),
                First::Right(()) => Err(false),
            }
        };
        let now = self.count_wait(began, budget);
        match outcome {
            // Not asked for its age: it was issued a moment ago, and to ask again for a token that lives for less would never end.
            Ok(Some(Ok(token))) => self.still_latest(&token).then_some(Ok(token)),
            Ok(Some(Err(error))) => Some(self.lock().usable(now).ok_or(error)),
            Ok(None) | Err(true) => {
                self.lock().clear_dead_flight(now.monotonic);
                budget.deaths += 1;
                (budget.deaths > DEATHS_PER_CALL)
                    .then(|| Err(AuthError::new(AuthErrorKind::TaskDied)))
            }
            Err(false) if now.monotonic >= until => Some(
                self.lock()
                    .usable(now)
                    .ok_or_else(|| AuthError::new(AuthErrorKind::DeadlineExceeded)),
            ),
            Err(false) => {
                self.lock().clear_dead_flight(now.monotonic);
                None
            }
        }
    }

    /// Whether `token` is the latest generation and was not refused.
    fn still_latest(&self, token: &CachedToken) -> bool {
        let ledger = self.lock();
        !ledger.rejected
            && ledger
                .latest
                .as_ref()
                .is_some_and(|latest| latest.generation == token.generation)
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock()
    }

    fn plan(&self, now: Moment, until: Duration, budget: &mut CallBudget) -> Plan {
        let has_runtime = tokio::runtime::Handle::try_current().is_ok();
        let mut ledger = self.lock();
        ledger.clear_dead_flight(now.monotonic);
        let usable = ledger.usable(now);
        if !has_runtime {
            return match usable {
                Some(token) => Plan::Serve(token),
                None => Plan::Fail(AuthError::new(AuthErrorKind::NoRuntime)),
            };
        }
        let situation = self.situation(&ledger, usable.is_some(), now, until);
        match decide_step(&situation) {
            Step::Serve => Self::serve(usable),
            Step::ServeAndRefresh => match usable {
                Some(token) => Plan::Launch(self.begin(&mut ledger, now.monotonic), Some(token)),
                None => Self::serve(None),
            },
            Step::Join => match &ledger.flight {
                _ if now.monotonic >= until => Self::out_of_time(usable),
                Some(flight) => Plan::Wait(Waiting {
                    outcome: flight.outcome.clone(),
                    presumed_dead: flight.presumed_dead,
                }),
                None => Self::serve(None),
            },
            Step::Start { .. } if now.monotonic >= until => Self::out_of_time(usable),
            Step::Start { forced } => {
                if forced {
                    budget.forced += 1;
                    if situation
                        .refused
                        .is_some_and(|refused| !refused.was_accepted)
                    {
                        ledger.spacing.forced(now.monotonic);
                    }
                }
                Plan::Launch(self.begin(&mut ledger, now.monotonic), None)
            }
            Step::Sleep(then) => Plan::Sleep(then),
            Step::Shared => Plan::Fail(match &ledger.failure {
                Some(failure) => failure.error.clone(),
                None => AuthError::new(AuthErrorKind::TaskDied),
            }),
            Step::NeedsLogin => Plan::Fail(AuthError::new(AuthErrorKind::NeedsLogin)),
            Step::Refused => {
                let ends = ledger.spacing.ends(&self.0.settings);
                Plan::Fail(
                    AuthError::new(AuthErrorKind::TokenRefused)
                        .with_retry_after(Some(ends.saturating_sub(now.monotonic))),
                )
            }
        }
    }

    fn serve(token: Option<Arc<CachedToken>>) -> Plan {
        match token {
            Some(token) => Plan::Serve(token),
            None => Plan::Fail(AuthError::new(AuthErrorKind::NeedsLogin)),
        }
    }

    fn out_of_time(usable: Option<Arc<CachedToken>>) -> Plan {
        match usable {
            Some(token) => Plan::Serve(token),
            None => Plan::Fail(AuthError::new(AuthErrorKind::DeadlineExceeded)),
        }
    }

    fn situation(
        &self,
        ledger: &Ledger,
        usable: bool,
        now: Moment,
        deadline: Duration,
    ) -> Situation {
        Situation {
            state: ledger.state(now),
            usable,
            in_flight: ledger.flight.is_some(),
            renewable: self.can_renew(ledger),
            back_off: ledger.failure.as_ref().map(|failure| BackOff {
                until: failure.until,
                is_transient: failure.error.is_transient(),
            }),
            refused: ledger.rejected.then(|| self.refused(ledger, now.monotonic)),
            now: now.monotonic,
            deadline: Some(deadline),
        }
    }

    fn can_renew(&self, ledger: &Ledger) -> bool {
        let previous = ledger
            .latest
            .as_ref()
            .map_or_else(Previous::default, |token| token.previous());
        self.0.source.can_renew(previous)
    }

    fn refused(&self, ledger: &Ledger, now: Duration) -> Refused {
        Refused {
            was_accepted: ledger
                .latest
                .as_ref()
                .is_some_and(|token| token.accepted.load(Ordering::Acquire)),
            spacing_ends: ledger.spacing.ends(&self.0.settings),
            accepted_lately: self
                .0
                .acceptance
                .is_recent(now, self.0.settings.accepted_window),
        }
    }

    /// Enters a flight into the ledger. The caller spawns it once the lock is released: a runtime on its way down drops the task at once,
    /// and that takes the lock too.
    fn begin(&self, ledger: &mut Ledger, now: Duration) -> Launch {
        ledger.flights += 1;
        let (sender, receiver) = watch::channel(None);
        let presumed_dead = now + self.0.source.longest() + FLIGHT_GRACE;
        ledger.flight = Some(Flight {
            id: ledger.flights,
            presumed_dead,
            outcome: receiver.clone(),
        });
        Launch {
            id: ledger.flights,
            outcome: sender,
            latest: ledger.latest.clone(),
            refused: ledger.refused.iter().cloned().collect(),
            waiting: Waiting {
                outcome: receiver,
                presumed_dead,
            },
        }
    }

    fn spawn(&self, launch: Launch) {
        let guard = FlightGuard {
            shared: Arc::clone(&self.0),
            id: launch.id,
            outcome: launch.outcome,
            is_over: false,
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // Refreshes outlive the call that noticed, and its span too.
            drop(runtime.spawn(fly(guard, launch.latest, launch.refused)));
        }
    }

    /// A 401 came back for `token`: it is never served again.
    pub(crate) fn reject(&self, token: &CachedToken, now: Moment) -> Rejection {
        let mut ledger = self.lock();
        ledger.clear_dead_flight(now.monotonic);
        let is_latest = ledger
            .latest
            .as_ref()
            .is_some_and(|latest| latest.generation == token.generation);
        if is_latest && !ledger.rejected && !self.0.source.is_given() {
            ledger.rejected = true;
            self.0.current.store(None);
            if ledger.refused.len() == REFUSED_REMEMBERED {
                ledger.refused.pop_front();
            }
            ledger.refused.push_back(token.access_token.clone());
            // A backoff that was long because the token worked is too long now.
            let shared = doubled(
                self.0.settings.failure_shared_min,
                ledger.failures,
                self.0.settings.failure_shared_max,
            );
            if let Some(failure) = &mut ledger.failure {
                failure.until = failure.until.min(failure.at + shared);
            }
            tracing::debug!(
                generation = token.generation,
                "the API refused the access token"
            );
        }
        Rejection {
            moved_on: !is_latest,
            in_flight: ledger.flight.is_some(),
            renewable: self.can_renew(&ledger),
            refused: self.refused(&ledger, now.monotonic),
        }
    }

    /// A call was accepted with `token`.
    #[inline]
    pub(crate) fn accept(&self, token: &CachedToken, now: Duration) {
        if !token.accepted.load(Ordering::Relaxed) && !token.accepted.swap(true, Ordering::AcqRel) {
            self.lock().spacing.accepted();
            self.0.changed.notify_waiters();
        }
        self.0.acceptance.mark(now);
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = self.lock();
        formatter
            .debug_struct("TokenCache")
            .field("latest", &ledger.latest)
            .field("rejected", &ledger.rejected)
            .field("in_flight", &ledger.flight.is_some())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// No foreign code runs under this lock, so a poisoned one holds a whole ledger.
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, generation: u64, renewed: Renewed) -> Result<CachedToken, AuthError> {
        let token = renewed.token;
        let text = Zeroizing::new(format!("Bearer {}", token.access_token.expose()));
        let header = is_sendable(token.access_token.expose())
            .then(|| HeaderValue::from_str(&text).ok())
            .flatten();
        let Some(mut header) = header else {
            return Err(AuthError::new(AuthErrorKind::UnusableAnswer)
                .described("the access token has characters that no header can hold"));
        };
        header.set_sensitive(true);
        let ages = Ages::of(token.lifetime, self.jitter.next(), &self.settings);
        Ok(CachedToken {
            generation,
            header,
            access_token: token.access_token,
            refresh_token: token.refresh_token,
            sequence: renewed.sequence,
            issued: renewed.issued,
            ages: ages.after(renewed.age),
            accepted: AtomicBool::new(false),
        })
    }

    fn succeeded(
        &self,
        id: u64,
        token: Arc<CachedToken>,
    ) -> Result<Arc<CachedToken>, Arc<CachedToken>> {
        let mut ledger = self.lock();
        let is_ours = ledger.flight.as_ref().is_some_and(|flight| flight.id == id);
        let is_newer = ledger
            .latest
            .as_ref()
            .is_none_or(|latest| latest.generation < token.generation);
        if is_ours {
            ledger.flight = None;
        }
        if !is_newer {
            // This flight was presumed dead, and another has brought a token since.
            return Err(token);
        }
        ledger.latest = Some(Arc::clone(&token));
        ledger.rejected = false;
        ledger.failure = None;
        ledger.failures = 0;
        ledger.deaths = 0;
        self.current.store(Some(Arc::clone(&token)));
        self.troubled_until.store(0, Ordering::Relaxed);
        Ok(token)
    }

    fn failed(&self, id: u64, error: &AuthError) -> RefreshErrorEvent {
        let now = self.clock.now();
        let mut ledger = self.lock();
        if ledger.flight.as_ref().is_some_and(|flight| flight.id == id) {
            ledger.flight = None;
        }
        ledger.failures = ledger.failures.saturating_add(1);
        let remaining = ledger.usable(now).map(|token| {
            let age = age(token.issued, now);
            Remaining {
                mandatory: token.ages.mandatory.saturating_sub(age),
                expiry: token.ages.expiry.saturating_sub(age),
            }
        });
        let delay = next_attempt(
            ledger.failures,
            remaining,
            self.jitter.next(),
            &self.settings,
        );
        // The endpoint's own wish counts, as far as calls can bear it.
        let wished = error
            .retry_after()
            .unwrap_or_default()
            .min(self.settings.failure_shared_max);
        let delay = match remaining {
            Some(remaining) => delay.max(wished.min(remaining.expiry / 2)),
            None => delay.max(wished),
        };
        let until = now.monotonic + delay;
        ledger.failure = Some(Failure {
            error: error.clone(),
            at: now.monotonic,
            until,
        });
        if remaining.is_none() {
            self.troubled_until.store(millis(until), Ordering::Relaxed);
        }
        RefreshErrorEvent {
            error: error.clone(),
            next_attempt: delay,
            token_usable: remaining.is_some(),
        }
    }
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
            if ledger
                .flight
                .as_ref()
                .is_some_and(|flight| flight.id == self.id)
            {
                ledger.flight = None;
            }
            ledger.deaths = ledger.deaths.saturating_add(1);
            ledger.deaths
        };
        if deaths > DEATHS_PER_CALL {
            // Not bad luck any more: from here on it counts as a failed refresh, with its backoff.
            self.shared
                .failed(self.id, &AuthError::new(AuthErrorKind::TaskDied));
        }
        self.shared.changed.notify_waiters();
    }
}

/// One refresh, from asking to waking everybody.
async fn fly(mut guard: FlightGuard, latest: Option<Arc<CachedToken>>, refused: Vec<Secret>) {
    let shared = Arc::clone(&guard.shared);
    let began = shared.clock.now();
    let renewal = shared
        .source
        .renew(latest.as_deref(), &refused, &shared.hooks);
    let limit = shared.clock.sleep(shared.source.longest());
    let renewed = match first(renewal, limit).await {
        First::Left(outcome) => outcome,
        First::Right(()) => Err(AuthError::new(AuthErrorKind::Timeout)),
    };
    let origin = renewed.as_ref().ok().map(|renewed| renewed.origin);
    let token = renewed.and_then(|renewed| {
        let generation = {
            let mut ledger = shared.lock();
            ledger.generations += 1;
            ledger.generations
        };
        shared.cached(generation, renewed).map(Arc::new)
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
                    took: now.monotonic.saturating_sub(began.monotonic),
                    access_token: token.access_token.clone(),
                    refresh_token: token.refresh_token.clone(),
                });
            }
            let installed = shared.succeeded(guard.id, token);
            guard.is_over = true;
            if let Ok(token) = installed {
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
