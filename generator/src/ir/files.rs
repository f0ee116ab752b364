//! The files of operations: one for each path, called after its fixed segments, so that an operation stays in its file no matter what
//! else the spec gains.

use std::collections::BTreeMap;

use super::model::{Operation, PathPiece};
use super::naming::{module, snake};

/// The longest name of a file, without a hash.
const FILE_LIMIT: usize = 80;

/// How many operations a file holds.
const OPERATION_LIMIT: usize = 25;

/// What paths begin with: it says nothing about them.
const PREFIXES: &[&str] = &["/api/v2/", "/api/v2", "/"];

/// Gives every operation its file.
pub(crate) fn name_operation_files(operations: &mut [Operation]) {
    let mut files: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
    for (id, operation) in operations.iter_mut().enumerate() {
        operation.file = file(&operation.path_segments);
        files
            .entry((operation.group, operation.file.clone()))
            .or_default()
            .push(id);
    }
    for (_, members) in files {
        if members.len() <= OPERATION_LIMIT {
            continue;
        }
        // More operations than methods fit a path mean that many paths share the file: the methods part them, and what is still
        // too much is counted.
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for id in members {
            let operation = &mut operations[id];
            let method = operation.http_method.to_lowercase();
            let count = counts.entry(method.clone()).or_default();
            let part = *count / OPERATION_LIMIT;
            *count += 1;
            operation.file = match part {
                0 => format!("{}_{method}", operation.file),
                part => format!("{}_{method}_{}", operation.file, part + 1),
            };
        }
    }
}

fn file(pieces: &[PathPiece]) -> String {
    let mut fixed = String::new();
    for piece in pieces {
        match piece {
            PathPiece::Literal(text) => fixed.push_str(text),
            // Two fixed segments around an argument stay two words.
            PathPiece::Argument(_) => fixed.push('/'),
        }
    }
    let rest = PREFIXES
        .iter()
        .find_map(|prefix| fixed.strip_prefix(prefix))
        .unwrap_or(&fixed);
    let words: Vec<String> = rest
        .split('/')
        .filter(|segment| segment.contains(|character: char| character.is_ascii_alphanumeric()))
        .map(|segment| snake(&segment.to_ascii_lowercase()))
        .collect();
    if words.is_empty() {
        return "root".to_owned();
    }
    module(&words.join("_"), FILE_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> String {
        let mut pieces = Vec::new();
        for (index, part) in path.split(['{', '}']).enumerate() {
            if index % 2 == 0 {
                pieces.push(PathPiece::Literal(part.to_owned()));
            } else {
                pieces.push(PathPiece::Argument(index / 2));
            }
        }
        file(&pieces)
    }

    #[test]
    fn a_file_is_called_after_the_fixed_segments() {
        for (path, expected) in [
            ("/api/v2/users", "users"),
            ("/api/v2/users/{userId}", "users"),
            ("/api/v2/users/{userId}/queues/{queueId}", "users_queues"),
            ("/api/v2/scim/v2/Users", "scim_v2_users"),
            ("/api/v2/mod", "mod_"),
            ("/api/v2", "root"),
            ("/{anything}", "root"),
            ("/login/3d", "login_value_3d"),
        ] {
            assert_eq!(named(path), expected, "{path}");
        }
        let long = named(&format!("/api/v2/{}", "segment/".repeat(20)));
        assert!(long.len() <= FILE_LIMIT + 7, "{long}");
    }

    #[test]
    fn a_full_file_is_parted() {
        let mut operations: Vec<Operation> = (0..60)
            .map(|index| Operation {
                http_method: if index % 2 == 0 { "GET" } else { "POST" }.to_owned(),
                path_segments: vec![PathPiece::Literal("/api/v2/things".to_owned())],
                ..Operation::default()
            })
            .collect();
        name_operation_files(&mut operations);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for operation in &operations {
            *counts.entry(&operation.file).or_default() += 1;
        }
        let counts: Vec<(&str, usize)> = counts.into_iter().collect();
        assert_eq!(
            counts,
            [
                ("things_get", 25),
                ("things_get_2", 5),
                ("things_post", 25),
                ("things_post_2", 5)
            ]
        );
    }
}
