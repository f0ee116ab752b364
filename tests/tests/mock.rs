//! The mock itself: a test that leans on it must be able to.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers here are test code, too, which clippy does not see"
)]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use genesys_cloud_tests::mock::{
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

#[tokio::test]
async fn a_token_lets_a_call_through_until_it_is_revoked() {
    let mock = start().await;
    let mut client = Client::connect(&mock).await;
    let authorization = basic(&mock.client_id(), &mock.client_secret());
    let answer = client
        .call(
            "POST",
            "/oauth/token",
            &[("authorization", &authorization), ("content-type", FORM)],
            "grant_type=client_credentials",
        )
        .await;
    assert_eq!(answer.status(), 200);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with(ACCESS_TOKEN_PREFIX));
    assert_eq!(answer.json()["token_type"], "bearer");
    assert_eq!(answer.json()["expires_in"], 86_400);

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let answer = client.call("GET", "/api/v2/users/u7", &headers, "").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json()["id"], "u7");
    assert!(answer.json().as_object().unwrap().len() >= 20);
    assert_eq!(answer.header("inin-ratelimit-count"), Some("1"));
    assert_eq!(answer.header("inin-ratelimit-allowed"), Some("300"));
    assert_eq!(answer.header("inin-ratelimit-reset"), Some("60"));
    assert!(answer.header("inin-correlation-id").is_some());

    assert_eq!(mock.revoke_all(), 1);
    let answer = client.call("GET", "/api/v2/users/u7", &headers, "").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.json()["code"], "bad.credentials");
    assert_eq!(
        answer.json()["contextId"].as_str(),
        answer.header("inin-correlation-id")
    );

    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (1, 2));
    assert_eq!((stats.api_executed, stats.unauthorized), (1, 1));
    assert_eq!(
        (stats.connections, stats.tokens_revoked),
        (1, 1),
        "one keep-alive connection carried everything"
    );
    let requests = mock.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].target, Target::Token);
    assert_eq!(requests[0].form()["grant_type"], "client_credentials");
    assert_eq!(requests[1].token_number(), Some(1));
    assert_eq!(requests[2].token_number(), None);
    assert_eq!(requests[2].status(), Some(401));
}

#[tokio::test]
async fn a_token_expires() {
    let backend = Backend::new(MockConfig::default());
    let text = backend.issue_token(Duration::ZERO);
    assert!(!backend.is_live(&text));
    let text = backend.issue_token(Duration::from_secs(60));
    assert!(backend.is_live(&text));
}

#[tokio::test(start_paused = true)]
async fn tokens_expire_on_paused_time_too() {
    let backend = Backend::new(MockConfig {
        clock: genesys_cloud_tests::mock::Clock::Tokio,
        ..MockConfig::default()
    });
    let text = backend.issue_token(Duration::from_secs(60));
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert!(backend.is_live(&text));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(!backend.is_live(&text));
}

