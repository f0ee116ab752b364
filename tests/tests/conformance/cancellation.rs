//! V18: callers that lose patience.

use std::sync::Arc;

use genesys_cloud_mock::{Fault, Gate, Reply};
use tokio::sync::Notify;

use super::support::{builder, get, machine, mock, spawn_get};

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
async fn v18_a_refresh_outlives_all_who_waited_for_it() {
    let mock = mock().await;
    let client = machine(&mock);
    let gate = Gate::new();
    mock.fault(Fault::token().hold(&gate));
    let cancelled = spawn_get(&client, "u0");
    gate.wait_for_arrivals(1).await;
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    gate.open();
    get(&client, "u1").await.unwrap();
    assert_eq!(mock.stats().token_requests, 1);
}

#[tokio::test]
async fn v18_a_call_cancelled_within_its_retry_after_is_not_sent_again() {
    let mock = mock().await;
    let waiting = Arc::new(Notify::new());
    let notify = Arc::clone(&waiting);
    let client = builder(&mock)
        .client_credentials(mock.client_id(), mock.client_secret())
        .on_retry(move |_| notify.notify_one())
        .build()
        .unwrap();
    let limited = || Fault::api().respond(Reply::status(429).retry_after(1));
    mock.fault(limited());
    let cancelled = spawn_get(&client, "cancelled");
    waiting.notified().await;
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    // Another call waits for as long, so that the first one's time would have come before it is through.
    mock.fault(limited());
    get(&client, "other").await.unwrap();
    let sent: Vec<_> = mock
        .requests()
        .iter()
        .map(|request| request.path().to_owned())
        .filter(|path| path.starts_with("/api/"))
        .collect();
    assert_eq!(
        sent,
        [
            "/api/v2/users/cancelled",
            "/api/v2/users/other",
            "/api/v2/users/other"
        ]
    );
}
