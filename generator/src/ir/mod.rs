//! The SDK as nouns: what the templates see, and nothing else.
//!
//! Every name, collision, recursion, group and style is settled here, so that rendering is a pure function of an [`Api`].

mod arrange;
mod base_path;
mod content;
mod enums;
mod error;
mod files;
mod forms;
mod groups;
mod idempotent;
mod jobs;
mod kinds;
mod limits;
mod model;
mod naming;
mod near;
mod operations;
mod paging;
mod parameters;
mod reach;
mod renames;
mod responses;
mod schemas;
mod secrets;
mod security;
mod select;
mod stats;
mod tags;
pub(crate) mod topics;

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::OpenAPI;

use crate::spec::{OUTLIVED_REMEDY, Outlived, Overrides, outlived_lines};

pub use error::IrError;
pub(crate) use groups::SHARED;
pub use model::*;
pub use select::{Selection, select};
pub use stats::{PagingStyles, SkippedDefinition, Stats, stats};
pub use topics::EVERY_TOPIC;

use crate::load::Notes;
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

/// Turns a loaded document into the SDK. An operation that cannot be expressed is left out: [`Api::diagnostics`] names it, with places
/// of the loaded document.
///
/// # Errors
///
/// Fails if an override is invalid, and with all of those that no longer apply.
pub fn build(document: &OpenAPI, options: &Options) -> Result<Api, IrError> {
    let (api, outlived) = build_leniently(document, options)?;
    if outlived.is_empty() {
        return Ok(api);
    }
    let problem = format!("do not apply any more:\n{}", outlived_lines(&outlived));
    Err(IrError::new("overrides", problem, OUTLIVED_REMEDY))
}

/// The same, without the overrides that no longer apply; these come back.
pub(crate) fn build_leniently(
    document: &OpenAPI,
    options: &Options,
) -> Result<(Api, Vec<Outlived>), IrError> {
    let none = IndexMap::new();
    let definitions = document
        .components
        .as_ref()
        .map_or(&none, |components| &components.schemas);
    let base_path = base_path::base_path(document)?;
    let notes = Notes::default();
    let mut left_out = HashSet::new();
    let (tags, schemas, operations) = loop {
        let inputs = operations::inputs(document, &base_path, &left_out);
        let tags = tags::tags(document, &inputs, &notes);
        let mut schemas = Schemas::new(definitions, &notes);
        schemas.convert_definitions()?;
        let failed_before = left_out.len();
        let operations = operations::operations(&inputs, &tags, &mut schemas, |input, error| {
            left_out.insert((input.path, input.method));
            notes.leave_out(
                input.name.to_owned(),
                input.method,
                input.path,
                error.into_fault(input.pointer(&[])),
            );
        });
        // What an operation that fails has made on its way is not wanted.
        if left_out.len() == failed_before {
            schemas.settle_names();
            break (tags, schemas, operations);
        }
    };
    let Schemas {
        models,
        enums,
        aliases,
        ..
    } = schemas;
    let mut api = Api {
        title: document.info.title.clone(),
        release: options.release.clone(),
        version: options.overrides.version.clone(),
        sha256: options.sha256.clone(),
        tags,
        operations,
        models,
        enums,
        aliases,
        ..Api::default()
    };
    api.diagnostics = notes.into_loaded();
    enums::share(&mut api);
    arrange::arrange(&mut api);
    let mut outlived = Vec::new();
    idempotent::mark_idempotent(&mut api, &options.overrides.idempotent, &mut outlived)?;
    paging::page(&mut api, &options.overrides.paging, &mut outlived)?;
    api.job_families = jobs::families(&api, &options.overrides.jobs, &mut outlived)?;
    renames::keep_names(&mut api, &options.overrides.aliases, &mut outlived)?;
    Ok((api, outlived))
}
