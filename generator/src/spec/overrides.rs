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

use semver::Version;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::folder::{Folder, read_toml};
use crate::document::LoadError;

/// The name of the file with the paging of operations.
pub const PAGING_FILE: &str = "paging.toml";

/// The name of the file with the operations that can be repeated.
pub const IDEMPOTENT_FILE: &str = "idempotent.toml";

/// The name of the file with the operations that start jobs.
pub const JOBS_FILE: &str = "jobs.toml";

/// The name of the file with the aliases.
pub const ALIASES_FILE: &str = "aliases.toml";

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

/// How one operation pages, and why the rules do not say so.
///
/// Names are those on the wire, and paths lists of them. Which keys an entry has depends on its style:
///
/// | style | keys |
/// |---|---|
/// | `none` (it does not page) | |
/// | `single` (one page is everything) | `items` |
/// | `page-number` | `items`, `parameter`; maybe `page_count`, `total`, `page_size` |
/// | `body-page-number` | `items`, `path`; maybe `page_count`, `total` |
/// | `cursor` | `items`, `parameter`, `response`; maybe `page_size` |
/// | `body-cursor` | `items`, `path`, `response` |
/// | `next-uri` | `items`, `response`; maybe `page_size` |
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagingOverride {
    /// The operation: `x-purecloud-method-name`, or the operationId if there is none.
    pub operation: String,
    /// Why the rules are not right here.
    pub reason: String,
    /// The style.
    pub style: String,
    /// The path of the list in the response.
    pub items: Option<Vec<String>>,
    /// The query parameter that asks for a page.
    pub parameter: Option<String>,
    /// The path of what asks for a page in the body.
    pub path: Option<Vec<String>>,
    /// The path of the next cursor or URI in the response.
    pub response: Option<Vec<String>>,
    /// The property of the response with the number of pages.
    pub page_count: Option<String>,
    /// The property of the response with the number of items.
    pub total: Option<String>,
    /// The query parameter with the size of a page.
    pub page_size: Option<String>,
}

/// A name that Genesys has given up.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameOverride {
    /// Why there is an alias.
    pub reason: String,
    /// The release of the API that drops it.
    pub drop_in: u32,
    /// What the spec called it.
    pub was: String,
    /// The operation, by its name in the spec now.
    pub operation: Option<String>,
    /// The definition, by its name in the spec now.
    pub model: Option<String>,
    /// A property of the model, by its name in the spec now.
    pub property: Option<String>,
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
    pub states: BTreeMap<String, JobPhase>,
}

fn yes() -> bool {
    true
}

/// What the state of a job means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobPhase {
    /// It is running.
    Running,
    /// It waits for the caller to do something: to upload a file, or to start the next step.
    Waiting,
    /// It is done.
    Succeeded,
    /// It is over without success.
    Failed,
    /// Someone stopped it.
    Cancelled,
}

impl Overrides {
    /// Only the names that are kept: without what changes how operations behave.
    pub(crate) fn only_aliases(&self) -> Self {
        Self {
            aliases: self.aliases.clone(),
            ..Self::default()
        }
    }

    /// Parses the text of each file that is there.
    pub(super) fn parse(folder: &Folder) -> Result<Self, LoadError> {
        Ok(Self {
            paging: entries(folder, PAGING_FILE, "paging")?,
            idempotent: entries(folder, IDEMPOTENT_FILE, "idempotent")?,
            jobs: entries(folder, JOBS_FILE, "job")?,
            aliases: entries(folder, ALIASES_FILE, "alias")?,
            version: folder.version()?,
        })
    }
}

/// The entries of a file, which holds nothing else.
fn entries<T: DeserializeOwned>(
    folder: &Folder,
    name: &str,
    table: &str,
) -> Result<Vec<T>, LoadError> {
    let Some(text) = folder.text(name) else {
        return Ok(Vec::new());
    };
    let file = folder.name_of(name);
    let what = "a list of overrides";
    let remedy = "Every entry has operation and reason, and the keys that generator/src/spec/overrides.rs names.";
    // The names first: the entries of an unknown table have other keys.
    let names: BTreeMap<String, IgnoredAny> = read_toml(&file, text, what, remedy)?;
    if let Some(other) = names.keys().find(|name| *name != table) {
        let is_named = |line: &str| line.trim_start_matches(['[', ' ', '\t']).starts_with(other);
        let line = text.lines().position(is_named).map_or(0, |index| index + 1);
        let problem =
            format!("not {what}: unknown field {other:?}, expected {table:?} (near line {line})");
        return Err(LoadError::new(file, problem, remedy));
    }
    let mut tables: BTreeMap<String, Vec<T>> = read_toml(&file, text, what, remedy)?;
    Ok(tables.remove(table).unwrap_or_default())
}
