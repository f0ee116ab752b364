//! Prose within a line: escaped, but for code and plain URLs.

use super::turns_direction;

/// The words of a line, escaped. Code is one word, with its spaces.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if character.is_whitespace() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            rest = &rest[character.len_utf8()..];
        } else if let Some((span, length)) = code_span(rest) {
            word.push_str(&span);
            rest = &rest[length..];
        } else {
            // Up to the next space or code; a run of backticks that is no code stays together.
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let end = rest[ticks..]
                .find(|character: char| character.is_whitespace() || character == '`')
                .map_or(rest.len(), |end| ticks + end);
            let text = &rest[..end];
            match plain_url(text) {
                Some((url, length)) if word.is_empty() => {
                    word = format!("<{url}>{}", escape(&text[length..]));
                }
                _ => {
                    let previous = line[..line.len() - rest.len()].chars().next_back();
                    let next = rest[end..].chars().next();
                    escape_between(previous, text, next, &mut word);
                }
            }
            rest = &rest[end..];
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The longest code that is looked for.
const LONGEST_CODE: usize = 1_000;

/// Code between backticks at the start of a text, and how long it is there.
fn code_span(text: &str) -> Option<(String, usize)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 0 {
        return None;
    }
    let inner = &text[ticks..];
    let inner = start(inner, LONGEST_CODE);
    let mut at = 0;
    let (content, length) = loop {
        let run = at + inner[at..].find('`')?;
        let closing = inner[run..].len() - inner[run..].trim_start_matches('`').len();
        if closing == ticks {
            break (&inner[..run], ticks + run + ticks);
        }
        at = run + closing;
    };
    let content = decoded(content);
    let content = match content
        .strip_prefix(' ')
        .and_then(|text| text.strip_suffix(' '))
    {
        Some(stripped) if stripped.starts_with('`') || stripped.ends_with('`') => stripped,
        _ => content.trim(),
    };
    if content.trim().is_empty() {
        return None;
    }
    Some((span(content), length))
}

/// The start of a text, that many bytes at most.
pub(super) fn start(text: &str, most: usize) -> &str {
    let most = most.min(text.len());
    let end = (0..=most).rfind(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// Text between backticks: more of them than it holds.
pub(super) fn span(content: &str) -> String {
    let fence = "`".repeat(longest_run(content) + 1);
    let pad = if content.starts_with('`') || content.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{content}{pad}{fence}")
}

/// How many backticks follow each other at most.
pub(super) fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`');
    runs.map(str::len).max().unwrap_or_default()
}

/// A line without the marks and control characters that have no place in source code.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    for character in line.chars() {
        match character {
            '\t' => plain.push_str("    "),
            character if turns_direction(character) => {}
            character if character.is_control() => plain.push(' '),
            character => plain.push(character),
        }
    }
    plain
}

/// A URL of harmless characters at the start of a word, and how much of the word it is.
fn plain_url(word: &str) -> Option<(String, usize)> {
    const AMPERSAND: &str = "&amp;";
    if !word.starts_with("https://") && !word.starts_with("http://") {
        return None;
    }
    let harmless = |character: char| {
        character.is_ascii_alphanumeric() || "-._~:/?#@!$=+%,".contains(character)
    };
    let mut end = 0;
    while let Some(character) = word[end..].chars().next() {
        let rest = &word[end..];
        if rest.starts_with(AMPERSAND) {
            end += AMPERSAND.len();
        } else if harmless(character) || (character == '&' && entity(rest).is_none()) {
            end += 1;
        } else {
            break;
        }
    }
    let shown = word[..end].trim_end_matches(['.', ',', ':', '!', '?']);
    let url = shown.replace(AMPERSAND, "&");
    let host = url.split("://").nth(1).unwrap_or_default();
    host.starts_with(|character: char| character.is_ascii_alphanumeric())
        .then_some((url, shown.len()))
}

/// Escapes what Markdown would obey within a line; what it obeys only at the start of one is seen to there.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    escape_between(None, text, None, &mut escaped);
    escaped
}

fn escape_between(
    mut previous: Option<char>,
    text: &str,
    following: Option<char>,
    escaped: &mut String,
) {
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let next = after.chars().next().or(following);
        match character {
            // Quotes are curled by rustdoc.
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '|' | '"' | '\'' => {
                escaped.extend(['\\', character]);
            }
            // Within a word an underscore means nothing.
            '_' if !previous.is_some_and(char::is_alphanumeric)
                || !next.is_some_and(char::is_alphanumeric) =>
            {
                escaped.push_str("\\_");
            }
            // rustdoc makes dashes of two and three hyphens, and an ellipsis of three dots.
            '-' | '.' if next == Some(character) || previous == Some(character) => {
                escaped.extend(['\\', character]);
            }
            // A colon does where it would make a bare URL.
            ':' if after.starts_with("//") => escaped.push_str("\\:"),
            '&' => {
                if let Some(entity) = entity(rest) {
                    escaped.push_str(&entity.escaped());
                    previous = Some(';');
                    rest = &rest[entity.length..];
                    continue;
                }
                escaped.push('&');
            }
            character => escaped.push(character),
        }
        previous = Some(character);
        rest = after;
    }
}

/// A reference to a character, such as `&lt;` or `&#60;`.
struct Entity<'a> {
    text: &'a str,
    /// The character, where it is a number or a common name.
    character: Option<char>,
    length: usize,
}

impl Entity<'_> {
    /// Markdown decodes it, once, and obeys nothing in what comes of it.
    fn escaped(&self) -> String {
        match self.character {
            Some(character) if turns_direction(character) => String::new(),
            Some('&') => "\\&".to_owned(),
            _ => self.text.to_owned(),
        }
    }
}

/// The entity that a text starts with.
fn entity(text: &str) -> Option<Entity<'_>> {
    let inner = text.strip_prefix('&')?;
    let end = inner.find(';')?;
    let name = &inner[..end];
    let number = |digits: &str, radix: u32, most: usize| {
        let is_number = !digits.is_empty()
            && digits.len() <= most
            && digits.chars().all(|digit| digit.is_digit(radix));
        is_number.then(|| {
            u32::from_str_radix(digits, radix)
                .ok()
                .and_then(char::from_u32)
        })
    };
    let character = if let Some(digits) = name.strip_prefix("#x").or(name.strip_prefix("#X")) {
        number(digits, 16, 6)?
    } else if let Some(digits) = name.strip_prefix('#') {
        number(digits, 10, 7)?
    } else {
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 32
            && name.chars().all(|letter| letter.is_ascii_alphanumeric());
        if !is_name {
            return None;
        }
        match name {
            "amp" | "AMP" => Some('&'),
            "lt" | "LT" => Some('<'),
            "gt" | "GT" => Some('>'),
            "quot" | "QUOT" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            "lrm" => Some('\u{200e}'),
            "rlm" => Some('\u{200f}'),
            _ => None,
        }
    };
    Some(Entity {
        text: &text[..end + 2],
        character,
        length: end + 2,
    })
}

/// Text with the entities that are numbers or common names decoded, once.
pub(super) fn decoded(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(entity) = entity(rest)
            && let Some(character) = entity.character
        {
            if !turns_direction(character) {
                decoded.push(if character.is_control() {
                    ' '
                } else {
                    character
                });
            }
            rest = &rest[entity.length..];
        } else {
            decoded.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    decoded
}
