//! The order of the steps of a call: each pair of neighbours by something that only this order allows.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::pipeline::Pacing;
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::recorder::Recorder;
use crate::tests::support::{GetUser, builder, middleware, with};

/// Answers a timeout from a store of its own, which takes its time.
struct Cache;

middleware!(Cache, |_this, request, next| {
    let error = next.run(request).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    tokio::time::sleep(Duration::from_secs(3600)).await;
    Ok(HttpResponse::json(200, r#"{"id":"kept"}"#))
});

#[tokio::test(start_paused = true)]
async fn the_middleware_of_a_call_is_around_its_deadline() {
    let transport = Arc::new(MemoryTransport::fallible(|_| std::future::pending()));
    let client = builder(&transport).call_middleware(Cache).build().unwrap();
    let user = GetUser::new(&client, "1")
        .with_timeout(Duration::from_secs(5))
        .send()
        .await
        .unwrap();
    assert_eq!(user["id"], "kept");
    assert_eq!(user.elapsed(), Duration::from_secs(3605));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_around_all_retries() {
    let transport = Arc::new(MemoryTransport::fallible(|_| async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(with(HttpResponse::json(503, "{}"), "retry-after", "1"))
    }));
    let client = builder(&transport).build().unwrap();
    let start = Instant::now();
    let error = GetUser::new(&client, "1")
        .with_timeout(Duration::from_secs(10))
        .send()
        .await
        .unwrap_err();
    // 3 s and 1 s twice over, and 2 s of the third attempt.
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(error.attempts(), 3);
}

/// Counts the attempts, and keeps their statuses.
struct Attempts(Arc<Mutex<Vec<u16>>>);

middleware!(Attempts, |this, request, next| {
    let response = next.run(request).await?;
    this.0.lock().unwrap().push(response.status.as_u16());
    Ok(response)
});

/// Issues tokens, refuses the first one, and tells the state of the limit with every answer.
fn refusing_the_first_token() -> Arc<MemoryTransport> {
    let tokens = AtomicU32::new(0);
    Arc::new(MemoryTransport::new(move |request| {
        if request.path() == "/oauth/token" {
            let number = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            return HttpResponse::json(
                200,
                format!(
                    r#"{{"access_token":"token-{number}","token_type":"bearer","expires_in":86400}}"#
                ),
            );
        }
        let (status, count) = match request.header("authorization") {
            Some("Bearer token-1") => (401, "1"),
            _ => (200, "2"),
        };
        let response = with(
            HttpResponse::json(status, "{}"),
            "inin-ratelimit-count",
            count,
        );
        let response = with(response, "inin-ratelimit-allowed", "300");
        with(response, "inin-ratelimit-reset", "60")
    }))
}

#[tokio::test(start_paused = true)]
async fn authentication_is_within_an_attempt_and_around_the_rate_limit() {
    let transport = refusing_the_first_token();
    let statuses: Arc<Mutex<Vec<u16>>> = Arc::default();
    let counts: Arc<Mutex<Vec<u64>>> = Arc::default();
    let seen = counts.clone();
    let client = Client::builder()
        .transport(transport.clone())
        .client_credentials("id", "planted-secret")
        .attempt_middleware(Attempts(statuses.clone()))
        .on_rate_limit(move |limit| seen.lock().unwrap().push(limit.count))
        .build()
        .unwrap();
    let user = GetUser::new(&client, "1").send().await.unwrap();
    // Two tokens, three requests with the first and one with the second; one attempt, whose middleware saw no 401.
    assert_eq!(transport.request_count(), 6);
    assert_eq!(user.attempts(), 1);
    assert_eq!(*statuses.lock().unwrap(), [200]);
    // The limit was read from the 401, too.
    assert_eq!(*counts.lock().unwrap(), [1, 1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_around_the_span_of_the_exchange() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport)
        .pacing(Pacing::standard().with_limit(1))
        .build()
        .unwrap();
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let start = Instant::now();
    for _ in 0..2 {
        GetUser::new(&client, "1").send().await.unwrap();
    }
    drop(guard);
    let spans: Vec<(String, u64)> = recorder
        .spans()
        .into_iter()
        .zip(recorder.begins())
        .map(|((name, _), began)| (name, (began - start).as_secs()))
        .collect();
    // The second call waits for its place within its own span, and before that of its attempt.
    let waited = start.elapsed().as_secs();
    assert!((60..=61).contains(&waited), "{waited}");
    let expected = [
        ("call", 0),
        ("attempt", 0),
        ("call", 0),
        ("attempt", waited),
    ];
    assert_eq!(spans, expected.map(|(name, at)| (name.to_owned(), at)));
}
