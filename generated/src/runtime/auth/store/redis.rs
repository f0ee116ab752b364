//! Tokens shared by the machines of a fleet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{StoreLock, StoredToken, TokenStore, random_name};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::redis::RedisConnection;
use crate::runtime::transport::BoxError;

/// How long a lock lasts whose holder does not free it, where nothing else is known.
const LOCK_EXPIRY: Duration = Duration::from_secs(40);

/// How long a token stays after its end; a refresh token with it is worth keeping.
const KEPT_AFTER_END: Duration = Duration::from_secs(60 * 60);

/// How long a token with a refresh token stays after its end.
const REFRESHABLE_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Gives the lock out, with a fence that is higher than each one before: counted up, and not below the server's time of day, so that it also grows
/// if the server loses everything. A lock that no holder of this kind has taken (another type, or without an expiry) does not last.
const LOCK: &str = "local time = redis.call('time') \
     local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) \
     local function kind(key) return redis.call('type', key).ok end \
     if kind(KEYS[1]) ~= 'none' and kind(KEYS[1]) ~= 'string' then redis.call('del', KEYS[1]) end \
     if kind(KEYS[2]) ~= 'none' and kind(KEYS[2]) ~= 'string' then redis.call('del', KEYS[2]) end \
     if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then \
     local fence = math.max((tonumber(redis.call('get', KEYS[2])) or 0) + 1, now) \
     redis.call('set', KEYS[2], string.format('%.0f', fence)) return fence end \
     if redis.call('pttl', KEYS[1]) == -1 then redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";

/// Frees the lock, if it is still the caller's.
const UNLOCK: &str =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/// Saves, unless a holder with a higher fence has. A value of another type is nothing that this store has saved.
const SAVE: &str = "if redis.call('type', KEYS[1]).ok ~= 'hash' then redis.call('del', KEYS[1]) end \
     local fence = redis.call('hget', KEYS[1], 'fence') \
     if fence and (tonumber(fence) or 0) > tonumber(ARGV[1]) then return 0 end \
     redis.call('hset', KEYS[1], 'fence', ARGV[1], 'token', ARGV[2]) \
     if ARGV[3] == '' then redis.call('persist', KEYS[1]) \
     else redis.call('pexpire', KEYS[1], ARGV[3]) end return 1";

/// Tokens in Redis, or in what speaks its protocol.
///
/// The lock of a key expires after the longest time that a refresh may hold it, which follows from
/// [`flight_timeout`](crate::runtime::auth::TokenSettings::flight_timeout) and
/// [`store_timeout`](crate::runtime::auth::TokenSettings::store_timeout) (37 s with the defaults), so a process that dies with it delays the others by
/// no more than that. Each lock has a higher number than the one before, and a token is refused if one with a higher number was saved. Operations end by
/// `store_timeout`; errors show the server's code word, such as `NOAUTH` or `READONLY`. A value of the wrong type counts as a missing entry. Tokens are
/// stored readable for everyone who can read the database: give it a password, and TLS where it is not on the same machine.
pub struct RedisStore {
    prefix: String,
    connection: RedisConnection,
    /// In milliseconds; zero where nobody has said.
    lock_expiry: AtomicU64,
}

impl RedisStore {
    /// The store at `url`, as in `redis://:password@host:6379/0`. Nothing is connected before the first use.
    ///
    /// # Errors
    ///
    /// A configuration error: the URL is none that Redis's client understands.
    pub fn open(url: &str) -> Result<Self, Error> {
        Ok(Self::new(RedisConnection::client_of(url)?))
    }

    /// The store behind a client that was set up elsewhere, for TLS or the like.
    #[must_use]
    pub fn new(client: redis::Client) -> Self {
        Self {
            prefix: "genesys-cloud-token".to_owned(),
            connection: RedisConnection::new(client).without_timeouts(),
            lock_expiry: AtomicU64::new(0),
        }
    }

    /// The same with other key names: `{prefix}:{key}` and so on, in one hash slot of a cluster.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn name(&self, key: &str, part: &str) -> String {
        format!("{{{}:{key}}}{part}", self.prefix)
    }

    async fn run<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, BoxError> {
        self.connection.run(command).await.map_err(BoxError::from)
    }
}

fn milliseconds(duration: Duration) -> u64 {
    // What no timer reaches is cut, so that the server accepts it.
    duration.as_millis().clamp(1, 1 << 40) as u64
}

struct Holder(String);

impl TokenStore for RedisStore {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        Box::pin(async move {
            let holder = random_name()?;
            let expiry = match self.lock_expiry.load(Ordering::Relaxed) {
                0 => milliseconds(LOCK_EXPIRY),
                expiry => expiry,
            };
            let fence: u64 = self
                .run(
                    redis::cmd("EVAL")
                        .arg(LOCK)
                        .arg(2)
                        .arg(self.name(key, ":lock"))
                        .arg(self.name(key, ":fence"))
                        .arg(&holder)
                        .arg(expiry),
                )
                .await?;
            Ok((fence > 0).then(|| StoreLock::new(fence, Holder(holder))))
        })
    }

    fn locks_last(&self, longest: Duration) {
        // Clients with other settings may share this store: the longest time is right for all of them.
        self.lock_expiry
            .fetch_max(milliseconds(longest), Ordering::Relaxed);
    }

    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let Some(Holder(holder)) = lock.holder.downcast_ref() else {
                return Err("the lock belongs to another store".into());
            };
            let _: i64 = self
                .run(
                    redis::cmd("EVAL")
                        .arg(UNLOCK)
                        .arg(1)
                        .arg(self.name(key, ":lock"))
                        .arg(holder),
                )
                .await?;
            Ok(())
        })
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move {
            let mut command = redis::cmd("HGET");
            command.arg(self.name(key, "")).arg("token");
            let text: Option<Vec<u8>> = match self.connection.run(&command).await {
                Err(error) if error.is_wrong_type() => {
                    tracing::warn!(%error, "the entry of a token store is damaged");
                    None
                }
                outcome => outcome?,
            };
            let text = text.map(zeroize::Zeroizing::new);
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
            let expiry = if token.lifetime == Duration::MAX {
                String::new()
            } else {
                let after = if token.refresh_token.is_some() || token.is_tombstone() {
                    REFRESHABLE_KEPT
                } else {
                    KEPT_AFTER_END
                };
                token.lifetime.saturating_add(after).as_millis().to_string()
            };
            let text = token.to_json();
            let saved: i64 = self
                .run(
                    redis::cmd("EVAL")
                        .arg(SAVE)
                        .arg(1)
                        .arg(self.name(key, ""))
                        .arg(lock.fence)
                        .arg(text.as_slice())
                        .arg(expiry),
                )
                .await?;
            if saved == 1 {
                Ok(())
            } else {
                Err("a later holder of the lock has saved".into())
            }
        })
    }
}

debug_fields!(RedisStore, |this| prefix: this.prefix);
