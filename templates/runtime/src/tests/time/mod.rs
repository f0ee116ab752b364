//! Tests of the time types.

mod against_jiff;
#[cfg(feature = "chrono")]
mod chrono_conversions;
#[cfg(feature = "jiff")]
mod jiff_conversions;
mod local;
mod order;
#[cfg(feature = "time")]
mod time_conversions;
mod timestamp;
mod wire;
