//! `getUser`, 64 in flight, of the SDK and of plain reqwest, without timeouts and with them, in turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

/// Who makes the calls of a round.
enum Caller {
    Sdk(Client),
    Plain(Plain),
}

impl Caller {
    async fn round(&self) -> Cost {
        match self {
            Self::Sdk(client) => sdk_round(client).await,
            Self::Plain(plain) => plain_round(plain).await,
        }
    }
}

pub(crate) fn run(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start(0);
    let [sdk, plain, patient] = runtime.block_on(rounds(&server));

    for (name, time) in [
        ("wall", (|cost| cost.wall) as fn(&Cost) -> f64),
        ("processor", |cost| cost.processor),
    ] {
        let median_of = |costs: &[Cost]| median(costs.iter().map(time).collect());
        let show = |costs: &[Cost]| format!("{:.1} µs", median_of(costs));
        let against = |plain: &[Cost]| {
            let turns = sdk.iter().zip(plain);
            median(turns.map(|(sdk, plain)| time(plain) / time(sdk)).collect())
        };
        let figure = format!("a call at {IN_FLIGHT} in flight, {name} time");
        let ratio = against(&plain);
        let compared = format!("throughput × {ratio:.3}");
        if name == "wall" {
            let row = [&*figure, &show(&sdk), &show(&plain), &compared, "≥ 0.95"];
            report.judge(row, ratio >= 0.95);
        } else {
            report.tell(&figure, &show(&sdk), &show(&plain), &compared);
        }
        report.tell(
            &format!("{figure}; plain with the SDK's timeouts"),
            &show(&sdk),
            &show(&patient),
            &format!("throughput × {:.3}", against(&patient)),
        );
    }
}

/// What the calls of the SDK, of plain reqwest, and of plain reqwest with timeouts cost, in [`ROUNDS`] rounds.
async fn rounds(server: &Server) -> [Vec<Cost>; 3] {
    let http = reqwest::Client::new();
    let token = server.token(&http).await;
    let plain = |http| {
        Caller::Plain(Plain {
            http,
            base: server.url.clone(),
            token: token.clone(),
        })
    };
    let patient = reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(3_100))
        .timeout(Duration::from_secs(30))
        .build()
        .expect("the configuration is right");
    let callers = [Caller::Sdk(server.client()), plain(http), plain(patient)];
    let mut costs = [const { Vec::new() }; 3];
    // Each goes first in every third round; the first round only makes the connections.
    for round in 0..=ROUNDS {
        for turn in 0..callers.len() {
            let turn = (round + turn) % callers.len();
            let cost = callers[turn].round().await;
            if round > 0 {
                costs[turn].push(cost);
            }
        }
    }
    costs
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
