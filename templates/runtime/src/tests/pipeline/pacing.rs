//! Pacing, against servers that count in different ways.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::pipeline::Pacing;
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, builder, read_users, with};

const ALLOWED: u64 = 300;
const WINDOW: Duration = Duration::from_secs(60);

/// Counts calls as the API does: in windows of a minute from the first call on, for each token.
fn counting(latency: Duration, already: u64) -> (Arc<MemoryTransport>, Arc<Mutex<u64>>) {
    counting_to(ALLOWED, WINDOW, latency, already)
}

/// The same with another limit and other windows.
pub(super) fn counting_to(
    allowed: u64,
    length: Duration,
    latency: Duration,
    already: u64,
) -> (Arc<MemoryTransport>, Arc<Mutex<u64>>) {
    let windows: Arc<Mutex<HashMap<String, (Instant, u64)>>> = Arc::default();
    let refused: Arc<Mutex<u64>> = Arc::default();
    let refusals = refused.clone();
    let transport = MemoryTransport::fallible(move |request| {
        let windows = windows.clone();
        let refusals = refusals.clone();
        async move {
            tokio::time::sleep(latency).await;
            let token = request.header("authorization").unwrap().to_owned();
            let now = Instant::now();
            let (count, reset) = {
                let mut windows = windows.lock().unwrap();
                let window = windows.entry(token).or_insert((now, already));
                if now >= window.0 + length {
                    *window = (now, 0);
                }
                window.1 += 1;
                (window.1, (window.0 + length - now).as_secs() + 1)
            };
            let response = if count > allowed {
                *refusals.lock().unwrap() += 1;
                with(
                    HttpResponse::json(429, "{}"),
                    "retry-after",
                    &reset.to_string(),
                )
            } else {
                HttpResponse::json(200, "{}")
            };
            let response = with(response, "inin-ratelimit-count", &count.to_string());
            let response = with(response, "inin-ratelimit-allowed", &allowed.to_string());
            Ok(with(response, "inin-ratelimit-reset", &reset.to_string()))
        }
    });
    (Arc::new(transport), refused)
}

fn paced(transport: &Arc<MemoryTransport>) -> Client {
    let builder = builder(transport).pacing(Pacing::standard());
    builder.build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_pass_300_a_minute_without_one_429() {
    let (transport, refused) = counting(Duration::from_millis(80), 0);
    let client = paced(&transport);
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for index in 0..1_000 {
        let call = GetUser::new(&client, &index.to_string())
            .with_timeout(Duration::from_secs(600))
            .send();
        calls.spawn(async move { call.await.map(|response| response.attempts()) });
    }
    while let Some(outcome) = calls.join_next().await {
        assert_eq!(outcome.unwrap().unwrap(), 1);
    }
    assert_eq!(*refused.lock().unwrap(), 0);
    assert_eq!(transport.request_count(), 1_000);
    // Three windows to wait for; on each at most the second by which the header is rounded up and the second of the margin are lost.
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_secs(187), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_one_after_the_other_are_paced_too() {
    let (transport, refused) = counting(Duration::from_millis(40), 0);
    let client = paced(&transport);
    read_users(&client, 1_000).await;
    assert_eq!(*refused.lock().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_pacing_the_same_calls_run_into_the_limit() {
    let (transport, refused) = counting(Duration::from_millis(80), 0);
    let client = builder(&transport).build().unwrap();
    read_users(&client, 301).await;
    assert_eq!(*refused.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_others_use_of_the_limit_is_seen_in_the_headers() {
    // Somebody else has used 200 of this token's calls.
    let (transport, refused) = counting(Duration::from_millis(40), 200);
    let client = paced(&transport);
    read_users(&client, 250).await;
    assert_eq!(*refused.lock().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn absurd_headers_neither_panic_nor_stop_the_client() {
    let answers = [
        ("inin-ratelimit-reset", "18446744073709551615"),
        ("inin-ratelimit-reset", "86400"),
        ("inin-ratelimit-allowed", "0"),
        ("retry-after", "18446744073709551615"),
        ("retry-after", "86400"),
    ];
    for (name, value) in answers {
        let transport = Arc::new(MemoryTransport::new(move |_| {
            let mut response = HttpResponse::json(429, "{}");
            for (other, usual) in [
                ("inin-ratelimit-count", "300"),
                ("inin-ratelimit-allowed", "300"),
                ("inin-ratelimit-reset", "90000"),
                ("retry-after", "90000"),
            ] {
                response = with(response, other, if other == name { value } else { usual });
            }
            response
        }));
        let client = paced(&transport);
        let start = Instant::now();
        for _ in 0..3 {
            let error = GetUser::new(&client, "1").send().await.unwrap_err();
            assert!(error.is_rate_limited(), "{name} {value}: {error}");
        }
        assert_eq!(start.elapsed(), Duration::ZERO, "{name} {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_gives_the_place_back() {
    let (transport, _) = counting(Duration::ZERO, 0);
    let client = builder(&transport)
        .pacing(Pacing::standard().with_limit(1))
        .build()
        .unwrap();
    // Before the first answer the limit is 1, so these stand in line.
    let mut waiting: Vec<_> = (0..20)
        .map(|index| Box::pin(GetUser::new(&client, &index.to_string()).send()))
        .collect();
    for call in &mut waiting {
        let _ = tokio::time::timeout(Duration::ZERO, call).await;
    }
    drop(waiting);
    let start = Instant::now();
    GetUser::new(&client, "last").send().await.unwrap();
    assert!(
        start.elapsed() <= Duration::from_secs(61),
        "{:?}",
        start.elapsed()
    );
}

/// A wait that nobody is told of looks like a hang.
#[tokio::test(start_paused = true)]
async fn a_wait_for_the_limit_is_told_once_and_why() {
    let (transport, _) = counting_to(2, WINDOW, Duration::ZERO, 0);
    let client = builder(&transport)
        .pacing(Pacing::standard().with_limit(2))
        .build()
        .unwrap();
    let recorder = crate::tests::recorder::Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    for _ in 0..3 {
        GetUser::new(&client, "1").send().await.unwrap();
    }
    drop(guard);
    let waits: Vec<_> = recorder
        .events()
        .into_iter()
        .filter(|event| event.contains("waits for the rate limit"))
        .collect();
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert!(waits[0].contains(r#""wait_ms": "62000""#), "{waits:?}");
    assert!(
        waits[0].contains("the API's rate limit is used up"),
        "{waits:?}"
    );
}
