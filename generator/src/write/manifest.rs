//! The manifest: which files of a folder the generator made, and from which part of the spec.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::MANIFEST_FILE;
use super::error::WriteError;
use super::path::{self, Name};
use crate::ir::Selection;

/// What marks a folder as ours.
const GENERATOR: &str = "genesys-codegen";
/// The version of the format of the manifest.
const FORMAT: u32 = 1;

const REMEDY: &str = "Restore it (it belongs into version control), or remove the folder.";

/// Which files of a folder the generator made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    generator: String,
    format: u32,
    /// What of the spec they were made from: the features, operations and topics selected; absent where all are.
    #[serde(flatten)]
    pub(super) part: Selection,
    /// The BLAKE3 hash of the content of each file.
    pub(super) files: BTreeMap<Name, String>,
}

impl Manifest {
    pub(super) fn new(part: &Selection, files: BTreeMap<Name, String>) -> Self {
        Self {
            generator: GENERATOR.to_owned(),
            format: FORMAT,
            part: part.clone(),
            files,
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
        let metadata = WriteError::if_there(fs::symlink_metadata(&path), "read", &path)?;
        let Some(metadata) = metadata else {
            return Ok(None);
        };
        if !metadata.is_file() {
            return Err(damaged("it is not a regular file".to_owned()));
        }
        let bytes = fs::read(&path).map_err(WriteError::from_io("read", &path))?;
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
