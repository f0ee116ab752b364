//! Spans of calls and attempts, with the names of OpenTelemetry's HTTP conventions.
//!
//! A span shows the template of the path and never the path, and neither query, headers nor bodies: all of these hold personal data.

use tracing::Span;
use tracing::field::Empty;

use super::{CallContext, RetryEvent};
use crate::runtime::error::{Error, Stop};
use crate::runtime::response::RawResponse;
use crate::runtime::telemetry::int;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, TransportError, TransportErrorKind, correlation_id_of,
};

const TARGET: &str = "genesys_cloud";

/// The span of a whole call.
pub(super) fn call_span(context: &CallContext) -> Span {
    tracing::info_span!(
        target: TARGET,
        "call",
        otel.name = context.operation().map_or("request", |operation| operation.name),
        otel.kind = "internal",
        otel.status_code = Empty,
        http.request.method = context.method().as_str(),
        url.template = context.template(),
        http.response.status_code = Empty,
        genesys.attempts = Empty,
        genesys.correlation_id = Empty,
        error.type = Empty,
    )
}

pub(super) fn call_ended(span: &Span, context: &CallContext, outcome: &Result<RawResponse, Error>) {
    if span.is_disabled() {
        return;
    }
    span.record("genesys.attempts", int(context.attempts()));
    match outcome {
        Ok(response) => {
            span.record(
                "http.response.status_code",
                int(response.head.status.as_u16()),
            );
            span.record(
                "genesys.correlation_id",
                correlation_id_of(&response.head.headers),
            );
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            if let Some(status) = error.status() {
                span.record("http.response.status_code", int(status.as_u16()));
                span.record("error.type", status.as_str());
            } else {
                span.record("error.type", tracing::field::debug(error.kind()));
            }
            span.record("genesys.correlation_id", error.correlation_id());
        }
    }
}

/// The span of one exchange with the server.
pub(super) fn attempt_span(context: &CallContext, request: &HttpRequest) -> Span {
    let resends = context.count_sending();
    let span = tracing::info_span!(
        target: TARGET,
        "attempt",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = request.method.as_str(),
        url.template = context.template(),
        server.address = request.url.host_str(),
        server.port = request.url.port_or_known_default().map(int),
        http.request.resend_count = (resends > 0).then(|| int(resends)),
        http.response.status_code = Empty,
        error.type = Empty,
    );
    if !span.is_disabled() {
        match context.template() {
            "" => span.record("otel.name", request.method.as_str()),
            template => span.record(
                "otel.name",
                tracing::field::display(format_args!("{} {template}", request.method)),
            ),
        };
    }
    span
}

pub(super) fn attempt_ended(span: &Span, outcome: &Result<HttpResponse, TransportError>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(response) => {
            span.record("http.response.status_code", int(response.status.as_u16()));
            if response.status.as_u16() >= 400 {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", response.status.as_str());
            }
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            span.record(
                "error.type",
                match error.kind {
                    TransportErrorKind::Connect => "connect",
                    TransportErrorKind::Timeout => "timeout",
                    TransportErrorKind::Io => "io",
                    TransportErrorKind::NotProcessed => "not_processed",
                    TransportErrorKind::TooLarge => "too_large",
                    TransportErrorKind::Request => "request",
                },
            );
        }
    }
}

pub(super) fn retrying(event: &RetryEvent) {
    tracing::info!(
        target: TARGET,
        attempts = int(event.attempts),
        status = event.status.map(|status| int(status.as_u16())),
        failure = event.failure.map(tracing::field::debug),
        after_ms = int(event.after.as_millis()),
        "the attempt failed; trying again"
    );
}

pub(super) fn stopped(reason: Stop) {
    if !matches!(reason, Stop::Success | Stop::NotRetryable) {
        tracing::info!(target: TARGET, reason = reason.as_str(), "no further attempt");
    }
}
