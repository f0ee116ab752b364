//! What is known of one spec beside the spec: `paging.toml`, `idempotent.toml` and `jobs.toml` in its folder, each entry with its reason. An entry
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
//!
//! [[job]]                          # jobs.toml
//! operation = "postThingsImports"
//! reason = "Ready means that the import is done."
//! states = { Ready = "succeeded" } # or: is_job = false
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use semver::Version;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::load::quote;
use crate::outlived::Outlived;
use crate::upgrade::version;

use super::error::IrError;
use super::model::{Api, JobPhase};
use super::paging::PagingOverride;
use super::renames::{ALIASES_FILE, RenameOverride};

/// The name of the file with the paging of operations.
pub const PAGING_FILE: &str = "paging.toml";

/// The name of the file with the operations that can be repeated.
pub const IDEMPOTENT_FILE: &str = "idempotent.toml";

/// The name of the file with the operations that start jobs.
pub const JOBS_FILE: &str = "jobs.toml";

/// The overrides of one spec, in the order of their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// How operations page.
    pub paging: Vec<PagingOverride>,
    /// Operations that can be repeated although their method does not say so.
    pub idempotent: Vec<IdempotentOverride>,
    /// Operations that start jobs, or do not.
    pub jobs: Vec<JobOverride>,
    /// Names that Genesys has given up.
    pub aliases: Vec<RenameOverride>,
    /// The version of the crate; that of the runtime where none is stated.
    pub version: Option<Version>,
}

/// An operation that can be repeated without harm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdempotentOverride {
    /// The operation: `x-purecloud-method-name`, or the operationId if there is none.
    pub operation: String,
    /// Why it can be repeated.
    pub reason: String,
}

/// What the rules for jobs cannot know of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobOverride {
    /// The operation: `x-purecloud-method-name`, or the operationId if there is none.
    pub operation: String,
    /// Why the rules are not right here.
    pub reason: String,
    /// Whether it starts a job.
    #[serde(default = "yes")]
    pub is_job: bool,
    /// What values of the state mean, where their words do not say so.
    #[serde(default)]
    pub states: BTreeMap<String, StatePhase>,
}

fn yes() -> bool {
    true
}

/// What a value of the state of a job means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatePhase {
    /// The job is running.
    Running,
    /// The job waits for the caller.
    Waiting,
    /// It is done.
    Succeeded,
    /// It failed.
    Failed,
    /// It was stopped.
    Cancelled,
}

impl StatePhase {
    pub(crate) fn phase(self) -> JobPhase {
        match self {
            Self::Running => JobPhase::Running,
            Self::Waiting => JobPhase::Waiting,
            Self::Succeeded => JobPhase::Succeeded,
            Self::Failed => JobPhase::Failed,
            Self::Cancelled => JobPhase::Cancelled,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JobsFile {
    #[serde(default)]
    job: Vec<JobOverride>,
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
        let jobs: Option<JobsFile> = read(&folder.join(JOBS_FILE))?;
        let aliases: Option<AliasesFile> = read(&folder.join(ALIASES_FILE))?;
        Ok(Self {
            paging: paging.map(|file| file.paging).unwrap_or_default(),
            idempotent: idempotent.map(|file| file.idempotent).unwrap_or_default(),
            jobs: jobs.map(|file| file.job).unwrap_or_default(),
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
            jobs: Vec::new(),
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
