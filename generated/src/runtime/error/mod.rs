//! The one error of the SDK.
//!
//! Ask an [`Error`] what went wrong: [`Error::kind`], predicates such as [`Error::is_not_found`], and [`Error::api_error`] for what the API says.
//! Print it to learn what to do about it. The body of the response is kept ([`Error::body`]), but never printed.

mod advice;
mod api_error;
mod conflict;
mod doubt;
mod stop;
mod unauthorized_reason;

pub(crate) use doubt::is_in_doubt;

pub use api_error::{ApiError, ApiErrorDetail, ApiErrorLimit};
pub use stop::Stop;
pub use unauthorized_reason::UnauthorizedReason;

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use crate::runtime::operation::OperationMetadata;
use crate::runtime::transport::{
    BoxError, TransportError, TransportErrorKind, causes, correlation_id_of,
};

/// What kind of failure an [`Error`] is. New kinds may come with any release.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::{Error, ErrorKind};
///
/// fn exit_code(error: &Error) -> u8 {
///     match error.kind() {
///         ErrorKind::Configuration => 2,
///         ErrorKind::Authentication => 3,
///         _ => 1,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was configured wrongly; nothing was sent.
    Configuration,
    /// The request cannot be sent as it is (an empty path argument, a header value with a line break …); nothing was sent.
    InvalidRequest,
    /// No access token could be obtained: the token endpoint refused, or could not be reached.
    Authentication,
    /// No connection to the API could be made; nothing was sent.
    Connect,
    /// The attempt or the whole call took longer than it may.
    Timeout,
    /// The connection failed after the request was sent: whether the server acted on it is unknown.
    Io,
    /// The server closed the HTTP/2 stream and promised that it had not processed the request (RFC 9113 sections 6.8 and 8.7).
    NotProcessed,
    /// The API returned a non-success status.
    Status,
    /// The response arrived, but its body is not what the operation promises.
    Decode,
    /// The body of the response is longer than the client collects ([`ClientBuilder::max_body_size`](crate::runtime::client::ClientBuilder::max_body_size)).
    TooLarge,
    /// A listing cannot be read on: a repeated page token, too many empty pages, a link to another host.
    Paging,
    /// A job on the server failed, was cancelled there, or did not finish in time.
    Job,
    /// A stream of notifications could not start or has ended: all topics were rejected, or the connection could not be made again in time.
    Notifications,
    /// Notifications may have been missed. The stream continues.
    Gap,
    /// Code outside of the SDK failed: a middleware, a token provider, a stream of a request body.
    Other,
}

/// Why a call failed.
///
/// Boxed, so a `Result` stays small; cloning it shares the cause.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
/// use genesys_cloud::ErrorKind;
/// use genesys_cloud::http::Method;
///
/// match client.request(Method::GET, "/api/v2/users/gone").send().await {
///     Ok(response) => println!("{}", response.status()),
///     Err(error) if error.is_not_found() => println!("no such user"),
///     Err(error) if error.is_rate_limited() => println!("again in {:?}", error.retry_after()),
///     Err(error) if error.kind() == ErrorKind::Authentication => println!("log in again"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Option<String>,
    advice: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    operation: Option<&'static OperationMetadata>,
    response: Option<ErrorResponse>,
    retry_after: Option<Duration>,
    /// The token may be obtained later.
    is_transient: bool,
    unauthorized_reason: Option<UnauthorizedReason>,
    /// The host of the client's API, on the error of a redirect.
    api_host: Option<String>,
    stop: Option<Stop>,
    attempts: u32,
    unprocessed: u32,
    /// An earlier attempt of the call may have been carried out.
    doubt: bool,
    elapsed: Duration,
}

#[derive(Clone)]
struct ErrorResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    api_error: Option<Box<ApiError>>,
    /// The body is a page for people, so it does not come from the API.
    is_html: bool,
}

