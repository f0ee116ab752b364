//! How calls are sent: their options, retries, pacing and middleware.
//!
//! [`CallOptions`] set timeouts and headers of a call or of a client, [`RetryPolicy`] when a call is tried again, [`Pacing`] keeps below the rate
//! limit. [`Middleware`] sees each call or each attempt.
//!
//! A call passes through these steps:
//!
//! 1. the user's middleware that sees a call once;
//! 2. the deadline of the whole call;
//! 3. the retries;
//! 4. the user's middleware around every attempt;
//! 5. authentication, which waits for a token and sends again after a 401, all within one attempt;
//! 6. the rate limit: pacing before, reading its state after;
//! 7. telemetry of the attempt;
//! 8. the transport.
//!
//! All of it works on bytes and is compiled once.

mod attempt;
mod budget;
mod connection;
mod context;
mod credential;
mod deadline;
mod events;
mod middleware;
mod options;
mod pacing;
mod redirect;
pub(crate) mod retry;
mod trace;

pub use budget::RetryBudget;
pub(crate) use connection::Connection;
pub use connection::Pipeline;
pub(crate) use context::CALL_TIMEOUT;
pub use context::CallContext;
pub(crate) use credential::Credential;
pub(crate) use events::Listeners;
pub use events::RetryEvent;
pub use middleware::{Middleware, Next};
pub use options::CallOptions;
pub(crate) use options::header_of;
pub(crate) use pacing::Pacer;
#[cfg(feature = "redis")]
pub use pacing::RedisPacing;
pub use pacing::{Pacing, PacingLimit, PacingPlace, PacingStore};
pub use retry::RetryPolicy;

use std::fmt;
use std::pin::pin;

use http::{StatusCode, header};
use tracing::Instrument;

use self::retry::{Decision, Outcome, RetryState, decide};
use crate::runtime::auth::{InterceptError, Unauthorized, scrub};
use crate::runtime::clock::check_runtime;
pub use crate::runtime::error::Stop;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::response::{RawHead, RawResponse, retry_after};
use crate::runtime::transport::{HttpRequest, HttpResponse, ResponseBody, Transport};

impl Pipeline {
    /// Sends `request` through the whole pipeline.
    pub(crate) async fn execute(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
    ) -> Result<RawResponse, Error> {
        if let Err(missing) = check_runtime() {
            return Err(self.finish_error(context, Error::configuration(missing)));
        }
        let span = trace::call_span(context);
        let outcome = pin!(self.call(context, request))
            .instrument(span.clone())
            .await;
        trace::call_ended(&span, context, &outcome);
        outcome
    }

    /// Steps 1 to 8, and then what the status means.
    ///
    /// The request is lent all the way down: a future that owned it would make every future around it larger.
    async fn call(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
    ) -> Result<RawResponse, Error> {
        let conditional = request.headers.contains_key(header::IF_NONE_MATCH);
        let outcome = if self.connection.call_middleware.is_empty() {
            self.within_deadline(context, request).await
        } else {
            Next::for_call(self, context).run(request.clone()).await
        };
        self.finish(context, outcome, conditional)
    }

