//! `fetch`: a new spec takes the place of the one there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use genesys_codegen::GenerateError;
use genesys_codegen::fetch::{FetchError, TopicsCandidate};
use genesys_codegen::write::Held;

use super::acquire::Acquisition;
use super::{Failure, output, recovery, workspace};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    acquisition: Acquisition,
    /// The folder of the spec, created if it is missing [default: spec/ of the workspace].
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
    let (held, recovered) = Held::take(&folder).map_err(GenerateError::from)?;
    recovery::tell(&folder, recovered);
    let topics = arguments.acquisition.topics(&folder)?;
    if let Some(topics) = &topics
        && !arguments.acquisition.names_a_spec()
    {
        if topics.is_new {
            held.replace(&topics.files(""), None)
                .map_err(GenerateError::from)?;
        }
        tell_topics(&folder, topics);
        return Ok(ExitCode::SUCCESS);
    }
    let mut candidate = arguments.acquisition.candidate(&folder)?;
    candidate.topics = topics;
    let source = &candidate.source;
    let holds = format!(
        "release {}, {} operations, {} definitions",
        source.release, source.operations, source.definitions
    );
    let path = folder.join(&source.file);
    let files = candidate.files("");
    if !files.is_empty() {
        held.replace(&files, None).map_err(GenerateError::from)?;
    }
    let state = if candidate.is_new {
        holds
    } else {
        format!("up to date ({holds})")
    };
    output::note(&format!("{}: {state}", path.display()));
    if let Some(topics) = &candidate.topics {
        tell_topics(&folder, topics);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what became of the topics.
fn tell_topics(folder: &Path, topics: &TopicsCandidate) {
    let record = &topics.record;
    let holds = format!(
        "release {}, {} topics, {} definitions",
        record.release, record.topics, record.definitions
    );
    let state = if topics.is_new {
        holds
    } else {
        format!("up to date ({holds})")
    };
    output::note(&format!("{}: {state}", folder.join(&record.file).display()));
}
