//! Programs that drive a current-thread runtime only inside of `block_on`: a refresh stands still between two calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;

use super::support::{SECRET, World, seconds};
use crate::runtime::auth::{AuthorizationCode, TokenEndpoint, TokenProvider, TokenSettings};
use crate::runtime::client::{Client, Credentials};
use crate::runtime::clock::BoxFuture;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, RecordedRequest, Transport, TransportError,
};
use crate::tests::sockets::handler::Served;

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
async fn serve(refreshes: Arc<AtomicUsize>, reuses: Arc<AtomicUsize>) -> Served {
    let answer = move |request: &RecordedRequest| {
        if request.path() != "/oauth/token" {
            return HttpResponse::json(200, "{}");
        }
        let expected = refreshes.fetch_add(1, Ordering::SeqCst);
        let mut form = url::form_urlencoded::parse(&request.body);
        let sent = form.find(|(name, _)| name == "refresh_token").unwrap().1;
        if sent != format!("rt-{expected}") {
            reuses.fetch_add(1, Ordering::SeqCst);
        }
        let next = expected + 1;
        let body = format!(
            r#"{{"access_token":"at-{next}","token_type":"bearer","expires_in":{LIFETIME},"refresh_token":"rt-{next}"}}"#
        );
        HttpResponse::json(200, body)
    };
    // Longer than the rest of the call takes, so that the answer finds nobody who drives the runtime.
    Served::slow(answer, |request| match request.path() {
        "/oauth/token" => Duration::from_millis(60),
        _ => Duration::ZERO,
    })
    .await
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
    let served = server.block_on(serve(Arc::clone(&refreshes), Arc::clone(&reuses)));
    let base = served.base();
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
            .base_urls(base, base)
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
