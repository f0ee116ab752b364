//! Removes secrets from the texts of servers: some repeat what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::secret::Secret;
use crate::runtime::transport::{HttpResponse, ResponseBody};

/// Shorter secrets are left in the texts of others: they may be a part of words.
const SHORTEST: usize = 16;

fn is_long(secret: &Secret) -> bool {
    secret.expose().len() >= SHORTEST
}

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// `text` without `secrets`: as they are, percent-encoded, as in a form, and in base64.
pub(super) fn text(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| is_long(secret)) {
        for form in forms(secret.expose()) {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), HIDDEN);
            }
        }
    }
    text
}

/// Takes what was sent in the `Authorization` header out of what `response` may be shown of: the body where it is not a success, and the id that
/// support is told.
pub(crate) fn response(response: &mut HttpResponse, authorization: &HeaderValue) {
    let id = response.headers.get(CORRELATION_ID);
    // The way of nearly every call: a success with an id that is too short for the token.
    if response.status.is_success() && id.is_none_or(|id| id.len() < least_length(authorization)) {
        return;
    }
    let secrets = credentials(authorization);
    let secrets: Vec<_> = secrets.iter().filter(|secret| is_long(secret)).collect();
    if secrets.is_empty() {
        return;
    }
    if let Some(id) = response.headers.get_mut(CORRELATION_ID)
        && id.len() >= SHORTEST
    {
        let clean = text(&String::from_utf8_lossy(id.as_bytes()), &secrets);
        if clean.as_bytes() != id.as_bytes() {
            *id = HeaderValue::from_str(&clean).unwrap_or(HeaderValue::from_static(HIDDEN));
        }
    }
    if !response.status.is_success()
        && let ResponseBody::Bytes(bytes) = &mut response.body
    {
        for secret in secrets {
            for form in forms(secret.expose()) {
                *bytes = body(std::mem::take(bytes), form.as_bytes());
            }
        }
    }
}

/// The header that names a request for the support of Genesys Cloud.
const CORRELATION_ID: &str = "inin-correlation-id";

/// The length that a text needs to hold a secret of an `Authorization` header: no form of a secret is shorter than the secret.
fn least_length(authorization: &HeaderValue) -> usize {
    let text = authorization.as_bytes().trim_ascii();
    let scheme_length = text.iter().position(|byte| *byte == b' ').unwrap_or(0);
    let (scheme, secret) = text.split_at(scheme_length);
    if scheme.eq_ignore_ascii_case(b"basic") {
        return SHORTEST;
    }
    secret.trim_ascii().len().max(SHORTEST)
}

/// What is secret in the value of an `Authorization` header: what follows the scheme, and what Basic encodes.
fn credentials(authorization: &HeaderValue) -> Vec<Secret> {
    let text = Zeroizing::new(String::from_utf8_lossy(authorization.as_bytes()).into_owned());
    let (scheme, secret) = text.split_once(' ').unwrap_or(("", &text));
    let mut secrets = vec![Secret::from(secret.trim())];
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(pair) = STANDARD.decode(secret.trim())
        && let Ok(pair) = String::from_utf8(pair)
    {
        let pair = Zeroizing::new(pair);
        secrets.extend(pair.split_once(':').map(|(_, secret)| Secret::from(secret)));
    }
    secrets
}

/// `body` without `secret`.
fn body(body: Bytes, secret: &[u8]) -> Bytes {
    let is_there = |bytes: &[u8]| bytes.windows(secret.len()).position(|part| part == secret);
    let Some(mut at) = is_there(&body) else {
        return body;
    };
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    loop {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(HIDDEN.as_bytes());
        rest = &rest[at + secret.len()..];
        match is_there(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    clean.extend_from_slice(rest);
    clean.into()
}

/// The ways in which a server may write `secret`, those that are part of others last.
fn forms(secret: &str) -> [Zeroizing<String>; 8] {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        small_escapes(&form),
        form,
        small_escapes(&percent),
        percent.to_lowercase(),
        percent,
        secret.to_owned(),
    ]
    .map(Zeroizing::new)
}

/// `encoded` with its escapes in small letters.
fn small_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        text.push('%');
        text.push_str(&escape.to_ascii_lowercase());
        text.push_str(rest);
    }
    text
}
