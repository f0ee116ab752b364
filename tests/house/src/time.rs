//! Where code reads the machine's clock, waits by it, or draws random numbers, instead of asking a parameter.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::sources;

/// A path that leads out of the parameters, and what to ask instead.
const SOURCES: [(&[&str], &str); 5] = [
    (
        &["Instant", "now"],
        "take a `Clock` as an argument and ask `monotonic` or `instant`",
    ),
    (
        &["SystemTime", "now"],
        "take a `Clock` as an argument and ask `now().wall`",
    ),
    (
        &["tokio", "time"],
        "take a `Clock` as an argument, and use its `sleep` or `clock::wait`",
    ),
    (
        &["std", "thread", "sleep"],
        "take a `Clock` as an argument and use its `sleep`",
    ),
    (&["fastrand"], "take a `Jitter` as an argument"),
];

/// What is wrong in `folder`: such paths outside of the `allowed` (beginnings of) files, and allowed files that have none.
///
/// # Panics
///
/// A file that is not Rust.
#[must_use]
pub fn readings(folder: &Path, allowed: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut used = vec![false; allowed.len()];
    for (file, text) in sources(folder) {
        let file = file.to_string_lossy();
        let stream: TokenStream = match text.parse() {
            Ok(stream) => stream,
            Err(error) => panic!("{file}: {error}"),
        };
        let mut found = Vec::new();
        walk(stream, &[], &mut found);
        if let Some(place) = allowed.iter().position(|start| file.starts_with(start)) {
            used[place] |= !found.is_empty();
            continue;
        }
        let found = found.into_iter();
        wrong.extend(found.map(|(line, path, instead)| {
            format!("{file}:{line}: `{path}` is not a parameter: {instead}")
        }));
    }
    let unused = allowed.iter().zip(used).filter(|(_, used)| !used);
    wrong.extend(unused.map(|(file, _)| format!("{file}: it is allowed to, and does not")));
    wrong
}

/// Finds the paths in `stream`, whose words stand behind `prefix` as those of a `use` group do.
fn walk(stream: TokenStream, prefix: &[String], found: &mut Vec<(usize, String, &'static str)>) {
    let mut path = prefix.to_vec();
    let mut is_joined = !prefix.is_empty();
    for token in stream {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => is_joined = true,
            TokenTree::Ident(word) => {
                if !is_joined {
                    path.clear();
                }
                is_joined = false;
                path.push(word.to_string());
                let is_end = |source: &[&str]| {
                    let from = path.len().checked_sub(source.len());
                    from.is_some_and(|from| path[from..].iter().eq(source))
                };
                if let Some((_, instead)) = SOURCES.iter().find(|(source, _)| is_end(source)) {
                    found.push((word.span().start().line, path.join("::"), instead));
                }
            }
            TokenTree::Group(group) => {
                let inner: &[String] = if is_joined { &path } else { &[] };
                walk(group.stream(), inner, found);
                (path, is_joined) = (Vec::new(), false);
            }
            _ => {
                path = prefix.to_vec();
                is_joined = !prefix.is_empty();
            }
        }
    }
}
