//! What a killed run has left is finished or undone by the next one, with any command.

use std::path::Path;

use genesys_codegen::GenerateError;
use genesys_codegen::write::{self, Recovery};

use super::{Failure, output};

/// Finishes or undoes it in the folder that a spec is in, even if this run fails.
pub(super) fn of_spec(spec: &Path) -> Result<(), Failure> {
    let folder = match spec.parent() {
        _ if spec.is_dir() => spec,
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    of_folder(folder)
}

/// Finishes or undoes it in a folder.
pub(super) fn of_folder(folder: &Path) -> Result<(), Failure> {
    tell(folder, write::recover(folder).map_err(GenerateError::from)?);
    Ok(())
}

/// Says what was done.
pub(super) fn tell(folder: &Path, recovered: Recovery) {
    match recovered {
        Recovery::Finished => output::note(&format!(
            "{}: an earlier run was killed; finished its work",
            folder.display()
        )),
        Recovery::Nothing | Recovery::Undone => {}
    }
}
