//! Tokens shared by the processes of one machine.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{StoreLock, StoredToken, TokenStore};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

/// Tokens in files of one directory: `{key}.json`, mode 0600, and beside each a `{key}.lock` that holds nothing.
///
/// A token file is replaced whole: written under another name, flushed to the disk, renamed. So a crash at any instant leaves the old token or
/// the new one. The lock is the operating system's, so it ends with the process that holds it. Put the directory on a local
/// file system: locks over a network are as good as that network's.
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// Tokens in `directory`, which is made (mode 0700) when the first of them is saved.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
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
                "a key has letters, digits, - and _ only",
            ))
        }
    }
}

impl TokenStore for FileStore {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        Box::pin(async move {
            let path = self.path(key, "lock")?;
            let directory = self.directory.clone();
            let file = blocking(move || {
                make_directory(&directory)?;
                let file = private(OpenOptions::new().write(true).create(true).truncate(false))
                    .open(path)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(file)),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(error),
                }
            })
            .await?;
            // The lock ends when the file is closed.
            Ok(file.map(|file| StoreLock::new(0, file)))
        })
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move {
            let path = self.path(key, "json")?;
            let text = blocking(move || match fs::read(path) {
                Ok(text) => Ok(zeroize::Zeroizing::new(text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    Ok(zeroize::Zeroizing::default())
                }
                Err(error) => Err(error),
            })
            .await?;
            Ok(StoredToken::from_json(&text))
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        _lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let (path, draft) = (self.path(key, "json")?, self.path(key, "new")?);
            let directory = self.directory.clone();
            let text = token.to_json();
            blocking(move || {
                make_directory(&directory)?;
                // Only the holder of the lock writes, so what is there is left over from a crash.
                match fs::remove_file(&draft) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
                let mut file =
                    private(OpenOptions::new().write(true).create_new(true)).open(&draft)?;
                file.write_all(&text)?;
                file.sync_all()?;
                fs::rename(&draft, &path)?;
                flush_directory(&directory)
            })
            .await
        })
    }
}

/// Runs `work` where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BoxError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(BoxError::from),
        Err(error) => Err(error.into()),
    }
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
        return Ok(());
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
