//! What a call costs: the SDK against plain reqwest with derived serde, on the same server and the same data.
//!
//! `cargo bench -p genesys-cloud-tests --bench calls` prints one table (about a minute; nothing else should run) and fails where a target is
//! missed. `-- throughput`, `-- added`, `-- large` and `-- download` make only that part. Allocations are counted by another bench
//! (`allocations`), because counting takes time.

#![allow(clippy::expect_used, reason = "a bench that cannot measure stops")]

mod added;
mod derived;
mod download;
mod instant;
mod large;
mod median;
mod report;
mod server;
mod throughput;

use std::process::ExitCode;
use std::time::Instant;

use report::Report;
use server::Server;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| part == name);
    let mut report = Report::begin();
    // The download comes first: the peak of the memory is one for the whole process.
    if is_wanted("download") {
        memory_of_a_download(&mut report);
    }
    if is_wanted("added") {
        added::run(&mut report);
    }
    if is_wanted("throughput") {
        throughput::run(&mut report);
    }
    if is_wanted("large") {
        large::run(&mut report);
    }
    report.end()
}

/// By how much the peak of the resident memory rises.
fn memory_of_a_download(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start(0);
    let client = server.client();
    runtime.block_on(async {
        client.authenticate().await.expect("the mock gives a token");
        let (before, start) = (peak_memory(), Instant::now());
        let bytes = download::read(&client).await;
        let seconds = start.elapsed().as_secs_f64();
        let grown = peak_memory().saturating_sub(before);
        report.judge(
            [
                "a download of 1 GiB, resident memory",
                &format!("+ {grown} KiB, {:.0} MB/s", bytes as f64 / 1e6 / seconds),
                "",
                "",
                "≤ 8 MiB",
            ],
            grown <= 8 << 10,
        );
    });
}

/// The peak of this process's resident memory in KiB.
fn peak_memory() -> u64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF);
    u64::try_from(usage.expect("the system tells").max_rss()).expect("it is positive")
}
