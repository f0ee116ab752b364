//! Types that have a JSON form, and how they are read and written.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::misfit::{Kept, Misfit, Odd, Took, leave_empty, mark};
use super::place::{OrNull, Place};
use super::shape::{Reading, Shape};
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

struct ListShape<T, P>(P, PhantomData<T>);

impl<'de, T: Wire, P: Place<Vec<T>>> Shape<'de> for ListShape<T, P> {
    #[cold]
    fn value(self, value: Value) -> Took {
        leave_empty(self.0, value, "an array")
    }

    fn list<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Took, A::Error> {
        let mut list = Vec::new();
        let mut odd: Option<OddElements> = None;
        loop {
            let before = list.len();
            let Some(mut took) = elements.next_element_seed(Slot::<T, _>::new(&mut list))? else {
                break;
            };
            put_null::<T>(&mut took, &mut list);
            if !matches!(took, Took::Fits) || odd.is_some() {
                odd.get_or_insert_default().note(&mut list, before, took);
            }
        }
        // Most lists stay as they were read. Room for more elements is a tenth of the memory of a large response.
        list.shrink_to_fit();
        let took = odd.map_or(Took::Fits, |odd| odd.of_list(&mut list));
        self.0.put(Some(list));
        Ok(took)
    }
}

/// What does not fit in a list.
#[derive(Default)]
struct OddElements {
    misfits: Vec<Misfit>,
    /// The list as it came, from the first element on that the list itself does not write as it came.
    whole: Option<Vec<Value>>,
}

impl OddElements {
    /// Takes note of an element, before which `list` had `before` elements.
    #[cold]
    fn note<T: Wire>(&mut self, list: &mut [T], before: usize, took: Took) {
        let mut odd = match took {
            Took::Fits => Odd::default(),
            took => took.of_element(),
        };
        let index = self.whole.as_ref().map_or(before, Vec::len);
        self.misfits.extend(odd.below(&format!("[{index}]"), "[*]"));
        if odd.kept.is_some() && self.whole.is_none() {
            self.whole = Some(list[..before].iter_mut().map(wire_value).collect());
        }
        if let Some(whole) = &mut self.whole {
            whole.extend(match odd.kept {
                Some(kept) => Some(kept.value),
                None => list.last_mut().map(wire_value),
            });
        }
    }

    fn of_list<T: Wire>(self, list: &mut Vec<T>) -> Took {
        let kept = self.whole.map(|whole| Kept {
            value: whole.into(),
            read: Some(mark(&wire_value(list))),
        });
        Took::with(kept, self.misfits)
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
        deserializer.deserialize_any(Reading(ListShape(place, PhantomData)))
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

struct MapShape<T, P>(P, PhantomData<T>);

impl<'de, T: Wire, P: Place<BTreeMap<String, T>>> Shape<'de> for MapShape<T, P> {
    #[cold]
    fn value(self, value: Value) -> Took {
        leave_empty(self.0, value, "an object")
    }

    fn object<A: MapAccess<'de>>(self, mut entries: A) -> Result<Took, A::Error> {
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
        let took = odd.of_map(&mut map);
        self.0.put(Some(map));
        Ok(took)
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

    fn of_map<T: Wire>(self, map: &mut BTreeMap<String, T>) -> Took {
        let kept = (!self.kept.is_empty()).then(|| {
            let mut whole = wire_value(map);
            let read = Some(mark(&whole));
            if let Value::Object(entries) = &mut whole {
                entries.extend(self.kept);
            }
            Kept { value: whole, read }
        });
        Took::with(kept, self.misfits)
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
        deserializer.deserialize_any(Reading(MapShape(place, PhantomData)))
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
