//! Bodies of several parts over a socket: streamed, sent again after a 401 where their parts can be, and a clear error where not.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::Method;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::server::http;
use crate::runtime::client::Client;
use crate::runtime::request::Operation as _;
use crate::runtime::request::{Call, FilePart, ListStyle, OperationMetadata, Request};
use crate::runtime::transport::{BoxError, ByteStream};
use crate::tests::support::PostUsers;

const UPLOAD: &OperationMetadata = &OperationMetadata {
    name: "postImages",
    path: "/api/v2/images",
    method: Method::POST,
    ..*PostUsers::METADATA
};

/// An upload that the server saw.
#[derive(Clone, Debug)]
struct Upload {
    head: String,
    body: Vec<u8>,
}

/// Issues tokens, and refuses that of the first upload.
struct Server {
    base: String,
    uploads: Arc<Mutex<Vec<Upload>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let uploads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&uploads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen)));
            }
        });
        Self { base, uploads }
    }

    fn client(&self) -> Client {
        Client::builder()
            .base_urls(&self.base, &self.base)
            .no_proxy()
            .client_credentials("the-id", "the-secret")
            .build()
            .unwrap()
    }

    fn uploads(&self) -> Vec<Upload> {
        self.uploads.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<Upload>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(upload) = read(&mut stream).await {
        let json = &["content-type: application/json"];
        let answer = if upload.head.starts_with("POST /oauth/token") {
            let count = seen.lock().unwrap().len();
            let token = format!(r#"{{"access_token":"token-{count}","expires_in":3600}}"#);
            http("200 OK", json, token)
        } else {
            let mut seen = seen.lock().unwrap();
            seen.push(upload);
            match seen.len() {
                1 => http("401 Unauthorized", json, r#"{"code":"bad.credentials"}"#),
                _ => http("200 OK", json, "{}"),
            }
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

/// Reads a request, its body of a length or in chunks.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Upload> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_ascii_lowercase();
    let field = |name: &str| {
        let line = lower.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
    };
    let mut body = Vec::new();
    if field("transfer-encoding:") == Some("chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).await.ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).await.ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else {
        body = vec![0; field("content-length:").map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await.ok()?;
    }
    Some(Upload { head, body })
}

/// A stream of so many chunks of 64 KiB.
struct Chunks(usize);

impl Stream for Chunks {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(left) = self.0.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.0 = left;
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'x'; 1 << 16]))))
    }
}

const CHUNKS: usize = 40;

fn file() -> ByteStream {
    Box::pin(Chunks(CHUNKS))
}

/// An upload as generated code makes it.
fn upload(client: &Client, file: FilePart) -> Call<serde_json::Value> {
    let mut request = Request::new(client, UPLOAD);
    request
        .part("title", Some("old"))
        .part_file("image", Some(file))
        .part("title", Some("A picture"))
        .part_list("sizes", ListStyle::Repeated, [1, 2])
        .part_json("about", Some(serde_json::json!({"by": "me"})));
    Call::new(request)
}

fn check(upload: &Upload, content: &[u8], type_and_name: &str) {
    let (_, boundary) = upload.head.split_once("boundary=").unwrap();
    let boundary = boundary.lines().next().unwrap();
    let expected = [
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"image\"; {type_and_name}\r\n\r\n").as_bytes(),
        content,
        format!("\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA picture\r\n").as_bytes(),
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"sizes\"\r\n\r\n1\r\n").as_bytes(),
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"sizes\"\r\n\r\n2\r\n").as_bytes(),
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json\r\n\r\n{{\"by\":\"me\"}}\r\n").as_bytes(),
        format!("--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    assert!(
        upload.body == expected,
        "{}",
        String::from_utf8_lossy(&upload.body)
    );
}

#[tokio::test]
async fn parts_in_memory_are_sent_again_after_a_401() {
    let server = Server::start().await;
    let picture = FilePart::from(b"\x89PNG")
        .with_file_name("a \"b\".png")
        .with_content_type("image/png");
    upload(&server.client(), picture).await.unwrap();
    let uploads = server.uploads();
    assert_eq!(uploads.len(), 2);
    for upload in &uploads {
        assert!(upload.head.to_ascii_lowercase().contains("content-length:"));
        check(
            upload,
            b"\x89PNG",
            "filename=\"a %22b%22.png\"\r\nContent-Type: image/png",
        );
    }
    let tokens = |upload: &Upload| upload.head.matches("token-").count();
    assert_eq!(uploads.iter().map(tokens).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_file_of_a_factory_is_streamed_and_sent_again_after_a_401() {
    let server = Server::start().await;
    upload(&server.client(), FilePart::factory(file))
        .await
        .unwrap();
    let uploads = server.uploads();
    assert_eq!(uploads.len(), 2);
    for upload in &uploads {
        assert!(upload.head.contains("chunked"), "{}", upload.head);
        check(
            upload,
            &vec![b'x'; CHUNKS << 16],
            "filename=\"image\"\r\nContent-Type: application/octet-stream",
        );
    }
}

#[tokio::test]
async fn a_file_that_can_be_sent_once_ends_with_the_reason() {
    let server = Server::start().await;
    let client = server.client();
    let error = upload(&client, FilePart::stream(file())).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    assert!(error.to_string().contains("through a factory"), "{error}");
    assert_eq!(server.uploads().len(), 1);
    // The token was renewed, and another file goes.
    upload(&client, FilePart::stream(file())).await.unwrap();
    let uploads = server.uploads();
    check(
        &uploads[1],
        &vec![b'x'; CHUNKS << 16],
        "filename=\"image\"\r\nContent-Type: application/octet-stream",
    );
}
