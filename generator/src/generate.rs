//! The one way through the rooms, for the command line and for build scripts.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::build_script::{self, BuildScript, INCLUDED_FILE, PackageError};
use crate::diff::{self, Diff};
use crate::fetch::Candidate;
use crate::ir::{self, Api, IrError, Options, Selection};
use crate::load::topics::{self, Topics};
use crate::load::{self, Diagnostics, LoadError, Spec};
use crate::render::{self, Files, RenderError, RuntimeSource};
use crate::spec::{Folder, OUTLIVED_REMEDY, Outlived, Overrides, outlived_lines};
use crate::write::{self, Stale, Summary, WriteError};

/// What to generate from what.
///
/// # In a build script
///
/// A project that calls a few operations can have them made when it is compiled, in a package of its own or in its own root. Its build
/// script:
///
/// ```no_run
/// use genesys_codegen::Config;
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     Config::new()
///         .tags(["users", "routing"])
///         .operations(["getUser", "getRoutingQueues"])
///         .generate_into(std::env::var("OUT_DIR")?)?;
///     Ok(())
/// }
/// ```
///
/// and the root of the package, `src/lib.rs` or `src/main.rs`:
///
/// ```ignore
/// include!(concat!(env!("OUT_DIR"), "/genesys_cloud.rs"));
/// ```
///
/// That line brings the modules `runtime`, `api` and `models`, `events` where [`topics`](Config::topics) are chosen, and what the root of the SDK has (`Client`, `Region`, …). It can stand in
/// a module (`mod genesys { include!(…); }`) where the root imports them: `use genesys::{api, models, runtime};`.
///
/// In `Cargo.toml`, the generator is a build-dependency with `default-features = false` (neither command line nor HTTP); the
/// `[dependencies]` of the runtime are those of the package, and an error names what is missing; a feature of the runtime (`redis`,
/// `blocking`, a TLS) is on where the package has a feature of that name. `generator/examples/build-script` is such a package. With
///
/// ```toml
/// [profile.dev.build-override]
/// opt-level = 3
/// ```
///
/// the script reads the whole spec in a second or two instead of ten.
#[derive(Clone, Debug)]
pub struct Config {
    spec: PathBuf,
    selection: Selection,
    pub(crate) templates: PathBuf,
    is_strict: bool,
    progress: Progress,
}

