//! What the mock adds for itself: any status, any amount of bytes, and an echo.

use http::Method;
use serde_json::{Value, json};

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::{Handler, Route};
use super::{bad_request, route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(None, "/api/v2/mock/status/{code}", Handler::Builtin(status)),
        route(Method::GET, "/api/v2/mock/bytes", bytes),
        Route::new(None, "/api/v2/mock/echo", Handler::Builtin(echo)),
        Route::new(None, "/api/v2/mock/echo/{*rest}", Handler::Builtin(echo)),
    ]
}

/// The status in the path, without a body.
fn status(_: &State, call: &Call) -> Reply {
    match call.param("code").parse() {
        Ok(code @ 200..=599) => Reply::status(code),
        _ => bad_request("The status must be between 200 and 599."),
    }
}

fn bytes(_: &State, call: &Call) -> Reply {
    generated(call)
}

/// `size` bytes (1000 unless given, at most 16 GiB); `chunked=true` leaves out the length.
pub(super) fn generated(call: &Call) -> Reply {
    let size = call.number("size").unwrap_or(1000) as u64;
    if size > 16 << 30 {
        return bad_request("size is too large.");
    }
    Reply::generated(size, call.query("chunked").as_deref() != Some("true"))
}

/// What arrived, decoded as an HTTP server decodes it: method, path segments, query pairs, content type, body text.
fn echo(_: &State, call: &Call) -> Reply {
    let segments: Vec<Value> = call
        .path
        .split('/')
        .skip(5)
        .map(
            |segment| match super::super::call::decode_segment(segment) {
                Some(text) => text.into(),
                None => Value::Null,
            },
        )
        .collect();
    Reply::json(&json!({
        "method": call.method.as_str(),
        "segments": segments,
        "query": call.query_pairs(),
        "contentType": call.header("content-type"),
        "body": String::from_utf8_lossy(&call.body),
    }))
}
