//! Loads a spec: Swagger 2.0 (what Genesys publishes) or OpenAPI 3.0, in JSON, packed with gzip or
//! not. For each dialect, the result is one `openapiv3::OpenAPI`.
//!
//! What a document holds is read as far as it can be. A document as a whole is refused only where everything generated from it
//! would be wrong; an operation that cannot be expressed is left out; a schema that cannot be expressed is any JSON value; and anything
//! else that is unusual is read with a [`Warning`]. All of this is in [`Diagnostics`], with places of the file that was read.
//!
//! What later stages can rely on:
//!
//! - the members of every object are in the order of their names, so that their order in the document has no effect; lists are in
//!   the order of the document;
//! - references are to schemas only, of the form `#/components/schemas/NAME`, and resolve ([`component_name`]);
//! - parameters of a path are part of its operations; `{x}` in a path has its parameter;
//! - every operation has a name, `x-purecloud-method-name` or `operationId`, that no other has;
//! - `security: []` of an operation is `Some` of an empty list, absent is `None`; a scheme that it names need not be defined;
//! - no schema is made of itself through references and `allOf` alone;
//! - the shapes of `x-purecloud-method-name` (string), `x-inin-requires-permissions` (`type` `ANY`
//!   or `ALL`, `permissions` strings), `x-inin-error-codes` (strings) and `x-genesys-preview`
//!   (boolean) have been checked.
//!
//! How schemas map to `openapiv3`'s kinds, for instance a boolean with an enum of strings, is said
//! at the top of `schema.rs`.

mod common;
mod diagnostics;
mod openapi;
mod operations;
mod paths;
mod places;
pub(crate) mod reader;
mod references;
mod schema;
mod security;
mod swagger;
pub(crate) mod topics;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use openapiv3::OpenAPI;

use crate::document::{Fault, Json, quote};
use crate::spec::{
    Fixups, Folder, OUTLIVED_REMEDY, Outlived, Source, count, file, outlived_lines, sha256_of,
};
use diagnostics::Finder;
use places::Places;

pub use crate::document::LoadError;
pub(crate) use diagnostics::Notes;
pub use diagnostics::{Diagnostics, LeftOut, Warning, WarningGroup, WarningKind};
pub use references::component_name;
pub(crate) use swagger::COLLECTION_FORMAT;

/// A loaded spec.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The document, converted to OpenAPI 3.0 where it was not.
    pub document: OpenAPI,
    /// The file it was read from, or the name it was given.
    pub source: PathBuf,
    /// The SHA-256 of the JSON text (unpacked, before fix-ups), in lower-case hexadecimal.
    pub sha256: String,
    /// What was left out, or read in a way that its author may not expect.
    pub diagnostics: Diagnostics,
    /// The fix-ups that do not apply.
    pub(crate) outlived: Vec<Outlived>,
    places: Places,
    /// The JSON text, which places are checked against.
    text: Arc<str>,
}

impl Spec {
    /// The spec, unless a fix-up does not apply.
    fn current(self) -> Result<Self, LoadError> {
        if self.outlived.is_empty() {
            return Ok(self);
        }
        let name = self.source.display().to_string();
        let problem = format!(
            "data beside it does not apply any more:\n{}",
            outlived_lines(&self.outlived)
        );
        Err(LoadError::new(name, problem, OUTLIVED_REMEDY))
    }

    /// A fault of the loaded document as an error about the file.
    pub(crate) fn error(&self, fault: Fault) -> LoadError {
        let root = Json::parse(&self.text).unwrap_or(Json::Null);
        let place = Finder::new(&root).existing(&self.places.in_file(&fault.pointer));
        LoadError::new(
            self.source.display().to_string(),
            fault.problem,
            fault.remedy,
        )
        .at(place)
    }

    /// What was found while the document was read, and what was found in the loaded document after that.
    pub(crate) fn with(&self, found: Diagnostics) -> Diagnostics {
        let mut all = self.diagnostics.clone();
        if found.is_empty() {
            return all;
        }
        let root = Json::parse(&self.text).unwrap_or(Json::Null);
        let file = self.source.display().to_string();
        let finder = Finder::new(&root);
        let place = |pointer: &str| finder.existing(&self.places.in_file(pointer));
        all.warnings
            .extend(found.warnings.into_iter().map(|warning| Warning {
                file: file.clone(),
                pointer: place(&warning.pointer),
                ..warning
            }));
        all.left_out
            .extend(found.left_out.into_iter().map(|left_out| LeftOut {
                file: file.clone(),
                pointer: place(&left_out.pointer),
                ..left_out
            }));
        all
    }
}

