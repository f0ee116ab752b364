//! `notification-topics.json`: the topics of notifications, and the definitions of what their events hold. The file lies beside a spec, with a
//! record of its own.
//!
//! ```json
//! {
//!  "definitions": {"PresenceEventUserPresence": {"type": "object", "properties": {…}}},
//!  "topics": [{"id": "v2.users.{id}.presence", "schema": "PresenceEventUserPresence", "requiresPermissions": ["…"]}]
//! }
//! ```
//!
//! Definitions are read as those of a Swagger 2.0 document. A topic that is not understood is left out with a warning, because the others are
//! of use without it.

use std::path::Path;

use super::diagnostics::{Notes, WarningKind};
use super::reader::At;
use super::{Spec, read_json, read_tree};
use crate::document::{Json, LoadError, quote};
use crate::spec::{Folder, TOPICS_FILE, TopicsRecord, file, sha256_of};

/// The topics that lie beside a spec.
#[derive(Debug, Clone)]
pub(crate) struct Topics {
    /// The definitions, as a document without operations.
    pub(crate) spec: Spec,
    /// The topics, in the order of their ids.
    pub(crate) topics: Vec<DeclaredTopic>,
    /// The release, if there is a record.
    pub(crate) release: Option<String>,
}

/// A topic as the file declares it: untrusted text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeclaredTopic {
    pub(crate) id: String,
    /// The definition of what its events hold.
    pub(crate) schema: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) transports: Vec<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) parameters: Vec<String>,
    pub(crate) needs_division_permissions: bool,
    pub(crate) needs_current_user: bool,
    pub(crate) needs_current_user_or_permission: bool,
    pub(crate) is_preview: bool,
    /// Where it is in the file.
    pub(crate) pointer: String,
}

/// Reads the topics in the folder of a spec, if there is such a file.
pub(crate) fn load_beside(folder: &Folder) -> Result<Option<Topics>, LoadError> {
    let path = folder.path().join(TOPICS_FILE);
    if !path.exists() {
        return Ok(None);
    }
    load(&path, &file::read(&path)?, folder.topics()?.as_ref()).map(Some)
}

/// Reads the bytes of a file of topics.
pub(crate) fn load(
    path: &Path,
    bytes: &[u8],
    record: Option<&TopicsRecord>,
) -> Result<Topics, LoadError> {
    let name = path.display().to_string();
    let text = file::text(&name, bytes)?;
    let notes = Notes::default();
    let mut root = read_json(&name, text, &notes)?;
    let sha256 = sha256_of(bytes);
    if let Some(record) = record {
        record.check(path, &sha256, &root)?;
    }
    let topics = declared(&root, &notes).map_err(|problem| {
        LoadError::new(
            &name,
            problem,
            "It needs an object with a list \"topics\"; `genesys-codegen fetch --topics-from FILE` makes it of what the API returns.",
        )
        .at("/topics".to_owned())
    })?;
    root.sort();
    let definitions = match root {
        Json::Object(entries) => entries.into_iter().find(|(key, _)| key == "definitions"),
        _ => None,
    };
    let definitions = definitions.map_or(Json::Object(Vec::new()), |(_, definitions)| definitions);
    let text_of = |text: &'static str| Json::String(text.into());
    let document = Json::Object(vec![
        ("definitions".into(), definitions),
        (
            "info".into(),
            Json::Object(vec![
                ("title".into(), text_of("Notifications")),
                ("version".into(), text_of("v2")),
            ]),
        ),
        ("paths".into(), Json::Object(Vec::new())),
        ("swagger".into(), text_of("2.0")),
    ]);
    let spec = read_tree(path, &document, text, sha256, notes)?;
    Ok(Topics {
        spec,
        topics,
        release: record.map(|record| record.release.to_string()),
    })
}

fn declared(root: &Json<'_>, notes: &Notes) -> Result<Vec<DeclaredTopic>, String> {
    let list = match root.get("topics") {
        Some(Json::Array(list)) => list,
        Some(other) => return Err(format!("the topics are {}, not a list", other.kind())),
        None => return Err("the file has no topics".to_owned()),
    };
    let at = At::Root.key("topics");
    let mut topics: Vec<DeclaredTopic> = Vec::with_capacity(list.len());
    for (index, json) in list.iter().enumerate() {
        let at = at.index(index);
        let id = match json.get("id") {
            Some(Json::String(id)) if !id.trim().is_empty() => id.clone().into_owned(),
            _ => {
                notes.warn(
                    WarningKind::Topic,
                    &at,
                    "the topic has no id; it is left out",
                );
                continue;
            }
        };
        topics.push(DeclaredTopic {
            pointer: at.pointer(),
            schema: text(json, "schema"),
            description: text(json, "description"),
            transports: texts(json, "transports", &at, notes),
            permissions: texts(json, "requiresPermissions", &at, notes),
            parameters: texts(json, "topicParameters", &at, notes),
            needs_division_permissions: is_true(json, "requiresDivisionPermissions"),
            needs_current_user: is_true(json, "requiresCurrentUser"),
            needs_current_user_or_permission: is_true(json, "requiresCurrentUserOrPermission"),
            is_preview: text(json, "visibility").is_some_and(|text| text == "Preview"),
            id,
        });
    }
    topics.sort_by(|left, right| left.id.cmp(&right.id));
    let mut previous: Option<String> = None;
    topics.retain(|topic| {
        let is_new = previous.as_ref() != Some(&topic.id);
        if !is_new {
            notes.warn_at(
                WarningKind::Topic,
                topic.pointer.clone(),
                format!(
                    "another topic has the id {}; this one is left out",
                    quote(&topic.id)
                ),
            );
        }
        previous = Some(topic.id.clone());
        is_new
    });
    Ok(topics)
}

fn text(json: &Json<'_>, key: &str) -> Option<String> {
    json.get(key)
        .and_then(Json::as_str)
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

fn texts(json: &Json<'_>, key: &str, at: &At<'_>, notes: &Notes) -> Vec<String> {
    let items = match json.get(key) {
        Some(Json::Array(items)) => items,
        None | Some(Json::Null) => return Vec::new(),
        Some(other) => {
            notes.warn(
                WarningKind::Topic,
                &at.key(key),
                format!(
                    "this is {}, not a list of texts; it is ignored",
                    other.kind()
                ),
            );
            return Vec::new();
        }
    };
    items
        .iter()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

fn is_true(json: &Json<'_>, key: &str) -> bool {
    matches!(json.get(key), Some(Json::Boolean(true)))
}
