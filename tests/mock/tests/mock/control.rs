//! How a mock is steered, started and stopped.

use super::*;

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
        ("/api/v2/users/u1", 501),
        ("/platformx/api/v2/users/u1", 501),
        ("/login/oauth/token", 405),
        ("/oauth/token", 501),
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

/// A route that the mock lacks is no missing resource: the answer says so, and where the routes are listed.
#[tokio::test]
async fn a_route_that_it_lacks_is_not_implemented() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::connect(&mock).await;
    for (method, path) in [
        ("GET", "/api/v2/nowhere"),
        ("PUT", "/api/v2/users/query"),
        ("GET", "/__mock/no-command"),
    ] {
        let answer = client.call(method, path, &headers, "").await;
        assert_eq!(answer.status(), 501, "{path}");
        let error = answer.json();
        assert_eq!(error["code"], "mock.no.such.route");
        assert_eq!(error["status"], 501);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&format!("{method} {path}")), "{message}");
        assert!(message.contains("/__mock/routes"), "{message}");
        assert_eq!(
            error["contextId"],
            answer.header("inin-correlation-id").unwrap()
        );
    }
    // A resource that is missing is another thing.
    client
        .call("DELETE", "/api/v2/users/u1", &headers, "")
        .await;
    let answer = client.call("GET", "/api/v2/users/u1", &headers, "").await;
    assert_eq!(answer.status(), 404);

    mock.route("PUT", "/api/v2/things/{id}", |_| Reply::status(204));
    let routes = client.call("GET", "/__mock/routes", &[], "").await.json();
    let routes: Vec<&str> = routes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for route in [
        "GET /api/v2/users/{userId}",
        "PUT /api/v2/things/{id}",
        "* /api/v2/mock/echo",
        "POST /oauth/token",
        "POST /__mock/fault",
    ] {
        assert!(routes.contains(&route), "{route}: {routes:#?}");
    }
}

/// The kinds of trouble that a client meets at one route, asked for by another process.
#[tokio::test]
async fn a_rule_gives_one_route_the_trouble_that_clients_meet() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::connect(&mock).await;
    let path = "/api/v2/users/u1";
    for (status, code) in [
        (401, "bad.credentials"),
        (403, "missing.permissions"),
        (404, "not.found"),
        (429, "too.many.requests"),
        (503, "service.unavailable"),
    ] {
        let rule = json!({ "method": "GET", "path": "/api/v2/users/{id}", "status": status });
        let added = client
            .call("POST", "/__mock/fault", &[], &rule.to_string())
            .await;
        assert_eq!(added.status(), 200);
        let answer = client.call("GET", path, &headers, "").await;
        assert_eq!(
            (answer.status(), &answer.json()["code"]),
            (status, &json!(code))
        );
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
    }
    let rule = json!({ "path": path, "status": 407, "html": true, "always": true });
    client
        .call("POST", "/__mock/fault", &[], &rule.to_string())
        .await;
    for _ in 0..2 {
        let answer = client.call("GET", path, &headers, "").await;
        assert_eq!(answer.status(), 407);
        assert_eq!(answer.header("content-type"), Some("text/html"));
        assert!(answer.body.starts_with(b"<html>"));
    }
    client.call("POST", "/__mock/clear-faults", &[], "").await;
    for wrong in [
        r#"{"path":"/x","html":true}"#,
        r#"{"path":"/x","status":502,"html":true,"body":{}}"#,
        r#"{"path":"/x","status":503,"always":true,"times":2}"#,
    ] {
        let answer = client.call("POST", "/__mock/fault", &[], wrong).await;
        assert_eq!(answer.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn large_bodies_shrink_where_gzip_is_on() {
    let backend = Backend::new(MockConfig::default());
    backend.update(|settings| settings.gzip = true);
    let headers = [("accept-encoding", "gzip")];
    let answer = api_with(&backend, "GET", "/api/v2/users", &headers, Value::Null).await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body[..2], [0x1f, 0x8b]);
    let answer = get(&backend, "/api/v2/users").await;
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
    let me = get(&backend, "/api/v2/users/me").await.json();
    assert_eq!(
        me["authorization"]["permissions"],
        json!(["routing:queue:edit"])
    );
    let subject = get(&backend, "/api/v2/authorization/subjects/me").await;
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
    let mut child = Command::new(env!("CARGO_BIN_EXE_genesys-cloud-mock"))
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

#[test]
fn the_binary_lists_its_routes_and_takes_rules() {
    use std::process::Command;
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_genesys-cloud-mock"))
            .args(arguments)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (success, routes) = run(&["--routes"]);
    assert!(
        success
            && routes
                .lines()
                .any(|line| line == "GET /api/v2/users/{userId}"),
        "{routes}"
    );
    let (success, error) = run(&["--fault", r#"{"path":"/x","staus":403}"#]);
    assert!(
        !success && error.contains("staus") && error.contains("status"),
        "{error}"
    );
    let (success, help) = run(&["--help"]);
    for part in [
        "--routes",
        "--fault",
        "\"html\"",
        "\"delay\"",
        "/__mock/fault",
    ] {
        assert!(success && help.contains(part), "{part}: {help}");
    }
}
