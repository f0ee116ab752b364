//! `check`: is the crate what `generate` would write?

use std::process::ExitCode;

use genesys_codegen::GenerateError;
use genesys_codegen::write::{StaleKind, half_written_files, part_of};

use super::progress::Progress;
use super::{Arguments, Failure, STALE, output, workspace};

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(half_written) = half_written_spec(arguments)? {
        return Ok(half_written);
    }
    let out = workspace::out(arguments.out.as_deref())?;

    let progress = Progress::new();
    let config = arguments.config()?.progress(progress.listener());
    let built = config.build()?;
    let rendered = config.render(built)?;
    let stale = rendered.check(&out)?;
    drop(progress);

    output::report(&rendered.diagnostics);
    if stale.is_empty() {
        let count = rendered.files.len();
        output::note(&format!(
            "{}: all {count} files are up to date",
            out.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    output::lines(
        stale
            .iter()
            .map(|file| format!("{:<12} {}", file.kind, file.path.display())),
    )?;
    let half_written = stale.iter().any(|file| file.kind == StaleKind::HalfWritten);
    let state = if half_written {
        "half-written by a run that was killed"
    } else {
        "out of date"
    };
    let mut note = format!(
        "{}: {state}, {} stale; run `genesys-codegen generate`",
        out.display(),
        stale.len()
    );
    if let Ok(Some(made_with)) = part_of(&out)
        && made_with != rendered.part
    {
        note.push_str(&format!(
            " (the folder was made with {made_with}, and compared with {})",
            rendered.part
        ));
    }
    output::note(&note);
    Ok(ExitCode::from(STALE))
}

/// A spec that a killed run was replacing cannot be loaded, so it is named first.
fn half_written_spec(arguments: &Arguments) -> Result<Option<ExitCode>, Failure> {
    let spec = workspace::spec(arguments.spec.as_deref())?;
    let folder = if spec.is_dir() {
        &*spec
    } else {
        spec.parent().unwrap_or(&spec)
    };
    let mut stale = half_written_files(folder).map_err(GenerateError::from)?;
    // Of a run that has come through with the spec, what is left shows in the crate.
    stale.retain(|file| !file.path.starts_with(".."));
    if stale.is_empty() {
        return Ok(None);
    }
    output::lines(stale.iter().map(|file| {
        let path = folder.join(&file.path);
        format!("{:<12} {}", file.kind, path.display())
    }))?;
    output::note(&format!(
        "{}: half-written by a run that was killed; run `genesys-codegen generate`",
        folder.display()
    ));
    Ok(Some(ExitCode::from(STALE)))
}
