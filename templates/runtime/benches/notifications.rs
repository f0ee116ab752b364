//! What a stream of notifications costs over reading its socket with tokio-tungstenite and serde's derive, and whether its memory stays the same
//! over a million events.
//!
//! The mock and what sends the events run on threads of their own; counted is the processor time of the thread that reads.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use genesys_cloud_mock::{MockConfig, MockGenesys};
use genesys_cloud_runtime::runtime::Client;
use genesys_cloud_runtime::runtime::notifications::Received;
use serde::Deserialize;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

const TOPIC: &str = "v2.users.8f1c2d3e-0000-4000-8000-000000000001.presence";
const BODY: &str = r#"{"source":"PURECLOUD","primary":true,"message":"at lunch, back at one","modifiedDate":"2026-11-29T13:40:33.000Z","presenceDefinition":{"id":"31fe3bac-dea6-44b7-bed7-47f91660a1a0","systemPresence":"Meal"},"more":{"a":[1,2,3],"b":"some more text so that the event has the size of one"}}"#;
const EVENTS: u64 = 200_000;
const MANY: u64 = 1_000_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence {
    source: String,
    primary: bool,
    message: String,
    modified_date: String,
    presence_definition: Definition,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    id: String,
    system_presence: String,
}

impl Presence {
    fn length(&self) -> usize {
        self.source.len()
            + self.message.len()
            + self.modified_date.len()
            + self.presence_definition.id.len()
            + self.presence_definition.system_presence.len()
            + usize::from(self.primary)
    }
}

#[derive(Deserialize)]
struct Whole {
    #[serde(rename = "topicName")]
    topic: String,
    #[serde(rename = "eventBody")]
    body: Presence,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "CorrelationId")]
    correlation_id: String,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    #[serde(rename = "connectUri")]
    connect_uri: String,
}

/// The processor time of this thread.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// The memory of this process, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// Sends `count` events, a few thousand ahead of what was read.
fn send(mock: &Arc<MockGenesys>, count: u64, read: &Arc<std::sync::atomic::AtomicU64>) {
    let (mock, read) = (mock.clone(), read.clone());
    std::thread::spawn(move || {
        for number in 0..count {
            while number > read.load(std::sync::atomic::Ordering::Relaxed) + 500 {
                std::thread::sleep(Duration::from_micros(200));
            }
            assert_eq!(mock.push_with(TOPIC, BODY, "0c7e3a5e"), 1);
        }
    });
}

fn client(mock: &MockGenesys) -> Client {
    Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .client_credentials(mock.client_id(), mock.client_secret())
        .build()
        .unwrap()
}

async fn plain(mock: &Arc<MockGenesys>, count: u64) -> Duration {
    let client = client(mock);
    let path = "/api/v2/notifications/channels";
    let call = client
        .request(http::Method::POST, path)
        .send_json::<Channel>();
    let channel = call.await.unwrap().into_body();
    let path = format!("{path}/{}/subscriptions", channel.id);
    let topics = serde_json::json!([{ "id": TOPIC }]);
    client
        .request(http::Method::PUT, &path)
        .json(&topics)
        .send()
        .await
        .unwrap();
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", mock.port()))
        .await
        .unwrap();
    let (mut socket, _) = client_async(channel.connect_uri, stream).await.unwrap();
    let read = Arc::default();
    send(mock, count, &read);
    let before = processor_time();
    let mut length = 0;
    for number in 0..count {
        let message =
            std::future::poll_fn(|context| Pin::new(&mut socket).poll_next(context)).await;
        let Some(Ok(Message::Text(text))) = message else {
            panic!("{message:?}");
        };
        let event: Whole = serde_json::from_str(&text).unwrap();
        length += event.topic.len() + event.body.length() + event.metadata.correlation_id.len();
        read.store(number, std::sync::atomic::Ordering::Relaxed);
    }
    std::hint::black_box(length);
    processor_time() - before
}

async fn stream(mock: &Arc<MockGenesys>, count: u64) -> (Duration, Vec<u64>) {
    let mut events = client(mock).listen_for::<Received>([TOPIC]).await.unwrap();
    let read = Arc::default();
    send(mock, count, &read);
    let before = processor_time();
    let (mut length, mut memories) = (0, Vec::new());
    for number in 0..count {
        match events.next().await {
            Some(Ok(Received::Notification(event))) => {
                let body: Presence = event.read_json().unwrap();
                let id = event.correlation_id().map_or(0, str::len);
                length += event.topic().len() + body.length() + id;
            }
            other => panic!("{other:?}"),
        }
        read.store(number, std::sync::atomic::Ordering::Relaxed);
        if (number + 1) % (count / 10) == 0 {
            memories.push(memory());
        }
    }
    std::hint::black_box(length);
    let time = processor_time() - before;
    events.close().await;
    (time, memories)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mock = Arc::new(MockGenesys::start_threaded(MockConfig::for_load()).unwrap());
        let size = Bytes::from_static(BODY.as_bytes()).len();
        println!("bodies of {size} bytes, {EVENTS} events a round");
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / EVENTS as f64;
        let mut differences = Vec::new();
        for _ in 0..3 {
            let plain = micros(plain(&mock, EVENTS).await);
            let (time, _) = stream(&mock, EVENTS).await;
            let stream = micros(time);
            println!("plain: {plain:.2} µs an event, stream: {stream:.2} µs");
            differences.push(stream - plain);
        }
        differences.sort_by(f64::total_cmp);
        let more = differences[1];
        println!(
            "the stream costs {more:.2} µs more an event: {:.2} % of a core at 100,000 events a minute",
            more * 100_000.0 / 60e6 * 100.0
        );
        let (_, memories) = stream(&mock, MANY).await;
        println!("memory over {MANY} events, in KiB: {memories:?}");
    });
}
