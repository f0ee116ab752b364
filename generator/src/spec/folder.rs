//! The folder of a spec. Its files are read here, once, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::de::DeserializeOwned;

use super::fixups::{FIXUPS_FILE, Fixups};
use super::outlived::{self, Outlived};
use super::overrides::{ALIASES_FILE, IDEMPOTENT_FILE, JOBS_FILE, Overrides, PAGING_FILE};
use super::source::{SOURCE_FILE, Source};
use super::topics::{TOPICS_FILE, TOPICS_RECORD, TopicsRecord};
use super::version::{self, CRATE_FILE};
use crate::document::LoadError;

/// The data that may lie beside a spec.
const FILES: [&str; 8] = [
    SOURCE_FILE,
    FIXUPS_FILE,
    PAGING_FILE,
    IDEMPOTENT_FILE,
    JOBS_FILE,
    ALIASES_FILE,
    CRATE_FILE,
    TOPICS_RECORD,
];

/// The data beside a spec, as of one moment. Each file is parsed where it is asked for, so that a wrong one stops only what needs it.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    texts: BTreeMap<&'static str, String>,
}

impl Folder {
    /// Reads the data in a folder; a file that is not there has no entries.
    ///
    /// # Errors
    ///
    /// Fails if a file cannot be read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let mut texts = BTreeMap::new();
        for name in FILES {
            let file = path.join(name);
            match fs::read_to_string(&file) {
                Ok(text) => {
                    texts.insert(name, text);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(LoadError::from_io(&file, &error)),
            }
        }
        let path = path.to_owned();
        Ok(Self { path, texts })
    }

    /// Reads the data beside a spec, and says which file the spec is. A folder stands for the spec in it.
    pub(crate) fn from_spec(path: &Path) -> Result<(Self, PathBuf), LoadError> {
        if path.is_dir() {
            let folder = Self::read(path)?;
            let file = folder.spec()?;
            return Ok((folder, file));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Ok((Self::read(folder)?, path.to_owned()))
    }

    /// The one spec in the folder.
    pub(crate) fn spec(&self) -> Result<PathBuf, LoadError> {
        let path = &self.path;
        if let Some(source) = self.source()? {
            return Ok(path.join(source.file));
        }
        let unreadable = |error: std::io::Error| LoadError::from_io(path, &error);
        let mut specs = Vec::new();
        for entry in path.read_dir().map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            let text = name.to_string_lossy();
            if (text.ends_with(".json") || text.ends_with(".json.gz")) && text != TOPICS_FILE {
                specs.push(path.join(name));
            }
        }
        specs.sort();
        match specs.as_slice() {
            [spec] => Ok(spec.clone()),
            specs => Err(LoadError::new(
                path.display().to_string(),
                format!(
                    "the folder holds {} .json and .json.gz files and no source.toml that says which is the spec",
                    specs.len()
                ),
                "Name the spec file itself.",
            )),
        }
    }

    /// The record of the spec; none if there is no such file.
    ///
    /// # Errors
    ///
    /// Fails if the record has a key too few or too many.
    pub fn source(&self) -> Result<Option<Source>, LoadError> {
        self.text(SOURCE_FILE)
            .map(|text| Source::parse(&self.name_of(SOURCE_FILE), text))
            .transpose()
    }

    /// The record of the topics; none if there is no such file.
    ///
    /// # Errors
    ///
    /// Fails if the record has a key too few or too many.
    pub fn topics(&self) -> Result<Option<TopicsRecord>, LoadError> {
        self.text(TOPICS_RECORD)
            .map(|text| TopicsRecord::parse(&self.name_of(TOPICS_RECORD), text))
            .transpose()
    }

    /// The release of a spec, where the record is its own.
    pub(crate) fn release_of(&self, spec: &Path) -> Result<Option<String>, LoadError> {
        let source = self
            .source()?
            .filter(|source| spec.file_name().is_some_and(|name| name == &*source.file));
        Ok(source.map(|source| source.release.to_string()))
    }

    /// The fix-ups of the spec.
    ///
    /// # Errors
    ///
    /// Fails if an entry is not understood.
    pub fn fixups(&self) -> Result<Fixups, LoadError> {
        match self.text(FIXUPS_FILE) {
            Some(text) => Fixups::parse(&self.name_of(FIXUPS_FILE), text),
            None => Ok(Fixups::default()),
        }
    }

    /// What is known of the operations of the spec.
    ///
    /// # Errors
    ///
    /// Fails if an entry is not understood.
    pub fn overrides(&self) -> Result<Overrides, LoadError> {
        Overrides::parse(self)
    }

    /// The version of the crate; none if there is no such file.
    pub(crate) fn version(&self) -> Result<Option<Version>, LoadError> {
        self.text(CRATE_FILE)
            .map(|text| version::parse(&self.name_of(CRATE_FILE), text))
            .transpose()
    }

    /// The files that have entries which no longer apply, by their names, without these entries.
    pub(crate) fn without(
        &self,
        outlived: &[Outlived],
    ) -> Result<Vec<(&'static str, String)>, LoadError> {
        let mut by_file: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
        for entry in outlived {
            let entries = by_file.entry((entry.file, entry.table)).or_default();
            entries.insert(entry.index);
        }
        let files = by_file.into_iter().map(|((file, table), entries)| {
            let text = self.text(file).unwrap_or_default();
            match outlived::without(text, table, &entries) {
                Ok(text) => Ok((file, text)),
                Err(error) => Err(LoadError::new(
                    self.name_of(file),
                    error.to_string(),
                    "Correct the file.",
                )),
            }
        });
        files.collect()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// What errors call a file.
    pub(super) fn name_of(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

/// Reads a TOML text: it is `what`, or an error that says near which line it is not.
pub(super) fn read_toml<T: DeserializeOwned>(
    name: &str,
    text: &str,
    what: &str,
    remedy: &str,
) -> Result<T, LoadError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        let line = line.map(|line| format!(" (near line {line})"));
        let problem = format!(
            "not {what}: {}{}",
            error.message(),
            line.unwrap_or_default()
        );
        LoadError::new(name, problem, remedy)
    })
}
