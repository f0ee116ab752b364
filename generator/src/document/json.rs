//! JSON as a tree that keeps what the conversion needs: the order of keys, and the exact numbers.
//!
//! `serde_json::Value` would sort the keys of every object (its `preserve_order` feature would
//! spread into the builds of others) and say nothing of equal keys.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Number, Value};

use super::error::Fault;
use super::pointer::push_segment;

/// A JSON value whose strings are borrowed from the text wherever they hold no escapes.
#[derive(Debug, Clone)]
pub(crate) enum Json<'d> {
    Null,
    Boolean(bool),
    Number(Number),
    String(Cow<'d, str>),
    Array(Vec<Json<'d>>),
    Object(Vec<(Cow<'d, str>, Json<'d>)>),
}

/// How deep objects and arrays may be nested: what is deeper is null. The spec needs 8 levels; this many are safe for the
/// recursion of every later stage, on any thread.
const DEPTH_LIMIT: usize = 64;

/// Objects with more keys than this look for duplicates with a hash set, the others pairwise.
const PAIRWISE: usize = 16;

impl<'d> Json<'d> {
    /// Parses a whole JSON text. Of two equal keys in one object the last counts.
    pub(crate) fn parse(text: &'d str) -> Result<Self, Fault> {
        Self::parse_with(text, |_, _| {})
    }

    /// The same; `passed_over` is called with the place and the reason of each part that is not read.
    pub(crate) fn parse_with(
        text: &'d str,
        mut passed_over: impl FnMut(String, String),
    ) -> Result<Self, Fault> {
        let trail = Trail::default();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let parsed = Tree {
            trail: &trail,
            depth: 0,
        }
        .deserialize(&mut deserializer)
        .and_then(|json| deserializer.end().map(|()| json));
        let parts = trail.passed_over.take();
        let json = parsed.map_err(|error| trail.into_fault(&error))?;
        for part in parts {
            passed_over(pointer_of(&part.segments), part.reason);
        }
        Ok(json)
    }

    /// What kind of value this is, with its article, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The value under a key, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries
                .iter()
                .find_map(|(name, value)| (name == key).then_some(value)),
            _ => None,
        }
    }

    /// The value under a key of an object or an index of an array (RFC 6901, section 4: no leading zeros).
    pub(crate) fn child(&self, segment: &str) -> Option<&Self> {
        match self {
            Self::Array(items) => {
                let index: usize = segment.parse().ok()?;
                items.get(index).filter(|_| index.to_string() == segment)
            }
            other => other.get(segment),
        }
    }

    /// The keys and values of an object; nothing for any other kind of value.
    pub(crate) fn entries(&self) -> &[(Cow<'d, str>, Self)] {
        match self {
            Self::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries_mut()?
            .iter_mut()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The keys and values of an object, to be changed.
    pub(crate) fn entries_mut(&mut self) -> Option<&mut Vec<(Cow<'d, str>, Self)>> {
        match self {
            Self::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// Puts the keys of every object in the order of their names.
    pub(crate) fn sort(&mut self) {
        match self {
            Self::Object(entries) => {
                entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
                entries.iter_mut().for_each(|(_, value)| value.sort());
            }
            Self::Array(items) => items.iter_mut().for_each(Self::sort),
            _ => {}
        }
    }

    /// The text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same value for `serde_json`; the order of keys is lost.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(*value),
            Self::Number(value) => Value::Number(value.clone()),
            Self::String(value) => Value::String(value.clone().into_owned()),
            Self::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone().into_owned(), value.to_value()))
                    .collect(),
            ),
        }
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Where parsing failed, and what it passed over: recorded on the way out of the recursion, so that success costs nothing.
#[derive(Default)]
struct Trail {
    /// Innermost segment first.
    segments: RefCell<Vec<Segment>>,
    passed_over: RefCell<Vec<PassedOver>>,
}

/// A part that is not read.
struct PassedOver {
    /// Innermost segment first.
    segments: Vec<Segment>,
    reason: String,
}

enum Segment {
    Key(String),
    Index(usize),
}

fn pointer_of(segments: &[Segment]) -> String {
    let mut pointer = String::new();
    for segment in segments.iter().rev() {
        match segment {
            Segment::Key(key) => push_segment(&mut pointer, key),
            Segment::Index(index) => push_segment(&mut pointer, &index.to_string()),
        }
    }
    pointer
}

impl Trail {
    /// The way out of a value that failed.
    fn fail(&self, segment: Segment) {
        self.segments.borrow_mut().push(segment);
    }

    fn pass_over(&self, segments: Vec<Segment>, reason: String) {
        let part = PassedOver { segments, reason };
        self.passed_over.borrow_mut().push(part);
    }

    /// How many parts were passed over so far.
    fn count(&self) -> usize {
        self.passed_over.borrow().len()
    }

    /// The way out of a value: what was passed over in it, after the first `before` parts, is below its segment.
    fn leave(&self, before: usize, segment: impl Fn() -> Segment) {
        let mut parts = self.passed_over.borrow_mut();
        parts[before..]
            .iter_mut()
            .for_each(|part| part.segments.push(segment()));
    }

    fn into_fault(self, error: &serde_json::Error) -> Fault {
        let (line, column) = (error.line(), error.column());
        let (problem, remedy) = if error.is_eof() {
            (
                format!(
                    "the JSON ends in the middle of a value (line {line}, column {column}): \
                     the file is truncated"
                ),
                "Download the file again, completely.",
            )
        } else {
            (
                format!("not valid JSON: {error}"),
                "Correct the file, or download it again.",
            )
        };
        Fault::new(pointer_of(&self.segments.into_inner()), problem, remedy)
    }
}

#[derive(Clone, Copy)]
struct Tree<'t> {
    trail: &'t Trail,
    depth: usize,
}

