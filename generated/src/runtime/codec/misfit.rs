//! Values that do not fit their type: what is told of them, and what is kept.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, value};
use serde_json::Value;

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

/// A value of any JSON type. The text of a document in memory is borrowed.
#[doc(hidden)]
pub enum Found<'de> {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Borrowed(&'de str),
    /// Text that had escapes, null, or an array or object.
    Other(Value),
}

impl Found<'_> {
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Bool(value) => value.into(),
            Self::Signed(value) => value.into(),
            Self::Unsigned(value) => value.into(),
            Self::Float(value) => value.into(),
            Self::Borrowed(text) => text.into(),
            Self::Other(value) => value,
        }
    }
}

impl<'de> Deserialize<'de> for Found<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FoundVisitor)
    }
}

struct FoundVisitor;

impl<'de> de::Visitor<'de> for FoundVisitor {
    type Value = Found<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    #[inline]
    fn visit_bool<E>(self, value: bool) -> Result<Found<'de>, E> {
        Ok(Found::Bool(value))
    }

    #[inline]
    fn visit_i64<E>(self, value: i64) -> Result<Found<'de>, E> {
        Ok(Found::Signed(value))
    }

    #[inline]
    fn visit_u64<E>(self, value: u64) -> Result<Found<'de>, E> {
        Ok(Found::Unsigned(value))
    }

    #[inline]
    fn visit_f64<E>(self, value: f64) -> Result<Found<'de>, E> {
        Ok(Found::Float(value))
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Found<'de>, E> {
        Ok(Found::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found<'de>, E> {
        Ok(Found::Other(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Found<'de>, E> {
        Ok(Found::Other(text.into()))
    }

    fn visit_none<E>(self) -> Result<Found<'de>, E> {
        Ok(Found::Other(Value::Null))
    }

    fn visit_unit<E>(self) -> Result<Found<'de>, E> {
        Ok(Found::Other(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Found<'de>, A::Error> {
        Value::deserialize(value::SeqAccessDeserializer::new(elements)).map(Found::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Found<'de>, A::Error> {
        let value = Value::deserialize(value::MapAccessDeserializer::new(entries))?;
        // With serde_json's `arbitrary_precision`, which another crate may ask for, a number comes as a map.
        Ok(match &value {
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(value), ..) => Found::Signed(value),
                (_, Some(value), _) => Found::Unsigned(value),
                (.., Some(value)) => Found::Float(value),
                _ => Found::Other(value),
            },
            _ => Found::Other(value),
        })
    }
}

/// The methods of a visitor for values that are neither an array nor an object. `other` says what they are read as, `null` what null is.
macro_rules! scalars_are_odd {
    () => {
        fn visit_bool<E>(self, value: bool) -> Result<Took, E> {
            Ok(self.other(value.into()))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Took, E> {
            Ok(self.other(value.into()))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Took, E> {
            Ok(self.other(value.into()))
        }

        fn visit_f64<E>(self, value: f64) -> Result<Took, E> {
            Ok(self.other(value.into()))
        }

        fn visit_str<E>(self, value: &str) -> Result<Took, E> {
            Ok(self.other(value.into()))
        }

        fn visit_none<E>(self) -> Result<Took, E> {
            self.place.put(None);
            Ok(Took::Null)
        }

        fn visit_unit<E>(self) -> Result<Took, E> {
            self.place.put(None);
            Ok(Took::Null)
        }

        fn visit_some<D: serde::de::Deserializer<'de>>(
            self,
            deserializer: D,
        ) -> Result<Took, D::Error> {
            deserializer.deserialize_any(self)
        }
    };
}
pub(super) use scalars_are_odd;

/// The method of such a visitor for an array.
macro_rules! arrays_are_odd {
    () => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, elements: A) -> Result<Took, A::Error> {
            let elements = serde::de::value::SeqAccessDeserializer::new(elements);
            Ok(self.other(serde::de::Deserialize::deserialize(elements)?))
        }
    };
}
pub(super) use arrays_are_odd;
