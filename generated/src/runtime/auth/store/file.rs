//! Tokens shared by the processes of one machine.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{StoreLock, StoredToken, TokenStore, random_name};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

/// Tokens in files of one directory: `{key}.json`, mode 0600, and beside each a `{key}.lock` that holds nothing.
///
/// A token file is replaced whole: written under another name, flushed to the disk, renamed. So a crash at any instant leaves the old token or
/// the new one. The lock is the operating system's, so it ends with the process that holds it. Put the directory on a local
/// file system: locks over a network are as good as that network's.
///
/// What another user could have put there is refused with an error: a symbolic link, a file that is not a regular one or is longer than 64 KiB, a token
/// file that others can write or own, and a directory that everyone can write (one with the sticky bit excepted).
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: PathBuf,
    /// Whether what crashes left behind was looked for.
    is_swept: Arc<AtomicBool>,
}

impl FileStore {
    /// Tokens in `directory`, which is made (mode 0700) when the first of them is saved.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            is_swept: Arc::default(),
        }
    }

    fn path(&self, key: &str, ending: &str) -> io::Result<PathBuf> {
        let is_plain = !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_plain {
            Ok(self.directory.join(format!("{key}.{ending}")))
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a key may contain only letters, digits, `-` and `_`",
            ))
        }
    }
}

impl TokenStore for FileStore {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        Box::pin(async move {
            let path = self.path(key, "lock")?;
            let directory = self.directory.clone();
            let file = blocking(directory, move |directory| {
                make_directory(directory)?;
                let file = open_lock(&path)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(file)),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(error),
                }
            })
            .await?;
            // The lock ends when the file is closed, by everything that holds it.
            Ok(file.map(|file| StoreLock::new(0, Arc::new(file))))
        })
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move {
            let path = self.path(key, "json")?;
            let directory = self.directory.clone();
            let text = blocking(directory, move |directory| {
                check_directory(directory)?;
                read(&path)
            })
            .await?;
            Ok(text.and_then(|text| StoredToken::from_json(&text)))
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let Some(lock) = lock.holder.downcast_ref::<Arc<File>>() else {
                return Err("the lock belongs to another store".into());
            };
            let ending = format!("{}.new", random_name()?);
            let (path, draft) = (self.path(key, "json")?, self.path(key, &ending)?);
            let directory = self.directory.clone();
            let text = token.to_json();
            let (lock, is_swept) = (Arc::clone(lock), Arc::clone(&self.is_swept));
            blocking(directory, move |directory| {
                // The write may outlive its caller, and the lock must not end before it.
                let _lock = lock;
                make_directory(directory)?;
                if !is_swept.swap(true, Ordering::Relaxed) {
                    sweep(directory, &path);
                }
                let written = write(&draft, &text).and_then(|()| fs::rename(&draft, &path));
                if written.is_err() {
                    let _ = fs::remove_file(&draft);
                }
                written?;
                flush_directory(directory)
            })
            .await
        })
    }
}

fn write(draft: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(draft)?;
    file.write_all(text)?;
    file.sync_all()
}

/// How old a draft is that no process writes any more.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// Removes the drafts of processes that ended while they wrote: of `own`, whose lock is held, all of them; of other entries the old ones.
fn sweep(directory: &Path, own: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| modified.elapsed().ok());
        let path = entry.path();
        // The name of a draft is the key, what makes it unique, and the ending.
        let stem = path.file_stem().map(Path::new);
        let is_own = stem.and_then(Path::file_stem) == own.file_stem();
        if path.extension().is_some_and(|ending| ending == "new")
            && (is_own || age.is_some_and(|age| age > ABANDONED))
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// Runs `work` where it may block. Its error names the directory.
async fn blocking<T: Send + 'static>(
    directory: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, BoxError> {
    let work = move || {
        work(&directory).map_err(|error| {
            io::Error::new(error.kind(), format!("{error}: {}", directory.display()))
        })
    };
    Ok(tokio::task::spawn_blocking(work).await??)
}

/// The longest token file that is read.
const LONGEST: u64 = 64 * 1024;

fn refused(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// Opens what is at `path` if that is a regular file itself: never what a symbolic link points to, and a FIFO is not waited for.
fn open_regular(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    #[cfg(not(unix))]
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(refused("it is not a regular file"));
    }
    let irregular = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => error,
        // What the open of a link, a FIFO or a directory fails with depends on the system.
        _ if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) => {
            refused("it is not a regular file")
        }
        _ => error,
    };
    let file = options.open(path).map_err(irregular)?;
    if !file.metadata()?.is_file() {
        return Err(refused("it is not a regular file"));
    }
    Ok(file)
}

/// Opens the lock file, or makes it; never what a link points to.
fn open_lock(path: &Path) -> io::Result<File> {
    loop {
        match open_regular(path, OpenOptions::new().write(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            outcome => return outcome,
        }
        match private(OpenOptions::new().write(true).create_new(true)).open(path) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            outcome => return outcome,
        }
    }
}

fn read(path: &Path) -> io::Result<Option<zeroize::Zeroizing<Vec<u8>>>> {
    let file = match open_regular(path, OpenOptions::new().read(true)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        outcome => outcome?,
    };
    let metadata = file.metadata()?;
    check_owner(&metadata)?;
    if metadata.len() > LONGEST {
        return Err(refused("the token file is longer than 64 KiB"));
    }
    // All of the room at once, so that no copy is left behind by growing.
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Refuses a token file that another user could have written.
#[cfg(unix)]
fn check_owner(metadata: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if metadata.mode() & 0o022 != 0 {
        return Err(refused(
            "the token file is writable by others; remove it, or set its mode to 0600 if you trust its content",
        ));
    }
    // On Linux the owner of this entry is the effective user of the process.
    let own = fs::metadata("/proc/self").map(|process| process.uid());
    match own {
        Ok(own) if metadata.uid() != own && metadata.uid() != 0 => {
            Err(refused("the token file is owned by another user"))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_owner(_: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Refuses a directory in which everyone can replace files.
fn check_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        const OTHERS_WRITE: u32 = 0o002;
        const STICKY: u32 = 0o1000;
        let mode = match fs::metadata(directory) {
            Ok(metadata) => metadata.mode(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if mode & (OTHERS_WRITE | STICKY) == OTHERS_WRITE {
            return Err(refused(
                "the directory of the token store is writable by everyone; set its mode to 0700",
            ));
        }
    }
    let _ = directory;
    Ok(())
}

/// For the owner's eyes only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return check_directory(directory);
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(directory)
}

/// A rename is on the disk when its directory is.
fn flush_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()
    } else {
        Ok(())
    }
}
