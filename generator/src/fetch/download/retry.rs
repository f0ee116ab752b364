//! Whether a download is tried again, and when. Pure.

use std::time::{Duration, SystemTime};

/// How often a download is tried in all.
pub(super) const MOST_ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why an attempt came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection, or none that lasted until the headers.
    Connection(String),
    /// The body ended early.
    CutShort {
        bytes: u64,
        of: Option<u64>,
        cause: String,
    },
    /// Any status but 200.
    Status {
        status: u16,
        retry_after: Option<Duration>,
    },
    /// More than any spec has.
    TooLarge,
    /// A page for people.
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Retry(Duration),
    Stop,
}

/// `attempt` counts from 1, `chance` is from 0 to 1: pauses are between half and all of 0.5 s, 1 s, 2 s, or
/// what the server asks for.
pub(super) fn decide(failure: &Failure, attempt: u32, chance: f64) -> Decision {
    let asked = match failure {
        Failure::Connection(_) | Failure::CutShort { .. } => None,
        Failure::Status {
            status: 429 | 500 | 502 | 503 | 504,
            retry_after,
        } => *retry_after,
        Failure::Status { .. } | Failure::TooLarge | Failure::Html => return Decision::Stop,
    };
    if attempt >= MOST_ATTEMPTS || asked.is_some_and(|pause| pause > LONGEST_PAUSE) {
        return Decision::Stop;
    }
    let doubled = FIRST_PAUSE.saturating_mul(1 << (attempt - 1));
    let own = doubled.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
    Decision::Retry(asked.map_or(own, |asked| asked.max(own)))
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, seconds: Option<u64>) -> Failure {
        Failure::Status {
            status,
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let milliseconds = |number| Decision::Retry(Duration::from_millis(number));
        let cut = Failure::CutShort {
            bytes: 1,
            of: None,
            cause: String::new(),
        };
        for (failure, attempt, chance, expected) in table![
            Failure::Connection(String::new()), 1, 1.0 => milliseconds(500);
            Failure::Connection(String::new()), 1, 0.0 => milliseconds(250);
            Failure::Connection(String::new()), 3, 1.0 => milliseconds(2000);
            Failure::Connection(String::new()), 4, 1.0 => Decision::Stop;
            cut, 2, 1.0 => milliseconds(1000);
            status(503, None), 1, 1.0 => milliseconds(500);
            status(429, Some(7)), 1, 1.0 => milliseconds(7000);
            status(429, Some(0)), 1, 1.0 => milliseconds(500);
            status(429, Some(61)), 1, 1.0 => Decision::Stop;
            status(404, None), 1, 1.0 => Decision::Stop;
            status(501, Some(1)), 1, 1.0 => Decision::Stop;
            Failure::Html, 1, 1.0 => Decision::Stop;
            Failure::TooLarge, 1, 1.0 => Decision::Stop;
        ] {
            assert_eq!(
                decide(&failure, attempt, chance),
                expected,
                "{failure:?} {attempt}"
            );
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let seconds = |number| Some(Duration::from_secs(number));
        assert_eq!(retry_after("120", now), seconds(120));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now),
            seconds(10)
        );
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:27 GMT", now),
            seconds(0)
        );
        assert_eq!(retry_after("soon", now), None);
    }
}
