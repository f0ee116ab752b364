//! Entries of the data beside a spec that have outlived their cause.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use toml_edit::{ArrayOfTables, DocumentMut, Item, TomlError, Value};

/// A fix-up, an override or an alias that no longer applies: the spec was corrected, changed in another way, or lost what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlived {
    /// The name of the file that it is in.
    pub file: &'static str,
    /// The key of such entries in the file.
    #[serde(skip)]
    pub(crate) table: &'static str,
    /// Its place among them, from 0.
    #[serde(skip)]
    pub(crate) index: usize,
    /// Which entry it is.
    pub entry: String,
    /// Why it does not apply.
    pub problem: String,
}

/// What to do about it.
pub(crate) const REMEDY: &str =
    "If the spec was corrected, remove the entry; if it changed in another way, adapt the entry.";

impl fmt::Display for Outlived {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.file, self.entry, self.problem)
    }
}

/// All of them, one a line.
pub(crate) fn lines(entries: &[Outlived]) -> String {
    let lines: Vec<String> = entries.iter().map(|entry| format!("  {entry}")).collect();
    lines.join("\n")
}

/// The text of a file without some of its entries. Everything else stays as it is; a comment right above an entry goes with it.
pub(crate) fn without(
    text: &str,
    table: &str,
    entries: &BTreeSet<usize>,
) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let mut comments = String::new();
    match document.get_mut(table) {
        Some(Item::ArrayOfTables(tables)) => {
            let mut kept = ArrayOfTables::new();
            for (index, mut entry) in std::mem::take(tables).into_iter().enumerate() {
                let prefix = entry.decor().prefix().and_then(|prefix| prefix.as_str());
                let prefix = prefix.unwrap_or_default().to_owned();
                if entries.contains(&index) {
                    comments.push_str(apart(&prefix, index == 0));
                    continue;
                }
                if !comments.is_empty() || kept.is_empty() {
                    entry.decor_mut().set_prefix(joined(&comments, &prefix));
                    comments.clear();
                }
                kept.push(entry);
            }
            let is_empty = kept.is_empty();
            *tables = kept;
            if is_empty {
                document.remove(table);
            }
        }
        Some(Item::Value(Value::Array(values))) => {
            let mut index = 0;
            values.retain(|_| {
                index += 1;
                !entries.contains(&(index - 1))
            });
        }
        _ => {}
    }
    if !comments.is_empty() {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(joined(&comments, &trailing));
    }
    Ok(document.to_string())
}

/// Of what stands above an entry, that which an empty line parts from it; what begins the file is about the file.
fn apart(prefix: &str, is_first: bool) -> &str {
    let mut end = 0;
    let mut at = 0;
    for line in prefix.split_inclusive('\n') {
        at += line.len();
        if line.trim().is_empty() {
            end = at;
        }
    }
    let kept = if end == 0 && is_first {
        prefix
    } else {
        &prefix[..end]
    };
    if kept.trim().is_empty() { "" } else { kept }
}

/// Comments above what is above an entry already.
fn joined(comments: &str, prefix: &str) -> String {
    let prefix = prefix.trim_start_matches(['\n', '\r']);
    if comments.is_empty() {
        return prefix.to_owned();
    }
    format!("{}\n\n{prefix}", comments.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_file_stays_as_it_is() {
        let text = "# The file.\n\n# About a.\n[[x]]\nname = 'a' # one\n\n# Part two.\n\n# About b.\n[[x]]\nname = \"b\"\n\n[[x]]\n  name = 'c' # c\n\n# The end.\n";
        let without =
            |entries: &[usize]| without(text, "x", &entries.iter().copied().collect()).unwrap();
        assert_eq!(without(&[]), text);
        assert_eq!(
            without(&[0]),
            "# The file.\n\n# Part two.\n\n# About b.\n[[x]]\nname = \"b\"\n\n[[x]]\n  name = 'c' # c\n\n# The end.\n"
        );
        assert_eq!(
            without(&[1]),
            "# The file.\n\n# About a.\n[[x]]\nname = 'a' # one\n\n# Part two.\n\n[[x]]\n  name = 'c' # c\n\n# The end.\n"
        );
        assert_eq!(
            without(&[0, 1, 2]),
            "# The file.\n\n\n# Part two.\n\n# The end.\n"
        );
    }

    #[test]
    fn a_header_without_an_empty_line_stays() {
        let text = "# The file.\n[[x]]\nname = 'a'\n[[x]]\nname = 'b'\n";
        let left = without(text, "x", &BTreeSet::from([0])).unwrap();
        assert_eq!(left, "# The file.\n\n[[x]]\nname = 'b'\n");
        let text = "x = [\n  {name = 'a'}, # a\n  {name = 'b'},\n]\n";
        let left = without(text, "x", &BTreeSet::from([0])).unwrap();
        assert!(left.contains("'b'") && !left.contains("'a'"), "{left}");
    }
}
