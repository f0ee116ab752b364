//! Intervals.

use std::fmt;
use std::str::FromStr;

use super::{InvalidTime, Timestamp};
use crate::runtime::codec::{OptionalText, QueryValue};

/// The time from a start to an end, as analytics and other operations expect it: ISO 8601, `start/end`.
///
/// The API takes intervals as text, so an interval goes into a setter as it is, and into the field of a model by `into()`.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::{Duration, SystemTime};
///
/// use genesys_cloud::runtime::time::{Interval, Timestamp};
///
/// let day = Interval::new(
///     Timestamp::try_from("2026-01-02T00:00:00Z")?,
///     Timestamp::try_from("2026-01-03T00:00:00Z")?,
/// )?;
/// assert_eq!(day.as_str(), "2026-01-02T00:00:00Z/2026-01-03T00:00:00Z");
///
/// let hour = Interval::new(SystemTime::now() - Duration::from_secs(3_600), SystemTime::now())?;
/// let field: Option<String> = Some(hour.into());
/// # let _ = field;
/// # Ok::<(), genesys_cloud::runtime::time::InvalidTime>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Interval(String);

impl Interval {
    const EXPECTED: &'static str = "an interval as in ISO 8601 (start/end, the start first)";

    /// The interval from `start` to `end`.
    ///
    /// # Errors
    ///
    /// `end` is before `start`, or one of them is invalid.
    pub fn new(
        start: impl Into<Timestamp>,
        end: impl Into<Timestamp>,
    ) -> Result<Self, InvalidTime> {
        Self::between(&start.into(), &end.into())
    }

    fn between(start: &Timestamp, end: &Timestamp) -> Result<Self, InvalidTime> {
        match (start.unix_nanoseconds(), end.unix_nanoseconds()) {
            (Some(from), Some(to)) if from <= to => Ok(Self(format!("{start}/{end}"))),
            _ => Err(InvalidTime::new(Self::EXPECTED)),
        }
    }

    /// `start/end`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads `start/end`. The API also documents intervals with a duration in some places; pass those as plain text.
impl FromStr for Interval {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let (start, end) = text
            .split_once('/')
            .ok_or(InvalidTime::new(Self::EXPECTED))?;
        Self::between(&start.parse()?, &end.parse()?)
    }
}

impl TryFrom<&str> for Interval {
    type Error = InvalidTime;

    fn try_from(text: &str) -> Result<Self, InvalidTime> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.0
    }
}

impl AsRef<str> for Interval {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl OptionalText for Interval {
    fn text(&self) -> Option<&str> {
        Some(&self.0)
    }
}

impl QueryValue for Interval {
    fn wire_text(&self) -> std::borrow::Cow<'_, str> {
        std::borrow::Cow::Borrowed(&self.0)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
