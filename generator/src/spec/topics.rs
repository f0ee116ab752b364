//! `notification-topics.toml`: where the topics of notifications came from, kept beside them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::counts::sha256_of;
use super::folder::read_toml;
use crate::document::{Json, LoadError};

/// The name of the file with the topics of notifications, beside a spec.
pub const TOPICS_FILE: &str = "notification-topics.json";

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
    /// Parses the text of a record; `name` is what errors call it.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        read_toml(
            name,
            text,
            "a record of topics",
            "It needs file, release, topics, definitions, sha256 and origin, and nothing else.",
        )
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
    pub(crate) fn check(
        &self,
        path: &Path,
        sha256: &str,
        root: &Json<'_>,
    ) -> Result<(), LoadError> {
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
