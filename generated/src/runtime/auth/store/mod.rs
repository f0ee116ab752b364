//! Keeps tokens outside of the process, so that processes share them and a session survives a restart.
//!
//! Give a store to the client with [`ClientBuilder::token_store`](crate::runtime::client::ClientBuilder::token_store): [`FileStore`] keeps tokens in
//! files, `RedisStore` (feature `redis`) in Redis, [`MemoryStore`] shares them between the clients of one process. Implement [`TokenStore`] for
//! another place.
//!
//! How it works: a refresh reads the store first and adopts a newer token if there is one. Otherwise it takes the lock, reads again, and only then requests
//! a token, which is saved before any call uses it.

mod bounded;
mod file;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::any::Any;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::runtime::clock::{BoxFuture, Clock};
use crate::runtime::transport::BoxError;

use super::secret::Secret;

pub(crate) use bounded::bounded;
pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;

/// A token as a store keeps it, with what the processes that share it tell each other.
///
/// A store keeps the whole text of [`Self::to_json`]: what is not in the public fields (which login began the session, which refresh tokens are
/// spent) protects the session as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The access token; empty in a tombstone.
    pub access_token: Secret,
    /// The refresh token that is valid with it.
    pub refresh_token: Option<Secret>,
    /// The time of day just before it was asked for.
    pub issued_at: SystemTime,
    /// How long it lives from then; [`Duration::MAX`] without an end.
    pub lifetime: Duration,
    /// Grows with every token that is saved under the same key.
    pub sequence: u64,
    /// The digest of the authorization code or refresh token that began the session.
    pub(crate) origin: Option<String>,
    /// The digests of the last refresh tokens of the session that were exchanged.
    pub(crate) spent: Vec<String>,
    /// When a process saved the entry again because the store had lost it.
    pub(crate) restored_at: Option<SystemTime>,
    /// The process that is about to exchange the refresh token.
    pub(crate) renewing: Option<String>,
    /// Whether the session was removed.
    pub(crate) is_removed: bool,
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
            origin: None,
            spent: Vec::new(),
            restored_at: None,
            renewing: None,
            is_removed: false,
        }
    }

    /// Whether this is a tombstone: the session was removed, and no process continues it.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.is_removed
    }

    /// What takes the place of `removed`.
    fn tombstone(removed: Option<Self>, now: SystemTime) -> Self {
        let mut tombstone = Self::new(
            Secret::from(""),
            None,
            now,
            Duration::ZERO,
            next_sequence(removed.as_ref().map(|token| token.sequence), now),
        );
        tombstone.is_removed = true;
        if let Some(mut removed) = removed {
            removed.spend();
            tombstone.origin = removed.origin;
            tombstone.spent = removed.spent;
        }
        tombstone
    }

    /// Notes that the refresh token is exchanged.
    pub(crate) fn spend(&mut self) {
        if let Some(refresh_token) = &self.refresh_token {
            let digest = digest(refresh_token);
            if self.spent.contains(&digest) {
                return;
            }
            if self.spent.len() >= SPENT_REMEMBERED {
                self.spent.remove(0);
            }
            self.spent.push(digest);
        }
    }

    /// The token as JSON text, for a store to write.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let kept = KeptRef {
            access_token: self.access_token.expose(),
            refresh_token: self.refresh_token.as_ref().map(Secret::expose),
            issued_at: since_epoch(self.issued_at),
            lifetime: (self.lifetime != Duration::MAX)
                .then(|| milliseconds(self.lifetime))
                .flatten(),
            sequence: self.sequence,
            origin: self.origin.as_deref(),
            spent: &self.spent,
            restored_at: self.restored_at.map(since_epoch),
            renewing: self.renewing.as_deref(),
            removed: self.is_removed,
        };
        let room = 512
            + 40 * self.spent.len()
            + 2 * self.access_token.expose().len()
            + 2 * kept.refresh_token.map_or(0, str::len);
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        // Strings and numbers always have a JSON form; if not, the empty text reads back as no token.
        if serde_json::to_writer(&mut *text, &kept).is_err() {
            text.clear();
        }
        text
    }

    /// The token out of what [`Self::to_json`] wrote, in this version or an earlier one; none where the text is damaged.
    #[must_use]
    pub fn from_json(text: &[u8]) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(text).ok()?;
        let is_whole = kept.removed || super::token::is_sendable(kept.access_token.expose());
        is_whole.then(|| Self {
            access_token: kept.access_token,
            refresh_token: kept.refresh_token,
            issued_at: time_of_day(kept.issued_at),
            lifetime: kept.lifetime.map_or(Duration::MAX, Duration::from_millis),
            sequence: kept.sequence,
            origin: kept.origin,
            spent: kept.spent,
            restored_at: kept.restored_at.map(time_of_day),
            renewing: kept.renewing,
            is_removed: kept.removed,
        })
    }
}

/// How many exchanged refresh tokens an entry remembers.
const SPENT_REMEMBERED: usize = 16;

/// The number of the token that follows `latest` at the time of day `now`. The time keeps the numbers growing even if the store loses everything.
pub(crate) fn next_sequence(latest: Option<u64>, now: SystemTime) -> u64 {
    latest
        .map_or(0, |latest| latest.saturating_add(1))
        .max(since_epoch(now))
}

/// A name that no other process makes.
pub(crate) fn random_name() -> Result<String, BoxError> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|_| "no source of random numbers")?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What stands for a code or refresh token in an entry.
pub(crate) fn digest(secret: &Secret) -> String {
    store_key(&["credential", secret.expose()])
}

