//! What can stand on the wire, and how it is read and written.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::misfit::{Kept, Misfit, Took, arrays_are_odd, mark, scalars_are_odd};
use super::place::{OrNull, Place};
use super::write::{Once, wire_value};

/// A type that stands on the wire: a scalar, a model, an open enum, or a list or map of these.
///
/// The trait holds no functions, only the name of the form that does the work: an implementation costs the compiler no body. Sealed by that hidden
/// name, which may change in any release.
pub trait Wire: Sized {
    /// Reads and writes values of this type.
    #[doc(hidden)]
    type Form: WireForm<Self>;
}

/// Reads and writes `T`.
pub trait WireForm<T> {
    /// Reads any JSON value into its place. One that does not fit the type is not an error: the place then has the nearest value, or none.
    ///
    /// # Errors
    ///
    /// Those of the deserializer. What the place holds after an error is not a value of the document.
    #[doc(hidden)]
    fn read_into<'de, D: Deserializer<'de>, P: Place<T>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error>;

    /// Writes a value. It is borrowed mutably because a model has one body for both directions; it is not changed.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    fn write<S: Serializer>(value: &mut T, serializer: S) -> Result<S::Ok, S::Error>;

    /// The value that a response without a body stands for.
    fn empty() -> T;

    /// The value that null stands for, where the type has one.
    fn null() -> Option<T> {
        None
    }

    /// The value that a body of plain text stands for, where `T` can be one.
    fn from_text(_text: &str) -> Option<T> {
        None
    }
}

/// Reads a `T` into a place.
pub(super) struct Slot<T, P> {
    place: P,
    value: PhantomData<T>,
}

impl<T, P: Place<T>> Slot<T, P> {
    pub(super) const fn new(place: P) -> Self {
        Self {
            place,
            value: PhantomData,
        }
    }
}

impl<'de, T: Wire, P: Place<T>> DeserializeSeed<'de> for Slot<T, P> {
    type Value = Took;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Took, D::Error> {
        T::Form::read_into(deserializer, self.place)
    }
}

/// Puts the type's own null in place of a null, where it has one.
#[inline]
pub(super) fn put_null<T: Wire>(took: &mut Took, place: impl Place<T>) {
    if matches!(took, Took::Null)
        && let Some(null) = T::Form::null()
    {
        place.put(Some(null));
        *took = Took::Fits;
    }
}

/// The form of `Option<T>`, an element of a list or map that may be null.
pub struct OptionForm;

impl<T: Wire> Wire for Option<T> {
    type Form = OptionForm;
}

impl<T: Wire> WireForm<Option<T>> for OptionForm {
    fn read_into<'de, D: Deserializer<'de>, P: Place<Option<T>>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        T::Form::read_into(deserializer, OrNull(place))
    }

    fn write<S: Serializer>(value: &mut Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => T::Form::write(value, serializer),
            None => serializer.serialize_unit(),
        }
    }

    fn empty() -> Option<T> {
        None
    }

    fn null() -> Option<Option<T>> {
        Some(None)
    }
}

/// The form of `Vec<T>`: a JSON array. Elements that do not fit `T` are left out.
pub struct ListForm;

impl<T: Wire> Wire for Vec<T> {
    type Form = ListForm;
}

struct ListVisitor<T, P> {
    place: P,
    element: PhantomData<T>,
}

impl<T, P: Place<Vec<T>>> ListVisitor<T, P> {
    #[cold]
    fn other(self, value: Value) -> Took {
        self.place.put(None);
        Took::odd(value, "an array", None)
    }
}

impl<'de, T: Wire, P: Place<Vec<T>>> Visitor<'de> for ListVisitor<T, P> {
    type Value = Took;

    scalars_are_odd!();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Took, A::Error> {
        let mut list = Vec::new();
        let mut odd = OddElements::default();
        while let Some(mut took) = elements.next_element_seed(Slot::<T, _>::new(&mut list))? {
            put_null::<T>(&mut took, &mut list);
            if !matches!(took, Took::Fits) {
                odd.note(list.len(), took);
            }
        }
        // Most lists stay as they were read. Room for more elements is a tenth of the memory of a large response.
        list.shrink_to_fit();
        if odd.misfits.is_empty() {
            self.place.put(Some(list));
            return Ok(Took::Fits);
        }
        let kept = (!odd.kept.is_empty()).then(|| odd.whole(wire_value(&mut list)));
        self.place.put(Some(list));
        Ok(Took::with(kept, odd.misfits))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Took, A::Error> {
        let entries = serde::de::value::MapAccessDeserializer::new(entries);
        Ok(self.other(serde::de::Deserialize::deserialize(entries)?))
    }
}

/// What does not fit in a list.
#[derive(Default)]
struct OddElements {
    misfits: Vec<Misfit>,
    /// Elements as they came, by their place in the document, and whether the list has a value of them.
    kept: Vec<(usize, Kept)>,
    left_out: usize,
}

impl OddElements {
    /// Takes note of the last element read, after which the list has `length` elements.
    #[cold]
    fn note(&mut self, length: usize, took: Took) {
        let mut odd = took.of_element();
        if odd.kept.as_ref().is_some_and(|kept| kept.read.is_none()) {
            self.left_out += 1;
        }
        let index = length + self.left_out - 1;
        self.misfits.extend(odd.below(&format!("[{index}]"), "[*]"));
        self.kept.extend(odd.kept.map(|kept| (index, kept)));
    }

