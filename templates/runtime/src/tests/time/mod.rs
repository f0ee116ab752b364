//! Tests of the time types.

mod against_jiff;
#[cfg(feature = "chrono")]
mod chrono_conversions;
mod interval;
#[cfg(feature = "jiff")]
mod jiff_conversions;
mod local;
mod order;
#[cfg(feature = "time")]
mod time_conversions;
mod timestamp;
mod wire;

use crate::runtime::codec::Text;

/// A value as one that was read: any text.
fn kept<T: Text>(text: impl Into<String>) -> T {
    T::keep(&text.into())
}
