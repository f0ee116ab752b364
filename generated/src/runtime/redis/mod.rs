//! A connection to Redis that is made when it is needed, and made again after it failed.

use redis::aio::MultiplexedConnection;
use tokio::sync::Mutex;

use crate::runtime::error::Error;
use crate::runtime::transport::BoxError;

/// One connection, which all who use it share.
pub(crate) struct RedisConnection {
    client: redis::Client,
    connection: Mutex<Option<MultiplexedConnection>>,
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
            connection: Mutex::new(None),
        }
    }

    pub(crate) async fn run<T: redis::FromRedisValue>(
        &self,
        command: &redis::Cmd,
    ) -> Result<T, BoxError> {
        let mut connection = {
            let mut kept = self.connection.lock().await;
            match &*kept {
                Some(connection) => connection.clone(),
                None => {
                    let connection = self
                        .client
                        .get_multiplexed_async_connection()
                        .await
                        .map_err(plain)?;
                    kept.insert(connection).clone()
                }
            }
        };
        let outcome = command.query_async(&mut connection).await;
        if outcome.is_err() {
            // Whatever it was, the next use starts with a new connection.
            *self.connection.lock().await = None;
        }
        outcome.map_err(plain)
    }
}

/// The kind of an error, without what the server or the URL may have put into its text.
fn plain(error: redis::RedisError) -> BoxError {
    format!("Redis: {:?}", error.kind()).into()
}
