//! V7, V9 and V15: what the token endpoint answers, and when it is asked.

use std::time::{Duration, Instant};

use genesys_cloud::runtime::Credentials;
use genesys_cloud::runtime::auth::{AuthError, AuthErrorKind};
use genesys_cloud_mock::{End, Fault, MockConfig, MockGenesys, Reply};

use super::support::{client_of, get, machine, mock, spawn_five};

#[tokio::test]
async fn v07_a_wrong_secret_is_told_at_once() {
    let mock = mock().await;
    let client = client_of(
        &mock,
        Credentials::client_credentials(mock.client_id(), "wrong-secret"),
    );
    let error = get(&client, "u0").await.unwrap_err();
    let cause = error.find_source::<AuthError>().unwrap();
    assert_eq!(cause.kind(), AuthErrorKind::WrongSecret);
    assert_eq!(cause.code(), Some("invalid_client"));
    assert_eq!(cause.description(), Some("authentication failed"));
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (1, 0));
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
        let stats = mock.stats();
        assert_eq!(stats.token_requests, 2);
        assert_eq!(stats.token_requests_in_flight_max, 1);
    }
}

async fn mock_with_lifetime(lifetime: Duration) -> MockGenesys {
    MockGenesys::start(MockConfig::with_lifetime(lifetime))
        .await
        .unwrap()
}

#[tokio::test]
async fn v15_a_token_of_thirty_seconds_serves_many_calls() {
    let mock = mock_with_lifetime(Duration::from_secs(30)).await;
    let client = machine(&mock);
    for _ in 0..20 {
        get(&client, "u0").await.unwrap();
    }
    assert_eq!(mock.stats().token_requests, 1);
}

/// A refresh ahead of the end that fails: calls go on with the token at hand, the endpoint is asked again after a while and not in a loop, and
/// once it is well there is a new token before the old one has ended.
#[tokio::test]
async fn v15_a_failing_refresh_ahead_of_the_end_neither_loops_nor_loses_a_call() {
    let mock = mock_with_lifetime(Duration::from_secs(4)).await;
    let client = machine(&mock);
    let began = Instant::now();
    get(&client, "u0").await.unwrap();
    let outage = mock.fault(Fault::token().always().respond(Reply::status(503)));
    let mut calls = 1;
    // Three attempts make one failed refresh.
    while outage.fired() < 3 {
        get(&client, "u0").await.unwrap();
        calls += 1;
    }
    assert!(
        began.elapsed() >= Duration::from_millis(2900),
        "a token of four seconds was refreshed after {:?}",
        began.elapsed()
    );
    mock.clear_faults();
    while mock.stats().tokens_issued < 2 {
        get(&client, "u0").await.unwrap();
        calls += 1;
    }
    let stats = mock.stats();
    assert_eq!((stats.api_executed, stats.unauthorized), (calls, 0));
    // One for the first token, three that failed, one that did not, and what fell between the failure and its being noticed here.
    assert!(stats.token_requests <= 6, "{stats:?}");
}
