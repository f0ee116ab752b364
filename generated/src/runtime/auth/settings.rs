//! Timings and limits of token refresh.

use std::time::Duration;

/// The numbers that token handling goes by; the defaults suit Genesys Cloud.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TokenSettings {
    /// The longest that a token counts as about to expire, so that calls wait for the next one: 60 s.
    pub mandatory_window: Duration,
    /// The share of the lifetime that caps it: 0.10.
    pub mandatory_fraction: f64,
    /// How long before expiry a refresh starts in the background, for lifetimes up to 20 minutes, up to 90 minutes, and longer:
    /// 5, 15 and 60 minutes.
    pub advisory_windows: [Duration; 3],
    /// The share of the lifetime that caps it: 0.25.
    pub advisory_fraction: f64,
    /// The share of that window that is taken off at random, so that a fleet does not refresh in step: 0.20.
    pub advisory_jitter: f64,

    /// How often one refresh asks the token endpoint: 3 times.
    pub attempts: u32,
    /// The longest that one of them may take: 10 s.
    pub attempt_timeout: Duration,
    /// The longest that all of them may take: 25 s.
    pub flight_timeout: Duration,
    /// The ceiling of the first random delay between them, which doubles: 100 ms.
    pub attempt_backoff: Duration,

    /// The ceiling of the random delay after a first failed refresh, which doubles: 1 s.
    pub refresh_backoff_min: Duration,
    /// The highest that ceiling becomes: 5 min.
    pub refresh_backoff_max: Duration,
    /// How long a failure is shared where no usable token is left, at first; it doubles: 1 s.
    pub failure_shared_min: Duration,
    /// The longest that becomes: 10 s.
    pub failure_shared_max: Duration,

    /// How often one call is sent again after a 401: 12 times.
    pub replays: u32,
    /// The time between two forced refreshes while the API accepts nothing, at first; it doubles: 1 s.
    pub spacing_min: Duration,
    /// The longest that becomes: 60 s.
    pub spacing_max: Duration,
    /// How recently a call must have been accepted for another to wait out the spacing: 60 s.
    pub accepted_window: Duration,
    /// The longest that one call waits for tokens altogether: 30 s.
    pub token_wait: Duration,

    /// The longest that a refresh waits for another process to leave the store's lock: 10 s. After it a process whose grant can be asked
    /// twice fetches a token of its own.
    pub store_lock_wait: Duration,
    /// The longest that one operation of a store may take: 3 s.
    pub store_timeout: Duration,
    /// Whether this process is the only user of its store's entries: false. While such a store fails, a session with refresh tokens continues
    /// without it. Otherwise a refresh waits for the store, because another process may be using the refresh token.
    pub store_is_exclusive: bool,
}

impl Default for TokenSettings {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            mandatory_window: seconds(60),
            mandatory_fraction: 0.10,
            advisory_windows: [seconds(5 * 60), seconds(15 * 60), seconds(60 * 60)],
            advisory_fraction: 0.25,
            advisory_jitter: 0.20,
            attempts: 3,
            attempt_timeout: seconds(10),
            flight_timeout: seconds(25),
            attempt_backoff: Duration::from_millis(100),
            refresh_backoff_min: seconds(1),
            refresh_backoff_max: seconds(5 * 60),
            failure_shared_min: seconds(1),
            failure_shared_max: seconds(10),
            replays: 12,
            spacing_min: seconds(1),
            spacing_max: seconds(60),
            accepted_window: seconds(60),
            token_wait: seconds(30),
            store_lock_wait: seconds(10),
            store_timeout: seconds(3),
            store_is_exclusive: false,
        }
    }
}
