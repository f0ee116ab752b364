//! The recording of the calls of the example `first_call`, which is in the repository, replayed.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use genesys_cloud_mock::{MockConfig, MockGenesys};
use genesys_cloud_runtime::runtime::Client;
use genesys_cloud_runtime::runtime::testing::{Recorder, Replay};
use http::Method;
use serde_json::Value;

const CALLS: usize = 10;

fn recording() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings/first_call.jsonl")
}

/// The calls of the example, as `get_user` makes them.
async fn read_users(client: &Client) {
    for number in 0..CALLS {
        let id = format!("u{number}");
        let user = client
            .request(Method::GET, &format!("/api/v2/users/{id}"))
            .with_template("/api/v2/users/{userId}");
        let user = user.send_json::<Value>().await.unwrap();
        // The ids of the program are in the answers, too.
        assert_eq!(user["id"], id);
        assert_eq!(user["selfUri"], format!("/api/v2/users/{id}"));
    }
}

/// `GENESYS_RECORD=1 cargo test -p genesys-cloud-runtime --features testing --test recording` writes the recording anew.
#[tokio::test]
async fn the_recording_is_written_where_asked_for() {
    if std::env::var("GENESYS_RECORD").is_err() {
        return;
    }
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let client = Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .client_credentials(mock.client_id(), mock.client_secret())
        .attempt_middleware(Recorder::create(recording()).unwrap())
        .build()
        .unwrap();
    read_users(&client).await;
}

#[tokio::test]
async fn the_recording_is_replayed() {
    let replay = Arc::new(Replay::open(recording()).unwrap());
    let client = Client::builder()
        .transport(replay.clone())
        .access_token("any")
        .build()
        .unwrap();
    read_users(&client).await;
    replay.verify();
}

#[test]
fn the_recording_holds_nothing_of_the_users() {
    let text = std::fs::read_to_string(recording()).unwrap();
    assert_eq!(text.lines().count(), CALLS);
    for personal in [
        "Agent", "u0", "u9", "1317", "Manager", "orgspan", "Sales", "Bearer",
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
}
