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

/// The server did not read all of the request in time (RFC 9110, section 15.5.9): it may have acted, or not.
#[tokio::test]
async fn a_408_is_retried_where_that_does_no_harm() {
    let methods = [
        (Method::GET, 2),
        (Method::PUT, 2),
        (Method::DELETE, 2),
        (Method::POST, 1),
        (Method::PATCH, 1),
    ];
    for (method, requests) in methods {
        let seen = AtomicUsize::new(0);
        let server = Served::new(move |_| match seen.fetch_add(1, Ordering::Relaxed) {
            0 => HttpResponse::json(408, "{}"),
            _ => HttpResponse::json(200, "{}"),
        })
        .await;
        let path = "/api/v2/users/1";
        let outcome = client(&server).request(method.clone(), path).send().await;
        assert_eq!(server.request_count(), requests, "{method}");
        match outcome {
            Ok(response) => assert_eq!(response.attempts(), 2),
            Err(error) => assert_eq!(error.status().unwrap().as_u16(), 408),
        }
    }
}
