//! Secrets out of what a server says: some repeat what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::secret::Secret;

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

/// `text` without `secrets`: as they are, percent-encoded, as in a form, and in base64.
pub(super) fn text(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for form in forms(secret.expose()) {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), HIDDEN);
            }
        }
    }
    text
}

/// An error's `body` without `token`.
pub(super) fn body(body: Bytes, token: &Secret) -> Bytes {
    let token = token.expose().as_bytes();
    let is_there = |bytes: &[u8]| bytes.windows(token.len()).position(|part| part == token);
    let Some(mut at) = is_there(&body).filter(|_| !token.is_empty()) else {
        return body;
    };
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    loop {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(HIDDEN.as_bytes());
        rest = &rest[at + token.len()..];
        match is_there(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    clean.extend_from_slice(rest);
    clean.into()
}

/// The ways in which a server may write `secret`, those that are part of others last.
fn forms(secret: &str) -> [Zeroizing<String>; 6] {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    [
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        percent.to_lowercase(),
        percent,
        secret.to_owned(),
    ]
    .map(Zeroizing::new)
}
