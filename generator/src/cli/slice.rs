//! `slice`: a crate of its own with a part of the API.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failure, PartArguments, Strictness, generate, output};

#[derive(Args)]
pub(super) struct Arguments {
    /// The spec: a .json or .json.gz file, or the folder that holds it [default: spec/ of the workspace].
    #[arg(long, value_name = "PATH")]
    spec: Option<PathBuf>,
    /// The folder to write the crate to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    strictness: Strictness,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.part.selection().is_everything() {
        return Err(Failure(
            "a slice of what?\n  Say --tags users,routing, --operations getUser,patchUser or --topics users, or several of them; \
             `generate` makes the crate with everything."
                .to_owned(),
        ));
    }
    let summary = generate::write(&super::Arguments {
        spec: arguments.spec.clone(),
        out: Some(arguments.out.clone()),
        part: arguments.part.clone(),
        strictness: arguments.strictness,
    })?;
    let is_new = summary.unchanged == 0 && summary.removed == 0;
    if is_new && let Some(workspace) = workspace_above(&arguments.out) {
        output::note(&format!(
            "note: {} is in the folder of a cargo workspace ({}): there it is built by those who depend on it by its path; to build it alone, \
             list it under `exclude` in that file",
            arguments.out.display(),
            workspace.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The manifest of the workspace that cargo finds from here, where the folder is in that of one.
fn workspace_above(folder: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    folder.ancestors().skip(1).find_map(|above| {
        let path = above.join("Cargo.toml");
        let manifest: toml::Table = fs::read_to_string(&path).ok()?.parse().ok()?;
        manifest.contains_key("workspace").then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_found_above() {
        let temporary = tempfile::tempdir().unwrap();
        let slice = temporary.path().join("package/slice");
        fs::create_dir_all(&slice).unwrap();
        fs::write(temporary.path().join("package/Cargo.toml"), "[package]").unwrap();
        fs::write(slice.join("Cargo.toml"), "[workspace]").unwrap();
        assert_eq!(workspace_above(&slice), None);
        let root = temporary.path().join("Cargo.toml");
        fs::write(&root, "[workspace]\nmembers = []\n").unwrap();
        assert_eq!(workspace_above(&slice), Some(root.canonicalize().unwrap()));
    }
}
