//! One request from its head to its answer: count, fault, record, authenticate, limit, execute.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{BufMut, Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::json;

use super::admin;
use super::backend::State;
use super::body::ReplyBody;
use super::call::Call;
use super::faults::{Action, Broken, End, Fault, Revoke};
use super::leaks;
use super::oauth;
use super::ratelimit::RateSnapshot;
use super::record::{Arrived, Recorded, Target};
use super::reply::{CORRELATION_ID, Reply, correlation_id};
use super::router::{self, Found};
use super::sync::read;
use super::tokens::{Bearer, Presented};

const RATE_COUNT: HeaderName = HeaderName::from_static("inin-ratelimit-count");
const RATE_ALLOWED: HeaderName = HeaderName::from_static("inin-ratelimit-allowed");
const RATE_RESET: HeaderName = HeaderName::from_static("inin-ratelimit-reset");

/// Request bodies are read up to here; what is longer is counted and dropped.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// Where a request's body comes from.
pub(crate) enum Source {
    Network(Incoming),
    Memory(Bytes),
}

/// The outcome of a request.
pub(crate) enum Outcome {
    Reply(Response<ReplyBody>),
    Broken(Broken),
}

/// Handles one request.
pub(crate) async fn serve(
    state: &Arc<State>,
    connection: u64,
    parts: Parts,
    source: Source,
) -> Outcome {
    let (target, path) = classify(state, parts.uri.path());
    if let Some(command) = path.strip_prefix(admin::PREFIX) {
        let command = command.to_owned();
        let Some((body, _)) = read_body(source, BODY_LIMIT).await else {
            return severed();
        };
        return Outcome::Reply(respond(admin::handle(
            state,
            &parts.method,
            &command,
            &body,
        )));
    }
    if state.watch_leaks {
        leaks::inspect(target, &parts);
    }
    let mut request = Received {
        path: path.to_owned(),
        target,
        arrival: state.recorder.arrivals.add(),
        connection,
        parts,
    };
    let _flight = (target == Target::Token).then(|| state.recorder.token_flight());
    count_arrival(state, target);

    let fault = state
        .faults
        .decide(target, &request.parts.method, &request.path);
    if fault.is_some() {
        state.recorder.faults.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(Action::BreakUnread(broken)) = fault.as_ref().map(|fault| &fault.action) {
        record(state, &request, &Bytes::new());
        return Outcome::Broken(broken.clone());
    }
    let limit = match target {
        Target::Presigned => read(&state.settings).recorded_body_limit,
        _ => BODY_LIMIT,
    };
    let Some((body, length)) = read_body(source, limit).await else {
        record(state, &request, &Bytes::new());
        return severed();
    };
    let recorded = record(state, &request, &body);
    let outcome = match fault {
        None => {
            let reply = execute(state, &mut request, body, length, recorded.as_deref()).await;
            Outcome::Reply(respond(reply))
        }
        Some(fault) => {
            with_fault(
                state,
                &mut request,
                body,
                length,
                recorded.as_deref(),
                fault,
            )
            .await
        }
    };
    if let Outcome::Reply(response) = &outcome {
        let status = response.status().as_u16();
        state.recorder.status(status);
        if let Some(recorded) = recorded {
            recorded.set_status(status);
        }
    }
    outcome
}

struct Received {
    parts: Parts,
    /// Without the gateway's prefix.
    path: String,
    target: Target,
    arrival: u64,
    connection: u64,
}

fn severed() -> Outcome {
    Outcome::Broken(Broken {
        bytes: Bytes::new(),
        end: End::Close,
    })
}

/// What a path belongs to, and the path without the gateway's prefix.
fn classify<'a>(state: &State, path: &'a str) -> (Target, &'a str) {
    if path.starts_with(admin::PREFIX) {
        return (Target::Unknown, path);
    }
    match strip(path, &state.login_prefix) {
        Some("/oauth/token") => return (Target::Token, "/oauth/token"),
        Some("/oauth/authorize") => return (Target::Authorize, "/oauth/authorize"),
        _ => {}
    }
    if path.starts_with("/presigned/") {
        return (Target::Presigned, path);
    }
    match strip(path, &state.api_prefix) {
        Some(path) => (Target::Api, path),
        None => (Target::Unknown, path),
    }
}

fn strip<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix)
        .filter(|rest| prefix.is_empty() || rest.starts_with('/'))
}

fn count_arrival(state: &State, target: Target) {
    let recorder = &state.recorder;
    match target {
        Target::Token => {
            recorder.token_requests.add();
        }
        Target::Api => {
            recorder.api_requests.add();
        }
        Target::Presigned => {
            recorder.presigned.fetch_add(1, Ordering::Relaxed);
        }
        Target::Authorize => {
            recorder.authorize.fetch_add(1, Ordering::Relaxed);
        }
        Target::Unknown => {}
    }
}

