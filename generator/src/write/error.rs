//! Why a folder could not be written or checked.

use std::io;
use std::path::{Path, PathBuf};

use crate::ir::Selection;

/// Why a folder could not be written or checked. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A rendered path is not a plain path below the folder that every operating system can hold.
    #[error("cannot write a file called {path:?}: {problem}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder holds something and no manifest of ours.
    #[error(
        "{} holds {example:?} and no {}, so this generator did not make it\n  Give an empty folder, or one that it made.",
        folder.display(), super::MANIFEST_FILE
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// Something that it holds.
        example: String,
    },
    /// Something in the folder, not made by the generator, is in the way.
    #[error("{} is in the way: {problem}\n  Move it elsewhere, or remove it.", path.display())]
    InTheWay {
        /// What is in the way.
        path: PathBuf,
        /// What it is.
        problem: &'static str,
    },
    /// Another generator has the folder.
    #[error("another generator is writing to {}\n  Wait until it is done.", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file of the generator's own bookkeeping is damaged.
    #[error("{} is damaged: {problem}\n  {remedy}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The folder was made from more than is asked for now; the rest would be deleted.
    #[error(
        "{} was made with {made_with}; writing {asked_for} would delete the rest\n  Give another folder with --out, or remove this one first.",
        folder.display()
    )]
    Narrower {
        /// The folder.
        folder: PathBuf,
        /// What it was made with.
        made_with: Box<Selection>,
        /// What is asked for.
        asked_for: Box<Selection>,
    },
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried (`write`).
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system refused after some files were replaced.
    #[error("{cause}\n  {} is half-written; the next command of the generator finishes it.", folder.display())]
    HalfWritten {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        cause: Box<WriteError>,
    },
}

impl WriteError {
    /// Wraps what the system said, for `map_err`.
    pub(super) fn from_io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// What was found at a path; none if nothing is there.
    pub(super) fn if_there<T>(
        found: io::Result<T>,
        action: &'static str,
        path: &Path,
    ) -> Result<Option<T>, Self> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
                _ => Err(Self::from_io(action, path)(error)),
            },
        }
    }
}
