//! Only what can be sent again is.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Method;

use super::super::support::{World, failure, request};
use crate::runtime::auth::{InterceptError, UnauthorizedReason};
use crate::runtime::transport::{
    BoxError, ByteStream, MemoryTransport, RequestBody, TransportError, TransportErrorKind,
};

struct Empty;

impl futures_core::Stream for Empty {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(None)
    }
}

fn stream() -> ByteStream {
    Box::pin(Empty)
}

#[tokio::test(start_paused = true)]
async fn invariant_09_a_body_that_can_be_sent_once_gets_its_401_back() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    world.revoke_all();
    let mut upload = request(Method::POST);
    upload.body = RequestBody::Once(Arc::new(Mutex::new(Some(stream()))));
    let outcome = world.call(&interceptor, upload, 60.0).await;
    let Err(InterceptError::Unauthorized(unauthorized)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(unauthorized.reason, UnauthorizedReason::BodyNotReplayable);
    assert!(unauthorized.to_string().contains("factory"));
    assert_eq!(world.api_requests(), 2);
    // Its 401 is evidence all the same.
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn invariant_09_a_factory_makes_the_body_anew() {
    let world = World::new();
    let interceptor = world.interceptor();
    world.get(&interceptor).await.unwrap();
    world.revoke_all();
    let mut upload = request(Method::POST);
    upload.body = RequestBody::Factory(Arc::new(stream));
    assert_eq!(world.call(&interceptor, upload, 60.0).await.unwrap(), 200);
}

/// V13: whether a dropped connection is worth another try is not the interceptor's to decide.
#[tokio::test(start_paused = true)]
async fn invariant_09_a_dropped_connection_is_not_replayed_here() {
    let world = World::new();
    let interceptor = world.interceptor();
    let dropped = MemoryTransport::fallible(|_| async { Err(failure(TransportErrorKind::Io)) });
    for method in [Method::POST, Method::PATCH, Method::GET] {
        let outcome = interceptor
            .send(&mut request(method), "", None, &dropped)
            .await;
        assert!(matches!(
            outcome,
            Err(InterceptError::Transport(TransportError {
                kind: TransportErrorKind::Io,
                ..
            }))
        ));
    }
    assert_eq!(dropped.request_count(), 3);
    assert_eq!(world.token_requests(), 1);
}
