//! Why a document could not become an SDK.

use std::fmt;

use crate::load::quote;

/// The first thing found that has no place in the SDK: what it belongs to, where it is, and what to do about it.
///
/// Its `Display` is two short lines: `POINTER: subject: problem`, then the remedy. Text taken from the spec is shortened and its
/// control characters are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IrError {
    pointer: Option<String>,
    subject: String,
    problem: String,
    remedy: String,
}

impl IrError {
    pub(crate) fn new(
        subject: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            pointer: None,
            subject: subject.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The place at fault as a JSON pointer (RFC 6901) into the document as it was loaded: a definition of Swagger 2.0 is below
    /// `/components/schemas`. None where an option or an override is at fault.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The operation, definition, tag or override at fault.
    pub fn subject(&self) -> &str {
        &self.subject
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

impl fmt::Display for IrError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pointer) = &self.pointer {
            write!(formatter, "{}: ", pointer.escape_debug())?;
        }
        write!(
            formatter,
            "{}: {}\n  {}",
            self.subject, self.problem, self.remedy
        )
    }
}

impl std::error::Error for IrError {}

/// The remedy where a fix-up can help.
pub(crate) const FIX_UP: &str =
    "Correct the file, or override the value with an entry in the fixups.toml beside it.";

/// The JSON pointer of these keys.
pub(crate) fn pointer<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let mut pointer = String::new();
    for key in keys {
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// How messages call an operation.
pub(crate) fn operation(name: &str) -> String {
    format!("operation {}", quote(name))
}

/// How messages call a definition.
pub(crate) fn definition(name: &str) -> String {
    format!("definition {}", quote(name))
}
