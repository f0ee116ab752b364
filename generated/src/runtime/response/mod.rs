//! The response to a call.
//!
//! A call that succeeds gives a [`Response`], which dereferences to its body and has the status and the headers. A body that is read as a stream is
//! a [`BodyStream`].

mod body_stream;
mod decode;
mod json_path;
mod misfits;
mod rate_limit;
pub(crate) mod retry_after;

pub use body_stream::BodyStream;
pub use decode::FromResponse;
pub(crate) use decode::decode_serde;
pub(crate) use misfits::MisfitLog;
pub use rate_limit::RateLimit;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::runtime::codec::Misfit;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::operation::OperationMetadata;
use crate::runtime::transport::{ResponseBody, correlation_id_of, names};

/// A successful answer of the API: the body as `T`, with the status and headers that came with it.
///
/// It dereferences to the body. [`Response::new`] makes one for tests of code that takes responses.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
/// use genesys_cloud::http::Method;
///
/// let response = client.request(Method::GET, "/api/v2/users/me").send().await?;
/// println!("{} {:?}", response.status(), response.correlation_id());
/// let body = response.into_body();
/// # drop(body);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    head: Box<Head>,
    body: T,
}

#[derive(Clone)]
struct Head {
    status: StatusCode,
    headers: HeaderMap,
    body_is_empty: bool,
    untyped: Option<Box<Untyped>>,
    attempts: u32,
    unprocessed: u32,
    elapsed: Duration,
}

impl<T> Response<T> {
    /// A response of status 200 without headers.
    #[must_use]
    pub fn new(body: T) -> Self {
        Self {
            head: Box::new(Head {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body_is_empty: false,
                untyped: None,
                attempts: 1,
                unprocessed: 0,
                elapsed: Duration::ZERO,
            }),
            body,
        }
    }

    /// The response as it came, its body as `body`.
    pub(crate) fn from_raw(raw: RawHead, body: T, body_is_empty: bool) -> Self {
        Self {
            head: Box::new(Head {
                status: raw.status,
                headers: raw.headers,
                body_is_empty,
                untyped: None,
                attempts: raw.attempts,
                unprocessed: raw.unprocessed,
                elapsed: raw.elapsed,
            }),
            body,
        }
    }

    /// The response with what its typed body does not hold.
    pub(crate) fn with_untyped(mut self, misfits: Vec<Misfit>, body: Option<Bytes>) -> Self {
        self.head.untyped = body.map(|body| Box::new(Untyped { misfits, body }));
        self
    }

    /// The same response with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.head.status = status;
        self
    }

    /// The same response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.head.headers.append(name, value);
        self
    }

    /// The status, a success.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The API's name for this exchange (header `ININ-Correlation-Id`), which Genesys's support asks for.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        correlation_id_of(&self.head.headers)
    }

    /// The state of the rate limit that the call counted against, where the API told it.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::from_headers(&self.head.headers)
    }

    /// The version of what was read, for `If-Match` and `If-None-Match` (header `ETag`).
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.head.headers.get(header::ETAG)?.to_str().ok()
    }

    /// Where the API points to (header `Location`).
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.head.headers.get(header::LOCATION)?.to_str().ok()
    }

    /// Whether the API sent no body, `null`, or one of a status for which its description has no schema (a 202 beside a 200 that has one); the
    /// body here is the type's default then.
    #[must_use]
    pub fn body_is_empty(&self) -> bool {
        self.head.body_is_empty
    }

    /// The values of the body that do not fit their types, in the order of the document.
    ///
    /// The field of such a value has the nearest value where one has the same meaning (`"7"` is 7), else it is `None`; lists and maps leave
    /// such elements out. The value as it came is in the model's [`Extra`](crate::runtime::codec::Extra) under the property's name, and is
    /// written back for as long as the field is not changed. To get an error instead, use
    /// [`with_strict_decoding`](crate::runtime::request::CallOptions::with_strict_decoding).
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// # use genesys_cloud::runtime::response::Response;
    /// fn report<T>(response: &Response<T>) {
    ///     for misfit in response.misfits() {
    ///         // "a string where an integer of 64 bits was expected at `$.entities[3].version`"
    ///         eprintln!("{misfit}");
    ///     }
    /// }
    /// # report(&Response::new(()));
    /// ```
    #[must_use]
    pub fn misfits(&self) -> &[Misfit] {
        match &self.head.untyped {
            Some(untyped) => &untyped.misfits,
            None => &[],
        }
    }

    /// The body as it came, where [`body`](Self::body) does not hold all of it: if there are [`misfits`](Self::misfits), or where the
    /// status has no schema.
    #[must_use]
    pub fn body_raw(&self) -> Option<&Bytes> {
        self.head.untyped.as_ref().map(|untyped| &untyped.body)
    }

    /// How many attempts the call took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.head.attempts
    }

    /// How often the call was sent again because the server did not process its HTTP/2 stream. [`attempts`](Self::attempts) does not count these.
    #[must_use]
    pub fn unprocessed(&self) -> u32 {
        self.head.unprocessed
    }

    /// How long the call took, retries and waiting included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.head.elapsed
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The body alone.
    #[must_use]
    pub fn into_body(self) -> T {
        self.body
    }

    /// Status, headers and body.
    #[must_use]
    pub fn into_parts(self) -> (StatusCode, HeaderMap, T) {
        (self.head.status, self.head.headers, self.body)
    }

    /// The same response with its body changed.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            head: self.head,
            body: change(self.body),
        }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.body
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.body
    }
}

