//! Paces calls to stay below the rate limit.

#[cfg(feature = "redis")]
mod redis;
mod shared;
mod store;
mod window;

#[cfg(feature = "redis")]
pub use redis::RedisPacing;
pub use store::{PacingLimit, PacingPlace, PacingStore};

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header;

use self::shared::Shared;
use self::window::Window;
use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::response::RateLimit;
use crate::runtime::telemetry::int;
use crate::runtime::transport::HttpRequest;

/// How a client keeps below the API's rate limit.
///
/// Each token has a window of its own: within any 60 s no more calls begin than the limit allows, no matter what the server takes for the start of
/// its window. Calls beyond that wait, in the order in which they came, and their timeouts go on. The limit is what the server says in its
/// headers; where it also says that others have used it up, everybody waits for its reset.
///
/// Processes that share a token share its limit, too: with a [`PacingStore`] they count their calls together.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::{Client, Pacing};
///
/// let client = Client::builder()
///     .client_credentials("client id", "client secret")
///     .pacing(Pacing::standard().with_limit(250))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), genesys_cloud::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pacing {
    limit: u64,
    window: Duration,
    margin: Duration,
}

impl Pacing {
    /// The API's default limit: 300 calls a minute for each client-credentials token.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            limit: 300,
            window: Duration::from_secs(60),
            margin: MARGIN,
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

    /// The length of the server's window, where it is not a minute.
    #[must_use]
    pub const fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// The time that a limit's worth of calls takes at least.
    fn span(&self) -> Duration {
        self.window.saturating_add(self.margin)
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self::standard()
    }
}

/// What a call sent at the end of one window may come in later than a call sent at the start of the next.
const MARGIN: Duration = Duration::from_secs(1);

/// Tells, once for each wait, how long a call waits before it is sent, and why.
fn tell_of_wait(wait: Duration, reason: &str) {
    tracing::debug!(
        target: "genesys_cloud",
        wait_ms = int(wait.as_millis()),
        reason,
        "the call waits for the rate limit"
    );
}

/// The windows of all tokens of a client.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    hasher: RandomState,
    windows: Mutex<HashMap<u64, Window>>,
    shared: Option<Shared>,
}

/// Names the window that a call counts against.
#[derive(Clone, Debug)]
pub(super) struct WindowKey {
    local: u64,
    shared: Option<Arc<str>>,
}

impl Pacer {
    pub(crate) fn new(pacing: Pacing, store: Option<Arc<dyn PacingStore>>) -> Self {
        Self {
            pacing,
            hasher: RandomState::new(),
            windows: Mutex::new(HashMap::new()),
            shared: store.map(Shared::new),
        }
    }

    /// Waits until `request` may be sent: in line with the other calls of this process, and then with those of others.
    pub(super) async fn acquire(&self, clock: &dyn Clock, request: &HttpRequest) -> WindowKey {
        let token = request.headers.get(header::AUTHORIZATION);
        let token = token.map_or(&[][..], |token| token.as_bytes());
        let local = self.acquire_here(clock, token).await;
        let Some(shared) = &self.shared else {
            return WindowKey {
                local,
                shared: None,
            };
        };
        let limit = PacingLimit {
            calls: self.window(local, clock.monotonic()).allowed,
            span: self.pacing.span(),
        };
        let key = shared::key_of(token);
        shared.acquire(clock, &key, limit).await;
        WindowKey {
            local,
            shared: Some(key),
        }
    }

    async fn acquire_here(&self, clock: &dyn Clock, token: &[u8]) -> u64 {
        // A keyed hash stands for the token, so that no copy of it is kept.
        let key = self.hasher.hash_one(token);
        let mut now = clock.monotonic();
        let reservation = {
            let mut window = self.window(key, now);
            Reservation {
                slot: window.reserve(now, self.pacing.span()),
                shifted: window.shifted,
                pacer: self,
                key,
            }
        };
        let mut told = false;
        loop {
            let (begin, is_closed) = {
                let mut window = self.window(key, now);
                let begin = reservation.begin(&window);
                if begin <= now {
                    window.take(begin);
                }
                (begin, window.is_closed(now))
            };
            if begin > now && !told {
                told = true;
                tell_of_wait(
                    begin - now,
                    if is_closed {
                        "the API's rate limit is used up"
                    } else {
                        "this client's calls reach the rate limit"
                    },
                );
            }
            if begin <= now {
                // The place is taken, and no longer to be given back.
                std::mem::forget(reservation);
                return key;
            }
            clock.sleep(begin - now).await;
            now = clock.monotonic();
        }
    }

    /// Takes over what the server said in its answer.
    pub(super) fn observe(
        &self,
        key: &WindowKey,
        now: Monotonic,
        rate_limit: Option<RateLimit>,
        refused_for: Option<Duration>,
    ) {
        // A server that names a longer time means another limit (one a day, say). Calls go on then, and get its answer at once instead of
        // waiting for their timeouts.
        let longest = self.pacing.window.saturating_mul(2);
        let mut window = self.window(key.local, now);
        if let Some(rate_limit) = rate_limit {
            if rate_limit.allowed > 0 {
                window.allowed = rate_limit.allowed;
            }
            if rate_limit.remaining() == 0 && rate_limit.reset <= longest {
                window.close(now + rate_limit.reset + self.pacing.margin);
            }
        }
        if let Some(delay) = refused_for.filter(|delay| *delay <= longest) {
            window.close(now + delay);
            if let (Some(shared), Some(key)) = (&self.shared, &key.shared) {
                shared.close(key, delay);
            }
        }
    }

    fn window(&self, key: u64, now: Monotonic) -> WindowGuard<'_> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if !windows.contains_key(&key) {
            // Tokens come and go; whatever had no call for a while is a token of the past.
            let idle = self.pacing.span();
            windows.retain(|_, window| !window.is_idle(now, idle));
            windows.insert(key, Window::new(self.pacing.limit));
        }
        WindowGuard { windows, key }
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

/// A place in the line, given back when its call stops waiting.
struct Reservation<'a> {
    pacer: &'a Pacer,
    key: u64,
    slot: Monotonic,
    /// What the window had been shifted by when the place was reserved.
    shifted: Duration,
}

impl Reservation<'_> {
    /// When the call may begin, as of now.
    fn begin(&self, window: &Window) -> Monotonic {
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
