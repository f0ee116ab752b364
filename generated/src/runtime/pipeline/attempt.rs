//! One exchange with the server: rate limit, telemetry, transport.

use std::pin::pin;

use tracing::Instrument;

use super::{CallContext, LONGEST_ERROR_BODY, retry_after, trace};
use crate::runtime::clock::BoxFuture;
use crate::runtime::response::RateLimit;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, ResponseBody, TransportError, TransportErrorKind, next_chunk,
};

/// What authentication sends through: the steps of the pipeline after it.
pub trait Attempt: Send + Sync {
    /// Sends `request` once.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] where no complete response was had; any status is a response.
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>>;
}

/// The last three steps for one call.
pub(super) struct Exchange<'a> {
    context: &'a CallContext,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(context: &'a CallContext) -> Self {
        Self { context }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let client = self.context.client();
        // Limits are those of tokens.
        let has_token = request.headers.contains_key(http::header::AUTHORIZATION);
        let key = match client.pacer() {
            Some(pacer) if has_token => {
                Some((pacer, pacer.acquire(client.clock(), &request).await))
            }
            _ => None,
        };
        let span = trace::attempt_span(self.context, &request);
        let exchange = pin!(async {
            let response = client.transport().execute(request).await?;
            match &response.body {
                ResponseBody::Stream(_) => Box::pin(collect_error(response)).await,
                ResponseBody::Bytes(_) => Ok(response),
            }
        });
        let outcome = exchange.instrument(span.clone()).await;
        trace::attempt_ended(&span, &outcome);
        if let Ok(response) = &outcome {
            let rate_limit = RateLimit::from_headers(&response.headers);
            if let Some(rate_limit) = rate_limit {
                client.note_rate_limit(rate_limit);
            }
            if let Some((pacer, key)) = key {
                let now = client.clock().now();
                let refused_for = (response.status == http::StatusCode::TOO_MANY_REQUESTS)
                    .then(|| retry_after::of(&response.headers, now.wall))
                    .flatten();
                pacer.observe(&key, now.monotonic, rate_limit, refused_for);
            }
        }
        outcome
    }
}

impl Attempt for Exchange<'_> {
    fn send<'a>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// Reads the body of a response that is no success, so that its error can be told, though the body was to be streamed.
async fn collect_error(mut response: HttpResponse) -> Result<HttpResponse, TransportError> {
    if response.status.is_success() {
        return Ok(response);
    }
    if let ResponseBody::Stream(stream) = &mut response.body {
        let mut collected = bytes::BytesMut::new();
        while let Some(chunk) = next_chunk(stream).await {
            let chunk = chunk.map_err(|source| TransportError {
                kind: TransportErrorKind::Io,
                source,
            })?;
            collected.extend_from_slice(&chunk);
            if collected.len() >= LONGEST_ERROR_BODY {
                break;
            }
        }
        response.body = ResponseBody::Bytes(collected.freeze());
    }
    Ok(response)
}
