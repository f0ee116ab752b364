//! Reads single values from a response's bytes, without decoding the rest.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::runtime::codec::without_mark;

/// The texts and numbers at `paths` in a JSON document, in one pass: nothing if there is none, or something else. A number is given by
/// its digits. An empty path finds nothing, and neither does a document that is not JSON.
pub(crate) fn lookup<const N: usize>(body: &[u8], paths: [&[&str]; N]) -> [Option<String>; N] {
    lookup_page(body, paths, &[]).0
}

/// The same, and how many elements the list at `list` has: none where nothing stands there, and one if it is not a list. Without such a path
/// nothing is counted.
pub(super) fn lookup_page<const N: usize>(
    body: &[u8],
    paths: [&[&str]; N],
    list: &[&str],
) -> ([Option<String>; N], Option<u64>) {
    let mut texts = [const { None }; N];
    let mut count = (!list.is_empty()).then_some(0);
    let texts_wanted = paths.into_iter().enumerate();
    let wanted: Vec<Wanted<'_>> = texts_wanted
        .map(|(index, path)| (Place::Text(index), path))
        .chain([(Place::Count, list)])
        .filter(|(_, path)| !path.is_empty())
        .collect();
    if !wanted.is_empty() {
        let object = Object {
            wanted: &wanted,
            texts: &mut texts,
            count: &mut count,
        };
        // What was found before the place where the document ends too early still counts: reading the page is what reports it.
        let _ = object.deserialize(&mut serde_json::Deserializer::from_slice(without_mark(
            body,
        )));
    }
    (texts, count)
}

/// Where an answer goes.
#[derive(Clone, Copy)]
enum Place {
    Text(usize),
    Count,
}

/// The place of an answer, and the rest of the path to it.
type Wanted<'a> = (Place, &'a [&'a str]);

/// Looks into an object.
struct Object<'a, 'b> {
    wanted: &'b [Wanted<'a>],
    texts: &'b mut [Option<String>],
    count: &'b mut Option<u64>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(below) = entries.next_key_seed(Key(self.wanted))? {
            if below.is_empty() {
                entries.next_value::<IgnoredAny>()?;
            } else if let [(place, [])] = below[..] {
                // Of a key that stands twice, the last value counts, as in the models.
                match place {
                    Place::Text(index) => self.texts[index] = entries.next_value_seed(Scalar)?,
                    Place::Count => *self.count = Some(entries.next_value_seed(Count)?),
                }
            } else {
                entries.next_value_seed(Object {
                    wanted: &below,
                    texts: self.texts,
                    count: self.count,
                })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads a key: what is wanted below it.
struct Key<'a, 'b>(&'b [Wanted<'a>]);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a, '_> {
    type Value = Vec<Wanted<'a>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a, '_> {
    type Value = Vec<Wanted<'a>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a property name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        // Without a match this allocates nothing.
        Ok(self
            .0
            .iter()
            .filter_map(|(place, path)| match path.split_first() {
                Some((first, rest)) if *first == key => Some((*place, rest)),
                _ => None,
            })
            .collect())
    }
}

/// Reads a text or a number; of anything else, nothing.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Counts the elements of a list; null has none, and anything else counts as one.
struct Count;

impl<'de> DeserializeSeed<'de> for Count {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut count = 0;
        while elements.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(1)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(1)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(1)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(1)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(1)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(1)
    }
}
