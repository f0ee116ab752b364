//! The pairs of a query, percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 section 2.3, so no value can end its place in a path or query.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(crate) fn push_encoded(output: &mut String, text: &str) {
    output.extend(utf8_percent_encode(text, RESERVED));
}

pub(crate) fn begin_pair(query: &mut String, name: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    push_encoded(query, name);
    query.push('=');
}

pub(crate) fn push_pair(query: &mut String, name: &str, value: &str) {
    begin_pair(query, name);
    push_encoded(query, value);
}

/// Removes every pair of that name.
pub(crate) fn remove_pairs(query: &mut String, name: &str) {
    if query.is_empty() {
        return;
    }
    let mut encoded = String::with_capacity(name.len());
    push_encoded(&mut encoded, name);
    let is_named = |pair: &str| {
        pair.strip_prefix(encoded.as_str())
            .is_some_and(|value| value.is_empty() || value.starts_with('='))
    };
    if query.split('&').any(is_named) {
        let kept: Vec<&str> = query.split('&').filter(|pair| !is_named(pair)).collect();
        *query = kept.join("&");
    }
}

/// The value of the last pair of that name.
pub(crate) fn value_in_query(query: &str, name: &str) -> Option<String> {
    let mut encoded = String::with_capacity(name.len());
    push_encoded(&mut encoded, name);
    let value = query
        .rsplit('&')
        .find_map(|pair| pair.strip_prefix(encoded.as_str())?.strip_prefix('='))?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}
