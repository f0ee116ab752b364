//! Reading a model.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess};
use serde_json::Value;

use super::wire::{Nullable, Wire};
use super::{Extra, Model, Visitor};

/// Reads a model from a JSON object.
///
/// # Errors
///
/// Whatever the deserializer reports, and a value of the wrong JSON type.
pub fn read_model<'de, M: Model, D: Deserializer<'de>>(deserializer: D) -> Result<M, D::Error> {
    deserializer.deserialize_map(ModelVisitor(PhantomData))
}

struct ModelVisitor<M>(PhantomData<M>);

impl<'de, M: Model> de::Visitor<'de> for ModelVisitor<M> {
    type Value = M;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object ({})", M::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<M, A::Error> {
        let mut model = M::default();
        let mut reader = Reader {
            entries,
            key: None,
            keys_taken: 0,
            keys_at_pass: 0,
            nulls: Vec::new(),
            error: None,
        };
        reader.next_key();
        while reader.key.is_some() {
            reader.keys_at_pass = reader.keys_taken;
            model.visit(&mut reader);
        }
        match reader.error {
            None => Ok(model),
            Some(error) => Err(error),
        }
    }
}

/// Takes keys in the order of the document and fields in the order of the spec.
///
/// Servers write properties in about the order of the spec, so the next key is usually a field further down, and one pass over the
/// fields reads the object with one comparison a field. A key that a whole pass did not take is unknown.
struct Reader<'de, A: MapAccess<'de>> {
    entries: A,
    key: Option<Cow<'de, str>>,
    keys_taken: usize,
    keys_at_pass: usize,
    nulls: Vec<&'static str>,
    error: Option<A::Error>,
}

impl<'de, A: MapAccess<'de>> Reader<'de, A> {
    fn next_key(&mut self) {
        match self.entries.next_key_seed(Key) {
            Ok(key) => self.key = key,
            Err(error) => self.fail(error),
        }
    }

    // Without a key every field is passed by, so an error ends the pass.
    fn fail(&mut self, error: A::Error) {
        self.key = None;
        self.error = Some(error);
    }

    fn is_next(&self, name: &str) -> bool {
        self.key.as_deref() == Some(name)
    }

    fn value<T: Wire>(&mut self, name: &'static str) -> Option<T> {
        match self.entries.next_value_seed(Nullable::<T>::new()) {
            Ok(value) => {
                if value.is_none() {
                    self.nulls.push(name);
                }
                self.keys_taken += 1;
                self.next_key();
                value
            }
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }
}

impl<'de, A: MapAccess<'de>> Visitor for Reader<'de, A> {
    #[inline]
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        if self.is_next(name) {
            *slot = self.value(name);
        }
    }

    #[inline]
    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>) {
        if self.is_next(name) {
            *slot = self.value(name).map(Box::new);
        }
    }

    fn extra(&mut self, extra: &mut Extra) {
        for name in self.nulls.drain(..) {
            extra.set_null(name);
        }
        if self.keys_taken != self.keys_at_pass {
            return;
        }
        let Some(key) = self.key.take() else { return };
        match self.entries.next_value::<Value>() {
            Ok(value) => {
                extra.insert(key.into_owned(), value);
                self.next_key();
            }
            Err(error) => self.fail(error),
        }
    }
}

/// Reads a key, borrowed from the document where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> de::Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a property")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }

    fn visit_string<E>(self, key: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key))
    }
}
