//! Reads an instance of every model and writes it back: the JSON must be equal.
//!
//! ```text
//! cargo run -p genesys-cloud-tests --features fidelity --bin roundtrip                      # every model of the spec, ten cases each
//! cargo run -p genesys-cloud-tests --features fidelity --bin roundtrip -- --models FILE    # one {"Model": instance} a line
//! cargo run -p genesys-cloud-tests --features fidelity --bin roundtrip -- --damage 20      # and 20 times with values that do not fit
//! ```
//!
//! Prints every difference; the last line is `{"models":n,"same":n,"different":n}`. Ends with 1 unless all are the same.

mod models;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use genesys_cloud_tests::fidelity::{
    Case, Report, Spec, cases, difference, exit_code, parse, read_lines,
};
use serde::Serialize;
use serde_json::Value;

use models::RoundTrip;

/// Reads an instance of every model and writes it back: the JSON must be equal.
#[derive(Parser)]
struct Options {
    /// Instances, one {"Model": instance} a line (.jsonl or .jsonl.gz), instead of those made from the spec.
    #[arg(long, value_name = "FILE")]
    models: Option<PathBuf>,
    /// How often to damage each instance: some of its values are replaced by others at random. Reading it must not fail, and it must come back as
    /// it was, but for a field that is changed.
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    damage: u32,
    /// The Swagger document.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/genesys-cloud.json"))]
    spec: PathBuf,
    /// Print differences as JSON, one a line.
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Sum {
    models: usize,
    same: usize,
    different: usize,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    exit_code("roundtrip", run(&Options::parse()))
}

/// Whether all models come back as they went in.
fn run(options: &Options) -> Result<bool> {
    let spec = Spec::read(&options.spec)?;
    let instances = match &options.models {
        Some(file) => given(read_lines(file)?),
        None => cases(&spec)?,
    };
    let models: HashMap<&str, RoundTrip> = models::all().collect();
    let mut sum = Sum::default();
    let mut report = Report::new(io::stdout().lock(), options.json, "model");
    for cases in &instances {
        sum.models += 1;
        let mut same = true;
        for case in cases {
            let told = match models.get(case.model.as_str()) {
                Some(round_trip) => told(case, *round_trip, options.damage),
                None => Some("the SDK has no model of that name".to_owned()),
            };
            if let Some(told) = told {
                same = false;
                report.difference(&case.model, &case.name, &told)?;
            }
        }
        if same {
            sum.same += 1;
        } else {
            sum.different += 1;
        }
    }
    let all_the_same = sum.same == sum.models;
    report.finish(&sum)?;
    Ok(all_the_same)
}

/// The instances of a file, each a case of its own.
fn given(lines: Vec<BTreeMap<String, Value>>) -> Vec<Vec<Case>> {
    let case = |(model, instance)| {
        vec![Case {
            name: "given",
            model,
            instance,
        }]
    };
    lines.into_iter().flatten().map(case).collect()
}

/// What a case shows, where it shows something.
fn told(case: &Case, round_trip: RoundTrip, damage: u32) -> Option<String> {
    let written = match (round_trip.there_and_back)(case.instance.to_string().as_bytes()) {
        Ok(written) => written,
        Err(error) => return Some(format!("it cannot be read or written: {error}")),
    };
    let told = match parse(&written) {
        Ok(actual) => difference(&case.instance, &actual),
        Err(error) => Some(format!("what is written is not JSON: {error}")),
    };
    told.or_else(|| {
        models::told_of_damage(&case.instance, round_trip, damage)
            .unwrap_or_else(|error| Some(format!("damaged, it cannot be read or written: {error}")))
    })
}
