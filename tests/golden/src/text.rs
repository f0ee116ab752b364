//! What is generated is what is committed, to the letter.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shapes;

/// The files below a folder of the generated crate, sorted; `mod.rs` says nothing of a shape.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if !path.ends_with("mod.rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What is generated of a shape: its operations where it has any, else its models.
fn generated(shape: &shapes::Shape) -> String {
    let root = Path::new(concat!(env!("OUT_DIR"), "/crate"));
    let source = root.join("src");
    let paths = if !shape.topics.is_empty() {
        let topics = source.join("events/topics").join(&shape.name);
        let mut paths = files(&source.join("events/models").join(&shape.name));
        paths.extend([topics.with_extension("rs"), source.join("events/mod.rs")]);
        paths
    } else if shape.operations.is_empty() {
        files(&source.join("models").join(&shape.name))
    } else {
        files(&source.join("api").join(&shape.name))
    };
    let mut text = String::new();
    for path in paths {
        let below = path.strip_prefix(root).unwrap();
        let content = fs::read_to_string(&path).unwrap();
        writeln!(text, "// {}\n{content}", below.display()).unwrap();
    }
    text
}

#[test]
fn every_shape_becomes_what_is_committed() {
    for shape in shapes::all() {
        let golden = shapes::folder().join(&shape.name).with_extension("rs");
        let found = generated(&shape);
        assert!(!found.is_empty(), "nothing is generated of {}", shape.name);
        expectorate::assert_contents(golden, &found);
    }
}

#[test]
fn every_committed_file_is_of_a_shape() {
    for path in files(&shapes::folder()) {
        let spec = path.with_extension("json");
        assert!(spec.is_file(), "remove {}", path.display());
    }
}