#[tokio::test]
async fn the_token_endpoint_refuses_what_is_wrong() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let wrong_secret = basic("mock-client", "nope");
    let stranger = basic("stranger", "mock-secret");
    backend.set_client(OAuthClient {
        disabled: true,
        ..OAuthClient::new("off", "s")
    });
    backend.set_client(OAuthClient {
        grants: Some(vec!["authorization_code".to_owned()]),
        ..OAuthClient::new("narrow", "s")
    });
    let (off, narrow) = (basic("off", "s"), basic("narrow", "s"));
    let credentials = ("grant_type", "client_credentials");
    type Case<'a> = (Option<&'a str>, Vec<(&'a str, &'a str)>, u16, &'a str);
    let cases: Vec<Case<'_>> = vec![
        (None, vec![credentials], 401, "invalid_client"),
        (
            Some(&wrong_secret),
            vec![credentials],
            401,
            "invalid_client",
        ),
        (Some(&stranger), vec![credentials], 401, "invalid_client"),
        (Some(&off), vec![credentials], 401, "invalid_client"),
        (Some("Basic !"), vec![credentials], 401, "invalid_client"),
        (Some(&narrow), vec![credentials], 400, "unauthorized_client"),
        (Some(&good), vec![], 400, "invalid_request"),
        (
            Some(&good),
            vec![credentials, ("client_secret", "mock-secret")],
            400,
            "invalid_request",
        ),
        (
            Some(&good),
            vec![credentials, credentials],
            400,
            "invalid_request",
        ),
        (
            Some(&good),
            vec![("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (
            Some(&good),
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            400,
            "invalid_grant",
        ),
    ];
    for (authorization, form, status, error) in cases {
        let answer = token(&backend, authorization, &form).await;
        assert_eq!(answer.status(), status, "{form:?}");
        assert_eq!(answer.json()["error"], error, "{form:?}");
        assert_eq!(
            answer.json()["description"],
            answer.json()["error_description"]
        );
    }
    assert_eq!(backend.stats().tokens_issued, 0);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_the_old_one_dies() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let code = backend.issue_code("mock-client", "http://localhost/cb", None);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "http://localhost/cb"),
    ];
    let first = token(&backend, Some(&good), &form).await;
    assert_eq!(first.status(), 200);
    assert_eq!(
        token(&backend, Some(&good), &form).await.status(),
        400,
        "a code is redeemed once"
    );
    let refresh = |answer: &Answer| answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let old = refresh(&first);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &old)];
    let second = token(&backend, Some(&good), &form).await;
    assert_eq!(second.status(), 200);
    assert_ne!(refresh(&second), old);
    let again = token(&backend, Some(&good), &form).await;
    assert_eq!(again.json()["error"], "invalid_grant");

    backend.update(|settings| settings.rotate_refresh_tokens = false);
    let kept = refresh(&second);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &kept)];
    for _ in 0..2 {
        let answer = token(&backend, Some(&good), &form).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.json().get("refresh_token").is_none());
    }
    assert_eq!(backend.revoke_refresh_tokens(), 1);
    assert_eq!(token(&backend, Some(&good), &form).await.status(), 400);
}

#[tokio::test]
async fn pkce_goes_from_authorize_to_refresh_without_a_secret() {
    let backend = Backend::new(MockConfig::default());
    backend.set_client(OAuthClient::public("app"));
    let verifier = "v".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let authorize = |challenge: &str| {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", "app"),
                ("redirect_uri", "http://127.0.0.1:1/cb?x=1"),
                ("response_type", "code"),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
                ("state", "a b&c"),
            ])
            .finish();
        Request::get(format!("/oauth/authorize?{query}"))
            .body(Bytes::new())
            .unwrap()
    };
    let code = async |challenge: &str| {
        let answer = answer(backend.call(authorize(challenge)).await.unwrap());
        assert_eq!(answer.status(), 302);
        let location = answer.header("location").unwrap().to_owned();
        let query = location.strip_prefix("http://127.0.0.1:1/cb?x=1&").unwrap();
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        assert_eq!(pairs[1], ("state".into(), "a b&c".into()));
        pairs[0].1.to_string()
    };
    let redeem = |code: String, verifier: String| {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code),
            ("redirect_uri", "http://127.0.0.1:1/cb?x=1".to_owned()),
            ("client_id", "app".to_owned()),
            ("code_verifier", verifier),
        ]
    };
    fn pairs<'a>(form: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
        form.iter().map(|(key, value)| (*key, &**value)).collect()
    }
    let form = redeem(code(&challenge).await, verifier.clone());
    let with_basic = token(&backend, Some(&basic("app", "")), &pairs(&form)).await;
    assert_eq!(with_basic.json()["error"], "invalid_request");
    let first = token(&backend, None, &pairs(&form)).await;
    assert_eq!(first.status(), 200, "{first:?}");

    let wrong = redeem(code(&challenge).await, "w".repeat(43));
    let refused = token(&backend, None, &pairs(&wrong)).await;
    assert_eq!(refused.json()["error"], "invalid_grant");

    let refresh_token = first.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
        ("client_id", "app"),
    ];
    assert_eq!(token(&backend, None, &form).await.status(), 200);
}

