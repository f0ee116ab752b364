//! Tags: features, modules and handles; and the choice of some of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openapiv3::{OpenAPI, Operation};

use crate::document::quote;
use crate::load::{Notes, WarningKind};

use super::error::IrError;
use super::groups::{SHARED, UNREACHED};
use super::model::{Tag, TagId};
use super::naming::{module, pascal, short};
use super::near::{near, remedy};
use super::operations::Input;
use super::schemas::prose;

/// Features that the runtime has.
pub(super) const RUNTIME_FEATURES: &[&str] = &[
    "blocking",
    "chrono",
    "default",
    "full",
    "jiff",
    "login",
    "native-tls",
    "notification-stream",
    "redis",
    "rustls",
    "rustls-no-provider",
    "testing",
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
    "listen",
    "listen_for",
    "listen_to",
    "login_base",
    "new",
    "options",
    "permissions",
    "rate_limit",
    "region",
    "request",
    "request_presigned",
    "scopes",
    "send",
    "token",
    "try_from",
    "try_into",
    "type_id",
    "upload",
];

/// Modules that the output has beside those of the tags.
const OTHER_MODULES: &[&str] = &["handles", SHARED, UNREACHED];

/// What methods begin with that derive a client from another.
const DERIVING: &str = "with_";

/// The longest name of a module.
const MODULE_LIMIT: usize = 60;

