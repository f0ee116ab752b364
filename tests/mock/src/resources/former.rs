//! Reads that lag behind writes.

use std::time::Instant;

use super::super::backend::State;
use super::super::sync::read;

/// What was there before each of the latest writes.
#[derive(Clone, Debug)]
pub(super) struct Former<T>(Vec<(Instant, T)>);

impl<T> Default for Former<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Former<T> {
    /// Keeps what is replaced now.
    pub(super) fn push(&mut self, state: &State, value: T) {
        let (now, lag) = (state.clock.now(), read(&state.settings).read_lag);
        self.0
            .retain(|(written, _)| now.saturating_duration_since(*written) < lag);
        self.0.push((now, value));
    }

    /// What a read shows now, where that is not the present state.
    pub(super) fn at(&self, state: &State) -> Option<&T> {
        let (now, lag) = (state.clock.now(), read(&state.settings).read_lag);
        let mut shown = self.0.iter();
        shown
            .find(|(written, _)| now.saturating_duration_since(*written) < lag)
            .map(|(_, value)| value)
    }
}
