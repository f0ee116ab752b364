//! How often one call has refreshed and resent because of its token.

use std::time::Duration;

use super::super::settings::TokenSettings;
use super::client_state::OperationKey;
use crate::runtime::clock::Monotonic;

/// What one call has done about tokens so far.
#[derive(Debug, Default)]
pub(crate) struct CallBudget {
    /// Set before anything but the fast path needs it.
    pub(crate) operation: OperationKey,
    pub(crate) replays: u32,
    /// How many refreshes it forced.
    pub(super) forced: u32,
    /// How many tasks that refreshed died while it waited.
    pub(super) deaths: u32,
    /// How long it waited for tokens.
    pub(super) waited: Duration,
    /// Whether it tried a condemned token.
    pub(super) probed: bool,
    /// The generation that it was last refused with.
    pub(super) generation: u64,
    /// When that generation was first refused to it.
    pub(super) first_refused: Monotonic,
    /// The pauses it made for that generation.
    pub(super) pauses: usize,
    /// The generation for which it asked for a second opinion.
    pub(super) doubted: Option<u64>,
}

impl CallBudget {
    /// Until when the call may wait for a token: its own end, or the end of its time for tokens.
    pub(crate) fn wait_until(
        &self,
        now: Monotonic,
        deadline: Option<Monotonic>,
        settings: &TokenSettings,
    ) -> Monotonic {
        let own = now + settings.token_wait.saturating_sub(self.waited);
        deadline.map_or(own, |deadline| deadline.min(own))
    }

    /// Notes that `generation` was refused at `now`.
    pub(super) fn refused(&mut self, generation: u64, now: Monotonic) {
        if self.generation != generation {
            self.generation = generation;
            self.first_refused = now;
            self.pauses = 0;
        }
    }
}
