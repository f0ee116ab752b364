//! Processes that share one token through Redis: the first one that needs a new one fetches it, the others read it.
//!
//! It needs a Redis server, at `REDIS_URL` or at `redis://127.0.0.1:6379/`. Runs against the organization whose credentials are in the environment
//! (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`, `GENESYSCLOUD_REGION`), or against the mock. It only reads.
//!
//! The SDK needs its feature `redis` for this.

mod support;

use std::error::Error;
use std::sync::Arc;

use genesys_cloud::runtime::auth::RefreshSource;
use genesys_cloud::runtime::auth::store::{RedisStore, TokenStore};
use genesys_cloud_mock::MockConfig;
use support::Server;

const WITHOUT_REDIS: &str = "\
no Redis server answers. Start one and try again:
  redis-server --port 6379          (Debian: apt-get install redis-server)
  docker run --rm -p 6379:6379 redis
or say where it is: REDIS_URL=redis://:password@host:6379/0";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379/".to_owned());
    // Calls would go on without the store, each process with a token of its own. An example had better say so.
    if let Err(error) = RedisStore::open(&url)?.load("any").await {
        return Err(format!("{error}: {WITHOUT_REDIS}").into());
    }

    let server = Server::find(MockConfig::default()).await?;
    for process in ["first", "second"] {
        // Each process has a client and a connection to Redis of its own; two in one process stand for them here.
        let client = server
            .builder()
            .token_store(Arc::new(RedisStore::open(&url)?))
            .on_refresh(move |event| match event.source {
                RefreshSource::Adopted => println!("{process} process: token read from Redis"),
                _ => println!("{process} process: token fetched, and put into Redis"),
            })
            .on_store_error(move |error| println!("{process} process: Redis failed: {error}"))
            .build()?;
        let users = client.users().get_users().page_size(1).send().await?;
        println!("{process} process: getUsers: {}", users.status());
    }
    if let Server::Mock(mock) = &server {
        println!("{} token request(s)", mock.stats().token_requests);
    }
    Ok(())
}
