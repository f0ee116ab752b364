//! What a type makes of each kind of JSON value: one visitor for all of them.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::misfit::Took;

/// A boolean, a number or a text of a document.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Found<'a> {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(&'a str),
}

impl From<Found<'_>> for Value {
    fn from(found: Found<'_>) -> Self {
        match found {
            Found::Bool(value) => value.into(),
            Found::Signed(value) => value.into(),
            Found::Unsigned(value) => value.into(),
            Found::Float(value) => value.into(),
            Found::Text(text) => text.into(),
        }
    }
}

/// Reads a JSON value into its place. A kind of value that the type does not expect is collected, and kept.
pub(super) trait Shape<'de>: Sized {
    /// Null, or a value that the type does not expect.
    fn value(self, value: Value) -> Took;

    fn scalar(self, found: Found<'_>) -> Took {
        self.value(found.into())
    }

    fn list<A: SeqAccess<'de>>(self, elements: A) -> Result<Took, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(elements)).map(|value| self.value(value))
    }

    fn object<A: MapAccess<'de>>(self, entries: A) -> Result<Took, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(entries)).map(|value| self.value(value))
    }
}

/// Shows a [`Shape`] the value that serde finds.
pub(super) struct Reading<S>(pub(super) S);

impl<'de, S: Shape<'de>> Visitor<'de> for Reading<S> {
    type Value = Took;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Took, E> {
        Ok(self.0.scalar(Found::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Took, E> {
        Ok(self.0.scalar(Found::Signed(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Took, E> {
        Ok(self.0.scalar(Found::Unsigned(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Took, E> {
        Ok(self.0.scalar(Found::Float(value)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Took, E> {
        Ok(self.0.scalar(Found::Text(text)))
    }

    fn visit_none<E>(self) -> Result<Took, E> {
        Ok(self.0.value(Value::Null))
    }

    fn visit_unit<E>(self) -> Result<Took, E> {
        Ok(self.0.value(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Took, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Took, A::Error> {
        self.0.list(elements)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Took, A::Error> {
        self.0.object(entries)
    }
}
