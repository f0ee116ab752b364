//! The examples, run as a newcomer runs them: without credentials, against the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};

use genesys_cloud_tests::redis::RedisServer;

/// An example as cargo has built it, next to the folder of the tests.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path: PathBuf = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        path.exists(),
        "{} is missing: `cargo test` builds the examples, but not with `--test`: `cargo build -p genesys-cloud-tests --examples` then",
        path.display()
    );
    let mut command = Command::new(path);
    // Whoever runs the tests may have credentials, or a Redis.
    for name in [
        "GENESYSCLOUD_ACCESS_TOKEN",
        "GENESYSCLOUD_OAUTHCLIENT_ID",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET",
        "GENESYSCLOUD_REGION",
        "REDIS_URL",
    ] {
        command.env_remove(name);
    }
    command.env("NO_PROXY", "127.0.0.1");
    command
}

fn run(mut command: Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    assert!(status.success(), "{stdout}\n{stderr}");
    stdout
}

/// The lines after the one that says where the mock is.
fn lines(output: &str) -> Vec<&str> {
    let mut lines = output.lines();
    let first = lines.next().unwrap();
    assert!(
        first.starts_with("no credentials in the environment: the mock at http://127.0.0.1:"),
        "{first}"
    );
    lines.collect()
}

#[test]
fn first_call() {
    let output = run(example("first_call"));
    let lines = lines(&output);
    let calls = lines.iter().filter(|line| line.contains("200 OK")).count();
    assert_eq!(calls, 10, "{output}");
    let summary = lines.last().unwrap();
    assert!(summary.starts_with("10 calls, 0 failed; "), "{summary}");
    // Two and a half seconds of tokens that live one.
    assert!(!output.contains("failed; 1 token requests"), "{summary}");
}

#[test]
fn list_all_users() {
    let output = run(example("list_all_users"));
    assert_eq!(
        lines(&output),
        [
            "u0 Agent u0",
            "u1 Agent u1",
            "u2 Agent u2",
            "250 users in all",
            "of the first 100, 100 have a title",
        ]
    );
}

#[test]
fn analytics_details() {
    let output = run(example("analytics_details"));
    assert_eq!(
        lines(&output),
        [
            "query: 250 conversations with 500 sessions",
            "job job-1: started",
            "job: FULFILLED",
            "job: 250 conversations",
        ]
    );
}

#[test]
fn update_with_explicit_null() {
    let output = run(example("update_with_explicit_null"));
    assert_eq!(
        lines(&output),
        [
            "title: Some(\"Agent\")",
            "title: None, version Some(2)",
            "title: Some(\"Agent\"), version Some(3)",
        ]
    );
}

#[test]
fn update_with_explicit_null_wants_the_name_of_a_user_of_the_cloud() {
    let mut command = example("update_with_explicit_null");
    command.env("GENESYSCLOUD_ACCESS_TOKEN", "t");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("usage: update_with_explicit_null USER_ID"),
        "{error}"
    );
}

#[test]
fn custom_token_provider() {
    let output = run(example("custom_token_provider"));
    assert_eq!(
        lines(&output),
        [
            "the token service gave a token for 86400 s",
            "getUsers: 200 OK",
            "getUsers: 200 OK",
            "the mock revokes the token",
            "the token service gave a token for 86400 s",
            "getUsers: 200 OK",
        ]
    );
}

#[test]
fn shared_redis_store() {
    let Some(redis) = RedisServer::start() else {
        return;
    };
    let mut command = example("shared_redis_store");
    command.env("REDIS_URL", redis.url());
    assert_eq!(
        lines(&run(command)),
        [
            "first process: token fetched, and put into Redis",
            "first process: getUsers: 200 OK",
            "second process: token read from Redis",
            "second process: getUsers: 200 OK",
            "1 token request(s)",
        ]
    );
}

#[test]
fn shared_redis_store_says_what_to_do_without_redis() {
    let mut command = example("shared_redis_store");
    // Nothing listens on port 1.
    command.env("REDIS_URL", "redis://:hunter2@127.0.0.1:1/");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no Redis server answers"), "{error}");
    assert!(error.contains("redis-server --port 6379"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn handling_errors() {
    let output = run(example("handling_errors"));
    let lines = lines(&output);
    let advice: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| !line.starts_with("    "))
        .collect();
    assert_eq!(
        advice,
        [
            "unknown user: 404: there is no such user",
            "no token: 401: the credentials are not good (any more); log in again",
            "no permission: 403: ask an administrator for analytics:conversationDetail:view or analytics:agentConversationDetail:view",
            "short delay: 200 OK after 2 attempt(s)",
            "long delay: 429: try again in 3600 s",
        ],
        "{output}"
    );
    let texts: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| line.starts_with("    "))
        .collect();
    // Four failures, each with what the API said and the id to give to support.
    assert_eq!(texts.len(), 8, "{output}");
    assert!(
        texts
            .iter()
            .skip(1)
            .step_by(2)
            .all(|text| text.contains("correlation id: Some("))
    );
    assert!(texts[4].contains("ANY of these permissions"), "{output}");
}

#[test]
fn streaming_download() {
    let output = run(example("streaming_download"));
    assert_eq!(
        lines(&output),
        ["64000000 bytes to come", "64000000 bytes in many chunks"]
    );
}

#[test]
fn streaming_download_keeps_the_file_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("download");
    let mut command = example("streaming_download");
    command.arg("d1").arg(&file);
    run(command);
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 64_000_000);
    // A file that is there is not overwritten.
    let mut again = example("streaming_download");
    again.arg("d1").arg(&file);
    assert_eq!(again.output().unwrap().status.code(), Some(1));
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 64_000_000);
}

#[test]
fn upload_prompt_audio() {
    let output = run(example("upload_prompt_audio"));
    assert_eq!(
        lines(&output),
        ["prompt prompt-1: created", "prompt prompt-1: transcoded"]
    );
}

/// The mock's storage refuses a request with the token, and its apps host one without.
#[test]
fn upload_contact_list() {
    let output = run(example("upload_contact_list"));
    assert_eq!(
        lines(&output),
        ["with the token: 3 of 3 contacts", "presigned: 64 bytes"]
    );
}

#[test]
fn uploads_to_the_cloud_want_a_file() {
    for name in ["upload_prompt_audio", "upload_contact_list"] {
        let mut command = example(name);
        command.env("GENESYSCLOUD_ACCESS_TOKEN", "t");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(&format!("usage: {name}")), "{error}");
    }
}

#[test]
fn listen_to_presence() {
    let output = run(example("listen_to_presence"));
    let lines = lines(&output);
    assert_eq!(lines[0], "listening to the presence of one user");
    let presences: Vec<_> = (lines.iter())
        .filter_map(|line| line.strip_prefix("presence: "))
        .collect();
    assert_eq!(
        presences,
        ["Available", "Busy", "Meal", "Available", "Offline"]
    );
    let gaps = lines
        .iter()
        .filter(|line| line.contains("may have been missed"));
    assert_eq!(gaps.count(), 1, "{output}");
}
