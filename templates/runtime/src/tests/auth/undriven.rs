//! Programs that drive a current-thread runtime only inside of `block_on`: a refresh stands still between two calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{SECRET, World, seconds};
use crate::runtime::auth::{AuthorizationCode, TokenEndpoint, TokenProvider, TokenSettings};
use crate::runtime::client::{Client, Credentials};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// Answers from a task of its own, as an HTTP library does: the answer needs several turns of the runtime after its time has come.
struct Connection(World);

impl Transport for Connection {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let world = self.0.clone();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let response = world.execute(request).await;
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            let _ = sender.send(response);
        });
        Box::pin(async move { receiver.await.unwrap() })
    }
}

#[test]
fn invariant_05_a_call_each_30_s_never_sends_a_refresh_token_twice() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    for lifetime in [130.0, 600.0, 1800.0] {
        let world = runtime.block_on(async { World::new() });
        {
            let mut book = world.book();
            book.rotate = true;
            book.lifetime = lifetime;
        }
        let endpoint = TokenEndpoint::new(
            world.endpoint().url().clone(),
            Arc::new(Connection(world.clone())),
            world.clock.clone(),
        );
        let code =
            AuthorizationCode::new(endpoint, "the-id", SECRET, "a-code", "https://app.example");
        let interceptor = world
            .builder(Arc::new(code) as Arc<dyn TokenProvider>)
            .build();
        for _ in 0..120 {
            runtime.block_on(async {
                // The runtime stood still until now.
                tokio::time::advance(seconds(30.0)).await;
                assert_eq!(world.get(&interceptor).await.unwrap(), 200);
            });
        }
        let mut sent: Vec<_> = world
            .book()
            .token_requests
            .iter()
            .filter_map(|request| request.field("refresh_token").map(str::to_owned))
            .collect();
        let all = sent.len();
        assert!(all >= 2, "{all}");
        sent.dedup();
        assert_eq!(sent.len(), all, "a refresh token was sent twice");
    }
}

/// Issues tokens of `LIFETIME` for refresh tokens that can be used once, and counts those that come again.
async fn serve(
    listener: tokio::net::TcpListener,
    refreshes: Arc<AtomicUsize>,
    reuses: Arc<AtomicUsize>,
) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (refreshes, reuses) = (Arc::clone(&refreshes), Arc::clone(&reuses));
        tokio::spawn(async move {
            let mut buffer = Vec::new();
            while stream
                .read_buf(&mut buffer)
                .await
                .is_ok_and(|read| read > 0)
            {
                let text = String::from_utf8_lossy(&buffer).into_owned();
                let Some(end) = text.find("\r\n\r\n") else {
                    continue;
                };
                let is_login = text.starts_with("POST /oauth/token");
                if is_login && !text[end..].contains("refresh_token=") {
                    continue;
                }
                buffer.clear();
                let body = if is_login {
                    let expected = refreshes.fetch_add(1, Ordering::SeqCst);
                    if !text.contains(&format!("&refresh_token=rt-{expected}&"))
                        && !text.ends_with(&format!("&refresh_token=rt-{expected}"))
                    {
                        reuses.fetch_add(1, Ordering::SeqCst);
                    }
                    // Longer than the rest of the call takes, so that the answer finds nobody who drives the runtime.
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    let next = expected + 1;
                    format!(
                        r#"{{"access_token":"at-{next}","token_type":"bearer","expires_in":{LIFETIME},"refresh_token":"rt-{next}"}}"#
                    )
                } else {
                    "{}".to_owned()
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

const LIFETIME: f64 = 8.0;

#[test]
fn invariant_05_a_standstill_over_a_socket_sends_no_refresh_token_twice() {
    let server = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (refreshes, reuses) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let listener = server
        .block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)))
        .unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    server.spawn(serve(listener, Arc::clone(&refreshes), Arc::clone(&reuses)));
    let client = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Less than the pause between two calls, all of it.
    let settings = TokenSettings {
        attempt_timeout: Duration::from_secs(1),
        flight_timeout: Duration::from_secs(1),
        ..TokenSettings::default()
    };
    let sdk = client.block_on(async {
        Client::builder()
            .base_urls(&base, &base)
            .no_proxy()
            .credentials(Credentials::refresh_token(
                "the-id",
                Some("planted".into()),
                "rt-0",
            ))
            .token_settings(settings)
            .build()
            .unwrap()
    });
    for _ in 0..8 {
        client.block_on(async {
            sdk.request(Method::GET, "/api/v2/users/me")
                .send()
                .await
                .unwrap();
        });
        std::thread::sleep(Duration::from_millis(2200));
    }
    assert_eq!(reuses.load(Ordering::SeqCst), 0);
    assert!(refreshes.load(Ordering::SeqCst) >= 2);
}
