//! One generator at a time in a folder.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use super::WORK_FOLDER;
use super::disk::Disk;
use super::error::WriteError;

const LOCK_FILE: &str = "lock";
/// Keeps the work folder out of version control, wherever the output is.
const IGNORE_FILE: &str = ".gitignore";

/// A folder that no other generator writes to, until this is dropped (or the process ends, however
/// it ends).
#[derive(Debug)]
pub(super) struct Lock(
    #[expect(dead_code, reason = "the lock lives as long as the file is open")] File,
);

impl Lock {
    /// Takes the folder for writing; the folder exists.
    pub(super) fn exclusive(disk: &dyn Disk, folder: &Path) -> Result<Self, WriteError> {
        let work = folder.join(WORK_FOLDER);
        match fs::symlink_metadata(&work) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(WriteError::InTheWay {
                    path: work,
                    problem: "it is not a folder",
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match disk.create_folder(&work) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(WriteError::from_io("create", &work)(error));
                    }
                    _ => {}
                }
            }
            Err(error) => return Err(WriteError::from_io("read", &work)(error)),
        }
        let ignore = work.join(IGNORE_FILE);
        if !ignore.is_file() {
            disk.write(&ignore, b"*\n")
                .map_err(WriteError::from_io("write", &ignore))?;
        }
        let path = work.join(LOCK_FILE);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(WriteError::from_io("open", &path))?;
        Self::result(file.try_lock(), file, folder, &path)
    }

    /// Keeps writers out while the folder is read; none where no generator has been in it yet.
    pub(super) fn shared(folder: &Path) -> Result<Option<Self>, WriteError> {
        let path = folder.join(WORK_FOLDER).join(LOCK_FILE);
        WriteError::if_there(File::open(&path), "open", &path)?
            .map(|file| Self::result(file.try_lock_shared(), file, folder, &path))
            .transpose()
    }

    fn result(
        outcome: Result<(), TryLockError>,
        file: File,
        folder: &Path,
        path: &Path,
    ) -> Result<Self, WriteError> {
        match outcome {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(WriteError::InUse {
                folder: folder.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(WriteError::from_io("lock", path)(error)),
        }
    }
}
