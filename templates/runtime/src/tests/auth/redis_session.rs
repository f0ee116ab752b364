//! Eight processes, one rotating session and one Redis that fails in every way. In real time, because all of it is real.

use std::collections::{HashMap, HashSet};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::runtime::auth::store::RedisStore;
use crate::runtime::client::{Client, Credentials};
use crate::runtime::transport::{HttpResponse, RecordedRequest};
use crate::tests::redis_server::Server;
use crate::tests::sockets::handler::Served;

const PROCESSES: usize = 8;
const LIFETIME: f64 = 2.0;
/// Within this time of the server's return every process makes calls again.
const RECOVERY: Duration = Duration::from_secs(5);

const BASE: &str = "GENESYS_TEST_SESSION_BASE";
const STORE: &str = "GENESYS_TEST_SESSION_STORE";
const PROCESS: &str = "GENESYS_TEST_SESSION_PROCESS";

/// A login host that takes a second use of a refresh token for a theft, and an API host.
#[derive(Default)]
struct Cloud {
    tokens: HashMap<String, Instant>,
    sent: HashSet<String>,
    reuses: usize,
    /// The last accepted call of each process.
    calls: HashMap<String, Instant>,
    is_over: bool,
}

impl Cloud {
    fn answer(&mut self, request: &RecordedRequest) -> HttpResponse {
        if request.path() == "/oauth/token" {
            let form: HashMap<_, _> = url::form_urlencoded::parse(&request.body).collect();
            let credential = form.get("refresh_token").or(form.get("code")).unwrap();
            if !self.sent.insert(credential.to_string()) {
                self.reuses += 1;
                return HttpResponse::json(400, r#"{"error":"invalid_grant"}"#);
            }
            let number = self.tokens.len() + 1;
            self.tokens
                .insert(format!("token-{number}"), Instant::now());
            let body = format!(
                r#"{{"access_token":"token-{number}","token_type":"bearer","expires_in":{LIFETIME},"refresh_token":"refresh-{number}"}}"#
            );
            return HttpResponse::json(200, body);
        }
        let bearer = request.header("authorization").unwrap();
        let issued = self.tokens.get(bearer.trim_start_matches("Bearer "));
        if !issued.is_some_and(|since| since.elapsed().as_secs_f64() < LIFETIME) {
            return HttpResponse::json(401, "{}");
        }
        let process = request.header("x-process").unwrap().to_owned();
        self.calls.insert(process, Instant::now());
        HttpResponse::json(200, format!(r#"{{"over":{}}}"#, self.is_over))
    }
}

/// So that a store can fail while a token is on its way.
fn pause(request: &RecordedRequest) -> Duration {
    match request.path() {
        "/oauth/token" => Duration::from_millis(100),
        _ => Duration::ZERO,
    }
}

/// What each of the processes does: a test that does nothing when it is run as one.
#[tokio::test]
async fn child_process() {
    let variable = |name| std::env::var(name).ok();
    let (Some(base), Some(store), Some(process)) =
        (variable(BASE), variable(STORE), variable(PROCESS))
    else {
        return;
    };
    let client = Client::builder()
        .base_urls(&base, &base)
        .no_proxy()
        .credentials(
            Credentials::authorization_code("the-id", "the-secret", "the-code", &base)
                .store(Arc::new(RedisStore::open(&store).unwrap()))
                .store_name("session"),
        )
        .build()
        .unwrap();
    loop {
        let response = client
            .request(http::Method::GET, "/api/v2/users/me")
            .header("x-process", &process)
            .send()
            .await
            .unwrap();
        if response
            .windows(br#""over":true"#.len())
            .any(|part| part == br#""over":true"#)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Ends the processes whatever happens.
struct Children(Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until every process has made a call, which it has to within `limit`.
async fn all_make_calls(cloud: &Mutex<Cloud>, what: &str, limit: Duration) {
    let since = Instant::now();
    loop {
        let (waiting, reuses) = {
            let cloud = cloud.lock().unwrap();
            let active = cloud.calls.values().filter(|last| **last > since).count();
            (PROCESSES - active, cloud.reuses)
        };
        assert_eq!(reuses, 0, "{what}: a refresh token was sent twice");
        if waiting == 0 {
            return;
        }
        assert!(
            since.elapsed() < limit,
            "{what}: {waiting} processes make no calls after {limit:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_08_eight_processes_keep_their_session_over_a_redis_that_fails() {
    let Some(mut server) = Server::start_with(&["--enable-debug-command", "local"]).await else {
        return;
    };
    let cloud = Arc::new(Mutex::new(Cloud::default()));
    let state = Arc::clone(&cloud);
    let served = Served::slow(move |request| state.lock().unwrap().answer(request), pause).await;
    let mut children = Children(
        (0..PROCESSES)
            .map(|process| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["tests::auth::redis_session::child_process", "--exact"])
                    .env(BASE, served.base())
                    .env(STORE, &server.url)
                    .env(PROCESS, process.to_string())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect(),
    );
    all_make_calls(&cloud, "start", Duration::from_secs(60)).await;
    for trouble in [
        "pause",
        "sleep",
        "flush",
        "wrong types",
        "no password",
        "restart",
        "flush",
    ] {
        let client = redis::Client::open(server.url.as_str()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
        let mut patient = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .unwrap();
        let mut run = async |words: &[&str]| {
            let mut command = redis::cmd(words[0]);
            for word in &words[1..] {
                command.arg(word);
            }
            let _: redis::RedisResult<redis::Value> = command.query_async(&mut patient).await;
        };
        match trouble {
            "pause" => {
                run(&["CLIENT", "PAUSE", "1500", "ALL"]).await;
                tokio::time::sleep(Duration::from_millis(1500)).await;
            }
            "sleep" => run(&["DEBUG", "SLEEP", "1.2"]).await,
            "flush" => {
                for _ in 0..4 {
                    run(&["FLUSHALL"]).await;
                    tokio::time::sleep(Duration::from_millis(400)).await;
                }
            }
            "wrong types" => {
                let keys: Vec<String> = redis::cmd("KEYS")
                    .arg("*")
                    .query_async(&mut connection)
                    .await
                    .unwrap();
                for key in keys {
                    run(&["DEL", &key]).await;
                    run(&["RPUSH", &key, "not what it was"]).await;
                }
            }
            "no password" => {
                run(&["CONFIG", "SET", "requirepass", "hunter2"]).await;
                run(&["CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES"]).await;
                tokio::time::sleep(Duration::from_millis(1500)).await;
                run(&["AUTH", "hunter2"]).await;
                run(&["CONFIG", "SET", "requirepass", ""]).await;
            }
            _ => {
                server.stop();
                tokio::time::sleep(Duration::from_millis(1000)).await;
                server.restart().await;
            }
        }
        all_make_calls(&cloud, trouble, RECOVERY).await;
        // Over the end of the token that was there.
        tokio::time::sleep(Duration::from_secs_f64(LIFETIME)).await;
        all_make_calls(&cloud, trouble, RECOVERY).await;
    }
    let issued = cloud.lock().unwrap().tokens.len();
    assert!(issued > 8, "{issued} tokens");
    cloud.lock().unwrap().is_over = true;
    for child in &mut children.0 {
        let status = child.wait().unwrap();
        assert!(status.success(), "a call was lost");
    }
    assert_eq!(cloud.lock().unwrap().reuses, 0);
}
