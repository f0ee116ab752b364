//! The mock's own endpoints, for another process to steer it. They take JSON, need no token, and are not counted.
//!
//! | request | does |
//! |---|---|
//! | `GET /__mock/stats` | [`Stats`](super::Stats) as JSON |
//! | `POST /__mock/reset` | sets the request counters to zero and forgets recorded requests |
//! | `POST /__mock/revoke` | `{"token": "…"}` revokes one access token, `{}` all; answers `{"revoked": n}` |
//! | `POST /__mock/config` | changes settings: `lifetime` (seconds), `users`, `listing_total`, `conversations`, `analytics_bytes`, `job_polls`, `rotate_refresh_tokens`, `recording`, `gzip`, `expires_in` (any JSON), `rate_limit` (`{"allowed", "window", "enforced"}`, window in seconds) |
//! | `GET /__mock/routes` | the routes of the mock: an array of texts like `GET /api/v2/users/{userId}` |
//! | `POST /__mock/fault` | adds a rule |
//! | `POST /__mock/clear-faults` | removes every rule |
//!
//! A rule says which requests fail, how often and how; the program takes the same with `--fault`:
//!
//! | members | meaning |
//! |---|---|
//! | `method`, `path` | the requests to one route: `"path": "/api/v2/users/{id}"`; without `method` any |
//! | `target` | in place of a path: `token`, `api`, `presigned` or `any` |
//! | `times`, `always`, `skip`, `probability` | how often: once without these, `times` requests, all (`true`); `skip` lets the first ones through |
//! | `status` | the status of the answer: 401, 403, 429 …, with the API's error body unless `body` (JSON, or text) or `"html": true` (the page of a proxy) gives another; `headers` adds headers |
//! | `delay` | seconds that the answer takes longer |
//! | `revoke` | revokes the token of the request `before` or `after` it |
//! | `break` | ends the connection: `unread`, `before` or `after` the request is carried out |
//! | `cut` | ends the connection after so many bytes of the body |
//! | `end` | how `break` and `cut` end it: `close` or `reset` |
//!
//! ```json
//! {"method": "GET", "path": "/api/v2/users/{id}", "status": 403}
//! {"path": "/api/v2/users", "status": 502, "html": true, "times": 3}
//! {"path": "/api/v2/users", "delay": 30, "always": true}
//! ```
//!
//! An unknown member is an error, so that a misspelt one does not pass unnoticed.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::backend::State;
use super::config::ExpiresIn;
use super::faults::{End, Fault};
use super::reply::Reply;
use super::sync::write;

pub(crate) const PREFIX: &str = "/__mock/";

