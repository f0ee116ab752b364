//! Points in time on the monotonic clock, which the compiler tells from spans.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A reading of a [`Clock`](super::Clock)'s monotonic clock: the time since a start that is fixed for the life of the clock.
///
/// Readings of two clocks cannot be compared. Arithmetic saturates: a sum is at most [`Monotonic::MAX`], a difference at least zero.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::runtime::clock::Monotonic;
///
/// let sent = Monotonic::new(Duration::from_secs(10));
/// let answered = sent + Duration::from_secs(2);
/// assert_eq!(answered - sent, Duration::from_secs(2));
/// assert_eq!(sent - answered, Duration::ZERO);
/// assert_eq!(Monotonic::MAX + Duration::from_secs(1), Monotonic::MAX);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monotonic(Duration);

impl Monotonic {
    /// The start of the clock.
    pub const START: Self = Self(Duration::ZERO);

    /// Later than every reading: never.
    pub const MAX: Self = Self(Duration::MAX);

    /// The reading at `since_start`.
    #[inline]
    #[must_use]
    pub const fn new(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The time since the start of the clock.
    #[inline]
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// `span` later, or `None` if no reading can be that late.
    #[inline]
    #[must_use]
    pub fn checked_add(self, span: Duration) -> Option<Self> {
        self.0.checked_add(span).map(Self)
    }
}

impl Add<Duration> for Monotonic {
    type Output = Self;

    #[inline]
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

impl AddAssign<Duration> for Monotonic {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for Monotonic {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}
