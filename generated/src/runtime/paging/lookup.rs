//! Single values out of a response's bytes, without reading the rest of it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The texts and numbers at `paths` in a JSON document, in one pass: nothing where there is none, or something else. A number is given by
/// its digits. An empty path finds nothing, and neither does a document that is no JSON.
pub(crate) fn lookup<const N: usize>(body: &[u8], paths: [&[&str]; N]) -> [Option<String>; N] {
    let mut found = [const { None }; N];
    if paths.iter().all(|path| path.is_empty()) {
        return found;
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let wanted: Vec<Wanted<'_>> = paths
        .into_iter()
        .enumerate()
        .filter(|(_, path)| !path.is_empty())
        .collect();
    let object = Object {
        wanted: &wanted,
        found: &mut found,
    };
    // What was found before the place where the document ends too early still counts: reading the page is what reports it.
    let _ = object.deserialize(&mut deserializer);
    found
}

/// The place of an answer, and the rest of the path to it.
type Wanted<'a> = (usize, &'a [&'a str]);

/// Looks into an object.
struct Object<'a, 'b> {
    wanted: &'b [Wanted<'a>],
    found: &'b mut [Option<String>],
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
                self.found[place] = entries.next_value_seed(Scalar)?;
            } else {
                entries.next_value_seed(Object {
                    wanted: &below,
                    found: self.found,
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
