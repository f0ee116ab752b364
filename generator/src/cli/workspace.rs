//! Where spec and output are if nobody says.

use std::path::{Path, PathBuf};

use super::Failure;

/// The spec: what was asked for, or that of the workspace.
pub(super) fn spec(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    or_default(asked, "spec", "--spec")
}

/// The output folder: what was asked for, or that of the workspace.
pub(super) fn out(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    or_default(asked, "generated", "--out")
}

fn or_default(asked: Option<&Path>, name: &str, option: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        return Ok(path.to_owned());
    }
    let current = std::env::current_dir()
        .map_err(|error| Failure(format!("the current folder is unknown: {error}")))?;
    match root(&current) {
        Some(root) => Ok(shortened(&root.join(name), &current)),
        None => Err(Failure(format!(
            "neither {} nor a folder above it is the generator's workspace (a Cargo.toml beside generator/)\n  \
             Run this in the workspace, or say {option}.",
            current.display()
        ))),
    }
}

/// The nearest folder, from this one upwards, that is the workspace.
fn root(start: &Path) -> Option<&Path> {
    start.ancestors().find(|folder| {
        folder.join("Cargo.toml").is_file() && folder.join("generator/Cargo.toml").is_file()
    })
}

/// A path as one would type it, where it is below the current folder.
fn shortened(path: &Path, current: &Path) -> PathBuf {
    path.strip_prefix(current).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_from_below() {
        let temporary = tempfile::tempdir().unwrap();
        let root_folder = temporary.path().join("ws");
        let deep = root_folder.join("generator/src/cli");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(root(&deep), None);
        std::fs::write(root_folder.join("Cargo.toml"), "").unwrap();
        assert_eq!(root(&deep), None);
        std::fs::write(root_folder.join("generator/Cargo.toml"), "").unwrap();
        assert_eq!(root(&deep), Some(root_folder.as_path()));
        assert_eq!(root(temporary.path()), None);
    }

    #[test]
    fn paths_below_the_current_folder_are_short() {
        let current = Path::new("/ws");
        assert_eq!(shortened(Path::new("/ws/spec"), current), Path::new("spec"));
        assert_eq!(
            shortened(Path::new("/other/spec"), current),
            Path::new("/other/spec")
        );
    }
}
