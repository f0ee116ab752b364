//! Eight processes and one store: this test binary, started again for each.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::runtime::auth::store::{FileStore, TokenStore};
use crate::runtime::client::{Client, Credentials};

const PROCESSES: usize = 8;
/// The lifetime of a token, short but real.
const LIFETIME: f64 = 2.0;
/// How long the processes call.
const RUN: Duration = Duration::from_secs(7);

const PORT: &str = "GENESYS_TEST_PORT";
const STORE: &str = "GENESYS_TEST_STORE";

/// A login host and API host in one; tells how often it was asked for a token and how many calls it refused.
struct Server {
    port: u16,
    tokens: Arc<std::sync::Mutex<Vec<(String, Instant)>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tokens: Arc<std::sync::Mutex<Vec<(String, Instant)>>> = Arc::default();
        let issued = Arc::clone(&tokens);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let issued = Arc::clone(&issued);
                tokio::spawn(async move {
                    let mut buffer = Vec::new();
                    while let Ok(read) = stream.read_buf(&mut buffer).await {
                        if read == 0 {
                            return;
                        }
                        while let Some((head, rest)) = take_request(&buffer) {
                            buffer = rest;
                            let answer = answer(&head, &issued);
                            if stream.write_all(answer.as_bytes()).await.is_err() {
                                return;
                            }
                        }
                    }
                });
            }
        });
        Self { port, tokens }
    }
}

/// The first request, and what follows it.
pub(super) fn take_request(buffer: &[u8]) -> Option<(String, Vec<u8>)> {
    let end = buffer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let length: usize = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    let rest = buffer.get(end + length..)?.to_vec();
    let body = String::from_utf8(buffer[end..end + length].to_vec()).unwrap();
    Some((head + &body, rest))
}

fn answer(head: &str, issued: &std::sync::Mutex<Vec<(String, Instant)>>) -> String {
    let mut issued = issued.lock().unwrap();
    let (status, body) = if head.starts_with("POST /oauth/token ") {
        let token = format!("token-{}", issued.len() + 1);
        issued.push((token.clone(), Instant::now()));
        (
            "200 OK",
            format!(
                r#"{{"access_token":"{token}","token_type":"bearer","expires_in":{LIFETIME}}}"#
            ),
        )
    } else {
        let good = issued.iter().any(|(token, since)| {
            since.elapsed().as_secs_f64() < LIFETIME
                && head.lines().any(|line| {
                    line.eq_ignore_ascii_case(&format!("authorization: bearer {token}"))
                })
        });
        if good {
            ("200 OK", "{}".to_owned())
        } else {
            ("401 Unauthorized", "{}".to_owned())
        }
    };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
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
    let (Ok(port), Ok(store)) = (std::env::var(PORT), std::env::var(STORE)) else {
        return;
    };
    let base = format!("http://127.0.0.1:{port}/");
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
    let server = Server::start().await;
    let start = Instant::now();
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "tests::auth::processes::child_process",
                    "--exact",
                    "--nocapture",
                ])
                .env(PORT, server.port.to_string())
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
    let requests = server.tokens.lock().unwrap().len();
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
