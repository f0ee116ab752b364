//! Time as a parameter: everything that decides by time asks a [`Clock`].

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// A boxed future, as the object-safe traits of the runtime return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One reading of both clocks.
///
/// The monotonic clock stops while a machine sleeps and the wall clock can be set, so whoever computes an expiry keeps both
/// and lets the earlier one win.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since an arbitrary start that is fixed for the life of the clock; never goes back.
    pub monotonic: Duration,
    /// The time of day.
    pub wall: SystemTime,
}

/// Where the runtime gets its time from, and how it waits.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Reads both clocks.
    fn now(&self) -> Moment;

    /// Reads the monotonic clock alone.
    fn monotonic(&self) -> Duration {
        self.now().monotonic
    }

    /// Completes after `duration` of monotonic time.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clocks of the machine, with tokio's timer to wait by.
///
/// The monotonic reading is tokio's, so that a test with a paused runtime moves it.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic reading starts at zero now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            start: tokio::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            monotonic: self.monotonic(),
            wall: SystemTime::now(),
        }
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
