//! The error of parsing times.

use std::fmt;

/// A text that is not the time it should be, or a time that the other type cannot hold. The text itself is not part of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTime {
    expected: &'static str,
}

impl InvalidTime {
    pub(super) const fn new(expected: &'static str) -> Self {
        Self { expected }
    }
}

impl fmt::Display for InvalidTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "not {}", self.expected)
    }
}

impl std::error::Error for InvalidTime {}
