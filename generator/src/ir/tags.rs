//! Tags: features, modules and handles; and the choice of some of them.

use std::collections::BTreeMap;

use openapiv3::OpenAPI;

use crate::load::quote;

use super::error::{FIX_UP, IrError};
use super::model::{Tag, TagId};
use super::naming::module;
use super::near::{near, remedy};
use super::schemas::prose;

/// Features that the runtime has.
const RUNTIME_FEATURES: &[&str] = &[
    "blocking",
    "chrono",
    "default",
    "full",
    "jiff",
    "login",
    "native-tls",
    "redis",
    "rustls",
    "rustls-no-provider",
    "time",
];

/// Methods that the client has: a handle is a method beside them.
const CLIENT_METHODS: &[&str] = &[
    "access_token",
    "api_base",
    "as_ref",
    "authenticate",
    "blocking",
    "borrow",
    "borrow_mut",
    "builder",
    "clone",
    "close",
    "config",
    "configuration",
    "default",
    "download",
    "execute",
    "fmt",
    "from",
    "from_env",
    "into",
    "invalidate_token",
    "login_base",
    "new",
    "options",
    "rate_limit",
    "region",
    "request",
    "send",
    "token",
    "try_from",
    "try_into",
    "type_id",
    "upload",
];

/// What methods begin with that derive a client from another.
const DERIVING: &str = "with_";

/// The longest name of a module.
const MODULE_LIMIT: usize = 60;

