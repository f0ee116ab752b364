//! The paths in a file that begin with `crate`, `self` or `super`, in `use` items, expressions, types and macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path, resolved from the root of the crate, and the line where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// The paths in `stream`, the content of the module `module`.
pub(crate) fn paths(stream: TokenStream, module: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(stream, module, &mut found);
    found
}

fn walk(stream: TokenStream, module: &[String], found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(word) if word == "mod" => {
                if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                    (tokens.get(at + 1), tokens.get(at + 2))
                {
                    let mut inner = module.to_vec();
                    inner.push(name.to_string());
                    walk(body.stream(), &inner, found);
                    at += 2;
                }
            }
            TokenTree::Ident(word) if is_root(word) && is_path(&tokens, at) => {
                at = chain(&tokens, at, Vec::new(), module, found);
                continue;
            }
            TokenTree::Group(group) => walk(group.stream(), module, found),
            _ => {}
        }
        at += 1;
    }
}

fn is_root(word: &proc_macro2::Ident) -> bool {
    word == "crate" || word == "self" || word == "super"
}

/// Whether `::` follows the word at `at`, and none stands before it.
fn is_path(tokens: &[TokenTree], at: usize) -> bool {
    let is_inner = at > 0 && is_colon(tokens, at - 1);
    is_colon(tokens, at + 1) && is_colon(tokens, at + 2) && !is_inner
}

fn is_colon(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

/// Reads the path that goes on at `at` after `path`; gives where it ends.
fn chain(
    tokens: &[TokenTree],
    mut at: usize,
    mut path: Vec<String>,
    module: &[String],
    found: &mut Vec<Found>,
) -> usize {
    let mut line = 0;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => {
                line = word.span().start().line;
                step(&mut path, &word.to_string(), module);
                at += 1;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut next = 0;
                while next < inner.len() {
                    next = chain(&inner, next, path.clone(), module, found);
                    while next < inner.len() && !is_comma(&inner[next]) {
                        next += 1;
                    }
                    next += 1;
                }
                return at + 1;
            }
            // `*`, or the `<` of a type.
            _ => break,
        }
        if is_colon(tokens, at) && is_colon(tokens, at + 1) {
            at += 2;
        } else {
            break;
        }
    }
    if line > 0 {
        found.push(Found { path, line });
    }
    at
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn step(path: &mut Vec<String>, word: &str, module: &[String]) {
    match word {
        "crate" => path.clear(),
        "self" if path.is_empty() => path.extend_from_slice(module),
        "self" => {}
        "super" => {
            if path.is_empty() {
                path.extend_from_slice(module);
            }
            path.pop();
        }
        _ => path.push(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        let stream = text.parse().unwrap();
        let found = paths(stream, &module);
        found
            .into_iter()
            .map(|found| format!("{}:{}", found.line, found.path.join("::")))
            .collect()
    }

    #[test]
    fn paths_are_found_wherever_they_stand() {
        assert_eq!(found("use crate::x::Y;"), ["1:x::Y"]);
        assert_eq!(
            found("use crate::{x::{self, Y as Z}, w::*};\nuse super::c::D;"),
            ["1:x", "1:x::Y", "1:w", "2:a::c::D"]
        );
        assert_eq!(
            found("fn f(x: &crate::x::Y<super::super::z::T>) { self.g(crate::w::h::<self::I>()) }"),
            ["1:x::Y", "1:z::T", "1:w::h", "1:a::b::I"]
        );
        assert_eq!(
            found("macro_rules! m { () => { $crate::x::Y }; }\nmod tests { use super::Z; }"),
            ["1:x::Y", "2:a::b::Z"]
        );
        assert_eq!(
            found("/// [`crate::x`]\nfn f() { other::crate_name::y() }"),
            [""; 0]
        );
    }
}
