//! The way of every call, from the parts of a request to the bytes of a response.
//!
//! In this order:
//!
//! 1. the user's middleware that sees a call once;
//! 2. the deadline of the whole call;
//! 3. the retries;
//! 4. the user's middleware that sees every attempt;
//! 5. authentication, which sends again after a 401 with a renewed token;
//! 6. the rate limit: pacing before, reading its state after;
//! 7. telemetry of the attempt;
//! 8. the transport.
//!
//! All of it works on bytes and is compiled once.

mod attempt;
mod budget;
mod context;
mod deadline;
mod events;
mod middleware;
mod pacing;
mod redirect;
mod retry;
pub(crate) mod retry_after;
mod trace;

pub use budget::RetryBudget;
pub(crate) use context::CALL_TIMEOUT;
pub use context::CallContext;
pub(crate) use events::Listeners;
pub use events::RetryEvent;
pub use middleware::{Middleware, Next};
pub(crate) use pacing::Pacer;
#[cfg(feature = "redis")]
pub use pacing::RedisPacing;
pub use pacing::{Pacing, PacingLimit, PacingPlace, PacingStore};
pub use retry::{Decision, Outcome, RetryPolicy, RetryState, Stop, decide};
pub(crate) use trace::int;

use std::pin::pin;

use http::{Extensions, HeaderMap, StatusCode, header};
use tracing::Instrument;

use crate::runtime::auth::{InterceptError, Unauthorized, scrub};
use crate::runtime::clock::{BoxFuture, check_runtime};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::request::{Credential, OperationMetadata, Request, RequestParts};
use crate::runtime::response::{RawHead, RawResponse};
use crate::runtime::transport::{HttpRequest, HttpResponse, ResponseBody, Transport};

/// Sends `request` through the whole pipeline.
pub(crate) fn execute(
    request: Request,
    streamed: bool,
) -> BoxFuture<'static, Result<RawResponse, Error>> {
    Box::pin(async move {
        let (parts, path) = request.into_parts()?;
        let (context, mut http_request) = prepare(*parts, &path, streamed);
        if let Err(missing) = check_runtime() {
            return Err(context.finish_error(Error::configuration(missing)));
        }
        let span = trace::call_span(&context);
        let outcome = pin!(call(&context, &mut http_request))
            .instrument(span.clone())
            .await;
        trace::call_ended(&span, &context, &outcome);
        outcome
    })
}

