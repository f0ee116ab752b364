//! The program: a mock Genesys Cloud on a loopback port, for clients in any language.
//!
//! The first line of stdout is `listening on http://127.0.0.1:PORT`. It serves the login host (`/oauth/token`, `/oauth/authorize`) and the API
//! (`/api/v2/…`) until it is killed; `/__mock/…` steers it (see the docs of `crate::admin`). `--routes` lists what it has.

use std::io::{self, Write as _};
use std::time::Duration;

use crate::admin;
use crate::{Backend, ExpiresIn, Fault, MockConfig, MockGenesys, OAuthClient, Reply};
use clap::Parser;

/// A mock Genesys Cloud on a loopback port.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Lifetime of access tokens, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = seconds)]
    lifetime: Duration,
    /// `expires_in` of token responses [default: the lifetime, rounded up].
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<f64>,
    /// Users in listings.
    #[arg(long, default_value_t = 250)]
    users: usize,
    /// Share of token requests that fail, each in one of several ways.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = probability)]
    token_fault_rate: f64,
    /// How long a token request takes, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    token_latency: Duration,
    /// Share of API requests that find their token revoked.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = probability)]
    revoke_rate: f64,
    /// Share of API requests that are answered with 503.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = probability)]
    api_fault_rate: f64,
    /// A rule in JSON that makes requests fail; can be repeated. The members are those of POST /__mock/fault:
    ///
    /// which requests: "path" ("/api/v2/users/{id}") with or without "method", or "target" ("token", "api", "presigned", "any");
    ///
    /// how often: once without these, or "times", "always" (true), "skip", "probability";
    ///
    /// what happens: "status" (401, 403, 429 …, with the API's error body; "html": true gives the page of a proxy, "body" and "headers" anything else),
    /// "delay" (seconds), "revoke" ("before", "after"), "break" ("unread", "before", "after"), "cut" (bytes), "end" ("close", "reset").
    ///
    /// For example: --fault '{"path": "/api/v2/users/me", "status": 502, "html": true, "times": 3}'
    #[arg(long, value_name = "JSON", value_parser = rule)]
    fault: Vec<Fault>,
    /// List the routes of the mock and exit. GET /__mock/routes lists them too.
    #[arg(long)]
    routes: bool,
    /// Calls a minute allowed for each token; more are answered with 429.
    #[arg(long)]
    rate_limit: Option<u32>,
    /// Minimum size in bytes of the response to an analytics details query.
    #[arg(long, default_value_t = 0)]
    analytics_bytes: usize,
    /// Id of the OAuth client.
    #[arg(long, default_value = crate::DEFAULT_CLIENT_ID)]
    client_id: String,
    /// Secret of the OAuth client.
    #[arg(long, default_value = crate::DEFAULT_CLIENT_SECRET)]
    client_secret: String,
    /// Accept any client id with any secret.
    #[arg(long)]
    any_credentials: bool,
    /// Path prefix of the login host, as behind a gateway.
    #[arg(long, default_value = "")]
    login_prefix: String,
    /// Path prefix of the API host, as behind a gateway.
    #[arg(long, default_value = "")]
    api_prefix: String,
    /// Compress large responses for clients that accept gzip.
    #[arg(long)]
    gzip: bool,
    /// Seed of the random faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn rule(text: &str) -> Result<Fault, String> {
    admin::fault(text.as_bytes())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn probability(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value @ 0.0..=1.0) => Ok(value),
        Ok(_) => Err("must be between 0 and 1".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn config(arguments: &Arguments) -> MockConfig {
    let mut config = MockConfig::for_load();
    config.port = arguments.port;
    config.clients = vec![OAuthClient::new(
        &arguments.client_id,
        &arguments.client_secret,
    )];
    config.any_credentials = arguments.any_credentials;
    config.login_prefix.clone_from(&arguments.login_prefix);
    config.api_prefix.clone_from(&arguments.api_prefix);
    config.seed = arguments.seed;
    let settings = &mut config.settings;
    settings.lifetime = arguments.lifetime;
    settings.users = arguments.users;
    settings.analytics_bytes = arguments.analytics_bytes;
    settings.gzip = arguments.gzip;
    if let Some(expires_in) = arguments.expires_in {
        settings.expires_in = ExpiresIn::Raw(expires_in.into());
    }
    if let Some(allowed) = arguments.rate_limit {
        settings.rate_limit.allowed = allowed;
        settings.rate_limit.enforced = true;
    }
    config
}

/// Puts the trouble that was asked for in force. The first rule that fires decides, so each brings the latency with it.
fn script(mock: &MockGenesys, arguments: &Arguments) {
    for fault in &arguments.fault {
        mock.fault(fault.clone());
    }
    let latency = arguments.token_latency;
    if arguments.token_fault_rate > 0.0 {
        let trouble = Fault::token().token_trouble().delay(latency);
        mock.fault(trouble.probability(arguments.token_fault_rate));
    }
    if !latency.is_zero() {
        mock.fault(Fault::token().always().delay(latency));
    }
    if arguments.revoke_rate > 0.0 {
        let revoke = Fault::api().revoke_before();
        mock.fault(revoke.probability(arguments.revoke_rate));
    }
    if arguments.api_fault_rate > 0.0 {
        let fault = Fault::api().respond(Reply::api_error(503));
        mock.fault(fault.probability(arguments.api_fault_rate));
    }
}

/// Reads the command line and serves until the process is interrupted.
///
/// # Errors
///
/// The runtime cannot be built, or the port is taken.
pub fn run() -> io::Result<()> {
    let arguments = Arguments::parse();
    if arguments.routes {
        let routes = Backend::new(config(&arguments)).routes().join("\n");
        return writeln!(io::stdout(), "{routes}");
    }
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build()?.block_on(serve(&arguments))
}

async fn serve(arguments: &Arguments) -> io::Result<()> {
    let mock = MockGenesys::start(config(arguments)).await?;
    script(&mock, arguments);
    println!("listening on {}", mock.base_url());
    io::stdout().flush()?;
    tokio::signal::ctrl_c().await
}
