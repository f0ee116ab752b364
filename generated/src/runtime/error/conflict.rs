//! Which errors say that a resource has changed since it was read: a pure decision.
//!
//! Of all the error codes that release 269 of the spec lists for 400, 409 and 412 (`x-inin-error-codes`), one is about the version that a write
//! names: `invalid.update.wrong.version`. `general.conflict` and `conflict` are given for anything, so the message decides. The others tell of
//! duplicates, of things in use, locked or incomplete, which no further try changes.

use http::StatusCode;

/// Words of codes and messages about something else than a newer version.
const OTHERS: &[&str] = &[
    "duplicate",
    "already",
    "in use",
    "in.use",
    "in progress",
    "locked",
    "missing",
    "not specified",
];

/// Words that, beside `version`, say that it is not the one expected.
const MISMATCHES: &[&str] = &[
    "match",
    "wrong",
    "stale",
    "outdated",
    "out of date",
    "newer",
    "latest",
    "conflict",
    "modified",
    "changed",
];

/// What a database says without naming a version.
const CONCURRENT: &[&str] = &[
    "optimistic lock",
    "by another transaction",
    "concurrent modification",
    "concurrent update",
    "concurrently",
];

/// Whether an error of `status` with that code and message tells of a newer version.
pub(super) fn is_version_conflict(
    status: StatusCode,
    code: Option<&str>,
    message: Option<&str>,
) -> bool {
    // The request named a state by `If-Match` (RFC 9110 section 15.5.13).
    if status == StatusCode::PRECONDITION_FAILED {
        return true;
    }
    let is_conflict = status == StatusCode::CONFLICT;
    if !is_conflict && status != StatusCode::BAD_REQUEST {
        return false;
    }
    let code = code.unwrap_or_default().to_ascii_lowercase();
    let message = message.unwrap_or_default().to_ascii_lowercase();
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&code, OTHERS) {
        return false;
    }
    if names_version(&code) && has(&code, &["wrong", "match", "stale", "conflict"]) {
        return true;
    }
    if has(&message, OTHERS) {
        return false;
    }
    if is_conflict {
        (names_version(&message) && has(&message, MISMATCHES)) || has(&message, CONCURRENT)
    } else {
        // A 400 is about many things. Some operations say only in words that it is about the version.
        names_version(&message)
            && message.contains("match")
            && has(&message, &["current", "database", "latest", "expected"])
    }
}

/// Whether a text has the word `version`, and not only `conversion`.
fn names_version(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| word.starts_with("version"))
}
