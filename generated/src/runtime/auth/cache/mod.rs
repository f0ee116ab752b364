//! One token, shared by every call: read without a lock, refreshed once for all.

mod budget;
mod client_state;
mod flight;
mod ledger;
mod shared;
mod token;
mod unauthorized;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

pub(crate) use budget::CallBudget;
pub(crate) use client_state::{ClientState, OperationKey};
pub(crate) use token::CachedToken;
pub(crate) use unauthorized::Sending;

use client_state::millis;
use flight::{DEATHS_BORNE, Launch, Waiting};
use ledger::Ledger;
use shared::Shared;

use super::classify::age;
use super::decide::{BackOff, Situation, Step, decide_step};
use super::error::{AuthError, AuthErrorKind};
use super::hooks::Hooks;
use super::jitter::Jitter;
use super::provider::Previous;
use super::settings::TokenSettings;
use super::source::Source;
use super::unauthorized::{Known, PROBE_INTERVAL};
use crate::runtime::clock::wait::{First, first};
use crate::runtime::clock::{Clock, Moment, Monotonic};
use crate::runtime::sync::{
    Arc, ArcSwapOption, AtomicU64, Mutex, MutexGuard, Notify, Ordering, current_runtime,
};

/// How much longer than a flight may take before it counts as dead: its runtime exists, and nobody drives it.
const FLIGHT_GRACE: Duration = Duration::from_secs(1);

/// One token and everything that keeps it alive. Clones are the same cache.
#[derive(Clone)]
pub(crate) struct TokenCache(Arc<Shared>);

/// What a call does next, as decided under the lock.
enum Plan {
    Serve(Arc<CachedToken>),
    /// Run this flight; with a token, without waiting for it.
    Launch(Launch, Option<Arc<CachedToken>>),
    Wait(Waiting),
    Sleep(Monotonic),
    Fail(AuthError),
}

/// How a wait for a flight ended.
enum Arrival {
    Token(Arc<CachedToken>),
    Failed(AuthError),
    /// The task that refreshed is gone.
    Died,
    /// Something else changed.
    Changed,
    /// The call's own time is over.
    TimeOver(Moment),
}

