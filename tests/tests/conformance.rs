//! Situations in which official SDKs lose calls, refresh without end or stall, one test each, over real HTTP against the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use genesys_cloud::Client;
use genesys_cloud::models::CreateUser;
use genesys_cloud::runtime::auth::{AuthError, AuthErrorKind};
use genesys_cloud::runtime::request::CallOptions;
use genesys_cloud::runtime::{Credentials, Error};
use genesys_cloud_tests::mock::{End, Fault, Gate, MockConfig, MockGenesys, Reply};
use tokio::task::JoinHandle;

const REDIRECT: &str = "http://localhost/callback";

async fn mock() -> MockGenesys {
    MockGenesys::start(MockConfig::default()).await.unwrap()
}

fn client_of(mock: &MockGenesys, credentials: Credentials) -> Client {
    Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .credentials(credentials)
        .build()
        .unwrap()
}

fn machine(mock: &MockGenesys) -> Client {
    let credentials = Credentials::client_credentials(mock.client_id(), mock.client_secret());
    client_of(mock, credentials)
}

/// A client with the session of a person, logged in and with one call made.
async fn person(mock: &MockGenesys) -> Client {
    let id = mock.client_id();
    let code = mock.issue_code(&id, REDIRECT, None);
    let credentials = Credentials::authorization_code(id, mock.client_secret(), code, REDIRECT);
    let client = client_of(mock, credentials);
    get(&client, "first").await.unwrap();
    client
}

async fn get(client: &Client, id: &str) -> Result<(), Error> {
    client.users().get_user(id).send().await.map(drop)
}

fn spawn_get(client: &Client, id: &str) -> JoinHandle<Result<(), Error>> {
    let call = client.users().get_user(id).send();
    tokio::spawn(async move { call.await.map(drop) })
}

fn spawn_five(client: &Client) -> Vec<JoinHandle<Result<(), Error>>> {
    (0..5)
        .map(|i| spawn_get(client, &format!("u{i}")))
        .collect()
}

async fn post(client: &Client) -> Result<(), Error> {
    let user = CreateUser {
        name: Some("Ada".to_owned()),
        email: Some("ada@example.com".to_owned()),
        division_id: Some("d1".to_owned()),
        ..CreateUser::default()
    };
    client.users().post_users(user).send().await.map(drop)
}

fn auth_kind(error: &Error) -> Option<AuthErrorKind> {
    error.find_source::<AuthError>().map(AuthError::kind)
}

#[tokio::test]
async fn v01_an_expired_session_is_refreshed_and_the_call_replayed() {
    let mock = mock().await;
    let client = person(&mock).await;
    mock.revoke_all();
    get(&client, "u1").await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (2, 3));
}

#[tokio::test]
async fn v02_a_post_is_replayed_and_executed_once() {
    let mock = mock().await;
    let client = person(&mock).await;
    mock.revoke_all();
    post(&client).await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 1));
    assert_eq!(stats.api_executed, 2);
}

#[tokio::test]
async fn v03_five_calls_share_a_slow_refresh() {
    let mock = mock().await;
    let client = person(&mock).await;
    mock.revoke_all();
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let calls = spawn_five(&client);
    mock.wait_for_api_requests(6).await;
    gate.wait_for_arrivals(1).await;
    gate.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(mock.stats().token_requests, 2);
}

#[tokio::test]
async fn v04_a_late_401_is_replayed_without_a_refresh() {
    let mock = mock().await;
    let client = machine(&mock);
    get(&client, "u0").await.unwrap();
    let gate = Gate::new();
    mock.fault(Fault::on("GET", "/api/v2/users/late").hold(&gate));
    let late = spawn_get(&client, "late");
    gate.wait_for_arrivals(1).await;
    mock.revoke_all();
    get(&client, "u1").await.unwrap();
    assert_eq!(mock.stats().token_requests, 2);
    gate.open();
    late.await.unwrap().unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 2));
}

#[tokio::test]
async fn v05_an_api_that_keeps_refusing_ends_the_call() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::api().always().respond(Reply::status(401)));
    let error = get(&client, "u0").await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (2, 2));
}

