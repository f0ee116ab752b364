//! Files that are replaced together: all of them, or none.

use std::path::{Path, PathBuf};

use crate::ir::Selection;
use crate::render::Files;
pub use crate::spec::Replacement;

use super::disk::{Disk, RealDisk};
use super::error::WriteError;
use super::journal::Staged;
use super::lock::Lock;
use super::manifest::Manifest;
use super::path;
use super::plan::{Plan, Rendered};
use super::tree::{Found, Tree};
use super::{
    Recovery, Summary, carry_out, create, recover_above, recover_locked, refuse_foreign,
    refuse_narrower,
};

/// A folder that no other generator writes to while this lives.
#[derive(Debug)]
pub struct Held {
    folder: PathBuf,
    #[expect(dead_code, reason = "the folder is locked as long as this lives")]
    lock: Lock,
}

/// A rendered crate that goes into a folder below the held one.
#[derive(Debug, Clone, Copy)]
pub struct Crate<'f> {
    /// The name of the folder.
    pub folder: &'f str,
    /// Every file.
    pub files: &'f Files,
    /// What of the spec it was made from.
    pub part: &'f Selection,
}

impl Held {
    /// Takes a folder, creating it where it is missing, and finishes or undoes what a killed run has left
    /// in it.
    ///
    /// # Errors
    ///
    /// Fails if another generator has the folder, a journal is damaged, or the file system refuses.
    pub fn take(folder: &Path) -> Result<(Self, Recovery), WriteError> {
        Self::take_on(&RealDisk, folder)
    }

    pub(super) fn take_on(disk: &dyn Disk, folder: &Path) -> Result<(Self, Recovery), WriteError> {
        let above = recover_above(disk, folder)?;
        Self::take_below(disk, folder, above)
    }

    /// Takes a folder below this one as well.
    ///
    /// # Errors
    ///
    /// Those of [`Held::take`].
    pub fn take_inner(&self, name: &str) -> Result<(Self, Recovery), WriteError> {
        Self::take_below(&RealDisk, &self.folder.join(name), Recovery::Nothing)
    }

    fn take_below(
        disk: &dyn Disk,
        folder: &Path,
        above: Recovery,
    ) -> Result<(Self, Recovery), WriteError> {
        create(disk, folder)?;
        let lock = Lock::exclusive(disk, folder)?;
        let recovery = recover_locked(disk, folder)?;
        let held = Self {
            folder: folder.to_owned(),
            lock,
        };
        Ok((held, above.max(recovery)))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Replaces files, and brings a crate in a folder below to what was rendered: all of it, or none. A
    /// file that has its content already is not touched. The crate's folder is taken
    /// ([`Held::take_inner`]) by the caller.
    ///
    /// # Errors
    ///
    /// Those of [`super::write()`].
    pub fn replace(
        &self,
        files: &[Replacement],
        rendered: Option<Crate<'_>>,
    ) -> Result<Summary, WriteError> {
        self.replace_on(&RealDisk, files, rendered)
    }

    pub(super) fn replace_on(
        &self,
        disk: &dyn Disk,
        files: &[Replacement],
        rendered: Option<Crate<'_>>,
    ) -> Result<Summary, WriteError> {
        let checked = rendered
            .map(|made| Ok::<_, WriteError>((made, Rendered::new(made.files)?)))
            .transpose()?;
        let plan = checked
            .as_ref()
            .map(|(made, files)| self.plan(made, files))
            .transpose()?;
        let mut summary = Summary::default();
        let mut remove = Vec::new();
        let mut write = Vec::new();
        let mut tree = Tree::new(&self.folder);
        for file in files {
            path::validate_plain(&file.name)?;
            match tree.look(&file.name)? {
                Found::File(content) if content == file.content => {
                    summary.unchanged += 1;
                    continue;
                }
                Found::Folder | Found::Other => {
                    return Err(WriteError::InTheWay {
                        path: super::tree::join(&self.folder, &file.name),
                        problem: "it is not a regular file",
                    });
                }
                Found::Nothing | Found::File(_) | Found::Link => {}
            }
            summary.written += 1;
            write.push(Staged {
                name: file.name.clone(),
                content: &file.content,
                replaceable: false,
            });
        }
        if let (Some((made, _)), Some(plan)) = (&checked, &plan) {
            let below = |name: &str| format!("{}/{name}", made.folder);
            summary.written += plan.missing.len() + plan.changed.len();
            summary.unchanged += plan.unchanged;
            summary.removed += plan.orphans.len();
            remove.extend(plan.orphans.iter().map(|name| below(name)));
            write.extend(plan.writes().into_iter().map(|file| Staged {
                name: below(&file.name),
                ..file
            }));
        }
        path::refuse_collisions(write.iter().map(|file| file.name.as_str()))?;
        carry_out(disk, &self.folder, remove, &write)?;
        Ok(summary)
    }

    fn plan<'f>(&self, made: &Crate<'f>, files: &Rendered<'f>) -> Result<Plan<'f>, WriteError> {
        path::validate_plain(made.folder)?;
        let folder = self.folder.join(made.folder);
        refuse_foreign(&folder)?;
        let old = Manifest::read(&folder)?;
        refuse_narrower(old.as_ref(), made.part, &folder)?;
        Plan::new(files, made.part, &folder, old.as_ref(), true)
    }
}

/// The folder above a folder, and what the names of its files start with there.
pub(super) fn above(folder: &Path) -> Option<(PathBuf, String)> {
    // Not resolved: a link is replaced together with nothing.
    let absolute = std::path::absolute(folder).ok()?;
    let name = absolute.file_name()?.to_str()?;
    Some((absolute.parent()?.to_owned(), format!("{name}/")))
}
