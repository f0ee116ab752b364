//! The structure that prose has by the way its lines are laid out: paragraphs, lists, code.

/// A part of prose. Its text is as the spec has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Lines that stay lines.
    Paragraph(Vec<String>),
    /// A list; `start` is the number of the first item, none where they have bullets.
    List {
        start: Option<u32>,
        items: Vec<Vec<Block>>,
    },
    /// Lines of code.
    Code(Vec<String>),
}

/// Lists deeper than this are lines of text.
const DEPTH_LIMIT: usize = 6;

/// How far a line is indented that is code.
const CODE_INDENT: usize = 4;

/// The most lines of code that are looked for.
const LONGEST_CODE: usize = 200;

/// How a line begins that is an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Bullet(char),
    Number { number: u32, delimiter: char },
}

impl Marker {
    /// Whether an item with this marker comes next after one with the other.
    fn follows(self, previous: Self) -> bool {
        match (previous, self) {
            (Self::Bullet(one), Self::Bullet(other)) => one == other,
            (
                Self::Number { number, delimiter },
                Self::Number {
                    number: next,
                    delimiter: other,
                },
            ) => delimiter == other && number.checked_add(1) == Some(next),
            _ => false,
        }
    }
}

/// The blocks of plain text.
pub(super) fn split(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    parse(&lines, 0)
}

fn parse(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph: Vec<String> = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let rest = &lines[index..];
        let found = if line.is_empty() {
            end(&mut paragraph, &mut blocks);
            index += 1;
            continue;
        } else if let Some((code, count)) = fenced(rest) {
            Some((code, count))
        } else if let Some((code, count)) = indented(rest)
            && paragraph.is_empty()
        {
            Some((code, count))
        } else {
            list(rest, depth)
        };
        match found {
            Some((block, count)) => {
                end(&mut paragraph, &mut blocks);
                blocks.push(block);
                index += count;
            }
            None => {
                paragraph.push(line.trim_start().to_owned());
                index += 1;
            }
        }
    }
    end(&mut paragraph, &mut blocks);
    blocks
}

fn end(paragraph: &mut Vec<String>, blocks: &mut Vec<Block>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(paragraph)));
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Code between two lines of backticks.
fn fenced(lines: &[&str]) -> Option<(Block, usize)> {
    let fence = lines.first()?.trim_start();
    let ticks = fence.len() - fence.trim_start_matches('`').len();
    if ticks < 3 || fence[ticks..].contains('`') {
        return None;
    }
    let is_end = |line: &&str| {
        let line = line.trim();
        line.len() >= ticks && line.chars().all(|character| character == '`')
    };
    let length = lines[1..].iter().take(LONGEST_CODE).position(is_end)?;
    let code = dedented(&lines[1..=length]);
    (!code.is_empty()).then(|| (Block::Code(code), length + 2))
}

/// Indented lines, with empty ones between them.
fn indented(lines: &[&str]) -> Option<(Block, usize)> {
    let count = lines
        .iter()
        .take_while(|line| line.is_empty() || indent(line) >= CODE_INDENT)
        .count();
    let code = dedented(&lines[..count]);
    (!code.is_empty()).then_some((Block::Code(code), count))
}

/// Lines without the indentation that all of them have, and without empty ones around them.
fn dedented(lines: &[&str]) -> Vec<String> {
    let shown = |line: &&str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(shown) else {
        return Vec::new();
    };
    let last = lines.iter().rposition(shown).unwrap_or(first);
    let common = lines.iter().copied().filter(shown).map(indent).min();
    let common = common.unwrap_or_default();
    lines[first..=last]
        .iter()
        .map(|line| line.get(common..).unwrap_or_default().to_owned())
        .collect()
}

/// A list of two items at least: one line alone with a dash or number in front may be anything, but in an item of a list.
fn list(lines: &[&str], depth: usize) -> Option<(Block, usize)> {
    if depth >= DEPTH_LIMIT {
        return None;
    }
    let base = indent(lines.first()?);
    let mut items: Vec<Vec<&str>> = Vec::new();
    let mut previous: Option<Marker> = None;
    let mut start = None;
    let mut count = 0;
    while let Some(line) = lines.get(count) {
        if line.is_empty() {
            // A list goes on after an empty line, if what follows belongs to it.
            let next = lines[count..].iter().find(|line| !line.is_empty());
            let belongs = next.is_some_and(|next| {
                indent(next) > base
                    || marker(next).is_some_and(|(marker, _)| {
                        previous.is_some_and(|previous| marker.follows(previous))
                    })
            });
            if !belongs {
                break;
            }
            if let Some(item) = items.last_mut() {
                item.push("");
            }
        } else if indent(line) > base
            && let Some(item) = items.last_mut()
        {
            item.push(line);
        } else if let Some((marker, text)) = marker(line)
            && indent(line) == base
            && previous.is_none_or(|previous| marker.follows(previous))
        {
            if let (None, Marker::Number { number, .. }) = (previous, marker) {
                start = Some(number);
            }
            previous = Some(marker);
            items.push(vec![text]);
        } else {
            break;
        }
        count += 1;
    }
    (items.len() > 1 || (depth > 0 && !items.is_empty())).then(|| {
        let items = items.iter().map(|item| parse_item(item, depth)).collect();
        (Block::List { start, items }, count)
    })
}

/// The first line of an item begins after its marker, the others are indented.
fn parse_item(lines: &[&str], depth: usize) -> Vec<Block> {
    let rest = lines.get(1..).unwrap_or_default();
    let shown = rest.iter().filter(|line| !line.is_empty());
    let common = shown.map(|line| indent(line)).min().unwrap_or_default();
    let mut whole: Vec<&str> = lines.iter().take(1).copied().collect();
    whole.extend(
        rest.iter()
            .map(|line| line.get(common..).unwrap_or_default()),
    );
    parse(&whole, depth + 1)
}

/// The marker of an item, and its text.
fn marker(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (marker, rest) = if digits > 0 {
        // A number of nine digits is the largest that Markdown takes, and it would not show leading zeros.
        let number = &line[..digits];
        if digits > 9 || (digits > 1 && number.starts_with('0')) {
            return None;
        }
        let delimiter = line[digits..].chars().next()?;
        if !matches!(delimiter, '.' | ')') {
            return None;
        }
        let number = number.parse().ok()?;
        (
            Marker::Number { number, delimiter },
            &line[digits + delimiter.len_utf8()..],
        )
    } else {
        let bullet = line.chars().next()?;
        if !matches!(bullet, '-' | '*' | '+') {
            return None;
        }
        (Marker::Bullet(bullet), &line[bullet.len_utf8()..])
    };
    let text = rest.strip_prefix(' ')?.trim_start();
    (!text.is_empty()).then_some((marker, text))
}
