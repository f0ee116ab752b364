//! Bodies of form fields, of several parts, and streamed ones.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::Method;

use super::support::{builder, scripted};
use crate::runtime::auth::Jitter;
use crate::runtime::request::{FormBody, MultipartBody};
use crate::runtime::transport::{BoxError, ByteStream, HttpResponse, MemoryTransport};

struct Chunks(Vec<&'static str>);

impl Stream for Chunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.pop() {
            // Shows that a pending chunk is waited for.
            Some("pending") => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(chunk) => Poll::Ready(Some(Ok(Bytes::from_static(chunk.as_bytes())))),
            None => Poll::Ready(None),
        }
    }
}

fn chunks() -> ByteStream {
    Box::pin(Chunks(vec!["two", "pending", "one "]))
}

#[tokio::test]
async fn form_fields_are_encoded() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    client
        .request(Method::POST, "/api/v2/forms")
        .form(FormBody::new().field("a b", "c&d=e").field("f", ""))
        .send()
        .await
        .unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.body, "a%20b=c%26d%3De&f=");
    assert_eq!(
        sent.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
}

#[tokio::test]
async fn parts_in_memory_and_streamed_parts_make_the_same_body() {
    let replies = std::iter::repeat_with(|| HttpResponse::json(200, "{}"));
    let transport = Arc::new(MemoryTransport::scripted(replies.take(3)));
    let base = MultipartBody::new().text("name \"x\"\r\n", "value");
    let file = |base: MultipartBody| base.file("file", "a.txt", "text/plain\r\nX: y", "one two");
    for (seed, body) in [
        (1, file(base.clone())),
        (
            1,
            base.clone()
                .file_factory("file", "a.txt", "text/plain\r\nX: y", chunks),
        ),
        (2, file(base)),
    ] {
        let client = builder(&transport).jitter(Jitter::seeded(seed)).build();
        client
            .unwrap()
            .request(Method::POST, "/api/v2/uploads")
            .multipart(body)
            .send()
            .await
            .unwrap();
    }
    let sent = transport.requests();
    let content_type = sent[0].header("content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    assert_eq!(boundary.len(), 40);
    assert!(boundary.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(
        std::str::from_utf8(&sent[0].body).unwrap(),
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"name %22x%22%0D%0A\"\r\n\r\nvalue\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plainX: y\r\n\r\none two\r\n--{boundary}--\r\n"
        )
    );
    assert_eq!(sent[0].body, sent[1].body);
    assert_ne!(sent[0].body, sent[2].body, "the boundary is random");
}

#[tokio::test]
async fn a_content_type_with_a_line_break_is_refused() {
    let (client, transport) = scripted([HttpResponse::json(200, "{}")]);
    let error = client
        .request(Method::POST, "/api/v2/uploads")
        .body("text/plain\r\nX: y", "z")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_invalid_request());
    assert_eq!(transport.request_count(), 0);
}
