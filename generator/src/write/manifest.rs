//! The manifest: which files of a folder the generator made, and from which part of the spec.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::MANIFEST_FILE;
use super::error::WriteError;
use super::path::{self, Name};

/// What marks a folder as ours.
const GENERATOR: &str = "genesys-codegen";
/// The version of the format of the manifest.
const FORMAT: u32 = 1;

const REMEDY: &str = "Restore it (it belongs into version control), or remove the folder.";

/// The part of the spec that something was generated from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tags {
    /// Every tag of the spec.
    All,
    /// These, by the names of their features.
    Only(BTreeSet<String>),
    /// Some operations of some tags.
    Operations {
        /// The tags, by the names of their features.
        tags: BTreeSet<String>,
        /// The operations, by what Genesys calls them.
        operations: BTreeSet<String>,
    },
    /// Some topics of notifications beside a part of the operations.
    WithTopics {
        /// The part of the operations, maybe none.
        part: Box<Self>,
        /// The topics, by their ids.
        topics: BTreeSet<String>,
    },
}

impl Tags {
    /// Whether everything made from `other` is made from these as well.
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::WithTopics { part, topics }, other) => match other {
                Self::WithTopics {
                    part: other,
                    topics: others,
                } => part.contains(other) && topics.is_superset(others),
                other => part.contains(other),
            },
            (_, Self::WithTopics { .. }) => false,
            (_, Self::All) | (Self::Operations { .. }, Self::Only(_)) => false,
            (Self::Only(these), Self::Only(tags) | Self::Operations { tags, .. }) => {
                these.is_superset(tags)
            }
            (
                Self::Operations { tags, operations },
                Self::Operations {
                    tags: other_tags,
                    operations: others,
                },
            ) => tags.is_superset(other_tags) && operations.is_superset(others),
        }
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("all tags"),
            Self::Only(tags) if tags.is_empty() => formatter.write_str("no tags"),
            Self::Only(tags) => write!(formatter, "the tags {}", list(tags)),
            Self::WithTopics { part, topics } => {
                write!(formatter, "{part} and the topics {}", list(topics))
            }
            Self::Operations { tags, operations } => write!(
                formatter,
                "the operations {} of the tags {}",
                list(operations),
                list(tags)
            ),
        }
    }
}

fn list(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| name.escape_debug().to_string())
        .collect();
    names.join(",")
}

/// Which files of a folder the generator made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    generator: String,
    format: u32,
    /// The features selected; absent where all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeSet<String>>,
    /// The operations selected; absent where all of the tags are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operations: Option<BTreeSet<String>>,
    /// The topics selected; absent where none or all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topics: Option<BTreeSet<String>>,
    /// The BLAKE3 hash of the content of each file.
    pub(super) files: BTreeMap<Name, String>,
}

impl Manifest {
    pub(super) fn new(tags: &Tags, files: BTreeMap<Name, String>) -> Self {
        let (part, topics) = match tags {
            Tags::WithTopics { part, topics } => (&**part, Some(topics.clone())),
            part => (part, None),
        };
        let (tags, operations) = match part.clone() {
            Tags::Only(tags) => (Some(tags), None),
            Tags::Operations { tags, operations } => (Some(tags), Some(operations)),
            Tags::All | Tags::WithTopics { .. } => (None, None),
        };
        Self {
            topics,
            generator: GENERATOR.to_owned(),
            format: FORMAT,
            tags,
            operations,
            files,
        }
    }

    pub(super) fn tags(&self) -> Tags {
        let part = match (self.tags.clone(), self.operations.clone()) {
            (None, None) => Tags::All,
            (Some(tags), None) => Tags::Only(tags),
            (tags, Some(operations)) => Tags::Operations {
                tags: tags.unwrap_or_default(),
                operations,
            },
        };
        match self.topics.clone() {
            Some(topics) => Tags::WithTopics {
                part: Box::new(part),
                topics,
            },
            None => part,
        }
    }

    /// Its text: one line per file, sorted.
    pub(super) fn text(&self) -> String {
        // Strings, numbers and maps with string keys cannot fail to serialise.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the manifest in a folder, if there is one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, WriteError> {
        let path = folder.join(MANIFEST_FILE);
        let damaged = |problem: String| WriteError::Damaged {
            path: path.clone(),
            problem,
            remedy: REMEDY,
        };
        match fs::symlink_metadata(&path) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(damaged("it is not a regular file".to_owned()));
            }
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(WriteError::io("read", &path)(error)),
        }
        let bytes = fs::read(&path).map_err(WriteError::io("read", &path))?;
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if manifest.generator != GENERATOR {
            return Err(damaged(format!(
                "it is that of another generator, {:?}",
                manifest.generator
            )));
        }
        if manifest.format != FORMAT {
            return Err(WriteError::Damaged {
                path,
                problem: format!(
                    "its format is {}, and this version of the generator knows {FORMAT}",
                    manifest.format
                ),
                remedy: "Use the version of the generator that made the folder, or remove the folder.",
            });
        }
        for name in manifest.files.keys() {
            path::validate(name).map_err(|error| damaged(error.to_string()))?;
        }
        Ok(Some(manifest))
    }
}

/// The hash of a content, as the manifest writes it.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
