//! Eight processes and one store: this test binary, started again for each.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::runtime::auth::store::{FileStore, TokenStore};
use crate::runtime::client::{Client, Credentials};
use crate::runtime::transport::HttpResponse;
use crate::tests::sockets::handler::Served;

const PROCESSES: usize = 8;
/// The lifetime of a token, short but real.
const LIFETIME: f64 = 2.0;
/// How long the processes call.
const RUN: Duration = Duration::from_secs(7);

const BASE: &str = "GENESYS_TEST_BASE";
const STORE: &str = "GENESYS_TEST_STORE";

type Tokens = Arc<Mutex<Vec<(String, Instant)>>>;

/// A login host and API host in one, and the tokens that it has issued.
async fn serve() -> (Served, Tokens) {
    let tokens = Tokens::default();
    let issued = Arc::clone(&tokens);
    let served = Served::new(move |request| {
        let mut issued = issued.lock().unwrap();
        if request.path() == "/oauth/token" {
            let token = format!("token-{}", issued.len() + 1);
            issued.push((token.clone(), Instant::now()));
            let token =
                json!({"access_token": token, "token_type": "bearer", "expires_in": LIFETIME});
            return HttpResponse::json(200, token.to_string());
        }
        let bearer = request.header("authorization").unwrap_or_default();
        let is_good = issued.iter().any(|(token, since)| {
            since.elapsed().as_secs_f64() < LIFETIME && bearer == format!("Bearer {token}")
        });
        HttpResponse::json(if is_good { 200 } else { 401 }, "{}")
    });
    (served.await, tokens)
}

fn store_of(description: &str) -> Arc<dyn TokenStore> {
    #[cfg(feature = "redis")]
    if description.starts_with("redis://") {
        return Arc::new(crate::runtime::auth::store::RedisStore::open(description).unwrap());
    }
    Arc::new(FileStore::new(PathBuf::from(description)))
}

/// What each of the processes does: a test that does nothing when it is run as one.
#[tokio::test]
async fn child_process() {
    let (Ok(base), Ok(store)) = (std::env::var(BASE), std::env::var(STORE)) else {
        return;
    };
    let client = Client::builder()
        .base_urls(&base, &base)
        .no_proxy()
        .credentials(
            Credentials::client_credentials("the-id", "the-secret").store(store_of(&store)),
        )
        .build()
        .unwrap();
    let start = Instant::now();
    let mut calls = 0;
    while start.elapsed() < RUN {
        client
            .request(http::Method::GET, "/api/v2/users/me")
            .send()
            .await
            .unwrap();
        calls += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(calls > 20, "{calls}");
}

/// Runs the processes on `store`; the number of tokens that were asked for in how many seconds.
pub(super) async fn run_processes(store: &str) -> (usize, f64) {
    let (served, tokens) = serve().await;
    let start = Instant::now();
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "tests::auth::processes::child_process",
                    "--exact",
                    "--nocapture",
                ])
                .env(BASE, served.base())
                .env(STORE, store)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let waiting = tokio::task::spawn_blocking(move || {
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    });
    waiting.await.unwrap();
    let requests = tokens.lock().unwrap().len();
    (requests, start.elapsed().as_secs_f64())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_eight_processes_on_one_directory_make_one_token_request_per_lifetime() {
    let directory = tempfile::tempdir().unwrap();
    let (requests, elapsed) = run_processes(directory.path().to_str().unwrap()).await;
    assert_one_per_lifetime(requests, elapsed);
}

/// Refreshes begin at 70 % of a lifetime at the earliest.
pub(super) fn assert_one_per_lifetime(requests: usize, elapsed: f64) {
    let most = (elapsed / (0.7 * LIFETIME)).ceil() as usize + 1;
    assert!(
        (3..=most).contains(&requests),
        "{requests} token requests in {elapsed:.1} s, {most} allowed"
    );
}
