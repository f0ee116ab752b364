//! Loads a spec: Swagger 2.0 (what Genesys publishes) or OpenAPI 3.0, in JSON, packed with gzip or
//! not. Whatever the dialect, the result is one `openapiv3::OpenAPI`.
//!
//! Loading is strict. Unknown keys and shapes, references to nowhere, undeclared path parameters and
//! names used twice are errors with a JSON pointer; nothing but vendor extensions (`x-*`) is free.
//! The one leniency is a [`Warning`]: a path parameter that its path lacks is left out.
//!
//! What later stages can rely on:
//!
//! - order is that of the document, everywhere but inside `default`, `example` and `x-*` values;
//! - every reference is of the form `#/components/SECTION/NAME` and resolves ([`component_name`]);
//!   parameters and request bodies in operations are never references, schemas and responses can be;
//! - parameters of a path are part of its operations; `{x}` in a path has its parameter;
//! - every operation has a name, `x-purecloud-method-name` or `operationId`, that no other has;
//! - `security: []` of an operation is `Some` of an empty list, absent is `None`;
//! - no schema is made of itself through references and `allOf` alone;
//! - the shapes of `x-purecloud-method-name` (string), `x-inin-requires-permissions` (`type` `ANY`
//!   or `ALL`, `permissions` strings), `x-inin-error-codes` (strings) and `x-genesys-preview`
//!   (boolean) have been checked.
//!
//! How schemas map to `openapiv3`'s kinds, for instance a boolean with an enum of strings, is said
//! at the top of `schema.rs`.

mod common;
mod error;
pub(crate) mod file;
pub(crate) mod json;
mod openapi;
mod operations;
pub(crate) mod reader;
mod references;
mod schema;
pub mod source;
mod swagger;

use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;
use sha2::{Digest, Sha256};

use crate::fixups::Fixups;
use json::Json;
use operations::Notes;
use reader::{At, Node};
use source::Source;

pub(crate) use error::quote;
pub use error::{LoadError, Warning};
pub use references::component_name;

/// A loaded spec.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The document, converted to OpenAPI 3.0 where it was not.
    pub document: OpenAPI,
    /// The file it was read from, or the name it was given.
    pub source: PathBuf,
    /// The SHA-256 of the JSON text (unpacked, before fix-ups), in lower-case hexadecimal.
    pub sha256: String,
    /// What was left out.
    pub warnings: Vec<Warning>,
}

/// Loads a `.json` or `.json.gz` file, with the fix-ups (`fixups.toml`) in its folder, and checks it
/// against the record (`source.toml`) there. A folder stands for the spec in it.
///
/// # Errors
///
/// Fails with the first thing that is wrong with the file, the fix-ups or the record.
pub fn load_file(path: &Path) -> Result<Spec, LoadError> {
    let path = file::locate(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let bytes = file::read(&path)?;
    let fixups = Fixups::read(folder)?;
    load(&path, &bytes, &fixups, Source::read(folder)?.as_ref())
}

/// Loads the bytes of a `.json` or `.json.gz` file, without fix-ups or record. `name` is what errors
/// call it.
///
/// # Errors
///
/// Fails with the first thing that is wrong.
pub fn load_bytes(name: &str, bytes: &[u8]) -> Result<Spec, LoadError> {
    load(Path::new(name), bytes, &Fixups::default(), None)
}

/// Loads a JSON text, without fix-ups or record. `name` is what errors call it.
///
/// # Errors
///
/// Fails with the first thing that is wrong.
pub fn load_str(name: &str, text: &str) -> Result<Spec, LoadError> {
    load_bytes(name, text.as_bytes())
}

pub(crate) fn load(
    path: &Path,
    bytes: &[u8],
    fixups: &Fixups,
    source: Option<&Source>,
) -> Result<Spec, LoadError> {
    let name = path.display().to_string();
    let bytes = file::unpack(&name, bytes)?;
    let text = file::text(&name, &bytes)?;
    let mut root = Json::parse(text).map_err(|fault| fault.in_file(&name))?;
    let sha256 = sha256_of(&bytes);
    if let Some(source) = source {
        source.check(path, &sha256, count(&root))?;
    }
    fixups.apply(&mut root)?;
    read_tree(path, &root, sha256)
}

/// Loads a spec that is not (or no longer) in its place, with the fix-ups that apply to it. What does
/// not apply comes back beside it.
///
/// # Errors
///
/// Fails with the first other thing that is wrong.
pub(crate) fn load_leniently(
    path: &Path,
    bytes: &[u8],
    fixups: &Fixups,
) -> Result<(Spec, Vec<LoadError>), LoadError> {
    let name = path.display().to_string();
    let bytes = file::unpack(&name, bytes)?;
    let text = file::text(&name, &bytes)?;
    let mut root = Json::parse(text).map_err(|fault| fault.in_file(&name))?;
    let outlived = fixups.apply_where_possible(&mut root);
    Ok((read_tree(path, &root, sha256_of(&bytes))?, outlived))
}

fn read_tree(path: &Path, root: &Json<'_>, sha256: String) -> Result<Spec, LoadError> {
    let name = path.display().to_string();
    let notes = Notes::default();
    let document = read_document(&name, root, &notes)?;
    let warnings = notes
        .into_inner()
        .into_iter()
        .map(|(pointer, message)| Warning {
            file: name.clone(),
            pointer,
            message,
        });
    Ok(Spec {
        document,
        warnings: warnings.collect(),
        source: path.to_owned(),
        sha256,
    })
}

/// Reads the tree in the dialect that it states.
fn read_document(name: &str, root: &Json<'_>, notes: &Notes) -> Result<OpenAPI, LoadError> {
    let version = |key: &'static str| {
        root.get(key)
            .map(|json| Node::new(json, At::Root.key(key)).text())
            .transpose()
            .map_err(|fault| fault.in_file(name))
    };
    let unsupported = |key: &str, what: String| {
        Err(LoadError::new(
            name,
            what,
            "Swagger 2.0 and OpenAPI 3.0 are read; convert the document to one of them.",
        )
        .at(format!("/{key}")))
    };
    match (version("swagger")?, version("openapi")?) {
        (Some(_), Some(_)) => Err(LoadError::new(
            name,
            "the document is both Swagger (\"swagger\") and OpenAPI (\"openapi\")",
            "Remove one of the two keys.",
        )
        .at(String::new())),
        (Some("2.0"), None) => {
            swagger::document(root, notes).map_err(|fault| fault.in_file(name))
        }
        (Some(other), None) => {
            unsupported("swagger", format!("this is Swagger {}", quote(other)))
        }
        (None, Some(version)) if version == "3.0" || version.starts_with("3.0.") => {
            openapi::document(root, notes).map_err(|fault| fault.in_file(name))
        }
        (None, Some(other)) => {
            unsupported("openapi", format!("this is OpenAPI {}", quote(other)))
        }
        (None, None) => Err(LoadError::new(
            name,
            "this is JSON, but no API description: it has neither the key \"swagger\" nor \"openapi\"",
            "Swagger 2.0 and OpenAPI 3.0 are read.",
        )
        .at(String::new())),
    }
}

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
fn document_counts(name: &str, bytes: &[u8]) -> Result<(String, Counts), LoadError> {
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

/// What is wrong with a TOML text, and near which line.
pub(crate) fn toml_problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "{} (near line {})",
            error.message(),
            before.matches('\n').count() + 1
        ),
        None => error.message().to_owned(),
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
