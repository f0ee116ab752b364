//! Code of a user whose only dependency is `genesys-cloud`: it names what signatures show by the re-exports.

use std::sync::Arc;

use genesys_cloud::bytes::Bytes;
use genesys_cloud::http::{HeaderMap, Method, StatusCode};
use genesys_cloud::runtime::auth::store::RedisStore;
use genesys_cloud::runtime::blocking;
use genesys_cloud::runtime::testing::MockClient;
use genesys_cloud::runtime::time::Timestamp;
use genesys_cloud::runtime::transport::{HttpResponse, HttpTransport, MemoryTransport};
use genesys_cloud::url::Url;
use genesys_cloud::{Client, Error, Response, Result, chrono, jiff, redis, reqwest, time};

/// A client over a user's own connections, whose tokens are in Redis.
pub fn client(
    builder: reqwest::ClientBuilder,
) -> std::result::Result<Client, Box<dyn std::error::Error + Send + Sync>> {
    let store = RedisStore::new(redis::Client::open("redis://localhost")?);
    Ok(Client::builder()
        .transport(Arc::new(HttpTransport::new(builder)?))
        .token_store(Arc::new(store))
        .client_credentials("id", "secret")
        .build()?)
}

/// A raw request: method, bytes and URL are types of other crates.
pub async fn raw(client: &Client) -> Result<Response<Bytes>> {
    let base: &Url = client.api_base();
    let path = format!("{}api/v2/users/me", base.as_str());
    client.request(Method::GET, &path).send().await
}

/// A test's error.
pub fn not_found() -> Error {
    Error::from_response(
        StatusCode::NOT_FOUND,
        HeaderMap::new(),
        Bytes::from_static(b"{}"),
    )
}

/// Times of all three libraries.
pub fn times(timestamp: &Timestamp) -> bool {
    jiff::Timestamp::try_from(timestamp).is_ok()
        && chrono::DateTime::<chrono::Utc>::try_from(timestamp).is_ok()
        && time::OffsetDateTime::try_from(timestamp).is_ok()
}

/// A call without async, in a test without a server.
pub fn name() -> Result<Option<String>> {
    let transport = MemoryTransport::scripted([HttpResponse::json(200, "{}")]);
    let client = Client::builder()
        .transport(Arc::new(transport))
        .access_token("token")
        .build()?;
    let mut users = blocking::iterate(client.users().get_users().items());
    Ok(users.next().transpose()?.and_then(|user| user.name))
}

/// Doubles.
pub fn double() -> MockClient {
    MockClient::new()
}
