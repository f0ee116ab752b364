//! The documents: the guide lists its chapters, and what they link to is there. Their code is tested as doctests (`src/guide.rs`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn chapters() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guide/src")
}

/// The guide's files, and the documents at the top.
fn documents() -> Vec<PathBuf> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    let folder = fs::read_dir(chapters()).unwrap();
    let mut documents: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    documents.extend(top);
    documents
}

/// A document without its blocks of code, whose brackets link to nothing.
fn prose(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of a document's links.
fn links(path: &Path) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let prose = prose(path);
    link.captures_iter(&prose)
        .map(|captures| captures[1].to_owned())
        .collect()
}

/// The anchors of a document's headings, as GitHub and mdBook make them.
fn anchors(path: &Path) -> BTreeSet<String> {
    prose(path)
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            heading
                .chars()
                .filter(|&character| {
                    character.is_alphanumeric() || matches!(character, ' ' | '-' | '_')
                })
                .map(|character| if character == ' ' { '-' } else { character })
                .collect()
        })
        .collect()
}

#[test]
fn the_summary_lists_every_chapter_once() {
    let summary = chapters().join("SUMMARY.md");
    let mut listed = links(&summary);
    listed.sort();
    let mut there: Vec<String> = fs::read_dir(chapters())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "SUMMARY.md")
        .collect();
    there.sort();
    assert_eq!(listed, there);
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for document in documents() {
        for link in links(&document) {
            if link.contains("://") {
                continue;
            }
            followed += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => document.clone(),
                path => document.with_file_name(path),
            };
            // The rendered book has no more than its own pages.
            let leaves_the_book = document.starts_with(chapters()) && path.contains('/');
            let is_there =
                target.exists() && (anchor.is_empty() || anchors(&target).contains(anchor));
            if !is_there || leaves_the_book {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(followed > 30, "only {followed} links were found");
}

#[test]
fn every_chapter_with_rust_is_compiled() {
    let compiled = [
        root().join("tests/src/guide.rs"),
        root().join("generator/src/lib.rs"),
    ]
    .map(|path| fs::read_to_string(path).unwrap())
    .concat();
    for entry in fs::read_dir(chapters()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let has_rust = fs::read_to_string(&path).unwrap().contains("```rust");
        assert!(
            !has_rust || compiled.contains(&format!("guide/src/{name}\"")),
            "nothing compiles the code of {name}"
        );
    }
}