impl TokenCache {
    pub(crate) fn new(
        source: Source,
        clock: Arc<dyn Clock>,
        settings: TokenSettings,
        jitter: Jitter,
        hooks: Hooks,
        client: Arc<ClientState>,
    ) -> Self {
        Self(Arc::new(Shared {
            current: ArcSwapOption::empty(),
            ledger: Mutex::new(Ledger::default()),
            changed: Notify::new(),
            troubled_until: AtomicU64::new(0),
            client,
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

    /// Forgets the token, and the one that a refresh under way obtains: their session has ended.
    pub(crate) fn forget(&self) {
        let mut ledger = self.lock();
        ledger.latest = None;
        ledger.failure = None;
        ledger.ended = ledger.flights;
        self.0.current.store(None);
        self.0.troubled_until.store(0, Ordering::Relaxed);
        drop(ledger);
        self.0.changed.notify_waiters();
    }

    /// The generation of the token, and what is left of its life.
    #[cfg(feature = "notification-stream")]
    pub(crate) fn standing(&self, now: Moment) -> Option<(u64, Duration)> {
        let token = self.0.current.load();
        let token = token.as_ref()?;
        let left = match token.ages.expiry {
            Duration::MAX => Duration::MAX,
            _ => token.remaining(now),
        };
        Some((token.generation, left))
    }

    /// Whether a call would have to wait or fail here.
    pub(crate) fn is_troubled(&self, now: Monotonic) -> bool {
        millis(now.since_start()) < self.0.troubled_until.load(Ordering::Relaxed)
    }

    /// The token to send, once there is one.
    pub(crate) async fn acquire(
        &self,
        budget: &mut CallBudget,
        deadline: Option<Monotonic>,
    ) -> Result<Arc<CachedToken>, AuthError> {
        loop {
            let now = self.0.clock.now();
            if let Some(token) = self.fresh(now) {
                return Ok(token);
            }
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            // From here on nothing that changes is missed.
            let until = budget.wait_until(now.monotonic, deadline, &self.0.settings);
            match self.plan(now, until, budget) {
                Plan::Serve(token) => return Ok(token),
                Plan::Fail(error) => return Err(error),
                Plan::Launch(launch, serve) => {
                    let waiting = launch.waiting.clone();
                    flight::start(&self.0, launch);
                    if let Some(token) = serve {
                        return Ok(token);
                    }
                    if let Some(outcome) = self.wait(waiting, changed, until, budget).await {
                        return outcome;
                    }
                }
                Plan::Wait(waiting) => {
                    if let Some(outcome) = self.wait(waiting, changed, until, budget).await {
                        return outcome;
                    }
                }
                Plan::Sleep(then) => {
                    let end = then.min(until);
                    let nap = self.0.clock.sleep(end - now.monotonic);
                    first(changed, nap).await;
                    self.count_wait(now.monotonic, budget);
                }
            }
        }
    }

    fn count_wait(&self, since: Monotonic, budget: &mut CallBudget) -> Moment {
        let now = self.0.clock.now();
        budget.waited += now.monotonic - since;
        now
    }

    /// Waits for a flight, or until something else changes; none means to decide anew.
    async fn wait(
        &self,
        waiting: Waiting,
        changed: Pin<&mut impl Future<Output = ()>>,
        until: Monotonic,
        budget: &mut CallBudget,
    ) -> Option<Result<Arc<CachedToken>, AuthError>> {
        match self.arrival(waiting, changed, until, budget).await {
            // Not asked for its age: it was issued a moment ago, and to ask again for a token that lives for less would never end.
            Arrival::Token(token) => self.still_latest(&token).then_some(Ok(token)),
            // Whoever waited does what a call does that comes a moment later.
            Arrival::Failed(_) | Arrival::Changed => None,
            Arrival::Died if budget.deaths > DEATHS_BORNE => {
                Some(Err(AuthError::new(AuthErrorKind::TaskDied)))
            }
            Arrival::Died => None,
            Arrival::TimeOver(now) => {
                let ledger = self.lock();
                Some(ledger.usable(now).ok_or_else(|| ledger.out_of_time()))
            }
        }
    }

    /// What is first: the end of a flight, its death, another change, or the end of the call's time.
    async fn arrival(
        &self,
        mut waiting: Waiting,
        changed: Pin<&mut impl Future<Output = ()>>,
        until: Monotonic,
        budget: &mut CallBudget,
    ) -> Arrival {
        let began = self.0.clock.monotonic();
        let end = until.min(waiting.presumed_dead);
        let outcome = {
            let ended = waiting.outcome.wait_for(Option::is_some);
            let sleep = self.0.clock.sleep(end - began);
            match first(ended, first(changed, sleep)).await {
                First::Left(Ok(outcome)) => outcome.clone(),
                First::Left(Err(_)) => None,
                First::Right(First::Left(())) => {
                    self.count_wait(began, budget);
                    return Arrival::Changed;
                }
                First::Right(First::Right(())) => {
                    let now = self.count_wait(began, budget);
                    if now.monotonic >= until {
                        return Arrival::TimeOver(now);
                    }
                    self.lock().clear_dead_flight(now.monotonic);
                    return Arrival::Changed;
                }
            }
        };
        let now = self.count_wait(began, budget);
        match outcome {
            Some(Ok(token)) => Arrival::Token(token),
            Some(Err(error)) => Arrival::Failed(error),
            None => {
                self.lock().clear_dead_flight(now.monotonic);
                budget.deaths += 1;
                Arrival::Died
            }
        }
    }

    /// Whether `token` is the latest generation and is not condemned.
    fn still_latest(&self, token: &CachedToken) -> bool {
        let ledger = self.lock();
        !ledger.is_condemned() && ledger.is_latest(token)
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock()
    }

    /// What a call does next, and what that changes in the ledger.
    ///
    /// Both happen under one lock: of ten thousand calls that find the token expired together, the first takes the place of the flight and the
    /// others find it taken. Nothing is awaited and no task is spawned under the lock; the caller does what the plan says once it is released.
    fn plan(&self, now: Moment, until: Monotonic, budget: &mut CallBudget) -> Plan {
        let has_runtime = current_runtime().is_some();
        let mut ledger = self.lock();
        // First of all, or a flight that nobody drives any more would be joined.
        ledger.clear_dead_flight(now.monotonic);
        let usable = ledger.usable(now);
        // Without a runtime a refresh cannot be started, and nothing can be waited for.
        if !has_runtime {
            return match usable {
                Some(token) => Plan::Serve(token),
                None => Plan::Fail(AuthError::new(AuthErrorKind::NoRuntime)),
            };
        }
        let situation = self.situation(&ledger, now, until, budget);
        match decide_step(&situation) {
            Step::Serve => Self::serve(usable),
            Step::ServeAndRefresh => match usable {
                Some(token) => Plan::Launch(self.begin(&mut ledger, now), Some(token)),
                None => Self::serve(None),
            },
            Step::Probe => {
                // One probe a call, and one a second of all calls: a condemned token costs the API little more than no token.
                budget.probed = true;
                ledger.probe_at = now.monotonic + PROBE_INTERVAL;
                Self::serve(ledger.latest.clone())
            }
            // A call whose time is over still takes a token that works: it may have been refreshed while the call waited.
            Step::Join => match &ledger.flight {
                _ if now.monotonic >= until => Self::out_of_time(&ledger, usable),
                Some(flight) => Plan::Wait(flight.waiting()),
                None => Self::serve(None),
            },
            Step::Start { .. } if now.monotonic >= until => Self::out_of_time(&ledger, usable),
            Step::Start { forced } => {
                if forced {
                    // Only generations that no call was accepted with are spaced: a token that worked and was revoked is replaced at once.
                    budget.forced += 1;
                    if !ledger.was_accepted() {
                        ledger.spacing.forced(now.monotonic);
                    }
                }
                Plan::Launch(self.begin(&mut ledger, now), None)
            }
            Step::Sleep(then) => Plan::Sleep(then),
            Step::Shared => Plan::Fail(match &ledger.failure {
                Some(failure) => failure.error.clone(),
                None => AuthError::new(AuthErrorKind::TaskDied),
            }),
            Step::NeedsLogin => Plan::Fail(not_renewable()),
            Step::NotDue => {
                let ends = ledger.spacing.ends(&self.0.settings);
                Plan::Fail(
                    AuthError::new(AuthErrorKind::TokenRefused)
                        .with_retry_after(Some(ends - now.monotonic)),
                )
            }
        }
    }

    /// Takes the place of the one flight.
    fn begin(&self, ledger: &mut Ledger, now: Moment) -> Launch {
        let presumed_dead = if self.0.source.is_repeatable() {
            now.monotonic + self.0.source.longest() + FLIGHT_GRACE
        } else {
            // It may have sent a refresh token, which nobody must send again: only the end of its runtime shows that it is dead.
            Monotonic::MAX
        };
        ledger.begin(presumed_dead)
    }

    fn serve(token: Option<Arc<CachedToken>>) -> Plan {
        match token {
            Some(token) => Plan::Serve(token),
            None => Plan::Fail(not_renewable()),
        }
    }

    fn out_of_time(ledger: &Ledger, usable: Option<Arc<CachedToken>>) -> Plan {
        match usable {
            Some(token) => Plan::Serve(token),
            None => Plan::Fail(ledger.out_of_time()),
        }
    }

    fn situation(
        &self,
        ledger: &Ledger,
        now: Moment,
        until: Monotonic,
        budget: &CallBudget,
    ) -> Situation {
        let is_condemned = ledger.is_condemned();
        let known = self.known(ledger, now.monotonic, budget.operation);
        let may_probe = is_condemned
            && ledger.was_accepted()
            && !ledger.is_expired(now)
            && !budget.probed
            && !known.unreliable
            && budget.operation != ledger.refused_by
            && (ledger.probe_at..until).contains(&now.monotonic);
        Situation {
            state: ledger.state(now),
            usable: ledger.usable(now).is_some(),
            in_flight: known.in_flight,
            renewable: known.renewable,
            back_off: ledger.failure.as_ref().map(|failure| BackOff {
                until: failure.until,
                is_transient: failure.error.is_transient(),
            }),
            forcing: is_condemned.then(|| known.forcing(ledger.was_accepted(), until)),
            may_probe,
            deadline: until,
        }
    }

    /// What the decisions need to know of this cache and of its client.
    fn known(&self, ledger: &Ledger, now: Monotonic, operation: OperationKey) -> Known {
        let client = &self.0.client;
        let previous = ledger
            .latest
            .as_ref()
            .map_or_else(Previous::default, |token| token.previous());
        Known {
            now,
            unreliable: client.unreliable().contains(operation),
            alarm: now < ledger.alarm_until,
            accepted_lately: client.accepted_lately(now, self.0.settings.accepted_window),
            unaccepted_in_row: ledger.spacing.unaccepted_in_row(),
            spacing_ends: ledger.spacing.ends(&self.0.settings),
            in_flight: ledger.flight.is_some(),
            renewable: self.0.source.can_renew(previous),
            given: self.0.source.is_given(),
            moved_on: false,
            second_opinion_due: client.second_opinion_due(now),
        }
    }

    /// A call of `operation` was accepted with `token` that was sent at `sent`.
    #[inline]
    pub(crate) fn accept(
        &self,
        token: &CachedToken,
        sent: Monotonic,
        now: Monotonic,
        budget: &CallBudget,
        operation: impl FnOnce() -> OperationKey,
    ) {
        if !token.accepted_at(sent) {
            self.accept_after_doubt(token, sent, now);
        }
        let client = &self.0.client;
        if !client.unreliable().is_empty() {
            client.unreliable().remove(operation());
        }
        if budget
            .doubted
            .is_some_and(|doubted| doubted < token.generation)
        {
            client.second_opinion_helped();
        }
        client.mark_accepted(now);
    }

    /// The first acceptance of a token, or the first after a refusal.
    #[cold]
    fn accept_after_doubt(&self, token: &CachedToken, sent: Monotonic, now: Monotonic) {
        let mut ledger = self.lock();
        let is_first = !token.accepted.swap(true, Ordering::AcqRel);
        let is_pardoned = ledger.accepted(token, sent, now);
        let is_latest = ledger.is_latest(token);
        if is_first && is_latest {
            ledger.spacing.accepted();
        }
        if is_pardoned && is_latest {
            self.0.current.store(ledger.latest.clone());
            self.0.troubled_until.store(0, Ordering::Relaxed);
            tracing::debug!(
                generation = crate::runtime::telemetry::int(token.generation),
                "the API accepts the access token again"
            );
        }
        drop(ledger);
        if is_latest && (is_first || is_pardoned) {
            self.0.changed.notify_waiters();
        }
    }
}

/// The error of a call whose token has ended, and which no refresh can follow.
fn not_renewable() -> AuthError {
    AuthError::new(AuthErrorKind::NeedsLogin)
        .with_description("nothing can renew the token of this client")
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = self.lock();
        formatter
            .debug_struct("TokenCache")
            .field("latest", &ledger.latest)
            .field("condemned", &ledger.is_condemned())
            .field("in_flight", &ledger.flight.is_some())
            .finish_non_exhaustive()
    }
}