/// Who is told of the steps.
#[derive(Clone, Default)]
struct Progress(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl Progress {
    fn tell(&self, step: Step) {
        if let Some(listener) = &self.0 {
            listener(step);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Progress(..)")
    }
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The spec cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An override beside the spec, or a tag or operation asked for, has no place in the SDK.
    #[error("{}: {source}", spec.display())]
    Ir {
        /// The spec.
        spec: PathBuf,
        /// Why.
        source: IrError,
    },
    /// Everything that would be generated from the document would be wrong.
    #[error("{error}{}", following(diagnostics))]
    Document {
        /// Why.
        error: LoadError,
        /// What else was found in the document.
        diagnostics: Box<Diagnostics>,
    },
    /// Data beside the spec does not apply any more.
    #[error("{}: {} of the entries beside the spec no longer apply:\n{}\n  {} `upgrade` removes them with the release that they outlive.", spec.display(), entries.len(), outlived_lines(entries), OUTLIVED_REMEDY)]
    Outlived {
        /// The spec.
        spec: PathBuf,
        /// All such entries.
        entries: Vec<Outlived>,
    },
    /// There are warnings, and they are errors.
    #[error("with --strict, warnings and operations that are left out are errors{}", following(.0))]
    Strict(Diagnostics),
    /// A file cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The folder cannot be written or checked.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The package of a build script cannot hold what was generated for it.
    #[error(transparent)]
    Package(#[from] PackageError),
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
    /// The SDK, or the slice of it that was selected.
    pub api: Api,
    /// What of the spec it was made from.
    pub part: Selection,
    /// The spec file.
    pub spec: PathBuf,
}

/// The output, whole and in memory.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Every file.
    pub files: Files,
    /// What of the spec it was made from.
    pub part: Selection,
    /// What was left out of the spec, or read in a way that its author may not expect.
    pub diagnostics: Diagnostics,
    progress: Progress,
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
            selection: Selection::default(),
            templates: root.join("templates"),
            is_strict: false,
            progress: Progress::default(),
        }
    }

    /// Another spec: a `.json` or `.json.gz` file, or the folder it is in. Its fix-ups, its
    /// overrides and its record are read from there.
    #[must_use]
    pub fn spec(mut self, spec: impl Into<PathBuf>) -> Self {
        self.spec = spec.into();
        self
    }

    /// Whether a warning, or an operation that is left out, is an error.
    #[must_use]
    pub fn strict(mut self, is_strict: bool) -> Self {
        self.is_strict = is_strict;
        self
    }

    /// Calls `listener` with every step, as it begins.
    #[must_use]
    pub fn progress(mut self, listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        self.progress = Progress(Some(Arc::new(listener)));
        self
    }

    /// Only this part, in the place of all that was chosen before.
    #[must_use]
    pub fn part(mut self, part: Selection) -> Self {
        self.selection = part;
        self
    }

    /// Only the operations of these tags, and what they need. A name is that of the feature
    /// (`speech-text-analytics`), of the module, or of the tag itself, in any case.
    #[must_use]
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Only these operations (with [`tags`](Self::tags): those of them that are given here), and what they need. A name is what Genesys
    /// calls the operation (`getUser`), that of its method (`get_user`), or its operationId.
    #[must_use]
    pub fn operations(mut self, operations: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.operations = Some(operations.into_iter().map(Into::into).collect());
        self
    }

    /// Only these topics of notifications, and without [`tags`](Self::tags) or [`operations`](Self::operations) no operation. A name is the id
    /// of a topic (`v2.users.{id}.presence`), its function (`user_presence`), or a family of topics by its name or its feature (`users`,
    /// `topics-users`).
    #[must_use]
    pub fn topics(mut self, topics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.selection.topics = Some(topics.into_iter().map(Into::into).collect());
        self
    }

    /// Reads the spec and turns it into the SDK.
    ///
    /// # Errors
    ///
    /// Fails with the first thing that is wrong with the spec, or a tag that it does not have.
    pub fn build(&self) -> Result<Built, GenerateError> {
        self.tell(Step::Load);
        let (folder, path) = Folder::from_spec(&self.spec)?;
        let spec = load::load_from(&folder, &path)?;
        let topics = topics::load_beside(&folder)?;
        self.tell(Step::Build);
        let release = folder.release_of(&path)?;
        let (api, entries) = sdk(&spec, topics.as_ref(), release, folder.overrides()?)?;
        if !entries.is_empty() {
            return Err(GenerateError::Outlived {
                spec: path,
                entries,
            });
        }
        self.built(&spec, api)
    }

    /// What was selected of the SDK of a spec.
    pub(crate) fn built(&self, spec: &Spec, api: Api) -> Result<Built, GenerateError> {
        self.refuse_warnings(&api.diagnostics)?;
        let api =
            ir::select(&api, &self.selection).map_err(|source| in_spec(&spec.source, source))?;
        Ok(Built {
            part: self.selection.made_from(&api),
            api,
            spec: spec.source.clone(),
        })
    }

    pub(crate) fn tell(&self, step: Step) {
        self.progress.tell(step);
    }

    fn refuse_warnings(&self, diagnostics: &Diagnostics) -> Result<(), GenerateError> {
        if self.is_strict && !diagnostics.is_empty() {
            return Err(GenerateError::Strict(diagnostics.clone()));
        }
        Ok(())
    }

    /// Renders what was built.
    ///
    /// # Errors
    ///
    /// Fails if the runtime's sources cannot be read, or a template has a defect.
    pub fn render(&self, built: Built) -> Result<Rendered, GenerateError> {
        self.tell(Step::Render);
        let runtime = RuntimeSource::read(&self.templates)?;
        Ok(Rendered {
            files: render::render(&built.api, &runtime)?,
            part: built.part,
            diagnostics: built.api.diagnostics,
            progress: self.progress.clone(),
        })
    }

    /// Generates a crate into a folder, `OUT_DIR` of a build script or any other, with a file `genesys_cloud.rs` beside its
    /// `Cargo.toml` that makes it part of the crate that includes it. Nothing in it waits for a feature of a tag. Only files whose
    /// content differs are written; those that are not generated any more are removed, also where less is selected than before.
    ///
    /// In a build script it tells cargo to run the script again when the spec, the data beside it, or the runtime has changed.
    ///
    /// # Errors
    ///
    /// Fails, with nothing written, if the spec is wrong in any way, a dependency of the runtime is missing in the package of the build
    /// script, the folder holds something that is not the generator's, or it cannot be written.
    pub fn generate_into(&self, folder: impl AsRef<Path>) -> Result<Summary, GenerateError> {
        let folder = folder.as_ref();
        let mut built = self.build()?;
        built.api.is_slice = true;
        if let Some(events) = &mut built.api.events {
            events.is_slice = true;
        }
        let has_events = built.api.events.is_some();
        let spec = built.spec.clone();
        let mut rendered = self.render(built)?;
        rendered.files.insert(
            PathBuf::from(INCLUDED_FILE),
            render::render_included(INCLUDED_FILE, has_events)?,
        );
        let script = BuildScript::current(|name| std::env::var_os(name).map(PathBuf::from));
        let Some(script) = script else {
            return rendered.replace(folder);
        };
        let manifest = rendered.files.get(Path::new("Cargo.toml"));
        let manifest = manifest
            .and_then(|text| text.parse::<toml::Table>().ok())
            .unwrap_or_default();
        let inputs = build_script::inputs(&spec, &self.templates, folder);
        let inputs = script.watched(inputs);
        build_script::tell(&build_script::lines(&inputs, &manifest));
        script.require_dependencies(&manifest)?;
        rendered.replace(folder)
    }
}

