//! What spans and events share.

/// A number as the signed one that tracing's bridge to OpenTelemetry keeps a number: it writes unsigned ones as text.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