/// Makes the HTTP request and everything that the steps need to know of the call.
fn prepare(parts: RequestParts, path: &str, streamed: bool) -> (CallContext, HttpRequest) {
    let is_external = parts.external.is_some() && !parts.to_apps;
    let own_headers = match is_external {
        true => parts.options.headers.clone(),
        false => HeaderMap::new(),
    };
    let has_own_authorization = parts.options.headers.contains_key(header::AUTHORIZATION);
    let mut options = parts.options.or(parts.client.default_options());
    // What the client's defaults say of authorization is about its own token.
    let takes_credential = parts
        .metadata
        .is_some_and(|metadata| metadata.credential.is_some());
    if takes_credential && !has_own_authorization {
        options.headers.remove(header::AUTHORIZATION);
    }
    let url = match parts.external {
        Some(mut url) => {
            if !parts.query.is_empty() {
                let query = match url.query() {
                    Some(query) => [query, "&", &parts.query].concat(),
                    None => parts.query,
                };
                url.set_query(Some(&query));
            }
            *url
        }
        None => parts.client.url(path, &parts.query),
    };
    let mut headers = parts.headers;
    for (name, value) in parts.client.default_headers() {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    // The client's own default headers are for the API; those of the call are for wherever it goes.
    let from_options = if is_external {
        &own_headers
    } else {
        &options.headers
    };
    for (name, value) in from_options {
        headers.insert(name.clone(), value.clone());
    }
    let request = HttpRequest {
        method: parts.method,
        url,
        headers,
        body: parts.body,
        timeout: None,
        stream_response: streamed,
        extensions: extensions_of(parts.metadata),
    };
    let context = CallContext::new(
        parts.client,
        parts.metadata,
        parts.template,
        &options,
        &request,
        is_external,
        parts.credential,
    );
    (context, request)
}

/// What tells a transport for tests which operation a request belongs to. Other transports do not need it, and it costs an allocation.
fn extensions_of(metadata: Option<&'static OperationMetadata>) -> Extensions {
    let mut extensions = Extensions::new();
    if cfg!(feature = "testing")
        && let Some(metadata) = metadata
    {
        extensions.insert(metadata);
    }
    extensions
}

/// Steps 1 to 8, and then what the status means.
///
/// The request is lent all the way down: a future that owned it would make every future around it larger.
async fn call(context: &CallContext, request: &mut HttpRequest) -> Result<RawResponse, Error> {
    let conditional = request.headers.contains_key(header::IF_NONE_MATCH);
    let middleware = context.client().call_middleware();
    let outcome = if middleware.is_empty() {
        deadline_and_retries(context, request).await
    } else {
        Next::for_call(context, middleware)
            .run(request.clone())
            .await
    };
    finish(context, outcome, conditional)
}

/// What the last answer means.
fn finish(
    context: &CallContext,
    outcome: Result<HttpResponse, Error>,
    conditional: bool,
) -> Result<RawResponse, Error> {
    let response = match outcome {
        Ok(response) => response,
        Err(error) => return Err(context.finish_error(error)),
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
                misfit_log: Some(context.client().misfit_log().clone()),
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
    let mut error =
        Error::from_response(response.status, response.headers, body).with_retry_after(retry_after);
    let is_refused = error.is_unauthorized() || error.is_forbidden();
    if is_refused && context.was_redirected() {
        error = error.with_advice(
            "The call was redirected, and a redirect is followed without the access token: call the target itself with Client::request if it belongs to the API",
        );
    } else if let Some((reason, cause)) = context.take_unauthorized() {
        error = error
            .with_advice(reason.advice(cause.as_ref()))
            .with_unauthorized_reason(reason);
        if let Some(cause) = cause {
            error = error.with_source(cause);
        }
    }
    Err(context.finish_error(error))
}

/// Steps 2 and 3.
async fn deadline_and_retries(
    context: &CallContext,
    request: &mut HttpRequest,
) -> Result<HttpResponse, Error> {
    if context.follows_redirects() {
        // Boxed, so that the many calls without a redirect do not carry the space for it.
        let followed = Box::pin(async {
            let base = request.url.clone();
            let response = first_request(context, request).await?;
            redirect::follow(context, base, response).await
        });
        deadline::within(context, pin!(followed)).await
    } else {
        deadline::within(context, pin!(first_request(context, request))).await
    }
}

/// Step 3 for the request that the call is about, and not one that its answer leads to.
fn first_request<'a>(
    context: &'a CallContext,
    request: &'a mut HttpRequest,
) -> impl Future<Output = Result<HttpResponse, Error>> {
    let (authorization, idempotent) = (context.authorization(), context.is_idempotent());
    with_retries(context, request, authorization, idempotent)
}

/// Which token an attempt is sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// The client's, kept fresh.
    Client,
    /// The one that the caller gave for this operation.
    Credential,
    /// None of the SDK's: a public operation, a header of the caller's own, another host.
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

/// Step 3: attempts, until one is good or the policy says to stop. `idempotent` is whether this very request may be sent again although it may
/// have been carried out.
async fn with_retries(
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
            let outcome = attempt_with_middleware(context, request, authorization).await;
            match decide_next(context, &mut spent, idempotent, replayable, &outcome) {
                Decision::Retry { after } => {
                    trace::retrying(after);
                    let listeners = context.client().listeners();
                    listeners.retrying(context, after, &outcome);
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
    context: &CallContext,
    spent: &mut Spent,
    idempotent: bool,
    replayable: bool,
    outcome: &Result<HttpResponse, Error>,
) -> Decision {
    let budget = context.client().retry_budget();
    // The way of nearly every call: no clock is read, no random number drawn.
    if outcome
        .as_ref()
        .is_ok_and(|response| response.status.as_u16() < 400)
    {
        budget.succeeded(spent.budget);
        return Decision::Stop(Stop::Success);
    }
    let observed = Outcome::of(outcome, context.clock().now().wall);
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
        jitter: fastrand::f64(),
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
async fn attempt_with_middleware(
    context: &CallContext,
    request: &mut HttpRequest,
    authorization: Authorization,
) -> Result<HttpResponse, Error> {
    let middleware = context.client().attempt_middleware();
    if middleware.is_empty() {
        authorized(context, request, authorization).await
    } else {
        Next::for_attempt(context, middleware, authorization)
            .run(request.clone())
            .await
    }
}

/// Steps 5 to 8. The request is copied as late as this, once for each sending.
async fn authorized(
    context: &CallContext,
    request: &mut HttpRequest,
    authorization: Authorization,
) -> Result<HttpResponse, Error> {
    let exchange = attempt::Exchange::new(context);
    if authorization != Authorization::Client {
        request.timeout = context.at_most_remaining(request.timeout);
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
    let Some(interceptor) = context.client().interceptor() else {
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
        Err(error @ InterceptError::ForeignHost) => Err(Error::invalid_request(error.to_string())),
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
