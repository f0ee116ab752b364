//! Servers that manage their load, over real connections. What takes long is in `pipeline/limits.rs`, in virtual time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::handler::Served;
use crate::runtime::client::Client;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::transport::HttpResponse;
use crate::tests::support::with;

fn limited() -> HttpResponse {
    with(HttpResponse::json(429, "{}"), "retry-after", "0")
}

/// A client with short delays: the test waits for them.
fn client(server: &Served) -> Client {
    let policy = RetryPolicy::standard().with_max_delay(Duration::from_millis(100));
    server.builder().retry(policy).build().unwrap()
}

/// Sends `calls` of the method, `at_once` of them at the same time. No call may fail; returns how often they were sent in all.
async fn send_all(client: &Client, method: Method, calls: usize, at_once: usize) -> u32 {
    let next = Arc::new(AtomicUsize::new(0));
    let workers: JoinSet<u32> = (0..at_once)
        .map(|_| {
            let (client, next, method) = (client.clone(), Arc::clone(&next), method.clone());
            async move {
                let mut attempts = 0;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= calls {
                        return attempts;
                    }
                    let path = format!("/api/v2/users/{number}");
                    let call = client.request(method.clone(), &path).json(&json!({}));
                    attempts += call.send().await.unwrap().attempts();
                }
            }
        })
        .collect();
    workers.join_all().await.into_iter().sum()
}

#[tokio::test]
async fn calls_that_are_each_refused_once_all_succeed() {
    for (calls, at_once) in [(1_000, 50), (300, 300)] {
        let seen = Mutex::new(HashSet::new());
        let server = Served::new(move |request| {
            if seen.lock().unwrap().insert(request.path().to_owned()) {
                limited()
            } else {
                HttpResponse::json(200, "{}")
            }
        })
        .await;
        let attempts = send_all(&client(&server), Method::POST, calls, at_once).await;
        assert_eq!(attempts as usize, 2 * calls);
        assert_eq!(server.request_count(), 2 * calls);
    }
}

#[tokio::test]
async fn parallel_puts_get_through_a_limit_of_a_few_at_a_time() {
    let window = Mutex::new((Instant::now(), 0));
    let server = Served::new(move |_| {
        let mut window = window.lock().unwrap();
        if window.0.elapsed() >= Duration::from_millis(100) {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        if window.1 <= 5 {
            HttpResponse::json(200, "{}")
        } else {
            limited()
        }
    })
    .await;
    let attempts = send_all(&client(&server), Method::PUT, 30, 30).await;
    assert!(attempts > 30, "{attempts}");
    assert_eq!(server.request_count(), attempts as usize);
}
