//! `check`: is the crate what `generate` would write?

use std::process::ExitCode;

use genesys_codegen::write::{StaleKind, tags_of};

use super::progress::Progress;
use super::{Failure, STALE, Selection, output, workspace};

pub(super) fn run(selection: &Selection) -> Result<ExitCode, Failure> {
    let config = selection.config()?;
    let out = workspace::out(selection.out.as_deref())?;

    let progress = Progress::new();
    let mut step = |next| progress.step(next);
    let built = config.build(&mut step)?;
    let rendered = config.render(built, &mut step)?;
    let stale = rendered.check(&out, &mut step)?;
    drop(progress);

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
    if let Ok(Some(made_with)) = tags_of(&out)
        && made_with != rendered.tags
    {
        note.push_str(&format!(
            " (the folder was made with {made_with}, and compared with {})",
            rendered.tags
        ));
    }
    output::note(&note);
    Ok(ExitCode::from(STALE))
}
