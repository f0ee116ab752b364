//! A server without HTTP: bytes as they are, and connections that end as they should not.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::runtime::auth::TokenSettings;
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::pipeline::RetryPolicy;

/// The longest that one attempt may take where the server goes silent. It is long enough for a busy machine to send a request and read it.
pub(super) const SHORT: Duration = Duration::from_secs(1);
/// The longest that one attempt may take elsewhere, where none takes that long.
pub(super) const LONG: Duration = Duration::from_secs(30);

/// What comes after the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The sending side is closed; the server reads on.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing, for as long as the client holds out.
    Silence,
    /// The same bytes again, without an end.
    Repeat(&'static [u8]),
    /// As `Close`, but every third request gets an empty object.
    Relent,
}

impl Then {
    /// The longest that one attempt of a client may take.
    pub(super) fn patience(self) -> Duration {
        match self {
            Self::Silence | Self::Repeat(_) => SHORT,
            Self::Close | Self::Reset | Self::Relent => LONG,
        }
    }
}

/// A server that does the same to every request on every connection.
pub(super) struct Server {
    address: SocketAddr,
    requests: Arc<watch::Sender<usize>>,
    then: Then,
}

impl Server {
    pub(super) async fn answering(bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::doing(bytes, Then::Close).await
    }

    pub(super) async fn doing(bytes: impl Into<Cow<'static, [u8]>>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(watch::Sender::new(0));
        let (counter, bytes) = (Arc::clone(&requests), bytes.into());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (counter, bytes) = (Arc::clone(&counter), bytes.clone());
                tokio::spawn(async move {
                    if read_request(&stream).await.is_ok() {
                        counter.send_modify(|count| *count += 1);
                        let relents = then == Then::Relent && *counter.borrow() % 3 == 0;
                        let good = relents.then(|| http("200 OK", &[], "{}"));
                        // The client may go before the end.
                        let _ = answer(stream, good.as_deref().unwrap_or(&bytes), then).await;
                    }
                });
            }
        });
        Self {
            address,
            requests,
            then,
        }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client that retries at once, and waits no longer for an attempt than the server's end asks for.
    pub(super) fn builder(&self) -> ClientBuilder {
        let base = self.base();
        Client::builder()
            .base_urls(&base, &base)
            .no_proxy()
            .attempt_timeout(self.then.patience())
            .retry(RetryPolicy::standard().with_max_delay(Duration::from_millis(1)))
    }

    pub(super) fn client(&self) -> Client {
        self.builder().access_token("t").build().unwrap()
    }

    /// A client that has to ask this server for its token.
    pub(super) fn client_without_token(&self) -> Client {
        let settings = TokenSettings {
            attempt_timeout: self.then.patience(),
            attempt_backoff: Duration::from_millis(1),
            // Longer than a call has, so that it ends with the first failure.
            failure_shared_min: Duration::from_secs(3600),
            failure_shared_max: Duration::from_secs(3600),
            ..TokenSettings::default()
        };
        self.builder()
            .client_credentials("the-id", "the-secret")
            .token_settings(settings)
            .build()
            .unwrap()
    }

    pub(super) fn requests(&self) -> usize {
        *self.requests.borrow()
    }

    /// Waits until that many requests were read: a client that gives up may be quicker than the server. There may be more.
    pub(super) async fn requests_reach(&self, count: usize) -> usize {
        let mut requests = self.requests.subscribe();
        let reached = requests.wait_for(|requests| *requests >= count);
        let _ = tokio::time::timeout(LONG, reached).await;
        self.requests()
    }
}

async fn answer(mut stream: TcpStream, bytes: &[u8], then: Then) -> io::Result<()> {
    stream.write_all(bytes).await?;
    match then {
        Then::Close | Then::Relent => stream.shutdown().await?,
        Then::Reset => {
            // The reset could overtake the bytes, so they get a moment's start: until the client has read them, or given up.
            stream.set_zero_linger()?;
            return Ok(());
        }
        Then::Silence => {}
        Then::Repeat(again) => loop {
            stream.write_all(again).await?;
            tokio::task::yield_now().await;
        },
    }
    // Closing with unread bytes would reset the connection and could overtake the answer.
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Reads a request's head, and its body if it has a length.
pub(super) async fn read_request(stream: &TcpStream) -> io::Result<Vec<u8>> {
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

/// An answer of that status line and those headers, with a body of the right length.
pub(super) fn http(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Whole answers, one a line: a name, the status and headers, the body, and what is expected of the client.
macro_rules! answers {
    ($($name:literal: $status:literal $headers:tt $body:expr => $expected:expr;)+) => {
        vec![$(($name, $crate::tests::sockets::server::http($status, &$headers, $body), Then::Close, $expected)),+]
    };
}
pub(super) use answers;
