//! How much a document holds, and its fingerprint.

use sha2::{Digest, Sha256};

use super::file;
use crate::document::{Json, LoadError};

/// The keys of a path that are operations (Swagger 2.0 knows no `trace`), in the order that Genesys
/// publishes them in.
pub(crate) const METHODS: [&str; 8] = [
    "get", "head", "options", "post", "put", "patch", "delete", "trace",
];

/// How much a document holds, counted before anything is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) operations: usize,
    pub(crate) definitions: usize,
}

/// The fingerprint and the counts of a spec.
pub(super) fn document_counts(name: &str, bytes: &[u8]) -> Result<(String, Counts), LoadError> {
    let bytes = file::unpack(name, bytes)?;
    let text = file::text(name, &bytes)?;
    let root = Json::parse(text).map_err(|fault| fault.in_file(name))?;
    Ok((sha256_of(&bytes), count(&root)))
}

pub(crate) fn count(root: &Json<'_>) -> Counts {
    let paths = root.get("paths").map(Json::entries).unwrap_or_default();
    let operations = paths
        .iter()
        .filter(|(path, _)| path.starts_with('/'))
        .flat_map(|(_, item)| item.entries())
        .filter(|(key, _)| METHODS.contains(&key.as_ref()))
        .count();
    let schemas = root.get("definitions").or_else(|| {
        root.get("components")
            .and_then(|components| components.get("schemas"))
    });
    Counts {
        operations,
        definitions: schemas.map(|schemas| schemas.entries().len()).unwrap_or(0),
    }
}

pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
