//! A connection to Redis that is opened on demand, and opened again after a failure.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::sync::Semaphore;

use crate::runtime::error::Error;
use crate::runtime::sync::{Mutex, MutexGuard, PoisonError};

/// The longest that connecting takes, unless the caller stops waiting before.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many connections are made at once: one that hangs does not hold up the others.
const CONNECTING: usize = 4;

/// One connection, which all who use it share.
pub(crate) struct RedisConnection {
    client: redis::Client,
    config: AsyncConnectionConfig,
    connection: Mutex<Option<MultiplexedConnection>>,
    connecting: Semaphore,
    /// Whether the connection may be dead.
    is_suspect: AtomicBool,
}

impl RedisConnection {
    /// The client for a server at `url`. Nothing is connected.
    pub(crate) fn client_of(url: &str) -> Result<redis::Client, Error> {
        // The client's own error could repeat the URL, and with it the password.
        redis::Client::open(url).map_err(|_| {
            Error::configuration(
                "the URL of the Redis server is wrong: redis://[user:password@]host[:port][/database] is expected; for TLS, set up a client of the crate `redis` and use `new`",
            )
        })
    }

    pub(crate) fn new(client: redis::Client) -> Self {
        Self {
            client,
            config: AsyncConnectionConfig::new(),
            connection: Mutex::new(None),
            connecting: Semaphore::new(CONNECTING),
            is_suspect: AtomicBool::new(false),
        }
    }

    /// The same without a limit for answers: each use ends when its future is dropped.
    pub(crate) fn without_timeouts(mut self) -> Self {
        self.config = self
            .config
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(None);
        self
    }

    pub(crate) async fn run<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, RedisFailure> {
        let mut connection = match self.kept() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        // An answer that nobody waits for any more may never come: the next use starts with a new connection then.
        let suspicion = Suspicion(Some(&self.is_suspect));
        let outcome = command.query_async(&mut connection).await;
        suspicion.lift();
        if outcome.is_err() {
            *self.lock() = None;
        }
        outcome.map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &redis::RedisError) -> RedisFailure {
        RedisFailure {
            address: self.client.get_connection_info().addr().to_string(),
            reason: reason_of(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that is there, unless it may be dead.
    fn kept(&self) -> Option<MultiplexedConnection> {
        let mut kept = self.lock();
        if self.is_suspect.swap(false, Ordering::AcqRel) {
            *kept = None;
        }
        kept.clone()
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisFailure> {
        // It is never closed.
        let _place = self.connecting.acquire().await.ok();
        if let Some(connection) = self.kept() {
            return Ok(connection);
        }
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&self.config)
            .await
            .map_err(|error| self.failure(&error))?;
        Ok(self.lock().insert(connection).clone())
    }
}

/// Marks a connection whose use was given up.
struct Suspicion<'a>(Option<&'a AtomicBool>);

impl Suspicion<'_> {
    fn lift(mut self) {
        self.0 = None;
    }
}

impl Drop for Suspicion<'_> {
    fn drop(&mut self) {
        if let Some(flag) = self.0 {
            flag.store(true, Ordering::Release);
        }
    }
}

/// The longest code word of an error that is shown.
const LONGEST_CODE: usize = 24;

/// What went wrong and where, without what the server or the rest of the URL may have put into the text.
#[derive(Debug)]
pub(crate) struct RedisFailure {
    address: String,
    reason: String,
}

fn reason_of(error: &redis::RedisError) -> String {
    // The first word of an answer, such as NOAUTH, WRONGTYPE or READONLY.
    let code = error.code().filter(|code| {
        code.len() <= LONGEST_CODE && code.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    match code {
        Some(code) => code.to_owned(),
        None if error.is_connection_refusal() => "connection refused".to_owned(),
        None if error.is_timeout() => "no response in time".to_owned(),
        None if error.is_connection_dropped() => "the connection was lost".to_owned(),
        None if error.is_io_error() => "the connection failed".to_owned(),
        None => format!("{:?}", error.kind()),
    }
}

impl RedisFailure {
    /// Whether the key holds a value of another type than the command is for.
    pub(crate) fn is_wrong_type(&self) -> bool {
        self.reason == "WRONGTYPE"
    }
}

impl fmt::Display for RedisFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Redis at {}: {}", self.address, self.reason)
    }
}

impl std::error::Error for RedisFailure {}
