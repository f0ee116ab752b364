//! What a rule replies.

use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::call::CallData;
use crate::runtime::codec::{self, Wire};
use crate::runtime::response::BodyStream;
use crate::runtime::transport::{HttpResponse, ResponseBody, TransportError, TransportErrorKind};

/// What an operation gives back, as the response that the API would send: a model as JSON with status 200, `()` as 204 without a body, bytes as
/// they are. Sealed by a hidden method, which may change in any release.
pub trait IntoReply {
    /// The response.
    #[doc(hidden)]
    fn into_reply(self) -> HttpResponse;
}

impl<T: Wire> IntoReply for T {
    fn into_reply(self) -> HttpResponse {
        match codec::to_vec(self) {
            Ok(json) => HttpResponse::json(200, json),
            // What the SDK writes itself has no such error.
            Err(error) => error_response(500, &format!("the reply is not JSON: {error}")),
        }
    }
}

impl IntoReply for () {
    fn into_reply(self) -> HttpResponse {
        HttpResponse::new(StatusCode::NO_CONTENT)
    }
}

impl IntoReply for Bytes {
    fn into_reply(self) -> HttpResponse {
        HttpResponse::new(StatusCode::OK)
            .with_header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            )
            .with_body(self)
    }
}

impl IntoReply for BodyStream {
    fn into_reply(self) -> HttpResponse {
        match self.into_body() {
            ResponseBody::Bytes(bytes) => bytes.into_reply(),
            ResponseBody::Stream(stream) => HttpResponse::new(StatusCode::OK).with_stream(stream),
        }
    }
}

/// An error in the shape that the API has.
pub(super) fn error_response(status: u16, code: &str) -> HttpResponse {
    let body = json!({
        "message": code,
        "code": code,
        "status": status,
        "details": [],
        "errors": [],
    });
    HttpResponse::json(status, body.to_string())
}

pub(super) type Answer =
    dyn Fn(&std::sync::Arc<CallData>) -> Result<HttpResponse, TransportError> + Send + Sync;

/// The same response for every call. A stream can be sent once.
pub(super) fn repeated(response: HttpResponse) -> Box<Answer> {
    let HttpResponse {
        status,
        headers,
        body,
    } = response;
    let next = move |body| HttpResponse {
        status,
        headers: headers.clone(),
        body,
    };
    match body {
        ResponseBody::Bytes(bytes) => {
            Box::new(move |_| Ok(next(ResponseBody::Bytes(bytes.clone()))))
        }
        stream => {
            let stream = Mutex::new(Some(stream));
            Box::new(move |_| {
                let taken = stream.lock().map_or(None, |mut stream| stream.take());
                taken.map(&next).ok_or_else(|| {
                    refusal("the streamed reply was sent before: use `respond_with` to make one for each call".to_owned())
                })
            })
        }
    }
}

/// An error that is not retried.
pub(super) fn refusal(message: String) -> TransportError {
    TransportError::new(TransportErrorKind::Request, message)
}
