//! The watch notices: each way out ends the process that takes it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use genesys_cloud_leak_watch::{find, hide, inspect_debug, inspect_error, watch};

const SECRET: &str = "s3cret/with+odd=characters%";
/// Its `Basic` credentials with the id `the-client`.
const BASIC: &str = "dGhlLWNsaWVudDpzM2NyZXQvd2l0aCtvZGQ9Y2hhcmFjdGVycyU=";

/// Names the way out that the child process takes.
const WAY: &str = "LEAK_WATCH_WAY";

const WAYS: [&str; 9] = [
    "event",
    "message",
    "span",
    "late field",
    "log",
    "task",
    "debug",
    "error",
    "source",
];

#[derive(Debug, Clone)]
struct Outer(String, Option<Box<Outer>>);

impl std::fmt::Display for Outer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|inner| inner as _)
    }
}

fn leak(way: &str) {
    watch([SECRET]);
    match way {
        "event" => tracing::trace!(value = BASIC),
        "message" => tracing::error!("a token: {SECRET}"),
        "span" => drop(tracing::trace_span!("span", value = ?SECRET.as_bytes())),
        "late field" => {
            let span = tracing::info_span!("span", value = tracing::field::Empty);
            span.record("value", SECRET);
        }
        "log" => log::trace!(target: "some_crate", "{SECRET}"),
        // Its panic would go unnoticed.
        "task" => drop(std::thread::spawn(|| tracing::trace!("{SECRET}")).join()),
        "debug" => inspect_debug(&Some(SECRET)),
        "error" => inspect_error(&Outer(SECRET.to_owned(), None)),
        "source" => inspect_error(&Outer(
            "nothing".to_owned(),
            Some(Box::new(Outer(SECRET.to_owned(), None))),
        )),
        other => {
            // Everything else may be said.
            tracing::trace!(other, "nothing of interest: s3cret");
            log::trace!("{BASIC:.8}");
            inspect_debug(&other);
        }
    }
}

fn run(way: &str) -> std::process::Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored"])
        .env(WAY, way)
        .output()
        .unwrap()
}

/// What the other tests start in a process of its own.
#[test]
#[ignore = "run by the tests below"]
fn child() {
    leak(&std::env::var(WAY).unwrap());
}

#[test]
fn every_way_out_ends_the_process() {
    for way in WAYS {
        let output = run(way);
        assert!(!output.status.success(), "{way}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("LEAK in"), "{way}: {text}");
    }
}

#[test]
fn what_is_no_secret_may_be_said() {
    assert!(run("none").status.success());
}

#[test]
fn every_form_of_a_secret_is_found() {
    hide("planted-secret/1");
    let forms = [
        ("as it is", "x planted-secret/1 y".to_owned()),
        ("as it is", "PLANTED-SECRET/1".to_owned()),
        ("percent-encoded", "?a=planted%2Dsecret%2f1&b".to_owned()),
        ("percent-encoded", "?a=planted-secret%252F1".to_owned()),
        ("in base64", "cGxhbnRlZC1zZWNyZXQvMQ==".to_owned()),
        ("in base64", "(eHBsYW50ZWQtc2VjcmV0LzF5)".to_owned()),
        ("in base64", "eHhwbGFudGVkLXNlY3JldC8xeXk".to_owned()),
        ("in base64", "AAAcGxhbnRlZC1zZWNyZXQvMQ".to_owned()),
        (
            "in hexadecimal",
            "0706c616e7465642d7365637265742f31".to_owned(),
        ),
        ("as a list of bytes", format!("{:?}", b"planted-secret/1")),
    ];
    for (form, text) in forms {
        let leak = find(&text);
        assert_eq!(leak.map(|leak| leak.form), Some(form), "{text}");
    }
    assert_eq!(find("planted-secret/2, planted, c2VjcmV0"), None);
}

#[test]
#[should_panic(expected = "too short")]
fn what_turns_up_by_chance_cannot_be_hidden() {
    hide("abc");
}