/// Loads a `.json` or `.json.gz` file, with the fix-ups (`fixups.toml`) in its folder, and checks it
/// against the record (`source.toml`) there. A folder stands for the spec in it.
///
/// # Errors
///
/// Fails with the first thing that is wrong with the file, the fix-ups or the record.
pub fn load_file(path: &Path) -> Result<Spec, LoadError> {
    let (folder, path) = Folder::from_spec(path)?;
    load_from(&folder, &path)?.current()
}

/// The same of a folder that was read, with the fix-ups that apply; the others are in [`Spec::outlived`].
pub(crate) fn load_from(folder: &Folder, path: &Path) -> Result<Spec, LoadError> {
    let bytes = file::read(path)?;
    load(path, &bytes, &folder.fixups()?, folder.source()?.as_ref())
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

/// Loads a spec with the fix-ups that apply to it; the others are in [`Spec::outlived`].
pub(crate) fn load(
    path: &Path,
    bytes: &[u8],
    fixups: &Fixups,
    source: Option<&Source>,
) -> Result<Spec, LoadError> {
    let name = path.display().to_string();
    let bytes = file::unpack(&name, bytes)?;
    let text = file::text(&name, &bytes)?;
    let notes = Notes::default();
    let mut root = read_json(&name, text, &notes)?;
    let sha256 = sha256_of(&bytes);
    if let Some(source) = source {
        source.check(path, &sha256, count(&root))?;
    }
    let outlived = fixups.apply(&mut root);
    root.sort();
    let spec = read_tree(path, &root, text, sha256, notes)?;
    Ok(Spec { outlived, ..spec })
}

/// Parses a text, and warns of what is passed over.
fn read_json<'d>(name: &str, text: &'d str, notes: &Notes) -> Result<Json<'d>, LoadError> {
    let warn = |pointer, reason| notes.warn_at(WarningKind::Document, pointer, reason);
    Json::parse_with(text, warn).map_err(|fault| fault.in_file(name))
}

/// Reads a tree; `text` is what it was before the fix-ups.
fn read_tree(
    path: &Path,
    root: &Json<'_>,
    text: &str,
    sha256: String,
    notes: Notes,
) -> Result<Spec, LoadError> {
    let name = path.display().to_string();
    let (document, places) = read_document(&name, root, &notes)?;
    let diagnostics = if notes.is_empty() {
        Diagnostics::default()
    } else {
        let original = Json::parse(text).unwrap_or(Json::Null);
        notes.into_diagnostics(&name, &original)
    };
    Ok(Spec {
        document,
        diagnostics,
        source: path.to_owned(),
        sha256,
        outlived: Vec::new(),
        places,
        text: text.into(),
    })
}

/// Reads the tree in the dialect that it states.
fn read_document(
    name: &str,
    root: &Json<'_>,
    notes: &Notes,
) -> Result<(OpenAPI, Places), LoadError> {
    // Some writers give the version as a number.
    let version = |key: &'static str| {
        root.get(key).map(|json| match json {
            Json::Number(number) if number.as_f64() == Some(2.0) => "2.0".to_owned(),
            Json::Number(number) if number.as_f64() == Some(3.0) => "3.0".to_owned(),
            json => json
                .as_str()
                .map_or_else(|| json.to_value().to_string(), str::to_owned),
        })
    };
    let unsupported = |key: &str, what: String| {
        Err(LoadError::new(
            name,
            what,
            "Swagger 2.0 and OpenAPI 3.0 are read; convert the document to one of them.",
        )
        .at(format!("/{key}")))
    };
    match (version("swagger"), version("openapi")) {
        (Some(_), Some(_)) => Err(LoadError::new(
            name,
            "the document is both Swagger (\"swagger\") and OpenAPI (\"openapi\")",
            "Remove one of the two keys.",
        )
        .at(String::new())),
        (Some(version), None) if matches!(version.as_str(), "2" | "2.0") => {
            swagger::document(root, notes).map_err(|fault| fault.in_file(name))
        }
        (Some(other), None) => {
            unsupported("swagger", format!("this is Swagger {}", quote(&other)))
        }
        (None, Some(version)) if version == "3.0" || version.starts_with("3.0.") => {
            openapi::document(root, notes).map_err(|fault| fault.in_file(name))
        }
        (None, Some(other)) => {
            unsupported("openapi", format!("this is OpenAPI {}", quote(&other)))
        }
        (None, None) => Err(LoadError::new(
            name,
            "this is JSON, but no API description: it has neither the key \"swagger\" nor \"openapi\"",
            "Swagger 2.0 and OpenAPI 3.0 are read.",
        )
        .at(String::new())),
    }
}
