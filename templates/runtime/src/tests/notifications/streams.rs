//! Streams over sockets in memory, in virtual time.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::Method;
use serde_json::{Value, json};

use crate::runtime::auth::{AuthError, Jitter, Previous, Token, TokenProvider};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::clock::{BoxFuture, Clock, Monotonic};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::notifications::{
    AnyTopic, Events, Gap, GapReason, MemorySocket, MemorySockets, Notification, Received,
    Rejected, SocketErrorKind, Topic,
};
use crate::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};
use crate::tests::auth::support::TestClock;

/// The API of channels, in memory.
#[derive(Default)]
struct Api {
    made: AtomicU64,
    /// Which topics are rejected.
    rejects: Mutex<HashSet<&'static str>>,
    /// The channels that exist, and their subscriptions.
    channels: Mutex<HashMap<String, Vec<String>>>,
    connect_uri: Mutex<Option<String>>,
}

impl Api {
    fn answer(&self, request: &RecordedRequest) -> HttpResponse {
        let path = request.path();
        if path.ends_with("/channels") {
            assert_eq!(request.method, Method::POST);
            let id = format!("secret{}", self.made.fetch_add(1, Ordering::SeqCst) + 1);
            self.channels.lock().unwrap().insert(id.clone(), Vec::new());
            let host = self.connect_uri.lock().unwrap().clone();
            let host = host.unwrap_or("wss://streaming.mypurecloud.com/channels/".to_owned());
            let channel = json!({"id": id, "connectUri": format!("{host}{id}"), "expires": "x"});
            return HttpResponse::json(200, channel.to_string());
        }
        let id = path.split('/').nth(5).unwrap().to_owned();
        let mut channels = self.channels.lock().unwrap();
        if request.method == Method::DELETE {
            channels.remove(&id);
            return HttpResponse::json(200, "");
        }
        let Some(topics) = channels.get_mut(&id) else {
            return HttpResponse::json(404, r#"{"code":"not.found"}"#);
        };
        assert_eq!(request.query(), "ignoreErrors=true");
        let asked: Vec<String> = (request.json().as_array().unwrap().iter())
            .map(|topic| topic["id"].as_str().unwrap().to_owned())
            .collect();
        let rejects = self.rejects.lock().unwrap();
        let is_rejected = |id: &str| rejects.iter().any(|rejected| id.contains(rejected));
        let entities: Vec<Value> = (asked.iter())
            .map(|id| match is_rejected(id) {
                true => json!({"id": id, "state": "Rejected", "rejectionReason": "no", "missingPermissions": ["a:b:c"]}),
                false => json!({"id": id, "state": "Permitted"}),
            })
            .collect();
        *topics = asked.into_iter().filter(|id| !is_rejected(id)).collect();
        HttpResponse::json(200, json!({"entities": entities}).to_string())
    }
}

/// Issues tokens of ten minutes, and counts them.
struct Issuer(Arc<AtomicU64>);

impl TokenProvider for Issuer {
    fn fetch<'a>(&'a self, _: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let token = Token::new(format!("token{number}"));
        Box::pin(async move { Ok(token.with_lifetime(Duration::from_secs(600))) })
    }
}

struct World {
    api: Arc<Api>,
    transport: Arc<MemoryTransport>,
    sockets: MemorySockets,
    clock: Arc<TestClock>,
}

impl World {
    fn new() -> Self {
        let api = Arc::new(Api::default());
        let answers = api.clone();
        let transport = MemoryTransport::new(move |request| answers.answer(&request));
        Self {
            api,
            transport: Arc::new(transport),
            sockets: MemorySockets::new(),
            clock: TestClock::new(),
        }
    }

    fn builder(&self) -> ClientBuilder {
        genesys_cloud_leak_watch::watch(["secret1", "secret2"]);
        Client::builder()
            .transport(self.transport.clone())
            .socket_transport(Arc::new(self.sockets.clone()))
            .clock(self.clock.clone())
            .jitter(Jitter::new(|| 0.5))
    }

    fn client(&self) -> Client {
        self.builder().access_token("token").build().unwrap()
    }

    async fn listen(&self, topics: &[&str]) -> Result<Events<Received>, Error> {
        self.client().listen_for(topics.iter().copied()).await
    }

