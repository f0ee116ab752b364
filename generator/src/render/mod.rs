//! The ir as text: one file at a time, in parallel, and nothing is written here.

pub mod docs;
mod enums;
mod events;
mod examples;
mod facts;
mod feature;
mod format;
mod handles;
mod job_families;
mod literal;
mod manifest;
mod models;
mod modules;
mod operations;
mod paging;
mod place;
mod runtime;
mod types;
mod uses;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use crate::ir::Api;

pub use runtime::RuntimeSource;

/// The output as text: path below the output folder -> content.
pub type Files = BTreeMap<PathBuf, String>;

/// A file that could not be rendered: a defect of the generator or of its templates, not of the spec.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("{file}: the template failed: {source}")]
    Template {
        /// The file that was being rendered.
        file: String,
        /// Why.
        source: askama::Error,
    },
    /// What a template made is not Rust.
    #[error("{file}: the generated text is not Rust: {source} (line {line})\n{excerpt}")]
    Syntax {
        /// The file that was being rendered.
        file: String,
        /// What syn says.
        source: syn::Error,
        /// Where.
        line: usize,
        /// The line.
        excerpt: String,
    },
    /// A name of the ir is not an identifier.
    #[error("{place}: `{name}` is not a Rust identifier")]
    Identifier {
        /// What has the name.
        place: String,
        /// The name.
        name: String,
    },
    /// Two files of one path.
    #[error(
        "two parts of the output are called {path}; add an alias for one of them beside the spec"
    )]
    Collision {
        /// The path.
        path: String,
    },
    /// The runtime's sources or manifest could not be read.
    #[error("{path}: {reason}")]
    Runtime {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

/// What crates.io and docs.rs show of the package.
const README: &str = include_str!("../../../templates/README.md");

/// A file to render: its path, and what makes its text.
struct Job<'a> {
    path: String,
    /// Where the text comes from, for the first line.
    source: String,
    layout: format::Layout,
    text: Box<dyn Fn() -> Result<String, RenderError> + Send + Sync + 'a>,
}

/// Renders a file for `include!`, which makes a crate's root that of the crate beside it, `events` among its modules where it has any.
///
/// # Errors
///
/// A [`RenderError`], if the template has a defect.
pub fn render_included(path: &str, has_events: bool) -> Result<String, RenderError> {
    modules::included(path, has_events)
}

/// Renders the whole crate.
///
/// # Errors
///
/// A [`RenderError`], with nothing written.
pub fn render(api: &Api, runtime: &RuntimeSource) -> Result<Files, RenderError> {
    let mut jobs = models::jobs(api)?;
    jobs.extend(operations::jobs(api)?);
    jobs.extend(handles::jobs(api)?);
    jobs.extend(modules::jobs(api)?);
    if let Some(events) = &api.events {
        let has_stream = runtime
            .features()
            .any(|feature| feature == "notification-stream");
        jobs.extend(events::jobs(events, has_stream)?);
    }
    jobs.extend(examples::jobs(api));

    let rendered: Vec<(String, String)> = jobs
        .par_iter()
        .map(|job| {
            let text = (job.text)()?;
            Ok((
                job.path.clone(),
                format::rust(&job.path, &job.source, job.layout, &text)?,
            ))
        })
        .collect::<Result<_, RenderError>>()?;

    let mut files = Files::new();
    let copied = runtime
        .files
        .iter()
        .map(|(path, text)| (path.clone(), text.clone()));
    let manifest = ("Cargo.toml".to_owned(), manifest::render(api, runtime)?);
    let readme = ("README.md".to_owned(), README.to_owned());
    for (path, text) in rendered.into_iter().chain(copied).chain([manifest, readme]) {
        if files.insert(PathBuf::from(&path), text).is_some() {
            return Err(RenderError::Collision { path });
        }
    }
    Ok(files)
}
