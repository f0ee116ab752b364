//! Streamed bodies: the limits of a call end with the headers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{Method, StatusCode};
use tokio::time::{Instant, Sleep};

use crate::runtime::request::CallOptions;
use crate::runtime::transport::{BoxError, HttpResponse, MemoryTransport, ResponseBody};
use crate::tests::support::builder;

/// A byte every hundred seconds.
struct Slow {
    left: u32,
    pause: Pin<Box<Sleep>>,
}

const PAUSE: Duration = Duration::from_secs(100);

impl Stream for Slow {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        std::task::ready!(self.pause.as_mut().poll(context));
        self.left -= 1;
        self.pause.as_mut().reset(Instant::now() + PAUSE);
        Poll::Ready(Some(Ok(Bytes::from_static(b"x"))))
    }
}

fn slow(status: u16, bytes: u32) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap());
    response.body = ResponseBody::Stream(Box::pin(Slow {
        left: bytes,
        pause: Box::pin(tokio::time::sleep(PAUSE)),
    }));
    response
}

#[tokio::test(start_paused = true)]
async fn a_streamed_body_may_take_longer_than_its_call() {
    let transport = Arc::new(MemoryTransport::new(|_| slow(200, 10)));
    let client = builder(&transport).build().unwrap();
    let start = Instant::now();
    let response = client
        .request(Method::GET, "/api/v2/recordings/1")
        .send_stream()
        .await
        .unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body, "xxxxxxxxxx");
    assert_eq!(start.elapsed(), PAUSE * 10);
}

#[tokio::test(start_paused = true)]
async fn the_headers_of_a_streamed_body_have_the_limits_of_every_call() {
    let transport = Arc::new(MemoryTransport::fallible(|_| std::future::pending()));
    let client = builder(&transport).build().unwrap();
    let start = Instant::now();
    let stream = || client.request(Method::POST, "/api/v2/recordings");
    assert!(stream().send_stream().await.unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    let options = CallOptions::new().with_timeout(Duration::from_secs(5));
    let error = stream().with_options(options).send_stream().await;
    assert!(error.unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(35));
}

#[tokio::test(start_paused = true)]
async fn an_error_in_place_of_a_streamed_body_has_the_limits_of_every_attempt() {
    let transport = Arc::new(MemoryTransport::new(|_| slow(404, 10)));
    let client = builder(&transport).build().unwrap();
    let start = Instant::now();
    let error = client
        .request(Method::POST, "/api/v2/recordings")
        .send_stream()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}