#[tokio::test]
async fn saml_wants_its_organization_and_a_fresh_assertion() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let form = |organization, assertion| {
        [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:saml2-bearer",
            ),
            ("orgName", organization),
            ("assertion", assertion),
        ]
    };
    for (form, status) in [
        (form("mock-org", "PHNhbWw+"), 200),
        (form("mock-org", "PHNhbWw+"), 400),
        (form("mock-org", "PHNhbWwy"), 200),
        (form("other", "PHNhbWwz"), 400),
        (form("mock-org", "<saml>"), 400),
    ] {
        let answer = token(&backend, Some(&good), &form).await;
        assert_eq!(answer.status(), status, "{form:?}");
    }
}

#[tokio::test]
async fn expires_in_can_be_anything() {
    let backend = Backend::new(MockConfig::with_lifetime(Duration::from_millis(500)));
    let good = basic("mock-client", "mock-secret");
    for (given, seen) in [
        (ExpiresIn::WholeSeconds, Some(json!(1))),
        (ExpiresIn::Exact, Some(json!(0.5))),
        (ExpiresIn::Raw(json!("soon")), Some(json!("soon"))),
        (ExpiresIn::Missing, None),
    ] {
        backend.update(|settings| settings.expires_in = given);
        let answer = token(
            &backend,
            Some(&good),
            &[("grant_type", "client_credentials")],
        )
        .await;
        assert_eq!(answer.json().get("expires_in"), seen.as_ref());
    }
}

#[tokio::test]
async fn a_gate_holds_a_token_request_and_counts_the_flight() {
    let mock = start().await;
    let gate = Gate::new();
    mock.fault(Fault::token().times(2).hold(&gate));
    let authorization = basic("mock-client", "mock-secret");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", FORM),
    ];
    let mut clients = [Client::connect(&mock).await, Client::connect(&mock).await];
    for client in &mut clients {
        client
            .send(
                "POST",
                "/oauth/token",
                &headers,
                "grant_type=client_credentials",
            )
            .await;
    }
    gate.wait_for_arrivals(2).await;
    assert_eq!(mock.stats().tokens_issued, 0);
    gate.open();
    for client in &mut clients {
        assert_eq!(client.receive().await.unwrap().status(), 200);
    }
    assert_eq!(mock.stats().token_requests_in_flight_max, 2);
    mock.wait_for_token_requests(2).await;
}

