//! Writing a model, and comparing two by what they write.

use std::cell::Cell;

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::extra::Entry;
use super::misfit::{Kept, mark};
use super::wire::{Wire, WireForm};
use super::{Extra, Model, Visitor};

/// Writes a model as a JSON object: the fields that are set, then what it keeps under other names.
///
/// # Errors
///
/// Those of the serializer.
pub fn write_model<M: Model, S: Serializer>(
    model: &mut M,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let entries = serializer.serialize_map(None)?;
    // What is kept is seen last, but decides what is written of the fields; so it is taken out first, and put back in the end.
    let mut kept = TakeExtra(Extra::new());
    model.visit(&mut kept);
    let mut writer = Writer {
        entries,
        kept: kept.0,
        written: Vec::new(),
        unchanged: Vec::new(),
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
pub(super) fn to_value<M: Model>(model: &M) -> Result<Value, serde_json::Error> {
    write_model(&mut model.clone(), serde_json::value::Serializer)
}

/// What is written of a value.
#[cold]
pub(super) fn wire_value<T: Wire>(value: &mut T) -> Value {
    // Nothing that these types hold is refused: a number that JSON lacks becomes null.
    T::Form::write(value, serde_json::value::Serializer).unwrap_or_default()
}

struct TakeExtra(Extra);

impl Visitor for TakeExtra {
    #[inline]
    fn field<T: Wire>(&mut self, _name: &'static str, _slot: &mut Option<T>) {}

    #[inline]
    fn boxed<T: Wire>(&mut self, _name: &'static str, _slot: &mut Option<Box<T>>) {}

    #[inline]
    fn extra(&mut self, extra: &mut Extra) {
        self.0 = std::mem::take(extra);
    }
}

struct Writer<M: SerializeMap> {
    entries: M,
    kept: Extra,
    /// The fields that were written, where something is kept.
    written: Vec<&'static str>,
    /// The fields that say what was read from a value that is kept.
    unchanged: Vec<&'static str>,
    error: Option<M::Error>,
}

impl<M: SerializeMap> Writer<M> {
    fn entry<T: Wire>(&mut self, name: &'static str, value: &mut T) {
        if self.error.is_some() {
            return;
        }
        if !self.kept.is_empty() {
            if let Some(Kept {
                read: Some(read), ..
            }) = self.kept.kept(name)
                && *read == mark(&wire_value(value))
            {
                self.unchanged.push(name);
                return;
            }
            self.written.push(name);
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
        for Entry { name, kept } in self.kept.entries() {
            let name = name.as_str();
            // A value that something was read from counts until the field is changed; another, for as long as the field is not set.
            let counts = match kept.read {
                Some(_) => self.unchanged.contains(&name),
                None => !self.written.contains(&name),
            };
            if self.error.is_none() && counts {
                self.error = self.entries.serialize_entry(name, &kept.value).err();
            }
        }
        *extra = std::mem::take(&mut self.kept);
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
