//! The pipeline in virtual time.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::support::{GetUser, PostUsers, scripted, with};
use crate::runtime::transport::{HttpResponse, MemoryAnswer, TransportErrorKind};

/// Vector V10.
#[tokio::test(start_paused = true)]
async fn v10_a_429_is_retried_after_the_delay_that_the_server_asks_for() {
    for post in [false, true] {
        let (client, transport) = scripted([
            with(HttpResponse::json(429, "{}"), "retry-after", "1"),
            with(HttpResponse::json(200, "{}"), "inin-correlation-id", "c-1"),
        ]);
        let start = Instant::now();
        let response = if post {
            PostUsers::new(&client, json!({})).send().await.unwrap()
        } else {
            GetUser::new(&client, "1").send().await.unwrap()
        };
        assert_eq!(transport.request_count(), 2);
        assert_eq!(response.attempts(), 2);
        assert_eq!(response.correlation_id(), Some("c-1"));
        let elapsed = start.elapsed();
        assert!(
            (Duration::from_secs(1)..Duration::from_millis(1_100)).contains(&elapsed),
            "{elapsed:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_connection_is_retried_for_every_method() {
    let (client, transport) = scripted([
        MemoryAnswer::from(TransportErrorKind::Connect),
        MemoryAnswer::from(HttpResponse::json(200, "{}")),
    ]);
    PostUsers::new(&client, json!({})).send().await.unwrap();
    assert_eq!(transport.request_count(), 2);
}
