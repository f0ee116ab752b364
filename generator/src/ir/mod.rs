//! The SDK as nouns: what the templates see, and nothing else.
//!
//! Every name, collision, recursion, group and style is settled here, so that rendering is a pure function of an [`Api`].

mod arrange;
mod content;
mod enums;
mod error;
mod files;
mod groups;
mod jobs;
mod kinds;
mod model;
mod naming;
mod near;
mod operations;
mod overrides;
mod paging;
mod parameters;
mod reach;
mod renames;
mod responses;
mod schemas;
mod secrets;
mod select;
mod stats;
mod tags;

use indexmap::IndexMap;
use openapiv3::OpenAPI;

pub use error::IrError;
pub use model::*;
pub use overrides::{IDEMPOTENT_FILE, IdempotentOverride, Overrides, PAGING_FILE};
pub use paging::PagingOverride;
pub use renames::{ALIASES_FILE, RenameOverride};
pub use select::{Selection, select};
pub use stats::{PagingStyles, SkippedDefinition, Stats, stats};

use schemas::Schemas;

/// What is known of a spec beside the document itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The release of the spec, where it is known (`269`).
    pub release: Option<String>,
    /// The SHA-256 of the spec file, in hexadecimal.
    pub sha256: String,
    /// What is known of its operations beside the spec.
    pub overrides: Overrides,
}

/// Turns a loaded document into the SDK.
///
/// # Errors
///
/// Fails with the first thing that has no place in the SDK: a tag that cannot be a feature, an operation without a tag, a parameter
/// that has no form as text, a definition that is made of itself, a path that leads elsewhere, an override that no longer applies.
pub fn build(document: &OpenAPI, options: &Options) -> Result<Api, IrError> {
    let none = IndexMap::new();
    let definitions = document
        .components
        .as_ref()
        .map_or(&none, |components| &components.schemas);
    let tags = tags::tags(document)?;
    let mut schemas = Schemas::new(definitions);
    schemas.convert_definitions()?;
    let operations = operations::operations(document, &tags, &mut schemas)?;
    schemas.settle_names();
    let mut api = Api {
        title: document.info.title.clone(),
        release: options.release.clone(),
        version: options.overrides.version.clone(),
        sha256: options.sha256.clone(),
        tags,
        operations,
        models: schemas.models,
        enums: schemas.enums,
        aliases: schemas.aliases,
        ..Api::default()
    };
    arrange::arrange(&mut api);
    overrides::mark_idempotent(&mut api, &options.overrides.idempotent)?;
    paging::page(&mut api, &options.overrides.paging)?;
    api.job_families = jobs::families(&api);
    renames::keep_names(&mut api, &options.overrides.aliases)?;
    Ok(api)
}
