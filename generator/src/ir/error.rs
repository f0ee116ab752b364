//! Why a document could not become an SDK.

use crate::document::{Fault, quote};

/// Something that has no place in the SDK: what it belongs to, where it is, and what to do about it.
///
/// Its `Display` is two short lines: `subject: problem`, then the remedy. Text taken from the spec is shortened and its
/// control characters are escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject}: {problem}\n  {remedy}")]
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

    /// The place at fault as a JSON pointer (RFC 6901). None where an option or an override is at fault.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The same as a fault; `place` is where it is if it does not say.
    pub(crate) fn into_fault(self, place: String) -> Fault {
        Fault::new(self.pointer.unwrap_or(place), self.problem, self.remedy)
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

/// How messages call an operation.
pub(crate) fn operation(name: &str) -> String {
    format!("operation {}", quote(name))
}

/// How messages call a definition.
pub(crate) fn definition(name: &str) -> String {
    format!("definition {}", quote(name))
}
