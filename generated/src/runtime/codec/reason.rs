//! Why a document is invalid, without quoting any of it.

use serde_json::error::Category;

/// Why a document could not be read. serde_json's own text quotes the value that it found, which may be a secret or belong to a customer;
/// this one names only its JSON type.
#[must_use]
pub fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match error.classify() {
        Category::Io => "the body could not be read".to_owned(),
        // These texts are fixed, and end with the place.
        Category::Syntax | Category::Eof => text,
        Category::Data => {
            let (found, expected) = mismatch(&text).unwrap_or(("a value", "another"));
            let reason = format!("{found} where {expected} was expected");
            match error.line() {
                // It is the whole document.
                0 => reason,
                line => format!("{reason} at line {line} column {}", error.column()),
            }
        }
    }
}

/// The type found and what was expected, from `invalid type: string "…", expected … at line 1 column 2`.
fn mismatch(text: &str) -> Option<(&'static str, &str)> {
    let (kind, found) = text.split_once(": ")?;
    if kind != "invalid type" && kind != "invalid value" {
        return None;
    }
    // The value may hold the separators of this text; what is expected does not.
    let (found, expected) = found.rsplit_once(", expected ")?;
    let expected = expected
        .split_once(" at line ")
        .map_or(expected, |(expected, _)| expected);
    let found = found.trim_start_matches("an ").trim_start_matches("a ");
    let found = match found.split([' ', '`']).next()? {
        "string" => "a string",
        "integer" => "an integer",
        "floating" | "number" => "a number",
        "boolean" => "a boolean",
        "null" => "null",
        "sequence" | "array" => "an array",
        "map" | "object" => "an object",
        _ => "a value",
    };
    Some((found, expected))
}
