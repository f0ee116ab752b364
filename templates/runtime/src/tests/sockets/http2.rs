//! HTTP/2 servers that close streams and connections: what they did not process is sent again, and nothing is carried out twice.
//!
//! The server writes its frames itself, because it has to choose which streams a `GOAWAY` covers.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::runtime::client::Client;
use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::response::Response;
use crate::runtime::transport::ByteStream;

const PREFACE: usize = 24;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

/// What the server does with the streams of a connection.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Closes that many of all streams with a code, instead of answering.
    Reset { first: usize, code: u32 },
    /// Sends a `GOAWAY` with a code on that many connections, which covers none of their streams.
    GoAway { first: usize, code: u32 },
    /// Carries out that many streams of each connection; the `GOAWAY` comes with the last of them.
    Recycle { streams: u32 },
    /// Carries the first stream out, says so in a `GOAWAY`, and closes the connection without an answer.
    Lose,
}

#[derive(Debug)]
struct Server {
    base: String,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    streams: AtomicUsize,
    /// The heads that ended their stream.
    whole_heads: AtomicUsize,
    /// How often each body was carried out.
    executed: Mutex<HashMap<Vec<u8>, usize>>,
}

impl Seen {
    fn execute(&self, body: Vec<u8>) {
        *self.executed.lock().unwrap().entry(body).or_default() += 1;
    }

    fn streams(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }
}

impl Server {
    async fn following(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let state = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let seen = Arc::clone(&state);
                let number = seen.connections.fetch_add(1, Ordering::SeqCst);
                // The client may go before the end.
                tokio::spawn(async move { serve(stream, number, plan, &seen).await.ok() });
            }
        });
        Self { base, seen }
    }

    fn client(&self, policy: RetryPolicy) -> Client {
        Client::builder()
            .base_urls(&self.base, &self.base)
            .no_proxy()
            .access_token("a-token-of-the-tests")
            .retry(policy)
            .configure_http(|http| http.http2_prior_knowledge())
            .build()
            .unwrap()
    }

    /// How often each body was carried out.
    fn executed(&self) -> HashMap<Vec<u8>, usize> {
        self.seen.executed.lock().unwrap().clone()
    }
}

fn quick() -> RetryPolicy {
    RetryPolicy::standard().with_max_delay(Duration::from_millis(10))
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

fn go_away(last: u32, code: u32) -> Vec<u8> {
    let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

/// `200` with the body `{}`. The first byte of the head is the whole of it in HPACK (RFC 7541 appendix A, entry 8).
fn ok(stream: u32) -> Vec<u8> {
    let head = frame(HEADERS, END_HEADERS, stream, &[0x88]);
    [head, frame(DATA, END_STREAM, stream, b"{}")].concat()
}

async fn serve(mut stream: TcpStream, number: usize, plan: Plan, seen: &Seen) -> io::Result<()> {
    stream.read_exact(&mut [0; PREFACE]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut bodies: HashMap<u32, Vec<u8>> = HashMap::new();
    // The stream that a `GOAWAY` names as its last; those above are ignored.
    let mut last = u32::MAX;
    let mut ignored = HashSet::new();
    let mut answered = 0;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let (kind, flags) = (head[3], head[4]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => {
                stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
            }
            PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &payload)).await?,
            HEADERS if id > last => {
                seen.streams.fetch_add(1, Ordering::SeqCst);
                ignored.insert(id);
            }
            HEADERS => {
                let count = seen.streams.fetch_add(1, Ordering::SeqCst);
                match plan {
                    Plan::Reset { first, code } if count < first => {
                        let reset = frame(RST_STREAM, 0, id, &code.to_be_bytes());
                        stream.write_all(&reset).await?;
                        ignored.insert(id);
                        continue;
                    }
                    Plan::GoAway { first, code } if number < first => {
                        last = 0;
                        ignored.insert(id);
                        stream.write_all(&go_away(0, code)).await?;
                        continue;
                    }
                    Plan::Recycle { streams } if id == 2 * streams - 1 => {
                        last = id;
                        stream.write_all(&go_away(last, NO_ERROR)).await?;
                    }
                    _ => {}
                }
                bodies.insert(id, Vec::new());
            }
            DATA => {
                if let Some(body) = bodies.get_mut(&id) {
                    body.extend(payload);
                }
            }
            _ => {}
        }
        let is_end = matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0;
        if is_end && kind == HEADERS {
            seen.whole_heads.fetch_add(1, Ordering::SeqCst);
        }
        if is_end && let Some(body) = bodies.remove(&id) {
            seen.execute(body);
            if matches!(plan, Plan::Lose) && number == 0 {
                stream.write_all(&go_away(id, NO_ERROR)).await?;
                stream.shutdown().await?;
                return stream.read_to_end(&mut Vec::new()).await.map(drop);
            }
            stream.write_all(&ok(id)).await?;
            answered += 1;
        }
        if last != u32::MAX && answered == last.div_ceil(2) {
            stream.shutdown().await?;
            return drain(stream, &mut ignored, last, seen).await;
        }
    }
}