#[tokio::test]
async fn v06_a_refused_refresh_is_told_to_every_waiter_and_ends_the_session() {
    let mock = mock().await;
    let client = person(&mock).await;
    mock.revoke_refresh_tokens();
    mock.revoke_all();
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let calls = spawn_five(&client);
    gate.wait_for_arrivals(1).await;
    mock.wait_for_api_requests(6).await;
    gate.open();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_unauthorized(), "{error:?}");
        assert!(error.to_string().contains("log in again"), "{error}");
        assert_eq!(
            auth_kind(&error),
            Some(AuthErrorKind::RefreshTokenRevoked),
            "{error:?}"
        );
    }
    let error = get(&client, "u9").await.unwrap_err();
    assert_eq!(
        auth_kind(&error),
        Some(AuthErrorKind::RefreshTokenRevoked),
        "{error:?}"
    );
    assert_eq!(mock.stats().token_requests, 2);
}

#[tokio::test]
async fn v07_a_wrong_secret_is_told_at_once() {
    let mock = mock().await;
    let client = client_of(
        &mock,
        Credentials::client_credentials(mock.client_id(), "wrong"),
    );
    let error = get(&client, "u0").await.unwrap_err();
    let cause = error.find_source::<AuthError>().unwrap();
    assert_eq!(cause.kind(), AuthErrorKind::WrongSecret);
    assert_eq!(cause.code(), Some("invalid_client"));
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (1, 0));
}

#[tokio::test]
async fn v08_a_token_revoked_under_client_credentials_is_issued_again() {
    let mock = mock().await;
    let client = machine(&mock);
    get(&client, "u0").await.unwrap();
    mock.revoke_all();
    get(&client, "u1").await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 1));
}

#[tokio::test]
async fn v09_trouble_at_the_token_endpoint_is_ridden_out_in_one_flight() {
    let faults = [
        Fault::token().respond(Reply::token_rate_limited()),
        Fault::token().respond(Reply::status(429)),
        Fault::token().respond(Reply::status(503)),
        Fault::token().break_before_execution(End::Reset),
    ];
    for fault in faults {
        let mock = mock().await;
        let client = machine(&mock);
        mock.fault(fault);
        for call in spawn_five(&client) {
            call.await.unwrap().unwrap();
        }
        assert_eq!(mock.stats().token_requests, 2);
    }
}

#[tokio::test]
async fn v11_a_retry_after_of_a_day_fails_at_once_and_says_so() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::api().respond(Reply::status(429).retry_after(86_400)));
    let error = get(&client, "u0").await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    assert_eq!(mock.stats().api_requests, 1);
}

#[tokio::test]
async fn v13_a_post_whose_connection_drops_is_sent_again_only_if_idempotent() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::on("POST", "/api/v2/users").break_after_execution(End::Close));
    post(&client).await.unwrap_err();
    assert_eq!(mock.stats().api_requests, 1);
    mock.fault(Fault::on("POST", "/api/v2/users").break_before_execution(End::Close));
    let client = client.with_options(CallOptions::new().idempotent(true));
    post(&client).await.unwrap();
    assert_eq!(mock.stats().api_requests, 3);
}

#[tokio::test]
async fn v15_a_token_of_thirty_seconds_serves_many_calls() {
    let mock = MockGenesys::start(MockConfig::with_lifetime(Duration::from_secs(30)))
        .await
        .unwrap();
    let client = machine(&mock);
    for _ in 0..20 {
        get(&client, "u0").await.unwrap();
    }
    assert_eq!(mock.stats().token_requests, 1);
}

#[tokio::test]
async fn v18_a_cancelled_waiter_leaves_the_refresh_to_the_others() {
    let mock = mock().await;
    let client = machine(&mock);
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let cancelled = spawn_get(&client, "u0");
    gate.wait_for_arrivals(1).await;
    let other = spawn_get(&client, "u1");
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    gate.open();
    other.await.unwrap().unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (1, 1));
}

#[tokio::test]
async fn v19_two_tenants_in_one_process_share_nothing() {
    let (one, two) = (mock().await, mock().await);
    let (first, second) = (machine(&one), machine(&two));
    get(&first, "u0").await.unwrap();
    get(&second, "u0").await.unwrap();
    one.revoke_all();
    get(&first, "u1").await.unwrap();
    get(&second, "u1").await.unwrap();
    assert_eq!(
        (one.stats().token_requests, one.stats().unauthorized),
        (2, 1)
    );
    assert_eq!(
        (two.stats().token_requests, two.stats().unauthorized),
        (1, 0)
    );
}
