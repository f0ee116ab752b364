//! Tokens that several processes share.
//!
//! A refresh reads the store first and takes over a newer token if there is one. Else it takes the lock, reads again, and only then asks for
//! a token of its own, which reaches the store before any call uses it.

mod file;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::any::Any;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::BoxError;

use super::secret::Secret;

pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;

/// A token as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token that is valid with it.
    pub refresh_token: Option<Secret>,
    /// The time of day just before it was asked for.
    pub issued_at: SystemTime,
    /// How long it lives from then; [`Duration::MAX`] without an end.
    pub lifetime: Duration,
    /// Grows with every token that is saved under the same key.
    pub sequence: u64,
}

impl StoredToken {
    /// A token to keep.
    #[must_use]
    pub fn new(
        access_token: Secret,
        refresh_token: Option<Secret>,
        issued_at: SystemTime,
        lifetime: Duration,
        sequence: u64,
    ) -> Self {
        Self {
            access_token,
            refresh_token,
            issued_at,
            lifetime,
            sequence,
        }
    }

    /// The token as JSON text, for a store to write.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).ok();
        let kept = KeptRef {
            access_token: self.access_token.expose(),
            refresh_token: self.refresh_token.as_ref().map(Secret::expose),
            issued_at: milliseconds(
                self.issued_at
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
            )
            .unwrap_or_default(),
            lifetime: (self.lifetime != Duration::MAX)
                .then(|| milliseconds(self.lifetime))
                .flatten(),
            sequence: self.sequence,
        };
        let room =
            256 + 2 * self.access_token.expose().len() + 2 * kept.refresh_token.map_or(0, str::len);
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        // Strings and numbers always have a JSON form; if not, the empty text reads back as no token.
        if serde_json::to_writer(&mut *text, &kept).is_err() {
            text.clear();
        }
        text
    }

    /// The token out of what [`Self::to_json`] wrote; none where the text is damaged.
    #[must_use]
    pub fn from_json(text: &[u8]) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(text).ok()?;
        super::token::is_sendable(kept.access_token.expose()).then(|| Self {
            access_token: kept.access_token,
            refresh_token: kept.refresh_token,
            issued_at: UNIX_EPOCH + Duration::from_millis(kept.issued_at.min(1 << 53)),
            lifetime: kept.lifetime.map_or(Duration::MAX, Duration::from_millis),
            sequence: kept.sequence,
        })
    }
}

#[derive(serde::Serialize)]
struct KeptRef<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    issued_at: u64,
    lifetime: Option<u64>,
    sequence: u64,
}

#[derive(serde::Deserialize)]
struct Kept {
    access_token: Secret,
    refresh_token: Option<Secret>,
    issued_at: u64,
    lifetime: Option<u64>,
    sequence: u64,
}

/// Proof that a process holds the lock of one key. Dropping it frees the lock, at once or when it expires.
pub struct StoreLock {
    /// Grows with every lock that is given out, so that a store can tell a late holder from the present one.
    pub fence: u64,
    /// What the store needs to free it.
    pub holder: Box<dyn Any + Send + Sync>,
}

impl StoreLock {
    /// A lock whose release `holder` brings about.
    pub fn new(fence: u64, holder: impl Any + Send + Sync) -> Self {
        Self {
            fence,
            holder: Box::new(holder),
        }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoreLock({})", self.fence)
    }
}

/// Keeps tokens where other processes find them. Keys are file names of letters, digits, `-` and `_`, and tell nothing secret.
///
/// A store that fails loses no call: the refresh goes on without it, and
/// [`Hooks::on_store_error`](super::Hooks::on_store_error) hears of it. Its errors must show neither tokens nor its own password.
pub trait TokenStore: Send + Sync + 'static {
    /// Takes the lock of `key`, if nobody has it. It must not outlive a process that dies by more than a bounded time.
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>>;

    /// Frees it. What `holder` does when it is dropped is the fallback.
    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        let _ = key;
        drop(lock);
        Box::pin(async { Ok(()) })
    }

    /// What was saved last under `key`; none where that is damaged.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>>;

    /// Puts `token` in the place of whatever is there, whole or not at all; refuses where a later holder of the lock has saved.
    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// A key that stands for all `parts`, in their order, and shows none of them.
#[must_use]
pub fn store_key(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