fn record(state: &State, request: &Received, body: &Bytes) -> Option<Arc<Recorded>> {
    let limit = {
        let settings = read(&state.settings);
        settings.recording.then_some(settings.recorded_body_limit)?
    };
    Some(state.recorder.record(Arrived {
        arrival: request.arrival,
        connection: request.connection,
        target: request.target,
        method: &request.parts.method,
        uri: &request.parts.uri,
        headers: &request.parts.headers,
        body: body.slice(..limit.min(body.len())),
    }))
}

/// The body's first `limit` bytes, and how many there were in all; `None` if the client went away.
async fn read_body(source: Source, limit: usize) -> Option<(Bytes, u64)> {
    let mut incoming = match source {
        Source::Memory(bytes) => {
            let length = bytes.len();
            return Some((bytes.slice(..limit.min(length)), length as u64));
        }
        Source::Network(incoming) if incoming.is_end_stream() => return Some((Bytes::new(), 0)),
        Source::Network(incoming) => incoming,
    };
    let mut kept = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        length += data.len() as u64;
        let room = limit - kept.len();
        kept.extend_from_slice(&data[..room.min(data.len())]);
    }
    Some((kept.freeze(), length))
}

async fn with_fault(
    state: &Arc<State>,
    request: &mut Received,
    body: Bytes,
    length: u64,
    recorded: Option<&Recorded>,
    fault: Fault,
) -> Outcome {
    if let Some(gate) = &fault.hold {
        gate.pass().await;
    }
    if let Some(delay) = fault.delay.filter(|delay| !delay.is_zero()) {
        tokio::time::sleep(delay).await;
    }
    let token = (fault.revoke != Revoke::No)
        .then(|| bearer_token(&request.parts.headers).map(str::to_owned))
        .flatten();
    let revoke = |when: Revoke| {
        if let Some(token) = token.as_deref().filter(|_| fault.revoke == when) {
            state.tokens.revoke(token, state.clock.now());
        }
    };
    revoke(Revoke::Before);
    let outcome = match fault.action {
        Action::Respond(reply) => {
            let reply = decorate_fault(state, request, recorded, reply);
            Outcome::Reply(respond(reply))
        }
        Action::Break(broken) => Outcome::Broken(broken),
        Action::BreakAfterExecution(broken) => {
            execute(state, request, body, length, recorded).await;
            Outcome::Broken(broken)
        }
        Action::Cut(keep, end) => {
            let reply = execute(state, request, body, length, recorded).await;
            Outcome::Broken(Broken {
                bytes: cut(&respond(reply), keep),
                end,
            })
        }
        Action::Proceed | Action::BreakUnread(_) | Action::OneOf(_) => Outcome::Reply(respond(
            execute(state, request, body, length, recorded).await,
        )),
    };
    revoke(Revoke::After);
    if let Some(gate) = &fault.hold_reply {
        gate.pass().await;
    }
    outcome
}

/// Gives a scripted API answer the headers that every API answer has.
fn decorate_fault(
    state: &State,
    request: &Received,
    recorded: Option<&Recorded>,
    mut reply: Reply,
) -> Reply {
    if request.target == Target::Api {
        let (bearer, rate) = authenticate(state, request).unwrap_or((None, None));
        note_token(recorded, bearer.as_ref());
        decorate(&mut reply.headers, rate);
    }
    reply
}

fn note_token(recorded: Option<&Recorded>, bearer: Option<&Bearer>) {
    if let (Some(recorded), Some(bearer)) = (recorded, bearer) {
        recorded.set_token_number(bearer.number);
    }
}

fn decorate(headers: &mut HeaderMap, rate: Option<RateSnapshot>) {
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    if let Some(rate) = rate {
        set(RATE_COUNT, rate.count.into());
        set(RATE_ALLOWED, rate.allowed.into());
        set(RATE_RESET, rate.reset.into());
    }
    if !headers.contains_key(&CORRELATION_ID)
        && let Ok(id) = HeaderValue::try_from(correlation_id())
    {
        headers.insert(CORRELATION_ID, id);
    }
}

/// Does what the request asks for, and holds the reply where it says so.
async fn execute(
    state: &State,
    request: &mut Received,
    body: Bytes,
    length: u64,
    recorded: Option<&Recorded>,
) -> Reply {
    let parts = &request.parts;
    let mut reply = match request.target {
        Target::Token => oauth::token(state, &parts.method, &parts.headers, &body),
        Target::Authorize => oauth::authorize(state, parts.uri.query()),
        Target::Unknown => state.no_route(&call_name(request)),
        Target::Presigned => presigned(state, request, body, length),
        Target::Api => api(state, request, body, length, recorded),
    };
    if read(&state.settings).gzip {
        compress(&mut reply, &request.parts.headers);
    }
    reply
}

fn presigned(state: &State, request: &mut Received, body: Bytes, length: u64) -> Reply {
    // What storage services do with a request that is signed twice.
    if request.parts.headers.contains_key(AUTHORIZATION) {
        return Reply::bytes(
            "application/xml",
            "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>",
        )
        .with_status(400);
    }
    match find(state, request) {
        Some(found) => {
            let call = call(state, request, body, length, found.params, None);
            found.handler.run(state, &call)
        }
        None => Reply::status(404),
    }
}

