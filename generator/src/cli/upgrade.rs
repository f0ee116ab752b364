//! `upgrade`: a new spec, and all that it changes, at once.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use genesys_codegen::Config;
use genesys_codegen::diff::Verdict;
use genesys_codegen::upgrade::{Place, UpgradeError};

use super::acquire::Acquisition;
use super::diff::Shape;
use super::progress::Progress;
use super::{Failure, output, recovery, workspace};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    acquisition: Acquisition,
    /// The folder of the spec [default: spec/ of the workspace].
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,
    /// The folder of the crate, beside that of the spec [default: generated/ of the workspace].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Report what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
}

impl From<UpgradeError> for Failure {
    fn from(error: UpgradeError) -> Self {
        Self(error.to_string())
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let spec = workspace::spec(arguments.spec.as_deref())?;
    let out = workspace::out(arguments.out.as_deref())?;
    let (place, recovered) = Place::take(&spec, &out)?;
    recovery::tell(&out, recovered);
    let mut candidate = arguments.acquisition.candidate(&place.spec())?;
    candidate.topics = arguments.acquisition.topics(&place.spec())?;
    if !candidate.is_anything_new() {
        let release = candidate.source.release;
        output::note(&format!(
            "{}: up to date (release {release}); nothing to upgrade",
            spec.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let progress = Progress::new();
    let upgrade = place.plan(&candidate, Config::new().progress(progress.listener()))?;
    drop(progress);
    output::lines([upgrade.diff.report(arguments.format.into())])?;
    let release = candidate.source.release;
    let verdict = upgrade.diff.verdict();
    if verdict == Verdict::None {
        output::note(&format!(
            "release {release} ({verdict}): nothing changed for users, nothing written"
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let what = format!(
        "release {release}, {} {} -> {} ({verdict})",
        out.display(),
        upgrade.from,
        upgrade.to,
    );
    if arguments.dry_run {
        output::note(&format!("{what}: a dry run, nothing written"));
        return Ok(ExitCode::SUCCESS);
    }
    let summary = place.carry_out(&upgrade)?;
    output::note(&format!(
        "{what}: {} files written, {} unchanged, {} removed",
        summary.written, summary.unchanged, summary.removed
    ));
    Ok(ExitCode::SUCCESS)
}
