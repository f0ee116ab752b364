//! Reading a model.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess};
use serde_json::Value;

use super::extra::Entry;
use super::misfit::{Kept, Misfit, Took, leave_empty};
use super::place::Place;
use super::shape::{Reading, Shape};
use super::wire::{Slot, Wire};
use super::{Extra, Model, Visitor};

/// Reads a JSON object into a model.
///
/// # Errors
///
/// Those of the deserializer.
pub(super) fn read_model<'de, M: Model, D: Deserializer<'de>, P: Place<M>>(
    deserializer: D,
    place: P,
) -> Result<Took, D::Error> {
    deserializer.deserialize_any(Reading(ModelShape(place, PhantomData)))
}

struct ModelShape<M, P>(P, PhantomData<M>);

impl<'de, M: Model, P: Place<M>> Shape<'de> for ModelShape<M, P> {
    #[cold]
    fn value(self, value: Value) -> Took {
        leave_empty(self.0, value, format!("an object ({})", M::NAME))
    }

    #[inline]
    fn object<A: MapAccess<'de>>(self, entries: A) -> Result<Took, A::Error> {
        fill_model(self.0.fresh(), entries)
    }
}

/// Reads the properties of a model that has its default value.
fn fill_model<'de, M: Model, A: MapAccess<'de>>(
    model: &mut M,
    entries: A,
) -> Result<Took, A::Error> {
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
        model.visit(&mut reader);
    }
    match (reader.error, reader.rare) {
        (Some(error), _) => Err(error),
        (None, Some(rare)) => Ok(Took::with(None, rare.misfits)),
        (None, None) => Ok(Took::Fits),
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
    /// What is kept of the fields of this pass: nulls, and values that do not fit.
    of_fields: Vec<Entry>,
    /// What the model will keep, as it comes: sorted once, at the end.
    kept: Vec<Entry>,
    /// Whether something of a field is among it.
    kept_of_field: bool,
    misfits: Vec<Misfit>,
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
        match self.entries.next_value_seed(Slot::<T, P>::new(place)) {
            Ok(took) => self.took(name, took),
            Err(error) => self.fail(error),
        }
    }

    #[inline]
    fn took(&mut self, name: &'static str, took: Took) {
        if !matches!(took, Took::Fits) || self.rare.is_some() {
            self.note(name, took);
        }
        self.took_field = true;
        self.next_key();
    }

    #[cold]
    fn note(&mut self, name: &'static str, took: Took) {
        let rare = self.rare.get_or_insert_default();
        let kept = match took {
            Took::Fits => None,
            Took::Null => Some(Kept {
                value: Value::Null,
                read: None,
            }),
            Took::Odd(mut odd) => {
                let step = format!(".{name}");
                rare.misfits.extend(odd.below(&step, &step));
                odd.kept
            }
        };
        match kept {
            Some(kept) => rare.of_fields.push(Entry::new(name.to_owned(), kept)),
            // A key that stands twice: the last value counts. A pass sees a field once, so what is kept came in an earlier one.
            None if rare.kept_of_field => rare.kept.retain(|entry| entry.name != name),
            None => {}
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
                rare.kept.push(Entry::new(key, Kept { value, read: None }));
                self.next_key();
            }
            Err(error) => self.fail(error),
        }
    }

    /// Ends a pass in which something was kept, or a key could not be borrowed.
    #[cold]
    fn settle(rare: &mut Rare, is_last: bool, extra: &mut Extra) {
        rare.kept_of_field |= !rare.of_fields.is_empty();
        rare.kept.append(&mut rare.of_fields);
        if is_last {
            *extra = Extra::from_entries(std::mem::take(&mut rare.kept));
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
