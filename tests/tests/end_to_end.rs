//! The SDK as its users have it, against the mock over real HTTP: tokens that end or are revoked under the calls.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use genesys_cloud::Client;
use genesys_cloud_mock::{Fault, Gate, MockConfig, MockGenesys};
use genesys_cloud_tests::guide::client_of;

async fn start() -> (MockGenesys, Client) {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let client = client_of(&mock).build().unwrap();
    (mock, client)
}

/// Reads users one after the other until the mock has issued `tokens` tokens; each call must succeed.
async fn call_until_issued(mock: &MockGenesys, client: &Client, tokens: u64) -> u64 {
    let mut calls = 0;
    while mock.stats().tokens_issued < tokens {
        let user = client.users().get_user(format!("u{calls}")).send().await;
        assert_eq!(user.unwrap().body().id, Some(format!("u{calls}")));
        calls += 1;
    }
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_while_tokens_expire() {
    let (mock, client) = start().await;
    mock.set_lifetime(Duration::from_millis(300));
    let work = call_until_issued(&mock, &client, 4);
    let calls = tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .unwrap();
    assert_eq!(mock.stats().api_executed, calls);
}

#[tokio::test]
async fn a_call_whose_token_is_revoked_under_it_succeeds() {
    let (mock, client) = start().await;
    client.users().get_user("u0").send().await.unwrap();
    assert_eq!(mock.revoke_all(), 1);
    client.users().get_user("u1").send().await.unwrap();
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.unauthorized), (2, 4));
    assert_eq!(stats.api_executed, 2);
}

#[tokio::test]
async fn fifty_calls_after_the_end_of_a_token_make_one_token_request() {
    let (mock, client) = start().await;
    client.users().get_user("u0").send().await.unwrap();
    mock.revoke_all();
    mock.reset_stats();
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let call = client.users().get_user(format!("u{number}")).send();
            tokio::spawn(async move { call.await.map(|user| user.into_body().id) })
        })
        .collect();
    gate.wait_for_arrivals(1).await;
    gate.open();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap().unwrap(), Some(format!("u{number}")));
    }
    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_executed), (1, 50));
}
