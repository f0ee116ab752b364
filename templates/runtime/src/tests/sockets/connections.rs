//! Connections: who shares them, how long they are kept, how long making one may take, and what is on them.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::handler::Served;
use super::server::{http, read_request};
use crate::runtime::client::{Client, ClientBuilder, Credentials};
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::Operation as _;
use crate::runtime::transport::HttpResponse;
use crate::tests::support::{GetUser, PostUsers};

async fn served() -> Served {
    Served::new(|_| HttpResponse::json(200, "{}")).await
}

pub(super) fn builder(base: &str) -> ClientBuilder {
    Client::builder()
        .base_urls(base, base)
        .no_proxy()
        .access_token("the-token")
}

#[tokio::test]
async fn a_derived_client_uses_the_connections_of_the_first() {
    let server = served().await;
    let client = server.client();
    GetUser::new(&client, "1").send().await.unwrap();
    for number in 0..20 {
        let credentials = Credentials::access_token(format!("token-{number}"));
        let session = client.with_credentials(credentials).unwrap();
        GetUser::new(&session, "1").send().await.unwrap();
    }
    assert_eq!(server.connection_count(), 1);
}

#[tokio::test]
async fn a_connection_is_given_up_before_a_load_balancer_would_close_it() {
    let server = served().await;
    let client = server.client();
    for (idle, expected) in [(0, 1), (49, 1), (51, 2), (49, 2)] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(idle)).await;
        tokio::time::resume();
        GetUser::new(&client, "1").send().await.unwrap();
        assert_eq!(server.connection_count(), expected, "{idle} s");
    }
}

#[tokio::test(start_paused = true)]
async fn making_a_connection_may_take_3_1_s() {
    // Takes connections, and never says a word of TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let builder = || builder(&base).retry(RetryPolicy::never());
    for (builder, longest) in [
        (builder(), Duration::from_millis(3_100)),
        (
            builder().connect_timeout(Duration::from_secs(1)),
            Duration::from_secs(1),
        ),
    ] {
        let client = builder.build().unwrap();
        let start = tokio::time::Instant::now();
        let error = GetUser::new(&client, "1").send().await.unwrap_err();
        assert!(error.is_connect(), "{error:?}");
        // The clock of timers counts whole milliseconds.
        let elapsed = start.elapsed();
        assert!(
            (longest..longest + Duration::from_millis(5)).contains(&elapsed),
            "{elapsed:?}"
        );
    }
}

#[tokio::test]
async fn bodies_are_asked_for_and_unpacked_as_gzip() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(br#"{"id":"packed"}"#).unwrap();
    let packed = packer.finish().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let client = builder(&base).build().unwrap();
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&stream).await.unwrap();
        let answer = http("200 OK", &["content-encoding: gzip"], &packed);
        stream.write_all(&answer).await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let (user, request) = tokio::join!(GetUser::new(&client, "1").send(), serving);
    assert_eq!(user.unwrap()["id"], "packed");
    assert!(request.contains("accept-encoding: gzip"), "{request}");
}

#[tokio::test]
async fn two_clients_of_one_server_have_connections_of_their_own() {
    let server = served().await;
    let first = server.client();
    let second = server.client();
    for _ in 0..2 {
        GetUser::new(&first, "1").send().await.unwrap();
        GetUser::new(&second, "1").send().await.unwrap();
    }
    assert_eq!(server.connection_count(), 2);
}

#[test]
fn an_answer_that_came_while_the_program_stood_still_counts() {
    const LIMIT: Duration = Duration::from_secs(1);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (received, is_received) = tokio::sync::oneshot::channel();
    let (standing, stands) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{}") {
            let mut chunk = [0; 1024];
            let length = stream.read(&mut chunk).unwrap();
            request.extend(&chunk[..length]);
        }
        received.send(()).unwrap();
        stands.recv().unwrap();
        // Longer than what one turn of the runtime reads.
        let body = format!(r#"{{"id":"{}"}}"#, "a".repeat(4 << 20));
        stream.write_all(&http("200 OK", &[], body)).unwrap();
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let user = runtime.block_on(async {
        let client = builder(&base).build().unwrap();
        let user = PostUsers::new(&client, serde_json::json!({})).with_attempt_timeout(LIMIT);
        let user = tokio::spawn(user.send().into_future());
        is_received.await.unwrap();
        standing.send(()).unwrap();
        std::thread::sleep(LIMIT + LIMIT / 10);
        user.await.unwrap().unwrap()
    });
    assert_eq!(user["id"].as_str().map(str::len), Some(4 << 20));
    server.join().unwrap();
}
