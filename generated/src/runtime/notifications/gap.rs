//! Times in which notifications may have been missed.

use std::fmt;
use std::time::SystemTime;

/// A time in which notifications may have been missed: read the state again that they would have changed.
///
/// Genesys Cloud replays nothing. A gap arrives once notifications flow again, so what is read after it is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub(super) since: SystemTime,
    pub(super) until: SystemTime,
    pub(super) missed: Option<u64>,
    pub(super) reason: GapReason,
}

/// Why notifications may have been missed. New reasons may come with any release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GapReason {
    /// The connection or the channel was lost.
    Disconnected,
    /// The program read more slowly than notifications arrived, and the oldest were dropped.
    SlowReader,
    /// A message was too large to be read.
    TooLarge,
    /// Genesys Cloud ended the subscription of a topic, which was then subscribed again.
    Unsubscribed,
    /// Several gaps with different reasons became one.
    Several,
}

impl Gap {
    /// A gap, for tests of programs that listen.
    #[must_use]
    pub fn new(since: SystemTime, until: SystemTime, reason: GapReason) -> Self {
        Self {
            since,
            until: until.max(since),
            missed: None,
            reason,
        }
    }

    /// The same gap with the number of notifications that were missed.
    #[must_use]
    pub fn with_missed(mut self, missed: u64) -> Self {
        self.missed = Some(missed);
        self
    }

    /// When it began, by the clock of this machine. After a lost connection this is a little before its last message, because a message needs
    /// time to arrive. [`Timestamp::from`](crate::runtime::time::Timestamp) makes it readable:
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// use genesys_cloud::runtime::notifications::{Gap, GapReason};
    /// use genesys_cloud::runtime::time::Timestamp;
    ///
    /// let since = UNIX_EPOCH + Duration::from_secs(60);
    /// let gap = Gap::new(since, since + Duration::from_secs(2), GapReason::Disconnected);
    /// assert_eq!(Timestamp::from(gap.since()).to_string(), "1970-01-01T00:01:00.000Z");
    /// ```
    #[must_use]
    pub fn since(&self) -> SystemTime {
        self.since
    }

    /// When notifications flowed again, by the clock of this machine.
    #[must_use]
    pub fn until(&self) -> SystemTime {
        self.until
    }

    /// How many notifications were missed, where that is known: those that were dropped because the program reads slowly are counted, those that
    /// were sent to a lost connection are not.
    #[must_use]
    pub fn missed(&self) -> Option<u64> {
        self.missed
    }

    /// Why notifications may have been missed.
    #[must_use]
    pub fn reason(&self) -> GapReason {
        self.reason
    }
}

#[cfg(feature = "notification-stream")]
impl Gap {
    /// One gap in place of this one and a later one.
    pub(super) fn joined(&self, later: &Self) -> Self {
        Self {
            since: self.since.min(later.since),
            until: self.until.max(later.until),
            missed: match (self.missed, later.missed) {
                (Some(missed), Some(more)) => Some(missed.saturating_add(more)),
                _ => None,
            },
            reason: if self.reason == later.reason {
                self.reason
            } else {
                GapReason::Several
            },
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.until.duration_since(self.since).unwrap_or_default();
        let seconds = length.as_secs_f64();
        match self.missed {
            Some(missed) => write!(
                formatter,
                "{missed} notifications were missed within {seconds:.1} s"
            ),
            None => write!(
                formatter,
                "notifications may have been missed for {seconds:.1} s"
            ),
        }
    }
}

impl std::error::Error for Gap {}
