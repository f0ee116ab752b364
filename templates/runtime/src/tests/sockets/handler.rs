//! A real HTTP/1.1 server around a function from request to response.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use url::Url;

use super::server::{http, read_request};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::transport::{HttpResponse, RecordedRequest, ResponseBody};
use crate::tests::support::TOKEN;

/// The server, which ends with the runtime of its test.
pub(in crate::tests) struct Served {
    base: String,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    connections: Arc<AtomicUsize>,
}

impl Served {
    pub(in crate::tests) async fn new(
        handler: impl Fn(&RecordedRequest) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        Self::slow(handler, |_| Duration::ZERO).await
    }

    /// The same, whose answers leave some time after they were decided.
    pub(in crate::tests) async fn slow(
        handler: impl Fn(&RecordedRequest) -> HttpResponse + Send + Sync + 'static,
        pause: fn(&RecordedRequest) -> Duration,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let served = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (url, log, handler) = (
            served.base.clone(),
            served.requests.clone(),
            Arc::new(handler),
        );
        let connections = served.connections.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (url, log, handler) = (url.clone(), log.clone(), handler.clone());
                tokio::spawn(async move {
                    while let Ok(bytes) = read_request(&stream).await {
                        let request = parse(&url, &bytes);
                        log.lock().unwrap().push(request.clone());
                        let answer = bytes_of(&handler(&request));
                        let pause = pause(&request);
                        if !pause.is_zero() {
                            tokio::time::sleep(pause).await;
                        }
                        if stream.write_all(&answer).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        served
    }

    pub(in crate::tests) fn base(&self) -> &str {
        &self.base
    }

    pub(in crate::tests) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .base_urls(&self.base, &self.base)
            .no_proxy()
            .access_token(TOKEN)
    }

    pub(in crate::tests) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(in crate::tests) fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// How many connections it has had.
    pub(in crate::tests) fn connection_count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(in crate::tests) fn request_count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn parse(base: &str, bytes: &[u8]) -> RecordedRequest {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = bytes.split_at(end.unwrap() + 4);
    let mut lines = std::str::from_utf8(head).unwrap().lines();
    let mut start = lines.next().unwrap().split(' ');
    let method = Method::from_bytes(start.next().unwrap().as_bytes()).unwrap();
    let target = start.next().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: HeaderMap = headers
        .map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect();
    RecordedRequest {
        method,
        url: Url::parse(&format!("{base}{target}")).unwrap(),
        headers,
        body: body.to_vec().into(),
        stream_response: false,
        extensions: http::Extensions::new(),
    }
}

fn bytes_of(response: &HttpResponse) -> Vec<u8> {
    let ResponseBody::Bytes(body) = &response.body else {
        panic!("a handler answers with bytes");
    };
    let headers: Vec<String> = response
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    http(&response.status.to_string(), &headers, body)
}
