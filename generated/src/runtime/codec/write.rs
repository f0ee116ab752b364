//! Writing a model, and comparing two by what they write.

use std::cell::Cell;

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::wire::{Wire, WireForm};
use super::{Extra, Model, Visitor};

/// Writes a model as a JSON object: the fields that are set, then what it keeps under other names.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn write_model<M: Model, S: Serializer>(
    model: &mut M,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    // What is kept is seen last but decides whether the names written have to be remembered; so it is looked at first.
    let mut kept = HasExtra(false);
    model.visit(&mut kept);
    let mut writer = Writer {
        entries: serializer.serialize_map(None)?,
        written: kept.0.then(Vec::new),
        error: None,
    };
    model.visit(&mut writer);
    match writer.error {
        None => writer.entries.end(),
        Some(error) => Err(error),
    }
}

/// Whether two models write the same JSON.
#[must_use]
pub fn equal_models<M: Model>(left: &M, right: &M) -> bool {
    matches!((to_value(left), to_value(right)), (Ok(left), Ok(right)) if left == right)
}

/// The model as a JSON value.
pub(super) fn to_value<M: Model>(model: &M) -> Result<serde_json::Value, serde_json::Error> {
    write_model(&mut model.clone(), serde_json::value::Serializer)
}

struct HasExtra(bool);

impl Visitor for HasExtra {
    #[inline]
    fn field<T: Wire>(&mut self, _name: &'static str, _slot: &mut Option<T>) {}

    #[inline]
    fn boxed<T: Wire>(&mut self, _name: &'static str, _slot: &mut Option<Box<T>>) {}

    #[inline]
    fn extra(&mut self, extra: &mut Extra) {
        self.0 = !extra.is_empty();
    }
}

struct Writer<M: SerializeMap> {
    entries: M,
    written: Option<Vec<&'static str>>,
    error: Option<M::Error>,
}

impl<M: SerializeMap> Writer<M> {
    fn entry<T: Wire>(&mut self, name: &'static str, value: &mut T) {
        if self.error.is_some() {
            return;
        }
        if let Some(written) = &mut self.written {
            written.push(name);
        }
        self.error = self.entries.serialize_entry(name, &Once::new(value)).err();
    }
}

impl<M: SerializeMap> Visitor for Writer<M> {
    #[inline]
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        if let Some(value) = slot {
            self.entry(name, value);
        }
    }

    #[inline]
    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>) {
        if let Some(value) = slot {
            self.entry(name, value.as_mut());
        }
    }

    fn extra(&mut self, extra: &mut Extra) {
        let Some(written) = &self.written else { return };
        for (name, value) in extra.iter() {
            if self.error.is_none() && !written.contains(&name) {
                self.error = self.entries.serialize_entry(name, value).err();
            }
        }
    }
}

/// A mutable borrow that serde can serialise once, through its `&self`.
pub(super) struct Once<'a, T>(Cell<Option<&'a mut T>>);

impl<'a, T> Once<'a, T> {
    pub(super) const fn new(value: &'a mut T) -> Self {
        Self(Cell::new(Some(value)))
    }
}

impl<T: Wire> Serialize for Once<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.take() {
            Some(value) => T::Form::write(value, serializer),
            None => Err(S::Error::custom(
                "this serializer asks for a value twice, which the SDK's models cannot give",
            )),
        }
    }
}
