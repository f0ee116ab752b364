//! Compares what the generated operations put on the wire with vectors.
//!
//! ```text
//! cargo run -p genesys-cloud-tests --features fidelity --bin wire -- --vectors FILE    # recorded ones, .jsonl or .jsonl.gz
//! cargo run -p genesys-cloud-tests --features fidelity --bin wire -- --sample         # made from the spec, for all operations
//! ```
//!
//! Prints every difference; the last line is `{"vectors":n,"same":n,"different":n,"unknown_operation":n}`. Ends with 1 unless all are the same.

mod recorder;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgGroup, Parser};
use genesys_cloud_tests::fidelity::{Report, Spec, Vector, exit_code, read_lines, sample_vectors};
use genesys_cloud_tests::surface::{self, Arguments, Prepare};
use serde::Serialize;

use recorder::Recorder;

/// Compares what the generated operations put on the wire with vectors.
#[derive(Parser)]
#[command(group(ArgGroup::new("source").required(true).multiple(true).args(["vectors", "sample"])))]
struct Options {
    /// Vectors, one JSON object a line (.jsonl or .jsonl.gz).
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// Vectors made from the spec, for every operation.
    #[arg(long)]
    sample: bool,
    /// The Swagger document that `--sample` reads.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/genesys-cloud.json"))]
    spec: PathBuf,
    /// Print differences as JSON, one a line.
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Sum {
    vectors: usize,
    same: usize,
    different: usize,
    unknown_operation: usize,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    exit_code("wire", run(&Options::parse()))
}

/// Whether all vectors are the same.
fn run(options: &Options) -> Result<bool> {
    let mut vectors: Vec<Vector> = match &options.vectors {
        Some(file) => read_lines(file)?,
        None => Vec::new(),
    };
    if options.sample {
        vectors.extend(sample_vectors(&Spec::read(&options.spec)?)?);
    }
    let operations: HashMap<&str, Prepare> = surface::all().collect();
    let recorder = Recorder::new()?;
    let mut sum = Sum::default();
    let mut report = Report::new(io::stdout().lock(), options.json, "operation");
    for vector in &vectors {
        sum.vectors += 1;
        let differences = match operations.get(vector.operation.as_str()) {
            None => {
                sum.unknown_operation += 1;
                vec!["the SDK has no operation of that name".to_owned()]
            }
            Some(prepare) => {
                let differences = differences(vector, *prepare, &recorder);
                if differences.is_empty() {
                    sum.same += 1;
                } else {
                    sum.different += 1;
                }
                differences
            }
        };
        for difference in differences {
            report.difference(&vector.operation, &vector.variant, &difference)?;
        }
    }
    let all_the_same = sum.same == sum.vectors;
    report.finish(&sum)?;
    Ok(all_the_same)
}

/// What differs between the vector and what the SDK sends.
fn differences(vector: &Vector, prepare: Prepare, recorder: &Recorder) -> Vec<String> {
    let mut arguments = Arguments::new(&vector.args);
    let sent = prepare(recorder.client(), &mut arguments)
        .and_then(|prepared| arguments.finish().map(|()| prepared))
        .and_then(|prepared| recorder.send(prepared.into_request(), &vector.request));
    match sent {
        Ok(actual) => vector.request.differences(&actual),
        Err(problem) => vec![problem],
    }
}
