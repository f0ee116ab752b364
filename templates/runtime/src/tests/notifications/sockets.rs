//! Streams over real sockets, against the mock and against servers that are worse.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use genesys_cloud_mock::{Fault, MockConfig, MockGenesys, Reply};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::notifications::{
    Events, Gap, GapReason, Notification, Received, Rejected, SocketError, SocketErrorKind,
};

const TOPIC: &str = "v2.users.u1.presence";

fn builder(mock: &MockGenesys) -> ClientBuilder {
    Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .client_credentials(mock.client_id(), mock.client_secret())
        .no_proxy()
}

async fn listen(mock: &MockGenesys, topics: &[&str]) -> Result<Events<Received>, Error> {
    let client = builder(mock).build().unwrap();
    client.listen_for(topics.iter().copied()).await
}

async fn notification(events: &mut Events<Received>) -> Notification {
    match events.next().await {
        Some(Ok(Received::Notification(notification))) => notification,
        other => panic!("{other:?}"),
    }
}

/// The next gap, past notifications.
async fn gap(events: &mut Events<Received>) -> Gap {
    loop {
        if let Received::Gap(gap) = events.next().await.unwrap().unwrap() {
            return gap;
        }
    }
}

fn number_of(notification: &Notification) -> u64 {
    notification.read_json::<Value>().unwrap()["n"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn events_go_the_whole_way() {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    mock.reject_topic("v2.secret", "not yours", &["a:b:c"]);
    let mut events = listen(&mock, &[TOPIC, "v2.secret"]).await.unwrap();
    let rejected: Vec<Rejected> = events.rejected();
    assert_eq!(rejected.len(), 1);
    assert_eq!(
        (rejected[0].topic.id(), &*rejected[0].reason),
        ("v2.secret", "not yours")
    );
    assert_eq!(mock.push("v2.users.u2.presence", "{}"), 0);
    for number in 0..1_000 {
        assert_eq!(
            mock.push_with(TOPIC, &format!(r#"{{"n":{number}}}"#), "id"),
            1
        );
    }
    for number in 0..1_000 {
        let read = notification(&mut events).await;
        assert_eq!((read.topic(), number_of(&read)), (TOPIC, number));
        assert_eq!(
            (read.correlation_id(), read.version()),
            (Some("id"), Some("2"))
        );
    }
    events.close().await;
    let stats = mock.channel_stats();
    assert_eq!((stats.made, stats.connected, stats.sockets), (1, 1, 0));
    assert_eq!(mock.subscriptions(), [Vec::<String>::new()]);
}

#[tokio::test]
async fn each_way_to_lose_a_socket_leaves_a_gap_and_a_stream() {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let mut events = listen(&mock, &[TOPIC]).await.unwrap();
    let lose: [&dyn Fn(); 4] = [
        &|| mock.drop_sockets(),
        &|| mock.close_sockets(1_001),
        &|| mock.expire_channels(),
        &|| {
            mock.fault(
                Fault::on("GET", "/channels/{id}")
                    .times(1)
                    .respond(Reply::status(503)),
            );
            mock.drop_sockets();
        },
    ];
    for (number, lose) in lose.into_iter().enumerate() {
        lose();
        let gap = gap(&mut events).await;
        assert_eq!(gap.reason(), GapReason::Disconnected);
        assert_eq!(mock.push(TOPIC, &format!(r#"{{"n":{number}}}"#)), 1);
        assert_eq!(number_of(&notification(&mut events).await), number as u64);
    }
    assert_eq!(mock.channel_stats().made, 2, "one was gone");
}

#[tokio::test]
async fn a_closing_notice_and_the_end_of_a_token_cost_nothing() {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let mut events = listen(&mock, &[TOPIC]).await.unwrap();
    let mut next = 0;
    for round in 0..2 {
        match round {
            0 => mock.announce_closing(),
            _ => {
                assert_eq!(mock.revoke_all(), 1);
            }
        }
        // Until the new socket is up and the old one gone.
        let connected = mock.channel_stats().connected;
        let is_done = || {
            let stats = mock.channel_stats();
            stats.connected > connected && stats.sockets == 1
        };
        let began = Instant::now();
        while !is_done() || began.elapsed() < Duration::from_millis(300) {
            assert!(began.elapsed() < Duration::from_secs(20));
            if round == 0 {
                mock.push(TOPIC, &format!(r#"{{"n":{next}}}"#));
                assert_eq!(number_of(&notification(&mut events).await), next);
                next += 1;
            }
            tokio::task::yield_now().await;
        }
    }
    let stats = mock.channel_stats();
    assert_eq!((stats.made, stats.most_sockets), (2, 2));
}

/// A connection dropped every second, a closing notice every few, tokens of two seconds: nothing is lost without a gap, and nothing is seen twice.
/// `GENESYS_EVENTS_SECONDS` sets for how long: 60 is what the figures are about.
#[tokio::test(flavor = "multi_thread")]
async fn a_while_of_trouble_loses_nothing_in_silence() {
    let seconds = std::env::var("GENESYS_EVENTS_SECONDS").ok();
    let seconds: u64 = seconds.and_then(|text| text.parse().ok()).unwrap_or(8);
    let mut config = MockConfig::default();
    config.settings.lifetime = Duration::from_secs(5);
    config.settings.closing_after = Duration::from_millis(500);
    let mock = Arc::new(MockGenesys::start(config).await.unwrap());
    let mut events = listen(&mock, &[TOPIC]).await.unwrap();
    let sent: Arc<Mutex<Vec<SystemTime>>> = Arc::default();
    let pusher = {
        let (mock, sent) = (mock.clone(), sent.clone());
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(10));
            let began = Instant::now();
            let (mut drops, mut notices) = (0, 0);
            loop {
                tick.tick().await;
                let number = {
                    let mut sent = sent.lock().unwrap();
                    sent.push(SystemTime::now());
                    sent.len() - 1
                };
                mock.push(TOPIC, &format!(r#"{{"n":{number}}}"#));
                let so_far = began.elapsed();
                if so_far > Duration::from_secs(seconds) {
                    continue;
                }
                if so_far.as_millis() / 1_000 > drops {
                    drops += 1;
                    mock.drop_sockets();
                }
                if so_far.as_millis() / 2_333 > notices {
                    notices += 1;
                    mock.announce_closing();
                }
            }
        })
    };
    let (mut seen, mut gaps) = (HashMap::<u64, u32>::new(), Vec::<Gap>::new());
    let quiet = SystemTime::now() + Duration::from_secs(seconds + 1);
    // Until what was sent well after the last trouble arrives.
    let mut is_over = false;
    while !is_over {
        let next = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
        match next.unwrap().unwrap().unwrap() {
            Received::Notification(notification) => {
                let number = number_of(&notification);
                *seen.entry(number).or_default() += 1;
                let at = sent.lock().unwrap()[usize::try_from(number).unwrap()];
                is_over = at > quiet + Duration::from_secs(3);
            }
            Received::Gap(gap) => gaps.push(gap),
        }
    }
    pusher.abort();
    let twice = seen.values().filter(|times| **times > 1).count();
    let sent = sent.lock().unwrap();
    let is_lost = |number: &usize| !seen.contains_key(&(*number as u64));
    let is_told = |at: SystemTime| {
        gaps.iter()
            .any(|gap| gap.since() <= at && at <= gap.until())
    };
    let lost: Vec<usize> = (0..sent.len())
        .filter(is_lost)
        .filter(|number| sent[*number] < quiet)
        .collect();
    let silent = lost
        .iter()
        .filter(|number| !is_told(sent[**number]))
        .count();
    eprintln!(
        "{} sent, {} seen, {} lost within {} gaps, {silent} lost in silence, {twice} seen twice, {:?}",
        sent.len(),
        seen.len(),
        lost.len(),
        gaps.len(),
        mock.channel_stats()
    );
    assert_eq!((silent, twice), (0, 0));
    assert!(gaps.len() as u64 >= seconds / 2, "{} gaps", gaps.len());
    assert!(seen.len() > sent.len() / 3);
}

/// A streaming server that answers the handshake with what `answer` makes of its key.
async fn server(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            assert!(
                !head.to_ascii_lowercase().contains("authorization"),
                "{head}"
            );
            let key = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("sec-websocket-key")
                    .then_some(value)
            });
            let _ = stream.write_all(&answer(key.unwrap())).await;
            tokio::spawn(async move {
                let mut rest = [0; 1_024];
                while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
            });
        }
    });
    format!("ws://127.0.0.1:{port}")
}

async fn listen_at(streaming: String) -> Result<Events<Received>, Error> {
    let config = MockConfig {
        streaming_base: Some(streaming),
        ..MockConfig::default()
    };
    let mock = MockGenesys::start(config).await.unwrap();
    let client = builder(&mock).build().unwrap();
    let listen = client.listen_for::<Received>([TOPIC]);
    let outcome = listen.start_timeout(Duration::from_millis(1_500)).await;
    drop(mock);
    outcome
}

fn accepted(key: &str) -> Vec<u8> {
    let accept = derive_accept_key(key.as_bytes());
    format!("HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_server_that_is_not_one_is_an_error_that_says_so() {
    type Check = fn(&SocketErrorKind) -> bool;
    let redirect = "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let page = "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nhi";
    let wrong = "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n";
    let other = "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    let cases: [(&str, Check); 6] = [
        (
            redirect,
            |kind| matches!(kind, SocketErrorKind::Refused(status) if status.as_u16() == 302),
        ),
        (
            page,
            |kind| matches!(kind, SocketErrorKind::Refused(status) if status.as_u16() == 200),
        ),
        (wrong, |kind| matches!(kind, SocketErrorKind::Handshake)),
        (other, |kind| matches!(kind, SocketErrorKind::Handshake)),
        ("SSH-2.0-x\r\n", |kind| matches!(kind, SocketErrorKind::Io)),
        // Never an answer.
        ("", |kind| matches!(kind, SocketErrorKind::Timeout)),
    ];
    for (answer, check) in cases {
        let streaming = server(|_| answer.as_bytes().to_vec()).await;
        let error = listen_at(streaming).await.unwrap_err();
        let source = error.find_source::<SocketError>();
        // A handshake that takes too long is ended by the start.
        let is_timeout = answer.is_empty() && error.kind() == ErrorKind::Notifications;
        assert!(
            is_timeout || check(&source.unwrap().kind),
            "{answer}: {error:?}"
        );
        assert!(
            !format!("{error} {error:?}").contains("mockchannel"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_frame_of_a_hundred_megabytes_is_not_read() {
    let streaming = server(|key| {
        let mut bytes = accepted(key);
        let hello = br#"{"topicName":"channel.metadata","eventBody":{"message":"hi"}}"#;
        bytes.extend([0x81, hello.len() as u8]);
        bytes.extend(hello);
        bytes.extend([0x81, 127]);
        bytes.extend(100_000_000_u64.to_be_bytes());
        bytes
    })
    .await;
    let mut events = listen_at(streaming).await.unwrap();
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[tokio::test]
async fn text_that_is_not_utf8_and_odd_frames_are_a_lost_connection() {
    for frame in [
        &[0x81, 2, 0xff, 0xfe][..],
        &[0xf1, 1, b'x'],
        &[0x83, 1, b'x'],
        &[0x81, 0x81, 0, 0, 0, 0, b'x'],
        &[0x88, 1, 0],
    ] {
        let streaming = server(move |key| {
            let mut bytes = accepted(key);
            let hello = br#"{"topicName":"channel.metadata","eventBody":{"message":"hi"}}"#;
            bytes.extend([0x81, hello.len() as u8]);
            bytes.extend(hello);
            bytes.extend(frame);
            bytes
        })
        .await;
        let mut events = listen_at(streaming).await.unwrap();
        // The mock is gone, so the topics cannot be subscribed to again: the gap comes all the same.
        let next = tokio::time::timeout(Duration::from_secs(30), events.next()).await;
        assert!(
            matches!(next, Ok(Some(Ok(Received::Gap(_))))),
            "{frame:?}: {next:?}"
        );
    }
}

mod tls {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::server::WebPkiClientVerifier;
    use tokio_rustls::rustls::{RootCertStore, ServerConfig};

    use super::*;

    struct Authority(CertifiedIssuer<'static, KeyPair>);

    impl Authority {
        fn new() -> Self {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
        }

        fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (params.signed_by(&key, &self.0).unwrap(), key)
        }

        /// Ends TLS in front of what `port` gives; its own port. It would rather speak HTTP/2.
        async fn front(&self, port: Arc<AtomicUsize>) -> u16 {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).unwrap();
            let (certificate, key) = self.issue("localhost");
            let verifier = WebPkiClientVerifier::builder(roots.into()).build().unwrap();
            let mut config = ServerConfig::builder()
                .with_client_cert_verifier(verifier)
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let own = listener.local_addr().unwrap().port();
            tokio::spawn(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (acceptor, port) = (acceptor.clone(), port.load(Ordering::SeqCst));
                    tokio::spawn(async move {
                        let Ok(mut stream) = acceptor.accept(stream).await else {
                            return;
                        };
                        let behind = TcpStream::connect(("127.0.0.1", port as u16)).await;
                        let _ =
                            tokio::io::copy_bidirectional(&mut stream, &mut behind.unwrap()).await;
                    });
                }
            });
            own
        }
    }

    /// A proxy that tunnels (RFC 9110 section 9.3.6); its port, and how many tunnels it has dug.
    async fn proxy() -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tunnels = Arc::new(AtomicUsize::new(0));
        let count = tunnels.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let count = count.clone();
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await.unwrap());
                    }
                    let head = String::from_utf8(head).unwrap();
                    let target = head.strip_prefix("CONNECT ").unwrap();
                    let target = target.split(' ').next().unwrap();
                    count.fetch_add(1, Ordering::SeqCst);
                    let mut behind = TcpStream::connect(target).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
                });
            }
        });
        (port, tunnels)
    }

    #[tokio::test]
    async fn sockets_have_the_proxy_the_roots_and_the_certificate_of_the_client() {
        let authority = Authority::new();
        let behind = Arc::new(AtomicUsize::new(0));
        let front = authority.front(behind.clone()).await;
        let config = MockConfig {
            streaming_base: Some(format!("wss://localhost:{front}")),
            ..MockConfig::default()
        };
        let mock = MockGenesys::start(config).await.unwrap();
        behind.store(mock.port().into(), Ordering::SeqCst);
        let (proxy, tunnels) = proxy().await;
        let (certificate, key) = authority.issue("a caller");
        // The calls go round TLS, and through the proxy all the same where it is for everything: so it is for https alone here.
        let builder = |is_trusted: bool, is_known: bool| {
            let proxy = reqwest::Proxy::https(format!("http://127.0.0.1:{proxy}")).unwrap();
            let builder = Client::builder()
                .base_urls(&mock.api_url(), &mock.login_url())
                .client_credentials(mock.client_id(), mock.client_secret())
                .configure_http(move |http| http.proxy(proxy.clone()));
            let builder = match is_trusted {
                true => builder.root_certificates(authority.0.pem()),
                false => builder,
            };
            match is_known {
                true => builder.client_certificate(certificate.pem(), key.serialize_pem()),
                false => builder,
            }
        };
        let client = builder(true, true).build().unwrap();
        let mut events = client.listen_for::<Received>([TOPIC]).await.unwrap();
        assert_eq!(mock.push(TOPIC, r#"{"n":1}"#), 1);
        assert_eq!(number_of(&notification(&mut events).await), 1);
        assert_eq!(tunnels.load(Ordering::SeqCst), 1);
        for (is_trusted, is_known) in [(false, true), (true, false)] {
            let client = builder(is_trusted, is_known).build().unwrap();
            let listen = client.listen_for::<Received>([TOPIC]);
            let error = listen
                .start_timeout(Duration::from_secs(1))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Notifications, "{error:?}");
            assert!(error.find_source::<SocketError>().is_some(), "{error:?}");
        }
    }
}
