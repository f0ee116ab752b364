//! Calls leave no memory behind: what is live after a hundred thousand of them is what was live after ten thousand, whatever happened to their tokens
//! and attempts meanwhile. In virtual time, without a network; `CALLS=1000000 cargo test -p genesys-cloud-tests --test memory` makes a million.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use allocation_counter::measure;
use genesys_cloud::Client;
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud::runtime::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use genesys_cloud_mock::resources::user_json;

const WARM: u64 = 10_000;
/// Bytes that may differ: tables that had a place to spare, and now and then a timer.
const TOLERANCE: u64 = 4096;

/// How many calls are made with the memory watched.
fn calls() -> u64 {
    let asked = std::env::var("CALLS").ok();
    asked.map_or(100_000, |calls| calls.parse().unwrap())
}

/// Answers at once: tokens of a minute, of 499 calls an outage, of 997 a refusal.
#[derive(Default)]
struct Cloud {
    calls: AtomicU64,
    tokens: AtomicU64,
    user: bytes::Bytes,
}

impl Cloud {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        if request.url.path() == "/oauth/token" {
            let number = self.tokens.fetch_add(1, Ordering::Relaxed);
            let token = format!(
                r#"{{"access_token":"token-{number:012}","token_type":"bearer","expires_in":60}}"#
            );
            return HttpResponse::json(200, token);
        }
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if number.is_multiple_of(997) {
            HttpResponse::json(401, "{}")
        } else if number.is_multiple_of(499) {
            HttpResponse::json(503, "{}")
        } else {
            HttpResponse::json(200, self.user.clone())
        }
    }
}

/// The transport of one client; the test keeps its counts.
struct Shared(Arc<Cloud>);

impl Transport for Shared {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let answer = self.0.answer(&request);
        Box::pin(async move { Ok(answer) })
    }
}

async fn make(client: &Client, calls: u64) {
    for number in 0..calls {
        client.users().get_user("u1").send().await.unwrap();
        if number % 100 == 0 {
            // Virtual: a token lives for some 6,000 calls.
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    }
}

#[test]
fn live_memory_is_the_same_after_ten_times_as_many_calls() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let cloud = Arc::new(Cloud {
        user: user_json("u1").into(),
        ..Cloud::default()
    });
    let client = Client::builder()
        .transport(Arc::new(Shared(Arc::clone(&cloud))))
        .client_credentials("the-id", "the-secret")
        .build()
        .unwrap();
    runtime.block_on(make(&client, WARM));
    let tokens = cloud.tokens.load(Ordering::Relaxed);
    let calls = calls();
    let change = measure(|| runtime.block_on(make(&client, calls)));
    assert!(cloud.tokens.load(Ordering::Relaxed) - tokens > calls / 6000);
    println!(
        "after {calls} calls more: {} bytes more",
        change.bytes_current
    );
    assert!(
        change.bytes_current.unsigned_abs() <= TOLERANCE,
        "{} bytes and {} allocations more after {calls} calls",
        change.bytes_current,
        change.count_current,
    );
}

/// The same watch sees a client that is thrown away and made anew, cache, pool and all.
#[test]
fn a_dropped_client_leaves_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let cloud = Arc::new(Cloud {
        user: user_json("u1").into(),
        ..Cloud::default()
    });
    let one = || {
        let client = Client::builder()
            .transport(Arc::new(Shared(Arc::clone(&cloud))))
            .client_credentials("the-id", "the-secret")
            .pool(4)
            .build()
            .unwrap();
        runtime.block_on(make(&client, 8));
    };
    (0..10).for_each(|_| one());
    let change = measure(|| (0..200).for_each(|_| one()));
    assert!(
        change.bytes_current.unsigned_abs() <= TOLERANCE,
        "{} bytes more after 200 clients",
        change.bytes_current
    );
}
