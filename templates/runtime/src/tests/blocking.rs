//! Calls without `async`.

use std::io::Read;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use http::Method;

use super::support::{GetUser, builder, middleware, scripted, with};
use crate::runtime::blocking;
use crate::runtime::client::Client;
use crate::runtime::clock::BoxFuture;
use crate::runtime::error::Error;
use crate::runtime::pipeline::{Middleware, Next};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpRequest, HttpResponse, MemoryTransport};

#[test]
fn calls_end_with_responses_and_errors() {
    let (client, transport) = scripted([
        HttpResponse::json(200, r#"{"id":"1"}"#),
        with(HttpResponse::json(429, "{}"), "retry-after", "0"),
        HttpResponse::json(200, r#"{"id":"2"}"#),
        HttpResponse::json(404, "{}"),
    ]);
    assert_eq!(GetUser::new(&client, "1").send().wait().unwrap()["id"], "1");
    assert_eq!(
        GetUser::new(&client, "2").send_blocking().unwrap()["id"],
        "2"
    );
    let error = GetUser::new(&client, "3").send_blocking().unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(transport.request_count(), 4);
}

#[test]
fn many_threads_call_at_once() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport).build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    GetUser::new(&client, "1").send_blocking().unwrap();
                }
            });
        }
    });
    assert_eq!(transport.request_count(), 320);
}

#[tokio::test]
async fn a_blocking_call_inside_of_a_runtime_does_not_panic() {
    let (client, _) = scripted([HttpResponse::json(200, "{}")]);
    GetUser::new(&client, "1").send_blocking().unwrap();
}

/// Makes a blocking call of its own.
struct Nested(Client);

middleware!(Nested, |this, _, _| {
    GetUser::new(&this.0, "1")
        .send_blocking()
        .map(|_| HttpResponse::json(200, "{}"))
});

/// Panics.
struct Panicking;

impl Middleware for Panicking {
    fn handle<'a>(
        &'a self,
        _request: HttpRequest,
        _next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Error>> {
        panic!("in a middleware")
    }
}

#[test]
fn nested_calls_and_panics_end_with_an_error() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    let nested = builder(&transport)
        .call_middleware(Nested(client.clone()))
        .build()
        .unwrap();
    let error = GetUser::new(&nested, "1").send_blocking().unwrap_err();
    assert!(error.is_configuration(), "{error}");
    let panicking = builder(&transport)
        .call_middleware(Panicking)
        .build()
        .unwrap();
    let error = GetUser::new(&panicking, "1").send_blocking().unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    // The thread lives on.
    GetUser::new(&client, "1").send_blocking().unwrap();
}

struct Countdown(u32);

impl Stream for Countdown {
    type Item = Result<u32, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.checked_sub(1).map(|left| {
            self.0 = left;
            Ok(left)
        }))
    }
}

#[test]
fn streams_become_iterators_and_bodies_readers() {
    let items: Result<Vec<u32>, Error> = blocking::iterate(Countdown(3)).collect();
    assert_eq!(items.unwrap(), [2, 1, 0]);
    let (client, _) = scripted([HttpResponse::json(200, "streamed")]);
    let body = client
        .request(Method::GET, "/api/v2/recordings/1")
        .send_stream()
        .wait()
        .unwrap()
        .into_body();
    let mut text = String::new();
    blocking::Reader::new(body)
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "streamed");
}
