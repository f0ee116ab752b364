//! Texts that a strict JSON parser rejects and that other clients read: with a byte order mark (RFC 8259 section 8.1), with bytes that are not
//! UTF-8, or with one half of a surrogate pair (section 8.2), as of an emoji that a server cut in two.

use std::borrow::Cow;

use serde_json::Value;

/// `bytes` without a byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// `bytes` with U+FFFD in place of what is not Unicode; `None` if all of it is.
#[cold]
pub(crate) fn repaired(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut is_repaired = matches!(text, Cow::Owned(_));
    let mut repaired = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(start) = rest.find('\\') {
        let (before, escape) = rest.split_at(start);
        repaired.push_str(before);
        let is_pair = |low: Option<&str>| matches!(low.and_then(code_unit), Some(0xDC00..=0xDFFF));
        let length = match code_unit(escape) {
            Some(0xD800..=0xDBFF) if is_pair(escape.get(6..)) => 12,
            Some(0xD800..=0xDFFF) => {
                is_repaired = true;
                repaired.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // The backslash and what it escapes.
            _ => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, after) = escape.split_at(length);
        repaired.push_str(kept);
        rest = after;
    }
    repaired.push_str(rest);
    is_repaired.then_some(repaired)
}

/// The UTF-16 code unit of an escape such as `\ud83d` at the start of `text`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if digits.starts_with('+') {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

/// Any JSON value, repaired if necessary; `None` if it is not JSON.
pub(crate) fn read_value(bytes: &[u8]) -> Option<Value> {
    let bytes = without_mark(bytes);
    serde_json::from_slice(bytes)
        .ok()
        .or_else(|| serde_json::from_str(&repaired(bytes)?).ok())
}
