//! Handles a 401: carries the decision out, under the lock and after it.

use super::super::classify::age;
use super::super::error::AuthErrorKind;
use super::super::unauthorized::{ALARM, Generation, HandedBack, Reaction, Refused, judge};
use super::budget::CallBudget;
use super::flight::{self, Launch, Waiting};
use super::token::CachedToken;
use super::{Arrival, TokenCache};
use crate::runtime::clock::wait::first;
use crate::runtime::clock::{Moment, Monotonic};
use crate::runtime::error::UnauthorizedReason;
use crate::runtime::sync::{Arc, Ordering, current_runtime};

/// A request that was answered with 401.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending<'a> {
    pub(crate) token: &'a CachedToken,
    /// When it was sent, on the monotonic clock.
    pub(crate) sent: Monotonic,
    /// Whether its body can be sent again.
    pub(crate) replayable: bool,
    /// The end of the whole call.
    pub(crate) deadline: Option<Monotonic>,
}

/// What a call does next, as decided under the lock.
enum Next {
    Acquire,
    Pause(Monotonic),
    /// Wait for this flight, which is to be started if there is a launch.
    Doubt(Waiting, Option<Launch>),
    HandBack(UnauthorizedReason),
}

impl TokenCache {
    /// A 401 came back: counts it as evidence, and gets the token to send the call again with.
    pub(crate) async fn unauthorized(
        &self,
        sending: Sending<'_>,
        budget: &mut CallBudget,
        now: Moment,
    ) -> Result<Arc<CachedToken>, HandedBack> {
        match self.weigh(sending, budget, now) {
            Next::HandBack(reason) => return Err((reason, None)),
            Next::Acquire => {}
            Next::Pause(end) => {
                budget.pauses += 1;
                self.pause(sending.token, end).await;
            }
            Next::Doubt(waiting, launch) => {
                budget.doubted = Some(sending.token.generation);
                if let Some(launch) = launch {
                    flight::start(&self.0, launch);
                }
                if let Some(token) = self.second_opinion(sending, waiting, budget).await? {
                    budget.replays += 1;
                    return Ok(token);
                }
            }
        }
        budget.replays += 1;
        self.acquire(budget, sending.deadline)
            .await
            .map_err(|error| match error.kind() {
                AuthErrorKind::TokenRefused => (UnauthorizedReason::InsideSpacing, None),
                AuthErrorKind::DeadlineExceeded => {
                    (UnauthorizedReason::DeadlineExceeded, Some(error))
                }
                _ => (UnauthorizedReason::RefreshFailed, Some(error)),
            })
    }

    /// Decides, and notes what the decision says of the generation and of the operation.
    fn weigh(&self, sending: Sending<'_>, budget: &mut CallBudget, now: Moment) -> Next {
        let Sending { token, sent, .. } = sending;
        let settings = &self.0.settings;
        let time = now.monotonic;
        let mut ledger = self.lock();
        ledger.clear_dead_flight(time);
        let mut known = self.known(&ledger, time, budget.operation);
        known.moved_on = !ledger.is_latest(token);
        budget.refused(token.generation, time);
        // From here on every acceptance of this token takes the lock; those before are read now.
        token.quiet.store(false, Ordering::SeqCst);
        let generation = Generation {
            accepted: token.accepted.load(Ordering::Acquire),
            ok_sent: token.ok_sent(),
            run: ledger.run,
            run_began: ledger.run_began,
            age: age(token.issued, now),
            condemned: ledger.is_condemned(),
        };
        let refused = Refused {
            sent,
            first_refused: budget.first_refused,
            pauses_used: budget.pauses,
            replays: budget.replays,
            forced: budget.forced,
            body_replayable: sending.replayable,
            deadline: sending.deadline,
            wait_until: budget.wait_until(time, sending.deadline, settings),
            random: self.0.jitter.next(),
        };
        let ruling = judge(&generation, &refused, &known, settings);
        tracing::debug!(
            generation = crate::runtime::telemetry::int(token.generation),
            ?ruling,
            "the API answered 401"
        );
        if ruling.contradicted {
            self.0.client.unreliable().insert(budget.operation);
            ledger.alarm_until = time + ALARM;
        }
        if ruling.witness {
            if ledger.run == 0 {
                ledger.run_began = time;
            }
            ledger.run = ledger.run.saturating_add(1);
        }
        if let Some(evidence_from) = ruling.condemned {
            ledger.condemn(token, evidence_from, time, settings);
            self.0.current.store(None);
        }
        if !known.moved_on && ledger.is_condemned() {
            ledger.refused_by = budget.operation;
        }
        let next = match ruling.reaction {
            Reaction::Acquire => Next::Acquire,
            Reaction::Pause(end) => Next::Pause(end),
            Reaction::HandBack(reason) => Next::HandBack(reason),
            Reaction::SecondOpinion => match &ledger.flight {
                Some(flight) => Next::Doubt(flight.waiting(), None),
                None if current_runtime().is_none() => {
                    Next::HandBack(UnauthorizedReason::OperationRefuses)
                }
                None => {
                    self.0.client.second_opinion_taken(time);
                    let launch = self.begin(&mut ledger, now);
                    Next::Doubt(launch.waiting.clone(), Some(launch))
                }
            },
        };
        drop(ledger);
        if ruling.condemned.is_some() {
            // Those who pause join the flight.
            self.0.changed.notify_waiters();
        }
        next
    }

    /// Waits until `end`, or until there is a verdict, a newer generation or the first acceptance of `token`.
    async fn pause(&self, token: &CachedToken, end: Monotonic) {
        let was_accepted = token.accepted.load(Ordering::Acquire);
        loop {
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            let now = self.0.clock.monotonic();
            let is_over = now >= end
                || !self.still_latest(token)
                || (!was_accepted && token.accepted.load(Ordering::Acquire));
            if is_over {
                return;
            }
            first(changed, self.0.clock.sleep(end - now)).await;
        }
    }

    /// Waits for a flight although the token works; none where the call is to get its token as every other.
    async fn second_opinion(
        &self,
        sending: Sending<'_>,
        waiting: Waiting,
        budget: &mut CallBudget,
    ) -> Result<Option<Arc<CachedToken>>, HandedBack> {
        let began = self.0.clock.monotonic();
        let until = budget.wait_until(began, sending.deadline, &self.0.settings);
        let nothing_else = std::pin::pin!(std::future::pending());
        match self.arrival(waiting, nothing_else, until, budget).await {
            Arrival::Token(token) => Ok(self.still_latest(&token).then_some(token)),
            Arrival::Failed(error) if self.still_latest(sending.token) => {
                Err((UnauthorizedReason::OperationRefuses, Some(error)))
            }
            Arrival::TimeOver(_) => Err((UnauthorizedReason::DeadlineExceeded, None)),
            Arrival::Failed(_) | Arrival::Died | Arrival::Changed => Ok(None),
        }
    }
}