impl Rendered {
    /// Brings a folder to this output.
    ///
    /// # Errors
    ///
    /// Those of [`write::write`].
    pub fn write(&self, folder: &Path) -> Result<Summary, GenerateError> {
        self.progress.tell(Step::Write);
        Ok(write::write(&self.files, &self.part, folder)?)
    }

    /// Brings a folder to this output, no matter which part of the spec it was made from before.
    fn replace(&self, folder: &Path) -> Result<Summary, GenerateError> {
        Ok(write::replace(&self.files, &self.part, folder)?)
    }

    /// Compares a folder with this output.
    ///
    /// # Errors
    ///
    /// Those of [`write::check`].
    pub fn check(&self, folder: &Path) -> Result<Vec<Stale>, GenerateError> {
        self.progress.tell(Step::Write);
        Ok(write::check(&self.files, &self.part, folder)?)
    }
}

/// What of a candidate is left out, or read in a way that its author may not expect.
///
/// # Errors
///
/// Fails if no SDK can be made of it.
pub fn diagnose(candidate: &Candidate) -> Result<Diagnostics, GenerateError> {
    let (api, _) = sdk(&candidate.spec, None, None, Overrides::default())?;
    Ok(api.diagnostics)
}

/// Compares two specs: files or folders as [`load::load_file`] takes them. Overrides beside them (how operations page, say) are left
/// aside: they are not part of a spec.
///
/// # Errors
///
/// Fails with the first thing that is wrong with either.
pub fn diff_files(old: &Path, new: &Path) -> Result<Diff, GenerateError> {
    let bare = |path: &Path| {
        let spec = load::load_file(path)?;
        let (folder, path) = Folder::from_spec(path)?;
        let topics = topics::load_beside(&folder)?;
        let release = folder.release_of(&path)?;
        let (api, _) = sdk(&spec, topics.as_ref(), release, Overrides::default())?;
        Ok::<_, GenerateError>(api)
    };
    let (old, new) = rayon::join(|| bare(old), || bare(new));
    Ok(diff::diff(&old?, &new?))
}

/// The SDK of a spec, and the entries beside the spec that do not apply to it.
pub(crate) fn sdk(
    spec: &Spec,
    topics: Option<&Topics>,
    release: Option<String>,
    overrides: Overrides,
) -> Result<(Api, Vec<Outlived>), GenerateError> {
    let options = Options {
        release,
        sha256: spec.sha256.clone(),
        overrides,
    };
    let (mut api, found) =
        ir::build_leniently(&spec.document, &options).map_err(|source| match source.pointer() {
            Some(place) => {
                let place = place.to_owned();
                GenerateError::Document {
                    error: spec.error(source.into_fault(place)),
                    diagnostics: Box::new(spec.diagnostics.clone()),
                }
            }
            None => in_spec(&spec.source, source),
        })?;
    api.diagnostics = spec.with(std::mem::take(&mut api.diagnostics));
    if let Some(topics) = topics {
        let events = ir::topics::build(topics, &api.tags);
        api.attach_events(events.map_err(|source| in_spec(&topics.spec.source, source))?);
    }
    let mut outlived = spec.outlived.clone();
    outlived.extend(found);
    Ok((api, outlived))
}

/// The report, a line each, after an error.
fn following(diagnostics: &Diagnostics) -> String {
    let lines = diagnostics.report();
    lines.iter().flat_map(|line| ["\n", line]).collect()
}

fn in_spec(spec: &Path, source: IrError) -> GenerateError {
    GenerateError::Ir {
        spec: spec.to_owned(),
        source,
    }
}