fn api(
    state: &State,
    request: &mut Received,
    body: Bytes,
    length: u64,
    recorded: Option<&Recorded>,
) -> Reply {
    let found = find(state, request);
    let mut rate = None;
    let mut bearer = None;
    if !found.as_ref().is_some_and(|found| found.public) {
        match authenticate(state, request) {
            Err(refusal) => {
                state.recorder.unauthorized.fetch_add(1, Ordering::Relaxed);
                return refusal;
            }
            Ok(accepted) => (bearer, rate) = accepted,
        }
        note_token(recorded, bearer.as_ref());
    }
    let mut reply = if let Some(rate) = rate.filter(|rate| rate.exceeded) {
        state.recorder.rate_limited.fetch_add(1, Ordering::Relaxed);
        rate_limited(rate)
    } else {
        state.recorder.api_executed.fetch_add(1, Ordering::Relaxed);
        match found {
            Some(found) => {
                let call = call(state, request, body, length, found.params, bearer);
                found.handler.run(state, &call)
            }
            None => state.no_route(&call_name(request)),
        }
    };
    decorate(&mut reply.headers, rate);
    reply
}

/// The method and the path, as in a list of routes.
fn call_name(request: &Received) -> String {
    format!("{} {}", request.parts.method, request.path)
}

fn find(state: &State, request: &Received) -> Option<Found> {
    let (method, path) = (&request.parts.method, &request.path);
    if state.has_custom.load(Ordering::Relaxed)
        && let Some(found) = router::find(&*read(&state.custom), method, path)
    {
        return Some(found);
    }
    router::find(&state.builtin, method, path)
}

/// Moves the request into what a handler gets.
fn call(
    state: &State,
    request: &mut Received,
    body: Bytes,
    length: u64,
    params: Vec<(String, String)>,
    bearer: Option<Bearer>,
) -> Call {
    Call {
        method: request.parts.method.clone(),
        path: std::mem::take(&mut request.path),
        raw_query: request.parts.uri.query().map(str::to_owned),
        // The compression of the answer still needs to see them.
        headers: if read(&state.settings).gzip {
            request.parts.headers.clone()
        } else {
            std::mem::take(&mut request.parts.headers)
        },
        body,
        body_length: length,
        base_url: state.base_url().to_owned(),
        bearer,
        params,
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

type Accepted = (Option<Bearer>, Option<RateSnapshot>);

fn authenticate(state: &State, request: &Received) -> Result<Accepted, Reply> {
    let Some(token) = bearer_token(&request.parts.headers) else {
        return Err(Reply::error(
            401,
            "authentication.required",
            "No authentication bearer token specified in authorization header.",
        ));
    };
    let limit = read(&state.settings).rate_limit;
    match state.tokens.present(token, state.clock.now(), &limit) {
        Presented::Live(bearer, rate) => Ok((Some(bearer), Some(rate))),
        Presented::Dead => Err(Reply::error(
            401,
            "bad.credentials",
            "Invalid login credentials.",
        )),
    }
}

fn rate_limited(rate: RateSnapshot) -> Reply {
    let message = format!(
        "Rate limit exceeded the maximum. Retry the request in [{}] seconds",
        rate.reset
    );
    let limit = json!({
        "limit": {
            "key": "client.credentials.token.rate.per.minute",
            "namespace": "platform.api",
            "value": rate.allowed,
        },
        "messageWithParams": "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds",
        "messageParams": { "seconds": rate.reset.to_string() },
    });
    Reply::error_with(429, "too.many.requests", &message, limit).retry_after(rate.reset)
}

fn compress(reply: &mut Reply, headers: &HeaderMap) {
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let ReplyBody::Whole(bytes) = &reply.body else {
        return;
    };
    if !accepted || bytes.len() <= 1024 || reply.headers.contains_key(CONTENT_ENCODING) {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    if encoder.write_all(bytes).is_ok()
        && let Ok(compressed) = encoder.finish()
    {
        reply.body = ReplyBody::Whole(compressed.into());
        reply
            .headers
            .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        reply
            .headers
            .insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

fn respond(reply: Reply) -> Response<ReplyBody> {
    let mut response = Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = *reply.headers;
    if let Some(upgrade) = reply.upgrade {
        response.extensions_mut().insert(upgrade);
    }
    response
}

/// The raw response, with the length of the whole body announced and only `keep` bytes of it there.
fn cut(response: &Response<ReplyBody>, keep: usize) -> Bytes {
    let mut raw = BytesMut::new();
    raw.put_slice(format!("HTTP/1.1 {}\r\n", response.status()).as_bytes());
    for (name, value) in response.headers() {
        raw.put_slice(name.as_str().as_bytes());
        raw.put_slice(b": ");
        raw.put_slice(value.as_bytes());
        raw.put_slice(b"\r\n");
    }
    if !response.headers().contains_key(CONTENT_LENGTH) {
        raw.put_slice(format!("content-length: {}\r\n", response.body().len()).as_bytes());
    }
    raw.put_slice(b"\r\n");
    raw.put_slice(&response.body().prefix(keep));
    raw.freeze()
}
