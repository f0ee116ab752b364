//! Build scripts: what one tells cargo, and what its package must have.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::spec::TOPICS_FILE;

/// The file to `include!`, below the output folder.
pub(crate) const INCLUDED_FILE: &str = "genesys_cloud.rs";

/// What cargo tells a build script, and nothing else that it runs.
const MARKS: [&str; 3] = ["OUT_DIR", "HOST", "TARGET"];

/// The package of a build script cannot hold what was generated for it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", manifest.display())]
#[non_exhaustive]
pub struct PackageError {
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

/// The package whose build script this process is.
pub(crate) struct BuildScript {
    manifest: PathBuf,
    /// Its `OUT_DIR`.
    out: PathBuf,
}

impl BuildScript {
    /// None if this process is not a build script.
    pub(crate) fn current(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<Self> {
        if MARKS.iter().any(|name| variable(name).is_none()) {
            return None;
        }
        let manifest = variable("CARGO_MANIFEST_DIR")?.join("Cargo.toml");
        Some(Self {
            manifest,
            out: variable("OUT_DIR")?,
        })
    }

    /// What the script has to run again for: the inputs, and the dependencies of the package. Not what the script itself wrote: that is
    /// always newer than its last run.
    pub(crate) fn watched(&self, mut inputs: Vec<PathBuf>) -> Vec<PathBuf> {
        inputs.retain(|path| !path.starts_with(&self.out));
        inputs.push(self.manifest.clone());
        inputs
    }

    /// Refuses a package without the dependencies of what was generated for it: rustc would name them one by one.
    pub(crate) fn require_dependencies(&self, generated: &toml::Table) -> Result<(), PackageError> {
        let unreadable = |problem: String| PackageError {
            manifest: self.manifest.clone(),
            problem,
        };
        let package: toml::Table = fs::read_to_string(&self.manifest)
            .map_err(|error| unreadable(error.to_string()))?
            .parse()
            .map_err(|error: toml::de::Error| unreadable(error.message().to_owned()))?;
        let missing = missing(generated, &package);
        if missing.is_empty() {
            return Ok(());
        }
        let mut problem = "what was generated needs these lines in its [dependencies]:".to_owned();
        for (name, value) in missing {
            let _ = write!(problem, "\n  {name} = {value}");
        }
        Err(unreadable(problem))
    }
}

/// The dependencies that are not optional and that a package lacks, for every target.
fn missing<'g>(
    generated: &'g toml::Table,
    package: &toml::Table,
) -> Vec<(&'g str, &'g toml::Value)> {
    let table = |table: &'g toml::Table| table.get("dependencies").and_then(toml::Value::as_table);
    let has = |name: &str| {
        package
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .is_some_and(|dependencies| dependencies.contains_key(name))
    };
    table(generated)
        .into_iter()
        .flatten()
        .filter(|(name, value)| {
            let optional = value.get("optional").and_then(toml::Value::as_bool);
            optional != Some(true) && !has(name)
        })
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

/// The lines for cargo: run the script again when an input has changed, and know the features that the runtime asks for.
pub(crate) fn lines(inputs: &[PathBuf], generated: &toml::Table) -> String {
    let mut lines = String::new();
    for path in inputs {
        let _ = writeln!(lines, "cargo::rerun-if-changed={}", path.display());
    }
    let features = generated.get("features").and_then(toml::Value::as_table);
    let names: Vec<String> = features
        .into_iter()
        .flat_map(toml::Table::keys)
        .map(|name| format!("\"{name}\""))
        .collect();
    let _ = writeln!(
        lines,
        "cargo::rustc-check-cfg=cfg(feature, values({}))",
        names.join(", ")
    );
    lines
}

/// Tells cargo. Where nobody listens there is nothing to tell.
pub(crate) fn tell(lines: &str) {
    let _ = io::stdout().lock().write_all(lines.as_bytes());
}

/// What the output is made of: the folder of the spec with all that belongs to it, or (where the output lies in that folder, or the
/// package does) the spec and the data files beside it; and the runtime.
pub(crate) fn inputs(spec: &Path, templates: &Path, out: &Path) -> Vec<PathBuf> {
    let mut inputs = Vec::new();
    let folder = match spec.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if is_of_the_spec(folder, out) {
        inputs.push(folder.to_owned());
    } else {
        inputs.push(spec.to_owned());
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut data: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "toml")
                    || path.file_name().is_some_and(|name| name == TOPICS_FILE)
            })
            .collect();
        data.sort();
        inputs.extend(data);
    }
    inputs.push(templates.join("runtime/Cargo.toml"));
    inputs.push(templates.join("runtime/src/runtime"));
    inputs.push(templates.join("../Cargo.toml"));
    inputs
}

