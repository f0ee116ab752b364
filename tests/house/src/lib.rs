//! Tests of the house: which module may use which ([`floors`]), what is public ([`surface`]), that time and chance are parameters ([`time`]), that
//! numbered promises have tests ([`numbers`]), and that spans and events are documented ([`events`]).
//!
//! It reads the sources as text, so it needs no build.

pub mod events;
pub mod floors;
pub mod numbers;
mod paths;
pub mod surface;
pub mod time;

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust files below `folder`, sorted, each with its path in it.
#[must_use]
pub fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && let (Ok(text), Ok(inner)) =
                    (fs::read_to_string(&path), path.strip_prefix(folder))
            {
                found.push((inner.to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The module that a file is, below the root of its crate or tree.
fn module_of(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}
