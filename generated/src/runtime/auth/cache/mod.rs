//! One token, shared by every call: read without a lock, renewed once for everybody.

mod acceptance;
mod budget;
mod flight;
mod ledger;
mod shared;
mod token;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::Notify;

pub(crate) use acceptance::Acceptance;
pub(crate) use budget::{CallBudget, Rejection};
pub(crate) use token::CachedToken;

use acceptance::millis;
use flight::{DEATHS_BORNE, Launch, Waiting};
use ledger::Ledger;
use shared::Shared;

use super::classify::age;
use super::decide::{BackOff, Refused, Situation, Step, decide_step};
use super::error::{AuthError, AuthErrorKind};
use super::hooks::Hooks;
use super::jitter::Jitter;
use super::provider::Previous;
use super::settings::TokenSettings;
use super::source::Source;
use super::wait::{First, first};
use crate::runtime::clock::{Clock, Moment};

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
    Sleep(Duration),
    Fail(AuthError),
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
                    flight::start(&self.0, launch);
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
        let began = self.0.clock.monotonic();
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
                (budget.deaths > DEATHS_BORNE).then(|| Err(AuthError::new(AuthErrorKind::TaskDied)))
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
        !ledger.rejected && ledger.is_latest(token)
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
        let presumed_dead = now
            .monotonic
            .saturating_add(self.0.source.longest())
            .saturating_add(FLIGHT_GRACE);
        let situation = self.situation(&ledger, usable.is_some(), now, until);
        match decide_step(&situation) {
            Step::Serve => Self::serve(usable),
            Step::ServeAndRefresh => match usable {
                Some(token) => Plan::Launch(ledger.begin(presumed_dead), Some(token)),
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
                Plan::Launch(ledger.begin(presumed_dead), None)
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

    /// A 401 came back for `token`: it is never served again.
    pub(crate) fn reject(&self, token: &CachedToken, now: Moment) -> Rejection {
        let mut ledger = self.lock();
        ledger.clear_dead_flight(now.monotonic);
        let is_latest = ledger.is_latest(token);
        if is_latest && !ledger.rejected && !self.0.source.is_given() {
            ledger.refuse(token, &self.0.settings);
            self.0.current.store(None);
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
