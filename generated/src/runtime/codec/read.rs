//! Reading a model.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess};
use serde_json::Value;

use super::place::Place;
use super::wire::{Nullable, Wire};
use super::{Extra, Model, Visitor};

/// Reads a model from a JSON object.
///
/// # Errors
///
/// Whatever the deserializer reports, and a value of the wrong JSON type.
pub fn read_model<'de, M: Model, D: Deserializer<'de>>(deserializer: D) -> Result<M, D::Error> {
    let mut model = M::default();
    fill_model(&mut model, deserializer)?;
    Ok(model)
}

/// Reads a JSON object into a model that has its default value.
pub(super) fn fill_model<'de, M: Model, D: Deserializer<'de>>(
    model: &mut M,
    deserializer: D,
) -> Result<(), D::Error> {
    deserializer.deserialize_map(ModelVisitor(model))
}

struct ModelVisitor<'m, M>(&'m mut M);

impl<'de, M: Model> de::Visitor<'de> for ModelVisitor<'_, M> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object ({})", M::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        let mut reader = Reader {
            entries,
            key: "",
            key_length: NO_KEY,
            took_field: false,
            rare: None,
            error: None,
        };
        reader.next_key();
        while reader.key_length != NO_KEY {
            self.0.visit(&mut reader);
        }
        match reader.error {
            None => Ok(()),
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
    /// The next key, where the document shows it as it is; else [`Rare::key`] holds it, and this is empty.
    key: &'de str,
    /// The length of the next key, or `NO_KEY`. Most names differ in length already, and a number is compared faster than a text.
    key_length: usize,
    /// Whether this pass has read a field.
    took_field: bool,
    rare: Option<Box<Rare>>,
    error: Option<A::Error>,
}

/// What most objects do not need, behind one word: an object is set up for every few properties of a document.
#[derive(Default)]
struct Rare {
    /// The next key, where it could not be borrowed: it has escapes, or there is no document in memory.
    key: String,
    /// The fields that were null in this pass.
    nulls: Vec<&'static str>,
    /// What the model will keep, as it comes: sorted once, at the end.
    kept: Vec<(String, Value)>,
    /// Whether a null is among it.
    kept_null: bool,
}

impl<'de, A: MapAccess<'de>> Reader<'de, A> {
    fn next_key(&mut self) {
        let key = Key {
            borrowed: &mut self.key,
            rare: &mut self.rare,
        };
        match self.entries.next_key_seed(key) {
            Ok(Some(length)) => self.key_length = length,
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

    /// Whether the next key, which has the length of `name`, is `name`.
    #[inline]
    fn is_named(&self, name: &str) -> bool {
        self.key == name || self.is_named_elsewhere(name)
    }

    /// The same for a key that could not be borrowed.
    fn is_named_elsewhere(&self, name: &str) -> bool {
        self.key.is_empty() && self.rare.as_ref().is_some_and(|rare| rare.key == name)
    }

    fn take<T: Wire, P: Place<T>>(&mut self, name: &'static str, place: P) {
        match self.entries.next_value_seed(Nullable::<T, P>::new(place)) {
            Ok(is_null) => self.took(name, is_null),
            Err(error) => self.fail(error),
        }
    }

    #[inline]
    fn took(&mut self, name: &'static str, is_null: bool) {
        if is_null || self.rare.is_some() {
            self.note(name, is_null);
        }
        self.took_field = true;
        self.next_key();
    }

    #[cold]
    fn note(&mut self, name: &'static str, is_null: bool) {
        let rare = self.rare.get_or_insert_default();
        if is_null {
            rare.nulls.push(name);
        } else if rare.kept_null {
            // A key that stands twice: the last value counts. A pass sees a field once, so the null came in an earlier one.
            rare.kept.retain(|(kept, _)| kept != name);
        }
    }

    #[cold]
    fn take_unknown(&mut self) {
        match self.entries.next_value::<Value>() {
            Ok(value) => {
                let rare = self.rare.get_or_insert_default();
                let key = if self.key.len() == self.key_length {
                    self.key.to_owned()
                } else {
                    std::mem::take(&mut rare.key)
                };
                rare.kept.push((key, value));
                self.next_key();
            }
            Err(error) => self.fail(error),
        }
    }

    /// Ends a pass in which there were nulls, unknown properties or keys that could not be borrowed.
    #[cold]
    fn settle(rare: &mut Rare, is_last: bool, extra: &mut Extra) {
        for name in rare.nulls.drain(..) {
            rare.kept.push((name.to_owned(), Value::Null));
            rare.kept_null = true;
        }
        if is_last {
            *extra = Extra::of(std::mem::take(&mut rare.kept));
        }
    }
}

impl<'de, A: MapAccess<'de>> Visitor for Reader<'de, A> {
    #[inline]
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        if self.key_length == name.len() && self.is_named(name) {
            self.take::<T, _>(name, slot);
        }
    }

    #[inline]
    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>) {
        if self.key_length == name.len() && self.is_named(name) {
            self.take::<T, _>(name, slot);
        }
    }

    fn extra(&mut self, extra: &mut Extra) {
        if !self.took_field && self.key_length != NO_KEY {
            self.take_unknown();
        }
        self.took_field = false;
        if let Some(rare) = &mut self.rare {
            Self::settle(rare, self.key_length == NO_KEY, extra);
        }
    }
}

/// Reads a key: borrowed from the document, or into [`Rare::key`]. Returns its length.
struct Key<'a, 'de> {
    borrowed: &'a mut &'de str,
    rare: &'a mut Option<Box<Rare>>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, 'de> {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> de::Visitor<'de> for Key<'_, 'de> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a property")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<usize, E> {
        *self.borrowed = key;
        Ok(key.len())
    }

    #[cold]
    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        *self.borrowed = "";
        let own = &mut self.rare.get_or_insert_default().key;
        own.clear();
        own.push_str(key);
        Ok(key.len())
    }
}