impl Error {
    /// An error of `kind` without further details, for tests of code that handles errors.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Connect).with_message("no route to host");
    /// assert!(error.is_connect());
    /// ```
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: None,
                advice: None,
                source: None,
                operation: None,
                response: None,
                retry_after: None,
                is_transient: false,
                unauthorized_reason: None,
                api_host: None,
                stop: None,
                attempts: 0,
                unprocessed: 0,
                doubt: false,
                elapsed: Duration::ZERO,
            }),
        }
    }

    /// Wraps a custom error, for a middleware or a token provider that fails.
    #[must_use]
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::new(ErrorKind::Other).with_source(source)
    }

    /// A wrong configuration, which `message` explains. It must name no secret.
    #[doc(hidden)]
    #[must_use]
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration).with_message(message)
    }

    /// A request that cannot be sent, which `message` explains.
    #[doc(hidden)]
    #[must_use]
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest).with_message(message)
    }

    /// The error of a response with a non-success status, as a call returns it; also for tests of code that handles errors.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Error;
    /// use genesys_cloud::http::{HeaderMap, StatusCode};
    ///
    /// let body = r#"{"code":"not.found","message":"no such user"}"#;
    /// let error = Error::from_response(StatusCode::NOT_FOUND, HeaderMap::new(), body);
    /// assert!(error.is_not_found());
    /// assert_eq!(error.api_error().and_then(|api| api.code.as_deref()), Some("not.found"));
    /// ```
    #[must_use]
    pub fn from_response(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let mut error = Self::new(ErrorKind::Status);
        let api_error = ApiError::decode(&body).map(Box::new);
        let is_html = api_error.is_none() && status.as_u16() >= 400 && is_html(&headers, &body);
        error.inner.response = Some(ErrorResponse {
            status,
            headers,
            body,
            api_error,
            is_html,
        });
        error
    }

    /// A response whose body is not what the operation promises.
    #[doc(hidden)]
    #[must_use]
    pub fn decode(
        message: impl Into<String>,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let mut error = Self::new(ErrorKind::Decode).with_message(message);
        error.inner.response = Some(ErrorResponse {
            status,
            headers,
            body,
            api_error: None,
            is_html: false,
        });
        error
    }

    /// Says what happened, in place of the general words for the kind.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.inner.message = Some(message.into());
        self
    }

    /// Says what to do, in place of the general advice.
    #[doc(hidden)]
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.inner.advice = Some(advice.into());
        self
    }

    /// Keeps the cause for the source chain.
    #[doc(hidden)]
    #[must_use]
    pub fn with_source(self, source: impl Into<BoxError>) -> Self {
        self.with_shared_source(Arc::from(source.into()))
    }

    /// Keeps a cause that several errors share, as all waiters of one token request do.
    #[doc(hidden)]
    #[must_use]
    pub fn with_shared_source(mut self, source: Arc<dyn std::error::Error + Send + Sync>) -> Self {
        self.inner.source = Some(source);
        self
    }

    /// Names the operation that failed.
    #[doc(hidden)]
    #[must_use]
    pub fn with_operation(mut self, operation: &'static OperationMetadata) -> Self {
        self.inner.operation.get_or_insert(operation);
        self
    }

    /// Says how long the server wants the caller to wait.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.inner.retry_after = retry_after.or(self.inner.retry_after);
        self
    }

    /// Says whether the cause passes by itself.
    pub(crate) fn with_transient(mut self, is_transient: bool) -> Self {
        self.inner.is_transient = is_transient;
        self
    }

    /// Says why a 401 was handed back.
    #[doc(hidden)]
    #[must_use]
    pub fn with_unauthorized_reason(mut self, reason: UnauthorizedReason) -> Self {
        self.inner.unauthorized_reason = Some(reason);
        self
    }

    /// Says how often the call was tried and how long it took.
    #[doc(hidden)]
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.inner.attempts = attempts;
        self.inner.elapsed = elapsed;
        self
    }

    /// Says how many sendings the server did not process.
    #[doc(hidden)]
    #[must_use]
    pub fn with_unprocessed(mut self, unprocessed: u32) -> Self {
        self.inner.unprocessed = unprocessed;
        self
    }

    /// Names the host of the client's API.
    #[doc(hidden)]
    #[must_use]
    pub fn with_api_host(mut self, host: Option<&str>) -> Self {
        self.inner.api_host = host.map(str::to_owned);
        self
    }

    /// Says why no further attempt was made.
    #[doc(hidden)]
    #[must_use]
    pub fn with_stop(mut self, stop: Option<Stop>) -> Self {
        self.inner.stop = stop;
        self
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The status of the API's answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.response.as_ref().map(|response| response.status)
    }

    /// The headers of the API's answer, where there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.inner
            .response
            .as_ref()
            .map(|response| &response.headers)
    }

    /// The body of the API's answer, where there was one. `Display` and `Debug` never show it: it may hold personal data.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.response.as_ref().map(|response| &response.body)
    }

    /// What the API says went wrong, where its answer has the form of its error bodies.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Error;
    /// use genesys_cloud::http::{HeaderMap, StatusCode};
    ///
    /// let body = r#"{"code":"not.found"}"#;
    /// let error = Error::from_response(StatusCode::NOT_FOUND, HeaderMap::new(), body);
    /// assert_eq!(error.api_error().and_then(|api| api.code.as_deref()), Some("not.found"));
    /// ```
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        self.inner.response.as_ref()?.api_error.as_deref()
    }

    /// The API's name for this exchange (header `ININ-Correlation-Id`), which Genesys's support asks for.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        let from_header = self.headers().and_then(correlation_id_of);
        from_header.or_else(|| self.api_error()?.context_id.as_deref())
    }

    /// How long the API asks to wait before the next try: the header `Retry-After`, in seconds or as a date, or the time until a used-up rate limit
    /// resets (`inin-ratelimit-reset`), if that is longer.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// How many attempts were made; 0 if the call failed before the first one, as an invalid request does.
    ///
    /// An attempt begins with obtaining a token. A call that failed because no token could be obtained ([`is_authentication`](Self::is_authentication))
    /// has made one attempt, although nothing was sent to the API. Resends after a 401 belong to the attempt and are not counted.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// How often the call was sent again because the server did not process its HTTP/2 stream. [`attempts`](Self::attempts) does not count these.
    #[must_use]
    pub fn unprocessed(&self) -> u32 {
        self.inner.unprocessed
    }

    /// Why no further attempt was made: all attempts were used, the body could be sent once only, the call's time or the client's retry budget was
    /// used up, and so on. `None` if the call failed before its first attempt ended. [`Stop::NotRetryable`] also if no token could be obtained: token
    /// requests have retries of their own.
    #[must_use]
    pub fn stop_reason(&self) -> Option<Stop> {
        self.inner.stop
    }

    /// How long the call took, waiting included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed
    }

    /// The operation that failed.
    #[must_use]
    pub fn operation(&self) -> Option<&'static OperationMetadata> {
        self.inner.operation
    }

    /// Where the API points to, if it answered with a redirect. The SDK follows none by itself.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.headers()?.get(header::LOCATION)?.to_str().ok()
    }

    /// The API refused the access token (401), also after the SDK renewed it.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// Why a 401 was handed back instead of being answered with a renewed token: that nothing can renew it, that the API refuses new tokens
    /// as well, that the call's time was over and so on. Nothing where the SDK put no token on the call.
    #[must_use]
    pub fn unauthorized_reason(&self) -> Option<UnauthorizedReason> {
        self.inner.unauthorized_reason
    }

    /// The token is good, but lacks a permission (403).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// There is no such thing, or none that this token may see (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// The change collides with the present state, most often with a newer version (409).
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.has_status(StatusCode::CONFLICT)
    }

    /// A header like `If-Match` names a state that is not the present one (412).
    #[must_use]
    pub fn is_precondition_failed(&self) -> bool {
        self.has_status(StatusCode::PRECONDITION_FAILED)
    }

    /// The write conflicts with a newer version: a 412, or a 409 or 400 whose code or message speaks of the version. A 409 about anything
    /// else, like a duplicate name, is none. Read again, apply the change again, write again; or let
    /// [`update`](crate::runtime::update::update) do it.
    #[must_use]
    pub fn is_version_conflict(&self) -> bool {
        let (Some(status), ErrorKind::Status) = (self.status(), self.inner.kind) else {
            return false;
        };
        let api_error = self.api_error();
        conflict::is_version_conflict(
            status,
            api_error.and_then(|error| error.code.as_deref()),
            api_error.and_then(|error| error.message.as_deref()),
        )
    }

    /// The API refuses the request as it is (400).
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.has_status(StatusCode::BAD_REQUEST)
    }

    /// A rate limit was met (429). [`Self::retry_after`] says for how long, [`ApiError::limit`] which one.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The API failed (any status from 500).
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// The API pointed elsewhere (300 to 399); see [`Self::location`].
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        self.status().is_some_and(|status| status.is_redirection())
    }

    /// The attempt or the whole call took longer than it may, or a gateway on the way says so (504).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.inner.kind == ErrorKind::Timeout || self.has_status(StatusCode::GATEWAY_TIMEOUT)
    }

    /// No connection could be made.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.inner.kind == ErrorKind::Connect
    }

    /// The response's body is not what the operation promises.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.inner.kind == ErrorKind::Decode
    }

    /// The client was configured wrongly.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.inner.kind == ErrorKind::Configuration
    }

    /// No access token could be obtained.
    #[must_use]
    pub fn is_authentication(&self) -> bool {
        self.inner.kind == ErrorKind::Authentication
    }

    /// The request could not be sent as it was.
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.inner.kind == ErrorKind::InvalidRequest
    }

    /// Whether the same call may succeed later: a rate limit, an overloaded or unreachable server (the token endpoint included), a timeout.
    ///
    /// It does not say that the first call had no effect: a `POST` that ended in a timeout may have been carried out.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.inner.kind {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Io | ErrorKind::NotProcessed => {
                true
            }
            ErrorKind::Status => matches!(
                self.status().map(|status| status.as_u16()),
                Some(408 | 429 | 502 | 503 | 504)
            ),
            ErrorKind::Authentication => self.inner.is_transient,
            _ => false,
        }
    }

    /// The cause as the type `E`, wherever in the source chain it stands.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Error;
    /// use genesys_cloud::runtime::auth::AuthError;
    ///
    /// fn needs_login(error: &Error) -> bool {
    ///     error.find_source::<AuthError>().is_some_and(AuthError::needs_login)
    /// }
    /// ```
    #[must_use]
    pub fn find_source<E: std::error::Error + 'static>(&self) -> Option<&E> {
        causes(self).find_map(|cause| cause.downcast_ref::<E>())
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.inner.kind == ErrorKind::Status && self.status() == Some(status)
    }

    fn summary(&self) -> &str {
        if let Some(message) = &self.inner.message {
            return message;
        }
        match self.inner.kind {
            ErrorKind::Configuration => "invalid client configuration",
            ErrorKind::InvalidRequest => "invalid request",
            ErrorKind::Authentication => "could not obtain an access token",
            ErrorKind::Connect => "could not connect to the API",
            ErrorKind::Timeout => "the call timed out",
            ErrorKind::Io => "the connection failed after the request was sent",
            ErrorKind::NotProcessed => "the server did not process the request",
            ErrorKind::Status => "the API rejected the request",
            ErrorKind::Decode => "the response cannot be decoded",
            ErrorKind::TooLarge => "the body of the response is too large",
            ErrorKind::Paging => "the listing cannot continue",
            ErrorKind::Job => "the job failed",
            ErrorKind::Notifications => "the stream of notifications has ended",
            ErrorKind::Gap => "a gap in the notifications",
            ErrorKind::Other => "code outside the SDK failed",
        }
    }
}

