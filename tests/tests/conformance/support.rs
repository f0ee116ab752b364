//! Clients of a mock, the calls that the vectors make, and what their errors say.

use std::time::Duration;

use genesys_cloud::models::CreateUser;
use genesys_cloud::runtime::auth::{AuthError, AuthErrorKind};
use genesys_cloud::runtime::{ClientBuilder, Credentials, Error};
use genesys_cloud::{Client, Response};
use genesys_cloud_leak_watch::inspect_error;
use genesys_cloud_mock::{ExpiresIn, MockConfig, MockGenesys};
use serde_json::json;
use tokio::task::JoinHandle;

pub(crate) const REDIRECT: &str = "http://localhost/callback";

pub(crate) async fn mock() -> MockGenesys {
    MockGenesys::start(MockConfig::default()).await.unwrap()
}

/// A mock whose tokens end after a second although they promise a day, so that only a 401 tells.
pub(crate) async fn mock_with_tokens_that_end_early() -> MockGenesys {
    let mut config = MockConfig::with_lifetime(Duration::from_secs(1));
    config.settings.expires_in = ExpiresIn::Raw(json!(86_400));
    MockGenesys::start(config).await.unwrap()
}

/// Lets the tokens of [`mock_with_tokens_that_end_early`] end; the next ones last.
pub(crate) async fn expire(mock: &MockGenesys) {
    mock.wait_for_expiry().await;
    mock.set_lifetime(Duration::from_secs(3600));
}

pub(crate) fn builder(mock: &MockGenesys) -> ClientBuilder {
    Client::builder().base_urls(&mock.api_url(), &mock.login_url())
}

pub(crate) fn client_of(mock: &MockGenesys, credentials: Credentials) -> Client {
    builder(mock).credentials(credentials).build().unwrap()
}

pub(crate) fn machine(mock: &MockGenesys) -> Client {
    let credentials = Credentials::client_credentials(mock.client_id(), mock.client_secret());
    client_of(mock, credentials)
}

/// A client with the session of a person, logged in and with one call made.
pub(crate) async fn person(mock: &MockGenesys) -> Client {
    let id = mock.client_id();
    let code = mock.issue_code(&id, REDIRECT, None);
    let credentials = Credentials::authorization_code(id, mock.client_secret(), code, REDIRECT);
    let client = client_of(mock, credentials);
    get(&client, "first").await.unwrap();
    client
}

/// The outcome of a call, whose error is searched for secrets.
pub(crate) fn inspected<T>(outcome: Result<T, Error>) -> Result<T, Error> {
    outcome.inspect_err(|error| inspect_error(error))
}

pub(crate) async fn get(client: &Client, id: &str) -> Result<(), Error> {
    inspected(client.users().get_user(id).send().await.map(drop))
}

pub(crate) fn spawn_get(client: &Client, id: &str) -> JoinHandle<Result<(), Error>> {
    let call = client.users().get_user(id).send();
    tokio::spawn(async move { inspected(call.await.map(drop)) })
}

pub(crate) fn spawn_five(client: &Client) -> Vec<JoinHandle<Result<(), Error>>> {
    (0..5)
        .map(|i| spawn_get(client, &format!("u{i}")))
        .collect()
}

pub(crate) fn new_user() -> CreateUser {
    CreateUser {
        name: Some("Ada".to_owned()),
        email: Some("ada@example.com".to_owned()),
        division_id: Some("d1".to_owned()),
        ..CreateUser::default()
    }
}

pub(crate) async fn post(client: &Client) -> Result<Response<genesys_cloud::models::User>, Error> {
    inspected(client.users().post_users(new_user()).send().await)
}

pub(crate) fn auth_kind(error: &Error) -> Option<AuthErrorKind> {
    error.find_source::<AuthError>().map(AuthError::kind)
}
