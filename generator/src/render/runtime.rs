//! The runtime's sources and the licences: read here, copied byte for byte.

use std::collections::BTreeMap;
use std::path::Path;

use super::RenderError;

/// The shared runtime, as it lies in `templates/runtime`.
#[derive(Clone, Debug)]
pub struct RuntimeSource {
    /// Path below the generated crate -> content.
    pub(super) files: BTreeMap<String, String>,
    /// Its manifest, with the versions of the workspace filled in.
    pub(super) manifest: toml::Table,
}

impl RuntimeSource {
    /// Reads the runtime from `templates`, whose parent is the workspace that states the versions.
    ///
    /// # Errors
    ///
    /// The file that could not be read, and why.
    pub fn read(templates: &Path) -> Result<Self, RenderError> {
        let root = templates.join("runtime");
        let mut files = BTreeMap::new();
        collect(&root.join("src/runtime"), "src/runtime", &mut files)?;
        // Both licences ask for their text in every copy.
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let path = templates.join("..").join(name);
            let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            files.insert(name.to_owned(), text);
        }
        let mut manifest = parse(&root.join("Cargo.toml"))?;
        let workspace = parse(&templates.join("../Cargo.toml"))?;
        resolve(&mut manifest, &workspace);
        Ok(Self { files, manifest })
    }

    /// The version of the runtime.
    pub(crate) fn version(&self) -> Result<semver::Version, RenderError> {
        let package = self.manifest.get("package");
        let version = package.and_then(|package| package.get("version"));
        let version = version.and_then(toml::Value::as_str).unwrap_or_default();
        semver::Version::parse(version).map_err(|error| RenderError::Runtime {
            path: "runtime/Cargo.toml".to_owned(),
            reason: format!("version = {version:?}: {error}"),
        })
    }

    /// The features of the runtime: no tag may have one of these names.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.manifest
            .get("features")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(toml::Table::keys)
            .map(String::as_str)
    }
}

fn failed(path: &Path, reason: impl ToString) -> RenderError {
    RenderError::Runtime {
        path: path.display().to_string(),
        reason: reason.to_string(),
    }
}

fn parse(path: &Path) -> Result<toml::Table, RenderError> {
    std::fs::read_to_string(path)
        .map_err(|error| failed(path, error))?
        .parse::<toml::Table>()
        .map_err(|error| failed(path, error.message()))
}

fn collect(
    folder: &Path,
    below: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), RenderError> {
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let below = format!("{below}/{name}");
        if path.is_dir() {
            collect(&path, &below, files)?;
        } else if name.ends_with(".rs") {
            files.insert(
                below,
                std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?,
            );
        }
    }
    Ok(())
}

/// Writes the workspace's value where a member says `workspace = true`, so that the generated manifest inherits nothing.
fn resolve(manifest: &mut toml::Table, workspace: &toml::Table) {
    let workspace = workspace.get("workspace").and_then(toml::Value::as_table);
    let shared = |key: &str| {
        workspace
            .and_then(|table| table.get(key))
            .and_then(toml::Value::as_table)
    };
    if let (Some(package), Some(values)) = (
        manifest
            .get_mut("package")
            .and_then(toml::Value::as_table_mut),
        shared("package"),
    ) {
        for (key, value) in package.iter_mut() {
            if value.get("workspace").and_then(toml::Value::as_bool) == Some(true)
                && let Some(inherited) = values.get(key)
            {
                *value = inherited.clone();
            }
        }
    }
    let (Some(dependencies), Some(versions)) = (
        manifest
            .get_mut("dependencies")
            .and_then(toml::Value::as_table_mut),
        shared("dependencies"),
    ) else {
        return;
    };
    for (name, dependency) in dependencies.iter_mut() {
        let Some(member) = dependency.as_table_mut() else {
            continue;
        };
        if member.remove("workspace").is_none() {
            continue;
        }
        let mut resolved = match versions.get(name) {
            Some(toml::Value::Table(table)) => table.clone(),
            Some(version) => toml::Table::from_iter([("version".to_owned(), version.clone())]),
            None => toml::Table::new(),
        };
        for (key, value) in std::mem::take(member) {
            match (
                resolved.get_mut(&key).and_then(toml::Value::as_array_mut),
                value,
            ) {
                (Some(list), toml::Value::Array(more)) => list.extend(more),
                (_, value) => {
                    resolved.insert(key, value);
                }
            }
        }
        *dependency = match resolved.len() {
            1 if resolved.contains_key("version") => resolved
                .remove("version")
                .unwrap_or(toml::Value::Boolean(true)),
            _ => toml::Value::Table(resolved),
        };
    }
}
