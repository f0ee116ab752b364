//! One exchange with the server: rate limit, telemetry, transport.

use std::pin::pin;

use http::{StatusCode, header};
use tracing::{Instrument, Span};

use super::deadline::{self, TimedBelow};
use super::{CallContext, Pacer, Pipeline, trace};
use crate::runtime::clock::{BoxFuture, Monotonic};
use crate::runtime::response::{RateLimit, retry_after};
use crate::runtime::transport::{
    HttpRequest, HttpResponse, LONGEST_ERROR_BODY, ResponseBody, Transport, TransportError,
    TransportErrorKind, next_chunk,
};

/// The last three steps for one call.
pub(super) struct Exchange<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) context: &'a CallContext,
}

impl Exchange<'_> {
    /// Hands the request over, so that the future of the rest has no room for it.
    fn begin(&self, mut request: HttpRequest) -> Begun<'_> {
        let span = trace::attempt_span(self.context, &request);
        let transport = &*self.pipeline.connection.transport;
        let timeout = self.context.at_most_remaining(request.timeout);
        request.timeout = timeout;
        let until = match timeout {
            Some(timeout) if request.stream_response => {
                self.context.clock().monotonic().checked_add(timeout)
            }
            _ => None,
        };
        let response = span.in_scope(|| transport.execute(request));
        let (response, timed) = match timeout {
            Some(_) if transport.keeps_time() => (response, Some(self.context.timed_below.start())),
            Some(timeout) => {
                let end = self.context.clock().sleep(timeout);
                let ended: BoxFuture<'_, _> = Box::pin(deadline::ended_by(end, response));
                (ended, Some(self.context.timed_below.start()))
            }
            None => (response, None),
        };
        Begun {
            response,
            span,
            timed,
            until,
        }
    }

    async fn finish(&self, begun: Begun<'_>) -> Result<HttpResponse, TransportError> {
        let Begun {
            response,
            span,
            timed,
            until,
        } = begun;
        let received = pin!(async {
            let outcome = response.await;
            // The response's own timer is over.
            drop(timed);
            match outcome {
                Ok(response) if is_streamed_error(&response) => {
                    Box::pin(self.error_before(until, response)).await
                }
                outcome => outcome,
            }
        });
        let outcome = received.instrument(span.clone()).await;
        trace::attempt_ended(&span, &outcome);
        if let Ok(response) = &outcome
            && let Some(rate_limit) = RateLimit::from_headers(&response.headers)
        {
            self.pipeline.note_rate_limit(rate_limit);
        }
        outcome
    }

    /// [`collect_error`], for which there is as much time as the attempt has left: only a success may be streamed for longer.
    async fn error_before(
        &self,
        until: Option<Monotonic>,
        response: HttpResponse,
    ) -> Result<HttpResponse, TransportError> {
        let clock = self.context.clock();
        let collected = collect_error(response);
        match until {
            Some(until) => {
                let end = clock.sleep(until - clock.monotonic());
                deadline::ended_by(end, Box::pin(collected)).await
            }
            None => collected.await,
        }
    }

    /// An exchange that waits for its place in the line first.
    async fn paced(
        &self,
        pacer: &Pacer,
        request: HttpRequest,
    ) -> Result<HttpResponse, TransportError> {
        let clock = self.context.clock();
        let key = pacer.acquire(clock, &request).await;
        let outcome = self.finish(self.begin(request)).await;
        if let Ok(response) = &outcome {
            let now = clock.now();
            let refused_for = (response.status == StatusCode::TOO_MANY_REQUESTS)
                .then(|| retry_after::from_headers(&response.headers, now.wall))
                .flatten();
            let rate_limit = RateLimit::from_headers(&response.headers);
            pacer.observe(&key, now.monotonic, rate_limit, refused_for);
        }
        outcome
    }
}

/// What authentication sends through.
impl Transport for Exchange<'_> {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        match &self.pipeline.connection.pacer {
            // Limits are those of tokens.
            Some(pacer) if request.headers.contains_key(header::AUTHORIZATION) => {
                Box::pin(self.paced(pacer, request))
            }
            _ => Box::pin(self.finish(self.begin(request))),
        }
    }
}

/// A request on its way.
struct Begun<'a> {
    response: BoxFuture<'a, Result<HttpResponse, TransportError>>,
    span: Span,
    /// As long as the response's own timer is the one that ends the call.
    timed: Option<TimedBelow<'a>>,
    /// When the attempt ends, for what comes after the headers of a stream.
    until: Option<Monotonic>,
}

fn is_streamed_error(response: &HttpResponse) -> bool {
    !response.status.is_success() && matches!(response.body, ResponseBody::Stream(_))
}

/// Reads the body of a response with a non-success status, so that its error can be told, though the body was to be streamed.
async fn collect_error(mut response: HttpResponse) -> Result<HttpResponse, TransportError> {
    if let ResponseBody::Stream(stream) = &mut response.body {
        let mut collected = bytes::BytesMut::new();
        while let Some(chunk) = next_chunk(stream).await {
            let chunk =
                chunk.map_err(|source| TransportError::new(TransportErrorKind::Io, source))?;
            collected.extend_from_slice(&chunk);
            if collected.len() >= LONGEST_ERROR_BODY {
                break;
            }
        }
        response.body = ResponseBody::Bytes(collected.freeze());
    }
    Ok(response)
}
