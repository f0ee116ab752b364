//! The mock itself: a test that leans on it must be able to.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers here are test code, too, which clippy does not see"
)]

mod collections;
mod control;
mod faults;
mod limits;
mod resources;
mod tokens;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use genesys_cloud_mock::{
    ACCESS_TOKEN_PREFIX, Backend, End, ExpiresIn, Fault, Gate, MockConfig, MockGenesys,
    OAuthClient, Reply, ReplyBody, Target, generated_byte,
};
use http::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const FORM: &str = "application/x-www-form-urlencoded";

/// An answer as it came off the socket.
#[derive(Debug)]
struct Answer {
    head: String,
    body: Vec<u8>,
    /// The connection ended before the body was whole.
    short: bool,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A client that knows as little HTTP as it can.
struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    async fn connect(mock: &MockGenesys) -> Self {
        Self {
            stream: TcpStream::connect(("127.0.0.1", mock.port()))
                .await
                .unwrap(),
            read: Vec::new(),
        }
    }

    async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: mock\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str(&format!("\r\n{body}"));
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// The next answer; an error if the connection ends before its head is whole.
    async fn receive(&mut self) -> std::io::Result<Answer> {
        let mut buffer = vec![0; 64 * 1024];
        let head_end = loop {
            if let Some(end) = self
                .read
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break end;
            }
            let count = self.stream.read(&mut buffer).await?;
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.read.extend_from_slice(&buffer[..count]);
        };
        let head = String::from_utf8(self.read[..head_end].to_vec()).unwrap();
        self.read.drain(..head_end + 4);
        let mut answer = Answer {
            head,
            body: Vec::new(),
            short: false,
        };
        let length: usize = answer
            .header("content-length")
            .map_or(0, |value| value.parse().unwrap());
        while self.read.len() < length {
            match self.stream.read(&mut buffer).await {
                Ok(count) if count > 0 => self.read.extend_from_slice(&buffer[..count]),
                _ => {
                    answer.short = true;
                    break;
                }
            }
        }
        let length = length.min(self.read.len());
        answer.body = self.read.drain(..length).collect();
        Ok(answer)
    }

    async fn call(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.send(method, path, headers, body).await;
        self.receive().await.unwrap()
    }
}

async fn start() -> MockGenesys {
    MockGenesys::start(MockConfig::default()).await.unwrap()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A request to the token endpoint in memory.
async fn token(backend: &Backend, authorization: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = Request::post("/oauth/token").header("content-type", FORM);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    answer(
        backend
            .call(request.body(Bytes::from(form)).unwrap())
            .await
            .unwrap(),
    )
}

fn answer(response: Response<ReplyBody>) -> Answer {
    let (parts, body) = response.into_parts();
    let mut head = format!("HTTP/1.1 {}\r\n", parts.status);
    for (name, value) in &parts.headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    Answer {
        head,
        body: body.into_bytes().to_vec(),
        short: false,
    }
}

/// A request to the API in memory with a fresh token.
async fn api(backend: &Backend, method: &str, path: &str, body: Value) -> Answer {
    api_with(backend, method, path, &[], body).await
}

async fn get(backend: &Backend, path: &str) -> Answer {
    send(backend, "GET", path).await
}

/// A request without a body.
async fn send(backend: &Backend, method: &str, path: &str) -> Answer {
    api(backend, method, path, Value::Null).await
}

async fn api_with(
    backend: &Backend,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> Answer {
    let token = backend.issue_token(Duration::from_secs(60));
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        Value::Null => Bytes::new(),
        body => body.to_string().into(),
    };
    answer(backend.call(request.body(body).unwrap()).await.unwrap())
}
