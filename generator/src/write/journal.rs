//! The journal: what a run has decided to do, written before it does it.
//!
//! Every new content is staged first. Then the journal takes its place with one rename: without it
//! the folder is as it was, with it every step can be repeated until all are done. Only the journal
//! and what no run could make again (the new manifest, a spec) are synced: a killed process loses
//! nothing that it wrote; after a loss of power a staged file can be damaged, which its hash shows, and
//! the next run renders it again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::WORK_FOLDER;
use super::disk::Disk;
use super::error::WriteError;
use super::manifest::hash;
use super::path::{self, Name};
use super::tree::{self, Tree};

const JOURNAL_FILE: &str = "journal.json";
const STAGED_FOLDER: &str = "staged";
const FORMAT: u32 = 1;

/// Where the journal of a folder is, relative to it.
pub(super) fn journal_name() -> PathBuf {
    Path::new(WORK_FOLDER).join(JOURNAL_FILE)
}

/// What a run has decided to do: all removals, then all writes in their order.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    format: u32,
    remove: Vec<Name>,
    write: Vec<Entry>,
}

/// One file to be written; its content is staged under its number.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: Name,
    blake3: String,
}

/// A file to be written.
#[derive(Debug)]
pub(super) struct Staged<'c> {
    pub(super) name: Name,
    pub(super) content: &'c [u8],
    /// It can be made again, so it need not survive a loss of power.
    pub(super) replaceable: bool,
}

/// Whether a run is at work in a folder, or was killed there.
pub(super) fn has_traces(folder: &Path) -> bool {
    folder.join(journal_name()).exists() || folder.join(WORK_FOLDER).join(STAGED_FOLDER).exists()
}

fn staged(folder: &Path, index: usize) -> PathBuf {
    folder
        .join(WORK_FOLDER)
        .join(STAGED_FOLDER)
        .join(index.to_string())
}

impl Journal {
    /// Reads the journal of a folder, if there is one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, WriteError> {
        let path = folder.join(journal_name());
        let Some(bytes) = WriteError::if_there(fs::read(&path), "read", &path)? else {
            return Ok(None);
        };
        let damaged = |problem: String| WriteError::Damaged {
            path: path.clone(),
            problem,
            remedy: "Remove the folder that it is in, and generate again.",
        };
        let journal: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if journal.format != FORMAT {
            return Err(damaged(format!("its format is {}", journal.format)));
        }
        let names = journal
            .remove
            .iter()
            .chain(journal.write.iter().map(|entry| &entry.path));
        for name in names {
            path::validate_plain(name).map_err(|error| damaged(error.to_string()))?;
        }
        Ok(Some(journal))
    }

    /// Stages what is to be written and puts the journal in its place: from then on the run can only
    /// be finished. The manifest comes last.
    pub(super) fn commit(
        disk: &dyn Disk,
        folder: &Path,
        remove: Vec<Name>,
        write: &[Staged<'_>],
    ) -> Result<Self, WriteError> {
        let work = folder.join(WORK_FOLDER);
        let staging = work.join(STAGED_FOLDER);
        disk.create_folder(&staging)
            .map_err(WriteError::from_io("create", &staging))?;
        let mut journal = Self {
            format: FORMAT,
            remove,
            write: Vec::new(),
        };
        for (index, file) in write.iter().enumerate() {
            let path = staged(folder, index);
            disk.write(&path, file.content)
                .map_err(WriteError::from_io("write", &path))?;
            if !file.replaceable {
                disk.sync(&path)
                    .map_err(WriteError::from_io("write", &path))?;
            }
            journal.write.push(Entry {
                path: file.name.clone(),
                blake3: hash(file.content),
            });
        }
        let path = folder.join(journal_name());
        let temporary = path.with_extension("json.tmp");
        // Strings, numbers and lists cannot fail to serialise.
        let text = serde_json::to_string_pretty(&journal).unwrap_or_default();
        disk.write(&temporary, text.as_bytes())
            .and_then(|()| disk.sync(&temporary))
            .and_then(|()| disk.rename(&temporary, &path))
            .map_err(WriteError::from_io("write", &path))?;
        Ok(journal)
    }

    /// Does what is left to do, and removes the journal. Returns the names of the files whose staged
    /// content was damaged by a loss of power: those are as they were.
    pub(super) fn finish(&self, disk: &dyn Disk, folder: &Path) -> Result<Vec<Name>, WriteError> {
        let pending = self.pending_writes(folder);
        // Nothing is written before everything is removed. Where case is ignored, removing again
        // would take a file that replaced one whose name differs by case.
        if pending.len() == self.write.len() {
            for name in &self.remove {
                remove(disk, folder, name)?;
            }
        }
        let mut tree = Tree::new(folder);
        let mut damaged = Vec::new();
        for (index, entry) in pending {
            let from = staged(folder, index);
            let content = fs::read(&from).map_err(WriteError::from_io("read", &from))?;
            if hash(&content) != entry.blake3 {
                damaged.push(entry.path.clone());
                continue;
            }
            let to = tree::join(folder, &entry.path);
            create_parents(disk, &mut tree, &entry.path)?;
            disk.rename(&from, &to)
                .map_err(WriteError::from_io("write", &to))?;
        }
        clear_staged(disk, folder)?;
        let path = folder.join(journal_name());
        disk.remove_file(&path)
            .map_err(WriteError::from_io("remove", &path))?;
        Ok(damaged)
    }

    fn pending_writes(&self, folder: &Path) -> Vec<(usize, &Entry)> {
        self.write
            .iter()
            .enumerate()
            .filter(|(index, _)| staged(folder, *index).is_file())
            .collect()
    }

    /// The files that are not yet as they should be.
    pub(super) fn pending(&self, folder: &Path) -> Vec<&Name> {
        let writes = self.pending_writes(folder);
        let removals = (writes.len() == self.write.len())
            .then_some(&self.remove)
            .into_iter()
            .flatten()
            .filter(|name| fs::symlink_metadata(tree::join(folder, name)).is_ok());
        removals
            .chain(writes.iter().map(|(_, entry)| &entry.path))
            .collect()
    }
}

