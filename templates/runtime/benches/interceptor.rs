//! What the token interceptor costs a call whose token is fresh: `cargo bench -p genesys-cloud-runtime --bench interceptor`.
//!
//! Fails where it is more than a microsecond, as the design allows.

#![allow(clippy::unwrap_used, reason = "a bench ends where anything is wrong")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use genesys_cloud_runtime::runtime::auth::{GivenToken, Interceptor};
use genesys_cloud_runtime::runtime::clock::{BoxFuture, Monotonic, SystemClock};
use genesys_cloud_runtime::runtime::transport::{
    HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

const CALLS: u32 = 1_000_000;
const ROUNDS: usize = 7;
const THREADS: usize = 16;

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
        extensions: http::Extensions::new(),
    }
}

/// The fastest of several rounds, by call.
async fn measure<F: Future>(mut call: impl FnMut(HttpRequest) -> F) -> Duration {
    let mut best = Duration::MAX;
    let template = request();
    for _ in 0..ROUNDS {
        let start = processor_time();
        for _ in 0..CALLS {
            black_box(call(template.clone()).await);
        }
        best = best.min((processor_time() - start) / CALLS);
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
        let deadline = Some(Monotonic::new(Duration::from_secs(1 << 20)));
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
        let without = measure_threads(None);
        let with = measure_threads(Some(interceptor));
        let cost = with.saturating_sub(without);
        println!(
            "{THREADS} threads: without {without:?}, with {with:?}: the interceptor costs {cost:?} a call"
        );
        assert!(cost < Duration::from_micros(1), "more than a microsecond");
    });
}

/// The time that this thread has had a processor, so that what else a machine does counts as little as can be; the time of day where the
/// system does not tell.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(
        || START.get_or_init(Instant::now).elapsed(),
        Duration::from_nanos,
    )
}

/// The same where `THREADS` threads call at once.
fn measure_threads(interceptor: Option<&Interceptor>) -> Duration {
    let calls = CALLS / 10;
    let thread = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let template = request();
            let deadline = Some(Monotonic::new(Duration::from_secs(1 << 20)));
            let start = processor_time();
            for _ in 0..calls {
                let mut request = template.clone();
                match interceptor {
                    Some(interceptor) => {
                        let path = "/api/v2/users/{userId}";
                        let sent = interceptor.send(&mut request, path, deadline, &Instantly);
                        black_box(sent.await.is_ok());
                    }
                    None => {
                        black_box(Instantly.execute(request).await.is_ok());
                    }
                }
            }
            processor_time() - start
        })
    };
    let round = || {
        let taken: Duration = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(thread)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        taken / (calls * u32::try_from(THREADS).unwrap())
    };
    (0..ROUNDS).map(|_| round()).min().unwrap()
}
