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

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::diagnostics::{Notes, WarningKind};
use super::reader::At;
use super::{Spec, read_tree};
use crate::document::{Json, LoadError, quote};
use crate::spec::{TOPICS_FILE, file, sha256_of, toml_problem};

/// The name of its record.
pub const TOPICS_RECORD: &str = "notification-topics.toml";

const HEADER: &str = "\
# Where the topics beside this file came from. The generator refuses a file that disagrees.
# sha256 is that of the JSON text.

";

/// Where the topics came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicsRecord {
    /// The name of the file, in the same folder.
    pub file: String,
    /// The release of the topics.
    pub release: u32,
    /// How many topics the file holds.
    pub topics: usize,
    /// How many definitions the file holds.
    pub definitions: usize,
    /// The SHA-256 of the JSON text, in lower-case hexadecimal.
    pub sha256: String,
    /// Where the file was taken from: a URL, or a sentence.
    pub origin: String,
}

impl TopicsRecord {
    /// Reads the record in a folder, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the record cannot be read or has a key too few or too many.
    pub fn read(folder: &Path) -> Result<Option<Self>, LoadError> {
        let path = folder.join(TOPICS_RECORD);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LoadError::reading(&path, &error)),
        };
        let record = toml::from_str(&text).map_err(|error| {
            LoadError::new(
                path.display().to_string(),
                format!("not a record of topics: {}", toml_problem(&text, &error)),
                "It needs file, release, topics, definitions, sha256 and origin, and nothing else.",
            )
        })?;
        Ok(Some(record))
    }

    /// The record of a text that is about to be stored.
    pub(crate) fn describe(text: &str, release: u32, origin: &str) -> Result<Self, LoadError> {
        let root = Json::parse(text).map_err(|fault| fault.in_file(origin))?;
        let (topics, definitions) = counts(&root);
        Ok(Self {
            file: TOPICS_FILE.to_owned(),
            release,
            topics,
            definitions,
            sha256: sha256_of(text.as_bytes()),
            origin: origin.to_owned(),
        })
    }

    /// The text of the record.
    pub fn to_toml(&self) -> String {
        // A record of strings and numbers cannot fail to serialise.
        let body = toml::to_string(self).unwrap_or_default();
        format!("{HEADER}{body}")
    }

    /// Refuses topics that are not the recorded ones.
    fn check(&self, path: &Path, sha256: &str, root: &Json<'_>) -> Result<(), LoadError> {
        if self.sha256 == sha256 && (self.topics, self.definitions) == counts(root) {
            return Ok(());
        }
        let (topics, definitions) = counts(root);
        Err(LoadError::new(
            path.display().to_string(),
            format!(
                "the file is not the one that {TOPICS_RECORD} records: its sha256 is {sha256}, with {topics} topics and {definitions} definitions"
            ),
            format!(
                "If it was replaced on purpose, let `genesys-codegen fetch --topics-from FILE` replace both, or correct {TOPICS_RECORD}. Otherwise restore the file."
            ),
        ))
    }
}

fn counts(root: &Json<'_>) -> (usize, usize) {
    let topics = match root.get("topics") {
        Some(Json::Array(topics)) => topics.len(),
        _ => 0,
    };
    let definitions = root.get("definitions").map(Json::entries);
    (topics, definitions.map_or(0, <[_]>::len))
}

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
pub(crate) fn load_beside(folder: &Path) -> Result<Option<Topics>, LoadError> {
    let path = folder.join(TOPICS_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let record = TopicsRecord::read(folder)?;
    load(&path, &file::read(&path)?, record.as_ref()).map(Some)
}

/// Reads the bytes of a file of topics.
pub(crate) fn load(
    path: &Path,
    bytes: &[u8],
    record: Option<&TopicsRecord>,
) -> Result<Topics, LoadError> {
    let name = path.display().to_string();
    let text = file::text(&name, bytes)?;
    let mut root = Json::parse(text).map_err(|fault| fault.in_file(&name))?;
    let sha256 = sha256_of(bytes);
    if let Some(record) = record {
        record.check(path, &sha256, &root)?;
    }
    let notes = Notes::default();
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
    let mut spec = read_tree(path, &document, text, sha256)?;
    let original = Json::parse(text).unwrap_or(Json::Null);
    let found = notes.into_diagnostics(&name, &original);
    spec.diagnostics.warnings.extend(found.warnings);
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
