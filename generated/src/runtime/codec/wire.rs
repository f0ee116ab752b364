//! What can stand on the wire, and how it is read and written.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::place::{MapEntry, Place};
use super::write::Once;

/// A type that stands on the wire: a scalar, a model, an open enum, or a list or map of these.
///
/// The trait holds no functions, only the name of the [`WireForm`] that does the work: an implementation costs the compiler no body.
pub trait Wire: Sized {
    /// Reads and writes values of this type.
    type Form: WireForm<Self>;
}

/// Reads and writes `T`.
pub trait WireForm<T> {
    /// Reads a value that is not null.
    ///
    /// # Errors
    ///
    /// Whatever the deserializer reports, and a value of the wrong JSON type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;

    /// Reads a value that is not null into its place.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read). What the place holds after an error is not a value of the document.
    #[doc(hidden)]
    #[inline]
    fn read_into<'de, D: Deserializer<'de>, P: Place<T>>(
        deserializer: D,
        place: P,
    ) -> Result<(), D::Error> {
        place.put(Some(Self::read(deserializer)?));
        Ok(())
    }

    /// Writes a value. It is borrowed mutably because a model has one body for both directions; it is not changed.
    ///
    /// # Errors
    ///
    /// Whatever the serializer reports.
    fn write<S: Serializer>(value: &mut T, serializer: S) -> Result<S::Ok, S::Error>;

    /// The value that a response without a body stands for.
    fn empty() -> T;

    /// The value that a body of plain text stands for, where `T` can be one.
    fn from_text(_text: &str) -> Option<T> {
        None
    }
}

/// Reads a `T` or null into a place.
pub(super) struct Nullable<T, P> {
    place: P,
    value: PhantomData<T>,
}

impl<T, P: Place<T>> Nullable<T, P> {
    pub(super) const fn new(place: P) -> Self {
        Self {
            place,
            value: PhantomData,
        }
    }
}

/// Tells whether it was null.
impl<'de, T: Wire, P: Place<T>> DeserializeSeed<'de> for Nullable<T, P> {
    type Value = bool;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Wire, P: Place<T>> Visitor<'de> for Nullable<T, P> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or null")
    }

    #[inline]
    fn visit_none<E>(self) -> Result<bool, E> {
        self.place.put(None);
        Ok(true)
    }

    #[inline]
    fn visit_unit<E>(self) -> Result<bool, E> {
        self.place.put(None);
        Ok(true)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        T::Form::read_into(deserializer, self.place)?;
        Ok(false)
    }
}

/// The form of `Vec<T>`: a JSON array whose null elements are dropped.
pub struct ListForm;

impl<T: Wire> Wire for Vec<T> {
    type Form = ListForm;
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while elements
            .next_element_seed(Nullable::<T, _>::new(&mut list))?
            .is_some()
        {}
        Ok(list)
    }
}

impl<T: Wire> WireForm<Vec<T>> for ListForm {
    fn empty() -> Vec<T> {
        Vec::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }

    fn write<S: Serializer>(value: &mut Vec<T>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut elements = serializer.serialize_seq(Some(value.len()))?;
        for element in value {
            elements.serialize_element(&Once::new(element))?;
        }
        elements.end()
    }
}

/// The form of `BTreeMap<String, T>`: a JSON object whose null values are dropped.
pub struct MapForm;

impl<T: Wire> Wire for BTreeMap<String, T> {
    type Form = MapForm;
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            let place = MapEntry { map: &mut map, key };
            entries.next_value_seed(Nullable::<T, _>::new(place))?;
        }
        Ok(map)
    }
}

impl<T: Wire> WireForm<BTreeMap<String, T>> for MapForm {
    fn empty() -> BTreeMap<String, T> {
        BTreeMap::new()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        deserializer.deserialize_map(MapVisitor(PhantomData))
    }

    fn write<S: Serializer>(
        value: &mut BTreeMap<String, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_map(Some(value.len()))?;
        for (key, value) in value {
            entries.serialize_entry(key, &Once::new(value))?;
        }
        entries.end()
    }
}
