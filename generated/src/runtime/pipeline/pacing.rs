//! Keeping below the rate limit instead of running into it.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header;

use crate::runtime::clock::Clock;
use crate::runtime::response::RateLimit;
use crate::runtime::transport::HttpRequest;

/// How a client keeps below the API's rate limit.
///
/// Each token has a window of its own: within any 60 s no more calls begin than the limit allows, whatever the server takes for the start of
/// its window. Calls beyond that wait, in the order in which they came, and their timeouts go on. The limit is what the server says in its
/// headers; where it also says that others have used it up, everybody waits for its reset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pacing {
    limit: u64,
    window: Duration,
}

impl Pacing {
    /// The API's default limit: 300 calls a minute for each client-credentials token.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            limit: 300,
            window: Duration::from_secs(60),
        }
    }

    /// The limit to assume until the server names its own. Zero counts as one.
    #[must_use]
    pub const fn with_limit(mut self, calls_per_minute: u64) -> Self {
        self.limit = if calls_per_minute == 0 {
            1
        } else {
            calls_per_minute
        };
        self
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self::standard()
    }
}

/// What a call sent at the end of one window may come in later than a call sent at the start of the next.
const MARGIN: Duration = Duration::from_secs(1);

/// The windows of all tokens of a client.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    hasher: RandomState,
    windows: Mutex<HashMap<u64, Window>>,
}

/// Names the window that a call counts against.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowKey(u64);

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            hasher: RandomState::new(),
            windows: Mutex::new(HashMap::new()),
        }
    }

    /// Waits until `request` may be sent.
    pub(super) async fn acquire(&self, clock: &dyn Clock, request: &HttpRequest) -> WindowKey {
        // A keyed hash stands for the token, so that no copy of it is kept.
        let token = request.headers.get(header::AUTHORIZATION);
        let key = self
            .hasher
            .hash_one(token.map_or(&[][..], |token| token.as_bytes()));
        let mut now = clock.now().monotonic;
        let reservation = {
            let mut window = self.window(key, now);
            Reservation {
                slot: window.reserve(now, self.pacing.window),
                shifted: window.shifted,
                pacer: self,
                key,
            }
        };
        loop {
            let begin = {
                let mut window = self.window(key, now);
                let begin = reservation.begin(&window);
                if begin <= now {
                    window.take(begin);
                }
                begin
            };
            if begin <= now {
                // The place is taken, and no longer to be given back.
                std::mem::forget(reservation);
                return WindowKey(key);
            }
            clock.sleep(begin - now).await;
            now = clock.now().monotonic;
        }
    }

    /// Takes over what the server said in its answer.
    pub(super) fn observe(
        &self,
        key: WindowKey,
        now: Duration,
        rate_limit: Option<RateLimit>,
        refused_for: Option<Duration>,
    ) {
        // A server that names a longer time means another limit (one a day, say). Calls go on then, and get its answer at once instead of
        // waiting for their timeouts.
        let longest = self.pacing.window * 2;
        let mut window = self.window(key.0, now);
        if let Some(rate_limit) = rate_limit {
            if rate_limit.allowed > 0 {
                window.allowed = rate_limit.allowed;
            }
            if rate_limit.remaining() == 0 && rate_limit.reset <= longest {
                window.close(now + rate_limit.reset + MARGIN);
            }
        }
        if let Some(delay) = refused_for.filter(|delay| *delay <= longest) {
            window.close(now + delay);
        }
    }

    fn window(&self, key: u64, now: Duration) -> WindowGuard<'_> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if !windows.contains_key(&key) {
            // Tokens come and go; whatever had no call for a while is a token of the past.
            let idle = self.pacing.window + MARGIN;
            windows.retain(|_, window| !window.is_idle(now, idle));
            windows.insert(
                key,
                Window {
                    allowed: self.pacing.limit,
                    ..Window::default()
                },
            );
        }
        WindowGuard { windows, key }
    }
}

/// The calls of one token within the last window, and those that wait.
#[derive(Debug, Default)]
struct Window {
    allowed: u64,
    /// In the order of their beginnings.
    slots: VecDeque<Slot>,
    /// The server counts no call as allowed before.
    closed_until: Duration,
    /// By how much the waiting calls were put off so far.
    shifted: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    begin: Duration,
    waiting: bool,
}

impl Window {
    /// Reserves the next free slot.
    fn reserve(&mut self, now: Duration, window: Duration) -> Duration {
        let span = window + MARGIN;
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
    fn take(&mut self, begin: Duration) {
        if let Some(slot) = self.find(begin) {
            slot.waiting = false;
        }
    }

    /// The call that waited for `begin` gives up.
    fn give_back(&mut self, begin: Duration) {
        if let Some(place) = self
            .slots
            .iter()
            .position(|slot| slot.waiting && slot.begin == begin)
        {
            self.slots.remove(place);
        }
    }

    fn find(&mut self, begin: Duration) -> Option<&mut Slot> {
        let from = self.slots.partition_point(|slot| slot.begin < begin);
        self.slots
            .range_mut(from..)
            .take_while(|slot| slot.begin == begin)
            .find(|slot| slot.waiting)
    }

    /// Lets nothing begin before `until`. All waiting calls are put off by the same time, so they keep their order and their distances.
    fn close(&mut self, until: Duration) {
        self.closed_until = self.closed_until.max(until);
        let waiting = self.slots.iter_mut().filter(|slot| slot.waiting);
        let mut delay = None;
        for slot in waiting {
            let delay = *delay.get_or_insert_with(|| until.saturating_sub(slot.begin));
            slot.begin += delay;
        }
        self.shifted += delay.unwrap_or_default();
    }

    fn is_idle(&self, now: Duration, span: Duration) -> bool {
        self.closed_until <= now
            && self
                .slots
                .back()
                .is_none_or(|slot| !slot.waiting && slot.begin + span <= now)
    }
}

struct WindowGuard<'a> {
    windows: MutexGuard<'a, HashMap<u64, Window>>,
    key: u64,
}

impl std::ops::Deref for WindowGuard<'_> {
    type Target = Window;

    fn deref(&self) -> &Window {
        &self.windows[&self.key]
    }
}

impl std::ops::DerefMut for WindowGuard<'_> {
    fn deref_mut(&mut self) -> &mut Window {
        self.windows.entry(self.key).or_default()
    }
}

/// A place in the line: whoever gives up waiting gives it back.
struct Reservation<'a> {
    pacer: &'a Pacer,
    key: u64,
    slot: Duration,
    /// What the window had been shifted by when the place was reserved.
    shifted: Duration,
}

impl Reservation<'_> {
    /// When the call may begin, as of now.
    fn begin(&self, window: &Window) -> Duration {
        self.slot + window.shifted.saturating_sub(self.shifted)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut window = self.pacer.window(self.key, self.slot);
        let begin = self.begin(&window);
        window.give_back(begin);
    }
}