debug_fields!(Response<T: fmt::Debug>, |this|
    status: this.head.status.as_u16(),
    correlation_id: this.correlation_id(),
    body: this.body
);

/// All of a response but its body.
#[doc(hidden)]
pub struct RawHead {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) metadata: Option<&'static OperationMetadata>,
    pub(crate) attempts: u32,
    pub(crate) unprocessed: u32,
    pub(crate) elapsed: Duration,
    /// A value that does not fit is an error.
    pub(crate) strict: bool,
    pub(crate) misfit_log: Option<Arc<MisfitLog>>,
}

/// What the typed body of a response does not hold.
#[derive(Clone)]
struct Untyped {
    misfits: Vec<Misfit>,
    body: Bytes,
}

debug_fields!(RawHead, |this|
    status: this.status,
    headers: names(&this.headers),
    attempts: this.attempts
);

/// A successful response before it is decoded.
#[doc(hidden)]
#[derive(Debug)]
pub struct RawResponse {
    pub(crate) head: RawHead,
    pub(crate) body: ResponseBody,
}

impl RawResponse {
    /// A response of that status and body, as a transport would give it.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: ResponseBody) -> Self {
        Self {
            head: RawHead {
                status,
                headers,
                metadata: None,
                attempts: 1,
                unprocessed: 0,
                elapsed: Duration::ZERO,
                strict: false,
                misfit_log: None,
            },
            body,
        }
    }

    /// The body in memory. One that is still on its way is not waited for: only streamed operations ask for such.
    pub(crate) fn into_bytes(self) -> Result<(RawHead, Bytes), Error> {
        match self.body {
            ResponseBody::Bytes(bytes) => Ok((self.head, bytes)),
            ResponseBody::Stream(_) => {
                let error = Error::decode(
                    "the transport streamed the body although it was asked not to",
                    self.head.status,
                    self.head.headers,
                    Bytes::new(),
                );
                Err(match self.head.metadata {
                    Some(metadata) => error.with_operation(metadata),
                    None => error,
                })
            }
        }
    }
}

impl RawHead {
    /// Tells of the values of the body that do not fit, or refuses them.
    pub(crate) fn judge(self, misfits: &[Misfit], body: &Bytes) -> Result<Self, Error> {
        let Some(first) = misfits.first() else {
            return Ok(self);
        };
        if self.strict {
            let (path, expected, found) = (first.path(), first.expected(), first.found());
            let message = format!(
                "the response cannot be decoded at `{path}`: {found} where {expected} was expected"
            );
            return Err(self.decode_error(message, body.clone()));
        }
        if let Some(log) = &self.misfit_log {
            log.warn(self.metadata.map_or("", |metadata| metadata.name), misfits);
        }
        Ok(self)
    }

    /// Whether the API's description has a schema for other statuses, but not for this one.
    pub(crate) fn is_without_schema(&self) -> bool {
        self.metadata
            .is_some_and(|metadata| metadata.without_schema.contains(&self.status.as_u16()))
    }

    /// The error of a body that is not what the operation promises.
    pub(crate) fn decode_error(self, message: String, body: Bytes) -> Error {
        let error = Error::decode(message, self.status, self.headers, body)
            .with_attempts(self.attempts, self.elapsed);
        match self.metadata {
            Some(metadata) => error.with_operation(metadata),
            None => error,
        }
    }

    /// Whether the body is declared to be JSON; one without a content type is taken for JSON, too.
    pub(crate) fn is_json(&self) -> bool {
        match self.headers.get(header::CONTENT_TYPE) {
            None => true,
            Some(value) => {
                let value = value.to_str().unwrap_or_default();
                let kind = value.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("application/json")
                    || kind
                        .get(kind.len().saturating_sub(5)..)
                        .is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json"))
            }
        }
    }
}
