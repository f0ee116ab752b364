//! Untrusted text as Rust literals, and names that are proven to be identifiers.

use quote::ToTokens;

use super::RenderError;

/// `text` as a string literal.
pub(super) fn string(text: &str) -> String {
    text.to_token_stream().to_string()
}

/// Markdown lines as the literals of doc attributes.
pub(super) fn doc_lines(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    lines
        .into_iter()
        .map(|line| {
            if line.is_empty() {
                string("")
            } else {
                string(&format!(" {line}"))
            }
        })
        .collect()
}

/// `name`, if it is an identifier and nothing else.
pub(super) fn identifier<'a>(place: &str, name: &'a str) -> Result<&'a str, RenderError> {
    match syn::parse_str::<syn::Ident>(name) {
        Ok(_) => Ok(name),
        Err(_) => Err(RenderError::Identifier {
            place: place.to_owned(),
            name: name.to_owned(),
        }),
    }
}
