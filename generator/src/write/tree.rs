//! Looks at a folder without ever following a symbolic link in it.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::WriteError;

/// The path of a name in a folder.
pub(super) fn join(folder: &Path, name: &str) -> PathBuf {
    folder.join(name.split('/').collect::<PathBuf>())
}

/// The folders on the way to a name, outermost first.
pub(super) fn parents(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    name.match_indices('/').map(|(end, _)| &name[..end])
}

/// What a name stands for.
pub(super) enum Found {
    Nothing,
    File(Vec<u8>),
    Link,
    Folder,
    /// A socket, a device, a pipe.
    Other,
}

/// A folder, with a memory of which folders in it are real.
pub(super) struct Tree {
    folder: PathBuf,
    real: HashSet<String>,
}

impl Tree {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            real: HashSet::new(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether all folders on the way to a name exist. A link there is refused; anything else that
    /// is not a folder counts as missing.
    pub(super) fn parents_are_folders(&mut self, name: &str) -> Result<bool, WriteError> {
        for parent in parents(name) {
            if self.real.contains(parent) {
                continue;
            }
            let path = join(&self.folder, parent);
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => {
                    return Err(WriteError::InTheWay {
                        path,
                        problem: "it is a symbolic link, and none is followed",
                    });
                }
                Ok(metadata) if metadata.is_dir() => {
                    self.real.insert(parent.to_owned());
                }
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(WriteError::from_io("read", &path)(error)),
            }
        }
        Ok(true)
    }

    /// What is there under a name.
    pub(super) fn look(&mut self, name: &str) -> Result<Found, WriteError> {
        if !self.parents_are_folders(name)? {
            return Ok(Found::Nothing);
        }
        let path = join(&self.folder, name);
        let metadata = match fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(WriteError::from_io("read", &path)(error)),
        };
        Ok(if metadata.is_symlink() {
            Found::Link
        } else if metadata.is_dir() {
            Found::Folder
        } else if metadata.is_file() {
            Found::File(fs::read(&path).map_err(WriteError::from_io("read", &path))?)
        } else {
            Found::Other
        })
    }

    /// The names of everything below a name that is not a folder, and of its empty folders.
    pub(super) fn below(&self, name: &str) -> Result<Vec<String>, WriteError> {
        let path = join(&self.folder, name);
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(WriteError::from_io("read", &path))? {
            let entry = entry.map_err(WriteError::from_io("read", &path))?;
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            // Of the entry itself, not of what a link points to.
            let kind = entry
                .file_type()
                .map_err(WriteError::from_io("read", &path))?;
            if kind.is_dir() {
                let inner = self.below(&name)?;
                if inner.is_empty() {
                    names.push(name);
                } else {
                    names.extend(inner);
                }
            } else {
                names.push(name);
            }
        }
        Ok(names)
    }
}
