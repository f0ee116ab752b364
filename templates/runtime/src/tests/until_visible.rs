//! Reads through the time in which the API does not know what was just created.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::support::{GetUser, builder, scripted};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};

fn missing() -> HttpResponse {
    HttpResponse::json(404, r#"{"code":"not.found"}"#)
}

#[tokio::test(start_paused = true)]
async fn a_404_is_waited_out() {
    let mut script: Vec<_> = (0..6).map(|_| missing()).collect();
    script.push(HttpResponse::json(200, r#"{"id":"u1"}"#));
    let (client, transport) = scripted(script);
    let start = Instant::now();
    let read = GetUser::new(&client, "u1").until_visible(Duration::from_secs(60));
    assert_eq!(read.await.unwrap()["id"], "u1");
    assert_eq!(transport.request_count(), 7);
    // 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 5 s, each less up to a half.
    let waited = start.elapsed();
    assert!((5_600..=11_210).contains(&waited.as_millis()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_404_is_returned_when_the_time_is_over() {
    let transport = Arc::new(MemoryTransport::new(|_| missing()));
    let client = builder(&transport).build().unwrap();
    let start = Instant::now();
    let read = GetUser::new(&client, "u1").until_visible(Duration::from_secs(7));
    let error = read.await.unwrap_err();
    assert!(error.is_not_found());
    // The last read is made at the end, not before.
    let waited = start.elapsed();
    assert!((7_000..7_010).contains(&waited.as_millis()), "{waited:?}");

    let count = transport.request_count();
    let read = GetUser::new(&client, "u1").until_visible(Duration::ZERO);
    assert!(read.await.unwrap_err().is_not_found());
    assert_eq!(transport.request_count(), count + 1);
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_returned_at_once() {
    for status in [400, 403, 409, 410] {
        let (client, transport) = scripted([missing(), HttpResponse::json(status, "{}")]);
        let read = GetUser::new(&client, "u1").until_visible(Duration::from_secs(60));
        assert_eq!(read.await.unwrap_err().status().unwrap().as_u16(), status);
        assert_eq!(transport.request_count(), 2);
    }
}

#[cfg(feature = "blocking")]
#[test]
fn without_async() {
    let (client, _) = scripted([missing(), HttpResponse::json(200, r#"{"id":1}"#)]);
    let read = GetUser::new(&client, "u1").until_visible(Duration::from_secs(60));
    assert_eq!(read.wait().unwrap()["id"], 1);
}