/// Whether a body is HTML, as firewalls, proxies and gateways write it.
pub(crate) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/html")
    });
    let start = body.trim_ascii_start();
    let begins = |text: &str| {
        start
            .get(..text.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()))
    };
    (declared && !start.is_empty()) || begins("<!doctype html") || begins("<html")
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let kind = match error.kind {
            TransportErrorKind::Connect => ErrorKind::Connect,
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::Io => ErrorKind::Io,
            TransportErrorKind::NotProcessed => ErrorKind::NotProcessed,
            TransportErrorKind::TooLarge => ErrorKind::TooLarge,
            TransportErrorKind::Request => ErrorKind::InvalidRequest,
        };
        let message = error.to_string();
        Self::new(kind)
            .with_message(message)
            .with_source(error.source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.inner.operation {
            write!(formatter, "{}: ", operation.name)?;
        }
        match (&self.inner.response, self.inner.kind) {
            (Some(response), ErrorKind::Status) => {
                write!(formatter, "{}", response.status)?;
                if let Some(error) = &response.api_error {
                    error.describe(formatter)?;
                } else if let Some(message) = &self.inner.message {
                    write!(formatter, ": {message}")?;
                } else if response.is_html {
                    formatter.write_str(": an HTML page in place of an error of the API")?;
                }
            }
            _ => formatter.write_str(self.summary())?,
        }
        if let Some(source) = &self.inner.source {
            write!(formatter, ": {source}")?;
        }
        if self.inner.response.as_ref().is_some_and(|response| {
            // It is known which of them wants a login.
            response.is_html && response.status != StatusCode::PROXY_AUTHENTICATION_REQUIRED
        }) {
            advice::write_foreign(formatter)?;
        } else if let Some(advice) = &self.inner.advice {
            // A sentence of its own.
            let mut characters = advice.chars();
            let first = characters.next().map(|first| first.to_uppercase());
            formatter.write_str(". ")?;
            for character in first.into_iter().flatten() {
                formatter.write_char(character)?;
            }
            formatter.write_str(characters.as_str())?;
        } else {
            advice::write(self, formatter)?;
        }
        advice::write_stop(self.inner.stop, formatter)?;
        let mut notes = Notes::new(formatter);
        if self.inner.attempts > 1 {
            let seconds = self.inner.elapsed.as_secs_f64();
            notes.add(format_args!(
                "{} attempts in {seconds:.1} s",
                self.inner.attempts
            ))?;
        }
        if self.inner.unprocessed > 0 {
            notes.add(format_args!(
                "not processed {} times",
                self.inner.unprocessed
            ))?;
        }
        if let Some(id) = self.correlation_id() {
            notes.add(format_args!("correlation id {id}"))?;
        }
        notes.end()
    }
}

/// The bracket at the end of an error's text.
struct Notes<'a, 'b> {
    formatter: &'a mut fmt::Formatter<'b>,
    open: bool,
}

impl<'a, 'b> Notes<'a, 'b> {
    fn new(formatter: &'a mut fmt::Formatter<'b>) -> Self {
        Self {
            formatter,
            open: false,
        }
    }

    fn add(&mut self, note: fmt::Arguments<'_>) -> fmt::Result {
        self.formatter
            .write_str(if self.open { ", " } else { " (" })?;
        self.open = true;
        self.formatter.write_fmt(note)
    }

    fn end(self) -> fmt::Result {
        if self.open {
            self.formatter.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = formatter.debug_struct("Error");
        output.field("kind", &self.inner.kind);
        if let Some(operation) = self.inner.operation {
            output.field("operation", &operation.name);
        }
        if let Some(status) = self.status() {
            output.field("status", &status.as_u16());
        }
        output.field("message", &format_args!("\"{self}\""));
        if let Some(source) = &self.inner.source {
            output.field("source", source);
        }
        output.finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
