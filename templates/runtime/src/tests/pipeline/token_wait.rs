//! How much of a call's time may go into waiting for tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::auth::TokenSettings;
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::GetUser;

/// A login server that takes `seconds` for every token, before an API that refuses the first `refused` of them.
fn cloud(seconds: u64, refused: u64) -> Arc<MemoryTransport> {
    let tokens = Arc::new(AtomicU64::new(0));
    Arc::new(MemoryTransport::fallible(move |request| {
        let tokens = tokens.clone();
        async move {
            if request.path() == "/oauth/token" {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                let number = tokens.fetch_add(1, Ordering::SeqCst);
                return Ok(HttpResponse::json(
                    200,
                    format!(
                        r#"{{"access_token":"token-{number}","token_type":"bearer","expires_in":86400}}"#
                    ),
                ));
            }
            let sent = request.header("authorization").unwrap_or_default();
            let number: u64 = sent.rsplit('-').next().unwrap().parse().unwrap();
            let status = if number < refused { 401 } else { 200 };
            Ok(HttpResponse::json(status, "{}"))
        }
    }))
}

/// A client that leaves the login server more time than any call has.
fn patient(transport: &Arc<MemoryTransport>) -> ClientBuilder {
    Client::builder()
        .transport(transport.clone())
        .client_credentials("id", "planted-secret")
        .token_settings(TokenSettings {
            attempt_timeout: Duration::from_secs(1000),
            flight_timeout: Duration::from_secs(1000),
            ..TokenSettings::default()
        })
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_30_s_for_a_token_and_then_tells_it() {
    let transport = cloud(1000, 0);
    let client = patient(&transport).build().unwrap();
    let start = Instant::now();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    assert!(error.to_string().contains("token"), "{error}");
    // A call with less time waits for less.
    let start = Instant::now();
    let call = GetUser::new(&client, "1").with_timeout(Duration::from_secs(5));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_one_call_are_counted_together() {
    // 20 s for the first token, which is refused, and 10 s of the 20 s for the second.
    let transport = cloud(20, 1);
    let client = patient(&transport).build().unwrap();
    let start = Instant::now();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    // And the pause before the first was sent again, which is no wait for a token.
    let waited = start.elapsed() - Duration::from_secs(30);
    assert!((0.5..=0.6).contains(&waited.as_secs_f64()), "{waited:?}");
    assert!(error.is_unauthorized(), "{error}");
    assert!(
        error.to_string().contains("increase its timeout"),
        "{error}"
    );
    // Ten for each: there is time for both.
    let transport = cloud(10, 1);
    let client = patient(&transport).build().unwrap();
    let start = Instant::now();
    GetUser::new(&client, "1").send().await.unwrap();
    let waited = start.elapsed() - Duration::from_secs(20);
    assert!((0.5..=0.6).contains(&waited.as_secs_f64()), "{waited:?}");
}
