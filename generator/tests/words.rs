//! Plain English: no phrase that CONTRIBUTING.md bans, in anything that users and contributors read.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Files and folders, below the root of the repository.
const READ: [&str; 18] = [
    ".github",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "deny.toml",
    "generator/README.md",
    "generator/examples",
    "generator/src",
    "justfile",
    "spec",
    "templates",
    "tests/all.sh",
    "tests/examples",
    "tests/guide/src",
    "tests/src",
    "tests/mock/src",
];

/// Parts of these that nobody reads for help.
const NOT_READ: [&str; 3] = [
    "templates/runtime/src/tests",
    "templates/runtime/benches",
    "target",
];

struct Banned {
    phrase: String,
    better: String,
    allowed: Vec<String>,
}

impl Banned {
    /// A line `phrase -> better (allowed, allowed)`.
    fn parse(line: &str) -> Self {
        let (phrase, rest) = line.split_once("->").expect("phrase -> better");
        let (better, allowed) = match rest.split_once('(') {
            Some((better, allowed)) => (better, allowed.trim_end_matches(')')),
            None => (rest, ""),
        };
        Self {
            phrase: phrase.trim().to_owned(),
            better: better.trim().to_owned(),
            allowed: allowed
                .split(',')
                .map(|phrase| phrase.trim().to_owned())
                .filter(|phrase| !phrase.is_empty())
                .collect(),
        }
    }

    /// Whether a text, in lower case and with single spaces, has the phrase.
    fn is_in(&self, text: &str) -> bool {
        let mut text = text.to_owned();
        for allowed in &self.allowed {
            text = text.replace(allowed, "");
        }
        let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        text.match_indices(&self.phrase).any(|(start, phrase)| {
            !is_letter(text[..start].chars().next_back())
                && !is_letter(text[start + phrase.len()..].chars().next())
        })
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const FENCE: &str = "```banned\n";

/// The list, and the document without it.
fn banned() -> (Vec<Banned>, String) {
    let document = read(&root().join("CONTRIBUTING.md"));
    let (before, rest) = document
        .split_once(FENCE)
        .expect("a list of banned phrases");
    let (list, after) = rest.split_once("```").expect("the end of the list");
    (
        list.lines().map(Banned::parse).collect(),
        format!("{before}{after}"),
    )
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    let relative = path.strip_prefix(root()).unwrap_or(path);
    if NOT_READ
        .iter()
        .any(|part| relative.starts_with(part) || relative.ends_with(part))
    {
        return;
    }
    if path.is_dir() {
        let mut below: Vec<PathBuf> = std::fs::read_dir(path)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        below.sort();
        for path in below {
            files(&path, found);
        }
    } else if path.is_file() {
        found.push(path.to_owned());
    }
}

/// The texts of a file that people read.
fn texts(path: &Path) -> Vec<String> {
    let text = read(path);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => {
            let mut texts = Vec::new();
            let tokens: TokenStream = text
                .parse()
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            strings(tokens, &mut texts);
            texts
        }
        Some("md" | "jinja" | "toml" | "yml" | "yaml" | "sh") | None => vec![text],
        _ => Vec::new(),
    }
}

/// String literals, and the docs of an item as one text.
fn strings(tokens: TokenStream, texts: &mut Vec<String>) {
    let mut docs = String::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => continue,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                if let Some(line) = doc_line(group.stream()) {
                    docs.push_str(&line);
                    docs.push('\n');
                    continue;
                }
                strings(group.stream(), texts);
            }
            TokenTree::Group(group) => strings(group.stream(), texts),
            TokenTree::Literal(literal) => texts.extend(string(&literal)),
            _ => {}
        }
        if !docs.is_empty() {
            texts.push(std::mem::take(&mut docs));
        }
    }
    texts.push(docs);
}

fn doc_line(attribute: TokenStream) -> Option<String> {
    let mut tokens = attribute.into_iter();
    match (tokens.next()?, tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Literal(text))
            if name == "doc" =>
        {
            string(&text)
        }
        _ => None,
    }
}

fn string(literal: &proc_macro2::Literal) -> Option<String> {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

fn normalized(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[test]
fn no_banned_phrase() {
    let (banned, contributing) = banned();
    assert!(banned.len() >= 14, "the list is shorter than it was");
    let mut paths = Vec::new();
    for path in READ {
        files(&root().join(path), &mut paths);
    }
    assert!(paths.len() > 200, "only {} files", paths.len());
    let mut report = String::new();
    for path in paths {
        let texts = if path.ends_with("CONTRIBUTING.md") {
            vec![contributing.clone()]
        } else {
            texts(&path)
        };
        for text in texts
            .iter()
            .flat_map(|text| text.split("\n\n"))
            .map(normalized)
        {
            for banned in banned.iter().filter(|banned| banned.is_in(&text)) {
                let start = text.find(&banned.phrase).unwrap_or_default();
                let shown: String = text[start..].chars().take(80).collect();
                let _ = writeln!(
                    report,
                    "{}: `{}` (better: {}): {shown}…",
                    path.display(),
                    banned.phrase,
                    banned.better
                );
            }
        }
    }
    assert!(
        report.is_empty(),
        "see Language in CONTRIBUTING.md\n{report}"
    );
}

#[test]
fn a_phrase_is_found_in_strings_and_docs_alone() {
    let rust = "/// A thing that goes\n/// on. There is no other.\nfn begun() { let x = \"whatever \\\n   happens\"; } // whoever";
    let mut found = Vec::new();
    strings(rust.parse().expect("Rust"), &mut found);
    let found: Vec<String> = found.iter().map(|text| normalized(text)).collect();
    let (banned, _) = banned();
    let hits: Vec<&str> = banned
        .iter()
        .filter(|banned| found.iter().any(|text| banned.is_in(text)))
        .map(|banned| banned.phrase.as_str())
        .collect();
    assert_eq!(hits, ["whatever", "goes on"]);
}
