//! Bulk changes against the mock: killed in the middle, and as fast as the rate limit allows.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use genesys_cloud_mock::{
    Backend, Clock, End, Fault, Gate, MockConfig, MockGenesys, RateLimit, Reply,
};
use genesys_cloud_runtime::runtime::transport::{
    BoxError, HttpResponse, MemoryTransport, ResponseBody, TransportError, TransportErrorKind,
};
use genesys_cloud_runtime::runtime::{
    BulkOutcome, Client, ClientBuilder, Error, Pacing, bulk, update,
};
use http::Method;
use serde_json::{Value, json};

const URL: &str = "GENESYS_TEST_BULK_URL";
const JOURNAL: &str = "GENESYS_TEST_BULK_JOURNAL";
const RESUME: &str = "GENESYS_TEST_BULK_RESUME";
const USERS: usize = 300;
/// Its call is under way when the process dies.
const HELD: usize = 137;

/// Moves a user, unless it was moved before. A conflict of versions is read again, so that what a lagging read shows does no harm.
async fn move_user(client: &Client, id: &str) -> Result<(), Error> {
    let path = format!("/api/v2/users/{id}");
    let is_moved = AtomicBool::new(false);
    update(
        || client.request(Method::GET, &path).send_json::<Value>(),
        |user| {
            is_moved.store(user["department"] == "Moved", Ordering::SeqCst);
            user["department"] = json!("Moved");
        },
        |user| {
            let write = client.request(Method::PATCH, &path);
            let change = json!({ "version": user["version"], "department": user["department"] });
            let write = write.json(&change);
            let is_moved = is_moved.load(Ordering::SeqCst);
            async move {
                match is_moved {
                    true => Ok(user),
                    false => write.send_json::<Value>().await,
                }
            }
        },
    )
    .await
    .map(|_| ())
}

fn client_of(url: &str) -> ClientBuilder {
    Client::builder()
        .base_urls(url, url)
        .client_credentials("mock-client", "mock-secret")
}

/// The process that is killed: this test binary, started again. On its own it does nothing.
#[tokio::test]
async fn process() {
    let (Ok(url), Ok(journal)) = (std::env::var(URL), std::env::var(JOURNAL)) else {
        return;
    };
    let client = client_of(&url).build().unwrap();
    let ids: Vec<String> = (0..USERS).map(|number| format!("u{number}")).collect();
    let mut run = bulk(ids, 20, |id: &String| {
        let (client, id) = (client.clone(), id.clone());
        async move { move_user(&client, &id).await }
    })
    .journal(&journal, String::clone)
    .unwrap();
    if std::env::var(RESUME).is_ok() {
        run = run.resume(|id: &String| {
            let (client, path) = (client.clone(), format!("/api/v2/users/{id}"));
            async move {
                let user = client.request(Method::GET, &path);
                let user = user.send_json::<Value>().await?;
                Ok(user["department"] == "Moved")
            }
        });
    }
    while let Some((id, outcome)) = run.next().await {
        if matches!(outcome, BulkOutcome::Unknown(_) | BulkOutcome::Failed(_)) {
            println!("outcome of {id}: {outcome}");
        }
    }
    println!("progress: {}", run.progress());
}

fn start(mock: &MockGenesys, journal: &Path, resume: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "process", "--nocapture"])
        .env(URL, mock.base_url())
        .env(JOURNAL, journal)
        .env("NO_PROXY", "127.0.0.1")
        .stdout(Stdio::piped());
    if resume {
        command.env(RESUME, "1");
    }
    command.spawn().unwrap()
}

fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let mut config = MockConfig::default();
    config.settings.users = USERS;
    config.settings.read_lag = Duration::from_millis(150);
    let mock = MockGenesys::start(config).await.unwrap();
    let gate = Gate::new();
    let held = mock.fault(Fault::on("PATCH", &format!("/api/v2/users/u{HELD}")).hold_reply(&gate));
    // Answers that are lost after the change was made, and servers that are busy.
    let patch = || Fault::on("PATCH", "/api/v2/users/{id}").probability(0.05);
    mock.fault(patch().break_after_execution(End::Close));
    mock.fault(patch().respond(Reply::status(503).retry_after(0)));

    let mut child = start(&mock, &journal, false);
    held.wait_for(1).await;
    gate.wait_for_arrivals(1).await;
    // SIGKILL
    child.kill().unwrap();
    child.wait().unwrap();
    gate.open();

    let text = tokio::task::block_in_place(|| output(start(&mock, &journal, false)));
    let reported = text.contains(&format!("outcome of u{HELD}: unknown outcome"));
    assert!(reported, "{text}");

    // What met a lost answer is read, and what is done is left alone.
    for _ in 0..3 {
        let text = tokio::task::block_in_place(|| output(start(&mock, &journal, true)));
        if text.contains(" 0 failed, 0 unknown, 0 not sent") {
            break;
        }
    }
    mock.clear_faults();
    let text = tokio::task::block_in_place(|| output(start(&mock, &journal, true)));
    assert!(text.contains(" 0 failed, 0 unknown, 0 not sent"), "{text}");
    mock.update(|settings| settings.read_lag = Duration::ZERO);
    let client = client_of(mock.base_url()).build().unwrap();
    for number in 0..USERS {
        let path = format!("/api/v2/users/u{number}");
        let user = client.request(Method::GET, &path);
        let user = user.send_json::<Value>().await.unwrap();
        // Changed, and once.
        assert_eq!(user["department"], "Moved", "u{number}");
        assert_eq!(user["version"], 2, "u{number}");
    }
}

/// A transport that calls the mock in memory, in virtual time.
fn in_memory(backend: &Backend) -> MemoryTransport {
    let backend = backend.clone();
    MemoryTransport::fallible(move |request| {
        let backend = backend.clone();
        async move {
            let failed = |source: BoxError| TransportError::new(TransportErrorKind::Io, source);
            let mut sent = http::Request::new(request.body);
            *sent.method_mut() = request.method;
            *sent.uri_mut() = request
                .url
                .as_str()
                .parse()
                .map_err(|_| failed("URL".into()))?;
            *sent.headers_mut() = request.headers;
            let response = backend.call(sent).await;
            let (parts, body) = response.map_err(|error| failed(error.into()))?.into_parts();
            Ok(HttpResponse {
                status: parts.status,
                headers: parts.headers,
                body: ResponseBody::Bytes(Bytes::from(body.into_bytes().to_vec())),
            })
        }
    })
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_changes_take_as_long_as_the_limit_says() {
    const CHANGES: usize = 10_000;
    let mut config = MockConfig::for_load();
    config.clock = Clock::Tokio;
    config.settings.rate_limit = RateLimit {
        allowed: 300,
        window: Duration::from_secs(60),
        enforced: true,
    };
    let backend = Backend::new(config);
    let client = client_of("http://127.0.0.1:1")
        .transport(Arc::new(in_memory(&backend)))
        .pool(10)
        .pacing(Pacing::standard())
        .build()
        .unwrap();
    let start = tokio::time::Instant::now();
    let mut refused_first = 0;
    let mut run = bulk(0..CHANGES, 100, |number: &usize| {
        let path = format!("/api/v2/users/u{number}");
        let change = json!({ "version": 1, "department": "Moved" });
        client.request(Method::PATCH, &path).json(&change).send()
    });
    while let Some((_, outcome)) = run.next().await {
        assert!(outcome.is_done(), "{outcome}");
        if start.elapsed() <= Duration::from_secs(60) {
            refused_first = backend.stats().rate_limited;
        }
    }
    let taken = start.elapsed();
    // 3,000 a minute: the last thousand begins with the fourth minute.
    let limit = Duration::from_secs(180);
    let refused = backend.stats().rate_limited;
    println!(
        "{CHANGES} changes in {taken:?} of virtual time, the limit dictates {limit:?}; {refused} calls met a 429"
    );
    assert!(taken >= limit && taken <= limit.mul_f64(1.05), "{taken:?}");
    // No 429 beyond the first window.
    assert_eq!(refused, refused_first);
}
