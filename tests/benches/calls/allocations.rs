//! How many allocations a call makes, and the most memory that a download of 1 GB holds: counted, so the same in every run.
//!
//! `cargo bench -p genesys-cloud-tests --bench allocations`. Only this thread's are counted, and the mock is another process.

#![allow(clippy::expect_used, reason = "a bench that cannot measure stops")]

mod derived;
mod download;
mod instant;
mod report;
mod server;

use std::hint::black_box;
use std::process::ExitCode;

use allocation_counter::{AllocationInfo, measure};
use genesys_cloud::Client;
use report::Report;
use server::Server;
use tokio::runtime::Runtime;

const CALLS: u64 = 1_000;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut report = Report::begin();
    without_a_network(&report, &runtime);
    over_loopback(&report, &runtime);
    download(&mut report, &runtime);
    report.end()
}

fn show(info: AllocationInfo) -> String {
    format!(
        "{:.1} allocations, {:.1} KiB",
        info.count_total as f64 / CALLS as f64,
        info.bytes_total as f64 / 1024.0 / CALLS as f64
    )
}

fn more(sdk: AllocationInfo, plain: AllocationInfo) -> String {
    let difference = sdk.count_total as f64 - plain.count_total as f64;
    format!("{:+.1} allocations", difference / CALLS as f64)
}

async fn get_users(client: &Client) {
    for _ in 0..CALLS {
        let user = client.users().get_user("u1").send().await;
        black_box(user.expect("the server answers"));
    }
}

fn without_a_network(report: &Report, runtime: &Runtime) {
    let (client, body) = (instant::client(), instant::body());
    runtime.block_on(get_users(&client));
    let sdk = measure(|| runtime.block_on(get_users(&client)));
    let plain = measure(|| {
        for _ in 0..CALLS {
            let user = serde_json::from_slice::<derived::User>(&body);
            black_box(user.expect("the body is a user"));
        }
    });
    report.tell(
        "a call without a network; plain: reading its body",
        &show(sdk),
        &show(plain),
        &more(sdk, plain),
    );
}

fn over_loopback(report: &Report, runtime: &Runtime) {
    let server = Server::start(0);
    let (client, http) = (server.client(), reqwest::Client::new());
    runtime.block_on(get_users(&client));
    let sdk = measure(|| runtime.block_on(get_users(&client)));
    let token = runtime.block_on(server.token(&http));
    let plain = measure(|| {
        runtime.block_on(async {
            for _ in 0..CALLS {
                let response = http
                    .get(format!("{}/api/v2/users/u1", server.url))
                    .bearer_auth(&token)
                    .send()
                    .await
                    .and_then(reqwest::Response::error_for_status)
                    .expect("the mock answers");
                let user: reqwest::Result<derived::User> = response.json().await;
                black_box(user.expect("the body is a user"));
            }
        });
    });
    report.tell(
        "a call over loopback",
        &show(sdk),
        &show(plain),
        &more(sdk, plain),
    );
}

fn download(report: &mut Report, runtime: &Runtime) {
    let server = Server::start(0);
    let client = server.client();
    runtime
        .block_on(client.authenticate())
        .expect("the mock gives a token");
    let info = measure(|| {
        runtime.block_on(download::read(&client));
    });
    let peak = info.bytes_max >> 10;
    report.judge(
        [
            "a download of 1 GiB, most memory held",
            &format!("{peak} KiB"),
            "",
            "",
            "≤ 8 MiB",
        ],
        peak <= 8 << 10,
    );
}
