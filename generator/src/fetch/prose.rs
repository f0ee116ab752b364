//! Leaves the prose out of a spec: what remains are interface facts.
//!
//! Genesys's summaries and descriptions are its own text. A repository that is to hold none of it keeps
//! its spec without (`prose = false` in `source.toml`).

use crate::document::Json;

/// What the keys of an object are.
#[derive(Clone, Copy)]
enum Keys {
    /// Those of the format.
    Format,
    /// Those of the format, below `info`.
    Info,
    /// Names, with objects of the format below them.
    Names,
    /// Status codes, with responses below them.
    Statuses,
    /// Codes that are explained: scopes, error codes.
    Codes,
    /// Anything, which stays.
    Values,
}

/// Leaves it out.
pub(super) fn drop(root: &mut Json<'_>) {
    strip(root, Keys::Format);
}

fn strip(json: &mut Json<'_>, keys: Keys) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| strip(item, keys)),
        Json::Object(entries) => {
            if matches!(keys, Keys::Format | Keys::Info) {
                entries.retain(|(key, value)| match key.as_ref() {
                    "description" | "summary" => value.as_str().is_none(),
                    "externalDocs" => false,
                    "termsOfService" | "contact" | "license" => !matches!(keys, Keys::Info),
                    _ => true,
                });
            }
            for (key, value) in entries {
                match keys {
                    Keys::Format | Keys::Info => strip(value, below(key, value)),
                    Keys::Names => strip(value, Keys::Format),
                    Keys::Statuses => {
                        let text = reason(key);
                        let described = value.get("description").is_some();
                        strip_response(value, described.then_some(text));
                    }
                    Keys::Codes => {
                        if value.as_str().is_some() {
                            *value = Json::String(key.clone());
                        }
                    }
                    Keys::Values => {}
                }
            }
        }
        _ => {}
    }
}

/// A response has to have a description: it gets the reason phrase of its status.
fn strip_response(response: &mut Json<'_>, text: Option<&'static str>) {
    let place = response
        .entries()
        .iter()
        .position(|(key, _)| key == "description");
    strip(response, Keys::Format);
    if let (Some(place), Some(text), Some(entries)) = (place, text, response.entries_mut()) {
        let place = place.min(entries.len());
        entries.insert(place, ("description".into(), Json::String(text.into())));
    }
}

fn below(key: &str, value: &Json<'_>) -> Keys {
    match key {
        "info" => Keys::Info,
        "paths"
        | "properties"
        | "patternProperties"
        | "definitions"
        | "headers"
        | "securityDefinitions"
        | "schemas"
        | "requestBodies"
        | "securitySchemes"
        | "content" => Keys::Names,
        // A list in an operation, a map of names at the top.
        "parameters" if matches!(value, Json::Object(_)) => Keys::Names,
        "responses" => Keys::Statuses,
        "scopes" | "x-inin-error-codes" => Keys::Codes,
        "default" | "example" | "examples" | "enum" | "security" | "x-example" => Keys::Values,
        _ => Keys::Format,
    }
}

/// The reason phrase of a status (RFC 9110, section 15; that of 413 is older).
fn reason(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        // Published `default` responses are those of operations that return nothing.
        "204" | "default" => "No Content",
        "206" => "Partial Content",
        "302" => "Found",
        "303" => "See Other",
        "304" => "Not Modified",
        "307" => "Temporary Redirect",
        "308" => "Permanent Redirect",
        "400" => "Bad Request",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "Not Found",
        "405" => "Method Not Allowed",
        "406" => "Not Acceptable",
        "408" => "Request Timeout",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "Precondition Failed",
        "413" => "Request Entity Too Large",
        "415" => "Unsupported Media Type",
        "422" => "Unprocessable Entity",
        "423" => "Locked",
        "424" => "Failed Dependency",
        "429" => "Too Many Requests",
        "500" => "Internal Server Error",
        "501" => "Not Implemented",
        "502" => "Bad Gateway",
        "503" => "Service Unavailable",
        "504" => "Gateway Timeout",
        _ => "Response",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_goes_and_facts_stay() {
        let mut root = Json::parse(
            r#"{"info":{"title":"T","description":"prose","termsOfService":"url","license":{"name":"x"}},
                "tags":[{"name":"A","description":"prose","externalDocs":{"url":"u"}}],
                "paths":{"/description":{"get":{"summary":"prose","description":"prose",
                    "parameters":[{"name":"description","description":"prose","default":{"description":"kept"}}],
                    "responses":{"404":{"description":"prose","x-inin-error-codes":{"not.found":"prose"}},"418":{"description":"prose"}}}}},
                "definitions":{"summary":{"type":"object","description":"prose","required":["description"],
                    "properties":{"description":{"type":"string","description":"prose"},"license":{"type":"string"}}}},
                "securityDefinitions":{"o":{"scopes":{"all":"prose"}}},"responses":{"400":{"description":"prose"}}}"#,
        )
        .unwrap();
        drop(&mut root);
        let expected = serde_json::json!({
            "info": {"title": "T"},
            "tags": [{"name": "A"}],
            "paths": {"/description": {"get": {
                "parameters": [{"name": "description", "default": {"description": "kept"}}],
                "responses": {
                    "404": {"description": "Not Found", "x-inin-error-codes": {"not.found": "not.found"}},
                    "418": {"description": "Response"},
                }
            }}},
            "definitions": {"summary": {"type": "object", "required": ["description"],
                "properties": {"description": {"type": "string"}, "license": {"type": "string"}}}},
            "securityDefinitions": {"o": {"scopes": {"all": "all"}}},
            "responses": {"400": {"description": "Bad Request"}},
        });
        assert_eq!(root.to_value(), expected);
    }
}
