//! V20: no secret shows, at the most talkative log level, in any error, `Debug` or URL.
//!
//! That holds for every test of this binary and of all others that talk to a mock, because starting a mock starts the watch
//! ([`genesys_cloud_leak_watch`]). What is here adds secrets with characters that every encoding changes, servers that repeat what they were sent,
//! and a look at each public type.

mod blocking;
mod calls;
mod grants;
mod shown;
mod stores;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genesys_cloud::runtime::auth::Secret;
use genesys_cloud::runtime::{ClientBuilder, Credentials};
use genesys_cloud::{Client, Error};
use genesys_cloud_leak_watch::{hide, inspect_debug, inspect_error};
use genesys_cloud_mock::{MockConfig, MockGenesys, OAuthClient};

use super::support::builder;

/// The secret of the OAuth client: other text in base64, in a form and in a URL.
const CLIENT_SECRET: &str = "s3cret+of/the=client %41&b";
const CLIENT: &str = "the-client";
const PUBLIC_CLIENT: &str = "the-public-client";
/// What every assertion begins with, before it is encoded.
const ASSERTION: &str = "<saml>planted-assertion";

async fn mock() -> MockGenesys {
    mock_with(|_| ()).await
}

async fn mock_with(change: impl FnOnce(&mut MockConfig)) -> MockGenesys {
    let mut config = MockConfig {
        clients: vec![
            OAuthClient::new(CLIENT, CLIENT_SECRET),
            OAuthClient::public(PUBLIC_CLIENT),
        ],
        ..MockConfig::default()
    };
    change(&mut config);
    MockGenesys::start(config).await.unwrap()
}

fn machine() -> Credentials {
    Credentials::client_credentials(CLIENT, CLIENT_SECRET)
}

/// A client whose hooks are looked at, too.
fn watched(mock: &MockGenesys, credentials: Credentials) -> ClientBuilder {
    inspect_debug(&credentials);
    let builder = builder(mock)
        .credentials(credentials)
        .on_refresh(|event| inspect_debug(event))
        .on_refresh_error(|event| {
            inspect_debug(event);
            inspect_error(&event.error);
        })
        .on_store_error(|error| inspect_error(error))
        .on_retry(|event| inspect_debug(event))
        .on_rate_limit(|limit| inspect_debug(limit));
    inspect_debug(&builder);
    builder
}

fn client(mock: &MockGenesys, credentials: Credentials) -> Client {
    let client = watched(mock, credentials).build().unwrap();
    inspect_debug(&client);
    client
}

/// An assertion that nobody has used, encoded as it is sent.
fn assertion(number: u64) -> Secret {
    let text = STANDARD.encode(format!("{ASSERTION}-{number:04}</saml>"));
    hide(&text);
    Secret::new(text)
}

/// The error, after a look at all that it shows.
fn failed<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Error {
    let error = outcome.unwrap_err();
    inspect_error(&error);
    inspect_debug(&error.api_error());
    error
}
