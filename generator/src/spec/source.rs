//! `source.toml`: which release a spec is and where it came from, kept beside it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, document_counts};
use super::folder::read_toml;
use crate::document::{LoadError, quote};

/// The name of the record, in the folder of the spec.
pub const SOURCE_FILE: &str = "source.toml";

const HEADER: &str = "\
# Where the spec beside this file came from. The generator refuses a spec that disagrees.
# sha256 is that of the JSON text (unpacked, where the file is .gz).

";

/// The record of one spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name of the spec file, in the same folder.
    pub file: String,
    /// The release of the Platform API.
    pub release: u32,
    /// How many operations the file holds.
    pub operations: usize,
    /// How many definitions (schemas) the file holds.
    pub definitions: usize,
    /// The SHA-256 of the JSON text, in lower-case hexadecimal.
    pub sha256: String,
    /// Where the file was taken from: a URL, or a sentence.
    pub origin: String,
    /// Whether it has the prose of the published file (summaries and descriptions), or interface facts
    /// only. Where a record says nothing, it has.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub prose: bool,
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_true(value: &bool) -> bool {
    *value
}

impl Source {
    /// Describes a spec that is about to be stored under the name `file`: `bytes` are JSON, or JSON
    /// packed with gzip.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are not JSON, or `file` is not the name of a file.
    pub fn describe(
        file: &str,
        bytes: &[u8],
        release: u32,
        origin: &str,
    ) -> Result<Self, LoadError> {
        let (sha256, counts) = document_counts(file, bytes)?;
        let source = Self {
            file: file.to_owned(),
            release,
            operations: counts.operations,
            definitions: counts.definitions,
            sha256,
            origin: origin.to_owned(),
            prose: true,
        };
        source.validate(file)?;
        Ok(source)
    }

    /// Parses the text of a record; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// Fails if the text is not TOML or has a key too few or too many.
    pub fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        let source: Self = read_toml(
            name,
            text,
            "a record of a spec",
            "It needs file, release, operations, definitions, sha256 and origin; prose = false may follow, and nothing else.",
        )?;
        source.validate(name)?;
        Ok(source)
    }

    fn validate(&self, name: &str) -> Result<(), LoadError> {
        let problem = if !is_file_name(&self.file) {
            format!(
                "file = {} is not the plain name of a file",
                quote(&self.file)
            )
        } else if self.sha256.len() != 64
            || !self
                .sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            format!(
                "sha256 = {} is not 64 lower-case hexadecimal digits",
                quote(&self.sha256)
            )
        } else {
            return Ok(());
        };
        Err(LoadError::new(name, problem, "Correct the record."))
    }

    /// The text of the record.
    pub fn to_toml(&self) -> String {
        // Every string in it is escaped; a record of strings and numbers cannot fail to serialise.
        let body = toml::to_string(self).unwrap_or_default();
        format!("{HEADER}{body}")
    }

    /// Refuses a spec that is not the recorded one. A record of another file says nothing about it.
    pub(crate) fn check(&self, path: &Path, sha256: &str, counts: Counts) -> Result<(), LoadError> {
        if path
            .file_name()
            .is_none_or(|name| name != self.file.as_str())
        {
            return Ok(());
        }
        let recorded = Counts {
            operations: self.operations,
            definitions: self.definitions,
        };
        let remedy = format!(
            "If the spec was replaced on purpose, let `genesys-codegen fetch` replace both, or state in {SOURCE_FILE}: \
             operations = {}, definitions = {}, sha256 = \"{sha256}\". Otherwise restore the spec.",
            counts.operations, counts.definitions
        );
        let problem = if self.sha256 != sha256 {
            format!(
                "the file is not the one that {SOURCE_FILE} records: its sha256 is {sha256}, not {}",
                self.sha256
            )
        } else if recorded != counts {
            format!(
                "{SOURCE_FILE} records {} operations and {} definitions, but the file holds {} and {}",
                recorded.operations, recorded.definitions, counts.operations, counts.definitions
            )
        } else {
            return Ok(());
        };
        Err(LoadError::new(path.display().to_string(), problem, remedy))
    }
}

/// Whether a text names a file in a folder, and nothing outside of it.
fn is_file_name(text: &str) -> bool {
    !text.contains(['/', '\\', '\0'])
        && Path::new(text).file_name().is_some_and(|name| name == text)
}
