//! What one call may do about tokens, and what it has done.

use std::time::Duration;

use super::super::decide::{Refusal, Refused};
use super::super::settings::TokenSettings;

/// What one call has used up.
#[derive(Debug, Default)]
pub(crate) struct CallBudget {
    pub(crate) replays: u32,
    pub(crate) forced: u32,
    pub(super) deaths: u32,
    pub(super) waited: Duration,
}

impl CallBudget {
    /// Until when the call may wait: its own end, or the end of its time for tokens.
    pub(crate) fn wait_until(
        &self,
        now: Duration,
        deadline: Option<Duration>,
        settings: &TokenSettings,
    ) -> Duration {
        let own = now.saturating_add(settings.token_wait.saturating_sub(self.waited));
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
