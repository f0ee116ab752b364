//! A pacing store in Redis, for the calls of several machines.

use std::time::Duration;

use super::{PacingLimit, PacingPlace, PacingStore};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::redis::RedisConnection;
use crate::runtime::transport::BoxError;

/// Takes the next place. `KEYS[1]` lists when the latest calls begin, in milliseconds of the server's clock and in order; a call begins a whole
/// span after the one that is the limit's number of places ahead of it. Those whose span is over are forgotten.
const RESERVE: &str = "local time = redis.call('time') \
     local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) \
     local calls, span = tonumber(ARGV[1]), tonumber(ARGV[2]) \
     local first = redis.call('lindex', KEYS[1], 0) \
     while first and first + span <= now do \
     redis.call('lpop', KEYS[1]) first = redis.call('lindex', KEYS[1], 0) end \
     local ahead = redis.call('lindex', KEYS[1], -calls) \
     local last = redis.call('lindex', KEYS[1], -1) \
     local closed = redis.call('get', KEYS[2]) \
     local begin = math.max(now, ahead and ahead + span or 0, tonumber(last or 0), tonumber(closed or 0)) \
     local name = string.format('%.0f', begin) \
     redis.call('rpush', KEYS[1], name) \
     redis.call('pexpire', KEYS[1], begin - now + span) \
     return {begin - now, name}";

/// Removes one place.
const GIVE_BACK: &str = "return redis.call('lrem', KEYS[1], -1, ARGV[1])";

/// Gives out no place for a while.
const CLOSE: &str = "local time = redis.call('time') \
     local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) \
     local until_then = now + tonumber(ARGV[1]) \
     if until_then > tonumber(redis.call('get', KEYS[1]) or 0) then \
     redis.call('set', KEYS[1], string.format('%.0f', until_then), 'PX', ARGV[1]) end return 1";

/// Places for calls in Redis, or in what speaks its protocol: for processes that share tokens (see
/// [`RedisStore`](crate::runtime::auth::store::RedisStore)), so that together they stay below the limit of each token.
///
/// Each call costs one round trip. The places follow the server's clock, so those of the machines may differ. What is stored is a digest of the token
/// and points in time; it expires with the last place.
pub struct RedisPacing {
    connection: RedisConnection,
    prefix: String,
}

impl RedisPacing {
    /// The places at `url`, as in `redis://:password@host:6379/0`. Nothing is connected before the first use.
    ///
    /// # Errors
    ///
    /// A configuration error: the URL is none that Redis's client understands.
    pub fn open(url: &str) -> Result<Self, Error> {
        Ok(Self::new(RedisConnection::client_of(url)?))
    }

    /// The places behind a client that was set up elsewhere, for TLS or the like.
    #[must_use]
    pub fn new(client: redis::Client) -> Self {
        Self {
            connection: RedisConnection::new(client),
            prefix: "genesys-cloud-pacing".to_owned(),
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
}

fn milliseconds(time: Duration) -> u64 {
    // Parts of a millisecond count as a whole one: rather late than early. A time that no one will see the end of is cut.
    const LONGEST: u128 = 1 << 40;
    let whole = time.as_nanos().div_ceil(1_000_000).clamp(1, LONGEST);
    u64::try_from(whole).unwrap_or(u64::MAX)
}

impl PacingStore for RedisPacing {
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        limit: PacingLimit,
    ) -> BoxFuture<'a, Result<PacingPlace, BoxError>> {
        Box::pin(async move {
            let mut command = redis::cmd("EVAL");
            command
                .arg(RESERVE)
                .arg(2)
                .arg(self.name(key, ""))
                .arg(self.name(key, ":closed"))
                .arg(limit.calls.clamp(1, 1_000_000))
                .arg(milliseconds(limit.span));
            let (delay, name): (u64, String) = self.connection.run(&command).await?;
            let delay = Duration::from_millis(delay);
            Ok(PacingPlace { delay, name })
        })
    }

    fn give_back<'a>(&'a self, key: &'a str, name: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut command = redis::cmd("EVAL");
            command
                .arg(GIVE_BACK)
                .arg(1)
                .arg(self.name(key, ""))
                .arg(name);
            let _: i64 = self.connection.run(&command).await?;
            Ok(())
        })
    }

    fn close<'a>(&'a self, key: &'a str, delay: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut command = redis::cmd("EVAL");
            command
                .arg(CLOSE)
                .arg(1)
                .arg(self.name(key, ":closed"))
                .arg(milliseconds(delay));
            let _: i64 = self.connection.run(&command).await?;
            Ok(())
        })
    }
}

debug_fields!(RedisPacing, |this| prefix: this.prefix);
