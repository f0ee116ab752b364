//! Times as the API writes them: the text is kept, so what was read is written back to the letter.
//!
//! Every type here takes any text, because a value that this version cannot read must not make a whole response unreadable: `From<&str>` and
//! reading from JSON keep the text, `str::parse` refuses what is not valid, and `is_valid` tells. Equality and hashes are those of the text;
//! the order is that of time, and of the text where the time is the same. What is not valid comes last.
//!
//! With the features `jiff`, `chrono` and `time` there are conversions to and from the types of those crates.

mod calendar;
mod date;
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
pub use invalid::InvalidTime;
pub use local_date_time::LocalDateTime;
pub use timestamp::Timestamp;
pub use year_month::YearMonth;
