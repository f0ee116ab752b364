//! Time as a parameter, for tests and simulations: everything that decides by time asks a [`Clock`].
//!
//! Programs need nothing from here: a client has the [`SystemClock`]. Another one is set with
//! [`ClientBuilder::clock`](crate::runtime::client::ClientBuilder::clock).

mod monotonic;
pub(crate) mod wait;

pub use monotonic::Monotonic;

use std::cell::Cell;
use std::fmt::Debug;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A boxed future, as the object-safe traits of the runtime return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One reading of both clocks.
///
/// The monotonic clock stops while a machine sleeps and the wall clock can be set, so code that computes an expiry keeps both
/// and lets the earlier one win.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The monotonic clock, which never goes back.
    pub monotonic: Monotonic,
    /// The time of day.
    pub wall: SystemTime,
}

/// Where the runtime gets its time from, and how it waits.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Reads both clocks.
    fn now(&self) -> Moment;

    /// Reads the monotonic clock alone.
    fn monotonic(&self) -> Monotonic {
        self.now().monotonic
    }

    /// The present moment as the standard library counts it, which deadlines of callers refer to.
    fn instant(&self) -> Instant {
        Instant::now()
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

    fn monotonic(&self) -> Monotonic {
        Monotonic::new(self.start.elapsed())
    }

    fn instant(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

thread_local! {
    /// The last runtime of this thread that was found to have a timer.
    static WITH_TIMER: Cell<Option<tokio::runtime::Id>> = const { Cell::new(None) };
}

/// What the caller's runtime lacks to make a call.
pub(crate) fn check_runtime() -> Result<(), &'static str> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return Err(
            "a call needs a tokio runtime: await it inside one, or use the feature `blocking`",
        );
    };
    let id = Some(runtime.id());
    if WITH_TIMER.get() == id {
        return Ok(());
    }
    // Tokio has no question for this; it panics where the timer is missing.
    if catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_err() {
        return Err(
            "a call needs a tokio runtime with a timer and I/O: build it with `enable_all()`",
        );
    }
    WITH_TIMER.set(id);
    Ok(())
}
