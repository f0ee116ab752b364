//! Files: the API hands out presigned URLs, and the storage behind them refuses a bearer token.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use serde_json::json;

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::{lock, read};
use super::{object, route};

/// What makes a presigned URL worth keeping secret.
pub const PRESIGNED_SIGNATURE: &str = "mock-signature";

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::GET, "/api/v2/downloads/{downloadId}", download),
        route(Method::POST, "/api/v2/uploads/recordings", upload_url),
        route(
            Method::POST,
            "/api/v2/outbound/contactlists/uploads",
            upload_url,
        ),
        route(Method::GET, "/presigned/downloads/{id}", presigned_download),
        route(Method::PUT, "/presigned/uploads/{key}", presigned_upload),
        route(
            Method::GET,
            "/api/v2/workforcemanagement/calendar/data/ics",
            calendar,
        )
        .public(),
        route(
            Method::GET,
            "/api/v2/integrations/actions/{actionId}/templates/{fileName}",
            template,
        ),
    ]
}

/// Sizes of what was uploaded, by upload key.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    sizes: Mutex<HashMap<String, u64>>,
    keys: AtomicU64,
}

impl Uploads {
    pub(crate) fn size(&self, key: &str) -> Option<u64> {
        lock(&self.sizes).get(key).copied()
    }
}

/// 303 to the presigned URL; `issueRedirect=false` gives it in a body instead. `size` (the mock's own parameter) is passed on.
fn download(state: &State, call: &Call) -> Reply {
    let id: String = form_urlencoded::byte_serialize(call.param("downloadId").as_bytes()).collect();
    let size = call
        .number("size")
        .unwrap_or_else(|| read(&state.settings).download_bytes);
    let url = format!(
        "{}/presigned/downloads/{id}?size={size}&X-Signature={PRESIGNED_SIGNATURE}",
        state.presigned_base()
    );
    if call.query("issueRedirect").as_deref() == Some("false") {
        Reply::json(&json!({ "url": url }))
    } else {
        Reply::redirect(303, &url)
    }
}

/// `size` bytes (1000 unless given); `chunked=true` leaves out the length.
fn presigned_download(_: &State, call: &Call) -> Reply {
    super::own::generated(call)
}

fn upload_url(state: &State, call: &Call) -> Reply {
    let request = match object(call) {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let key = format!(
        "upload-{}",
        state.resources.uploads.keys.fetch_add(1, Ordering::Relaxed) + 1
    );
    Reply::json(&json!({
        "url": format!("{}/presigned/uploads/{key}?X-Signature={PRESIGNED_SIGNATURE}", state.presigned_base()),
        "uploadKey": key,
        "headers": {
            "x-amz-meta-uploadkey": key,
            "content-type": request.get("contentType").and_then(|kind| kind.as_str()).unwrap_or("application/octet-stream"),
        },
    }))
}

/// Takes an upload that has the headers which the API said it must have.
fn presigned_upload(state: &State, call: &Call) -> Reply {
    let key = call.param("key");
    if call.header("x-amz-meta-uploadkey") != Some(key) {
        return Reply::bytes(
            "application/xml",
            "<Error><Code>SignatureDoesNotMatch</Code></Error>",
        )
        .with_status(403);
    }
    lock(&state.resources.uploads.sizes).insert(key.to_owned(), call.body_length);
    Reply::status(200).header("etag", "\"mock\"")
}

fn calendar(_: &State, _: &Call) -> Reply {
    Reply::bytes(
        "text/calendar",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mock//Genesys//EN\r\nEND:VCALENDAR\r\n",
    )
}

fn template(_: &State, call: &Call) -> Reply {
    Reply::bytes(
        "text/plain; charset=utf-8",
        format!("template {} \u{2713}\n", call.param("fileName")),
    )
}
