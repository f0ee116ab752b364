//! The structure that prose has by HTML: line breaks, paragraphs, lists and code. Every other tag is text.

use super::blocks::{self, Block};
use super::inline;

/// Lists deeper than this are part of the list around them.
const DEPTH_LIMIT: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Break,
    Paragraph,
    Bullets,
    Numbers,
    Item,
    Code,
    Preformatted,
}

/// A tag at the start of a text.
struct Found {
    tag: Tag,
    closes: bool,
    length: usize,
}

/// The blocks of prose.
pub(super) fn blocks(prose: &str) -> Vec<Block> {
    let text = prose.replace("\r\n", "\n").replace('\r', "\n");
    let text: Vec<String> = text.split('\n').map(inline::plain).collect();
    let text = text.join("\n");
    let has_lists = tags(&text).any(|(_, found)| found.tag == Tag::Item);
    let mut builder = Builder::default();
    let mut plain = String::new();
    let mut start = 0;
    for (index, found) in tags(&text) {
        if index < start {
            // Within code.
            continue;
        }
        let after = index + found.length;
        match found.tag {
            Tag::Break => {
                plain.push_str(&text[start..index]);
                plain.push('\n');
                // A tag and the end of its line are one break.
                let rest = &text[after..];
                let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                start = after + spaces + usize::from(rest[spaces..].starts_with('\n'));
                continue;
            }
            Tag::Paragraph => {
                plain.push_str(&text[start..index]);
                plain.push_str("\n\n");
            }
            Tag::Code | Tag::Preformatted => {
                let Some((content, length)) = content(&text[after..], found.tag) else {
                    continue;
                };
                if found.closes || content.trim().is_empty() {
                    continue;
                }
                plain.push_str(&text[start..index]);
                if found.tag == Tag::Code && !content.contains('\n') {
                    plain.push_str(&inline::span(content.trim()));
                } else {
                    builder.text(&std::mem::take(&mut plain));
                    builder.push(Block::Code(lines_of_code(content)));
                }
                start = after + length;
                continue;
            }
            Tag::Bullets | Tag::Numbers | Tag::Item if has_lists => {
                plain.push_str(&text[start..index]);
                builder.text(&std::mem::take(&mut plain));
                match (found.tag, found.closes) {
                    (Tag::Item, false) => builder.open_item(),
                    (Tag::Item, true) => builder.close_item(),
                    (_, false) => builder.open_list(found.tag == Tag::Numbers),
                    (_, true) => builder.close_list(),
                }
            }
            Tag::Bullets | Tag::Numbers | Tag::Item => continue,
        }
        start = after;
    }
    plain.push_str(&text[start..]);
    builder.text(&plain);
    builder.finish()
}

/// The longest code that is looked for.
const LONGEST_CODE: usize = 10_000;

/// What is between a tag and its end, and how long both are.
fn content(text: &str, tag: Tag) -> Option<(&str, usize)> {
    let text = inline::start(text, LONGEST_CODE);
    let (index, end) = tags(text).find(|(_, found)| found.tag == tag)?;
    end.closes.then(|| (&text[..index], index + end.length))
}

fn lines_of_code(content: &str) -> Vec<String> {
    without_code_tags(content)
        .trim_matches('\n')
        .lines()
        .map(str::to_owned)
        .collect()
}

/// What is within `<code>`, where that is all that is preformatted.
fn without_code_tags(content: &str) -> &str {
    let trimmed = content.trim();
    match (tag(trimmed), trimmed.rfind('<')) {
        (Some(first), Some(end)) if first.tag == Tag::Code && !first.closes => {
            let last = tag(&trimmed[end..]);
            let is_whole = last.is_some_and(|last| {
                last.tag == Tag::Code && last.closes && end + last.length == trimmed.len()
            });
            match trimmed.get(first.length..end) {
                Some(inner) if is_whole => inner,
                _ => content,
            }
        }
        _ => content,
    }
}

/// The tags that mean something, with their places.
fn tags(text: &str) -> impl Iterator<Item = (usize, Found)> {
    text.match_indices('<')
        .filter_map(|(index, _)| Some((index, tag(&text[index..])?)))
}

/// The tag that a text starts with.
fn tag(text: &str) -> Option<Found> {
    let inner = text.strip_prefix('<')?;
    let closes = inner.starts_with('/');
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let end = name
        .find(|character: char| !character.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    let tag = match name.to_ascii_lowercase().as_str() {
        "br" => Tag::Break,
        "p" => Tag::Paragraph,
        "ul" => Tag::Bullets,
        "ol" => Tag::Numbers,
        "li" => Tag::Item,
        "code" => Tag::Code,
        "pre" => Tag::Preformatted,
        _ => return None,
    };
    // Attributes say nothing that the text shows.
    let is_end = rest.starts_with('>') || rest.starts_with("/>");
    if !is_end && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let close = rest.find(['<', '>'])?;
    rest[close..].starts_with('>').then(|| Found {
        tag,
        closes,
        length: text.len() - rest.len() + close + 1,
    })
}

#[derive(Default)]
struct Builder {
    done: Vec<Block>,
    open: Vec<List>,
}

#[derive(Default)]
struct List {
    numbered: bool,
    items: Vec<Vec<Block>>,
    in_item: bool,
    /// Lists in it that are not lists of their own, as they lie too deep.
    flattened: usize,
}

impl Builder {
    fn text(&mut self, text: &str) {
        for block in blocks::split(text) {
            self.push(block);
        }
    }

    fn push(&mut self, block: Block) {
        match self.open.last_mut() {
            None => self.done.push(block),
            Some(list) => match list.items.last_mut() {
                Some(item) if list.in_item => item.push(block),
                _ => {
                    list.items.push(vec![block]);
                    list.in_item = true;
                }
            },
        }
    }

    fn open_list(&mut self, numbered: bool) {
        if self.open.len() >= DEPTH_LIMIT
            && let Some(list) = self.open.last_mut()
        {
            list.flattened += 1;
            list.in_item = false;
            return;
        }
        self.open.push(List {
            numbered,
            ..List::default()
        });
    }

    fn open_item(&mut self) {
        if self.open.is_empty() {
            self.open_list(false);
        }
        if let Some(list) = self.open.last_mut() {
            list.items.push(Vec::new());
            list.in_item = true;
        }
    }

    fn close_item(&mut self) {
        if let Some(list) = self.open.last_mut() {
            list.in_item = false;
        }
    }

    fn close_list(&mut self) {
        if let Some(list) = self.open.last_mut()
            && list.flattened > 0
        {
            list.flattened -= 1;
            list.in_item = false;
            return;
        }
        let Some(list) = self.open.pop() else {
            return;
        };
        let items: Vec<_> = list
            .items
            .into_iter()
            .filter(|item| !item.is_empty())
            .collect();
        if !items.is_empty() {
            self.push(Block::List {
                start: list.numbered.then_some(1),
                items,
            });
        }
    }

    fn finish(mut self) -> Vec<Block> {
        while let Some(list) = self.open.last_mut() {
            list.flattened = 0;
            self.close_list();
        }
        self.done
    }
}
