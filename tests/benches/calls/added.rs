//! What the SDK adds to a call, without a network.

use std::hint::black_box;
use std::time::Instant;

use crate::median::median;
use crate::report::Report;
use crate::{derived, instant};

const CALLS: u32 = 20_000;
const ROUNDS: usize = 11;

pub(crate) fn run(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (client, body) = (instant::client(), instant::body());
    let mut rounds = Vec::new();
    for _ in 0..=ROUNDS {
        let call = runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..CALLS {
                let user = client.users().get_user("u1").send().await;
                black_box(user.expect("the transport answers"));
            }
            start.elapsed() / CALLS
        });
        let start = Instant::now();
        for _ in 0..CALLS {
            let user = serde_json::from_slice::<derived::User>(black_box(&body));
            black_box(user.expect("the body is a user"));
        }
        let read = start.elapsed() / CALLS;
        rounds.push((call.as_secs_f64() * 1e6, read.as_secs_f64() * 1e6));
    }
    let (calls, reads): (Vec<_>, Vec<_>) = rounds.drain(1..).unzip();
    let (call, read) = (median(calls), median(reads));
    let added = call - read;
    report.judge(
        [
            "a call without a network; plain: reading its body",
            &format!("{call:.1} µs"),
            &format!("{read:.1} µs"),
            &format!("+ {added:.1} µs"),
            "< 20 µs",
        ],
        added < 20.0,
    );
}
