//! Each option has its effect at each of its places, and the nearer place wins: the builder, a derived client, the call.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::{CallOptions, Operation};
use crate::runtime::transport::{
    HttpResponse, MemoryTransport, TransportError, TransportErrorKind,
};
use crate::tests::support::{GetUser, PostUsers, builder, with};

/// What a `POST` ends with, with each of the options in its place: none, the builder's, those of a derived client, the call's.
async fn outcomes<T>(
    transport: Arc<MemoryTransport>,
    options: [CallOptions; 3],
    of: impl Fn(Result<crate::runtime::response::Response<serde_json::Value>, Error>, Duration) -> T,
) -> [T; 4] {
    let [at_builder, at_client, at_call] = options;
    let none = builder(&transport).build().unwrap();
    let built = builder(&transport).options(at_builder).build().unwrap();
    let derived = built.with_options(at_client);
    let post = async |client: &Client, options: CallOptions| {
        let start = Instant::now();
        let call = PostUsers::new(client, serde_json::json!({})).with_options(options);
        let outcome = call.send().await;
        of(outcome, start.elapsed())
    };
    // Polled in this order and at once, so that a deadline means the same to each.
    let (none, built, derived, call) = tokio::join!(biased;
        post(&none, CallOptions::new()),
        post(&built, CallOptions::new()),
        post(&derived, CallOptions::new()),
        post(&derived, at_call),
    );
    [none, built, derived, call]
}

fn silent() -> Arc<MemoryTransport> {
    Arc::new(MemoryTransport::fallible(|_| std::future::pending()))
}

fn answering(response: impl Fn() -> HttpResponse + Send + Sync + 'static) -> Arc<MemoryTransport> {
    Arc::new(MemoryTransport::new(move |_| response()))
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_an_attempt() {
    let options = [7, 3, 5]
        .map(|seconds| CallOptions::new().with_attempt_timeout(Duration::from_secs(seconds)));
    let seconds = outcomes(silent(), options, |outcome, elapsed| {
        assert!(outcome.unwrap_err().is_timeout());
        elapsed.as_secs()
    });
    assert_eq!(seconds.await, [30, 7, 3, 5]);
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_call() {
    let options = [50, 40, 60].map(|seconds| {
        CallOptions::new()
            .with_attempt_timeout(Duration::from_secs(1000))
            .with_timeout(Duration::from_secs(seconds))
    });
    let seconds = outcomes(silent(), options, |outcome, elapsed| {
        assert!(outcome.unwrap_err().is_timeout());
        elapsed.as_secs()
    });
    // An attempt ends with its call.
    assert_eq!(seconds.await, [30, 50, 40, 60]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_which_the_earliest_counts() {
    let now = Instant::now().into_std();
    let options = [20, 10, 15]
        .map(|seconds| CallOptions::new().with_deadline(now + Duration::from_secs(seconds)));
    let seconds = outcomes(silent(), options, |outcome, elapsed| {
        assert!(outcome.unwrap_err().is_timeout());
        elapsed.as_secs()
    });
    assert_eq!(seconds.await, [30, 20, 10, 10]);
}

#[tokio::test(start_paused = true)]
async fn the_retry_policy() {
    let policies = [
        RetryPolicy::standard().with_max_attempts(2),
        RetryPolicy::never(),
        RetryPolicy::standard().with_max_attempts(3),
    ];
    let options = policies.map(|policy| CallOptions::new().with_retry(policy));
    let unreachable = Arc::new(MemoryTransport::fallible(|_| async {
        Err(TransportError::new(TransportErrorKind::Connect, "scripted"))
    }));
    let attempts = outcomes(unreachable, options, |outcome, _| {
        outcome.unwrap_err().attempts()
    });
    assert_eq!(attempts.await, [4, 2, 1, 3]);
}

#[tokio::test(start_paused = true)]
async fn whether_the_call_is_idempotent() {
    let options = [true, false, true].map(|yes| CallOptions::new().with_idempotent(yes));
    let outage = answering(|| HttpResponse::json(503, "{}"));
    let attempts = outcomes(outage, options, |outcome, _| {
        outcome.unwrap_err().attempts()
    });
    assert_eq!(attempts.await, [1, 4, 1, 4]);
}

#[tokio::test(start_paused = true)]
async fn whether_redirects_are_followed() {
    let transport = Arc::new(MemoryTransport::new(|request| {
        match request.url.host_str() {
            Some("bucket.example") => HttpResponse::json(200, "{}"),
            _ => with(
                HttpResponse::json(303, ""),
                "location",
                "https://bucket.example/",
            ),
        }
    }));
    let options = [true, false, true].map(|yes| CallOptions::new().with_follow_redirects(yes));
    let followed = outcomes(transport.clone(), options, |outcome, _| outcome.is_ok());
    assert_eq!(followed.await, [false, true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn headers() {
    let transport = answering(|| HttpResponse::json(200, "{}"));
    let options = ["builder", "client", "call"].map(|place| {
        CallOptions::new()
            .with_header("X-Place", place)
            .with_header(&format!("X-{place}"), "yes")
    });
    outcomes(transport.clone(), options, |outcome, _| {
        drop(outcome.unwrap())
    })
    .await;
    let sent: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| {
            ["x-place", "x-builder", "x-client", "x-call"]
                .map(|name| request.header(name).unwrap_or("").to_owned())
        })
        .collect();
    assert_eq!(
        sent,
        [
            ["", "", "", ""],
            ["builder", "yes", "", ""],
            ["client", "yes", "yes", ""],
            ["call", "yes", "yes", "yes"],
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_has_a_method_of_the_builder_is_the_same_option() {
    let transport = silent();
    let client = builder(&transport)
        .attempt_timeout(Duration::from_secs(2))
        .retry(
            RetryPolicy::standard()
                .with_max_attempts(2)
                .with_max_delay(Duration::ZERO),
        )
        .timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!((error.attempts(), start.elapsed().as_secs()), (2, 3));
}
