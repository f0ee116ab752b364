//! A call keeps one timer, and its future stays small.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::time::Instant;

use crate::runtime::clock::BoxFuture;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::{Operation, Request};
use crate::runtime::transport::{
    HttpRequest, HttpResponse, HttpTransport, MemoryTransport, RequestBody, Transport,
    TransportError,
};
use crate::tests::support::{GetUser, PostUsers, builder, middleware};

/// What the C library's allocator of most systems hands out without a lock (glibc's thread cache, by default).
const SMALL: usize = 1_032;

/// A transport that never answers, and keeps no time.
struct Silent;

impl Transport for Silent {
    fn execute(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(std::future::pending())
    }
}

fn silent_memory() -> Arc<MemoryTransport> {
    Arc::new(MemoryTransport::fallible(|_| std::future::pending()))
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_in_time_over_a_transport_that_keeps_none() {
    for (attempt, call, expected) in [(5, 60, 5), (60, 7, 7)] {
        let client = crate::runtime::client::Client::builder()
            .transport(Arc::new(Silent))
            .access_token("token")
            .build()
            .unwrap();
        let start = Instant::now();
        let sent = PostUsers::new(&client, json!({}))
            .with_attempt_timeout(Duration::from_secs(attempt))
            .with_timeout(Duration::from_secs(call))
            .send();
        // Virtual: without a timer of the pipeline's the call would never end.
        let error = tokio::time::timeout(Duration::from_secs(600), sent)
            .await
            .unwrap()
            .unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert_eq!(start.elapsed(), Duration::from_secs(expected));
        assert_eq!(error.attempts(), 1);
    }
}

/// Waits before the attempt, during it (beside another one) and after it.
struct Dawdle {
    before: u64,
    beside: u64,
    after: u64,
}

middleware!(Dawdle, |this, request, next| {
    tokio::time::sleep(Duration::from_secs(this.before)).await;
    let response = tokio::select! {
        response = next.run(request) => response,
        () = tokio::time::sleep(Duration::from_secs(this.beside)) => {
            Ok(HttpResponse::json(200, "{}"))
        }
    };
    tokio::time::sleep(Duration::from_secs(this.after)).await;
    response
});

#[tokio::test(start_paused = true)]
async fn the_deadline_holds_before_during_and_after_an_attempt() {
    for (before, beside, after) in [(100, 1, 1), (1, 100, 1), (1, 1, 100), (4, 4, 4)] {
        let transport = silent_memory();
        let client = builder(&transport)
            .attempt_middleware(Dawdle {
                before,
                beside,
                after,
            })
            .build()
            .unwrap();
        let start = Instant::now();
        let error = GetUser::new(&client, "1")
            .with_timeout(Duration::from_secs(10))
            .with_retry(RetryPolicy::never())
            .send()
            .await
            .unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert_eq!(
            start.elapsed(),
            Duration::from_secs(10),
            "{before} {beside} {after}"
        );
    }
}

#[tokio::test]
async fn no_future_of_a_call_is_large() {
    let client = builder(&silent_memory()).build().unwrap();
    let call = Request::raw(client.as_ref(), Method::GET, "/api/v2/users/me").execute(false);
    assert!(size_of_val(&*call) <= SMALL, "{}", size_of_val(&*call));
    let transport = HttpTransport::new(HttpTransport::client_builder()).unwrap();
    let exchange = transport.execute(HttpRequest {
        method: Method::GET,
        url: url::Url::parse("http://127.0.0.1:9/").unwrap(),
        headers: http::HeaderMap::new(),
        body: RequestBody::Empty,
        timeout: Some(Duration::from_secs(1)),
        stream_response: false,
        extensions: http::Extensions::new(),
    });
    let size = size_of_val(&*exchange);
    assert!(size <= SMALL, "{size}");
}