/// The words of a tag: its letters and digits in lower case, with `-` between.
pub(crate) fn feature(tag: &str) -> String {
    let words: Vec<String> = tag
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

/// The tag of operations that have none.
const UNTAGGED: &str = "default";

/// What is appended to a feature that the runtime has as well.
const SUFFIX: &str = "-tag";

/// The names of the tags of an operation.
pub(crate) fn names(operation: &Operation) -> impl Iterator<Item = &str> {
    let untagged = operation.tags.is_empty().then_some(UNTAGGED);
    operation.tags.iter().map(String::as_str).chain(untagged)
}

/// The tags that operations have, sorted by module. One whose feature is taken gets a suffix or a number.
pub(crate) fn tags(document: &OpenAPI, inputs: &[Input<'_>], notes: &Notes) -> Vec<Tag> {
    let mut used: BTreeMap<&str, String> = BTreeMap::new();
    for input in inputs {
        if input.operation.tags.is_empty() {
            notes.warn_at(
                WarningKind::Tag,
                input.pointer(&[]),
                format!(
                    "the operation has no tag; it belongs to {}",
                    quote(UNTAGGED)
                ),
            );
            used.entry(UNTAGGED).or_insert_with(|| input.pointer(&[]));
        }
        for (index, tag) in input.operation.tags.iter().enumerate() {
            used.entry(tag)
                .or_insert_with(|| input.pointer(&["tags", &index.to_string()]));
        }
    }
    // Who is called like its tag comes first.
    let mut order: Vec<(bool, &str, &str)> = used
        .iter()
        .map(|(name, pointer)| (is_renamed(name), *name, pointer.as_str()))
        .collect();
    order.sort_unstable();
    let mut taken = HashSet::new();
    let mut tags: Vec<Tag> = order
        .into_iter()
        .map(|(_, name, pointer)| {
            let plain = feature(name);
            let tag = tag(document, name, &mut taken);
            if tag.feature != plain {
                notes.warn_at(
                    WarningKind::Tag,
                    pointer.to_owned(),
                    format!(
                        "the feature of the tag {} is called {}",
                        quote(name),
                        quote(&tag.feature)
                    ),
                );
            }
            tag
        })
        .collect();
    tags.sort_by(|left, right| left.module.cmp(&right.module));
    tags
}

/// Whether a tag cannot be called by its words alone.
fn is_renamed(name: &str) -> bool {
    let feature = feature(name);
    RUNTIME_FEATURES.contains(&feature.as_str())
        || !feature.contains(|character: char| character.is_ascii_alphabetic())
}

fn subject(name: &str) -> String {
    format!("tag {}", quote(name))
}

/// A tag with a feature, a module and a type that no other has.
fn tag(document: &OpenAPI, name: &str, taken: &mut HashSet<String>) -> Tag {
    let words = feature(name);
    let plain = if RUNTIME_FEATURES.contains(&words.as_str()) {
        format!("{words}{SUFFIX}")
    } else if words.is_empty() {
        "tag".to_owned()
    } else if is_renamed(name) {
        format!("tag-{words}")
    } else {
        words
    };
    let declared = document.tags.iter().find(|tag| tag.name == name);
    let mut number = 1;
    loop {
        let feature = match number {
            1 => plain.clone(),
            number => format!("{plain}-{number}"),
        };
        number += 1;
        let words = feature.replace('-', "_");
        let words = if words.starts_with(|first: char| first.is_ascii_digit()) {
            format!("tag_{words}")
        } else {
            words
        };
        let mut module = module(&words, MODULE_LIMIT);
        let is_taken = CLIENT_METHODS.contains(&module.as_str())
            || OTHER_MODULES.contains(&module.as_str())
            || module.starts_with(DERIVING);
        if is_taken {
            module.push('_');
        }
        let type_name = format!("{}Api", short(&pascal(&words), &words));
        let keys = [
            format!("feature {feature}"),
            format!("module {module}"),
            format!("type {type_name}"),
        ];
        if keys.iter().any(|key| taken.contains(key)) {
            continue;
        }
        taken.extend(keys);
        return Tag {
            name: name.to_owned(),
            type_name,
            feature,
            module,
            description: declared.and_then(|tag| prose(tag.description.as_deref())),
        };
    }
}

/// The tags that these names mean: each is a feature, a module or a tag itself, in any case.
pub(crate) fn find(tags: &[Tag], names: &BTreeSet<String>) -> Result<Vec<TagId>, IrError> {
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

    fn found(names: &[&str]) -> (Vec<Tag>, Vec<(String, String)>) {
        let document = with_tags(names);
        let notes = Notes::default();
        let inputs = super::super::operations::inputs(&document, "", &HashSet::new());
        let tags = tags(&document, &inputs, &notes);
        let warnings = notes.into_loaded().warnings.into_iter();
        let warnings = warnings.map(|warning| (warning.pointer, warning.message));
        (tags, warnings.collect())
    }

    #[test]
    fn a_tag_is_a_feature_a_module_and_a_type() {
        let (found, warnings) = found(&[
            "Users",
            "Speech & Text Analytics",
            "OAuth",
            "Request",
            "With Care",
            "3D",
        ]);
        assert_eq!(warnings, []);
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
    fn a_tag_whose_feature_is_taken_gets_another() {
        let (found, warnings) =
            found(&["..", "users!", "12", "Full", "Users", "full-tag", "USERS"]);
        let features: BTreeMap<&str, &str> = found
            .iter()
            .map(|tag| (tag.name.as_str(), tag.feature.as_str()))
            .collect();
        assert_eq!(
            features,
            BTreeMap::from([
                ("..", "tag"),
                ("12", "tag-12"),
                ("Full", "full-tag-2"),
                ("USERS", "users"),
                ("Users", "users-2"),
                ("full-tag", "full-tag"),
                ("users!", "users-3"),
            ])
        );
        let named: Vec<&str> = warnings
            .iter()
            .map(|(pointer, _)| pointer.as_str())
            .collect();
        assert_eq!(named.len(), 5, "{warnings:?}");
        assert!(named.contains(&"/paths/~10/get/tags/0"), "{warnings:?}");
    }

    #[test]
    fn tags_are_found_by_any_of_their_names() {
        let (tags, _) = found(&["Users", "Speech & Text Analytics", "Routing"]);
        let find = |name: &str| find(&tags, &[name.to_owned()].into());
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
        assert!(super::find(&tags, &BTreeSet::new()).is_err());
    }
}
