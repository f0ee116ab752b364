//! Tokens shared by the machines of a fleet.

use std::fmt;
use std::time::Duration;

use super::{StoreLock, StoredToken, TokenStore};
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::redis::RedisConnection;
use crate::runtime::transport::BoxError;

/// How long a lock lasts whose holder does not free it: longer than a refresh takes, so that only a dead holder's expires.
const LOCK_EXPIRY: Duration = Duration::from_secs(30);

/// How long a token stays after its end; a refresh token with it is worth keeping.
const KEPT_AFTER_END: Duration = Duration::from_secs(60 * 60);

/// How long a token with a refresh token stays after its end.
const REFRESHABLE_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Gives the lock out, with a fence that is higher than every one before.
const LOCK: &str = "if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then \
     return redis.call('incr', KEYS[2]) end return 0";

/// Frees the lock, if it is still the caller's.
const UNLOCK: &str =
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/// Saves, unless somebody with a higher fence has.
const SAVE: &str = "local fence = redis.call('hget', KEYS[1], 'fence') \
     if fence and tonumber(fence) > tonumber(ARGV[1]) then return 0 end \
     redis.call('hset', KEYS[1], 'fence', ARGV[1], 'token', ARGV[2]) \
     if ARGV[3] == '' then redis.call('persist', KEYS[1]) \
     else redis.call('pexpire', KEYS[1], ARGV[3]) end return 1";

/// Tokens in Redis, or in what speaks its protocol.
///
/// The lock of a key expires after 30 s, so a process that dies with it delays the others by no more than that; every lock has a
/// higher number than the one before, and a token is refused if one with a higher number was saved. Tokens are stored readable for whoever can
/// read the database: give it a password, and TLS where it is not on the same machine.
pub struct RedisStore {
    prefix: String,
    connection: RedisConnection,
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
            connection: RedisConnection::new(client),
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
        self.connection.run(command).await
    }
}

struct Holder(String);

impl TokenStore for RedisStore {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        Box::pin(async move {
            let mut random = [0_u8; 16];
            getrandom::fill(&mut random).map_err(|_| "no source of random numbers")?;
            let holder: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let fence: u64 = self
                .run(
                    redis::cmd("EVAL")
                        .arg(LOCK)
                        .arg(2)
                        .arg(self.name(key, ":lock"))
                        .arg(self.name(key, ":fence"))
                        .arg(&holder)
                        .arg(LOCK_EXPIRY.as_millis() as u64),
                )
                .await?;
            Ok((fence > 0).then(|| StoreLock::new(fence, Holder(holder))))
        })
    }

    fn unlock<'a>(&'a self, key: &'a str, lock: StoreLock) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let Some(Holder(holder)) = lock.holder.downcast_ref() else {
                return Err("the lock is of another store".into());
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
            let text: Option<Vec<u8>> = self
                .run(redis::cmd("HGET").arg(self.name(key, "")).arg("token"))
                .await?;
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
                let after = if token.refresh_token.is_some() {
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

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RedisStore")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