/// Reads on, so that no reset of the connection overtakes the answers, and counts what comes too late.
async fn drain(
    mut stream: TcpStream,
    ignored: &mut HashSet<u32>,
    last: u32,
    seen: &Seen,
) -> io::Result<()> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        stream.read_exact(&mut vec![0; length as usize]).await?;
        if head[3] == HEADERS && id > last && ignored.insert(id) {
            seen.streams.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn send(
    client: &Client,
    method: Method,
    body: &'static str,
) -> Result<Response<bytes::Bytes>, crate::runtime::error::Error> {
    client
        .request(method, "/api/v2/users")
        .body("text/plain", body)
        .send()
        .await
}

#[tokio::test]
async fn refused_streams_are_sent_again_whatever_the_method() {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    for method in methods {
        let server = Server::following(Plan::Reset {
            first: 7,
            code: REFUSED_STREAM,
        })
        .await;
        let response = send(&server.client(quick()), method.clone(), "once")
            .await
            .unwrap();
        assert_eq!(
            (response.attempts(), response.unprocessed()),
            (1, 7),
            "{method}"
        );
        assert_eq!(server.seen.streams(), 8, "{method}");
        assert_eq!(server.executed().values().copied().collect::<Vec<_>>(), [1]);
    }
}

#[tokio::test]
async fn a_goaway_that_covers_no_stream_sends_the_call_to_the_next_connection() {
    for code in [NO_ERROR, ENHANCE_YOUR_CALM, INTERNAL_ERROR] {
        let server = Server::following(Plan::GoAway { first: 3, code }).await;
        let response = send(&server.client(quick()), Method::POST, "once")
            .await
            .unwrap();
        assert_eq!(
            (response.attempts(), response.unprocessed()),
            (1, 3),
            "{code}"
        );
        assert_eq!(server.seen.connections.load(Ordering::SeqCst), 4, "{code}");
    }
}

#[tokio::test]
async fn what_may_have_been_processed_is_sent_again_only_if_idempotent() {
    let plans = [
        Plan::Reset {
            first: 1,
            code: INTERNAL_ERROR,
        },
        Plan::Reset {
            first: 1,
            code: CANCEL,
        },
        Plan::Lose,
    ];
    for plan in plans {
        let server = Server::following(plan).await;
        let error = send(&server.client(quick()), Method::POST, "once")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{plan:?}: {error}");
        assert_eq!((error.attempts(), error.unprocessed()), (1, 0), "{plan:?}");
        assert_eq!(server.seen.streams(), 1, "{plan:?}");
        let server = Server::following(plan).await;
        let response = send(&server.client(quick()), Method::PUT, "again")
            .await
            .unwrap();
        assert_eq!(
            (response.attempts(), response.unprocessed()),
            (2, 0),
            "{plan:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_stream_whose_body_is_gone_says_so() {
    struct Chunk(Option<bytes::Bytes>);
    impl futures_core::Stream for Chunk {
        type Item = Result<bytes::Bytes, crate::runtime::transport::BoxError>;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(self.0.take().map(Ok))
        }
    }
    let server = Server::following(Plan::Reset {
        first: 1,
        code: REFUSED_STREAM,
    })
    .await;
    let body: ByteStream = Box::pin(Chunk(Some("once".into())));
    let error = server
        .client(quick())
        .request(Method::POST, "/api/v2/users")
        .body_stream("text/plain", body)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotProcessed, "{error}");
    assert!(
        error.to_string().contains("can be sent only once"),
        "{error}"
    );
}

#[tokio::test]
async fn a_head_does_not_end_the_stream_of_what_must_not_be_repeated() {
    let server = Server::following(Plan::Reset { first: 0, code: 0 }).await;
    let client = server.client(quick());
    for method in [Method::POST, Method::PATCH] {
        let request = client.request(method, "/api/v2/users");
        request.send().await.unwrap();
    }
    assert_eq!(server.seen.whole_heads.load(Ordering::SeqCst), 0);
    assert_eq!(server.executed(), HashMap::from([(Vec::new(), 2)]));
}

/// `RECYCLED_CALLS=100000 cargo test --release -p genesys-cloud-runtime recycles -- --nocapture` is the long run.
///
/// hyper (1.12, the channel of `client::dispatch`) loses a request now and then, when it takes one for a connection that is closing: it is sent
/// again when the time of the attempt is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_or_repeated_by_a_server_that_recycles_its_connections() {
    let calls = std::env::var("RECYCLED_CALLS")
        .ok()
        .and_then(|text| text.parse().ok());
    let policy = if calls.is_some() {
        RetryPolicy::standard()
    } else {
        quick()
    };
    let calls = calls.unwrap_or(600);
    let server = Server::following(Plan::Recycle { streams: 50 }).await;
    let client = server.client(policy);
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..64 {
        let (client, next) = (client.clone(), Arc::clone(&next));
        workers.spawn(async move {
            let (mut lost, mut resent) = (Vec::new(), 0);
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= calls {
                    return (lost, resent);
                }
                let call = client
                    .request(Method::POST, "/api/v2/users")
                    .body("text/plain", number.to_string());
                match call.send().await {
                    Ok(response) => resent += response.unprocessed(),
                    Err(error) => lost.push(error.to_string()),
                }
            }
        });
    }
    let (mut lost, mut resent) = (Vec::new(), 0);
    while let Some(outcome) = workers.join_next().await {
        let (some, more) = outcome.unwrap();
        lost.extend(some);
        resent += more;
    }
    let executed = server.executed();
    let twice = executed.values().filter(|count| **count > 1).count();
    println!(
        "{calls} calls, {} lost, {twice} carried out twice, {resent} sent again, {} connections",
        lost.len(),
        server.seen.connections.load(Ordering::SeqCst)
    );
    assert_eq!(lost, [""; 0]);
    assert_eq!((executed.len(), twice), (calls, 0));
    assert!(resent > 0);
}
