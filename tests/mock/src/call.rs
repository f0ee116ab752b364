//! A request as a handler sees it.

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::tokens::Bearer;

/// A request to a resource, read whole, with its token accepted.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path as it was sent (percent-encoded), without the gateway's prefix.
    pub path: String,
    /// The query as it was sent.
    pub raw_query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; of an upload only the first [`Settings::recorded_body_limit`](super::Settings::recorded_body_limit) bytes.
    pub body: Bytes,
    /// Bytes that the body had in all.
    pub body_length: u64,
    /// Scheme and authority to build absolute URIs with.
    pub base_url: String,
    /// The token that was accepted; `None` on routes without security.
    pub bearer: Option<Bearer>,
    pub(crate) params: Vec<(String, String)>,
}

impl Call {
    /// The percent-decoded path parameter `name` of the route's pattern, or "".
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every query parameter, decoded, in order.
    #[must_use]
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.raw_query.as_deref().unwrap_or_default().as_bytes())
            .into_owned()
            .collect()
    }

    /// The first query parameter called `name`, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.raw_query.as_deref()?.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The first query parameter called `name` as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        self.query(name)?.parse().ok()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Percent-decodes one path segment; `None` where that is not UTF-8.
pub(crate) fn decode_segment(segment: &str) -> Option<String> {
    percent_decode_str(segment)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
