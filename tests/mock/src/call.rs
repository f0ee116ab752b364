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

    /// The parts of a `multipart/form-data` body; none where it is something else.
    #[must_use]
    pub fn multipart(&self) -> Vec<Part> {
        let boundary = self
            .header("content-type")
            .and_then(|kind| kind.strip_prefix("multipart/form-data; boundary="));
        boundary.map_or_else(Vec::new, |boundary| parts(&self.body, boundary))
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A part of a form (RFC 7578).
#[derive(Clone, Debug)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The file's name, where the part is a file.
    pub file_name: Option<String>,
    /// The content type, where it is given.
    pub content_type: Option<String>,
    /// The content.
    pub content: Bytes,
}

/// The parts of a form, up to the first that is not one.
fn parts(body: &Bytes, boundary: &str) -> Vec<Part> {
    let delimiter = format!("\r\n--{boundary}");
    let mut parts = Vec::new();
    // The first delimiter has no line before it.
    let mut rest = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => body.slice_ref(rest),
        None => return parts,
    };
    while let (Some(head), Some(end)) = (
        find_bytes(&rest, b"\r\n\r\n"),
        find_bytes(&rest, delimiter.as_bytes()),
    ) {
        let header = |name: &str| {
            let lines = std::str::from_utf8(&rest[..head]).ok()?.lines();
            lines
                .filter_map(|line| line.split_once(':'))
                .find(|(header, _)| header.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        let parameter = |name: &str| {
            let disposition = header("content-disposition")?;
            let (_, value) = disposition.split_once(&format!("; {name}=\""))?;
            Some(value.split_once('"')?.0.to_owned())
        };
        let Some(name) = parameter("name") else {
            break;
        };
        let Some(content) = rest.get(head + 4..end) else {
            break;
        };
        parts.push(Part {
            name,
            file_name: parameter("filename"),
            content_type: header("content-type"),
            content: rest.slice_ref(content),
        });
        rest = rest.slice(end + delimiter.len()..);
    }
    parts
}

fn find_bytes(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// Percent-decodes one path segment; `None` where that is not UTF-8.
pub(crate) fn decode_segment(segment: &str) -> Option<String> {
    percent_decode_str(segment)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
