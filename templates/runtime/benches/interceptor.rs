//! What the token interceptor costs a call whose token is fresh: `cargo bench -p genesys-cloud-runtime --bench interceptor`.
//!
//! Fails where it is more than a microsecond, as the design allows.

#![allow(clippy::unwrap_used, reason = "a bench ends where anything is wrong")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use genesys_cloud_runtime::runtime::auth::{GivenToken, Interceptor};
use genesys_cloud_runtime::runtime::clock::{BoxFuture, SystemClock};
use genesys_cloud_runtime::runtime::transport::{
    HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

const CALLS: u32 = 1_000_000;
const ROUNDS: usize = 7;

/// Answers at once.
struct Instantly;

impl Transport for Instantly {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            black_box(&request);
            Ok(HttpResponse {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: ResponseBody::Bytes(Bytes::new()),
            })
        })
    }
}

fn request() -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("bench"));
    HttpRequest {
        method: Method::GET,
        url: "https://api.mypurecloud.com/api/v2/users/8f1c0000-0000-0000-0000-000000000000?expand=presence"
            .parse()
            .unwrap(),
        headers,
        body: RequestBody::Empty,
        timeout: Some(Duration::from_secs(30)),
        stream_response: false,
    }
}

/// The fastest of several rounds, by call.
async fn measure<F: Future>(mut call: impl FnMut(HttpRequest) -> F) -> Duration {
    let mut best = Duration::MAX;
    let template = request();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(call(template.clone()).await);
        }
        best = best.min(start.elapsed() / CALLS);
    }
    best
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let interceptor = Interceptor::builder(
            Arc::new(GivenToken::new(
                "an-access-token-of-a-usual-length-0123456789",
            )),
            "https://api.mypurecloud.com".parse().unwrap(),
            Arc::new(SystemClock::new()),
        )
        .build();
        interceptor.authenticate(None).await.unwrap();
        let deadline = Some(Duration::from_secs(1 << 20));
        let without = measure(|request| Instantly.execute(request)).await;
        let interceptor = &interceptor;
        let with = measure(|mut request| async move {
            interceptor
                .send(&mut request, "/api/v2/users/{userId}", deadline, &Instantly)
                .await
        })
        .await;
        let cost = with.saturating_sub(without);
        println!("without {without:?}, with {with:?}: the interceptor costs {cost:?} a call");
        assert!(cost < Duration::from_micros(1), "more than a microsecond");
    });
}
