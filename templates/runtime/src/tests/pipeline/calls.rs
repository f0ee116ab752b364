//! Whole calls: retries, deadlines, budgets, and what an error tells.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::json;
use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::pipeline::{RetryPolicy, Stop};
use crate::runtime::request::{CallOptions, Operation};
use crate::runtime::transport::{
    BoxError, HttpResponse, MemoryAnswer, MemoryTransport, TransportError, TransportErrorKind,
};
use crate::tests::support::{GetUser, PostUsers, builder, scripted, with};

fn failing(kind: TransportErrorKind) -> Arc<MemoryTransport> {
    Arc::new(MemoryTransport::fallible(move |_| async move {
        Err(TransportError::new(kind, "scripted"))
    }))
}

fn answering(response: impl Fn() -> HttpResponse + Send + Sync + 'static) -> Arc<MemoryTransport> {
    Arc::new(MemoryTransport::new(move |_| response()))
}

fn client(transport: &Arc<MemoryTransport>) -> Client {
    builder(transport).build().unwrap()
}

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
            (Duration::from_secs(1)..=Duration::from_millis(1_251)).contains(&elapsed),
            "{elapsed:?}"
        );
        assert_eq!(response.elapsed().as_secs(), 1);
    }
}

/// Vector V11.
#[tokio::test(start_paused = true)]
async fn v11_a_429_with_a_long_delay_comes_back_at_once_and_tells_it() {
    let transport = answering(|| {
        let response = HttpResponse::json(
            429,
            r#"{"code":"too.many.requests","message":"Rate limit exceeded the maximum",
                "limit":{"key":"org.app.user.rate.per.minute","namespace":"platform.api","value":300}}"#,
        );
        with(response, "retry-after", "86400")
    });
    let start = Instant::now();
    let error = GetUser::new(&client(&transport), "1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(transport.request_count(), 1);
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    assert_eq!(error.attempts(), 1);
    let text = error.to_string();
    assert!(text.contains("org.app.user.rate.per.minute"), "{text}");
    assert!(text.contains("86400 s"), "{text}");
}

/// Vector V12.
#[tokio::test(start_paused = true)]
async fn v12_a_503_is_retried_where_that_is_safe_or_asked_for() {
    let transport = answering(|| HttpResponse::json(503, "{}"));
    let client = client(&transport);
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!((error.attempts(), transport.request_count()), (4, 4));
    assert!(error.is_server_error());
    let error = PostUsers::new(&client, json!({})).send().await.unwrap_err();
    assert_eq!((error.attempts(), transport.request_count()), (1, 5));
    let error = PostUsers::new(&client, json!({}))
        .with_idempotent(true)
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), transport.request_count()), (4, 9));
    let error = GetUser::new(&client, "1")
        .with_idempotent(false)
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), transport.request_count()), (1, 10));
}

