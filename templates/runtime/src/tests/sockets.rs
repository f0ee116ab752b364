//! The transport over real sockets, against servers that misbehave.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::runtime::client::Client;
use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::{CallOptions, Operation};
use crate::tests::support::{GetUser, PostUsers};

/// A server that answers every request on every connection with the same bytes, then closes.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn answering(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counter = counter.clone();
                tokio::spawn(async move {
                    if read_request(&stream).await.is_ok() {
                        counter.fetch_add(1, Ordering::SeqCst);
                        let mut stream = stream;
                        let _ = stream.write_all(bytes).await;
                        let _ = stream.shutdown().await;
                        // Closing with unread bytes would reset the connection and could overtake the answer.
                        let _ = stream.read_to_end(&mut Vec::new()).await;
                    }
                });
            }
        });
        Self { address, requests }
    }

    fn client(&self) -> Client {
        let base = format!("http://{}", self.address);
        Client::builder()
            .base_urls(&base, &base)
            .no_proxy()
            .access_token("t")
            .retry(RetryPolicy::standard().with_max_delay(Duration::from_millis(1)))
            .build()
            .unwrap()
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Reads a request's head, and its body if it has a length.
async fn read_request(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        stream.readable().await?;
        let mut chunk = [0; 4096];
        match stream.try_read(&mut chunk) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return Ok(bytes);
            }
        }
    }
}

#[tokio::test]
async fn a_good_answer_is_read() {
    let server = Server::answering(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"id\":\"1\"}",
    )
    .await;
    let user = GetUser::new(&server.client(), "1").send().await.unwrap();
    assert_eq!(user["id"], "1");
    assert_eq!(server.requests(), 1);
}

/// Each of these must end with an error of the expected kind: no panic, no hang, and no more attempts than allowed.
#[tokio::test]
async fn broken_answers_end_with_a_typed_error() {
    let table: [(&str, &'static [u8], ErrorKind); 14] = [
        ("nothing", b"", ErrorKind::Io),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n", ErrorKind::Io),
        ("a cut status line", b"HTTP/1.1 20", ErrorKind::Io),
        (
            "a status that is none",
            b"HTTP/1.1 999999 X\r\n\r\n",
            ErrorKind::Io,
        ),
        (
            "a status of letters",
            b"HTTP/1.1 abc OK\r\n\r\n",
            ErrorKind::Io,
        ),
        (
            "a header without a colon",
            b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n",
            ErrorKind::Io,
        ),
        (
            "a header with a zero byte",
            b"HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n",
            ErrorKind::Io,
        ),
        (
            "a cut head",
            b"HTTP/1.1 200 OK\r\ncontent-le",
            ErrorKind::Io,
        ),
        (
            "two lengths",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            ErrorKind::Io,
        ),
        (
            "a length that is none",
            b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            ErrorKind::Io,
        ),
        (
            "a body cut short",
            b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":",
            ErrorKind::Io,
        ),
        (
            "chunks cut short",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n",
            ErrorKind::Io,
        ),
        (
            "a chunk length that is none",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            ErrorKind::Io,
        ),
        (
            "gzip that is none",
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd",
            ErrorKind::Io,
        ),
    ];
    for (name, answer, kind) in table {
        let server = Server::answering(answer).await;
        let error = GetUser::new(&server.client(), "1")
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert_eq!(server.requests(), 4, "{name}");
        // A POST may have been carried out.
        let error = PostUsers::new(&server.client(), serde_json::json!({}))
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert_eq!(server.requests(), 5, "{name}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("127.0.0.1"), "{name}: {text}");
    }
}

#[tokio::test]
async fn odd_answers_are_answers() {
    // A body until the end of the connection, and a reason that is no ASCII.
    let server = Server::answering(b"HTTP/1.1 200 \xc3\xa4\r\n\r\n{\"id\":\"2\"}").await;
    let user = GetUser::new(&server.client(), "1").send().await.unwrap();
    assert_eq!(user["id"], "2");
    // A redirect to nowhere, with a header value that is no text.
    let server =
        Server::answering(b"HTTP/1.1 302 Found\r\nlocation: \xff\r\ncontent-length: 0\r\n\r\n")
            .await;
    let error = GetUser::new(&server.client(), "1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(error.location(), None);
    // HTML where JSON is due.
    let server = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>").await;
    let error = GetUser::new(&server.client(), "1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_decode());
}

#[tokio::test]
async fn a_server_that_takes_the_request_and_says_nothing_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder()
        .base_urls(&base, &base)
        .no_proxy()
        .access_token("t")
        .build()
        .unwrap();
    let call = PostUsers::new(&client, serde_json::json!({}))
        .with_attempt_timeout(Duration::from_millis(200))
        .send();
    let (outcome, accepted) = tokio::join!(call, listener.accept());
    let error = outcome.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(accepted);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_is_a_connect_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder()
        .base_urls(&base, &base)
        .no_proxy()
        .access_token("t")
        .retry(RetryPolicy::standard().with_max_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    let error = PostUsers::new(&client, serde_json::json!({}))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn redirects_and_retries_stay_off_whatever_the_closure_says() {
    let server = Server::answering(
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let base = format!("http://{}", server.address);
    let client = Client::builder()
        .base_urls(&base, &base)
        .access_token("t")
        .configure_http(|http| {
            http.no_proxy()
                .redirect(reqwest::redirect::Policy::limited(5))
        })
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_streamed_body_that_is_cut_short_says_so_at_its_end() {
    let server = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
    let mut body = server
        .client()
        .request(Method::GET, "/file")
        .with_options(CallOptions::new())
        .send_stream()
        .await
        .unwrap()
        .into_body();
    assert_eq!(body.content_length(), Some(100));
    assert_eq!(body.next_chunk().await.unwrap().unwrap(), "part");
    let error = body.next_chunk().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}
