//! `generate`: the crate is written.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use genesys_codegen::GenerateError;
use genesys_codegen::ir::Selection;
use genesys_codegen::write::{self, MANIFEST_FILE, Summary};

use super::progress::Progress;
use super::{Arguments, Failure, output, recovery, workspace};

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    write(arguments)?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the folder to what is selected, and tells of it.
pub(super) fn write(arguments: &Arguments) -> Result<Summary, Failure> {
    let start = Instant::now();
    let spec = workspace::spec(arguments.spec.as_deref())?;
    let out = workspace::out(arguments.out.as_deref())?;
    recovery::of_spec(&spec)?;
    recovery::of_folder(&out)?;

    let progress = Progress::new();
    let config = arguments.config()?.progress(progress.listener());
    let built = config.build()?;
    if arguments.out.is_none() {
        refuse_default_folder(&built.part, &out)?;
    }
    let rendered = config.render(built)?;
    let summary = rendered.write(&out)?;
    drop(progress);

    output::report(&rendered.diagnostics);
    output::note(&format!(
        "{}: {} written, {} unchanged, {} removed in {:.1} s",
        out.display(),
        summary.written,
        summary.unchanged,
        summary.removed,
        start.elapsed().as_secs_f64()
    ));
    Ok(summary)
}

/// The folder of the whole SDK is not where a slice goes by default.
fn refuse_default_folder(part: &Selection, out: &Path) -> Result<(), Failure> {
    let made_with = write::part_of(out).map_err(GenerateError::from)?;
    if part.is_everything() || made_with.as_ref() == Some(part) {
        return Ok(());
    }
    let state = match made_with {
        Some(made_with) => format!("it was made with {made_with}"),
        None => format!("it has no {MANIFEST_FILE}"),
    };
    Err(Failure(format!(
        "a slice needs --out: {} is not a folder for {part} ({state})\n  Say --out DIR.",
        out.display()
    )))
}
