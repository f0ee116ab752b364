//! The profiles of the official command line (`gc`): `~/.gc/config.toml`. The file is only read.

use std::path::{Path, PathBuf};

use super::settings::{Settings, Source, is_profile_key};
use crate::runtime::error::Error;

/// A profile, before it is read.
pub(super) struct Profile {
    pub(super) name: String,
    /// The file, if it is another than the usual one.
    pub(super) file: Option<PathBuf>,
}

impl Profile {
    /// Reads the profile.
    ///
    /// # Errors
    ///
    /// A configuration error: the file cannot be read or is not TOML, it has no such profile, or a value is invalid.
    pub(super) fn read(self) -> Result<Settings, Error> {
        let file = match self.file {
            Some(file) => file,
            None => default_file()?,
        };
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Error::configuration(format!("cannot read {}", file.display())).with_source(error)
        })?;
        warn_if_readable_by_others(&file);
        settings(&text, &file, &self.name)
    }
}

fn default_file() -> Result<PathBuf, Error> {
    std::env::home_dir()
        .filter(|home| !home.as_os_str().is_empty())
        .map(|home| home.join(".gc").join("config.toml"))
        .ok_or_else(|| {
            Error::configuration("cannot find the home directory, which holds .gc/config.toml")
                .with_advice("Set HOME, or name the file with ClientBuilder::profile_file")
        })
}

#[cfg(unix)]
fn warn_if_readable_by_others(file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(file).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        tracing::warn!(
            file = %file.display(),
            "other users can access this file, which holds secrets; run chmod 600 on it"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_: &Path) {}

/// The settings of the profile `name`. Names and keys are compared without case, as the command line does. Errors show no line of the file, because
/// it holds secrets.
fn settings(text: &str, file: &Path, name: &str) -> Result<Settings, Error> {
    let shown = file.display();
    let tables: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text
            .bytes()
            .take(start)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        Error::configuration(format!("{shown} is not valid TOML: line {line}"))
    })?;
    let profiles = || {
        tables
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_table()?)))
    };
    let (_, table) = profiles()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .ok_or_else(|| {
            let names: Vec<String> = profiles().map(|(name, _)| format!("`{name}`")).collect();
            Error::configuration(format!("no profile `{name}` in {shown}")).with_advice(format!(
                "The file has {}",
                if names.is_empty() {
                    "no profiles".to_owned()
                } else {
                    names.join(", ")
                }
            ))
        })?;
    let key_of = |key: &str| key.to_ascii_lowercase().replace('-', "_");
    let unknown = table.keys().map(|key| key_of(key)).find(|key| {
        (key.starts_with("proxy_") || key.starts_with("gateway_")) && !is_profile_key(key)
    });
    if let Some(key) = unknown {
        return Err(Error::configuration(format!(
            "unknown key `{key}` in the profile `{name}` of {shown}"
        )));
    }
    Settings::read(Source::Profile(name), |wanted| {
        table
            .iter()
            .find(|(key, _)| key_of(key) == wanted)
            .and_then(|(_, value)| match value {
                toml::Value::String(text) => Some(text.clone()),
                toml::Value::Integer(number) => Some(number.to_string()),
                _ => None,
            })
    })
}
