//! How long a server asks callers to wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use super::RateLimit;

/// How long the server asks the caller to wait, as of `now`: what `Retry-After` says. A 429 whose rate limit has nothing left asks for no less than
/// the time until the limit's reset.
pub(crate) fn asked(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let named = from_headers(headers, now);
    if status != StatusCode::TOO_MANY_REQUESTS {
        return named;
    }
    let reset = RateLimit::from_headers(headers)
        .filter(|limit| limit.remaining() == 0)
        .map(|limit| limit.reset);
    named.max(reset)
}

/// The header `Retry-After` (RFC 9110 section 10.2.3), as of `now`. It holds seconds or a date; a date in the past is zero. Other values are ignored.
pub(crate) fn from_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than fit a number are still a number of seconds.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
