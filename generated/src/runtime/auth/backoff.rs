//! How long to leave the token endpoint alone after it failed.

use std::time::Duration;

use super::settings::TokenSettings;

/// What is left of the token that still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remaining {
    /// Until calls would wait for a refresh; zero once they do.
    pub(crate) mandatory: Duration,
    /// Until it expires.
    pub(crate) expiry: Duration,
}

/// The first delay that is worth waiting: nobody asks more often than this.
const LEAST: Duration = Duration::from_millis(100);

/// The delay before the next refresh after `failures` failed ones in a row (1 or more); `random` is from 0 to 1.
///
/// With a token that still works: full jitter under a ceiling that doubles, clamped so that at least one attempt falls before
/// expiry: at the latest when the mandatory window opens, and inside it after half of what is left. With none: a fixed delay that
/// doubles up to a lower ceiling, because calls fail meanwhile.
#[must_use]
pub(crate) fn next_attempt(
    failures: u32,
    remaining: Option<Remaining>,
    random: f64,
    settings: &TokenSettings,
) -> Duration {
    let Some(remaining) = remaining else {
        return doubled(
            settings.failure_shared_min,
            failures,
            settings.failure_shared_max,
        );
    };
    let ceiling = doubled(
        settings.refresh_backoff_min,
        failures,
        settings.refresh_backoff_max,
    );
    let delay = ceiling.mul_f64(random.clamp(0.0, 1.0)).max(LEAST);
    if remaining.mandatory > Duration::ZERO {
        delay.min(remaining.mandatory)
    } else {
        delay.min((remaining.expiry / 2).max(LEAST))
    }
}

/// The delay after `failures` failures of the token store in a row. Nothing is asked of the token endpoint before the store works, so the next
/// attempt may come soon; `left` is when the store's trouble is known to end.
#[must_use]
pub(crate) fn next_store_attempt(
    failures: u32,
    remaining: Option<Remaining>,
    left: Option<Duration>,
) -> Duration {
    const MIN: Duration = Duration::from_secs(1);
    const MAX: Duration = Duration::from_secs(2);
    let delay = left.unwrap_or_else(|| doubled(MIN, failures, MAX)).min(MAX);
    let delay = match remaining {
        Some(remaining) if !remaining.mandatory.is_zero() => delay.min(remaining.mandatory),
        Some(remaining) => delay.min(remaining.expiry / 2),
        None => delay,
    };
    delay.max(LEAST)
}

/// `first` for the first of a row, twice as much for each that follows, at most `limit`.
#[must_use]
pub(crate) fn doubled(first: Duration, count: u32, limit: Duration) -> Duration {
    let factor = 1_u32
        .checked_shl(count.saturating_sub(1))
        .unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(limit)
}
