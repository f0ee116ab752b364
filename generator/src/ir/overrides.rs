//! What is known of one spec beside the spec: `paging.toml` and `idempotent.toml` in its folder, each entry with its reason. An entry
//! that no longer applies, or says what the rules say without it, is an error, so that none outlives its cause.
//!
//! ```toml
//! [[paging]]                       # paging.toml; the keys are those of `PagingOverride`
//! operation = "getThings"          # x-purecloud-method-name or operationId
//! reason = "The list is called otherwise than everywhere else."
//! style = "page-number"
//! items = ["things"]
//! parameter = "pageNumber"
//!
//! [[idempotent]]                   # idempotent.toml
//! operation = "postThingsCount"
//! reason = "It counts and changes nothing."
//! ```

use std::fs;
use std::path::Path;

use semver::Version;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::load::quote;
use crate::outlived::Outlived;
use crate::upgrade::version;

use super::error::IrError;
use super::model::Api;
use super::paging::PagingOverride;
use super::renames::{ALIASES_FILE, RenameOverride};

/// The name of the file with the paging of operations.
pub const PAGING_FILE: &str = "paging.toml";

/// The name of the file with the operations that can be repeated.
pub const IDEMPOTENT_FILE: &str = "idempotent.toml";

/// The overrides of one spec, in the order of their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// How operations page.
    pub paging: Vec<PagingOverride>,
    /// Operations that can be repeated although their method does not say so.
    pub idempotent: Vec<IdempotentOverride>,
    /// Names that Genesys has given up.
    pub aliases: Vec<RenameOverride>,
    /// The version of the crate; that of the runtime where none is stated.
    pub version: Option<Version>,
}

/// An operation that can be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdempotentOverride {
    /// The operation: `x-purecloud-method-name`, or the operationId where there is none.
    pub operation: String,
    /// Why it can be repeated.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PagingFile {
    #[serde(default)]
    paging: Vec<PagingOverride>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdempotentFile {
    #[serde(default)]
    idempotent: Vec<IdempotentOverride>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasesFile {
    #[serde(default)]
    alias: Vec<RenameOverride>,
}

impl Overrides {
    /// Only the names that are kept: without what changes how operations behave.
    pub(crate) fn only_aliases(&self) -> Self {
        Self {
            aliases: self.aliases.clone(),
            ..Self::default()
        }
    }

    /// Reads the files in a folder; a file that is not there has no entries.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read, or an entry is not understood.
    pub fn read(folder: &Path) -> Result<Self, IrError> {
        let paging: Option<PagingFile> = read(&folder.join(PAGING_FILE))?;
        let idempotent: Option<IdempotentFile> = read(&folder.join(IDEMPOTENT_FILE))?;
        let aliases: Option<AliasesFile> = read(&folder.join(ALIASES_FILE))?;
        Ok(Self {
            paging: paging.map(|file| file.paging).unwrap_or_default(),
            idempotent: idempotent.map(|file| file.idempotent).unwrap_or_default(),
            aliases: aliases.map(|file| file.alias).unwrap_or_default(),
            version: version::read(folder)?,
        })
    }

    /// Parses the text of a `paging.toml` and an `idempotent.toml`.
    ///
    /// # Errors
    ///
    /// Fails if an entry is not understood.
    pub fn parse(paging: &str, idempotent: &str) -> Result<Self, IrError> {
        let paging: PagingFile = parse(PAGING_FILE, paging)?;
        let idempotent: IdempotentFile = parse(IDEMPOTENT_FILE, idempotent)?;
        Ok(Self {
            paging: paging.paging,
            idempotent: idempotent.idempotent,
            aliases: Vec::new(),
            version: None,
        })
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, IrError> {
    let name = path.display().to_string();
    match fs::read_to_string(path) {
        Ok(text) => parse(&name, &text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(IrError::new(
            name,
            format!("cannot be read: {error}"),
            "Check the file and its permissions.",
        )),
    }
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, IrError> {
    toml::from_str(text).map_err(|error| {
        IrError::new(
            name,
            format!("not a list of overrides: {}", crate::load::toml_problem(text, &error)),
            "Every entry has operation and reason, and the keys that generator/src/ir/overrides.rs names.",
        )
    })
}

/// Marks the operations that can be repeated although the rules do not see it.
pub(crate) fn mark_idempotent(
    api: &mut Api,
    overrides: &[IdempotentOverride],
    outlived: &mut Vec<Outlived>,
) -> Result<(), IrError> {
    for (index, entry) in overrides.iter().enumerate() {
        let name = format!("operation {}", quote(&entry.operation));
        if entry.reason.trim().is_empty() {
            return Err(IrError::new(
                format!("{IDEMPOTENT_FILE}: {name}"),
                "the entry has no reason",
                "State one.",
            ));
        }
        let mut operations = api.operations.iter_mut();
        let operation = operations.find(|operation| operation.wire_name == entry.operation);
        let problem = match operation {
            Some(operation) if operation.idempotent => "the rules say the same without it",
            Some(operation) => {
                operation.idempotent = true;
                continue;
            }
            None => "there is no such operation",
        };
        outlived.push(Outlived {
            file: IDEMPOTENT_FILE,
            table: "idempotent",
            index,
            entry: name,
            problem: problem.to_owned(),
        });
    }
    Ok(())
}