impl Tree<'_> {
    /// The reader of what is inside; none at the limit.
    fn deeper(self) -> Option<Self> {
        if self.depth == DEPTH_LIMIT {
            let reason = format!(
                "objects and arrays are nested more than {DEPTH_LIMIT} deep; this one is read as null"
            );
            self.trail.pass_over(Vec::new(), reason);
            return None;
        }
        Some(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'d> DeserializeSeed<'d> for Tree<'_> {
    type Value = Json<'d>;

    fn deserialize<D: serde::Deserializer<'d>>(
        self,
        deserializer: D,
    ) -> Result<Json<'d>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d> Visitor<'d> for Tree<'_> {
    type Value = Json<'d>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'d>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'d>, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'d>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'d>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json<'d>, E> {
        Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_borrowed_str<E>(self, value: &'d str) -> Result<Json<'d>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'d>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut access: A) -> Result<Json<'d>, A::Error> {
        let Some(inner) = self.deeper() else {
            while access.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::Null);
        };
        let mut items = Vec::new();
        loop {
            let before = self.trail.count();
            let index = items.len();
            match access.next_element_seed(inner) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Json::Array(items)),
                Err(error) => {
                    self.trail.fail(Segment::Index(index));
                    return Err(error);
                }
            }
            self.trail.leave(before, || Segment::Index(index));
        }
    }

    fn visit_map<A: MapAccess<'d>>(self, mut access: A) -> Result<Json<'d>, A::Error> {
        let Some(inner) = self.deeper() else {
            while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Null);
        };
        let mut entries: Vec<(Cow<'d, str>, Json<'d>)> = Vec::new();
        while let Some(key) = access.next_key_seed(Key)? {
            let before = self.trail.count();
            match access.next_value_seed(inner) {
                Ok(value) => {
                    self.trail
                        .leave(before, || Segment::Key(key.clone().into_owned()));
                    entries.push((key, value));
                }
                Err(error) => {
                    self.trail.fail(Segment::Key(key.into_owned()));
                    return Err(error);
                }
            }
        }
        if has_duplicate(&entries) {
            let mut seen = HashSet::new();
            entries.reverse();
            entries.retain(|(key, _)| {
                let is_last = seen.insert(key.clone());
                if !is_last {
                    let reason = format!(
                        "the key {} appears twice in one object, and the last one counts",
                        super::error::quote(key)
                    );
                    let segments = vec![Segment::Key(key.clone().into_owned())];
                    self.trail.pass_over(segments, reason);
                }
                is_last
            });
            entries.reverse();
        }
        Ok(Json::Object(entries))
    }
}

/// Whether an entry has the key of an earlier one.
fn has_duplicate(entries: &[(Cow<'_, str>, Json<'_>)]) -> bool {
    if entries.len() <= PAIRWISE {
        let mut keys = entries.iter().enumerate();
        return keys
            .any(|(index, (key, _))| entries[..index].iter().any(|(earlier, _)| earlier == key));
    }
    let mut seen = HashSet::with_capacity(entries.len());
    entries.iter().any(|(key, _)| !seen.insert(key.as_ref()))
}

/// An object's key, borrowed where it can be.
struct Key;

impl<'d> DeserializeSeed<'d> for Key {
    type Value = Cow<'d, str>;

    fn deserialize<D: serde::Deserializer<'d>>(
        self,
        deserializer: D,
    ) -> Result<Cow<'d, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'d> Visitor<'d> for Key {
    type Value = Cow<'d, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, value: &'d str) -> Result<Cow<'d, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'d, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