/// Whether a folder holds the spec, and neither a package nor the output: cargo looks at everything in it.
fn is_of_the_spec(folder: &Path, out: &Path) -> bool {
    let absolute = |path: &Path| fs::canonicalize(path).ok();
    match (absolute(folder), absolute(out)) {
        (Some(folder), Some(out)) => {
            !out.starts_with(&folder) && !folder.join("Cargo.toml").exists()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> toml::Table {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_build_script_is_one() {
        let known = |names: &'static [&str]| {
            move |name: &str| names.contains(&name).then(|| PathBuf::from("/p"))
        };
        let all = &["OUT_DIR", "HOST", "TARGET", "CARGO_MANIFEST_DIR"];
        let script = BuildScript::current(known(all)).unwrap();
        assert_eq!(script.manifest, Path::new("/p/Cargo.toml"));
        let inputs = ["/p/spec", "/t/runtime", "/s/spec.json"].map(PathBuf::from);
        assert_eq!(
            script.watched(inputs.to_vec()),
            ["/t/runtime", "/s/spec.json", "/p/Cargo.toml"].map(PathBuf::from)
        );
        // A test or a program that cargo runs.
        assert!(BuildScript::current(known(&["OUT_DIR", "CARGO_MANIFEST_DIR"])).is_none());
    }

    #[test]
    fn dependencies_that_a_package_lacks_are_named_with_their_versions() {
        let generated = table(
            "[dependencies]\nbytes = '1'\nserde = { version = '1', features = ['derive'] }\njiff = { version = '0.2', optional = true }\nurl = '2'",
        );
        let folder = tempfile::tempdir().unwrap();
        let script = BuildScript {
            manifest: folder.path().join("Cargo.toml"),
            out: PathBuf::from("/out"),
        };
        fs::write(&script.manifest, "[dependencies]\nurl.workspace = true\n").unwrap();
        let message = script
            .require_dependencies(&generated)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("Cargo.toml: what was generated needs"),
            "{message}"
        );
        assert!(
            message.contains("\n  bytes = \"1\"\n  serde = { "),
            "{message}"
        );
        assert!(
            !message.contains("url") && !message.contains("jiff"),
            "{message}"
        );
        fs::write(
            &script.manifest,
            "[dependencies]\nurl = '2'\nbytes = '1'\nserde = '1'\n",
        )
        .unwrap();
        script.require_dependencies(&generated).unwrap();
    }

    #[test]
    fn cargo_hears_of_inputs_and_features() {
        let generated = table("[features]\ndefault = []\nredis = []");
        assert_eq!(
            lines(
                &[PathBuf::from("spec"), PathBuf::from("a.toml")],
                &generated
            ),
            "cargo::rerun-if-changed=spec\ncargo::rerun-if-changed=a.toml\n\
             cargo::rustc-check-cfg=cfg(feature, values(\"default\", \"redis\"))\n"
        );
    }

    #[test]
    fn a_folder_of_its_own_is_watched_whole() {
        let temporary = tempfile::tempdir().unwrap();
        let path = |name: &str| temporary.path().join(name);
        for folder in ["spec", "out"] {
            fs::create_dir(path(folder)).unwrap();
        }
        for file in ["spec/spec.json", "spec/fixups.toml", "spec/notes.md"] {
            fs::write(path(file), "").unwrap();
        }
        let spec = path("spec/spec.json");
        let templates = Path::new("/t");
        let watched = inputs(&spec, templates, &path("out"));
        assert_eq!(watched[0], path("spec"));
        assert!(watched.contains(&PathBuf::from("/t/runtime/src/runtime")));
        // Never what the build itself writes to.
        fs::create_dir(path("spec/out")).unwrap();
        let watched = inputs(&spec, templates, &path("spec/out"));
        assert_eq!(watched[..2], [spec.clone(), path("spec/fixups.toml")]);
        fs::write(path("spec/Cargo.toml"), "").unwrap();
        let watched = inputs(&spec, templates, &path("out"));
        assert_eq!(watched[0], spec);
    }
}
