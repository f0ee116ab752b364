//! What the sources tell through `tracing`.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::sources;

/// An event, or a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// `debug`, `info`, `warn`, `error`, or `span`.
    pub level: String,
    /// The message of an event, or the name of a span.
    pub text: String,
    /// The names of its fields.
    pub fields: BTreeSet<String>,
}

/// All events and spans that the files in `folder` have.
///
/// # Panics
///
/// A file that is not Rust.
#[must_use]
pub fn told(folder: &Path) -> BTreeSet<Told> {
    let mut found = BTreeSet::new();
    for (file, text) in sources(folder) {
        match text.parse() {
            Ok(stream) => walk(stream, &mut found),
            Err(error) => panic!("{}: {error}", file.display()),
        }
    }
    found
}

/// Looks for `tracing::level!(…)`.
fn walk(stream: TokenStream, found: &mut BTreeSet<Told>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let before: String = tokens[place.saturating_sub(5)..place]
            .iter()
            .map(TokenTree::to_string)
            .collect();
        match before
            .strip_prefix("tracing::")
            .and_then(|rest| rest.strip_suffix('!'))
        {
            Some(name) if group.delimiter() == Delimiter::Parenthesis => {
                let level = if name.ends_with("_span") {
                    "span"
                } else {
                    name
                };
                found.insert(one(level, group.stream()));
            }
            _ => walk(group.stream(), found),
        }
    }
}

/// The arguments of a macro: `target: "…"`, fields with or without a value, and a text.
fn one(level: &str, arguments: TokenStream) -> Told {
    let mut told = Told {
        level: level.to_owned(),
        text: String::new(),
        fields: BTreeSet::new(),
    };
    let mut argument: Vec<TokenTree> = Vec::new();
    let mut end = |argument: &mut Vec<TokenTree>| {
        let name = |token: &TokenTree| match token {
            TokenTree::Ident(_) => true,
            TokenTree::Punct(punct) => punct.as_char() == '.',
            _ => false,
        };
        let tokens = std::mem::take(argument);
        if let [TokenTree::Literal(text)] = &tokens[..] {
            told.text = text.to_string().trim_matches('"').to_owned();
            return;
        }
        let sigils = |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if matches!(punct.as_char(), '%' | '?'));
        let field: Vec<&TokenTree> = tokens
            .iter()
            .skip_while(sigils)
            .take_while(|token| name(token))
            .collect();
        let after = tokens
            .iter()
            .skip_while(sigils)
            .nth(field.len())
            .map(ToString::to_string);
        if !field.is_empty() && after.as_deref() != Some(":") {
            told.fields
                .insert(field.into_iter().map(ToString::to_string).collect());
        }
    };
    for token in arguments {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => end(&mut argument),
            _ => argument.push(token),
        }
    }
    end(&mut argument);
    told
}

/// The rows of the tables of a page in Markdown that tell of the same: the level, the text, and the fields.
#[must_use]
pub fn documented(page: &str) -> BTreeSet<Told> {
    let mut found = BTreeSet::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, level, text, fields, ..] = cells[..] else {
            continue;
        };
        let level = level.trim_matches('`');
        if !["span", "debug", "info", "warn", "error"].contains(&level) {
            continue;
        }
        let names = fields.split('`').skip(1).step_by(2);
        found.insert(Told {
            level: level.to_owned(),
            text: text.trim_matches('`').to_owned(),
            fields: names.map(str::to_owned).collect(),
        });
    }
    found
}
