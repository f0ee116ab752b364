//! A connection to Redis that is made when it is needed, and made again after it failed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::sync::Mutex;

use crate::runtime::error::Error;

/// One connection, which all who use it share.
pub(crate) struct RedisConnection {
    client: redis::Client,
    config: AsyncConnectionConfig,
    connection: Mutex<Option<MultiplexedConnection>>,
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
            is_suspect: AtomicBool::new(false),
        }
    }

    /// The same without limits of its own: each use ends when its future is dropped.
    pub(crate) fn without_timeouts(mut self) -> Self {
        self.config = self
            .config
            .set_connection_timeout(None)
            .set_response_timeout(None);
        self
    }

    pub(crate) async fn run<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, RedisFailure> {
        let mut connection = {
            let mut kept = self.connection.lock().await;
            if self.is_suspect.swap(false, Ordering::AcqRel) {
                *kept = None;
            }
            match &*kept {
                Some(connection) => connection.clone(),
                None => {
                    let connection = self
                        .client
                        .get_multiplexed_async_connection_with_config(&self.config)
                        .await
                        .map_err(RedisFailure::new)?;
                    kept.insert(connection).clone()
                }
            }
        };
        // An answer that nobody waits for any more may never come: the next use starts with a new connection then.
        let suspicion = Suspicion(Some(&self.is_suspect));
        let outcome = command.query_async(&mut connection).await;
        suspicion.lift();
        if outcome.is_err() {
            *self.connection.lock().await = None;
        }
        outcome.map_err(RedisFailure::new)
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

/// What went wrong, without what the server or the URL may have put into the text.
#[derive(Debug)]
pub(crate) struct RedisFailure(String);

impl RedisFailure {
    fn new(error: redis::RedisError) -> Self {
        // The first word of an answer, such as NOAUTH, WRONGTYPE or READONLY.
        let code = error.code().filter(|code| {
            code.len() <= LONGEST_CODE && code.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        Self(match code {
            Some(code) => code.to_owned(),
            None => format!("{:?}", error.kind()),
        })
    }

    /// Whether the key holds a value of another type than the command is for.
    pub(crate) fn is_wrong_type(&self) -> bool {
        self.0 == "WRONGTYPE"
    }
}

impl fmt::Display for RedisFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Redis: {}", self.0)
    }
}

impl std::error::Error for RedisFailure {}
