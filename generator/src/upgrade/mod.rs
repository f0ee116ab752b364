//! An upgrade: what a new spec makes of the crate, the version and the changelog, decided before anything is
//! written.

mod candidate;
pub mod changelog;
mod lock_file;
pub mod version;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::diff::{self, Diff};
use crate::document::LoadError;
use crate::fetch::Candidate;
use crate::generate::{Config, GenerateError, Rendered, Step};
use crate::ir::Selection;
use crate::spec::{CRATE_FILE, Folder, version_text};
use crate::write::{self, Crate, Held, Recovery, Replacement, Summary, WriteError};

use changelog::CHANGELOG_FILE;
use lock_file::LOCK_FILE;

/// The name of the generated crate.
const CRATE: &str = "genesys-cloud";

/// The folders of an upgrade, none of which another generator writes to while this lives.
#[derive(Debug)]
pub struct Place {
    root: Held,
    #[expect(dead_code, reason = "the folders are locked as long as this lives")]
    inner: [Held; 2],
    spec: String,
    out: String,
}

/// All that an upgrade is going to write.
#[derive(Debug)]
pub struct Upgrade {
    /// What the new spec means for users.
    pub diff: Diff,
    /// The version of the crate there.
    pub from: Version,
    /// The version of the crate to be.
    pub to: Version,
    rendered: Rendered,
    replacements: Vec<Replacement>,
}

/// Why there was no upgrade. Nothing was written then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpgradeError {
    /// Spec and crate are not in one folder.
    #[error("{} and {} are not in one folder\n  An upgrade replaces both together, so they have to be.", spec.display(), out.display())]
    Apart {
        /// The folder of the spec.
        spec: PathBuf,
        /// The folder of the crate.
        out: PathBuf,
    },
    /// The crate there is a slice.
    #[error("{} was made with {part}, and an upgrade is for the whole crate\n  Run `fetch`, and `generate` or `slice` for that folder.", out.display())]
    Slice {
        /// The folder of the crate.
        out: PathBuf,
        /// What it was made with.
        part: Selection,
    },
    /// The spec there cannot be compared with.
    #[error(
        "the spec there cannot be compared with: {0}\n  Run `fetch` and `generate` instead; what changed is not known then."
    )]
    Old(GenerateError),
    /// No crate can be made of the new spec.
    #[error(transparent)]
    New(#[from] GenerateError),
    /// A file cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folders cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<LoadError> for UpgradeError {
    fn from(error: LoadError) -> Self {
        Self::New(error.into())
    }
}

impl Place {
    /// Takes the folders of spec and crate and the one that they are both in, and finishes or undoes what a
    /// killed run has left there.
    ///
    /// # Errors
    ///
    /// Fails if they are not in one folder, if another generator has one of them, or if the crate is a slice.
    pub fn take(spec: &Path, out: &Path) -> Result<(Self, Recovery), UpgradeError> {
        let apart = || UpgradeError::Apart {
            spec: spec.to_owned(),
            out: out.to_owned(),
        };
        let parts = |path: &Path| {
            let path = std::path::absolute(path).ok()?;
            let name = path.file_name()?.to_str()?.to_owned();
            Some((path.parent()?.to_owned(), name))
        };
        let (root, spec_name) = parts(spec).ok_or_else(apart)?;
        let (other, out_name) = parts(out).ok_or_else(apart)?;
        if root != other || spec_name == out_name {
            return Err(apart());
        }
        let (root, first) = Held::take(&root)?;
        let (spec_held, second) = root.take_inner(&spec_name)?;
        if let Some(part) = write::part_of(out)?
            && !part.is_everything()
        {
            return Err(UpgradeError::Slice {
                out: out.to_owned(),
                part,
            });
        }
        let (out_held, third) = root.take_inner(&out_name)?;
        let place = Self {
            root,
            inner: [spec_held, out_held],
            spec: spec_name,
            out: out_name,
        };
        Ok((place, first.max(second).max(third)))
    }

    /// The folder of the spec.
    pub fn spec(&self) -> PathBuf {
        self.root.folder().join(&self.spec)
    }

    fn read(&self, name: &str) -> Result<Option<String>, UpgradeError> {
        let path = self.root.folder().join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(UpgradeError::Read { path, source }),
        }
    }

    /// Decides what a new spec makes of everything. Writes nothing.
    ///
    /// # Errors
    ///
    /// Fails if no crate can be made of the spec there or of the new one. Fix-ups, overrides and aliases that do not apply to the new one
    /// are not errors: they are removed.
    pub fn plan(&self, candidate: &Candidate, config: Config) -> Result<Upgrade, UpgradeError> {
        let path = self.spec();
        let config = config.spec(&path);
        config.tell(Step::Load);
        let folder = Folder::read(&path)?;
        let mut old = candidate::current(&folder).map_err(UpgradeError::Old)?;
        let new = candidate::successor(&folder, &path, candidate, &config)?;
        if new.bare.events.is_some() {
            // The first topics are all new.
            old.events.get_or_insert_default();
        }
        let mut diff = diff::diff(&old, &new.bare);
        diff.outlived = new.outlived;
        // The report is for other machines too.
        let file = format!("{}/{}", self.spec, candidate.source.file);
        for left_out in &mut diff.left_out {
            left_out.file.clone_from(&file);
        }
        let from = candidate::crate_version(&folder, &config)?;
        let to = version::raised(&from, diff.verdict());
        let mut built = new.built;
        built.api.version = Some(to.clone());
        let rendered = config.render(built)?;

        let mut replacements = candidate.files(&format!("{}/", self.spec));
        let mut add = |name: String, text: String| {
            replacements.push(Replacement {
                name,
                content: text.into_bytes(),
            });
        };
        add(format!("{}/{CRATE_FILE}", self.spec), version_text(&to));
        for (name, text) in folder.without(&diff.outlived)? {
            add(format!("{}/{name}", self.spec), text);
        }
        let changelog = self.read(CHANGELOG_FILE)?;
        let release = candidate.source.release;
        add(
            CHANGELOG_FILE.to_owned(),
            changelog::with_entry(changelog.as_deref(), &to, release, &diff),
        );
        if let Some(lock) = self.read(LOCK_FILE)?
            && let Some(lock) = lock_file::with_version(&lock, CRATE, &to)
        {
            add(LOCK_FILE.to_owned(), lock);
        }
        Ok(Upgrade {
            diff,
            from,
            to,
            rendered,
            replacements,
        })
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Held::replace`].
    pub fn carry_out(&self, upgrade: &Upgrade) -> Result<Summary, UpgradeError> {
        let made = Crate {
            folder: &self.out,
            files: &upgrade.rendered.files,
            part: &upgrade.rendered.part,
        };
        Ok(self.root.replace(&upgrade.replacements, Some(made))?)
    }
}
