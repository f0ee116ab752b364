//! The mock's own endpoints, for another process to steer it. They take JSON, need no token, and are not counted.
//!
//! | request | does |
//! |---|---|
//! | `GET /__mock/stats` | [`Stats`](super::Stats) as JSON |
//! | `POST /__mock/reset` | sets the request counters to zero and forgets recorded requests |
//! | `POST /__mock/revoke` | `{"token": "…"}` revokes one access token, `{}` all; answers `{"revoked": n}` |
//! | `POST /__mock/config` | changes settings: `lifetime` (seconds), `users`, `listing_total`, `conversations`, `analytics_bytes`, `job_polls`, `rotate_refresh_tokens`, `recording`, `gzip`, `expires_in` (any JSON), `rate_limit` (`{"allowed", "window", "enforced"}`, window in seconds) |
//! | `POST /__mock/fault` | adds a rule: `target` (`token`, `api`, `presigned`, `any`) or `method` and `path`; `times`, `skip`, `probability`, `delay` (seconds), `revoke` (`before`, `after`); `status` with `headers` and `body`, or `break` (`unread`, `before`, `after`), or `cut` (bytes kept), with `end` (`close`, `reset`) |
//! | `POST /__mock/clear-faults` | removes every rule |
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
    skip: Option<u64>,
    probability: Option<f64>,
    delay: Option<f64>,
    revoke: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    #[serde(rename = "break")]
    broken: Option<String>,
    cut: Option<usize>,
    end: Option<String>,
}

/// Answers a request to `/__mock/{command}`.
pub(crate) fn handle(state: &State, method: &Method, command: &str, body: &Bytes) -> Reply {
    let result = match (method.as_str(), command) {
        ("GET", "stats") => Ok(json!(state.recorder.stats(state.tokens.counts()))),
        ("POST", "reset") => {
            state.recorder.reset();
            Ok(json!({}))
        }
        ("POST", "revoke") => parse(body).map(|body| revoke(state, body)),
        ("POST", "config") => parse(body).and_then(|body| configure(state, body)),
        ("POST", "fault") => parse(body).and_then(fault).map(|fault| {
            state.faults.add(fault);
            json!({})
        }),
        ("POST", "clear-faults") => {
            state.faults.clear();
            Ok(json!({}))
        }
        _ => return Reply::status(404),
    };
    match result {
        Ok(value) => Reply::json(&value),
        Err(message) => Reply::json(&json!({ "error": message })).with_status(400),
    }
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
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

fn fault(rule: Rule) -> Result<Fault, String> {
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
    if let Some(times) = rule.times {
        fault = fault.times(times);
    }
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
        (None, None, None) => Ok(fault),
        (Some(status), None, None) => {
            let mut reply = match rule.body {
                None => Reply::status(status),
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
