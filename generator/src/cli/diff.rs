//! `diff`: what the change from one spec to another means for users.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use genesys_codegen::diff::Format;
use genesys_codegen::{Step, diff_files};

use super::progress::Progress;
use super::{Failure, output, recovery};

#[derive(Args)]
pub(super) struct Arguments {
    /// The old spec: a .json or .json.gz file, or the folder that holds it.
    old: PathBuf,
    /// The new spec.
    new: PathBuf,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Shape {
    /// For a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For a program, on one line.
    Json,
}

impl From<Shape> for Format {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Text => Self::Text,
            Shape::Markdown => Self::Markdown,
            Shape::Json => Self::Json,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    for spec in [&arguments.old, &arguments.new] {
        recovery::of_spec(spec)?;
    }
    let progress = Progress::new();
    progress.listener()(Step::Load);
    let diff = diff_files(&arguments.old, &arguments.new)?;
    drop(progress);
    output::lines([diff.report(arguments.format.into())])?;
    Ok(ExitCode::SUCCESS)
}
