//! `stats`: what the spec holds and what becomes of it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use genesys_codegen::{Config, ir};
use indexmap::IndexMap;
use serde_json::Value;

use super::progress::Progress;
use super::{Failure, Strictness, output, recovery, workspace};

#[derive(Args)]
pub(super) struct Arguments {
    /// The spec: a .json or .json.gz file, or the folder that holds it [default: spec/ of the workspace].
    #[arg(long, value_name = "PATH")]
    spec: Option<PathBuf>,
    /// Print JSON, on one line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    strictness: Strictness,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let spec = workspace::spec(arguments.spec.as_deref())?;
    recovery::of_spec(&spec)?;
    let progress = Progress::new();
    let built = Config::new()
        .spec(spec)
        .strict(arguments.strictness.strict)
        .progress(progress.listener())
        .build()?;
    drop(progress);
    let failed = |error| Failure(format!("cannot write the counts as JSON: {error}"));
    let json = serde_json::to_string(&ir::stats(&built.api)).map_err(failed)?;
    if arguments.json {
        output::lines([json])?;
    } else {
        output::lines(table(&serde_json::from_str(&json).map_err(failed)?))?;
    }
    output::report(&built.api.diagnostics);
    Ok(ExitCode::SUCCESS)
}

/// Counts below each other, then the definitions that were skipped and the operations that are left out.
fn table(stats: &IndexMap<String, Value>) -> Vec<String> {
    let mut lines: Vec<String> = stats
        .iter()
        .filter(|(_, value)| value.is_number())
        .map(|(key, value)| format!("{:<24} {:>7}", key.replace('_', " "), value.to_string()))
        .collect();
    let skipped = stats.get("skipped").and_then(Value::as_array);
    for definition in skipped.into_iter().flatten() {
        let text = |key: &str| definition[key].as_str().unwrap_or_default();
        lines.push(format!(
            "skipped {}: {}",
            text("definition"),
            text("reason")
        ));
    }
    let left_out = stats.get("left_out").and_then(Value::as_array);
    for operation in left_out.into_iter().flatten() {
        let text = |key: &str| operation[key].as_str().unwrap_or_default();
        lines.push(format!(
            "left out {} ({} {}): {}",
            text("operation").escape_debug(),
            text("method").to_uppercase(),
            text("path").escape_debug(),
            text("reason")
        ));
    }
    lines
}
