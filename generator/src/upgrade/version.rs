//! The version of the generated crate, and how a new spec raises it.
//!
//! It belongs to the spec that the crate is made from, so it lies beside it (`crate.toml`): a crate is what
//! `generate` writes, and holds no state of its own.
//!
//! The rules are Cargo's (doc.rust-lang.org/cargo/reference/semver.html). From 1.0 on, a breaking change
//! raises the first number, an addition the second, anything else the third. Before 1.0, Cargo takes
//! versions with the same second number for compatible: a breaking change raises the second number,
//! everything else the third.

use std::fs;
use std::path::Path;

use semver::Version;
use serde::Deserialize;

use crate::diff::Verdict;
use crate::ir::IrError;

/// The name of the file, in the folder of the spec.
pub const CRATE_FILE: &str = "crate.toml";

const HEADER: &str = "\
# The version of the crate that is generated from the spec beside this file. `genesys-codegen upgrade` raises it by what a new
# spec means for users; for a change of the runtime or the templates, raise it by hand and run `genesys-codegen generate`.

";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrateFile {
    version: String,
}

/// The version in a folder, if there is one.
///
/// # Errors
///
/// Fails if the file cannot be read, or states no version of the form `1.2.3`.
pub fn read(folder: &Path) -> Result<Option<Version>, IrError> {
    let path = folder.join(CRATE_FILE);
    let name = path.display().to_string();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let problem = format!("cannot be read: {error}");
            return Err(IrError::new(
                name,
                problem,
                "Check the file and its permissions.",
            ));
        }
    };
    let refuse = |problem: String| {
        IrError::new(
            &*name,
            problem,
            "It holds one line, as in `version = \"0.2.0\"`.",
        )
    };
    let file: CrateFile =
        toml::from_str(&text).map_err(|error| refuse(error.message().to_owned()))?;
    let version = Version::parse(&file.version)
        .map_err(|error| refuse(format!("version = {:?}: {error}", file.version)))?;
    if !version.pre.is_empty() || !version.build.is_empty() {
        return Err(refuse(format!(
            "version = {:?} is not three numbers with dots between them",
            file.version
        )));
    }
    Ok(Some(version))
}

/// The text of the file.
pub fn text(version: &Version) -> String {
    format!("{HEADER}version = \"{version}\"\n")
}

/// The version after a change. A spec without a difference that users see still makes another crate.
pub fn raised(version: &Version, verdict: Verdict) -> Version {
    let Version {
        major,
        minor,
        patch,
        ..
    } = *version;
    match (verdict, major) {
        (Verdict::Major, 0) => Version::new(0, minor + 1, 0),
        (Verdict::Major, _) => Version::new(major + 1, 0, 0),
        (Verdict::Minor, 1..) => Version::new(major, minor + 1, 0),
        (Verdict::Minor | Verdict::Patch | Verdict::None, _) => {
            Version::new(major, minor, patch + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_as_cargo_reads_them() {
        for (version, verdict, expected) in [
            ("0.1.0", Verdict::Major, "0.2.0"),
            ("0.1.3", Verdict::Minor, "0.1.4"),
            ("0.1.3", Verdict::Patch, "0.1.4"),
            ("0.1.3", Verdict::None, "0.1.4"),
            ("1.2.3", Verdict::Major, "2.0.0"),
            ("1.2.3", Verdict::Minor, "1.3.0"),
            ("1.2.3", Verdict::Patch, "1.2.4"),
            ("1.2.3", Verdict::None, "1.2.4"),
        ] {
            let version = Version::parse(version).unwrap();
            assert_eq!(raised(&version, verdict).to_string(), expected);
        }
    }

    #[test]
    fn the_file_is_read_back_and_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
        let path = folder.path().join(CRATE_FILE);
        fs::write(&path, text(&Version::new(1, 2, 3))).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Some(Version::new(1, 2, 3)));
        for bad in [
            "",
            "version = 1",
            "version = '1.2'",
            "version = '1.2.3-rc.1'",
            "version = '1.2.3'\nx = 1",
        ] {
            fs::write(&path, bad).unwrap();
            let error = read(folder.path()).unwrap_err().to_string();
            assert!(error.contains(CRATE_FILE), "{bad}: {error}");
        }
    }
}