    /// What the last answer means.
    fn finish(
        &self,
        context: &CallContext,
        outcome: Result<HttpResponse, Error>,
        conditional: bool,
    ) -> Result<RawResponse, Error> {
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return Err(self.finish_error(context, error)),
        };
        // See Other is a result (the thing is there, under another name); so is Not Modified for whoever asked for it.
        let success = response.status.is_success()
            || response.status == StatusCode::SEE_OTHER
            || (response.status == StatusCode::NOT_MODIFIED && conditional);
        if success {
            return Ok(RawResponse {
                head: RawHead {
                    status: response.status,
                    headers: response.headers,
                    metadata: context.operation(),
                    attempts: context.attempts(),
                    unprocessed: context.unprocessed(),
                    elapsed: context.elapsed(),
                    strict: context.is_strict(),
                    misfit_log: Some(self.connection.misfit_log.clone()),
                },
                body: response.body,
            });
        }
        let now = context.clock().now().wall;
        let retry_after = retry_after::asked(response.status, &response.headers, now);
        let body = match response.body {
            ResponseBody::Bytes(bytes) => bytes,
            ResponseBody::Stream(_) => bytes::Bytes::new(),
        };
        let mut error = Error::from_response(response.status, response.headers, body)
            .with_retry_after(retry_after);
        let is_refused = error.is_unauthorized() || error.is_forbidden();
        if is_refused && context.was_redirected() {
            error = error.with_advice(
            "The call was redirected, and a redirect is followed without the access token: call the target itself with Client::request if it belongs to the API",
        );
        } else if is_refused && context.is_external() {
            error = error.with_advice(
                "The call was sent without the access token: a presigned URL may have expired, or was signed for other headers; ask the API for a new one",
            );
        } else if let Some((reason, cause)) = context.take_unauthorized() {
            error = error
                .with_advice(reason.advice(cause.as_ref().map(|cause| cause as &dyn fmt::Display)))
                .with_unauthorized_reason(reason);
            if let Some(cause) = cause {
                error = error.with_source(cause);
            }
        }
        Err(self.finish_error(context, error))
    }

    /// Says on an error whose it is and what the call cost.
    fn finish_error(&self, context: &CallContext, error: Error) -> Error {
        context.finish_error(error, self.connection.api_base.host_str())
    }

    /// Steps 2 and 3.
    async fn within_deadline(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
    ) -> Result<HttpResponse, Error> {
        if context.follows_redirects() {
            // Boxed, so that the many calls without a redirect do not carry the space for it.
            let followed = Box::pin(async {
                let base = request.url.clone();
                let response = self.first_request(context, request).await?;
                redirect::follow(self, context, base, response).await
            });
            deadline::within(context, pin!(followed)).await
        } else {
            deadline::within(context, pin!(self.first_request(context, request))).await
        }
    }

    /// Step 3 for the request that the call is about, and not one that its answer leads to.
    fn first_request<'a>(
        &'a self,
        context: &'a CallContext,
        request: &'a mut HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, Error>> {
        let (authorization, idempotent) = (context.authorization(), context.is_idempotent());
        self.with_retries(context, request, authorization, idempotent)
    }

    /// Step 3: attempts, until one is good or the policy says to stop. `idempotent` is whether this very request may be sent again although it may
    /// have been carried out.
    async fn with_retries(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
        authorization: Authorization,
        idempotent: bool,
    ) -> Result<HttpResponse, Error> {
        let replayable = request.body.is_replayable();
        let mut spent = Spent::default();
        loop {
            context.begin_attempt();
            request.timeout = Some(context.attempt_timeout());
            let after = {
                let outcome = self.attempt(context, request, authorization).await;
                match self.decide_next(context, &mut spent, idempotent, replayable, &outcome) {
                    Decision::Retry { after } => {
                        let event = RetryEvent::new(context, after, &outcome);
                        trace::retrying(&event);
                        self.connection.listeners.retrying(&event);
                        // The response ends here, which gives its connection back before the wait.
                        after
                    }
                    Decision::Stop(reason) => {
                        trace::stopped(reason);
                        context.set_stop(reason);
                        return outcome;
                    }
                }
            };
            context.clock().sleep(after).await;
        }
    }

    fn decide_next(
        &self,
        context: &CallContext,
        spent: &mut Spent,
        idempotent: bool,
        replayable: bool,
        outcome: &Result<HttpResponse, Error>,
    ) -> Decision {
        let budget = &self.connection.retry_budget;
        // The way of nearly every call: no clock is read, no random number drawn.
        if outcome
            .as_ref()
            .is_ok_and(|response| response.status.as_u16() < 400)
        {
            budget.succeeded(spent.budget);
            return Decision::Stop(Stop::Success);
        }
        let observed = Outcome::from_result(outcome, context.clock().now().wall);
        if observed.is_refusal() {
            spent.refusals += 1;
        } else {
            spent.attempts += 1;
        }
        if observed.is_settled() {
            budget.give_back(spent.budget);
        }
        let state = RetryState {
            attempts: spent.attempts,
            refusals: spent.refusals,
            idempotent,
            replayable,
            remaining: context.remaining(),
            budget: budget.left(),
            jitter: self.connection.jitter.next(),
        };
        let decision = decide(context.retry_policy(), &state, &observed);
        if let Decision::Retry { .. } = decision {
            let cost = observed.cost();
            if !budget.take(cost) {
                return Decision::Stop(Stop::Budget);
            }
            // A refusal takes nothing, and leaves open what becomes of the retry that it met.
            if cost > 0 {
                spent.budget = cost;
            }
            if observed.is_in_doubt() {
                context.set_in_doubt();
            }
            if observed == Outcome::Failed(ErrorKind::NotProcessed) {
                context.count_unprocessed();
            }
        }
        decision
    }

    /// Steps 4 to 8.
    async fn attempt(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
        authorization: Authorization,
    ) -> Result<HttpResponse, Error> {
        if self.connection.attempt_middleware.is_empty() {
            self.authorized(context, request, authorization).await
        } else {
            Next::for_attempt(self, context, authorization)
                .run(request.clone())
                .await
        }
    }

    /// Steps 5 to 8. The request is copied as late as this, once for each sending.
    async fn authorized(
        &self,
        context: &CallContext,
        request: &mut HttpRequest,
        authorization: Authorization,
    ) -> Result<HttpResponse, Error> {
        let exchange = attempt::Exchange {
            pipeline: self,
            context,
        };
        if authorization != Authorization::Client {
            let mut response = exchange
                .execute(outgoing(context, request, authorization))
                .await?;
            if let Some(own) = request.headers.get(header::AUTHORIZATION) {
                scrub::response(&mut response, own);
            }
            if let Some(given) = context.credential().and_then(Credential::value) {
                scrub::response(&mut response, &given);
            }
            return Ok(response);
        }
        let Some(interceptor) = &self.interceptor else {
            return Err(Error::configuration(
                "the client has no credentials, and this operation needs a token",
            )
            .with_advice("Give the client builder credentials, or an access token"));
        };
        let sent = interceptor.send(request, context.template(), context.deadline(), &exchange);
        context.set_unauthorized(None);
        // Boxed, so that the futures around it stay small.
        match Box::pin(sent).await {
            Ok(response) => Ok(response),
            Err(InterceptError::Unauthorized(unauthorized)) => {
                let Unauthorized {
                    response,
                    reason,
                    cause,
                    ..
                } = *unauthorized;
                context.set_unauthorized(Some((reason, cause)));
                Ok(response)
            }
            Err(InterceptError::Auth(error)) => Err(error.into()),
            Err(InterceptError::Transport(error)) => Err(error.into()),
            Err(error @ InterceptError::ForeignHost) => {
                Err(Error::invalid_request(error.to_string()))
            }
        }
    }
}

/// The request with the credential that the caller gave for it.
fn outgoing(
    context: &CallContext,
    request: &HttpRequest,
    authorization: Authorization,
) -> HttpRequest {
    let mut sent = request.clone();
    if let (Authorization::Credential, Some(credential)) = (authorization, context.credential()) {
        credential.apply(&mut sent);
    }
    sent
}

/// Which token an attempt is sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// The client's, kept fresh.
    Client,
    /// The one that the caller gave for this operation.
    Credential,
    /// None of the SDK's: a public operation, a header set by the caller, another host.
    None,
}

/// What one request of a call has cost so far.
#[derive(Default)]
struct Spent {
    /// Attempts that count towards the policy's limit.
    attempts: u32,
    /// Sendings that the server refused without acting on them.
    refusals: u32,
    /// What the latest retry took from the budget.
    budget: u32,
}
