//! Prose of the spec as rustdoc: nothing in it may become code, a link or markup.

/// The widest line of documentation.
const WIDTH: usize = 100;

/// Turns prose into paragraphs of escaped Markdown, wrapped. Whatever the prose holds, it reads as text: HTML, links, code and headings of
/// Markdown are shown as they were written, and only plain URLs become links.
pub fn paragraphs(prose: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in split_paragraphs(prose) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrap(paragraph.split_whitespace().map(escape_word)));
    }
    lines
}

/// Wraps Markdown that this generator wrote itself.
pub fn wrap_markdown(markdown: &str) -> Vec<String> {
    wrap(markdown.split_whitespace().map(str::to_owned))
}

/// `text` between backticks, or escaped where it holds a backtick itself.
pub fn code(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|character| !turns_direction(*character))
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if shown.contains('`') || shown.trim().is_empty() {
        escape(&shown)
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
    prose
        .split_whitespace()
        .map(escape_word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn split_paragraphs(prose: &str) -> Vec<String> {
    let mut text = prose.replace("\r\n", "\n").replace('\r', "\n");
    for tag in ["<br>", "<br/>", "<br />", "<p>", "</p>", "<BR>"] {
        text = text.replace(tag, "\n\n");
    }
    text.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(str::to_owned)
        .collect()
}

fn wrap(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(guard_line_start(word)),
        }
    }
    lines
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

fn escape_word(word: &str) -> String {
    match plain_url(word) {
        Some((url, rest)) => format!("<{url}>{}", escape(rest)),
        None => escape(word),
    }
}

/// A URL of harmless characters at the start of a word, and what follows it.
fn plain_url(word: &str) -> Option<(&str, &str)> {
    if !word.starts_with("https://") && !word.starts_with("http://") {
        return None;
    }
    let harmless = |character: char| {
        character.is_ascii_alphanumeric() || "-._~:/?#@!$&=+%,;".contains(character)
    };
    let end = word
        .find(|character| !harmless(character))
        .unwrap_or(word.len());
    let url = word[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
    let host = url.split("://").nth(1).unwrap_or_default();
    host.starts_with(|character: char| character.is_ascii_alphanumeric())
        .then(|| (url, &word[url.len()..]))
}

/// Escapes what Markdown would obey within a line; what it obeys only at the start of one is seen to there.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut previous = None;
    for (index, character) in text.char_indices() {
        let rest = &text[index + character.len_utf8()..];
        match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' => escaped.extend(['\\', character]),
            // Within a word an underscore means nothing; a colon does where it would make a bare URL.
            '_' if !previous.is_some_and(char::is_alphanumeric)
                || !rest.starts_with(char::is_alphanumeric) =>
            {
                escaped.push_str("\\_");
            }
            ':' if rest.starts_with("//") => escaped.push_str("\\:"),
            character if turns_direction(character) => {}
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
        previous = Some(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_not_obeyed() {
        assert_eq!(
            paragraphs("a `code` *b* [l](u) <b>x</b> */ #![allow(x)]"),
            ["a \\`code\\` \\*b\\* \\[l\\](u) \\<b>x\\</b> \\*/ #!\\[allow(x)\\]"]
        );
    }

    #[test]
    fn urls_become_links_and_their_full_stop_stays_outside() {
        assert_eq!(
            paragraphs("See https://x.io/a_b."),
            ["See <https://x.io/a_b>."]
        );
        assert_eq!(paragraphs("(https://x.io)"), ["(https\\://x.io)"]);
    }

    #[test]
    fn paragraphs_are_kept_and_lines_wrapped() {
        let lines = paragraphs(&format!("{}\n\nnext", "word ".repeat(60)));
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines[lines.len() - 2..], [String::new(), "next".to_owned()]);
    }

    #[test]
    fn a_line_never_starts_a_list_by_accident() {
        assert_eq!(paragraphs("- one"), ["\\- one"]);
        assert_eq!(paragraphs("1. one"), ["1\\. one"]);
    }

    #[test]
    fn code_with_a_backtick_is_escaped_instead() {
        assert_eq!(code("a`b"), "a\\`b");
        assert_eq!(code("site.id"), "`site.id`");
    }
}
