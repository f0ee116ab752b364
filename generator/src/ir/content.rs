//! Content types: which one of several is sent or asked for, and what it holds.

use indexmap::IndexMap;
use openapiv3::{Content, MediaType, ReferenceOr, Schema};

use super::kinds::{Source, is_file, is_string};

type Definitions = IndexMap<String, ReferenceOr<Schema>>;

const JSON: &str = "application/json";

/// What a body of some content type is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    Text,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
    /// Bytes as they are.
    File,
}

impl BodyKind {
    /// What a request body of this content type is made of; none where it cannot be sent.
    fn from_media_type(
        name: &str,
        media_type: &MediaType,
        definitions: &Definitions,
    ) -> Option<Self> {
        if !is_media_type(name) {
            return None;
        }
        let schema = media_type.schema.as_ref().map(Source::from);
        match essence(name).as_str() {
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "multipart/form-data" => Some(Self::Multipart),
            "*/*" | "application/*" if schema.is_some_and(|one| is_file(one, definitions)) => {
                Some(Self::File)
            }
            "*/*" | "application/*" => Some(Self::Json),
            _ if is_json(name) => Some(Self::Json),
            _ if schema.is_none_or(|one| is_string(one, definitions)) => Some(if is_text(name) {
                Self::Text
            } else {
                Self::File
            }),
            _ if is_text(name) && !is_xml(name) => Some(Self::Text),
            _ => None,
        }
    }

    /// What a request body is made of whose schema says nothing about its content type: bytes as they are. XML and parts have a structure
    /// that nothing here writes.
    fn raw(name: &str) -> Option<Self> {
        let has_parts = essence(name).starts_with("multipart/");
        (is_media_type(name) && !has_parts && !is_xml(name)).then_some(Self::File)
    }
}

/// The content type of a request: `application/json` where it is listed, else the first that can be sent, with the name to send and what the
/// body is made of.
pub(crate) fn request_content<'d>(
    content: &'d Content,
    definitions: &Definitions,
) -> Option<(&'d str, &'d MediaType, BodyKind)> {
    let json = content.iter().find(|(name, _)| essence(name) == JSON);
    let first = |kind: &dyn Fn(&str, &MediaType) -> Option<BodyKind>| {
        json.into_iter()
            .chain(content)
            .find_map(|(name, media_type)| {
                Some((name.as_str(), media_type, kind(name, media_type)?))
            })
    };
    first(&|name, media_type| BodyKind::from_media_type(name, media_type, definitions))
        .or_else(|| first(&|name, _| BodyKind::raw(name)))
}

/// The content type as it is sent with a request.
pub(crate) fn sent_as(name: &str, kind: BodyKind) -> String {
    match kind {
        BodyKind::Json if essence(name) == JSON || name.contains('*') => JSON.to_owned(),
        BodyKind::File if name.contains('*') => "application/octet-stream".to_owned(),
        _ => name.to_owned(),
    }
}

/// The content type of a response, as it is asked for and as the document has it: `application/json` where it is listed, else the first that is
/// JSON, else the first; none where nothing is listed.
pub(crate) fn content_type(content: &Content) -> Option<(&str, &str, &MediaType)> {
    let usable = || content.iter().filter(|(name, _)| is_media_type(name));
    usable()
        .find(|(name, _)| essence(name) == JSON)
        .or_else(|| usable().find(|(name, _)| is_json(name)))
        .or_else(|| usable().next())
        .map(|(key, media_type)| {
            let name = if essence(key) == JSON || key == "*/*" {
                JSON
            } else {
                key.as_str()
            };
            (name, key.as_str(), media_type)
        })
}

/// Whether this is a content type, and can stand in a header.
fn is_media_type(name: &str) -> bool {
    name.contains('/') && name.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether JSON is in it.
pub(crate) fn is_json(name: &str) -> bool {
    let essence = essence(name);
    matches!(essence.as_str(), JSON | "text/json") || essence.ends_with("+json")
}

/// Whether XML is in it.
pub(crate) fn is_xml(name: &str) -> bool {
    let essence = essence(name);
    essence.ends_with("/xml") || essence.ends_with("+xml")
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
        content_type(&content).map(|(name, ..)| name.to_owned())
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
