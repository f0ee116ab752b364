//! When the calls of one token may begin, counted within this process.

use std::collections::VecDeque;
use std::time::Duration;

use crate::runtime::clock::Monotonic;

/// The calls of one token within the last window, and those that wait.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) allowed: u64,
    /// In the order of their beginnings.
    slots: VecDeque<Slot>,
    /// The server counts no call as allowed before.
    closed_until: Monotonic,
    /// By how much the waiting calls were put off so far.
    pub(super) shifted: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    begin: Monotonic,
    waiting: bool,
}

impl Window {
    pub(super) fn new(allowed: u64) -> Self {
        Self {
            allowed,
            ..Self::default()
        }
    }

    /// Reserves the next free slot, so that no more than `allowed` begin within `span`.
    pub(super) fn reserve(&mut self, now: Monotonic, span: Duration) -> Monotonic {
        while self
            .slots
            .front()
            .is_some_and(|slot| !slot.waiting && slot.begin + span <= now)
        {
            self.slots.pop_front();
        }
        let allowed = usize::try_from(self.allowed).unwrap_or(usize::MAX);
        let free = match self.slots.len().checked_sub(allowed) {
            // The call that is `allowed` places ahead must be a whole window away.
            Some(index) => self.slots.get(index).map_or(now, |slot| slot.begin + span),
            None => now,
        };
        let begin = free.max(now).max(self.closed_until);
        let place = self.slots.partition_point(|slot| slot.begin <= begin);
        let waiting = true;
        self.slots.insert(place, Slot { begin, waiting });
        begin
    }

    /// The call that waited for `begin` begins.
    pub(super) fn take(&mut self, begin: Monotonic) {
        if let Some(slot) = self.find(begin) {
            slot.waiting = false;
        }
    }

    /// The call that waited for `begin` gives up.
    pub(super) fn give_back(&mut self, begin: Monotonic) {
        if let Some(place) = self
            .slots
            .iter()
            .position(|slot| slot.waiting && slot.begin == begin)
        {
            self.slots.remove(place);
        }
    }

    fn find(&mut self, begin: Monotonic) -> Option<&mut Slot> {
        let from = self.slots.partition_point(|slot| slot.begin < begin);
        self.slots
            .range_mut(from..)
            .take_while(|slot| slot.begin == begin)
            .find(|slot| slot.waiting)
    }

    /// Lets nothing begin before `until`. All waiting calls are put off by the same time, so they keep their order and their distances.
    pub(super) fn close(&mut self, until: Monotonic) {
        self.closed_until = self.closed_until.max(until);
        let waiting = self.slots.iter_mut().filter(|slot| slot.waiting);
        let mut delay = None;
        for slot in waiting {
            let delay = *delay.get_or_insert_with(|| until - slot.begin);
            slot.begin += delay;
        }
        self.shifted += delay.unwrap_or_default();
    }

    /// Whether the server said that nothing may begin now.
    pub(super) fn is_closed(&self, now: Monotonic) -> bool {
        self.closed_until > now
    }

    pub(super) fn is_idle(&self, now: Monotonic, span: Duration) -> bool {
        self.closed_until <= now
            && self
                .slots
                .back()
                .is_none_or(|slot| !slot.waiting && slot.begin + span <= now)
    }
}
