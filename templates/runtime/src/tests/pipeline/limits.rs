//! Servers that manage their load: no call is lost to a limit that it could have waited out.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::{RetryPolicy, Stop};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport, TransportErrorKind};
use crate::tests::support::{GetUser, PostUsers, builder, reading_users, scripted, with};

fn limited(retry_after: &str) -> HttpResponse {
    with(HttpResponse::json(429, "{}"), "retry-after", retry_after)
}

/// Refuses each path once with what `refusal` gives.
fn refusing_once(refusal: impl Fn() -> HttpResponse + Send + Sync + 'static) -> Client {
    let seen = Mutex::new(HashSet::new());
    let transport = Arc::new(MemoryTransport::new(move |request| {
        if seen.lock().unwrap().insert(request.path().to_owned()) {
            refusal()
        } else {
            HttpResponse::json(200, "{}")
        }
    }));
    builder(&transport).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn of_1000_calls_that_are_each_refused_once_none_fails() {
    for (name, status, delay) in [
        ("429 with a delay", 429, Some("1")),
        ("429 without a delay", 429, None),
        ("503 with a delay", 503, Some("1")),
        ("503 without a delay", 503, None),
    ] {
        let client = refusing_once(move || match delay {
            Some(delay) => with(HttpResponse::json(status, "{}"), "retry-after", delay),
            None => HttpResponse::json(status, "{}"),
        });
        for number in 0..1_000 {
            let call = GetUser::new(&client, &number.to_string()).send();
            let response = call.await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(response.attempts(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_300_parallel_calls_that_are_each_refused_once_none_fails() {
    for retry_after in ["0", "1"] {
        let client = refusing_once(move || limited(retry_after));
        for outcome in reading_users(&client, 300).join_all().await {
            outcome.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_30_parallel_puts_against_five_a_second_none_fails() {
    let window = Mutex::new((Instant::now(), 0));
    let transport = Arc::new(MemoryTransport::new(move |_| {
        let mut window = window.lock().unwrap();
        let now = Instant::now();
        if now - window.0 >= Duration::from_secs(1) {
            *window = (now, 0);
        }
        window.1 += 1;
        if window.1 <= 5 {
            HttpResponse::json(200, "{}")
        } else {
            limited("1")
        }
    }));
    let client = builder(&transport).build().unwrap();
    let mut calls = JoinSet::new();
    for number in 0..30 {
        let path = format!("/api/v2/users/{number}");
        let call = client.request(Method::PUT, &path).json(&json!({})).send();
        calls.spawn(call.into_future());
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_out_until_the_deadline_and_no_longer() {
    for open_after in [30, 118] {
        let began = Instant::now();
        let transport = Arc::new(MemoryTransport::new(move |_| {
            if began.elapsed() < Duration::from_secs(open_after) {
                HttpResponse::json(429, "{}")
            } else {
                HttpResponse::json(200, "{}")
            }
        }));
        let client = builder(&transport).build().unwrap();
        PostUsers::new(&client, json!({})).send().await.unwrap();
    }
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(429, "{}")));
    let client = builder(&transport).build().unwrap();
    let began = Instant::now();
    let error = PostUsers::new(&client, json!({})).send().await.unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(error.stop_reason(), Some(Stop::Deadline));
    assert!(
        error.to_string().contains("its deadline is before"),
        "{error}"
    );
    assert_eq!(error.attempts() as usize, transport.request_count());
    assert!(transport.request_count() < 30, "{error}");
    let elapsed = began.elapsed().as_secs_f64();
    assert!((119.0..=120.0).contains(&elapsed), "{elapsed}");
}

#[tokio::test(start_paused = true)]
async fn the_reset_of_a_limit_with_nothing_left_is_waited_for() {
    let answer = |count: &str, reset: &str, retry_after: Option<&str>| {
        let mut response = HttpResponse::json(429, "{}");
        for (name, value) in [
            ("inin-ratelimit-count", count),
            ("inin-ratelimit-allowed", "300"),
            ("inin-ratelimit-reset", reset),
        ] {
            response = with(response, name, value);
        }
        match retry_after {
            Some(delay) => with(response, "retry-after", delay),
            None => response,
        }
    };
    let table = [
        ("the reset alone", "300", "3", None, 3.0..=3.75),
        ("past the limit", "412", "3", None, 3.0..=3.75),
        ("the reset is later", "301", "9", Some("2"), 9.0..=11.25),
        ("the delay is later", "301", "2", Some("9"), 9.0..=11.25),
        ("another limit was met", "17", "50", Some("2"), 2.0..=2.5),
        ("another, without a delay", "17", "50", None, 0.1..=0.4),
    ];
    for (name, count, reset, retry_after, expected) in table {
        let (client, _) = scripted([
            answer(count, reset, retry_after),
            HttpResponse::json(200, "{}"),
        ]);
        let response = GetUser::new(&client, "1").send().await.unwrap();
        let elapsed = response.elapsed().as_secs_f64();
        assert!(expected.contains(&elapsed), "{name}: {elapsed}");
    }
    // A reset that is too far away comes back at once, with the time until it.
    let (client, transport) = scripted([answer("300", "3600", Some("1"))]);
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)));
    assert_eq!(error.stop_reason(), Some(Stop::RetryAfterTooLong));
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn parallel_calls_do_not_come_back_in_step() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let began = Instant::now();
    let record = Arc::clone(&times);
    let calls = AtomicUsize::new(0);
    let transport = Arc::new(MemoryTransport::new(move |_| {
        if calls.fetch_add(1, Ordering::SeqCst) < 50 {
            return limited("10");
        }
        record.lock().unwrap().push(began.elapsed().as_millis());
        HttpResponse::json(200, "{}")
    }));
    let client = builder(&transport).build().unwrap();
    for outcome in reading_users(&client, 50).join_all().await {
        outcome.unwrap();
    }
    let times = times.lock().unwrap();
    assert!(
        times.iter().all(|time| (10_000..=12_510).contains(time)),
        "{times:?}"
    );
    let different: HashSet<_> = times.iter().collect();
    assert!(different.len() > 25, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_in_trouble_is_still_spared_and_the_error_says_so() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(503, "{}")));
    let client = builder(&transport).build().unwrap();
    let mut last = None;
    for _ in 0..100 {
        last = GetUser::new(&client, "1").send().await.err();
    }
    // 100 first attempts, and the 100 retries of the budget.
    assert_eq!(transport.request_count(), 200);
    let error = last.unwrap();
    assert_eq!(error.stop_reason(), Some(Stop::Budget));
    assert!(error.to_string().contains("retry budget"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_processed_is_sent_again_whatever_its_method() {
    for method in [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ] {
        let mut script: Vec<Result<HttpResponse, _>> = Vec::new();
        script.resize_with(20, || Err(not_processed()));
        script.push(Ok(HttpResponse::json(200, "{}")));
        let (client, transport) = scripted(script);
        let response = client
            .request(method, "/api/v2/users")
            .send()
            .await
            .unwrap();
        assert_eq!((response.attempts(), response.unprocessed()), (1, 20));
        assert_eq!(transport.request_count(), 21);
    }
    let transport = Arc::new(MemoryTransport::fallible(|_| async {
        Err(not_processed())
    }));
    let client = builder(&transport).build().unwrap();
    let began = Instant::now();
    let error = PostUsers::new(&client, json!({})).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotProcessed);
    assert!(error.is_retryable());
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.unprocessed() as usize + 1, transport.request_count());
    assert_eq!(error.stop_reason(), Some(Stop::Deadline));
    assert!(began.elapsed() > Duration::from_secs(110), "{error}");
    let error = PostUsers::new(&client, json!({}))
        .with_retry(RetryPolicy::never())
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), error.unprocessed()), (1, 0));
}

fn not_processed() -> crate::runtime::transport::TransportError {
    crate::runtime::transport::TransportError::new(TransportErrorKind::NotProcessed, "scripted")
}
