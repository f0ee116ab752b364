//! Values that do not fit their type: how they are reported and kept.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de;
use serde_json::Value;

use super::place::Place;

/// A value of a document that does not fit its type.
///
/// It names types only, never the value: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    path: String,
    /// The path with `*` for indexes and for keys of maps, which may be personal data.
    place: String,
    expected: Cow<'static, str>,
    found: &'static str,
}

impl Misfit {
    /// Where the value is, as a JSON path: `$.entities[3].version`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the API's description promises: `an integer of 64 bits`.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// The JSON type that the value has: `a string`.
    #[must_use]
    pub fn found(&self) -> &str {
        self.found
    }

    /// That the document holds something other than Unicode text.
    pub(super) fn not_unicode() -> Self {
        Self {
            path: "$".to_owned(),
            place: "$".to_owned(),
            expected: Cow::Borrowed("Unicode text"),
            found: "an invalid character",
        }
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The error of a document that as a whole does not fit.
    pub(super) fn into_error<E: de::Error>(self) -> E {
        E::invalid_type(de::Unexpected::Other(self.found), &&*self.expected)
    }

    /// Moves the path below a property, an element or the root.
    pub(super) fn put_below(&mut self, step: &str, place: &str) {
        self.path.insert_str(0, step);
        self.place.insert_str(0, place);
    }
}

impl Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            expected,
            found,
            ..
        } = self;
        write!(
            formatter,
            "{found} where {expected} was expected at `{path}`"
        )
    }
}

/// How a value was read.
#[doc(hidden)]
pub enum Took {
    /// As it is.
    Fits,
    /// A null; its place is empty.
    Null,
    /// Something in it does not fit.
    Odd(Box<Odd>),
}

/// What does not fit in a value, or that the value itself does not.
#[doc(hidden)]
#[derive(Default)]
pub struct Odd {
    /// The value as it came, unless what was read of it writes the same.
    pub(super) kept: Option<Kept>,
    pub(super) misfits: Vec<Misfit>,
}

impl Odd {
    /// The misfits, below `step`.
    pub(super) fn below(&mut self, step: &str, place: &str) -> Vec<Misfit> {
        for misfit in &mut self.misfits {
            misfit.put_below(step, place);
        }
        std::mem::take(&mut self.misfits)
    }
}

/// A value as it came.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) value: Value,
    /// The [`mark`] of what was read of it; nothing where its place was left empty.
    pub(super) read: Option<u64>,
}

impl Took {
    /// `value`, which is kept.
    #[cold]
    pub(super) fn odd(
        value: Value,
        expected: impl Into<Cow<'static, str>>,
        read: Option<u64>,
    ) -> Self {
        let misfit = Misfit {
            path: String::new(),
            place: String::new(),
            expected: expected.into(),
            found: json_type(&value),
        };
        Self::Odd(Box::new(Odd {
            kept: Some(Kept { value, read }),
            misfits: vec![misfit],
        }))
    }

    /// Something that keeps `kept` and holds `misfits`.
    pub(super) fn with(kept: Option<Kept>, misfits: Vec<Misfit>) -> Self {
        if kept.is_none() && misfits.is_empty() {
            Self::Fits
        } else {
            Self::Odd(Box::new(Odd { kept, misfits }))
        }
    }

    /// What is odd about an element, which null is, too.
    #[cold]
    pub(super) fn of_element(self) -> Odd {
        match self {
            Self::Fits => Odd::default(),
            Self::Null => Self::odd(Value::Null, "a value", None).of_element(),
            Self::Odd(odd) => *odd,
        }
    }
}

/// Reads a value that does not fit, or a null: its place is left empty.
#[cold]
pub(super) fn leave_empty<T, P: Place<T>>(
    place: P,
    value: Value,
    expected: impl Into<Cow<'static, str>>,
) -> Took {
    place.put(None);
    if value.is_null() {
        Took::Null
    } else {
        Took::odd(value, expected, None)
    }
}

/// Tells what was read from what was set since.
pub(super) fn mark(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