/// The words of a tag: whatever its letters and digits make, in lower case, with `-` between.
pub(crate) fn feature(tag: &str) -> String {
    let words: Vec<String> = tag
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

/// The tags that operations have, sorted by module.
pub(crate) fn tags(document: &OpenAPI) -> Result<Vec<Tag>, IrError> {
    let mut used: BTreeMap<&str, String> = BTreeMap::new();
    for (path, method, operation) in document.operations() {
        for (index, tag) in operation.tags.iter().enumerate() {
            used.entry(tag).or_insert_with(|| {
                super::error::pointer(["paths", path, method, "tags", &index.to_string()])
            });
        }
    }
    let mut by_feature: BTreeMap<String, &str> = BTreeMap::new();
    let mut tags = Vec::with_capacity(used.len());
    for (name, pointer) in used {
        let tag = tag(document, name).map_err(|error| error.at(pointer.clone()))?;
        if let Some(other) = by_feature.insert(tag.feature.clone(), name) {
            return Err(IrError::new(
                subject(name),
                format!(
                    "its feature {} is that of the tag {}, too",
                    quote(&tag.feature),
                    quote(other)
                ),
                FIX_UP,
            )
            .at(pointer));
        }
        tags.push(tag);
    }
    tags.sort_by(|left, right| left.module.cmp(&right.module));
    Ok(tags)
}

fn subject(name: &str) -> String {
    format!("tag {}", quote(name))
}

fn tag(document: &OpenAPI, name: &str) -> Result<Tag, IrError> {
    let feature = feature(name);
    if !feature.contains(|character: char| character.is_ascii_alphabetic()) {
        return Err(IrError::new(
            subject(name),
            "it has no letter from a to z, so that no feature and no module can be called like it",
            FIX_UP,
        ));
    }
    if RUNTIME_FEATURES.contains(&feature.as_str()) {
        return Err(IrError::new(
            subject(name),
            format!(
                "its feature would be {}, which is a feature of the runtime",
                quote(&feature)
            ),
            FIX_UP,
        ));
    }
    let words = feature.replace('-', "_");
    let words = if words.starts_with(|first: char| first.is_ascii_digit()) {
        format!("tag_{words}")
    } else {
        words
    };
    let mut module = module(&words, MODULE_LIMIT);
    if CLIENT_METHODS.contains(&module.as_str()) || module.starts_with(DERIVING) {
        module.push('_');
    }
    let declared = document.tags.iter().find(|tag| tag.name == name);
    Ok(Tag {
        name: name.to_owned(),
        type_name: format!("{}Api", super::naming::pascal(&words)),
        feature,
        module,
        description: declared.and_then(|tag| prose(tag.description.as_deref())),
    })
}

/// The tags that these names mean: each is a feature, a module or a tag itself, in any case.
pub(crate) fn find(tags: &[Tag], names: &[String]) -> Result<Vec<TagId>, IrError> {
    let mut found = Vec::new();
    for name in names {
        let wanted = feature(name);
        let id = tags.iter().position(|tag| {
            tag.feature == wanted || tag.name.eq_ignore_ascii_case(name) || tag.module == *name
        });
        let Some(id) = id else {
            return Err(IrError::new(
                subject(name),
                "the spec has no such tag",
                remedy(&near(tags.iter().map(|tag| tag.feature.as_str()), &wanted)),
            ));
        };
        found.push(id);
    }
    if found.is_empty() {
        return Err(IrError::new(
            "the choice of tags",
            "it is empty",
            "Name at least one tag.",
        ));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_tags(names: &[&str]) -> OpenAPI {
        let mut document = OpenAPI::default();
        for (index, name) in names.iter().enumerate() {
            let get = openapiv3::Operation {
                tags: vec![(*name).to_owned()],
                ..Default::default()
            };
            let item = openapiv3::PathItem {
                get: Some(get),
                ..Default::default()
            };
            document
                .paths
                .paths
                .insert(format!("/{index}"), openapiv3::ReferenceOr::Item(item));
        }
        document
    }

    fn problem(names: &[&str]) -> String {
        tags(&with_tags(names)).unwrap_err().to_string()
    }

    #[test]
    fn a_tag_is_a_feature_a_module_and_a_type() {
        let found = tags(&with_tags(&[
            "Users",
            "Speech & Text Analytics",
            "OAuth",
            "Request",
            "With Care",
            "3D",
        ]))
        .unwrap();
        let names: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|tag| {
                (
                    tag.feature.as_str(),
                    tag.module.as_str(),
                    tag.type_name.as_str(),
                )
            })
            .collect();
        assert_eq!(
            names,
            [
                ("oauth", "oauth", "OAuthApi"),
                ("request", "request_", "RequestApi"),
                (
                    "speech-text-analytics",
                    "speech_text_analytics",
                    "SpeechTextAnalyticsApi"
                ),
                ("3d", "tag_3d", "Tag3dApi"),
                ("users", "users", "UsersApi"),
                ("with-care", "with_care_", "WithCareApi"),
            ]
        );
    }

    #[test]
    fn a_tag_that_cannot_be_a_feature_is_an_error_that_names_it() {
        assert!(problem(&[".."]).contains(r#"/paths/~10/get/tags/0: tag "..": it has no letter"#));
        assert!(problem(&["Users", "12"]).contains(r#"tag "12""#));
        assert!(problem(&["Full"]).contains("a feature of the runtime"));
        assert!(problem(&["Native TLS"]).contains("a feature of the runtime"));
        assert!(problem(&["Users", "users!"]).contains(r#"is that of the tag "Users""#));
    }

    #[test]
    fn tags_are_found_by_any_of_their_names() {
        let tags = tags(&with_tags(&["Users", "Speech & Text Analytics", "Routing"])).unwrap();
        let find = |name: &str| find(&tags, &[name.to_owned()]);
        for name in [
            "speech-text-analytics",
            "speech_text_analytics",
            "Speech & Text Analytics",
            "SPEECH & TEXT ANALYTICS",
        ] {
            assert_eq!(find(name).unwrap(), [1], "{name}");
        }
        let error = find("user").unwrap_err();
        assert!(
            error.remedy().starts_with("Near names are users,"),
            "{error}"
        );
        assert!(super::find(&tags, &[]).is_err());
    }
}