/// What can be asked below [`PREFIX`].
pub(crate) const COMMANDS: [(&str, &str); 7] = [
    ("GET", "stats"),
    ("GET", "routes"),
    ("POST", "reset"),
    ("POST", "revoke"),
    ("POST", "config"),
    ("POST", "fault"),
    ("POST", "clear-faults"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    lifetime: Option<f64>,
    expires_in: Option<Value>,
    users: Option<usize>,
    listing_total: Option<usize>,
    conversations: Option<usize>,
    analytics_bytes: Option<usize>,
    job_polls: Option<u32>,
    rotate_refresh_tokens: Option<bool>,
    recording: Option<bool>,
    gzip: Option<bool>,
    rate_limit: Option<Rate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    allowed: Option<u32>,
    window: Option<f64>,
    enforced: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revocation {
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    target: Option<String>,
    method: Option<String>,
    path: Option<String>,
    times: Option<u64>,
    #[serde(default)]
    always: bool,
    skip: Option<u64>,
    probability: Option<f64>,
    delay: Option<f64>,
    revoke: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    #[serde(default)]
    html: bool,
    #[serde(rename = "break")]
    broken: Option<String>,
    cut: Option<usize>,
    end: Option<String>,
}

/// Answers a request to `/__mock/{command}`.
pub(crate) fn handle(state: &State, method: &Method, command: &str, body: &Bytes) -> Reply {
    let result = match (method.as_str(), command) {
        ("GET", "stats") => Ok(json!(state.recorder.stats(state.tokens.counts()))),
        ("GET", "routes") => Ok(json!(state.routes())),
        ("POST", "reset") => {
            state.recorder.reset();
            Ok(json!({}))
        }
        ("POST", "revoke") => parse(body).map(|body| revoke(state, body)),
        ("POST", "config") => parse(body).and_then(|body| configure(state, body)),
        ("POST", "fault") => fault(body).map(|fault| {
            state.faults.add(fault);
            json!({})
        }),
        ("POST", "clear-faults") => {
            state.faults.clear();
            Ok(json!({}))
        }
        _ => return state.no_route(&format!("{method} {PREFIX}{command}")),
    };
    match result {
        Ok(value) => Reply::json(&value),
        Err(message) => Reply::json(&json!({ "error": message })).with_status(400),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn seconds(value: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(value).map_err(|error| format!("{value}: {error}"))
}

fn revoke(state: &State, revocation: Revocation) -> Value {
    let now = state.clock.now();
    let revoked = match revocation.token {
        Some(token) => usize::from(state.tokens.revoke(&token, now)),
        None => state.tokens.revoke_all(now),
    };
    json!({ "revoked": revoked })
}

fn configure(state: &State, config: Config) -> Result<Value, String> {
    let lifetime = config.lifetime.map(seconds).transpose()?;
    let rate = config.rate_limit;
    let window = rate
        .as_ref()
        .and_then(|rate| rate.window)
        .map(seconds)
        .transpose()?;
    let mut settings = write(&state.settings);
    fn set<T>(target: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *target = value;
        }
    }
    set(&mut settings.lifetime, lifetime);
    set(
        &mut settings.expires_in,
        config.expires_in.map(ExpiresIn::Raw),
    );
    set(&mut settings.users, config.users);
    set(&mut settings.listing_total, config.listing_total);
    set(&mut settings.conversations, config.conversations);
    set(&mut settings.analytics_bytes, config.analytics_bytes);
    set(&mut settings.job_polls, config.job_polls);
    set(
        &mut settings.rotate_refresh_tokens,
        config.rotate_refresh_tokens,
    );
    set(&mut settings.recording, config.recording);
    set(&mut settings.gzip, config.gzip);
    if let Some(rate) = rate {
        set(&mut settings.rate_limit.allowed, rate.allowed);
        set(&mut settings.rate_limit.window, window);
        set(&mut settings.rate_limit.enforced, rate.enforced);
    }
    Ok(json!({}))
}

/// The fault that a rule in JSON describes.
pub(crate) fn fault(text: &[u8]) -> Result<Fault, String> {
    let rule: Rule = parse(text)?;
    let mut fault = match (rule.target.as_deref(), rule.path.as_deref()) {
        (Some("token"), None) => Fault::token(),
        (Some("api"), None) => Fault::api(),
        (Some("presigned"), None) => Fault::presigned(),
        (Some("any"), None) => Fault::any(),
        (None, Some(path)) => Fault::on(rule.method.as_deref().unwrap_or("*"), path),
        _ => return Err("give either `target` or `path`".to_owned()),
    };
    if let Some(probability) = rule.probability {
        fault = fault.probability(probability);
    }
    fault = match (rule.times, rule.always) {
        (None, false) => fault,
        (Some(times), false) => fault.times(times),
        (None, true) => fault.always(),
        (Some(_), true) => return Err("give either `times` or `always`".to_owned()),
    };
    if let Some(skip) = rule.skip {
        fault = fault.skip(skip);
    }
    if let Some(delay) = rule.delay {
        fault = fault.delay(seconds(delay)?);
    }
    fault = match rule.revoke.as_deref() {
        None => fault,
        Some("before") => fault.revoke_before(),
        Some("after") => fault.revoke_after(),
        Some(other) => return Err(format!("unknown `revoke`: {other}")),
    };
    let end = match rule.end.as_deref() {
        None | Some("close") => End::Close,
        Some("reset") => End::Reset,
        Some(other) => return Err(format!("unknown `end`: {other}")),
    };
    match (rule.status, rule.broken.as_deref(), rule.cut) {
        (None, None, None) if rule.html => Err("`html` needs a `status`".to_owned()),
        (None, None, None) => Ok(fault),
        (Some(status), None, None) => {
            let mut reply = match rule.body {
                Some(_) if rule.html => return Err("give either `body` or `html`".to_owned()),
                None if rule.html => Reply::html(status),
                None => Reply::api_error(status),
                Some(Value::String(text)) => Reply::bytes("text/plain", text).with_status(status),
                Some(value) => Reply::json(&value).with_status(status),
            };
            for (name, value) in &rule.headers {
                reply = reply.header(name, value);
            }
            Ok(fault.respond(reply))
        }
        (None, Some("unread"), None) => Ok(fault.break_unread(end)),
        (None, Some("before"), None) => Ok(fault.break_before_execution(end)),
        (None, Some("after"), None) => Ok(fault.break_after_execution(end)),
        (None, None, Some(keep)) => Ok(fault.cut_body(keep, end)),
        _ => Err("give one of `status`, `break` (unread, before, after) and `cut`".to_owned()),
    }
}
