//! The state of a call that the steps of the pipeline share.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderName, Method, header};

use super::deadline::TimersBelow;
use super::{Authorization, CallOptions, Credential, RetryPolicy};
use crate::runtime::auth::HandedBack;
use crate::runtime::clock::{Clock, Monotonic};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, Stop};
use crate::runtime::operation::{OperationMetadata, is_idempotent_method};
use crate::runtime::transport::HttpRequest;

/// The whole call, by default.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// One attempt, by default.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// By this header (draft-ietf-httpapi-idempotency-key-header) a server, or a gateway before it, does a thing once however often it is asked.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// One call on its way through the pipeline, as a [`Middleware`](super::Middleware) sees it.
pub struct CallContext {
    clock: Arc<dyn Clock>,
    metadata: Option<&'static OperationMetadata>,
    method: Method,
    template: Cow<'static, str>,
    idempotent: bool,
    replayable: bool,
    authorization: Authorization,
    credential: Option<Box<Credential>>,
    follow_redirects: bool,
    streamed: bool,
    strict_decoding: bool,
    retry: RetryPolicy,
    attempt_timeout: Duration,
    started: Monotonic,
    deadline: Option<Monotonic>,
    attempts: AtomicU32,
    unprocessed: AtomicU32,
    /// An attempt that was sent again may have been carried out.
    in_doubt: AtomicBool,
    sendings: AtomicU32,
    stop: Mutex<Option<Stop>>,
    is_external: bool,
    was_redirected: AtomicBool,
    pub(super) timed_below: TimersBelow,
    unauthorized: Mutex<Option<HandedBack>>,
}

