//! The clock and random numbers are parameters in the runtime, without exception.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use genesys_cloud_house::time::readings;

/// The places that the parameters come from, and the two that keep time for sockets: a timeout of a connection is one of the machine.
const ALLOWED: [&str; 4] = [
    "auth/jitter.rs",
    "clock/mod.rs",
    "transport/http.rs",
    "transport/socket/network.rs",
];

#[test]
fn the_runtime_takes_time_and_chance_as_parameters() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/runtime/src/runtime");
    let wrong = readings(&root, &ALLOWED);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_way_around_the_parameters_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "a.rs",
        "use std::time::{Instant, SystemTime};\n/// Not `Instant::now`.\nfn f() { g(Instant::now()) }\nfn g() -> u8 { fastrand::u8(..) }",
    );
    write(
        "b.rs",
        "use tokio::{sync::Mutex, time::sleep};\nfn f(now: Instant) { now.now(); std::time::SystemTime::now(); }",
    );
    write("c.rs", "fn f() { fastrand::f64() }");
    write("d.rs", "fn f() {}");
    let found = readings(folder.path(), &["c.rs", "d.rs"]);
    assert_eq!(
        found,
        [
            "a.rs:3: `Instant::now` is not a parameter: take a `Clock` as an argument and ask `monotonic` or `instant`",
            "a.rs:4: `fastrand` is not a parameter: take a `Jitter` as an argument",
            "b.rs:1: `tokio::time` is not a parameter: take a `Clock` as an argument, and use its `sleep` or `clock::wait`",
            "b.rs:2: `std::time::SystemTime::now` is not a parameter: take a `Clock` as an argument and ask `now().wall`",
            "d.rs: it is allowed to, and does not",
        ]
    );
}
