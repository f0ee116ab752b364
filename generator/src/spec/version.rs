//! The version of the generated crate. It belongs to the spec that the crate is made from, so it lies beside it (`crate.toml`): a crate is
//! what `generate` writes, and holds no state of its own.

use semver::Version;
use serde::Deserialize;

use super::folder::read_toml;
use crate::document::LoadError;

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

/// The version that the text of the file states; `name` is what errors call it.
pub(super) fn parse(name: &str, text: &str) -> Result<Version, LoadError> {
    let remedy = "It holds one line, as in `version = \"0.2.0\"`.";
    let refuse = |problem: String| LoadError::new(name, problem, remedy);
    let file: CrateFile = read_toml(name, text, "the version of a crate", remedy)?;
    let version = Version::parse(&file.version)
        .map_err(|error| refuse(format!("version = {:?}: {error}", file.version)))?;
    if !version.pre.is_empty() || !version.build.is_empty() {
        return Err(refuse(format!(
            "version = {:?} is not three numbers with dots between them",
            file.version
        )));
    }
    Ok(version)
}

/// The text of the file.
pub(crate) fn version_text(version: &Version) -> String {
    format!("{HEADER}version = \"{version}\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_back_and_others_are_refused() {
        let version = Version::new(1, 2, 3);
        assert_eq!(parse("", &version_text(&version)).unwrap(), version);
        for bad in [
            "",
            "version = 1",
            "version = '1.2'",
            "version = '1.2.3-rc.1'",
            "version = '1.2.3'\nx = 1",
        ] {
            let error = parse(CRATE_FILE, bad).unwrap_err().to_string();
            assert!(error.contains(CRATE_FILE), "{bad}: {error}");
        }
    }
}
