//! The one way through the rooms, for the command line and for build scripts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::ir::{self, Api, IrError, Options, Overrides};
use crate::load::source::Source;
use crate::load::{self, LoadError, Spec, Warning};
use crate::render::{self, Files, RenderError, RuntimeSource};
use crate::write::{self, Stale, Summary, Tags, WriteError};

/// What to generate from what.
///
/// ```no_run
/// use genesys_codegen::Config;
///
/// let folder = std::path::Path::new("my-genesys-sdk");
/// Config::new().tags(["users", "routing"]).generate_into(folder)?;
/// # Ok::<(), genesys_codegen::GenerateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    spec: PathBuf,
    tags: Option<Vec<String>>,
    templates: PathBuf,
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The spec cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The spec, or a tag asked for, has no place in the SDK.
    #[error("{}: {source}", spec.display())]
    Ir {
        /// The spec.
        spec: PathBuf,
        /// Why.
        source: IrError,
    },
    /// A file cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The folder cannot be written or checked.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A step on the way, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The spec is read.
    Load,
    /// It is turned into the SDK.
    Build,
    /// The SDK is turned into text.
    Render,
    /// The folder is compared with the text, and written.
    Write,
}

/// The SDK, and what was left out of the spec on the way.
#[derive(Clone, Debug)]
pub struct Built {
    /// The SDK, or the slice of it that the tags select.
    pub api: Api,
    /// The tags selected, by the names of their features.
    pub tags: Tags,
    /// What was left out.
    pub warnings: Vec<Warning>,
}

/// The output, whole and in memory.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Every file.
    pub files: Files,
    /// The tags selected, by the names of their features.
    pub tags: Tags,
    /// What was left out of the spec.
    pub warnings: Vec<Warning>,
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl Config {
    /// The whole SDK, from the spec that comes with the generator.
    pub fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Self {
            spec: root.join("spec"),
            tags: None,
            templates: root.join("templates"),
        }
    }

    /// Another spec: a `.json` or `.json.gz` file, or the folder it is in. Its fix-ups, its
    /// overrides and its record are read from there.
    #[must_use]
    pub fn spec(mut self, spec: impl Into<PathBuf>) -> Self {
        self.spec = spec.into();
        self
    }

    /// Only the operations of these tags, and what they need. A name is that of the feature
    /// (`speech-text-analytics`), of the module, or of the tag itself, in any case.
    #[must_use]
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Reads the spec and turns it into the SDK.
    ///
    /// # Errors
    ///
    /// Fails with the first thing that is wrong with the spec, or a tag that it does not have.
    pub fn build(&self, step: &mut dyn FnMut(Step)) -> Result<Built, GenerateError> {
        step(Step::Load);
        let spec = load::load_file(&self.spec)?;
        step(Step::Build);
        let ir_error = |source| in_spec(&spec.source, source);
        let overrides = Overrides::read(folder(&spec.source)).map_err(ir_error)?;
        let api = api(&spec, overrides)?;
        let (api, tags) = match &self.tags {
            None => (api, Tags::All),
            Some(names) => {
                let slice = ir::select(&api, names).map_err(ir_error)?;
                let features: BTreeSet<String> =
                    slice.tags.iter().map(|tag| tag.feature.clone()).collect();
                (slice, Tags::Only(features))
            }
        };
        Ok(Built {
            api,
            tags,
            warnings: spec.warnings,
        })
    }

    /// Renders what was built.
    ///
    /// # Errors
    ///
    /// Fails if the runtime's sources cannot be read, or a template has a defect.
    pub fn render(
        &self,
        built: Built,
        step: &mut dyn FnMut(Step),
    ) -> Result<Rendered, GenerateError> {
        step(Step::Render);
        let runtime = RuntimeSource::read(&self.templates)?;
        Ok(Rendered {
            files: render::render(&built.api, &runtime)?,
            tags: built.tags,
            warnings: built.warnings,
        })
    }

    /// Generates the crate into a folder: see [`write::write`] for what happens to what is there.
    ///
    /// # Errors
    ///
    /// Fails, with nothing written, if the spec is wrong in any way, or the folder cannot be written.
    pub fn generate_into(&self, folder: impl AsRef<Path>) -> Result<Summary, GenerateError> {
        let built = self.build(&mut |_| {})?;
        self.render(built, &mut |_| {})?
            .write(folder.as_ref(), &mut |_| {})
    }
}

impl Rendered {
    /// Brings a folder to this output.
    ///
    /// # Errors
    ///
    /// Those of [`write::write`].
    pub fn write(
        &self,
        folder: &Path,
        step: &mut dyn FnMut(Step),
    ) -> Result<Summary, GenerateError> {
        step(Step::Write);
        Ok(write::write(&self.files, &self.tags, folder)?)
    }

    /// Compares a folder with this output.
    ///
    /// # Errors
    ///
    /// Those of [`write::check`].
    pub fn check(
        &self,
        folder: &Path,
        step: &mut dyn FnMut(Step),
    ) -> Result<Vec<Stale>, GenerateError> {
        step(Step::Write);
        Ok(write::check(&self.files, &self.tags, folder)?)
    }
}

/// The SDK of a spec as it is, without the overrides beside it.
pub(crate) fn build_bare(spec: &Path) -> Result<Api, GenerateError> {
    api(&load::load_file(spec)?, Overrides::default())
}

fn api(spec: &Spec, overrides: Overrides) -> Result<Api, GenerateError> {
    let options = Options {
        release: release(&spec.source)?,
        sha256: spec.sha256.clone(),
        overrides,
    };
    ir::build(&spec.document, &options).map_err(|source| in_spec(&spec.source, source))
}

fn in_spec(spec: &Path, source: IrError) -> GenerateError {
    GenerateError::Ir {
        spec: spec.to_owned(),
        source,
    }
}

/// The release of a spec, where the record beside it is its own.
fn release(spec: &Path) -> Result<Option<String>, LoadError> {
    let source = Source::read(folder(spec))?
        .filter(|source| spec.file_name().is_some_and(|name| name == &*source.file));
    Ok(source.map(|source| source.release.to_string()))
}

/// The folder that a file is in, which holds what belongs to it.
fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