#[tokio::test]
async fn rules_apply_in_order_and_as_often_as_they_say() {
    let backend = Backend::new(MockConfig::default());
    let unavailable = backend.fault(
        Fault::on("GET", "/api/v2/users/{id}")
            .skip(1)
            .times(2)
            .respond(Reply::error(503, "busy", "Busy.").retry_after(7)),
    );
    let mut statuses = Vec::new();
    for path in ["u1", "u2", "u3", "u4"] {
        let answer = api(
            &backend,
            "GET",
            &format!("/api/v2/users/{path}"),
            Value::Null,
        )
        .await;
        if answer.status() == 503 {
            assert_eq!(answer.header("retry-after"), Some("7"));
            assert!(answer.header("inin-ratelimit-count").is_some());
        }
        statuses.push(answer.status());
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
    assert_eq!(unavailable.fired(), 2);
    assert_eq!(backend.stats().by_status[&503], 2);
    assert_eq!(backend.stats().api_executed, 2);

    let always = backend.fault(Fault::api().always().respond(Reply::status(500)));
    assert_eq!(
        api(&backend, "GET", "/api/v2/users", Value::Null)
            .await
            .status(),
        500
    );
    backend.remove_fault(&always);
    assert_eq!(
        api(&backend, "GET", "/api/v2/users", Value::Null)
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_seed_decides_what_chance_does() {
    let outcomes = async |seed: u64| {
        let backend = Backend::new(MockConfig {
            seed,
            ..MockConfig::default()
        });
        backend.fault(Fault::api().probability(0.3).respond(Reply::status(503)));
        let mut outcomes = Vec::new();
        for _ in 0..200 {
            outcomes.push(
                api(&backend, "GET", "/api/v2/users/u1", Value::Null)
                    .await
                    .status(),
            );
        }
        outcomes
    };
    let first = outcomes(7).await;
    assert_eq!(first, outcomes(7).await);
    assert_ne!(first, outcomes(8).await);
    let failed = first.iter().filter(|status| **status == 503).count();
    assert!((30..90).contains(&failed), "{failed}");
}

#[tokio::test]
async fn a_call_can_revoke_its_own_token() {
    let backend = Backend::new(MockConfig::default());
    backend.fault(Fault::api().revoke_before());
    assert_eq!(
        api(&backend, "GET", "/api/v2/users/u1", Value::Null)
            .await
            .status(),
        401
    );
    backend.fault(Fault::api().revoke_after());
    assert_eq!(
        api(&backend, "GET", "/api/v2/users/u1", Value::Null)
            .await
            .status(),
        200
    );
    assert_eq!(backend.stats().tokens_revoked, 2);
}

#[tokio::test]
async fn connections_end_badly_as_told() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let new_user = r#"{"name":"New"}"#;

    mock.fault(Fault::on("POST", "/api/v2/users").break_before_execution(End::Reset));
    let mut client = Client::connect(&mock).await;
    client
        .send("POST", "/api/v2/users", &headers, new_user)
        .await;
    let error = client.receive().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(mock.stats().api_executed, 0);

    mock.fault(Fault::on("POST", "/api/v2/users").break_after_execution(End::Close));
    let mut client = Client::connect(&mock).await;
    client
        .send("POST", "/api/v2/users", &headers, new_user)
        .await;
    let error = client.receive().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert_eq!(mock.stats().api_executed, 1);

    mock.fault(Fault::api().cut_body(10, End::Close));
    let mut client = Client::connect(&mock).await;
    let answer = client.call("GET", "/api/v2/users/u1", &headers, "").await;
    assert!(answer.short);
    assert_eq!(answer.body, br#"{"id":"u1""#);
    assert!(answer.header("inin-ratelimit-count").is_some());

    mock.fault(Fault::api().break_unread(End::HalfClose));
    let mut client = Client::connect(&mock).await;
    client.send("GET", "/api/v2/users/u1", &headers, "").await;
    assert!(client.receive().await.is_err());
    // The mock still reads: nothing is refused until it is asked to end.
    client.stream.write_all(b"more").await.unwrap();

    mock.fault(Fault::api().raw("HTTP/1.1 banana\r\n\r\n", End::Close));
    let mut client = Client::connect(&mock).await;
    client.send("GET", "/api/v2/users/u1", &headers, "").await;
    assert_eq!(client.receive().await.unwrap().head, "HTTP/1.1 banana");

    let gate = Gate::new();
    mock.fault(Fault::api().break_before_execution(End::Hold(gate.clone())));
    let mut client = Client::connect(&mock).await;
    client.send("GET", "/api/v2/users/u1", &headers, "").await;
    gate.wait_for_arrivals(1).await;
    gate.open();
    assert!(client.receive().await.is_err());

    mock.fault(Fault::connect().break_unread(End::Reset));
    let mut client = Client::connect(&mock).await;
    assert!(client.receive().await.is_err());
    let mut client = Client::connect(&mock).await;
    let answer = client.call("GET", "/api/v2/users/u1", &headers, "").await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn users_are_paged_by_number() {
    let backend = Backend::new(MockConfig::default());
    let mut ids = Vec::new();
    for page in 1..=3 {
        let path = format!("/api/v2/users?pageSize=100&pageNumber={page}");
        let body = api(&backend, "GET", &path, Value::Null).await.json();
        assert_eq!(
            (&body["total"], &body["pageCount"]),
            (&json!(250), &json!(3))
        );
        assert_eq!(body.get("nextUri").is_some(), page < 3);
        for user in body["entities"].as_array().unwrap() {
            ids.push(user["id"].as_str().unwrap().to_owned());
        }
    }
    let expected: Vec<_> = (0..250).map(|number| format!("u{number}")).collect();
    assert_eq!(ids, expected);
    let beyond = api(&backend, "GET", "/api/v2/users?pageNumber=99", Value::Null).await;
    assert_eq!(beyond.json()["entities"], json!([]));
    let refused = api(&backend, "GET", "/api/v2/users?pageSize=501", Value::Null).await;
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn users_change_by_version() {
    let backend = Backend::new(MockConfig::default());
    let change = |version| json!({ "version": version, "title": "Boss", "department": null });
    let answer = api(&backend, "PATCH", "/api/v2/users/u1", change(1)).await;
    assert_eq!(answer.json()["version"], 2);
    assert_eq!(answer.json()["title"], "Boss");
    assert!(answer.json().get("department").is_none());
    assert_eq!(
        answer.json()["mockExtension"]["big"],
        9_007_199_254_740_993_i64
    );
    let stale = api(&backend, "PATCH", "/api/v2/users/u1", change(1)).await;
    assert_eq!(stale.status(), 409);

    let created = api(&backend, "POST", "/api/v2/users", json!({ "name": "New" })).await;
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v2/users/{id}");
    let total = async || {
        api(&backend, "GET", "/api/v2/users", Value::Null)
            .await
            .json()["total"]
            .clone()
    };
    assert_eq!(total().await, 251);
    assert_eq!(
        api(&backend, "DELETE", &path, Value::Null).await.status(),
        200
    );
    assert_eq!(api(&backend, "GET", &path, Value::Null).await.status(), 404);
    assert_eq!(total().await, 250);
    api(&backend, "DELETE", "/api/v2/users/u3", Value::Null).await;
    assert_eq!(total().await, 249);
}

/// Follows a listing by whatever `next` finds in a page, to its end.
async fn follow(backend: &Backend, first: &str, next: impl Fn(&Value) -> Option<String>) -> usize {
    let (mut path, mut count, mut pages) = (first.to_owned(), 0, 0);
    loop {
        let body = api(backend, "GET", &path, Value::Null).await.json();
        count += body["entities"].as_array().unwrap().len();
        pages += 1;
        assert!(pages <= 10);
        match next(&body) {
            Some(next) => path = next,
            None => return count,
        }
    }
}

fn encoded(value: &Value) -> Option<String> {
    Some(form_urlencoded::byte_serialize(value.as_str()?.as_bytes()).collect())
}

#[tokio::test]
async fn every_kind_of_listing_is_complete() {
    let backend = Backend::new(MockConfig::default());
    let next_uri = |body: &Value| body["nextUri"].as_str().map(str::to_owned);
    for first in [
        "/api/v2/teams?pageSize=40",
        "/api/v2/authorization/divisions/query",
        "/api/v2/externalcontacts/scan/contacts?limit=60",
    ] {
        assert_eq!(follow(&backend, first, next_uri).await, 250, "{first}");
    }
    let path = "/api/v2/users/query?pageSize=100";
    let by_cursor = |body: &Value| Some(format!("{path}&cursor={}", encoded(&body["cursor"])?));
    assert_eq!(follow(&backend, path, by_cursor).await, 250);
    let path = "/api/v2/taskmanagement/workbins/w1/versions?pageSize=100";
    let by_after = |body: &Value| Some(format!("{path}&after={}", encoded(&body["after"])?));
    assert_eq!(follow(&backend, path, by_after).await, 250);
    let path = "/api/v2/externalcontacts/scan/contacts?limit=100";
    let by_cursors = |body: &Value| {
        Some(format!(
            "{path}&cursor={}",
            encoded(&body["cursors"]["after"])?
        ))
    };
    assert_eq!(follow(&backend, path, by_cursors).await, 250);

    let path = "/api/v2/taskmanagement/workitems/query";
    let first = api(&backend, "POST", path, json!({ "pageSize": 200 }))
        .await
        .json();
    let after = first["after"].clone();
    let second = api(
        &backend,
        "POST",
        path,
        json!({ "pageSize": 200, "after": after }),
    )
    .await
    .json();
    assert_eq!(second["entities"].as_array().unwrap().len(), 50);
    assert!(second.get("after").is_none());

    let path = "/api/v2/users/search";
    let found = api(
        &backend,
        "POST",
        path,
        json!({ "pageSize": 100, "pageNumber": 3 }),
    )
    .await
    .json();
    assert_eq!(found["results"].as_array().unwrap().len(), 50);
    assert_eq!(found["pageCount"], 3);
    let first = api(&backend, "POST", path, json!({ "pageSize": 200 }))
        .await
        .json();
    let next = first["nextPage"].as_str().unwrap();
    let second = api(&backend, "GET", next, Value::Null).await.json();
    assert_eq!(second["results"][0]["id"], "u200");

    let path = "/api/v2/scim/v2/users?startIndex=201&count=100";
    let answer = api(&backend, "GET", path, Value::Null).await;
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    assert_eq!(answer.json()["itemsPerPage"], 50);
    assert_eq!(answer.json()["Resources"][0]["id"], "u200");
}

#[tokio::test]
async fn analytics_queries_and_jobs() {
    let backend = Backend::new(MockConfig::default());
    let query = "/api/v2/analytics/conversations/details/query";
    let body = |page: u32| json!({ "interval": "2026-11-22T00:00:00Z/PT1H", "paging": { "pageSize": 100, "pageNumber": page } });
    let answer = api(&backend, "POST", query, body(3)).await.json();
    assert_eq!(answer["totalHits"], 250);
    assert_eq!(answer["conversations"].as_array().unwrap().len(), 50);
    let empty = api(&backend, "POST", query, body(4)).await.json();
    assert!(empty.get("conversations").is_none());
    assert_eq!(api(&backend, "POST", query, json!({})).await.status(), 400);

    backend.update(|settings| settings.analytics_bytes = 3_000_000);
    let large = api(&backend, "POST", query, body(1)).await;
    assert!((3_000_000..3_100_000).contains(&large.body.len()));
    assert!(large.json()["conversations"].is_array());

    let jobs = "/api/v2/analytics/conversations/details/jobs";
    let submitted = api(&backend, "POST", jobs, body(1)).await;
    assert_eq!(submitted.status(), 202);
    let job = format!("{jobs}/{}", submitted.json()["jobId"].as_str().unwrap());
    let results = format!("{job}/results?pageSize=200");
    assert_eq!(
        api(&backend, "GET", &results, Value::Null).await.status(),
        400
    );
    for state in ["QUEUED", "PENDING", "FULFILLED"] {
        assert_eq!(
            api(&backend, "GET", &job, Value::Null).await.json()["state"],
            state
        );
    }
    let first = api(&backend, "GET", &results, Value::Null).await.json();
    let cursor = encoded(&first["cursor"]).unwrap();
    let path = format!("{results}&cursor={cursor}");
    let second = api(&backend, "GET", &path, Value::Null).await.json();
    assert_eq!(second["conversations"].as_array().unwrap().len(), 50);
    assert!(second.get("cursor").is_none());
    assert_eq!(
        api(&backend, "DELETE", &job, Value::Null).await.status(),
        204
    );
    assert_eq!(
        api(&backend, "GET", &job, Value::Null).await.json()["state"],
        "CANCELLED"
    );
}

#[tokio::test]
async fn scim_users_have_etags() {
    let backend = Backend::new(MockConfig::default());
    let path = "/api/v2/scim/v2/users/u1";
    let answer = api(&backend, "GET", path, Value::Null).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let unchanged = api_with(
        &backend,
        "GET",
        path,
        &[("if-none-match", &etag)],
        Value::Null,
    )
    .await;
    assert_eq!(unchanged.status(), 304);
    let user = json!({ "userName": "new@example.com" });
    let put = api_with(&backend, "PUT", path, &[("if-match", &etag)], user.clone()).await;
    assert_eq!(put.status(), 200);
    let stale = api_with(&backend, "PUT", path, &[("if-match", &etag)], user).await;
    assert_eq!(stale.status(), 412);
}

#[tokio::test]
async fn files_go_through_presigned_urls_without_the_bearer() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::connect(&mock).await;
    let answer = client
        .call("GET", "/api/v2/downloads/d%2F1?size=200000", &headers, "")
        .await;
    assert_eq!(answer.status(), 303);
    let url = answer.header("location").unwrap().to_owned();
    let path = url.strip_prefix(mock.base_url()).unwrap();
    let refused = client.call("GET", path, &headers, "").await;
    assert_eq!(refused.status(), 400);
    let file = client.call("GET", path, &[], "").await;
    assert_eq!(file.body.len(), 200_000);
    assert_eq!(file.body[70_000], generated_byte(70_000));

    let uploads = "/api/v2/uploads/recordings";
    let answer = client.call("POST", uploads, &headers, "{}").await.json();
    let key = answer["uploadKey"].as_str().unwrap();
    let url = answer["url"].as_str().unwrap();
    let path = url.strip_prefix(mock.base_url()).unwrap();
    let signed = [("x-amz-meta-uploadkey", key)];
    assert_eq!(client.call("PUT", path, &[], "12345").await.status(), 403);
    assert_eq!(
        client.call("PUT", path, &signed, "12345").await.status(),
        200
    );
    assert_eq!(mock.uploaded(key), Some(5));
    assert_eq!(mock.requests_to(Target::Presigned).len(), 4);
}

#[tokio::test]
async fn public_resources_need_no_token_and_others_do() {
    let mock = start().await;
    mock.route("GET", "/api/v2/things/{id}", |call| {
        Reply::json(&json!({ "id": call.param("id"), "q": call.query("q") }))
    });
    mock.public_route("*", "/api/v2/open/{*rest}", |call| {
        Reply::bytes("text/plain", call.param("rest").to_owned())
    });
    let mut client = Client::connect(&mock).await;
    let ics = "/api/v2/workforcemanagement/calendar/data/ics";
    let answer = client.call("GET", ics, &[], "").await;
    assert_eq!(answer.header("content-type"), Some("text/calendar"));
    let answer = client.call("GET", "/api/v2/things/x", &[], "").await;
    assert_eq!(answer.json()["code"], "authentication.required");
    let answer = client.call("POST", "/api/v2/open/a/b", &[], "").await;
    assert_eq!(answer.body, b"a/b");
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let answer = client
        .call("GET", "/api/v2/things/a%2Fb%20c?q=%26", &headers, "")
        .await;
    assert_eq!(answer.json(), json!({ "id": "a/b c", "q": "&" }));
    let answer = client.call("GET", "/api/v2/nowhere", &headers, "").await;
    assert_eq!(answer.status(), 404);
    let answer = client
        .call("PUT", "/api/v2/mock/status/204", &headers, "")
        .await;
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn a_limit_is_kept_where_it_is_enforced() {
    let backend = Backend::new(MockConfig::default());
    backend.update(|settings| {
        settings.rate_limit.allowed = 2;
        settings.rate_limit.enforced = true;
    });
    let token = backend.issue_token(Duration::from_secs(60));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request = Request::get("/api/v2/users/u1")
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::new())
            .unwrap();
        let answer = answer(backend.call(request).await.unwrap());
        statuses.push(answer.status());
        if answer.status() == 429 {
            assert_eq!(answer.header("retry-after"), Some("60"));
            assert_eq!(answer.json()["limit"]["value"], 2);
        }
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(backend.stats().rate_limited, 1);
}

#[tokio::test]
async fn a_gateway_has_its_own_paths() {
    let mock = MockGenesys::start(MockConfig {
        login_prefix: "login/".to_owned(),
        api_prefix: "/platform".to_owned(),
        ..MockConfig::default()
    })
    .await
    .unwrap();
    assert!(mock.login_url().ends_with("/login"));
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::connect(&mock).await;
    for (path, status) in [
        ("/platform/api/v2/users/u1", 200),
        ("/api/v2/users/u1", 404),
        ("/platformx/api/v2/users/u1", 404),
        ("/login/oauth/token", 405),
        ("/oauth/token", 404),
    ] {
        let answer = client.call("GET", path, &headers, "").await;
        assert_eq!(answer.status(), status, "{path}");
    }
}

#[tokio::test]
async fn another_process_can_steer_it() {
    let mock = start().await;
    let mut client = Client::connect(&mock).await;
    let config = r#"{"lifetime":0.25,"users":3,"rate_limit":{"allowed":9}}"#;
    let answer = client.call("POST", "/__mock/config", &[], config).await;
    assert_eq!(answer.status(), 200);
    let settings = mock.settings();
    assert_eq!(settings.lifetime, Duration::from_millis(250));
    assert_eq!((settings.users, settings.rate_limit.allowed), (3, 9));
    let typo = client
        .call("POST", "/__mock/config", &[], r#"{"lifetme":1}"#)
        .await;
    assert_eq!(typo.status(), 400);
    let negative = client
        .call("POST", "/__mock/config", &[], r#"{"lifetime":-1}"#)
        .await;
    assert_eq!(negative.status(), 400);

    let _live = mock.issue_token(Duration::from_secs(60));
    let answer = client.call("POST", "/__mock/revoke", &[], "").await;
    assert_eq!(answer.json(), json!({ "revoked": 1 }));
    let fault = r#"{"target":"api","status":503,"headers":{"retry-after":"1"},"times":1}"#;
    let answer = client.call("POST", "/__mock/fault", &[], fault).await;
    assert_eq!(answer.status(), 200);
    let answer = client.call("GET", "/api/v2/users/u1", &[], "").await;
    assert_eq!(answer.status(), 503);
    let stats = client.call("GET", "/__mock/stats", &[], "").await.json();
    assert_eq!(stats["by_status"]["503"], 1);
    assert_eq!(stats["api_requests"], 1);
    client.call("POST", "/__mock/reset", &[], "").await;
    assert_eq!(mock.stats().api_requests, 0);
}

#[tokio::test]
async fn large_bodies_shrink_where_gzip_is_on() {
    let backend = Backend::new(MockConfig::default());
    backend.update(|settings| settings.gzip = true);
    let headers = [("accept-encoding", "gzip")];
    let answer = api_with(&backend, "GET", "/api/v2/users", &headers, Value::Null).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body[..2], [0x1f, 0x8b]);
    let answer = api(&backend, "GET", "/api/v2/users", Value::Null).await;
    assert_eq!(answer.header("content-encoding"), None);
}

#[tokio::test]
async fn open_connections_can_be_closed_and_new_ones_opened() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let (mut idle, mut busy) = (Client::connect(&mock).await, Client::connect(&mock).await);
    let path = "/api/v2/users/u1";
    assert_eq!(idle.call("GET", path, &headers, "").await.status(), 200);
    let gate = Gate::new();
    mock.fault(Fault::api().hold(&gate));
    busy.send("GET", path, &headers, "").await;
    gate.wait_for_arrivals(1).await;
    mock.close_connections();
    assert!(idle.receive().await.is_err());
    gate.open();
    assert_eq!(busy.receive().await.unwrap().status(), 200);
    assert!(busy.receive().await.is_err());
    let mut new = Client::connect(&mock).await;
    assert_eq!(new.call("GET", path, &headers, "").await.status(), 200);
}

#[tokio::test]
async fn it_can_be_asked_as_a_proxy() {
    let mock = start().await;
    let mut client = Client::connect(&mock).await;
    let url = "http://api.example.com/api/v2/workforcemanagement/calendar/data/ics?x=1";
    assert_eq!(client.call("GET", url, &[], "").await.status(), 200);
    let requests = mock.requests();
    assert_eq!(requests[0].uri.authority().unwrap(), "api.example.com");
    assert_eq!(requests[0].query(), Some("x=1"));
}

#[tokio::test]
async fn a_subject_has_the_permissions_that_were_set() {
    let backend = Backend::new(MockConfig::default());
    backend.update(|settings| settings.permissions = vec!["routing:queue:edit".to_owned()]);
    let me = api(&backend, "GET", "/api/v2/users/me", Value::Null)
        .await
        .json();
    assert_eq!(
        me["authorization"]["permissions"],
        json!(["routing:queue:edit"])
    );
    let subject = api(
        &backend,
        "GET",
        "/api/v2/authorization/subjects/me",
        Value::Null,
    )
    .await;
    let policy = &subject.json()["grants"][0]["role"]["policies"][0];
    assert_eq!(
        *policy,
        json!({ "domain": "routing", "entityName": "queue", "actions": ["edit"] })
    );
    let head = api(&backend, "HEAD", "/api/v2/tokens/me", Value::Null).await;
    assert_eq!((head.status(), head.body.len()), (200, 0));
}

#[test]
fn a_mock_on_its_own_thread_stops_when_it_is_dropped() {
    let mock = MockGenesys::start_threaded(MockConfig::default()).unwrap();
    let address = ("127.0.0.1", mock.port());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    drop(mock);
    assert!(matches!(
        std::io::Read::read(&mut stream, &mut [0]),
        Ok(0) | Err(_)
    ));
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn the_binary_says_where_it_listens() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_mock-genesys"))
        .args(["--port", "0", "--lifetime", "0.5", "--users", "7"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .strip_prefix("listening on http://")
        .unwrap()
        .trim_end()
        .to_owned();
    let connected = std::net::TcpStream::connect(&address);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(connected.is_ok(), "{line}");
}
