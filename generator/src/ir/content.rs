//! Content types: which one of several is sent or asked for, and what it holds.

use openapiv3::{Content, MediaType};

const JSON: &str = "application/json";

/// `application/json` where it is listed, else the first that is; none where nothing is.
pub(crate) fn content_type(content: &Content) -> Option<(&str, &MediaType)> {
    content
        .iter()
        .find(|(name, _)| essence(name) == JSON)
        .or_else(|| content.first())
        .map(|(name, media_type)| {
            let name = if essence(name) == JSON || name == "*/*" {
                JSON
            } else {
                name.as_str()
            };
            (name, media_type)
        })
}

/// Whether JSON is in it.
pub(crate) fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == JSON || essence.ends_with("+json")
}

/// Whether text is in it.
pub(crate) fn is_text(name: &str) -> bool {
    essence(name).starts_with("text/")
}

/// A content type without its parameters (RFC 9110, section 8.3.1).
fn essence(name: &str) -> String {
    let essence = name.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Option<String> {
        let content: Content = names
            .iter()
            .map(|name| ((*name).to_owned(), MediaType::default()))
            .collect();
        content_type(&content).map(|(name, _)| name.to_owned())
    }

    #[test]
    fn json_is_preferred_and_else_the_first() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&["*/*"]).as_deref(), Some("application/json"));
        assert_eq!(
            chosen(&["application/scim+json", "application/json; charset=utf-8"]).as_deref(),
            Some("application/json")
        );
        assert_eq!(
            chosen(&["text/calendar", "text/plain"]).as_deref(),
            Some("text/calendar")
        );
    }

    #[test]
    fn kinds_of_content() {
        assert!(is_json("application/scim+json"));
        assert!(is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("text/plain"));
        assert!(is_text("text/plain; charset=utf-8"));
        assert!(!is_text("application/pdf"));
    }
}
