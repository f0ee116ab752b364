//! Changes that collide with those of others.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::sockets::handler::Served;
use super::support::{GetUser, PostUsers, builder, scripted, table, with};
use crate::runtime::auth::Jitter;
use crate::runtime::client::Client;
use crate::runtime::clock::{BoxFuture, Clock, Moment, SystemClock};
use crate::runtime::error::Error;
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::runtime::update::{UpdatePauses, update};

#[tokio::test(start_paused = true)]
async fn a_collision_is_read_and_changed_anew() {
    let conflicts = [
        HttpResponse::json(409, r#"{"code":"invalid.update.wrong.version"}"#),
        HttpResponse::json(
            409,
            r#"{"code":"general.conflict","message":"The version number of the modified resource must match the version number in the database"}"#,
        ),
        HttpResponse::json(412, ""),
        HttpResponse::json(400, r#"{"code":"invalid.update.wrong.version"}"#),
        HttpResponse::json(
            400,
            r#"{"message":"The version 1 does not match the current version 2"}"#,
        ),
    ];
    for conflict in conflicts {
        let (client, transport) = scripted([
            with(
                HttpResponse::json(200, r#"{"version":1,"name":"a"}"#),
                "etag",
                "\"1\"",
            ),
            conflict,
            with(
                HttpResponse::json(200, r#"{"version":2,"name":"b"}"#),
                "etag",
                "\"2\"",
            ),
            HttpResponse::json(200, r#"{"version":3}"#),
        ]);
        let written = update(
            || GetUser::new(&client, "1").send(),
            |user| user["name"] = json!("mine"),
            |user| {
                let etag = user.etag().unwrap_or_default().to_owned();
                PostUsers::new(&client, user.into_body())
                    .with_header("If-Match", &etag)
                    .send()
            },
        )
        .await
        .unwrap();
        assert_eq!(written["version"], 3);
        let sent = transport.requests();
        assert_eq!(sent[1].json(), json!({"version": 1, "name": "mine"}));
        assert_eq!(sent[3].json(), json!({"version": 2, "name": "mine"}));
        assert_eq!(sent[3].header("if-match"), Some("\"2\""));
    }
}

#[tokio::test]
async fn other_errors_end_it() {
    for (status, body) in table! {
        409 => "{}";
        409 => r#"{"code":"duplicate.value","message":"email already exists"}"#;
        409 => r#"{"code":"general.conflict","message":"the queue is in use"}"#;
        409 => r#"{"code":"architect.flow.locked.by.user","message":"the latest version is locked"}"#;
        409 => r#"{"code":"conflict","message":"a conversion failed: the formats do not match"}"#;
        400 => r#"{"code":"bad.request","message":"the version is missing"}"#;
        403 => r#"{"message":"the version does not match the current version"}"#;
    } {
        let (client, transport) = refusing(status, body);
        let error: Error = update(
            || GetUser::new(&client, "1").send(),
            |_| {},
            |user| PostUsers::new(&client, user.into_body()).send(),
        )
        .await
        .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(!error.is_version_conflict(), "{body}");
        assert_eq!(transport.request_count(), 2, "{body}");
    }
}

#[test]
fn version_conflicts_are_known_by_code_or_words() {
    for (status, body) in table! {
        412 => "";
        409 => r#"{"code":"invalid.update.wrong.version"}"#;
        400 => r#"{"code":"invalid.update.wrong.version"}"#;
        409 => r#"{"code":"version.mismatch"}"#;
        409 => r#"{"message":"Version 3 is stale"}"#;
        409 => r#"{"code":"general.conflict","message":"a newer version exists"}"#;
        409 => r#"{"message":"Optimistic locking failed: row was updated by another transaction"}"#;
        400 => r#"{"message":"The version 1 does not match the current version 2"}"#;
    } {
        let status = http::StatusCode::from_u16(status).unwrap();
        let error = Error::from_response(status, http::HeaderMap::new(), body);
        assert!(error.is_version_conflict(), "{body}");
    }
}

/// A client of a server that reads, and refuses to write.
fn refusing(status: u16, body: &'static str) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::new(move |request| {
        if request.method == http::Method::GET {
            HttpResponse::json(200, "{}")
        } else {
            HttpResponse::json(status, body)
        }
    }));
    (builder(&transport).build().unwrap(), transport)
}

#[tokio::test(start_paused = true)]
async fn pauses_double_and_end() {
    let milliseconds = |list: &[u64]| list.iter().map(|ms| Duration::from_millis(*ms)).collect();
    let whole: Vec<Duration> = milliseconds(&[100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    let mut halves: Vec<Duration> = milliseconds(&[50, 100, 200, 400, 800]);
    halves.extend([Duration::from_secs(1); 8]);
    for (random, pauses) in [(0.0, whole), (1.0, halves)] {
        let (client, transport) = refusing(412, "");
        let clock = Arc::new(Watched::default());
        let start = tokio::time::Instant::now();
        let error = UpdatePauses::new(clock.clone(), Jitter::new(move || random))
            .update(
                || GetUser::new(&client, "1").send(),
                |_| {},
                |user| PostUsers::new(&client, user.into_body()).send(),
            )
            .await
            .unwrap_err();
        assert!(error.is_precondition_failed());
        assert_eq!(*clock.0.lock().unwrap(), pauses);
        assert_eq!(transport.request_count(), 2 * (pauses.len() + 1));
        assert!(start.elapsed() <= Duration::from_secs(10));
    }
}

/// A clock that remembers how long it was asked to wait, and waits in the time of the test.
#[derive(Debug, Default)]
struct Watched(Mutex<Vec<Duration>>);

impl Clock for Watched {
    fn now(&self) -> Moment {
        SystemClock::new().now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.lock().unwrap().push(duration);
        Box::pin(tokio::time::sleep(duration))
    }
}

#[tokio::test]
async fn an_update_outlasts_reads_that_lag_behind_writes() {
    // The server accepts version 7 only; the first three reads still see version 6.
    let reads = AtomicI64::new(0);
    let served = Served::new(move |request| {
        if request.method == http::Method::GET {
            let version = 6 + reads.fetch_add(1, Ordering::SeqCst) / 3;
            return HttpResponse::json(200, json!({ "version": version }).to_string());
        }
        match request.json()["version"].as_i64() {
            Some(7) => HttpResponse::json(200, r#"{"version":8}"#),
            _ => HttpResponse::json(
                409,
                r#"{"code":"general.conflict","message":"The version number of the modified resource must match the version number in the database"}"#,
            ),
        }
    })
    .await;
    let client = served.client();
    let user = update(
        || GetUser::new(&client, "1").send(),
        |user| user["name"] = json!("mine"),
        |user| PostUsers::new(&client, user.into_body()).send(),
    )
    .await
    .unwrap();
    assert_eq!(user["version"], 8);
    assert_eq!(served.request_count(), 8);
}
