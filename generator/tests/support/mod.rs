//! What several tests need.
#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "not every test needs all of it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// A table of cases, one a line: what is given, and what is expected.
macro_rules! table {
    ($($first:expr $(, $given:expr)* => $expected:expr;)+) => {
        [$(($first, $($given,)* $expected)),+]
    };
}
pub(crate) use table;

/// The folder of the project.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The release before, which is no part of the project: `shared/` lies beside the repository, or beside
/// a folder that its worktrees are in.
pub(crate) fn release_262() -> PathBuf {
    let root = Path::new(ROOT).canonicalize().unwrap();
    let places = root.ancestors().skip(1);
    let mut places = places.map(|folder| folder.join("shared/spec/genesys-cloud-262.json.gz"));
    match places.find(|place| place.is_file()) {
        Some(place) => place,
        None => panic!(
            "this test compares with release 262 of the spec, which is not there: ../shared/spec/genesys-cloud-262.json.gz, from {}",
            root.display()
        ),
    }
}

/// Every file below a folder, by its path from there; what the generator keeps for itself left out.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with(".genesys-codegen") {
                    walk(&path, found);
                }
            } else {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, &mut found);
    found
        .into_iter()
        .map(|(path, content)| (path.strip_prefix(folder).unwrap().to_owned(), content))
        .collect()
}

/// An operation that returns a model.
pub(crate) fn operation(name: &str, tag: &str, model: &str) -> Value {
    json!({
        "operationId": name,
        "x-purecloud-method-name": name,
        "tags": [tag],
        "responses": {"200": {"description": "OK", "schema": {"$ref": format!("#/definitions/{model}")}}}
    })
}

/// A spec with the model `User`, and with operations of the tag `Users` that return it: their paths and names.
pub(crate) fn spec_of_users(operations: &[(&str, &str)]) -> Value {
    let operations = operations.iter().map(|(path, name)| {
        (
            (*path).to_owned(),
            json!({"get": operation(name, "Users", "User")}),
        )
    });
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": operations.collect::<serde_json::Map<_, _>>(),
        "definitions": {"User": {"type": "object", "properties": {"name": {"type": "string"}}}}
    })
}

/// The generator as a process, without what the environment sets for it.
pub(crate) fn generator() -> Command {
    let mut process = Command::new(env!("CARGO_BIN_EXE_genesys-codegen"));
    process.stdin(Stdio::null());
    for name in ["HTTP_PROXY", "http_proxy"] {
        process.env_remove(name);
    }
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GENESYSCLOUD_")) {
        process.env_remove(name);
    }
    process
}

/// How a run of the generator ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn from_output(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn from_command(command: &mut Command) -> Self {
        Self::from_output(command.output().unwrap())
    }

    #[track_caller]
    pub(crate) fn assert_done(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// One error with all of the words, exit code 2, nothing on stdout.
    #[track_caller]
    pub(crate) fn assert_refused(&self, words: &[&str]) {
        assert_eq!(self.code, Some(2), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        let errors = self.stderr.lines();
        let errors = errors.filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 1, "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self.assert_stderr(words);
    }

    #[track_caller]
    pub(crate) fn assert_stdout(&self, words: &[&str]) {
        for word in words {
            assert!(self.stdout.contains(word), "{word}: {self:?}");
        }
    }

    #[track_caller]
    pub(crate) fn assert_stderr(&self, words: &[&str]) {
        for word in words {
            assert!(self.stderr.contains(word), "{word}: {self:?}");
        }
    }
}
