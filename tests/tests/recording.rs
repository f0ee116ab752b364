//! The recording of the example `first_call`, in the repository, replayed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use genesys_cloud::Client;
use genesys_cloud::runtime::testing::{Recorder, Replay};
use genesys_cloud_mock::{MockConfig, MockGenesys};
use genesys_cloud_tests::guide::client_of;

#[allow(dead_code, reason = "its main function")]
#[path = "../examples/first_call.rs"]
mod first_call;

fn recording() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings/first_call.jsonl")
}

/// `GENESYS_RECORD=1 cargo test -p genesys-cloud-tests --test recording` writes the recording anew.
#[tokio::test]
async fn the_first_call_is_recorded_again_where_asked_for() {
    if std::env::var("GENESYS_RECORD").is_err() {
        return;
    }
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let client = client_of(&mock)
        .attempt_middleware(Recorder::create(recording()).unwrap())
        .build()
        .unwrap();
    assert_eq!(first_call::read_users(&client, &AtomicU64::new(0)).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_call_is_replayed() {
    let replay = Arc::new(Replay::open(recording()).unwrap());
    let client = Client::builder()
        .transport(replay.clone())
        .access_token("any")
        .build()
        .unwrap();
    assert_eq!(first_call::read_users(&client, &AtomicU64::new(0)).await, 0);
    replay.verify();
}

/// What the mock makes up for a user, and must not be in a file that is shared.
#[test]
fn the_recording_holds_nothing_of_the_users() {
    let text = std::fs::read_to_string(recording()).unwrap();
    assert_eq!(text.lines().count(), 10);
    for personal in [
        "Agent",
        "u0",
        "u9",
        "@example.com\"",
        "+1317",
        "Manager",
        "orgspan",
    ] {
        let shown = text.replace("person", "").replace("@example.com", "");
        assert!(!shown.contains(personal), "{personal}");
    }
}
