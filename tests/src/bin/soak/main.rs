//! Many calls at once through the SDK against any server that speaks Genesys Cloud's paths.
//!
//! The last line of stdout is one JSON object: `{"ok":n,"failed":n,"errors":{"kind":n},"seconds":x,"token_requests":n}`, and with `--mode events`
//! `{"events":n,"gaps":n,"reconnects":n,"twice":n,"seconds":x}`. Everything else goes to stderr. It exits with 0 when it ran to its end, even if
//! calls failed.

mod events;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use genesys_cloud::models::ConversationQuery;
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud::runtime::transport::{
    HttpRequest, HttpResponse, HttpTransport, Transport, TransportError,
};
use genesys_cloud::{Client, Error};
use serde_json::json;

/// The longest that a call may take, retries and waiting for a token included.
const DEADLINE: Duration = Duration::from_secs(60);
const PAGE_SIZE: i64 = 100;
/// Messages of that many failed calls are shown; the rest is counted only.
const SHOWN: u64 = 10;

/// Many calls at once through the SDK; a JSON summary is the last line of stdout.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The server, both as API host and as login host.
    #[arg(long, value_name = "URL")]
    base_url: String,
    /// Id of the OAuth client.
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Secret of the OAuth client.
    #[arg(long, value_name = "SECRET")]
    client_secret: String,
    /// Calls to make, or events to wait for.
    #[arg(long, value_name = "N")]
    requests: u64,
    /// Calls at a time.
    #[arg(long, value_name = "C", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    concurrency: u64,
    /// Which calls.
    #[arg(long, value_enum, default_value_t = Mode::Get)]
    mode: Mode,
    /// What to listen to with `--mode events`; may be given several times.
    #[arg(
        long = "topic",
        value_name = "ID",
        default_value = "v2.users.u1.presence"
    )]
    topics: Vec<String>,
    /// Begin no call after that many seconds, or stop to listen.
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// `getUser` of `u0`, `u1` …
    Get,
    /// `getUsers`, 100 a page, a request per page.
    Page,
    /// Of ten: 8 get, 1 page, 1 `postAnalyticsConversationsDetailsQuery`.
    Mixed,
    /// No calls: listen to notifications.
    Events,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// One kind of call.
#[derive(Clone, Copy)]
enum Kind {
    Get,
    Page,
    Analytics,
}

impl Kind {
    fn from_mode(mode: Mode, number: u64) -> Self {
        match (mode, number % 10) {
            (Mode::Get | Mode::Events, _) | (Mode::Mixed, 0..=7) => Self::Get,
            (Mode::Page, _) | (Mode::Mixed, 8) => Self::Page,
            (Mode::Mixed, _) => Self::Analytics,
        }
    }
}

/// The HTTP transport, which counts token requests: failed ones and those of retries, too.
struct Counting {
    http: HttpTransport,
    token_requests: Arc<AtomicU64>,
}

impl Transport for Counting {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        if request.url.path().ends_with("/oauth/token") {
            self.token_requests.fetch_add(1, Ordering::Relaxed);
        }
        self.http.execute(request)
    }

    fn keeps_time(&self) -> bool {
        self.http.keeps_time()
    }
}

/// What all workers share.
struct Run {
    client: Client,
    mode: Mode,
    requests: u64,
    /// After how many calls the memory is shown.
    tenth: u64,
    end: Option<Instant>,
    next: AtomicU64,
    page: AtomicU64,
    pages: AtomicU64,
    failed: AtomicU64,
}

/// What one worker counted.
#[derive(Default)]
struct Tally {
    ok: u64,
    errors: BTreeMap<String, u64>,
}

