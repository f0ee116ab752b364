//! Decodes a response into the type that the operation returns.

use bytes::Bytes;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;

use super::{BodyStream, RawHead, RawResponse, Response, json_path};
use crate::runtime::codec::{self, Wire, WireForm};
use crate::runtime::error::Error;
use crate::runtime::transport::ResponseBody;

/// What the body of a response can become.
///
/// Implemented for the SDK's models, lists and maps of them, scalars, `()`, [`Bytes`] and [`BodyStream`]. Sealed by hidden items, which may change
/// in any release.
pub trait FromResponse: Sized {
    /// The body is handed on as it comes in, and not collected first.
    #[doc(hidden)]
    const STREAMED: bool = false;

    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// A decode error that names the place in the JSON.
    #[doc(hidden)]
    fn from_response(response: RawResponse) -> Result<Response<Self>, Error>;
}

impl<T: Wire> FromResponse for T {
    fn from_response(response: RawResponse) -> Result<Response<Self>, Error> {
        let (head, bytes) = response.into_bytes()?;
        if is_blank(&bytes) || head.is_without_schema() {
            let untyped = (!is_blank(&bytes)).then_some(bytes);
            let response = Response::from_raw(empty(head)?, T::Form::empty(), true);
            return Ok(response.with_untyped(Vec::new(), untyped));
        }
        if !head.is_json()
            && let Ok(text) = std::str::from_utf8(&bytes)
            && let Some(value) = T::Form::from_text(text)
        {
            return Ok(Response::from_raw(head, value, false));
        }
        match codec::read_slice::<T>(&bytes) {
            Ok((value, misfits)) => {
                let head = head.judge(&misfits, &bytes)?;
                let untyped = (!misfits.is_empty()).then_some(bytes);
                Ok(Response::from_raw(head, value, false).with_untyped(misfits, untyped))
            }
            Err(error) => Err(body_error(head, bytes, &error)),
        }
    }
}

impl FromResponse for () {
    fn from_response(response: RawResponse) -> Result<Response<Self>, Error> {
        let (head, bytes) = response.into_bytes()?;
        let is_empty = bytes.is_empty();
        Ok(Response::from_raw(head, (), is_empty))
    }
}

impl FromResponse for Bytes {
    fn from_response(response: RawResponse) -> Result<Response<Self>, Error> {
        let (head, bytes) = response.into_bytes()?;
        let is_empty = bytes.is_empty();
        Ok(Response::from_raw(head, bytes, is_empty))
    }
}

impl FromResponse for BodyStream {
    const STREAMED: bool = true;

    fn from_response(response: RawResponse) -> Result<Response<Self>, Error> {
        let RawResponse { head, body } = response;
        let is_empty = matches!(&body, ResponseBody::Bytes(bytes) if bytes.is_empty());
        let body = BodyStream::new(body, &head.headers);
        Ok(Response::from_raw(head, body, is_empty))
    }
}

/// Reads a response's JSON with serde; an empty body is read as `null`.
pub(crate) fn decode_serde<T: DeserializeOwned>(
    response: RawResponse,
) -> Result<Response<T>, Error> {
    let (mut head, bytes) = response.into_bytes()?;
    let is_empty = is_blank(&bytes);
    if is_empty {
        head = empty(head)?;
    }
    let text = if is_empty {
        b"null"
    } else {
        codec::without_mark(&bytes)
    };
    let read = serde_json::from_slice::<T>(text).or_else(|error| match codec::repaired(text) {
        Some(text) => serde_json::from_str(&text).map_err(|_| error),
        None => Err(error),
    });
    match read {
        Ok(value) => Ok(Response::from_raw(head, value, is_empty)),
        Err(_) if is_empty => Err(head.decode_error("the response has no body".to_owned(), bytes)),
        Err(error) => Err(json_error(head, bytes, &error)),
    }
}

/// Whether a body is empty. A `null` says no more.
fn is_blank(bytes: &[u8]) -> bool {
    matches!(codec::without_mark(bytes).trim_ascii(), b"" | b"null")
}

/// An empty body stands for the default of its type, but not where the server only points elsewhere.
fn empty(head: RawHead) -> Result<RawHead, Error> {
    if head.status == StatusCode::SEE_OTHER {
        let metadata = head.metadata;
        let error = Error::from_response(head.status, head.headers, Bytes::new())
            .with_attempts(head.attempts, head.elapsed);
        return Err(match metadata {
            Some(metadata) => error.with_operation(metadata),
            None => error,
        });
    }
    Ok(head)
}

/// The error of a body that is not JSON, or of which the whole has another type than the operation promises.
fn body_error(head: RawHead, bytes: Bytes, error: &serde_json::Error) -> Error {
    let header = |name| match head.headers.get(name) {
        Some(value) => format!("`{}`", value.as_bytes().escape_ascii()),
        None => "none".to_owned(),
    };
    let kind = format!(
        "content type: {}, content encoding: {}",
        header(header::CONTENT_TYPE),
        header(header::CONTENT_ENCODING)
    );
    if is_html(&bytes) {
        let message = format!(
            "the response is an HTML page, not JSON: something between the client and the API sent it, such as a captive portal, a proxy or a firewall ({kind})"
        );
        return head.decode_error(message, bytes);
    }
    let place = json_path::locate(codec::without_mark(&bytes), error.line(), error.column());
    let reason = codec::reason(error);
    head.decode_error(
        format!("the response cannot be decoded at `{place}`: {reason} ({kind})"),
        bytes,
    )
}

/// Whether a body begins as an HTML page does, behind a byte order mark, spaces and comments.
fn is_html(bytes: &[u8]) -> bool {
    let text = codec::without_mark(bytes).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<!--"]
        .iter()
        .any(|start| {
            text.get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
}

/// The error of a body that serde refuses. Its text holds no value of the body.
fn json_error(head: RawHead, bytes: Bytes, error: &serde_json::Error) -> Error {
    let place = json_path::locate(codec::without_mark(&bytes), error.line(), error.column());
    let text = error.to_string();
    // This one message of serde's quotes nothing but the type's own property.
    let reason = if text.starts_with("missing field `") {
        text
    } else {
        codec::reason(error)
    };
    head.decode_error(
        format!("the response cannot be decoded at `{place}`: {reason}"),
        bytes,
    )
}