fn milliseconds(duration: Duration) -> Option<u64> {
    u64::try_from(duration.as_millis()).ok()
}

fn since_epoch(time: SystemTime) -> u64 {
    milliseconds(time.duration_since(UNIX_EPOCH).unwrap_or_default()).unwrap_or_default()
}

fn time_of_day(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds.min(1 << 53))
}

#[derive(serde::Serialize)]
struct KeptRef<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    issued_at: u64,
    lifetime: Option<u64>,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    spent: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    restored_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewing: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    removed: bool,
}

#[derive(serde::Deserialize)]
struct Kept {
    access_token: Secret,
    refresh_token: Option<Secret>,
    issued_at: u64,
    lifetime: Option<u64>,
    sequence: u64,
    origin: Option<String>,
    #[serde(default)]
    spent: Vec<String>,
    restored_at: Option<u64>,
    renewing: Option<String>,
    #[serde(default)]
    removed: bool,
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
/// If the store fails, grants that can be repeated (client credentials, SAML2 bearer) continue without it. A session with refresh tokens waits
/// for it, because another process may be using the refresh token; see [`TokenSettings::store_is_exclusive`](super::TokenSettings::store_is_exclusive).
/// [`Hooks::on_store_error`](super::Hooks::on_store_error) is called with every failure. An operation that takes longer than
/// [`store_timeout`](super::TokenSettings::store_timeout), or panics, has failed. Errors must show neither tokens nor the store's own password.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use genesys_cloud::runtime::auth::store::{StoreLock, StoredToken, TokenStore};
/// use genesys_cloud::runtime::clock::BoxFuture;
/// use genesys_cloud::runtime::transport::BoxError;
///
/// /// Tokens as text in a map; a database works in the same way.
/// #[derive(Default)]
/// struct Texts(Mutex<HashMap<String, Vec<u8>>>);
///
/// impl TokenStore for Texts {
///     fn try_lock<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
///         // One process, so there is nobody to lock out.
///         Box::pin(async { Ok(Some(StoreLock::new(0, ()))) })
///     }
///
///     fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
///         Box::pin(async move {
///             let texts = self.0.lock().map_err(|_| "poisoned")?;
///             Ok(texts.get(key).and_then(|text| StoredToken::from_json(text)))
///         })
///     }
///
///     fn save<'a>(
///         &'a self,
///         key: &'a str,
///         token: &'a StoredToken,
///         _: &'a StoreLock,
///     ) -> BoxFuture<'a, Result<(), BoxError>> {
///         Box::pin(async move {
///             let mut texts = self.0.lock().map_err(|_| "poisoned")?;
///             texts.insert(key.to_owned(), token.to_json().to_vec());
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// Takes the lock of `key`, if nobody has it. It must not outlive a process that dies by more than a bounded time.
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>>;

    /// Tells a store whose locks expire how long a refresh may hold one.
    fn locks_last(&self, longest: Duration) {
        let _ = longest;
    }

    /// Frees it. What `holder` does when it is dropped is the fallback. A failure changes nothing about the refresh.
    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        let _ = key;
        drop(lock);
        Box::pin(async { Ok(()) })
    }

    /// What was saved last under `key`; none where that is damaged.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>>;

    /// Puts `token` in the place of what is there, whole or not at all; refuses where a later holder of the lock has saved.
    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Ends the session that is kept under `key`: a tombstone takes the place of its tokens, and no process refreshes it any more. Another
    /// login under the same key begins a new session. [`Client::log_out`](crate::runtime::client::Client::log_out) calls this with the right key.
    ///
    /// This waits for a refresh that holds the lock, at most as long as a lock lasts. It fails if one operation of the store takes longer than 3 s,
    /// or panics. A program that has no client passes a [`SystemClock`](crate::runtime::clock::SystemClock), which needs a tokio runtime with a timer.
    fn remove<'a>(
        &'a self,
        key: &'a str,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut looks = 0_u32;
            let lock = loop {
                match bounded(clock, REMOVE_TIMEOUT, || self.try_lock(key)).await? {
                    Some(lock) => break lock,
                    None if looks < REMOVE_LOOKS => looks += 1,
                    None => return Err("another process holds the lock of the entry".into()),
                }
                clock.sleep(REMOVE_POLL).await;
            };
            let outcome = match bounded(clock, REMOVE_TIMEOUT, || self.load(key)).await {
                Ok(removed) => {
                    let tombstone = StoredToken::tombstone(removed, clock.now().wall);
                    bounded(clock, REMOVE_TIMEOUT, || self.save(key, &tombstone, &lock)).await
                }
                Err(error) => Err(error),
            };
            // The lock expires or ends with its holder anyway.
            let _ = bounded(clock, REMOVE_TIMEOUT, || self.unlock(key, lock)).await;
            Ok(outcome?)
        })
    }
}

/// How often, and how many times, removing looks at a lock that another process holds: for a minute.
const REMOVE_POLL: Duration = Duration::from_millis(50);
const REMOVE_LOOKS: u32 = 1200;

/// The longest that one operation may take while removing.
const REMOVE_TIMEOUT: Duration = Duration::from_secs(3);

/// A key that stands for all `parts`, in their order, and shows none of them.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::auth::store::store_key;
///
/// let key = store_key(&["session", "https://login.mypurecloud.com/oauth/token", "user-17"]);
/// assert_eq!(key, store_key(&["session", "https://login.mypurecloud.com/oauth/token", "user-17"]));
/// ```
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
