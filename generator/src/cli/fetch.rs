//! `fetch`: a new spec takes the place of the one there.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use genesys_codegen::fetch::FetchError;
use genesys_codegen::write::Held;

use super::acquire::Acquisition;
use super::{Failure, output, recovery, workspace};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    acquisition: Acquisition,
    /// The folder of the spec, made where it is missing [default: spec/ of the workspace].
    #[arg(long, value_name = "DIR")]
    spec: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folder = workspace::spec(arguments.spec.as_deref())?;
    if folder.is_file() {
        return Err(FetchError::Folder {
            path: folder,
            problem: "it is a file".to_owned(),
        }
        .into());
    }
    let (held, recovered) = Held::take(&folder).map_err(FetchError::from)?;
    recovery::tell(&folder, recovered);
    let candidate = arguments.acquisition.candidate(&folder)?;
    let source = &candidate.source;
    let holds = format!(
        "release {}, {} operations, {} definitions",
        source.release, source.operations, source.definitions
    );
    let path = folder.join(&source.file);
    if !candidate.is_new {
        output::note(&format!("{}: up to date ({holds})", path.display()));
        return Ok(ExitCode::SUCCESS);
    }
    held.replace(&candidate.files(""), None)
        .map_err(FetchError::from)?;
    output::note(&format!("{}: {holds}", path.display()));
    Ok(ExitCode::SUCCESS)
}
