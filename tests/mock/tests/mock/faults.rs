//! Faults, gates and connections that end badly.

use super::*;

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
    assert_eq!(get(&backend, "/api/v2/users").await.status(), 500);
    backend.remove_fault(&always);
    assert_eq!(get(&backend, "/api/v2/users").await.status(), 200);
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
            outcomes.push(get(&backend, "/api/v2/users/u1").await.status());
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
    assert_eq!(get(&backend, "/api/v2/users/u1").await.status(), 401);
    backend.fault(Fault::api().revoke_after());
    assert_eq!(get(&backend, "/api/v2/users/u1").await.status(), 200);
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
