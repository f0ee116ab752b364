//! The program `soak` against the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Stdio;
use std::time::Duration;

use genesys_cloud_mock::{Fault, MockConfig, MockGenesys};
use serde_json::Value;
use tokio::process::Command;

fn soak(mock: &MockGenesys, requests: &str, mode: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_soak"));
    command
        .args(["--base-url", mock.base_url()])
        .args(["--client-id", &mock.client_id()])
        .args(["--client-secret", &mock.client_secret()])
        .args([
            "--requests",
            requests,
            "--concurrency",
            "64",
            "--mode",
            mode,
        ])
        .env("NO_PROXY", "127.0.0.1")
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    command
}

async fn summary(mut command: Command) -> Value {
    let output = command.output().await.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_to_expiry_revocation_and_token_faults() {
    let mut config = MockConfig::for_load();
    config.settings.lifetime = Duration::from_secs(1);
    let mock = MockGenesys::start(config).await.unwrap();
    mock.fault(Fault::token().token_trouble().probability(0.1));
    mock.fault(Fault::api().revoke_before().probability(0.005));
    let summary = summary(soak(&mock, "2000", "mixed")).await;
    assert_eq!(summary["ok"], 2000, "{summary}");
    assert_eq!(summary["failed"], 0);
    let stats = mock.stats();
    assert_eq!(summary["token_requests"], stats.token_requests);
    assert_eq!(stats.api_executed, 2000);
    assert!(stats.tokens_revoked > 0, "{stats:?}");
    let lifetimes = summary["seconds"].as_f64().unwrap() / 0.7;
    let allowed = 1 + lifetimes as u64 + stats.tokens_revoked + stats.faults;
    assert!(stats.token_requests <= allowed, "{stats:?}");
}

#[tokio::test]
async fn failures_are_counted_by_kind_and_are_no_failure_of_the_program() {
    let mock = MockGenesys::start(MockConfig::for_load()).await.unwrap();
    mock.route("GET", "/api/v2/users/{userId}", |_| {
        genesys_cloud_mock::Reply::error(404, "not.found", "no such user")
    });
    let summary = summary(soak(&mock, "20", "get")).await;
    assert_eq!(summary["ok"], 0);
    assert_eq!(summary["failed"], 20);
    assert_eq!(summary["errors"]["status_404"], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_with_gaps_and_reconnections() {
    let mock = MockGenesys::start(MockConfig::for_load()).await.unwrap();
    let topic = "v2.users.u1.presence";
    let mut command = soak(&mock, "100", "events");
    command.args(["--topic", topic, "--seconds", "60"]);
    let pushes = async {
        // Until the program has ended.
        let mut pushed = 0;
        loop {
            if mock.push(topic, &format!(r#"{{"n":{pushed}}}"#)) > 0 {
                pushed += 1;
            }
            if pushed == 50 {
                mock.drop_sockets();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let summary = tokio::select! {
        summary = summary(command) => summary,
        () = pushes => unreachable!(),
    };
    assert_eq!(summary["events"], 100, "{summary}");
    assert_eq!(summary["twice"], 0);
    assert_eq!(
        (&summary["gaps"], &summary["reconnects"]),
        (&1.into(), &1.into())
    );
}
