//! Events that callbacks receive while calls run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::CallContext;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::OperationMetadata;
use crate::runtime::response::RateLimit;
use crate::runtime::transport::HttpResponse;

/// A call that will be tried again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetryEvent {
    /// The operation; nothing for a raw request.
    pub operation: Option<&'static OperationMetadata>,
    /// How many attempts were made.
    pub attempts: u32,
    /// How long until the next one.
    pub after: Duration,
    /// The status that the last one got.
    pub status: Option<StatusCode>,
    /// How the last one failed, where it got no status.
    pub failure: Option<ErrorKind>,
}

impl RetryEvent {
    pub(super) fn new(
        context: &CallContext,
        after: Duration,
        outcome: &Result<HttpResponse, Error>,
    ) -> Self {
        Self {
            operation: context.operation(),
            attempts: context.attempts(),
            after,
            status: match outcome {
                Ok(response) => Some(response.status),
                Err(error) => error.status(),
            },
            failure: outcome.as_ref().err().map(Error::kind),
        }
    }
}

impl fmt::Display for RetryEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self
            .operation
            .map_or("raw request", |operation| operation.name);
        let Self {
            attempts, after, ..
        } = self;
        if self.failure == Some(ErrorKind::NotProcessed) {
            // It does not count as an attempt.
            return write!(
                formatter,
                "{operation}: the server did not process the request, which is sent again in {after:.1?}"
            );
        }
        write!(formatter, "{operation}: attempt {attempts} failed (")?;
        match (self.status, self.failure) {
            (Some(status), _) => write!(formatter, "{status}")?,
            (None, Some(failure)) => write!(formatter, "{failure:?}")?,
            (None, None) => formatter.write_str("no response")?,
        }
        write!(formatter, "), the next one is in {after:.1?}")
    }
}

type OnRetry = dyn Fn(&RetryEvent) + Send + Sync;
type OnRateLimit = dyn Fn(&RateLimit) + Send + Sync;

/// The user's callbacks.
#[derive(Clone, Default)]
pub(crate) struct Listeners {
    pub(crate) on_retry: Option<Arc<OnRetry>>,
    pub(crate) on_rate_limit: Option<Arc<OnRateLimit>>,
}

impl Listeners {
    pub(super) fn retrying(&self, event: &RetryEvent) {
        if let Some(listener) = &self.on_retry {
            listener(event);
        }
    }

    pub(crate) fn rate_limit(&self, rate_limit: &RateLimit) {
        if let Some(listener) = &self.on_rate_limit {
            listener(rate_limit);
        }
    }
}

debug_fields!(Listeners, |this|
    on_retry: this.on_retry.is_some(),
    on_rate_limit: this.on_rate_limit.is_some()
);
