//! Models: structs that know their properties by name.

use serde::de::Deserializer;
use serde::ser::Serializer;

use super::Extra;
use super::misfit::Took;
use super::place::Place;
use super::read::read_model;
use super::wire::{Wire, WireForm};
use super::write::write_model;

/// A struct whose fields are the properties of a JSON object. Sealed by hidden items, which may change in any release: generated code implements it.
pub trait Model: Clone + Default {
    /// The name of the type, for `Debug`.
    #[doc(hidden)]
    const NAME: &'static str;

    /// Shows `visitor` every property in the order of the spec, then the keeper of the unknown ones.
    #[doc(hidden)]
    fn visit<V: Visitor>(&mut self, visitor: &mut V);
}

/// Sees the properties of a model one after the other.
pub trait Visitor {
    /// A property.
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>);

    /// A property in a box, because its model would hold itself otherwise.
    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>);

    /// Where unknown properties, explicit nulls and values that do not fit are kept. Comes last.
    fn extra(&mut self, extra: &mut Extra);
}

/// The form of models: a JSON object.
pub struct ModelForm;

impl<M: Model> Wire for M {
    type Form = ModelForm;
}

impl<M: Model> WireForm<M> for ModelForm {
    fn empty() -> M {
        M::default()
    }

    fn read_into<'de, D: Deserializer<'de>, P: Place<M>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        read_model(deserializer, place)
    }

    fn write<S: Serializer>(value: &mut M, serializer: S) -> Result<S::Ok, S::Error> {
        write_model(value, serializer)
    }
}
