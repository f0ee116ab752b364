//! The SDKs that an upgrade compares: of the spec there, and of the one that is about to take its place.

use std::path::Path;

use semver::Version;

use crate::fetch::Candidate;
use crate::generate::{Built, Config, GenerateError, sdk};
use crate::ir::Api;
use crate::load::{self, topics};
use crate::render::RuntimeSource;
use crate::spec::{Folder, Outlived, file};

/// A spec that is not in its place yet, as an SDK.
pub(super) struct Successor {
    /// Without overrides, to compare.
    pub(super) bare: Api,
    /// To render.
    pub(super) built: Built,
    /// The entries beside the spec that do not apply to it.
    pub(super) outlived: Vec<Outlived>,
}

/// The SDK of the spec there: with the fix-ups and aliases that apply (the others are on their way to the next spec), and without other
/// overrides.
pub(super) fn current(folder: &Folder) -> Result<Api, GenerateError> {
    let path = folder.spec()?;
    let spec = load::load(&path, &file::read(&path)?, &folder.fixups()?, None)?;
    let aliases = folder.overrides()?.only_aliases();
    let topics = topics::load_beside(folder)?;
    let release = folder.release_of(&path)?;
    Ok(sdk(&spec, topics.as_ref(), release, aliases)?.0)
}

/// The SDK of a candidate, with what lies beside the spec there.
pub(super) fn successor(
    folder: &Folder,
    path: &Path,
    candidate: &Candidate,
    config: &Config,
) -> Result<Successor, GenerateError> {
    let source = &candidate.source;
    let path = path.join(&source.file);
    let spec = load::load(
        &path,
        candidate.text.as_bytes(),
        &folder.fixups()?,
        Some(source),
    )?;
    let release = Some(source.release.to_string());
    let overrides = folder.overrides()?;
    let topics = match &candidate.topics {
        Some(topics) => Some(topics.load()?),
        None => topics::load_beside(folder)?,
    };
    let topics = topics.as_ref();
    let (bare, _) = sdk(&spec, topics, release.clone(), overrides.only_aliases())?;
    let (api, outlived) = sdk(&spec, topics, release, overrides)?;
    Ok(Successor {
        bare,
        outlived,
        built: config.built(&spec, api)?,
    })
}

/// The version of the crate: what is stated beside the spec, or that of the runtime.
pub(super) fn crate_version(folder: &Folder, config: &Config) -> Result<Version, GenerateError> {
    match folder.version()? {
        Some(version) => Ok(version),
        None => Ok(RuntimeSource::read(&config.templates)?.version()?),
    }
}
