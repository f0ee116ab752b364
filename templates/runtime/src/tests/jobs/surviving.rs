//! Waits that outlast what passes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use tokio::time::Instant;

use super::support::{PostQuery, failure, query, started, state};
use crate::runtime::auth::Jitter;
use crate::runtime::client::Client;
use crate::runtime::jobs::{Job, JobFailure, JobHandle, JobPhase};
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::transport::{
    HttpResponse, MemoryTransport, TransportError, TransportErrorKind,
};
use crate::tests::sockets::handler::Served;
use crate::tests::support::builder;

const QUICK: Duration = Duration::from_millis(1);

#[tokio::test]
async fn failed_calls_for_the_state_do_not_end_the_wait() {
    let failures = [404, 500, 502, 503, 504, 429, 408, 404, 503];
    let polls = AtomicUsize::new(0);
    let served = Served::new(move |request| {
        if request.method == Method::POST {
            return started();
        }
        match failures.get(polls.fetch_add(1, Ordering::SeqCst)) {
            Some(408) => state("RUNNING"),
            Some(status) => HttpResponse::json(*status, "{}"),
            None => state("FULFILLED"),
        }
    })
    .await;
    let client = served
        .builder()
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let job = Job::submit(query(&client, "u")).await.unwrap();
    let wait = job.wait().poll_interval(QUICK, QUICK);
    assert_eq!(wait.await.unwrap().phase(), JobPhase::Succeeded);
    assert_eq!(served.request_count(), 1 + failures.len() + 1);
}

#[tokio::test(start_paused = true)]
async fn connections_that_fail_do_not_end_the_wait() {
    let calls = Arc::new(AtomicUsize::new(0));
    let transport = Arc::new(MemoryTransport::fallible(move |request| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        async move {
            match (request.method, call) {
                (Method::POST, _) => Ok(started()),
                (_, 1..=40) => Err(TransportError::new(TransportErrorKind::Io, "reset")),
                _ => Ok(state("FULFILLED")),
            }
        }
    }));
    let client = builder(&transport).build().unwrap();
    let job = Job::submit(query(&client, "u")).await.unwrap();
    assert_eq!(job.wait().await.unwrap().phase(), JobPhase::Succeeded);
}

/// A job whose state cannot be read, for the given reason.
async fn unreadable(status: u16) -> (Client, Job<PostQuery>) {
    let transport = Arc::new(MemoryTransport::new(move |request| match request.method {
        Method::POST => started(),
        _ => HttpResponse::json(status, r#"{"message":"not today"}"#),
    }));
    let client = builder(&transport)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let job = Job::submit(query(&client, "u")).await.unwrap();
    (client, job)
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_the_wait_ends_it() {
    let (_client, job) = unreadable(503).await;
    let (start, timeout) = (Instant::now(), Duration::from_secs(600));
    let error = job.wait().timeout(timeout).await.unwrap_err();
    assert_eq!(start.elapsed(), timeout);
    assert_eq!(failure(&error).failure(), JobFailure::TimedOut(timeout));
    assert!(failure(&error).poll_error().unwrap().contains("503"));
    assert!(error.to_string().contains("not today"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_job_may_be_unknown_soon_after_its_start() {
    let (client, job) = unreadable(404).await;
    let start = Instant::now();
    assert!(job.wait().await.unwrap_err().is_not_found());
    let waited = start.elapsed().as_secs_f64();
    assert!((30.0..50.0).contains(&waited), "{waited}");
    // Later it is unknown at once.
    let start = Instant::now();
    assert!(job.wait().await.unwrap_err().is_not_found());
    assert!(start.elapsed() < Duration::from_secs(1));
    // The start of a job that was attached to is not known.
    let handle = JobHandle::<PostQuery>::new("1").path_argument("u");
    let start = Instant::now();
    assert!(
        Job::attach(&client, handle)
            .wait()
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(start.elapsed() >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn errors_that_stay_end_the_wait_at_once() {
    for status in [400, 401, 403, 409, 410, 422] {
        let (_client, job) = unreadable(status).await;
        let start = Instant::now();
        let error = job.wait().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(start.elapsed() < Duration::from_secs(1), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_signal_ends_a_wait_whose_calls_fail() {
    let (_client, job) = unreadable(500).await;
    let start = Instant::now();
    let signal = tokio::time::sleep(Duration::from_secs(90));
    let error = job.wait().cancel_on(signal).await.unwrap_err();
    assert_eq!(failure(&error).failure(), JobFailure::Cancelled);
    assert_eq!(start.elapsed(), Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn intervals_come_from_the_given_numbers_and_obey_retry_after() {
    let limited = || {
        HttpResponse::json(503, "{}").with_header(
            HeaderName::from_static("retry-after"),
            HeaderValue::from_static("40"),
        )
    };
    for (random, expected) in [(0.0, 500 + 750 + 40_000), (1.0, 375 + 562 + 40_000)] {
        let transport = Arc::new(MemoryTransport::scripted([
            started(),
            state("RUNNING"),
            limited(),
            state("FULFILLED"),
        ]));
        let client = builder(&transport)
            .retry(RetryPolicy::never())
            .jitter(Jitter::new(move || random))
            .build()
            .unwrap();
        let job = Job::submit(query(&client, "u")).await.unwrap();
        let start = Instant::now();
        job.wait().await.unwrap();
        let waited = start.elapsed().as_millis();
        // Timers have milliseconds.
        assert!((expected..=expected + 3).contains(&waited), "{waited}");
    }
}