/// Removes what a run had staged, if there is any.
pub(super) fn clear_staged(disk: &dyn Disk, folder: &Path) -> Result<bool, WriteError> {
    let staging = folder.join(WORK_FOLDER).join(STAGED_FOLDER);
    let entries = match fs::read_dir(&staging) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(WriteError::from_io("read", &staging)(error)),
    };
    for entry in entries {
        let path = entry.map_err(WriteError::from_io("read", &staging))?.path();
        disk.remove_file(&path)
            .map_err(WriteError::from_io("remove", &path))?;
    }
    disk.remove_folder(&staging)
        .map_err(WriteError::from_io("remove", &staging))?;
    Ok(true)
}

/// Removes a file (or a link, never what it points to) and the folders that are empty without it.
fn remove(disk: &dyn Disk, folder: &Path, name: &str) -> Result<(), WriteError> {
    // Removals change what is a folder, so nothing is remembered from one to the next.
    if !Tree::new(folder).parents_are_folders(name)? {
        return Ok(());
    }
    let path = tree::join(folder, name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => disk
            .remove_file(&path)
            .map_err(WriteError::from_io("remove", &path))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(WriteError::from_io("read", &path)(error)),
    }
    for parent in tree::parents(name).rev() {
        let path = tree::join(folder, parent);
        let mut entries = fs::read_dir(&path).map_err(WriteError::from_io("read", &path))?;
        if entries.next().is_some() {
            break;
        }
        disk.remove_folder(&path)
            .map_err(WriteError::from_io("remove", &path))?;
    }
    Ok(())
}

fn create_parents(disk: &dyn Disk, tree: &mut Tree, name: &str) -> Result<(), WriteError> {
    if tree.parents_are_folders(name)? {
        return Ok(());
    }
    for parent in tree::parents(name) {
        let path = tree::join(tree.folder(), parent);
        match disk.create_folder(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(WriteError::from_io("create", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}
