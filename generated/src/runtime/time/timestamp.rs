//! Points in time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use compact_str::format_compact;

use super::calendar::{CivilDate, CivilTime};
use super::parse::{self, Instant};
use super::text::text_type;
use crate::runtime::clock::{Clock, SystemClock};

text_type! {
    /// A point in time: RFC 3339 (`2026-01-02T03:04:05.678Z`).
    ///
    /// A text keeps its offset and its precision; one made of another type (`SystemTime`, or a type of jiff, chrono or time) has milliseconds.
    /// Two texts of one instant (`…T12:00:00Z` and `…T13:00:00+01:00`) are not equal, because they are not written alike; compare
    /// [`unix_nanoseconds`](Self::unix_nanoseconds) to compare the instants. Sorting puts them next to each other.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::time::Timestamp;
    ///
    /// let start = Timestamp::try_from("2026-01-02T03:04:05Z")?;
    /// assert_eq!(start.unix_seconds(), Some(1_767_323_045));
    /// assert!(Timestamp::try_from("yesterday").is_err());
    /// assert_eq!(Timestamp::from_unix_milliseconds(5).as_str(), "1970-01-01T00:00:00.005Z");
    /// # Ok::<(), genesys_cloud::runtime::time::InvalidTime>(())
    /// ```
    Timestamp
}

impl Timestamp {
    pub(super) const EXPECTED: &'static str = "a point in time as in RFC 3339";

    /// The time of the machine's clock, in UTC and to the millisecond, which is what the API documents.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::time::Timestamp;
    ///
    /// // Milliseconds, in UTC.
    /// assert!(Timestamp::now().as_str().ends_with('Z'));
    /// ```
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemClock::new().now().wall)
    }

    /// The instant `seconds` after 1970-01-01T00:00:00Z, in UTC.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix(seconds, 0, 0)
    }

    /// The instant `milliseconds` after 1970-01-01T00:00:00Z, in UTC.
    #[must_use]
    pub fn from_unix_milliseconds(milliseconds: i64) -> Self {
        let nanosecond = u32::try_from(milliseconds.rem_euclid(1_000)).unwrap_or_default();
        Self::from_unix(milliseconds.div_euclid(1_000), nanosecond * 1_000_000, 0)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z (rounded down), if the text is valid.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant().map(|instant| instant.seconds)
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z (rounded down), if the text is valid.
    #[must_use]
    pub fn unix_milliseconds(&self) -> Option<i64> {
        self.instant()
            .map(|instant| instant.seconds * 1_000 + i64::from(instant.nanosecond / 1_000_000))
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z, if the text is valid. Decimals of a second after the ninth are cut off.
    #[must_use]
    pub fn unix_nanoseconds(&self) -> Option<i128> {
        self.instant().map(|instant| {
            i128::from(instant.seconds) * 1_000_000_000 + i128::from(instant.nanosecond)
        })
    }

    /// The offset that the text names, in seconds east of UTC, if the text is valid.
    #[must_use]
    pub fn offset_seconds(&self) -> Option<i32> {
        self.instant().map(|instant| instant.offset_seconds)
    }

    /// The instant as the standard library has it, if the text is valid and the platform's type reaches that far.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// use genesys_cloud::runtime::time::Timestamp;
    ///
    /// let time = Timestamp::from_unix_seconds(60).as_system_time();
    /// assert_eq!(time, Some(UNIX_EPOCH + Duration::from_secs(60)));
    /// ```
    #[must_use]
    pub fn as_system_time(&self) -> Option<SystemTime> {
        let instant = self.instant()?;
        let seconds = Duration::from_secs(instant.seconds.unsigned_abs());
        let whole = if instant.seconds < 0 {
            UNIX_EPOCH.checked_sub(seconds)
        } else {
            UNIX_EPOCH.checked_add(seconds)
        };
        whole?.checked_add(Duration::from_nanos(instant.nanosecond.into()))
    }

    pub(super) fn instant(&self) -> Option<Instant> {
        parse::timestamp(&self.0)
    }

    fn value(&self) -> Option<(i64, u32)> {
        self.instant()
            .map(|instant| (instant.seconds, instant.nanosecond))
    }

    /// The text of an instant as the clocks at an offset show it, rounded down to milliseconds, which is what the API documents.
    pub(super) fn from_unix(seconds: i64, nanosecond: u32, offset_seconds: i32) -> Self {
        // RFC 3339 has no seconds in an offset; where a time zone has some (before about 1900), UTC says the same.
        let offset = if offset_seconds % 60 == 0 {
            offset_seconds
        } else {
            0
        };
        let local = seconds.saturating_add(i64::from(offset));
        let date = CivilDate::from_days_since_epoch(local.div_euclid(86_400));
        let time = CivilTime::from_second_of_day(
            local.rem_euclid(86_400),
            nanosecond - nanosecond % 1_000_000,
        );
        let decimals = if nanosecond < 1_000_000 { ".000" } else { "" };
        let zone = if offset == 0 {
            "Z".to_owned()
        } else {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.unsigned_abs() / 60;
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        };
        Self(format_compact!("{date}T{time}{decimals}{zone}"))
    }
}

/// In UTC, rounded down to milliseconds. A year outside 0000 to 9999 is written in full, which RFC 3339 does not know.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let (seconds, nanosecond) = unix_time(time);
        Self::from_unix(seconds, nanosecond, 0)
    }
}

/// Seconds since the epoch, rounded down, and nanoseconds.
fn unix_time(time: SystemTime) -> (i64, u32) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (seconds(after), after.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            match before.subsec_nanos() {
                0 => (-seconds(before), 0),
                nanosecond => (-seconds(before) - 1, 1_000_000_000 - nanosecond),
            }
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