#[tokio::test(start_paused = true)]
async fn each_method_is_retried_as_the_table_says() {
    for (kind, method, attempts) in [
        (TransportErrorKind::Connect, Method::GET, 4),
        (TransportErrorKind::Connect, Method::POST, 4),
        (TransportErrorKind::Connect, Method::PATCH, 4),
        (TransportErrorKind::Io, Method::GET, 4),
        (TransportErrorKind::Io, Method::HEAD, 4),
        (TransportErrorKind::Io, Method::PUT, 4),
        (TransportErrorKind::Io, Method::DELETE, 4),
        (TransportErrorKind::Io, Method::POST, 1),
        (TransportErrorKind::Io, Method::PATCH, 1),
        (TransportErrorKind::Timeout, Method::GET, 4),
        (TransportErrorKind::Timeout, Method::POST, 1),
        (TransportErrorKind::Request, Method::GET, 1),
    ] {
        let transport = failing(kind);
        let error = client(&transport)
            .request(method.clone(), "/api/v2/users")
            .send()
            .await
            .unwrap_err();
        assert_eq!(transport.request_count(), attempts, "{kind:?} {method}");
        assert_eq!(error.attempts() as usize, attempts, "{kind:?} {method}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_status_is_retried() {
    for status in [400, 401, 403, 404, 409, 412, 413, 422, 500, 501, 505] {
        let transport = answering(move || HttpResponse::json(status, "{}"));
        let error = GetUser::new(&client(&transport), "1")
            .send()
            .await
            .unwrap_err();
        assert_eq!(transport.request_count(), 1, "{status}");
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_may_be_a_date() {
    let (client, transport) = scripted([
        with(
            HttpResponse::json(429, "{}"),
            "retry-after",
            &httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(30)),
        ),
        // One that has passed: the backoff alone.
        with(
            HttpResponse::json(503, "{}"),
            "retry-after",
            "Sun, 06 Nov 1994 08:49:37 GMT",
        ),
        HttpResponse::json(200, "{}"),
    ]);
    let start = Instant::now();
    GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(transport.request_count(), 3);
    // A date has whole seconds, so a part of one may be gone.
    let elapsed = start.elapsed();
    assert!(
        (Duration::from_secs(28)..Duration::from_secs(40)).contains(&elapsed),
        "{elapsed:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_minute_is_waited_for_and_a_second_more_comes_back_at_once() {
    let date = |seconds| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    for (value, waits) in [
        ("60".to_owned(), true),
        ("61".to_owned(), false),
        (date(58), true),
        // Whatever of a second was cut off.
        (date(62), false),
        (date(u64::from(u32::MAX)), false),
        ("99999999999999999999999".to_owned(), false),
    ] {
        for status in [429, 503] {
            let (client, transport) = scripted([
                with(HttpResponse::json(status, "{}"), "retry-after", &value),
                HttpResponse::json(200, "{}"),
            ]);
            let start = Instant::now();
            let outcome = GetUser::new(&client, "1").send().await;
            if waits {
                outcome.unwrap();
                let waited = start.elapsed().as_secs_f64().ceil() as u64;
                assert!((57..=75).contains(&waited), "{value}: {waited}");
            } else {
                let delay = outcome.unwrap_err().retry_after().unwrap();
                assert!(delay > Duration::from_secs(60), "{value}: {delay:?}");
                assert_eq!(start.elapsed(), Duration::ZERO, "{value}");
                assert_eq!(transport.request_count(), 1, "{value}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_that_is_neither_number_nor_date_is_ignored() {
    for value in ["soon", "-1", "1.5", "", "1 2"] {
        let (client, transport) = scripted([
            with(HttpResponse::json(429, "{}"), "retry-after", value),
            HttpResponse::json(200, "{}"),
        ]);
        let start = Instant::now();
        GetUser::new(&client, "1").send().await.unwrap();
        assert_eq!(transport.request_count(), 2, "{value}");
        assert!(start.elapsed() <= Duration::from_millis(313), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_call_wherever_it_stands() {
    // In an attempt that never ends.
    let transport = Arc::new(MemoryTransport::fallible(|_| std::future::pending()));
    let start = Instant::now();
    let error = GetUser::new(&client(&transport), "1")
        .with_timeout(Duration::from_secs(5))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    // Before a delay that would outlast it: not after having slept.
    let transport = answering(|| with(HttpResponse::json(429, "{}"), "retry-after", "20"));
    let start = Instant::now();
    let error = GetUser::new(&client(&transport), "1")
        .with_timeout(Duration::from_secs(20))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_defaults_are_30_s_for_an_attempt_and_120_s_for_a_call() {
    let transport = Arc::new(MemoryTransport::fallible(|_| std::future::pending()));
    let start = Instant::now();
    let error = PostUsers::new(&client(&transport), json!({}))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    let start = Instant::now();
    let error = GetUser::new(&client(&transport), "1")
        .with_retry(RetryPolicy::standard().with_max_attempts(100))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(120));
}

#[tokio::test(start_paused = true)]
async fn options_of_the_call_win_over_those_of_the_client() {
    let transport = Arc::new(MemoryTransport::fallible(|_| std::future::pending()));
    let client = builder(&transport)
        .timeout(Duration::from_secs(7))
        .default_header("X-Team", "red")
        .build()
        .unwrap();
    let elapsed = |call| async move {
        let start = Instant::now();
        let call: crate::runtime::request::Call<serde_json::Value> = call;
        call.await.unwrap_err();
        start.elapsed().as_secs()
    };
    assert_eq!(elapsed(GetUser::new(&client, "1").send()).await, 7);
    let derived = client.with_options(
        CallOptions::new()
            .with_timeout(Duration::from_secs(3))
            .with_header("X-Team", "blue"),
    );
    assert_eq!(elapsed(GetUser::new(&derived, "1").send()).await, 3);
    assert_eq!(
        elapsed(
            GetUser::new(&derived, "1")
                .with_timeout(Duration::from_secs(2))
                .with_header("X-Team", "green")
                .send()
        )
        .await,
        2
    );
    assert_eq!(
        elapsed(
            GetUser::new(&derived, "1")
                .with_deadline(std::time::Instant::now())
                .send()
        )
        .await,
        0
    );
    let teams: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.header("x-team").unwrap().to_owned())
        .collect();
    assert_eq!(teams[..3], ["red", "blue", "green"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_calls_all_fail_stops_retrying() {
    let transport = answering(|| HttpResponse::json(503, "{}"));
    let client = client(&transport);
    // 500 in the bucket, 5 for each retry: 100 retries, so 33 calls with three of them and one with one.
    for _ in 0..200 {
        GetUser::new(&client, "1").send().await.unwrap_err();
    }
    assert_eq!(transport.request_count(), 200 + 100);
}

#[tokio::test(start_paused = true)]
async fn a_success_puts_back_one_and_a_timeout_takes_ten() {
    let transport = Arc::new(MemoryTransport::fallible(|request| async move {
        match request.path().rsplit('/').next() {
            Some("slow") => std::future::pending().await,
            Some("bad") => Ok(HttpResponse::json(503, "{}")),
            _ => Ok(HttpResponse::json(200, "{}")),
        }
    }));
    let client = client(&transport);
    for _ in 0..30 {
        GetUser::new(&client, "slow").send().await.unwrap_err();
    }
    // 50 retries at 10 each, over 30 first attempts.
    assert_eq!(transport.request_count(), 80);
    for _ in 0..5 {
        GetUser::new(&client, "good").send().await.unwrap();
    }
    let error = GetUser::new(&client, "bad").send().await.unwrap_err();
    assert_eq!(error.attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_can_be_sent_once_is_not_retried() {
    struct OneChunk(Option<Bytes>);
    impl futures_core::Stream for OneChunk {
        type Item = Result<Bytes, BoxError>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.take().map(Ok))
        }
    }
    let stream = || Box::pin(OneChunk(Some(Bytes::from_static(b"chunk"))));
    let transport = answering(|| HttpResponse::json(503, "{}"));
    let client = client(&transport);
    let error = client
        .request(Method::PUT, "/api/v2/uploads")
        .body_stream("text/plain", stream())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.stop_reason(), Some(Stop::BodyGone));
    assert!(
        error
            .to_string()
            .contains("supply the body through a factory"),
        "{error}"
    );
    let error = client
        .request(Method::PUT, "/api/v2/uploads")
        .body_factory("text/plain", move || stream())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 4);
    assert!(
        transport
            .requests()
            .iter()
            .all(|request| request.body == "chunk")
    );
}

#[tokio::test(start_paused = true)]
async fn the_user_is_told_of_retries_and_rate_limits() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let transport = Arc::new(MemoryTransport::scripted([
        MemoryAnswer::from(TransportErrorKind::Connect),
        MemoryAnswer::from(with(
            with(
                with(HttpResponse::json(429, "{}"), "retry-after", "2"),
                "inin-ratelimit-count",
                "301",
            ),
            "inin-ratelimit-allowed",
            "300",
        )),
        MemoryAnswer::from(with(
            with(
                with(HttpResponse::json(200, "{}"), "inin-ratelimit-reset", "61"),
                "inin-ratelimit-count",
                "1",
            ),
            "inin-ratelimit-allowed",
            "180",
        )),
    ]));
    let (retries, limits) = (seen.clone(), seen.clone());
    let client = builder(&transport)
        .on_retry(move |event| {
            retries.lock().unwrap().push(format!(
                "{} {} {:?} {:?}",
                event.operation.unwrap().name,
                event.attempts,
                event.status.map(|status| status.as_u16()),
                event.failure
            ));
        })
        .on_rate_limit(move |limit| limits.lock().unwrap().push(format!("{limit:?}")))
        .build()
        .unwrap();
    let response = GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "getUser 1 None Some(Connect)",
            "getUser 2 Some(429) None",
            "RateLimit { count: 1, allowed: 180, reset: 61s }"
        ]
    );
    let limit = response.rate_limit().unwrap();
    assert_eq!(limit.remaining(), 179);
    assert_eq!(client.rate_limit(), Some(limit));
}

#[tokio::test(start_paused = true)]
async fn the_event_of_a_retry_says_what_failed() {
    let (connect, failed) = (
        TransportErrorKind::Connect,
        "getUser: attempt 1 failed (Connect), the next one is in ",
    );
    let (not_processed, again) = (
        TransportErrorKind::NotProcessed,
        "getUser: the server did not process the request, which is sent again in ",
    );
    for (kind, expected) in [(connect, failed), (not_processed, again)] {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let transport = Arc::new(MemoryTransport::scripted([
            MemoryAnswer::from(kind),
            MemoryAnswer::from(HttpResponse::json(200, "{}")),
        ]));
        let texts = seen.clone();
        let client = builder(&transport)
            .on_retry(move |event| texts.lock().unwrap().push(event.to_string()))
            .build()
            .unwrap();
        GetUser::new(&client, "1").send().await.unwrap();
        let seen = seen.lock().unwrap();
        assert!(seen[0].starts_with(expected) && seen.len() == 1, "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_ends_at_once_and_leaves_the_client_usable() {
    let transport = answering(|| with(HttpResponse::json(429, "{}"), "retry-after", "50"));
    let client = client(&transport);
    let call = GetUser::new(&client, "1").send();
    // Waiting for Retry-After (the other half of vector V18 is in the tests of tokens).
    tokio::time::timeout(Duration::from_secs(1), call)
        .await
        .unwrap_err();
    assert_eq!(transport.request_count(), 1);
    let call = GetUser::new(&client, "1").send();
    drop(call);
    assert_eq!(transport.request_count(), 1);
}

#[test]
fn without_a_runtime_a_call_ends_with_an_error() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    let mut call = std::pin::pin!(GetUser::new(&client, "1").send());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(outcome) = call.as_mut().poll(&mut context) else {
        panic!("the call waits");
    };
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("tokio"), "{error}");
    assert_eq!(transport.request_count(), 0);
}

#[tokio::test]
async fn a_client_without_credentials_calls_public_operations_only() {
    let transport = answering(|| HttpResponse::json(200, "{}"));
    let client = Client::builder()
        .transport(transport.clone())
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_configuration(), "{error}");
    assert_eq!(transport.request_count(), 0);
    // The caller's own header takes the place of the client's credentials.
    GetUser::new(&client, "1")
        .with_header("Authorization", "Bearer guest")
        .send()
        .await
        .unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.header("authorization"), Some("Bearer guest"));
    assert!(sent.headers["authorization"].is_sensitive());
}

#[test]
fn errors_and_calls_are_small() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    assert!(size_of::<crate::runtime::request::Call<StatusCode>>() <= 3 * size_of::<usize>());
    // A future that is handed on by value takes its space twice, at every level anew: this one was 62 KB once.
    let (client, _) = scripted([HttpResponse::json(200, "{}")]);
    let call = GetUser::new(&client, "1").into_request().execute(false);
    assert!(size_of_val(&*call) < 5_000, "{}", size_of_val(&*call));
    fn is_send<T: Send>(_: &T) {}
    let (client, _) = scripted([HttpResponse::json(200, "{}")]);
    is_send(&GetUser::new(&client, "1").send());
}