    /// The paths of the calls, as method and what follows `/channels`.
    fn calls(&self) -> Vec<String> {
        let requests = self.transport.requests();
        (requests.iter())
            .map(|request| format!("{} {}", request.method, &request.path()[30..]))
            .collect()
    }
}

fn event(topic: &str, number: u64) -> String {
    json!({"topicName": topic, "version": "2", "eventBody": {"n": number}, "metadata": {"CorrelationId": "c"}})
        .to_string()
}

fn system(topic: &str) -> String {
    json!({"topicName": topic, "eventBody": {"message": "x"}}).to_string()
}

fn number_of(notification: &Notification) -> u64 {
    notification.read_json::<Value>().unwrap()["n"]
        .as_u64()
        .unwrap()
}

async fn notification(events: &mut Events<Received>) -> Notification {
    match events.next().await {
        Some(Ok(Received::Notification(notification))) => notification,
        other => panic!("{other:?}"),
    }
}

async fn gap(events: &mut Events<Received>) -> Gap {
    match events.next().await {
        Some(Ok(Received::Gap(gap))) => gap,
        other => panic!("{other:?}"),
    }
}

const TOPIC: &str = "v2.users.u1.presence";

#[tokio::test(start_paused = true)]
async fn events_arrive_and_heartbeats_do_not() {
    let world = World::new();
    let mut events = world
        .listen(&[TOPIC, "v2.users.u2.presence"])
        .await
        .unwrap();
    assert_eq!(world.calls(), ["POST ", "PUT /secret1/subscriptions"]);
    assert_eq!(events.rejected(), []);
    let socket = world.sockets.accept().await;
    assert_eq!(socket.path(), "/channels/secret1");
    socket
        .send(r#"{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}"#);
    socket.send(event(TOPIC, 1));
    let read = notification(&mut events).await;
    assert_eq!((read.topic(), number_of(&read)), (TOPIC, 1));
    assert_eq!(read.correlation_id(), Some("c"));
    // An hour of heartbeats alone keeps the socket.
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_secs(30)).await;
        socket.send(system("channel.metadata"));
    }
    assert!(!socket.is_closed());
    assert_eq!(world.sockets.opened(), 1);
    events.close().await;
    assert!(socket.is_closed());
    assert_eq!(world.calls()[2..], ["DELETE /secret1/subscriptions"]);
    assert!(world.api.channels.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_cleans_up_as_well() {
    let world = World::new();
    let events = world.listen(&[TOPIC]).await.unwrap();
    let socket = world.sockets.accept().await;
    drop(events);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(socket.is_closed());
    assert_eq!(world.calls()[2..], ["DELETE /secret1/subscriptions"]);
}

#[tokio::test(start_paused = true)]
async fn rejected_topics_are_told_and_the_others_go_on() {
    let world = World::new();
    world.api.rejects.lock().unwrap().insert("calls");
    let topics: Vec<AnyTopic> = vec![
        Topic::<Value>::new("v2.users.{id}.presence", &["u1"]).into(),
        Topic::<Value>::new("v2.users.{id}.calls", &["u1"]).into(),
        "v2.x".into(),
    ];
    let mut events = world.client().listen_for::<Received>(topics).await.unwrap();
    let rejected = events.rejected();
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert_eq!(rejected[0].topic.id(), "v2.users.u1.calls");
    assert_eq!(rejected[0].reason, "no");
    assert_eq!(rejected[0].missing_permissions, ["a:b:c"]);
    // The topics of one object were one subscription first, and one by one once it was rejected.
    let bodies: Vec<Value> = world.transport.requests()[1..]
        .iter()
        .map(RecordedRequest::json)
        .collect();
    assert_eq!(
        bodies[0],
        json!([{"id": "v2.users.u1?presence&calls"}, {"id": "v2.x"}])
    );
    assert_eq!(
        bodies[1],
        json!([{"id": "v2.users.u1.presence"}, {"id": "v2.users.u1.calls"}, {"id": "v2.x"}])
    );
    let socket = world.sockets.accept().await;
    socket.send(event("v2.x", 1));
    notification(&mut events).await;
    // More topics, and fewer.
    world.api.rejects.lock().unwrap().clear();
    events.subscribe(["v2.y"]).await.unwrap();
    assert_eq!(events.rejected(), []);
    let asked = world.api.channels.lock().unwrap()["secret1"].clone();
    assert_eq!(
        asked,
        ["v2.users.u1.presence", "v2.users.u1.calls", "v2.x", "v2.y"]
    );
    events
        .unsubscribe(["v2.x", "v2.users.u1.calls"])
        .await
        .unwrap();
    let asked = world.api.channels.lock().unwrap()["secret1"].clone();
    assert_eq!(asked, ["v2.users.u1.presence", "v2.y"]);
    let error = events
        .unsubscribe(["v2.y", "v2.users.u1.presence"])
        .await
        .unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_which_all_topics_are_rejected_says_so() {
    let world = World::new();
    world.api.rejects.lock().unwrap().insert("v2.");
    let error = world.listen(&[TOPIC]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Notifications);
    let rejected = error.find_source::<Rejected>().unwrap();
    assert_eq!(rejected.missing_permissions, ["a:b:c"]);
    // Later as well: as the last item.
    world.api.rejects.lock().unwrap().clear();
    let mut events = world.listen(&[TOPIC]).await.unwrap();
    let socket = world.sockets.accept().await;
    world.api.rejects.lock().unwrap().insert("v2.");
    let ended = format!("v2.system.no_longer_subscribed.{TOPIC}");
    socket.send(system(&ended));
    assert_eq!(notification(&mut events).await.topic(), ended);
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.find_source::<Rejected>().is_some(), "{error}");
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn topics_that_cannot_be_are_refused_before_anything_is_sent() {
    let world = World::new();
    let empty = Topic::<Value>::new("v2.users.{id}.presence", &[""]);
    let odd = Topic::<Value>::new("v2.users.{id}.presence", &["a?b"]);
    let long = "x".repeat(190);
    let long = Topic::<Value>::new("v2.users.{id}.presence", &[&long]);
    for topic in [empty, odd, long] {
        let error = world.client().listen_to(topic).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
    let none: [&str; 0] = [];
    assert!(world.listen(&none).await.unwrap_err().is_invalid_request());
    let many = (0..20_001).map(|number| format!("v2.a.{number}"));
    let error = world
        .client()
        .listen_for::<Received>(many)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("too many topics: 20001"),
        "{error}"
    );
    assert_eq!(world.transport.request_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn thousands_of_topics_are_spread_over_channels_of_one_stream() {
    let world = World::new();
    let topics: Vec<String> = (0..2_500).map(|number| format!("v2.a.{number}")).collect();
    let mut events = world
        .client()
        .listen_for::<Received>(&topics)
        .await
        .unwrap();
    let mut sizes: Vec<usize> = (world.api.channels.lock().unwrap().values())
        .map(Vec::len)
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [500, 1_000, 1_000]);
    for number in 0..3 {
        let socket = world.sockets.accept().await;
        socket.send(event("v2.a.1", number));
        assert_eq!(number_of(&notification(&mut events).await), number);
        std::mem::forget(socket);
    }
    // There is room for 500 more.
    let more: Vec<String> = (0..501).map(|number| format!("v2.b.{number}")).collect();
    events.subscribe(&more[..500]).await.unwrap();
    assert_eq!(world.api.channels.lock().unwrap().len(), 3);
    events.subscribe(&more).await.unwrap();
    assert_eq!(world.api.channels.lock().unwrap().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_made_again_with_a_gap() {
    let world = World::new();
    let mut events = world.listen(&[TOPIC]).await.unwrap();
    let socket = world.sockets.accept().await;
    world.sockets.refuse(SocketErrorKind::Connect);
    let lost = world.clock.now().wall;
    drop(socket);
    let socket = world.sockets.accept().await;
    assert_eq!(socket.path(), "/channels/secret1");
    socket.send(event(TOPIC, 1));
    let mut read = Vec::new();
    while read.len() < 2 {
        read.push(events.next().await.unwrap().unwrap());
    }
    let gap = read.iter().find_map(|item| match item {
        Received::Gap(gap) => Some(gap.clone()),
        Received::Notification(_) => None,
    });
    let gap = gap.expect("a gap");
    assert!(gap.since() <= lost && gap.until() >= lost, "{gap:?}");
    assert_eq!(
        (gap.reason(), gap.missed()),
        (GapReason::Disconnected, None)
    );
    // Twice 375 ms of pause.
    assert_eq!(
        gap.until().duration_since(lost).unwrap().as_millis() / 10,
        75
    );
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_says_nothing_is_found_dead() {
    let world = World::new();
    let mut events = world.listen(&[TOPIC]).await.unwrap();
    let socket = world.sockets.accept().await;
    socket.be_silent();
    let began = tokio::time::Instant::now();
    let second = world.sockets.accept().await;
    assert_eq!(began.elapsed().as_secs(), 70);
    assert!(socket.is_closed());
    second.send(event(TOPIC, 1));
    let items = [events.next().await, events.next().await];
    let gaps = items
        .iter()
        .filter(|item| matches!(item, Some(Ok(Received::Gap(_)))));
    assert_eq!(gaps.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_closing_notice_costs_nothing_and_nothing_is_seen_twice() {
    let world = World::new();
    let mut events = world.listen(&[TOPIC]).await.unwrap();
    let first = world.sockets.accept().await;
    first.send(event(TOPIC, 1));
    first.send(system("v2.system.socket_closing"));
    let second = world.sockets.accept().await;
    for number in 2..5 {
        first.send(event(TOPIC, number));
        second.send(event(TOPIC, number));
    }
    for number in 1..5 {
        assert_eq!(number_of(&notification(&mut events).await), number);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(first.is_closed());
    // The same event again is another one.
    second.send(event(TOPIC, 4));
    assert_eq!(number_of(&notification(&mut events).await), 4);
    assert_eq!(world.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_gone_is_replaced() {
    for refusal in [404, 410] {
        let world = World::new();
        let mut events = world.listen(&[TOPIC]).await.unwrap();
        let socket = world.sockets.accept().await;
        let status = http::StatusCode::from_u16(refusal).unwrap();
        world.sockets.refuse(SocketErrorKind::Refused(status));
        socket.close(1001);
        let socket = world.sockets.accept().await;
        assert_eq!(socket.path(), "/channels/secret2");
        gap(&mut events).await;
        socket.send(event(TOPIC, 1));
        notification(&mut events).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_replaced_before_its_token_ends_and_not_because_of_a_refresh() {
    let world = World::new();
    let tokens = Arc::new(AtomicU64::new(0));
    let issued = tokens.clone();
    let client = world
        .builder()
        .token_provider(Issuer(issued))
        .build()
        .unwrap();
    let mut events = client.listen_for::<Received>([TOPIC]).await.unwrap();
    let mut sockets = vec![world.sockets.accept().await];
    let began = tokio::time::Instant::now();
    for number in 0..3_600 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if world.sockets.opened() > sockets.len() {
            sockets.push(world.sockets.accept().await);
        }
        for socket in &sockets {
            socket.send(event(TOPIC, number));
        }
        assert_eq!(number_of(&notification(&mut events).await), number);
    }
    assert_eq!(began.elapsed().as_secs(), 3_600);
    // Each channel lives for three quarters of ten minutes, or a little longer until the next token is there.
    assert!((7..=9).contains(&sockets.len()), "{}", sockets.len());
    assert_eq!(world.sockets.open(), 1);
    let made = world.api.made.load(Ordering::SeqCst) as usize;
    assert_eq!(made, sockets.len());
    assert_eq!(
        world.api.channels.lock().unwrap().len(),
        1,
        "the others were discarded"
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_belongs_to_one_token_of_the_pool() {
    let world = World::new();
    let issuer = Issuer(Arc::default());
    let client = world
        .builder()
        .token_provider(issuer)
        .pool(3)
        .build()
        .unwrap();
    for number in 0..3 {
        let before = world.transport.request_count();
        let mut events = client.listen_for::<Received>([TOPIC]).await.unwrap();
        events.subscribe([format!("v2.a.{number}")]).await.unwrap();
        events.close().await;
        let requests = world.transport.requests();
        let used: HashSet<_> = (requests[before..].iter())
            .map(|request| request.header("authorization").unwrap().to_owned())
            .collect();
        assert_eq!((requests.len() - before, used.len()), (4, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_loses_the_oldest_and_is_told_how_many() {
    let world = World::new();
    let listen = world.client().listen_for::<Received>([TOPIC]).buffer(10);
    let mut events = listen.await.unwrap();
    let socket = world.sockets.accept().await;
    for number in 0..25 {
        socket.send(event(TOPIC, number));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let gap = gap(&mut events).await;
    assert_eq!(
        (gap.missed(), gap.reason()),
        (Some(15), GapReason::SlowReader)
    );
    for number in 15..25 {
        assert_eq!(number_of(&notification(&mut events).await), number);
    }
}

#[tokio::test(start_paused = true)]
async fn bad_messages_are_items_and_end_nothing() {
    let world = World::new();
    let listen = world.client().listen_for::<Received>([TOPIC]);
    let mut events = listen.longest_message(1_000).await.unwrap();
    let socket = world.sockets.accept().await;
    socket.send("no JSON");
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.is_decode(), "{error}");
    socket.send(event("v2.unknown", 1));
    assert_eq!(notification(&mut events).await.topic(), "v2.unknown");
    socket.send(vec![b' '; 1_001]);
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let socket = world.sockets.accept().await;
    let gap = gap(&mut events).await;
    assert_eq!(gap.reason(), GapReason::TooLarge);
    socket.send(event(TOPIC, 1));
    notification(&mut events).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_one_topic_gives_its_bodies() {
    let world = World::new();
    let topic = Topic::<Value>::new("v2.users.{id}.presence", &["u1"]);
    let mut bodies = world.client().listen_to(topic).await.unwrap();
    let socket = world.sockets.accept().await;
    socket.send(event(TOPIC, 7));
    assert_eq!(bodies.next().await.unwrap().unwrap()["n"], 7);
    drop(socket);
    let error = bodies.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gap);
    assert!(error.find_source::<Gap>().is_some());
    let socket = world.sockets.accept().await;
    socket.send(event(TOPIC, 8));
    assert_eq!(bodies.next().await.unwrap().unwrap()["n"], 8);
}

#[tokio::test(start_paused = true)]
async fn a_connection_goes_to_the_streaming_host_alone() {
    for (host, is_allowed) in [
        ("wss://streaming.mypurecloud.com/channels/", true),
        ("ws://127.0.0.1:9/", true),
        ("wss://streaming.mypurecloud.de/", false),
        ("wss://streaming.mypurecloud.com:8443/", false),
        ("wss://streaming.mypurecloud.com.evil.example/", false),
        ("wss://user@streaming.mypurecloud.com/", false),
        ("ws://streaming.mypurecloud.com/", false),
        ("file:///", false),
        ("nonsense ", false),
    ] {
        let world = World::new();
        *world.api.connect_uri.lock().unwrap() = Some(host.to_owned());
        match world.listen(&[TOPIC]).await {
            Ok(_) => assert!(is_allowed, "{host}"),
            Err(error) => {
                assert!(!is_allowed, "{host}: {error}");
                assert!(error.is_configuration(), "{error}");
                assert!(
                    !format!("{error} {error:?}").contains("secret"),
                    "{error:?}"
                );
            }
        }
        assert_eq!(world.sockets.opened(), usize::from(is_allowed));
    }
    let world = World::new();
    *world.api.connect_uri.lock().unwrap() = Some("wss://stream.gateway.example/".to_owned());
    let listen = world.client().listen_for::<Received>([TOPIC]);
    let _events = listen
        .streaming_host("stream.gateway.example")
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_start_that_fails_says_why_and_when() {
    for (refusal, seconds) in [
        (SocketErrorKind::Refused(http::StatusCode::FOUND), 0),
        (SocketErrorKind::Handshake, 0),
        (SocketErrorKind::Connect, 30),
        (SocketErrorKind::Timeout, 30),
    ] {
        let world = World::new();
        let shown = format!("{refusal:?}");
        for _ in 0..40 {
            world.sockets.refuse(match refusal {
                SocketErrorKind::Refused(status) => SocketErrorKind::Refused(status),
                SocketErrorKind::Handshake => SocketErrorKind::Handshake,
                SocketErrorKind::Connect => SocketErrorKind::Connect,
                _ => SocketErrorKind::Timeout,
            });
        }
        let began = tokio::time::Instant::now();
        let error = world.listen(&[TOPIC]).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), seconds, "{shown}: {error}");
        let source = error.find_source::<crate::runtime::notifications::SocketError>();
        assert_eq!(format!("{:?}", source.unwrap().kind), shown);
    }
}

/// An hour in which something goes wrong every few seconds.
#[tokio::test(start_paused = true)]
async fn an_hour_of_trouble_loses_nothing_in_silence() {
    let world = World::new();
    let mut events = world.listen(&[TOPIC]).await.unwrap();
    let started = world.clock.now().wall;
    let hour = Monotonic::new(Duration::from_secs(3_600));
    let sent: Arc<Mutex<Vec<SystemTime>>> = Arc::default();
    let server = {
        let (sockets, sent) = (world.sockets.clone(), sent.clone());
        let (clock, api) = (world.clock.clone(), world.api.clone());
        async move {
            let mut random = fastrand::Rng::with_seed(15);
            let mut open: Vec<MemorySocket> = Vec::new();
            let mut next_trouble = Monotonic::new(Duration::from_secs(3));
            while clock.monotonic() < hour + Duration::from_secs(90) {
                while sockets.opened() > 0
                    && let Ok(socket) = tokio::time::timeout(Duration::ZERO, sockets.accept()).await
                {
                    let exists = {
                        let channels = api.channels.lock().unwrap();
                        channels.contains_key(socket.path().trim_start_matches("/channels/"))
                    };
                    if exists {
                        open.push(socket);
                    }
                }
                open.retain(|socket| !socket.is_closed());
                let number = {
                    let mut sent = sent.lock().unwrap();
                    sent.push(clock.now().wall);
                    sent.len() as u64 - 1
                };
                for socket in &open {
                    socket.send(event(TOPIC, number));
                }
                if clock.monotonic() > next_trouble && clock.monotonic() < hour {
                    next_trouble = clock.monotonic() + Duration::from_secs(random.u64(1..20));
                    match random.u8(0..6) {
                        0 => open.clear(),
                        1 => sockets.refuse(SocketErrorKind::Connect),
                        2 => open.drain(..).for_each(|socket| socket.close(1001)),
                        3 => {
                            // The channel is gone.
                            api.channels.lock().unwrap().clear();
                            open.clear();
                            sockets.refuse(SocketErrorKind::Refused(http::StatusCode::NOT_FOUND));
                        }
                        4 => {
                            for socket in &open {
                                socket.send(system("v2.system.token_revoked.1"));
                            }
                        }
                        _ => {
                            for socket in &open {
                                socket.send(system("v2.system.socket_closing"));
                            }
                        }
                    }
                }
                tokio::time::sleep(Duration::from_millis(random.u64(20..200))).await;
            }
            drop(sockets);
            open
        }
    };
    let server = tokio::spawn(server);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut gaps: Vec<Gap> = Vec::new();
    let end = tokio::time::sleep(hour.since_start() + Duration::from_secs(80));
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            item = events.next() => match item.unwrap().unwrap() {
                Received::Notification(notification) => {
                    *seen.entry(number_of(&notification)).or_default() += 1;
                }
                Received::Gap(gap) => gaps.push(gap),
            },
            () = &mut end => break,
        }
    }
    let until = world.clock.now().wall - Duration::from_secs(1);
    assert_eq!(world.sockets.open(), 1);
    server.abort();
    assert!(
        seen.values().all(|times| *times == 1),
        "{:?}",
        seen.iter().find(|(_, times)| **times > 1)
    );
    let sent = sent.lock().unwrap();
    let mut lost = 0;
    for (number, at) in sent.iter().enumerate() {
        if seen.contains_key(&(number as u64)) || *at < started || *at > until {
            continue;
        }
        lost += 1;
        let is_told = gaps
            .iter()
            .any(|gap| gap.since() <= *at && *at <= gap.until());
        assert!(is_told, "{number} was lost in silence");
    }
    assert!(
        gaps.len() > 100 && lost > 100,
        "{} gaps, {lost} lost",
        gaps.len()
    );
    assert!(seen.len() > 25_000, "{} seen", seen.len());
}