impl CallContext {
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        metadata: Option<&'static OperationMetadata>,
        template: Cow<'static, str>,
        options: &CallOptions,
        request: &HttpRequest,
        is_external: bool,
        credential: Option<Box<Credential>>,
    ) -> Self {
        let started = clock.monotonic();
        let timeout = options.timeout.unwrap_or(CALL_TIMEOUT);
        let until_deadline = options
            .deadline
            .map(|deadline| deadline.saturating_duration_since(clock.instant()));
        let longest = until_deadline.map_or(timeout, |until| until.min(timeout));
        let idempotent = options.idempotent.unwrap_or_else(|| {
            let by_itself = match metadata {
                Some(metadata) => metadata.is_idempotent(),
                None => is_idempotent_method(&request.method),
            };
            by_itself || request.headers.contains_key(IDEMPOTENCY_KEY)
        });
        let has_own_authorization = request.headers.contains_key(header::AUTHORIZATION);
        let is_without_token =
            metadata.is_some_and(|metadata| metadata.public || metadata.credential.is_some());
        Self {
            metadata,
            method: request.method.clone(),
            template,
            idempotent,
            replayable: request.body.is_replayable(),
            authorization: if credential.is_some() {
                Authorization::Credential
            } else if is_without_token || is_external || has_own_authorization {
                Authorization::None
            } else {
                Authorization::Client
            },
            credential,
            follow_redirects: options.follow_redirects.unwrap_or(false),
            streamed: request.stream_response,
            strict_decoding: options.strict_decoding.unwrap_or(false),
            retry: options.retry.clone().unwrap_or_default(),
            attempt_timeout: options.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT),
            started,
            // A timeout that outlives the clock is none.
            deadline: started.checked_add(longest),
            attempts: AtomicU32::new(0),
            unprocessed: AtomicU32::new(0),
            in_doubt: AtomicBool::new(false),
            sendings: AtomicU32::new(0),
            stop: Mutex::new(None),
            is_external,
            was_redirected: AtomicBool::new(false),
            timed_below: TimersBelow::default(),
            unauthorized: Mutex::new(None),
            clock,
        }
    }

    /// The operation; nothing for a raw request.
    #[must_use]
    pub fn operation(&self) -> Option<&'static OperationMetadata> {
        self.metadata
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path with its parameters' names; empty for a raw request that names none.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.template
    }

    /// How many attempts have started.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// How many HTTP/2 streams of this call the server did not process. Such a sending is not an attempt.
    #[must_use]
    pub fn unprocessed(&self) -> u32 {
        self.unprocessed.load(Ordering::Relaxed)
    }

    /// Whether the call may be sent again although it may have been carried out.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// Whether the body can be sent again.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        self.replayable
    }

    /// How long the call may still take.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let now = self.clock().monotonic();
        self.deadline.map(|deadline| deadline - now)
    }

    /// How long the call has taken.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock().monotonic() - self.started
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.deadline
    }

    pub(super) fn authorization(&self) -> Authorization {
        self.authorization
    }

    pub(super) fn credential(&self) -> Option<&Credential> {
        self.credential.as_deref()
    }

    pub(super) fn follows_redirects(&self) -> bool {
        self.follow_redirects
    }

    pub(super) fn is_streamed(&self) -> bool {
        self.streamed
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict_decoding
    }

    pub(super) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry
    }

    /// How long an attempt may take, if the call does not end before it.
    pub(super) fn attempt_timeout(&self) -> Duration {
        self.attempt_timeout
    }

    /// How long the call may take in all.
    pub(super) fn allowed(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline - self.started)
    }

    /// The timeout of a sending that begins now, cut where the call ends. Every sending has its timeout cut here, and nowhere else: what it
    /// waited for before (a token, the pacing) has taken a part of the time.
    pub(super) fn at_most_remaining(&self, timeout: Option<Duration>) -> Option<Duration> {
        match (timeout, self.remaining()) {
            (Some(timeout), Some(left)) => Some(timeout.min(left)),
            (timeout, left) => timeout.or(left),
        }
    }

    pub(super) fn begin_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// An attempt that may have been carried out is made again.
    pub(super) fn set_in_doubt(&self) {
        self.in_doubt.store(true, Ordering::Relaxed);
    }

    /// The attempt that began last was not processed, and its request is sent again.
    pub(super) fn count_unprocessed(&self) {
        self.attempts.fetch_sub(1, Ordering::Relaxed);
        self.unprocessed.fetch_add(1, Ordering::Relaxed);
    }

    /// What comes now is the answer to a redirect that was followed, without the token.
    pub(super) fn set_redirected(&self) {
        self.was_redirected.store(true, Ordering::Relaxed);
    }

    /// Whether the call goes to another host than those of the client, without the token.
    pub(super) fn is_external(&self) -> bool {
        self.is_external
    }

    pub(super) fn was_redirected(&self) -> bool {
        self.was_redirected.load(Ordering::Relaxed)
    }

    /// Keeps why no further attempt is made.
    pub(super) fn set_stop(&self, stop: Stop) {
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop);
    }

    /// Counts a request that goes out; how many went before it, for any reason: an attempt that failed, a token that was refused, a
    /// redirect.
    pub(super) fn count_sending(&self) -> u32 {
        self.sendings.fetch_add(1, Ordering::Relaxed)
    }

    /// Keeps what authentication says of the answer that it just got.
    pub(super) fn set_unauthorized(&self, unauthorized: Option<HandedBack>) {
        *self
            .unauthorized
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = unauthorized;
    }

    pub(super) fn take_unauthorized(&self) -> Option<HandedBack> {
        self.unauthorized
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Says on an error whose it is and what the call cost.
    pub(super) fn finish_error(&self, error: Error, api_host: Option<&str>) -> Error {
        let stop = *self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        let error = error
            .with_attempts(self.attempts(), self.elapsed())
            .with_unprocessed(self.unprocessed())
            .with_doubt(self.in_doubt.load(Ordering::Relaxed))
            .with_stop(stop);
        let error = match error.is_redirect() && !self.is_external {
            true => error.with_api_host(api_host),
            false => error,
        };
        match self.metadata {
            Some(metadata) => error.with_operation(metadata),
            None => error,
        }
    }
}

debug_fields!(CallContext, |this|
    method: this.method,
    template: this.template,
    attempts: this.attempts
);
