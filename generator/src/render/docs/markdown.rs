//! Blocks of prose as lines of Markdown.

use super::blocks::Block;
use super::inline::{self, words};

/// The widest line of documentation.
const WIDTH: usize = 100;

/// The narrowest column that text is wrapped to, however deep it lies.
const NARROWEST: usize = 40;

pub(super) fn lines(blocks: &[Block]) -> Vec<String> {
    let mut lines = Vec::new();
    write(blocks, 0, false, &mut lines);
    lines
}

fn write(blocks: &[Block], indent: usize, is_tight: bool, lines: &mut Vec<String>) {
    // Of two lists in a row the second has other marks, or Markdown would make one of them.
    let mut is_second = false;
    let start = lines.len();
    for block in blocks {
        let before = lines.len();
        match block {
            Block::Paragraph(text) => {
                lines.extend(paragraph(text, indent));
                is_second = false;
            }
            Block::Code(code) => {
                lines.extend(fenced(code));
                is_second = false;
            }
            Block::List { start, items } => {
                list(*start, items, indent, is_second, lines);
                is_second = !is_second;
            }
        }
        let is_first = before == start;
        // A list that does not begin with 1 does not end a paragraph by itself.
        let is_close = is_tight
            && matches!(
                block,
                Block::List {
                    start: None | Some(1),
                    ..
                }
            );
        if lines.len() > before && !is_first && !is_close {
            lines.insert(before, String::new());
        }
    }
}

fn list(
    start: Option<u32>,
    items: &[Vec<Block>],
    indent: usize,
    is_second: bool,
    lines: &mut Vec<String>,
) {
    // An item of a paragraph, or of one and a list, needs no empty lines around it.
    let is_plain = |item: &Vec<Block>| {
        matches!(
            item.as_slice(),
            [Block::Paragraph(_)] | [Block::Paragraph(_), Block::List { .. }]
        )
    };
    let is_tight = items.iter().all(is_plain);
    let mut number = start;
    for (index, item) in items.iter().enumerate() {
        let marker = match (number, is_second) {
            (None, false) => "- ".to_owned(),
            (None, true) => "* ".to_owned(),
            (Some(number), false) => format!("{number}. "),
            (Some(number), true) => format!("{number}) "),
        };
        let mut inner = Vec::new();
        write(item, indent + marker.len(), is_tight, &mut inner);
        if inner.is_empty() {
            continue;
        }
        number = number.map(|number| number.saturating_add(1));
        if index > 0 && !is_tight {
            lines.push(String::new());
        }
        let pad = " ".repeat(marker.len());
        for (index, line) in inner.into_iter().enumerate() {
            lines.push(match (index, line.is_empty()) {
                (0, _) => format!("{marker}{line}"),
                (_, true) => line,
                (_, false) => format!("{pad}{line}"),
            });
        }
    }
}

/// Every line of the text begins a line.
fn paragraph(text: &[String], indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text {
        let wrapped = wrap(words(line).into_iter(), indent);
        if wrapped.is_empty() {
            continue;
        }
        if let Some(last) = lines.last_mut() {
            last.push('\\');
        }
        lines.extend(wrapped);
    }
    lines
}

/// Said to be text, so that rustdoc takes it for no Rust.
fn fenced(code: &[String]) -> Vec<String> {
    let code: Vec<String> = code.iter().map(|line| inline::decoded(line)).collect();
    let runs = code.iter().map(|line| inline::longest_run(line));
    let fence = "`".repeat(runs.max().unwrap_or_default().max(2) + 1);
    let mut lines = vec![format!("{fence}text")];
    lines.extend(code);
    lines.push(fence);
    lines
}

/// Words that may be links of ours, as lines.
pub(super) fn wrap_links(words: impl Iterator<Item = String>, indent: usize) -> Vec<String> {
    let width = width_at(indent);
    wrap(words.flat_map(|word| pieces(word, width)), indent)
}

fn width_at(indent: usize) -> usize {
    WIDTH.saturating_sub(indent).max(NARROWEST)
}

/// Words as lines. No word is broken: it may be code.
fn wrap(words: impl Iterator<Item = String>, indent: usize) -> Vec<String> {
    let width = width_at(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(guard_line_start(word)),
        }
    }
    lines
}

/// A link that is longer than a line breaks before its target, where Markdown allows a line to end.
fn pieces(word: String, width: usize) -> Vec<String> {
    match word.split_once("](") {
        Some((text, target)) if word.chars().count() > width => {
            vec![format!("{text}]("), target.to_owned()]
        }
        _ => vec![word],
    }
}

/// Some words mean a list, a heading or a rule where they begin a line.
fn guard_line_start(word: String) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some('-' | '+' | '=' | '#' | '>' | ':' | '|') => format!("\\{word}"),
        Some(first) if first.is_ascii_digit() => {
            let digits = word.chars().take_while(char::is_ascii_digit).count();
            match word[digits..].chars().next() {
                Some('.' | ')') => format!("{}\\{}", &word[..digits], &word[digits..]),
                _ => word,
            }
        }
        _ => word,
    }
}
