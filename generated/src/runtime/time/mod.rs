//! Times as the API writes them: the text is kept, so that what was read is written back unchanged.
//!
//! Reading from JSON keeps any text, because one invalid value must not make a whole response unreadable: `is_valid` tells. A value that you make
//! is valid: `TryFrom<&str>` and `str::parse` return an error otherwise. Equality and hashes are those of the text; the order is that of time,
//! then of the text. Invalid texts come last.
//!
//! With the features `jiff`, `chrono` and `time` there are conversions to and from the types of those crates.

mod calendar;
mod date;
mod interval;
mod invalid;
mod local_date_time;
mod parse;
mod text;
mod timestamp;
#[cfg(feature = "chrono")]
mod with_chrono;
#[cfg(feature = "jiff")]
mod with_jiff;
#[cfg(feature = "time")]
mod with_time;
mod year_month;

pub use date::Date;
pub use interval::Interval;
pub use invalid::InvalidTime;
pub use local_date_time::LocalDateTime;
pub use timestamp::Timestamp;
pub use year_month::YearMonth;
