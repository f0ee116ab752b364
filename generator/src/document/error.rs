//! What can be wrong with a spec, said once and clearly.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// The longest part of a spec that a message repeats, in characters.
const QUOTE_LIMIT: usize = 120;

/// Why a spec could not be loaded: the first thing found wrong, where it is, and what to do about it.
///
/// Its `Display` is two short lines: `FILE#POINTER: problem`, then the remedy. Text taken from the
/// spec is shortened and its control characters are escaped there; the accessors return it as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}\n  {remedy}", Location { file, pointer: pointer.as_deref() })]
pub struct LoadError {
    file: String,
    pointer: Option<String>,
    problem: String,
    remedy: String,
}

impl LoadError {
    pub(crate) fn new(
        file: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            pointer: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            path.display().to_string(),
            format!("cannot be read: {error}"),
            "Check the path and its permissions.",
        )
    }

    pub(crate) fn at(mut self, pointer: String) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// The file at fault, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The place in the document at fault, as a JSON pointer (RFC 6901; the empty pointer is the
    /// whole document); none where the file as a whole is at fault.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// What is wrong.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

/// `FILE#POINTER`, safe to print.
pub(crate) struct Location<'a> {
    pub(crate) file: &'a str,
    pub(crate) pointer: Option<&'a str>,
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.file)?;
        match self.pointer {
            Some(pointer) if !pointer.is_empty() => {
                formatter.write_str("#")?;
                for character in pointer.chars() {
                    match character {
                        '"' | '\'' | '\\' => write!(formatter, "{character}")?,
                        // What cannot be seen, or changes how the rest is shown, is escaped.
                        other => write!(formatter, "{}", other.escape_debug())?,
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Text of the spec for use in a message: in quotes, escaped, and cut where it is long.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_LIMIT) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?} (cut)", &text[..end]),
    }
}

/// Something wrong at a place of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) problem: String,
    pub(crate) remedy: Cow<'static, str>,
    /// It needs another file, and so an operation that has it is left out, no matter which part of it is at fault.
    pub(crate) is_elsewhere: bool,
}

impl Fault {
    pub(crate) fn new(
        pointer: String,
        problem: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            pointer,
            problem: problem.into(),
            remedy: remedy.into(),
            is_elsewhere: false,
        }
    }

    pub(crate) fn in_file(self, file: &str) -> LoadError {
        LoadError::new(file, self.problem, self.remedy).at(self.pointer)
    }
}

/// The remedy where a fix-up can help.
pub(crate) const FIX_UP: &str = "Correct the file, or override the value with an entry in the fixups.toml in its folder (spec/fixups.toml for the SDK's own).";