impl Run {
    async fn work(&self) -> Tally {
        let mut tally = Tally::default();
        while self.end.is_none_or(|end| Instant::now() < end) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.requests {
                break;
            }
            if number > 0 && number.is_multiple_of(self.tenth) {
                eprintln!("{number} calls started; {}", memory());
            }
            match self.call(number).await {
                Ok(()) => tally.ok += 1,
                Err(error) => {
                    if self.failed.fetch_add(1, Ordering::Relaxed) < SHOWN {
                        eprintln!("call {number}: {}", chain(&error));
                    }
                    *tally.errors.entry(kind(&error)).or_default() += 1;
                }
            }
        }
        tally
    }

    async fn call(&self, number: u64) -> Result<(), Error> {
        match Kind::from_mode(self.mode, number) {
            Kind::Get => {
                let id = format!("u{number}");
                self.client.users().get_user(&id).send().await?;
            }
            Kind::Page => self.read_page().await?,
            Kind::Analytics => {
                let query = ConversationQuery {
                    interval: Some("2026-01-01T00:00:00Z/2026-01-02T00:00:00Z".to_owned()),
                    ..ConversationQuery::default()
                };
                self.client
                    .analytics()
                    .post_analytics_conversations_details_query(query)
                    .send()
                    .await?;
            }
        }
        Ok(())
    }

    /// Reads the next page, and after the last one the first again.
    async fn read_page(&self) -> Result<(), Error> {
        let pages = self.pages.load(Ordering::Relaxed).max(1);
        let page = self.page.fetch_add(1, Ordering::Relaxed) % pages + 1;
        let users = self
            .client
            .users()
            .get_users()
            .page_size(PAGE_SIZE)
            .page_number(page.cast_signed())
            .send()
            .await?;
        if let Some(count) = users.body().page_count {
            let count = u64::try_from(count).unwrap_or(1);
            self.pages.store(count, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// What the summary calls an error: its kind, and the status if there is one.
fn kind(error: &Error) -> String {
    match error.status() {
        Some(status) => format!("status_{}", status.as_u16()),
        None => format!("{:?}", error.kind()).to_lowercase(),
    }
}

/// The memory that the process holds, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    format!("memory: {}", resident.map_or("unknown", str::trim))
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[tokio::main]
async fn main() -> ExitCode {
    match soak(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn soak(arguments: Arguments) -> Result<(), Box<dyn StdError>> {
    if arguments.mode == Mode::Events {
        let client = Client::builder()
            .base_urls(&arguments.base_url, &arguments.base_url)
            .client_credentials(&arguments.client_id, arguments.client_secret.as_str())
            .build()?;
        let most = arguments.requests;
        return events::listen(&client, &arguments.topics, most, arguments.seconds).await;
    }
    let token_requests = Arc::new(AtomicU64::new(0));
    let transport = Counting {
        http: HttpTransport::new(HttpTransport::client_builder())
            .map_err(|error| error.to_string())?,
        token_requests: Arc::clone(&token_requests),
    };
    let client = Client::builder()
        .base_urls(&arguments.base_url, &arguments.base_url)
        .client_credentials(&arguments.client_id, arguments.client_secret.as_str())
        .timeout(DEADLINE)
        .transport(Arc::new(transport))
        .build()?;
    eprintln!(
        "{} calls, {} at a time, against {}",
        arguments.requests,
        arguments.concurrency,
        client.api_base()
    );

    let start = Instant::now();
    let run = Arc::new(Run {
        client,
        mode: arguments.mode,
        requests: arguments.requests,
        tenth: (arguments.requests / 10).max(1000),
        end: arguments.seconds.and_then(|limit| start.checked_add(limit)),
        next: AtomicU64::new(0),
        page: AtomicU64::new(0),
        pages: AtomicU64::new(1),
        failed: AtomicU64::new(0),
    });
    let workers: Vec<_> = (0..arguments.concurrency.min(arguments.requests))
        .map(|_| {
            let run = Arc::clone(&run);
            tokio::spawn(async move { run.work().await })
        })
        .collect();
    let mut total = Tally::default();
    for worker in workers {
        let tally = worker.await?;
        total.ok += tally.ok;
        for (kind, count) in tally.errors {
            *total.errors.entry(kind).or_default() += count;
        }
    }

    println!(
        "{}",
        json!({
            "ok": total.ok,
            "failed": total.errors.values().sum::<u64>(),
            "errors": total.errors,
            "seconds": start.elapsed().as_secs_f64(),
            "token_requests": token_requests.load(Ordering::Relaxed),
        })
    );
    Ok(())
}
