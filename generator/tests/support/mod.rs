//! What several tests need.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
        for entry in fs::read_dir(folder).unwrap() {
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
