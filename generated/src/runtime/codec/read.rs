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
        let mut reader = Reader::new(entries);
        reader.next_key();
        while reader.key_length != NO_KEY {
            model.visit(&mut reader);
        }
        match reader.error {
            None => Ok(model),
            Some(error) => Err(error),
        }
    }
}

/// The length of no name.
const NO_KEY: usize = usize::MAX;

/// Takes keys in the order of the document and fields in the order of the spec.
///
/// Servers write properties in about the order of the spec, so the next key is usually a field further down, and one pass over the
/// fields reads the object with one comparison of lengths a field. A key that a pass began with and did not take is unknown.
struct Reader<'de, A: MapAccess<'de>> {
    entries: A,
    /// The next key. Stale where `key_length` is `NO_KEY`.
    key: Cow<'de, str>,
    /// Most names differ in length already, and a number is compared faster than a text.
    key_length: usize,
    /// Whether this pass has read a field.
    took_field: bool,
    /// The fields that were null in this pass.
    nulls: Vec<&'static str>,
    /// What the model will keep.
    kept: Extra,
    error: Option<A::Error>,
}

impl<'de, A: MapAccess<'de>> Reader<'de, A> {
    const fn new(entries: A) -> Self {
        Self {
            entries,
            key: Cow::Borrowed(""),
            key_length: NO_KEY,
            took_field: false,
            nulls: Vec::new(),
            kept: Extra::new(),
            error: None,
        }
    }

    #[inline]
    fn is_next(&self, name: &str) -> bool {
        self.key_length == name.len() && *self.key == *name
    }

    fn next_key(&mut self) {
        match self.entries.next_key_seed(Key) {
            Ok(Some(key)) => {
                self.key_length = key.len();
                self.key = key;
            }
            Ok(None) => self.key_length = NO_KEY,
            Err(error) => self.fail(error),
        }
    }

    // Without a key every field is passed by, so an error ends the pass.
    #[cold]
    fn fail(&mut self, error: A::Error) {
        self.key_length = NO_KEY;
        self.error = Some(error);
    }

    fn take<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        match self.entries.next_value_seed(Nullable::<T>::new()) {
            Ok(value) => {
                let is_null = value.is_none();
                *slot = value;
                self.took(name, is_null);
            }
            Err(error) => self.fail(error),
        }
    }

    fn took(&mut self, name: &'static str, is_null: bool) {
        if is_null {
            self.nulls.push(name);
        } else if !self.kept.is_empty() {
            // A key that stands twice: the last value counts. A pass sees a field once, so the null came in an earlier one.
            self.kept.remove(name);
        }
        self.took_field = true;
        self.next_key();
    }

    #[cold]
    fn take_unknown(&mut self) {
        match self.entries.next_value::<Value>() {
            Ok(value) => {
                let key = std::mem::take(&mut self.key);
                self.kept.insert(key, value);
                self.next_key();
            }
            Err(error) => self.fail(error),
        }
    }
}

impl<'de, A: MapAccess<'de>> Visitor for Reader<'de, A> {
    #[inline]
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        if self.is_next(name) {
            self.take(name, slot);
        }
    }

    #[inline]
    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>) {
        if self.is_next(name) {
            let mut value = None;
            self.take(name, &mut value);
            *slot = value.map(Box::new);
        }
    }

    fn extra(&mut self, extra: &mut Extra) {
        for name in self.nulls.drain(..) {
            self.kept.set_null(name);
        }
        if !self.took_field && self.key_length != NO_KEY {
            self.take_unknown();
        }
        self.took_field = false;
        if self.key_length == NO_KEY {
            *extra = std::mem::take(&mut self.kept);
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