    /// The list as it came, made of what was read of it.
    fn whole(&mut self, read: Value) -> Kept {
        let mark = mark(&read);
        let Value::Array(read) = read else {
            return Kept {
                value: read,
                read: Some(mark),
            };
        };
        let mut read = read.into_iter();
        let mut whole = Vec::with_capacity(read.len() + self.left_out);
        for (index, kept) in self.kept.drain(..) {
            let before = index - whole.len();
            whole.extend(read.by_ref().take(before));
            if kept.read.is_some() {
                read.next();
            }
            whole.push(kept.value);
        }
        whole.extend(read);
        Kept {
            value: whole.into(),
            read: Some(mark),
        }
    }
}

impl<T: Wire> WireForm<Vec<T>> for ListForm {
    fn empty() -> Vec<T> {
        Vec::new()
    }

    fn read_into<'de, D: Deserializer<'de>, P: Place<Vec<T>>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        deserializer.deserialize_any(ListVisitor {
            place,
            element: PhantomData,
        })
    }

    fn write<S: Serializer>(value: &mut Vec<T>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut elements = serializer.serialize_seq(Some(value.len()))?;
        for element in value {
            elements.serialize_element(&Once::new(element))?;
        }
        elements.end()
    }
}

/// The form of `BTreeMap<String, T>`: a JSON object. Values that do not fit `T` are left out.
pub struct MapForm;

impl<T: Wire> Wire for BTreeMap<String, T> {
    type Form = MapForm;
}

struct MapVisitor<T, P> {
    place: P,
    value: PhantomData<T>,
}

impl<T, P: Place<BTreeMap<String, T>>> MapVisitor<T, P> {
    #[cold]
    fn other(self, value: Value) -> Took {
        self.place.put(None);
        Took::odd(value, "an object", None)
    }
}

impl<'de, T: Wire, P: Place<BTreeMap<String, T>>> Visitor<'de> for MapVisitor<T, P> {
    type Value = Took;

    scalars_are_odd!();
    arrays_are_odd!();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Took, A::Error> {
        let mut map = BTreeMap::new();
        let mut odd = OddEntries::default();
        let mut value = None;
        while let Some(key) = entries.next_key::<String>()? {
            // Of a key that stands twice, the last value counts.
            if !odd.kept.is_empty() {
                odd.kept.remove(&key);
            }
            let mut took = entries.next_value_seed(Slot::<T, _>::new(&mut value))?;
            put_null::<T>(&mut took, &mut value);
            if !matches!(took, Took::Fits) {
                odd.note(&key, took);
            }
            match value.take() {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        if odd.misfits.is_empty() {
            self.place.put(Some(map));
            return Ok(Took::Fits);
        }
        let kept = (!odd.kept.is_empty()).then(|| odd.whole(wire_value(&mut map)));
        self.place.put(Some(map));
        Ok(Took::with(kept, odd.misfits))
    }
}

/// What does not fit in a map.
#[derive(Default)]
struct OddEntries {
    misfits: Vec<Misfit>,
    kept: BTreeMap<String, Value>,
}

impl OddEntries {
    #[cold]
    fn note(&mut self, key: &str, took: Took) {
        let mut odd = took.of_element();
        self.misfits.extend(odd.below(&format!(".{key}"), ".*"));
        self.kept
            .extend(odd.kept.map(|kept| (key.to_owned(), kept.value)));
    }

    /// The map as it came, made of what was read of it.
    fn whole(&mut self, mut read: Value) -> Kept {
        let mark = mark(&read);
        if let Value::Object(entries) = &mut read {
            entries.extend(std::mem::take(&mut self.kept));
        }
        Kept {
            value: read,
            read: Some(mark),
        }
    }
}

impl<T: Wire> WireForm<BTreeMap<String, T>> for MapForm {
    fn empty() -> BTreeMap<String, T> {
        BTreeMap::new()
    }

    fn read_into<'de, D: Deserializer<'de>, P: Place<BTreeMap<String, T>>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        deserializer.deserialize_any(MapVisitor {
            place,
            value: PhantomData,
        })
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
