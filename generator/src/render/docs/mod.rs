//! Prose of the spec as rustdoc: it reads as it was written, and nothing in it becomes code, a link or markup of its own.
//!
//! Kept are paragraphs, line breaks, lists (those of HTML, too), code, and plain URLs as links. All else that Markdown, HTML or rustdoc's
//! smart punctuation would obey is escaped. Entities of HTML are decoded once.

mod blocks;
mod html;
mod inline;
mod markdown;
#[cfg(test)]
mod tests;

use inline::words;

/// Turns prose into lines of Markdown.
pub fn paragraphs(prose: &str) -> Vec<String> {
    markdown::lines(&html::blocks(prose))
}

/// Wraps Markdown that this generator wrote itself.
pub fn wrap_markdown(markdown: &str) -> Vec<String> {
    markdown::wrap_links(markdown.split_whitespace().map(str::to_owned), 0)
}

/// An item of a list. `words` do not break.
pub fn wrap_list_item(words: impl Iterator<Item = String>) -> Vec<String> {
    let lines = markdown::wrap_links(words, 2).into_iter().enumerate();
    lines
        .map(|(index, line)| format!("{}{line}", if index == 0 { "- " } else { "  " }))
        .collect()
}

/// `text` between backticks, or escaped where it holds a backtick itself.
pub fn code(text: &str) -> String {
    let shown = inline::plain(text);
    if shown.contains('`') || shown.trim().is_empty() {
        inline::escape(&shown)
    } else {
        format!("`{shown}`")
    }
}

/// Whether a mark turns the direction of text: such have no place in source code, where they make it read as what it is not.
pub(super) fn turns_direction(character: char) -> bool {
    matches!(
        character,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
    )
}

/// One line of prose, escaped.
pub fn line(prose: &str) -> String {
    words(&inline::plain(prose)).join(" ")
}
