//! Options of one call, or of all calls of a client.

use std::time::{Duration, Instant};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::RetryPolicy;
use crate::runtime::auth::Secret;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;

/// How a call is made. What is not set here comes from the client, and what is not set there has the defaults named here.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::time::Duration;
///
/// use genesys_cloud::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::new()
///     .with_timeout(Duration::from_secs(10))
///     .with_retry(RetryPolicy::never())
///     .with_header("x-team", "blue");
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: HeaderMap,
    pub(crate) idempotent: Option<bool>,
    pub(crate) follow_redirects: Option<bool>,
    pub(crate) strict_decoding: Option<bool>,
    /// Of one call alone: no default of a client.
    pub(crate) credential: Option<Secret>,
    problem: Option<Error>,
}

impl CallOptions {
    /// Options that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The longest that the whole call may take, retries and waiting for a token included: 120 s by default. A streamed body may take longer;
    /// its call ends with the headers.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// When the whole call must have ended. The earlier of this and the timeout counts.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::time::{Duration, Instant};
    ///
    /// let options = genesys_cloud::CallOptions::new()
    ///     .with_deadline(Instant::now() + Duration::from_secs(5));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The timeout of one attempt: 30 s by default.
    #[must_use]
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// When and how often the call is tried again.
    #[must_use]
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Adds a header, in place of one of that name. A header that cannot be sent fails the call before anything is sent.
    ///
    /// An `Authorization` header replaces the client's own authentication for the call.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        match header_of(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(error) => {
                self.problem.get_or_insert(error);
            }
        }
        self
    }

    /// Whether the call may be sent again although the first one may have been carried out. By default that depends on its method: `GET`,
    /// `HEAD`, `PUT` and `DELETE` may, and so may a `POST` that only reads, or one that the caller gave an `Idempotency-Key` header.
    #[must_use]
    pub fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.idempotent = Some(idempotent);
        self
    }

    /// Whether a redirect is followed: off by default. It is followed with a `GET` that carries no token, no cookie and none of the
    /// caller's headers, because it leads to other hosts (a download's presigned URL); at most five in a row.
    #[must_use]
    pub fn with_follow_redirects(mut self, follow: bool) -> Self {
        self.follow_redirects = Some(follow);
        self
    }

    /// Whether a value of a response that does not fit its type is an error, and not one of the
    /// [`misfits`](crate::runtime::response::Response::misfits) of the response: off by default. Tests of code that relies on the API's
    /// description may want it.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// # use genesys_cloud::runtime::request::CallOptions;
    /// let options = CallOptions::new().with_strict_decoding(true);
    /// ```
    #[must_use]
    pub fn with_strict_decoding(mut self, strict: bool) -> Self {
        self.strict_decoding = Some(strict);
        self
    }

    /// The credential of an operation whose security scheme is not OAuth
    /// ([`OperationMetadata::credential`](crate::runtime::operation::OperationMetadata::credential)): an API key, a token of another kind, or `user:password` for HTTP
    /// Basic. It goes where the spec says, with this call alone: options of a client do not hand it on.
    ///
    /// Such an operation never carries the client's own token. Without a credential, or with one for an operation that takes none, the call
    /// fails before anything is sent.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<Secret>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    pub(crate) fn problem(&self) -> Option<Error> {
        self.problem.clone()
    }

    /// Refuses what no call could be made with, where it is to hold for all calls of a client.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (timeout, name) in [
            (self.timeout, "the timeout of a call"),
            (self.attempt_timeout, "the timeout of an attempt"),
        ] {
            if timeout.is_some_and(|timeout| timeout.is_zero()) {
                return Err(Error::configuration(format!(
                    "{name} is zero, so every call would fail at once"
                )));
            }
        }
        match self.problem() {
            None => Ok(()),
            Some(problem) => {
                Err(Error::configuration("a default header cannot be sent").with_source(problem))
            }
        }
    }

    /// These options, with `defaults` for what they leave open.
    #[must_use]
    pub(crate) fn or(mut self, defaults: &Self) -> Self {
        self.timeout = self.timeout.or(defaults.timeout);
        self.deadline = match (self.deadline, defaults.deadline) {
            (Some(own), Some(default)) => Some(own.min(default)),
            (own, default) => own.or(default),
        };
        self.attempt_timeout = self.attempt_timeout.or(defaults.attempt_timeout);
        self.retry = self.retry.or_else(|| defaults.retry.clone());
        self.idempotent = self.idempotent.or(defaults.idempotent);
        self.follow_redirects = self.follow_redirects.or(defaults.follow_redirects);
        self.strict_decoding = self.strict_decoding.or(defaults.strict_decoding);
        self.problem = self.problem.or_else(|| defaults.problem.clone());
        for (name, value) in &defaults.headers {
            if !self.headers.contains_key(name) {
                self.headers.insert(name.clone(), value.clone());
            }
        }
        self
    }
}

debug_fields!(CallOptions, |this|
    timeout: this.timeout,
    deadline: this.deadline,
    attempt_timeout: this.attempt_timeout,
    retry: this.retry,
    headers: this.headers.keys().collect::<Vec<_>>(),
    idempotent: this.idempotent,
    follow_redirects: this.follow_redirects,
    strict_decoding: this.strict_decoding,
    credential: this.credential
);

/// Headers that the HTTP library sets, or that are of one connection (RFC 9110 section 7.6.1).
const RESERVED_HEADERS: [&str; 12] = [
    "connection",
    "content-length",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A header from text.
pub(crate) fn header_of(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let header_name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::invalid_request("a header name contains invalid characters"))?;
    if RESERVED_HEADERS.contains(&header_name.as_str()) {
        return Err(Error::invalid_request(format!(
            "the header `{header_name}` cannot be set: it belongs to the connection or follows from the URL and the body"
        ))
        .with_advice("Leave it out; base URLs, a gateway, a proxy and the body are set through their own methods"));
    }
    let mut header_value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid_request(format!(
            "the value of the header `{header_name}` contains characters that are invalid in a header"
        ))
    })?;
    if header_name == header::AUTHORIZATION || header_name == header::COOKIE {
        header_value.set_sensitive(true);
    }
    Ok((header_name, header_value))
}
