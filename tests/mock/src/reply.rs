//! What the mock answers.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::body::ReplyBody;
use super::notifications::Upgrade;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The header that Genesys Cloud puts on every response.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("inin-correlation-id");

/// A response to send. Clones are independent, so that one fault can answer many requests.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    /// Boxed, because a reply is also the error of the step that refuses a request.
    pub(crate) headers: Box<HeaderMap>,
    pub(crate) body: ReplyBody,
    /// The socket that the connection becomes.
    pub(crate) upgrade: Option<Upgrade>,
}

impl Reply {
    /// A response with a status and nothing else. A status outside 100-999 becomes 500.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: Box::default(),
            body: ReplyBody::Whole(Bytes::new()),
            upgrade: None,
        }
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        Self::json_text(value.to_string())
    }

    /// 200 with JSON text, which is not checked.
    #[must_use]
    pub fn json_text(text: impl Into<Bytes>) -> Self {
        let mut reply = Self::status(200);
        reply.headers.insert(CONTENT_TYPE, JSON);
        reply.body = ReplyBody::Whole(text.into());
        reply
    }

    /// 200 with a body of any content type.
    #[must_use]
    pub fn bytes(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::status(200)
            .header("content-type", content_type)
            .body(body)
    }

    /// 200 with `size` bytes made while they are sent (see [`generated_byte`](super::generated_byte)); `sized` false omits `Content-Length`.
    #[must_use]
    pub fn generated(size: u64, sized: bool) -> Self {
        let mut reply = Self::status(200).header("content-type", "application/octet-stream");
        reply.body = ReplyBody::Generated {
            remaining: size,
            sized,
        };
        reply
    }

    /// An API error in the shape of Genesys Cloud's `ErrorBody`, with the headers that go with it.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::error_with(status, code, message, json!({}))
    }

    /// Like [`Reply::error`], with more members of `ErrorBody`.
    #[must_use]
    pub fn error_with(status: u16, code: &str, message: &str, more: Value) -> Self {
        let correlation_id = correlation_id();
        let mut body = json!({
            "message": message,
            "code": code,
            "status": status,
            "contextId": correlation_id,
            "details": [],
            "errors": [],
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        Self::json(&body)
            .with_status(status)
            .header(CORRELATION_ID.as_str(), &correlation_id)
    }

    /// The error that the API gives with a status, with `Retry-After: 1` for a 429. A status below 400 has no body.
    #[must_use]
    pub fn api_error(status: u16) -> Self {
        if status < 400 {
            return Self::status(status);
        }
        let (code, message) = match status {
            400 => ("bad.request", "The request is invalid."),
            401 => ("bad.credentials", "Invalid login credentials."),
            403 => (
                "missing.permissions",
                "You are not authorized to perform the requested action.",
            ),
            404 => ("not.found", "The requested resource was not found."),
            409 => (
                "general.conflict",
                "The request conflicts with the present state.",
            ),
            412 => ("precondition.failed", "The resource has changed."),
            429 => ("too.many.requests", "Rate limit exceeded the maximum."),
            503 => (
                "service.unavailable",
                "The service is temporarily unavailable.",
            ),
            504 => ("gateway.timeout", "The request timed out."),
            _ if status >= 500 => ("internal.server.error", "The request failed."),
            _ => ("client.error", "The request failed."),
        };
        let reply = Self::error(status, code, message);
        if status == 429 {
            reply.retry_after(1)
        } else {
            reply
        }
    }

    /// A page for people, as a proxy or a firewall between the client and the API answers.
    #[must_use]
    pub fn html(status: u16) -> Self {
        let page = format!(
            "<html><head><title>{status}</title></head><body><h1>The proxy rejected the request ({status})</h1></body></html>"
        );
        Self::bytes("text/html", page).with_status(status)
    }

    /// A refusal in the shape of the token endpoint: `{error, description, error_description}`.
    #[must_use]
    pub fn oauth_error(status: u16, error: &str, description: &str) -> Self {
        Self::json(&json!({
            "error": error,
            "description": description,
            "error_description": description,
        }))
        .with_status(status)
    }

    /// The way the token endpoint says that it is asked too often: `400 invalid_request`, not 429.
    #[must_use]
    pub fn token_rate_limited() -> Self {
        Self::oauth_error(
            400,
            "invalid_request",
            "rate limit exceeded; the client has made too many token requests",
        )
    }

    /// A redirect to `location` without a body.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header(LOCATION.as_str(), location)
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self
    }

    /// The same with a header set. A name or value that HTTP does not allow is left out: send those as raw bytes ([`Fault::raw`](super::Fault::raw)).
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with a body, whose content type is as set before.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = ReplyBody::Whole(body.into());
        self
    }

    /// The same with `Retry-After` in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER.as_str(), &seconds.to_string())
    }

    /// The same, with `Connection: close`: the connection ends after it.
    #[must_use]
    pub fn closing(self) -> Self {
        self.header("connection", "close")
    }

    pub(crate) fn upgrading(mut self, upgrade: Upgrade) -> Self {
        self.upgrade = Some(upgrade);
        self
    }

    /// The status.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The headers set so far.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

/// A new correlation id in the form of a UUID.
pub(crate) fn correlation_id() -> String {
    let bits = fastrand::u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        (bits >> 96) & 0xffff_ffff,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xfff,
        (bits >> 52) & 0xfff,
        bits & 0xffff_ffff_ffff,
    )
}
