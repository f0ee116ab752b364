//! `getUser`, 64 in flight, of the SDK and of plain reqwest in turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use genesys_cloud::Client;
use nix::sys::resource::{UsageWho, getrusage};

use crate::derived;
use crate::median::median;
use crate::report::Report;
use crate::server::Server;

const IN_FLIGHT: usize = 64;
const CALLS: usize = 8_000;
const ROUNDS: usize = 21;

/// What a caller without an SDK writes.
#[derive(Clone)]
struct Plain {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Plain {
    async fn get_user(&self, id: &str) -> reqwest::Result<derived::User> {
        self.http
            .get(format!("{}/api/v2/users/{id}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }
}

/// Wall time and processor time of this process for one call, in microseconds.
struct Cost {
    wall: f64,
    processor: f64,
}

pub(crate) fn run(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start(0);
    let (sdk, plain) = runtime.block_on(async {
        let http = reqwest::Client::new();
        let plain = Plain {
            token: server.token(&http).await,
            http,
            base: server.url.clone(),
        };
        let client = server.client();
        let mut rounds = Vec::new();
        for round in 0..=ROUNDS {
            // Each goes first in every other round; the first round only makes the connections.
            let costs = if round % 2 == 0 {
                let sdk = sdk_round(&client).await;
                (sdk, plain_round(&plain).await)
            } else {
                let plain = plain_round(&plain).await;
                (sdk_round(&client).await, plain)
            };
            rounds.push(costs);
        }
        rounds.drain(1..).unzip::<_, _, Vec<_>, Vec<_>>()
    });

    for (name, time, target) in [
        ("wall", (|cost| cost.wall) as fn(&Cost) -> f64, true),
        ("processor", |cost| cost.processor, false),
    ] {
        let ratio = median(
            sdk.iter()
                .zip(&plain)
                .map(|(sdk, plain)| time(plain) / time(sdk))
                .collect(),
        );
        let [ours, theirs] = [&sdk, &plain]
            .map(|costs| format!("{:.1} µs", median(costs.iter().map(time).collect())));
        let figure = format!("a call at {IN_FLIGHT} in flight, {name} time");
        let compared = format!("throughput × {ratio:.3}");
        if target {
            let row = [&*figure, &ours, &theirs, &compared, "≥ 0.95"];
            report.judge(row, ratio >= 0.95);
        } else {
            report.tell(&figure, &ours, &theirs, &compared);
        }
    }
}

async fn sdk_round(client: &Client) -> Cost {
    let client = client.clone();
    in_flight(move |id| {
        let call = client.users().get_user(id).send();
        async move {
            let user = call.await.expect("the mock answers");
            assert!(user.into_body().id.is_some());
        }
    })
    .await
}

async fn plain_round(plain: &Plain) -> Cost {
    let plain = plain.clone();
    in_flight(move |id| {
        let plain = plain.clone();
        async move {
            let user = plain.get_user(&id).await.expect("the mock answers");
            assert!(user.id.is_some());
        }
    })
    .await
}

/// Makes [`CALLS`] calls, [`IN_FLIGHT`] at a time.
async fn in_flight<F: Future<Output = ()> + Send + 'static>(
    call: impl Fn(String) -> F + Send + Sync + 'static,
) -> Cost {
    let call = Arc::new(call);
    let next = Arc::new(AtomicUsize::new(0));
    let (start, processor) = (Instant::now(), processor_seconds());
    let workers: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let (call, next) = (Arc::clone(&call), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CALLS {
                        break;
                    }
                    call(format!("u{number}")).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("no call failed");
    }
    Cost {
        wall: start.elapsed().as_secs_f64() * 1e6 / CALLS as f64,
        processor: (processor_seconds() - processor) * 1e6 / CALLS as f64,
    }
}

/// Processor time of this process: the mock is another.
fn processor_seconds() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system tells");
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
        .sum()
}
