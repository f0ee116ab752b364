//! V1 to V6 and V8: tokens that end, are refused or cannot be renewed.

use std::time::{Duration, Instant};

use genesys_cloud::Client;
use genesys_cloud::runtime::auth::{AuthErrorKind, UnauthorizedReason};
use genesys_cloud_mock::{Fault, Gate, MockConfig, MockGenesys, Reply};

use super::support::{
    auth_kind, expire, get, machine, mock, mock_with_tokens_that_end_early, person, post,
    spawn_five, spawn_get,
};

#[tokio::test]
async fn v01_an_expired_session_is_refreshed_and_the_call_replayed() {
    let mock = mock_with_tokens_that_end_early().await;
    let client = person(&mock).await;
    expire(&mock).await;
    get(&client, "u1").await.unwrap();
    let stats = mock.stats();
    // A token that is younger than three seconds is tried again after three pauses.
    assert_eq!((stats.token_requests, stats.api_requests), (2, 6));
    assert_eq!((stats.unauthorized, stats.api_executed), (4, 2));
}

/// Tokens of one second that say so, of a person, through three of them: nothing is lost, and there is no more than one refresh for each.
#[tokio::test]
async fn v01_tokens_of_a_second_are_renewed_without_losing_a_call() {
    let mock = MockGenesys::start(MockConfig::with_lifetime(Duration::from_secs(1)))
        .await
        .unwrap();
    let began = Instant::now();
    let client = person(&mock).await;
    let mut calls = 1;
    while mock.stats().tokens_issued < 4 {
        get(&client, "u1").await.unwrap();
        calls += 1;
    }
    let stats = mock.stats();
    assert_eq!(stats.api_executed, calls);
    let lifetimes = began.elapsed().as_secs_f64() / 0.7;
    let allowed = 1 + lifetimes as u64 + stats.unauthorized;
    assert!(stats.token_requests <= allowed, "{stats:?}");
}

#[tokio::test]
async fn v02_a_post_is_replayed_and_executed_once() {
    let mock = mock_with_tokens_that_end_early().await;
    let client = person(&mock).await;
    expire(&mock).await;
    let created = post(&client).await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 4));
    assert_eq!(stats.api_executed, 2);
    assert_eq!(created.body().name.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn v03_five_calls_share_a_slow_refresh() {
    let mock = mock_with_tokens_that_end_early().await;
    let client = person(&mock).await;
    expire(&mock).await;
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let calls = spawn_five(&client);
    mock.wait_for_api_requests(6).await;
    gate.wait_for_arrivals(1).await;
    gate.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_executed), (2, 6));
    // Ten refusals in a row are enough, whoever makes them.
    assert!((5..=14).contains(&stats.unauthorized), "{stats:?}");
}

#[tokio::test]
async fn v04_a_late_401_is_replayed_without_a_refresh() {
    let mock = mock_with_tokens_that_end_early().await;
    let client = machine(&mock);
    get(&client, "u0").await.unwrap();
    let gate = Gate::new();
    mock.fault(Fault::on("GET", "/api/v2/users/late").hold(&gate));
    let late = spawn_get(&client, "late");
    gate.wait_for_arrivals(1).await;
    expire(&mock).await;
    get(&client, "u1").await.unwrap();
    assert_eq!(mock.stats().token_requests, 2);
    gate.open();
    late.await.unwrap().unwrap();
    let stats = mock.stats();
    // Four of the call that had the token replaced, one of the late call.
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 5));
}

async fn refused(client: &Client) {
    let error = get(client, "u0").await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    assert!(error.to_string().contains("same region"), "{error}");
}

#[tokio::test]
async fn v05_an_api_that_keeps_refusing_ends_the_call() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::api().always().respond(Reply::status(401)));
    refused(&client).await;
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (2, 4));
}

#[tokio::test]
async fn v05_an_api_that_refuses_from_now_on_ends_the_call_after_twelve_replays() {
    let mock = mock().await;
    let client = machine(&mock);
    get(&client, "u0").await.unwrap();
    mock.fault(Fault::api().always().respond(Reply::status(401)));
    let error = get(&client, "u0").await.unwrap_err();
    assert_eq!(
        error.unauthorized_reason(),
        Some(UnauthorizedReason::ReplaysUsedUp),
        "{error}"
    );
    let stats = mock.stats();
    assert_eq!(stats.api_requests, 1 + 13);
    assert!((2..=5).contains(&stats.token_requests), "{stats:?}");
}

#[tokio::test]
async fn v05_two_hundred_refused_calls_cost_two_token_requests() {
    let mock = mock().await;
    let client = machine(&mock);
    mock.fault(Fault::api().always().respond(Reply::status(401)));
    let began = Instant::now();
    let calls: Vec<_> = (0..200).map(|_| spawn_get(&client, "u0")).collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap_err().is_unauthorized());
    }
    // One more for each second of a machine that is too slow.
    let allowed = 2 + began.elapsed().as_secs();
    assert!(mock.stats().token_requests <= allowed, "{:?}", mock.stats());
}

#[tokio::test]
async fn v06_a_refused_refresh_is_told_to_every_waiter_and_ends_the_session() {
    let revoked = AuthErrorKind::RefreshTokenRevoked;
    let refusals = [
        (Fault::token(), revoked),
        (
            Fault::token().respond(Reply::oauth_error(401, "invalid_grant", "revoked")),
            revoked,
        ),
        // Without a word of the server's it is as likely the secret of the client.
        (
            Fault::token().respond(Reply::status(401)),
            AuthErrorKind::WrongSecret,
        ),
    ];
    for (fault, expected) in refusals {
        let mock = mock_with_tokens_that_end_early().await;
        let client = person(&mock).await;
        mock.revoke_refresh_tokens();
        expire(&mock).await;
        let gate = Gate::new();
        mock.fault(fault.hold(&gate));
        let calls = spawn_five(&client);
        gate.wait_for_arrivals(1).await;
        mock.wait_for_api_requests(6).await;
        gate.open();
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert!(error.is_unauthorized(), "{error:?}");
            assert_eq!(auth_kind(&error), Some(expected), "{error:?}");
            if expected == revoked {
                assert!(error.to_string().contains("log in again"), "{error}");
            }
        }
        let error = get(&client, "u9").await.unwrap_err();
        assert_eq!(auth_kind(&error), Some(expected), "{error:?}");
        assert_eq!(mock.stats().token_requests, 2);
    }
}

#[tokio::test]
async fn v08_a_token_revoked_under_client_credentials_is_issued_again() {
    let mock = mock().await;
    let client = machine(&mock);
    get(&client, "u0").await.unwrap();
    mock.revoke_all();
    get(&client, "u1").await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 4));
}
