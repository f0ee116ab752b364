//! Has Prism, a mock server that nobody here wrote, judge the generated operations: it serves the spec, says what is wrong with each request,
//! and makes up a response, which the SDK must read.
//!
//! ```text
//! cargo run -p genesys-cloud-tests --features fidelity --bin prism -- --prism tests/prism/node_modules/.bin/prism
//! ```
//!
//! Every operation is called with all arguments, for the response that the examples and types of the spec give, and with the required ones,
//! for one made at random. Prints what is wrong; the last line is a sum. Ends with 1 where Prism finds a violation that `tests/prism/faults.toml`
//! does not explain, or the SDK cannot read a response.

mod faults;
mod server;
mod verdict;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use genesys_cloud::{Client, RetryPolicy};
use genesys_cloud_tests::fidelity::{
    Constraints, Operation, Policy, Report, Sampler, Spec, Variant, exit_code,
};
use genesys_cloud_tests::surface::{self, Arguments, Prepare};
use serde::Serialize;

use faults::Faults;
use server::Server;
use verdict::{Reading, Verdict};

/// Has Prism judge the generated operations.
#[derive(Parser)]
struct Options {
    /// Prism's program.
    #[arg(long, value_name = "FILE", required_unless_present = "url")]
    prism: Option<PathBuf>,
    /// A Prism that runs already.
    #[arg(long, value_name = "URL", conflicts_with = "prism")]
    url: Option<String>,
    /// The Swagger document.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/genesys-cloud.json"))]
    spec: PathBuf,
    /// What Prism and the spec are known to have wrong.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/prism/faults.toml"))]
    faults: PathBuf,
    /// The tags whose operations are called; all where none is given.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,
    /// Print what is wrong as JSON, one a line.
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Sum {
    tags: usize,
    operations: usize,
    requests: usize,
    violations: usize,
    known_faults: usize,
    read: usize,
    unread: usize,
    refused: usize,
    too_complex: usize,
    prism_failed: usize,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code("prism", run(&Options::parse()).await)
}

/// Whether Prism and the SDK agree.
async fn run(options: &Options) -> Result<bool> {
    let spec = Spec::read(&options.spec)?;
    let mut faults = Faults::read(&options.faults)?;
    let chosen = chosen(&spec, &options.tags)?;
    let started = match &options.prism {
        Some(program) => Some(Server::start(program, &options.spec).await?),
        None => None,
    };
    let url = match (&started, &options.url) {
        (Some(server), _) => server.url(),
        (None, url) => url.as_deref().unwrap_or_default(),
    };
    let prepare: HashMap<&str, Prepare> = surface::all().collect();
    let calls = [
        (Variant::All, client(url, "dynamic=false")?),
        (Variant::Required, client(url, "dynamic=true")?),
    ];
    let sampler = Sampler::new(
        &spec,
        Policy {
            constraints: Constraints::Met,
            ..Policy::default()
        },
    );
    let mut sum = Sum {
        tags: options.tags.len(),
        operations: chosen.len(),
        ..Sum::default()
    };
    let mut report = Report::new(io::stdout().lock(), options.json, "operation");
    for operation in &chosen {
        let prepare = prepare
            .get(operation.name)
            .ok_or_else(|| format!("the SDK has no operation {}", operation.name))?;
        for (variant, client) in &calls {
            let values = sampler.arguments(operation, *variant == Variant::Required)?;
            let mut arguments = Arguments::new(&values);
            let prepared = prepare(client, &mut arguments)?;
            arguments.finish()?;
            sum.requests += 1;
            let Verdict {
                violations,
                reading,
            } = Verdict::new(prepared.send().await);
            for violation in &violations {
                if faults.explain(operation, violation) {
                    sum.known_faults += 1;
                } else {
                    sum.violations += 1;
                    report.difference(operation.name, variant, &violation.to_string())?;
                }
            }
            match reading {
                Reading::Read => sum.read += 1,
                Reading::TooComplex => sum.too_complex += 1,
                Reading::PrismFailed => sum.prism_failed += 1,
                Reading::Refused => sum.refused += 1,
                Reading::Failed(reason) => {
                    sum.unread += 1;
                    report.difference(operation.name, variant, &reason)?;
                }
            }
        }
    }
    let outlived = faults.outlived(&chosen);
    for fault in &outlived {
        report.difference(fault, &"faults", "nothing is wrong there any more")?;
    }
    let agree = sum.violations == 0 && sum.unread == 0 && outlived.is_empty();
    report.finish(&sum)?;
    Ok(agree)
}

/// The operations of these tags, each once.
fn chosen<'a>(spec: &'a Spec, tags: &[String]) -> Result<Vec<Operation<'a>>> {
    let known: BTreeSet<&str> = spec
        .operations()
        .flat_map(|operation| operation.tags())
        .collect();
    if let Some(unknown) = tags.iter().find(|tag| !known.contains(tag.as_str())) {
        return Err(format!("the spec has no tag {unknown}").into());
    }
    let is_chosen = |operation: &Operation<'_>| {
        tags.is_empty()
            || operation
                .tags()
                .any(|tag| tags.iter().any(|chosen| chosen == tag))
    };
    Ok(spec.operations().filter(is_chosen).collect())
}

/// A client of Prism that asks for one kind of response.
fn client(url: &str, prefer: &str) -> Result<Client> {
    Ok(Client::builder()
        .base_urls(url, url)
        .access_token("prism-token")
        .retry(RetryPolicy::never())
        .timeout(Duration::from_secs(120))
        .default_header("prefer", prefer)
        // While Prism makes up a large response it closes connections that it takes for idle.
        .configure_http(|http| http.pool_max_idle_per_host(0))
        .build()?)
}
