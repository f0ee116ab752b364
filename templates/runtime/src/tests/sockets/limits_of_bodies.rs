//! What is sent with no body, and bodies that are packed, or longer than they should be.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, Method, header};

use super::handler::Served;
use crate::runtime::client::ClientBuilder;
use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::transport::HttpResponse;
use crate::tests::support::{GetUser, with};

fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

fn gzip(status: u16, body: &[u8], name: &'static str) -> HttpResponse {
    HttpResponse::json(status, packed(body))
        .with_header(header::CONTENT_ENCODING, HeaderValue::from_static(name))
}

#[tokio::test]
async fn methods_that_may_have_a_body_send_its_length_where_there_is_none() {
    let server = Served::new(|_| HttpResponse::json(200, "{}")).await;
    let client = server.client();
    let table = [
        (Method::POST, Some("0")),
        (Method::PUT, Some("0")),
        (Method::PATCH, Some("0")),
        (Method::GET, None),
        (Method::HEAD, None),
        (Method::DELETE, None),
    ];
    for (method, expected) in table {
        let path = "/api/v2/architect/dependencytracking/build";
        client.request(method.clone(), path).send().await.unwrap();
        let sent = server.requests().pop().unwrap();
        assert_eq!(sent.header("content-length"), expected, "{method}");
        assert_eq!(sent.header("transfer-encoding"), None, "{method}");
    }
    // An empty body is one, too, and a length of the caller's own stays.
    let call = client
        .request(Method::POST, "/api/v2/users")
        .body("text/plain", "");
    call.send().await.unwrap();
    assert_eq!(
        server.requests().pop().unwrap().header("content-length"),
        Some("0")
    );
}

#[tokio::test]
async fn gzip_is_unpacked_under_each_of_its_names() {
    let large = format!(r#"{{"id":"{}"}}"#, "x".repeat(1 << 20)).into_bytes();
    for name in ["gzip", "x-gzip", "GZIP", " X-Gzip "] {
        for body in [br#"{"id":"packed"}"#.to_vec(), large.clone()] {
            let expected = body.clone();
            let server = Served::new(move |_| gzip(200, &body, name)).await;
            let client = server.client();
            let read = client.request(Method::GET, "/x").send().await.unwrap();
            assert_eq!(read.into_body(), expected, "{name}");
            let streamed = client
                .request(Method::GET, "/x")
                .send_stream()
                .await
                .unwrap();
            assert_eq!(streamed.headers().get(header::CONTENT_ENCODING), None);
            assert_eq!(
                streamed.into_body().collect().await.unwrap(),
                expected,
                "{name}"
            );
        }
    }
    // Two members are one body, and no byte is no error.
    let two = [packed(b"[1,"), packed(b"2]")].concat();
    for (body, expected) in [(two, &b"[1,2]"[..]), (Vec::new(), &b""[..])] {
        let server = Served::new(move |_| {
            with(
                HttpResponse::json(200, body.clone()),
                "content-encoding",
                "gzip",
            )
        })
        .await;
        let read = server
            .client()
            .request(Method::GET, "/x")
            .send()
            .await
            .unwrap();
        assert_eq!(read.into_body(), expected);
    }
}

#[tokio::test]
async fn a_body_past_the_limit_is_an_error_that_says_what_to_do() {
    let body = vec![b' '; 100_000];
    let plain = body.clone();
    let server = Served::new(move |_| HttpResponse::json(200, plain.clone())).await;
    let zipped = Served::new(move |_| gzip(200, &body, "gzip")).await;
    for server in [server, zipped] {
        let fits = server.builder().max_body_size(100_000).build().unwrap();
        let read = fits.request(Method::GET, "/x").send().await.unwrap();
        assert_eq!(read.len(), 100_000);
        let client = server.builder().max_body_size(99_999).build().unwrap();
        let before = server.request_count();
        let error = client.request(Method::GET, "/x").send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("max_body_size"), "{error}");
        assert_eq!(server.request_count(), before + 1);
        // A stream has no limit.
        let stream = client
            .request(Method::GET, "/x")
            .send_stream()
            .await
            .unwrap();
        assert_eq!(stream.into_body().collect().await.unwrap().len(), 100_000);
    }
}

#[tokio::test]
async fn of_the_body_of_an_error_a_mebibyte_is_kept() {
    let body = vec![b'x'; 3 << 20];
    let plain = body.clone();
    let server = Served::new(move |_| HttpResponse::json(404, plain.clone())).await;
    let zipped = Served::new(move |_| gzip(404, &body, "gzip")).await;
    for server in [server, zipped] {
        let error = GetUser::new(&server.client(), "1")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_not_found());
        assert_eq!(error.body().unwrap().len(), 1 << 20);
    }
}

/// A few kilobytes that unpack to 64 MiB of nothing, many times over.
fn bomb() -> Vec<u8> {
    packed(&vec![0; 64 << 20]).repeat(32)
}

#[tokio::test]
async fn timeouts_end_a_body_that_unpacks_without_an_end() {
    let bomb = bomb();
    let server = Served::new(move |_| {
        with(
            HttpResponse::json(200, bomb.clone()),
            "content-encoding",
            "gzip",
        )
    })
    .await;
    let builder = |change: fn(ClientBuilder) -> ClientBuilder| {
        let builder = server.builder().retry(RetryPolicy::never());
        change(builder.max_body_size(usize::MAX)).build().unwrap()
    };
    let clients = [
        builder(|builder| builder.attempt_timeout(Duration::from_millis(300))),
        builder(|builder| builder.timeout(Duration::from_millis(300))),
    ];
    for client in clients {
        let began = Instant::now();
        let error = client.request(Method::GET, "/x").send().await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
    }
    // So does a limit.
    let client = server.builder().max_body_size(4 << 20).build().unwrap();
    let error = client.request(Method::GET, "/x").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    // Whoever reads it as a stream keeps the other tasks going.
    let client = server.client();
    let stream = client
        .request(Method::GET, "/x")
        .send_stream()
        .await
        .unwrap();
    let read = tokio::time::timeout(Duration::from_millis(300), stream.into_body().collect());
    assert!(read.await.is_err());
}
