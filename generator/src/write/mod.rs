//! Brings a folder to what was rendered.
//!
//! Only files whose content differs are touched. Files that an earlier run made and that are not
//! rendered any more are removed. What the generator did not make is never overwritten or removed:
//! the manifest ([`MANIFEST_FILE`]) says what it made. Symbolic links in the folder are never
//! followed.
//!
//! A run that is killed leaves the folder as it was, or a journal with which the next run finishes it
//! ([`recover`], which [`write()`] does first). Journal, staged files and the lock that keeps a
//! second generator out are in [`WORK_FOLDER`], which ignores itself in git.
//!
//! What belongs together but lies in several folders (the spec, its record, the crate, the changelog)
//! is replaced together: [`Held`] has one journal for it in the folder above them.

mod disk;
mod error;
mod held;
mod journal;
mod lock;
mod manifest;
mod path;
mod plan;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ir::Selection;
use crate::render::Files;

pub use error::WriteError;
pub use held::{Crate, Held, Replacement};

use disk::{Disk, RealDisk};
use journal::{Journal, Staged};
use lock::Lock;
use manifest::Manifest;
use plan::{Plan, Rendered};

/// The file that says what the generator made in a folder. It belongs into version control.
pub const MANIFEST_FILE: &str = ".genesys-codegen.json";

/// The folder for journal, staged files and lock, in the output folder. It does not belong into
/// version control.
pub const WORK_FOLDER: &str = ".genesys-codegen";

/// What a run did, in files (the manifest not counted).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Written, because they were missing or different.
    pub written: usize,
    /// Left as they were.
    pub unchanged: usize,
    /// Removed, because they are not rendered any more.
    pub removed: usize,
}

/// What had to be done about an earlier run that was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recovery {
    /// Nothing: there was none.
    Nothing,
    /// It had only staged files; those are removed, and the folder is as it was before.
    Undone,
    /// It had started to replace files; the rest was done.
    Finished,
}

/// A file that is not what would be rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stale {
    /// The path below the folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: StaleKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StaleKind {
    /// It is not there.
    Missing,
    /// It has another content.
    Changed,
    /// It was made earlier and is not rendered any more.
    Orphan,
    /// A killed run has not come to it, or (the journal itself) has not come to its end.
    HalfWritten,
}

impl std::fmt::Display for StaleKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Orphan => "orphan",
            Self::HalfWritten => "half-written",
        })
    }
}

/// Brings a folder to what was rendered, creating it where it is missing.
///
/// # Errors
///
/// Fails, with nothing touched, if a path in `files` is not plain, if the folder is not ours, was
/// made from more than `part`, is in use, or holds something in the way; and if the
/// file system refuses, in which case the next run finishes.
pub fn write(files: &Files, part: &Selection, folder: &Path) -> Result<Summary, WriteError> {
    write_on(&RealDisk, files, part, folder)
}

/// Like [`write()`], in a folder that nobody keeps (`OUT_DIR`): what was made from another part goes.
///
/// # Errors
///
/// Those of [`write()`], another part excepted.
pub fn replace(files: &Files, part: &Selection, folder: &Path) -> Result<Summary, WriteError> {
    bring(&RealDisk, files, part, folder, |_, _, _| Ok(()))
}

fn write_on(
    disk: &dyn Disk,
    files: &Files,
    part: &Selection,
    folder: &Path,
) -> Result<Summary, WriteError> {
    bring(disk, files, part, folder, refuse_narrower)
}

/// Decides by what a folder was made with whether it may be written.
type Refuse = fn(Option<&Manifest>, &Selection, &Path) -> Result<(), WriteError>;

fn bring(
    disk: &dyn Disk,
    files: &Files,
    part: &Selection,
    folder: &Path,
    refuse: Refuse,
) -> Result<Summary, WriteError> {
    let rendered = Rendered::new(files)?;
    recover_above(disk, folder)?;
    refuse_foreign(folder)?;
    refuse(Manifest::read(folder)?.as_ref(), part, folder)?;
    create(disk, folder)?;
    let _lock = Lock::exclusive(disk, folder)?;
    recover_locked(disk, folder)?;
    // Looked at again, because another generator may have been here before the lock was taken.
    refuse_foreign(folder)?;
    let old = Manifest::read(folder)?;
    refuse(old.as_ref(), part, folder)?;
    let plan = Plan::new(&rendered, part, folder, old.as_ref(), true)?;
    let summary = Summary {
        written: plan.missing.len() + plan.changed.len(),
        unchanged: plan.unchanged,
        removed: plan.orphans.len(),
    };
    carry_out(disk, folder, plan.orphans.clone(), &plan.writes())?;
    Ok(summary)
}

