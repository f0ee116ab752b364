//! Finds the JSON path of an error in a JSON text.
//!
//! serde names line and column. The path of property names and indexes is found from these by reading the text once more, on failure only. Unlike
//! a wrapper around the deserializer this is compiled once, and not once more for every type that is read.

use std::fmt::Write;

enum Step {
    Property(String),
    Index(usize),
}

/// The path (`$.entities[3].name`) of the value that is read, or was just read, at line and column, both counted from 1 as serde_json does.
pub(super) fn locate(json: &[u8], line: usize, column: usize) -> String {
    let end = offset(json, line, column);
    let mut path: Vec<Step> = Vec::new();
    let mut position = 0;
    // Whether the next string is a property's name.
    let mut name_next = false;
    while position < end {
        match json[position] {
            b'{' => {
                // The error may be that an object stands here at all.
                if position + 1 >= end {
                    break;
                }
                path.push(Step::Property(String::new()));
                name_next = true;
            }
            b'[' => {
                if position + 1 >= end {
                    break;
                }
                path.push(Step::Index(0));
            }
            b'}' | b']' => {
                path.pop();
                name_next = false;
            }
            b',' => match path.last_mut() {
                Some(Step::Index(index)) if position + 1 < end => *index += 1,
                Some(Step::Property(_)) => name_next = true,
                _ => {}
            },
            b'"' => {
                let close = end_of_string(json, position);
                if name_next {
                    if let Some(Step::Property(name)) = path.last_mut() {
                        *name = serde_json::from_slice(&json[position..close])
                            .unwrap_or_else(|_| String::from("?"));
                    }
                    name_next = false;
                }
                position = close;
                continue;
            }
            _ => {}
        }
        position += 1;
    }
    let mut text = String::from("$");
    for step in &path {
        let _ = match step {
            // An object that has shown no name yet.
            Step::Property(name) if name.is_empty() => Ok(()),
            Step::Property(name) => write!(text, ".{name}"),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}

/// How many bytes had been read at line and column.
fn offset(json: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match json[start..].iter().position(|byte| *byte == b'\n') {
            Some(length) => start += length + 1,
            None => break,
        }
    }
    (start + column).min(json.len())
}

/// The position after the closing quote of the string that opens at `start`.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while position < json.len() {
        match json[position] {
            b'\\' => position += 2,
            b'"' => return position + 1,
            _ => position += 1,
        }
    }
    json.len()
}
