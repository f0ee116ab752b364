//! The parts of a client that its calls need.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use url::Url;

use super::{CALL_TIMEOUT, CallOptions, Listeners, Middleware, Pacer, RetryBudget};
use crate::runtime::auth::{Interceptor, Jitter};
use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::response::{MisfitLog, RateLimit};
use crate::runtime::transport::Transport;

/// What calls are sent through: a connection, a token, and defaults.
#[doc(hidden)]
pub struct Pipeline {
    pub(crate) connection: Arc<Connection>,
    pub(crate) interceptor: Option<Arc<Interceptor>>,
    pub(crate) options: CallOptions,
    pub(crate) rate_limit: Arc<Mutex<Option<RateLimit>>>,
}

/// What derived clients share.
pub(crate) struct Connection {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jitter: Jitter,
    pub(crate) api_base: Url,
    pub(crate) login_base: Url,
    pub(crate) apps_base: Option<Url>,
    pub(crate) headers: HeaderMap,
    pub(crate) call_middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) attempt_middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) pacer: Option<Pacer>,
    pub(crate) retry_budget: RetryBudget,
    pub(crate) misfit_log: Arc<MisfitLog>,
    pub(crate) listeners: Listeners,
    pub(crate) plain_http: bool,
}

impl Pipeline {
    /// A copy, to be changed.
    pub(crate) fn derived(&self) -> Self {
        Self {
            connection: Arc::clone(&self.connection),
            interceptor: self.interceptor.clone(),
            options: self.options.clone(),
            rate_limit: Arc::clone(&self.rate_limit),
        }
    }

    /// What obtains tokens, and until when it may take for a caller who asks for no more than one.
    pub(crate) fn authentication(&self) -> Result<(&Interceptor, Option<Monotonic>), Error> {
        let Some(interceptor) = &self.interceptor else {
            return Err(Error::configuration("the client has no credentials"));
        };
        let now = self.connection.clock.monotonic();
        Ok((interceptor, now.checked_add(self.call_timeout())))
    }

    /// The longest that a call with no options of its own may take.
    pub(crate) fn call_timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(CALL_TIMEOUT)
    }

    /// The state of the rate limit as of the latest response that had it.
    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        *self
            .rate_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note_rate_limit(&self, rate_limit: RateLimit) {
        *self
            .rate_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(rate_limit);
        self.connection.listeners.rate_limit(&rate_limit);
    }
}

debug_fields!(Pipeline, |this| api: this.connection.api_base.as_str(), options: this.options);