/// Does what was decided: all of it, or (should this process be killed) what the next run makes all or
/// nothing of.
fn carry_out(
    disk: &dyn Disk,
    folder: &Path,
    remove: Vec<path::Name>,
    write: &[Staged<'_>],
) -> Result<(), WriteError> {
    if write.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let journal = match Journal::commit(disk, folder, remove, write) {
        Ok(journal) => journal,
        Err(error) => {
            // As it was before; if this fails as well, the next run does it.
            let _ = recover_locked(disk, folder);
            return Err(error);
        }
    };
    journal
        .finish(disk, folder)
        .map_err(|error| half_written(folder, error))?;
    Ok(())
}

/// Finishes or undoes what an earlier run, killed in the middle, has left: in this folder, and in the
/// one above it, from where several folders are replaced together ([`Held`]). A folder without traces
/// of such a run is not touched.
///
/// # Errors
///
/// Fails if the folder is in use, the journal is damaged, or the file system refuses.
pub fn recover(folder: &Path) -> Result<Recovery, WriteError> {
    recover_on(&RealDisk, folder)
}

fn recover_on(disk: &dyn Disk, folder: &Path) -> Result<Recovery, WriteError> {
    let above = recover_above(disk, folder)?;
    if !folder.join(WORK_FOLDER).is_dir() {
        return Ok(above);
    }
    let _lock = Lock::exclusive(disk, folder)?;
    Ok(above.max(recover_locked(disk, folder)?))
}

/// Recovers the folder above, where a killed run has left something there. A run that is only at work
/// there does not matter: it has locked the folders that it is going to write.
fn recover_above(disk: &dyn Disk, folder: &Path) -> Result<Recovery, WriteError> {
    let Some((above, _)) = held::above(folder) else {
        return Ok(Recovery::Nothing);
    };
    if !journal::has_traces(&above) {
        return Ok(Recovery::Nothing);
    }
    let _lock = Lock::exclusive(disk, &above)?;
    recover_locked(disk, &above)
}

fn recover_locked(disk: &dyn Disk, folder: &Path) -> Result<Recovery, WriteError> {
    match Journal::read(folder)? {
        Some(journal) => {
            journal
                .finish(disk, folder)
                .map_err(|error| half_written(folder, error))?;
            Ok(Recovery::Finished)
        }
        None if journal::clear_staged(disk, folder)? => Ok(Recovery::Undone),
        None => Ok(Recovery::Nothing),
    }
}

/// Compares a folder with what was rendered, and changes nothing. The result is sorted by path, and
/// empty where [`write()`] would have nothing to do.
///
/// # Errors
///
/// Fails if a path in `files` is not plain, if the folder is not ours or in use, or cannot be read.
pub fn check(files: &Files, part: &Selection, folder: &Path) -> Result<Vec<Stale>, WriteError> {
    let rendered = Rendered::new(files)?;
    refuse_foreign(folder)?;
    let _lock = Lock::shared(folder)?;
    let old = Manifest::read(folder)?;
    let plan = Plan::new(&rendered, part, folder, old.as_ref(), false)?;
    let journal = Journal::read(folder)?;

    let mut stale: BTreeMap<PathBuf, StaleKind> = BTreeMap::new();
    let mut add = |name: &str, kind| stale.insert(tree::join(Path::new(""), name), kind);
    for name in plan.missing.keys() {
        add(name, StaleKind::Missing);
    }
    for name in plan.changed.keys() {
        add(name, StaleKind::Changed);
    }
    for name in &plan.orphans {
        add(name, StaleKind::Orphan);
    }
    if plan.manifest.is_some() {
        let kind = match old {
            Some(_) => StaleKind::Changed,
            None => StaleKind::Missing,
        };
        add(MANIFEST_FILE, kind);
    }
    if let Some(journal) = journal {
        for name in journal.pending(folder) {
            add(name, StaleKind::HalfWritten);
        }
        stale.insert(journal::journal_name(), StaleKind::HalfWritten);
    }
    stale.extend(half_written_above(folder)?);
    Ok(stale
        .into_iter()
        .map(|(path, kind)| Stale { path, kind })
        .collect())
}

/// The files of a folder that a killed run has not come to, and the journal that tells of it; none where
/// no run was killed there. Unlike [`recover`], this changes nothing.
///
/// # Errors
///
/// Fails if the folder is in use, or the journal cannot be read.
pub fn half_written_files(folder: &Path) -> Result<Vec<Stale>, WriteError> {
    let mut stale = half_written_above(folder)?;
    let _lock = Lock::shared(folder)?;
    if let Some(journal) = Journal::read(folder)? {
        for name in journal.pending(folder) {
            stale.insert(tree::join(Path::new(""), name), StaleKind::HalfWritten);
        }
        stale.insert(journal::journal_name(), StaleKind::HalfWritten);
    }
    Ok(stale
        .into_iter()
        .map(|(path, kind)| Stale { path, kind })
        .collect())
}

/// What a killed run that replaced several folders together has left to do in this one.
fn half_written_above(folder: &Path) -> Result<BTreeMap<PathBuf, StaleKind>, WriteError> {
    let mut stale = BTreeMap::new();
    let Some((above, prefix)) = held::above(folder) else {
        return Ok(stale);
    };
    if !journal::has_traces(&above) {
        return Ok(stale);
    }
    let _lock = Lock::shared(&above)?;
    if let Some(journal) = Journal::read(&above)? {
        for name in journal.pending(&above) {
            if let Some(name) = name.strip_prefix(&prefix) {
                stale.insert(tree::join(Path::new(""), name), StaleKind::HalfWritten);
            }
        }
        let journal = Path::new("..").join(journal::journal_name());
        stale.insert(journal, StaleKind::HalfWritten);
    }
    Ok(stale)
}

/// What of the spec a folder was made from; none where it has no manifest.
///
/// # Errors
///
/// Fails if the manifest is damaged or cannot be read.
pub fn part_of(folder: &Path) -> Result<Option<Selection>, WriteError> {
    Ok(Manifest::read(folder)?.map(|manifest| manifest.part))
}

fn half_written(folder: &Path, cause: WriteError) -> WriteError {
    WriteError::HalfWritten {
        folder: folder.to_owned(),
        cause: Box::new(cause),
    }
}

/// Refuses a folder that holds something, and no sign that the generator made it.
fn refuse_foreign(folder: &Path) -> Result<(), WriteError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(WriteError::InTheWay {
                path: folder.to_owned(),
                problem: "it is not a folder",
            });
        }
        Err(error) => return Err(WriteError::from_io("read", folder)(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        names.insert(
            entry
                .map_err(WriteError::from_io("read", folder))?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    if names.contains(MANIFEST_FILE) || folder.join(journal::journal_name()).exists() {
        return Ok(());
    }
    match names.into_iter().find(|name| name != WORK_FOLDER) {
        None => Ok(()),
        Some(example) => Err(WriteError::NotOurs {
            folder: folder.to_owned(),
            example,
        }),
    }
}

/// Refuses to delete what was made from a part that is not asked for now.
fn refuse_narrower(
    old: Option<&Manifest>,
    part: &Selection,
    folder: &Path,
) -> Result<(), WriteError> {
    match old.map(|manifest| &manifest.part) {
        Some(made_with) if !part.contains(made_with) => Err(WriteError::Narrower {
            folder: folder.to_owned(),
            made_with: Box::new(made_with.clone()),
            asked_for: Box::new(part.clone()),
        }),
        _ => Ok(()),
    }
}

/// Creates a folder and those above it.
fn create(disk: &dyn Disk, folder: &Path) -> Result<(), WriteError> {
    if folder.is_dir() {
        return Ok(());
    }
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => create(disk, parent)?,
        _ => {}
    }
    match disk.create_folder(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(WriteError::from_io("create", folder)(error))
        }
        _ => Ok(()),
    }
}
