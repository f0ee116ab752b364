//! What a model keeps besides its fields: unknown properties, explicit nulls, and values that do not fit.

use std::fmt;

use serde_json::Value;

use super::debug::redacted;
use super::misfit::Kept;

/// Properties that a model does not know, explicit nulls, and values that do not fit the type of their field.
///
/// All are written back, so that reading an object, changing it and writing it destroys nothing. To send an explicit null (a PATCH that
/// clears a property), call [`set_null`](Self::set_null) with the property's name on the wire.
///
/// A field that is set beats what is kept under its name, with one exception: a value that did not fit when the model was read is written
/// as it came for as long as the field says what was read from it. So a list with a null in it comes back whole unless you change it.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Extra;
///
/// let mut extra = Extra::default();
/// extra.set_null("department");
/// assert!(extra.is_null("department"));
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    // Most models never need it: one pointer, and no allocation. An empty list is never held, so that equality can be derived. Sorted by name:
    // there are few, for which a list takes a third of the memory of a tree.
    #[allow(
        clippy::box_collection,
        reason = "one word in every model instead of three"
    )]
    entries: Option<Box<Vec<Entry>>>,
}

/// What is kept under one name.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kept: Kept,
}

impl Entry {
    pub(super) const fn new(name: String, kept: Kept) -> Self {
        Self { name, kept }
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Extra {
    /// Nothing kept.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: None }
    }

    /// What was read, in any order. Of entries of one name the last counts.
    pub(super) fn from_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        entries.dedup_by(|later, earlier| {
            let is_same = later.name == earlier.name;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Self {
            entries: (!entries.is_empty()).then(|| Box::new(entries)),
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_none()
    }

    /// What is kept under `name`, a property's name on the wire.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.kept(name).map(|kept| &kept.value)
    }

    /// The same, with the mark of what was read of it.
    pub(super) fn kept(&self, name: &str) -> Option<&Kept> {
        let entries = self.entries.as_ref()?;
        let place = find(entries, name).ok()?;
        Some(&entries[place].kept)
    }

    /// Whether an explicit null was read, or will be sent, for `name`.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Null)
    }

    /// Sends `value` under `name` unless the field of that name is set; returns what was kept there.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let name = name.into();
        let kept = Kept {
            value: value.into(),
            read: None,
        };
        let entries = self.entries.get_or_insert_default();
        match find(entries, &name) {
            Ok(place) => Some(std::mem::replace(&mut entries[place].kept, kept).value),
            Err(place) => {
                entries.insert(place, Entry::new(name, kept));
                None
            }
        }
    }

    /// Sends an explicit null under `name` unless the field of that name is set.
    pub fn set_null(&mut self, name: impl Into<String>) {
        self.insert(name, Value::Null);
    }

    /// The same as [`set_null`](Self::set_null), to build a model in one expression.
    #[must_use]
    pub fn with_null(mut self, name: impl Into<String>) -> Self {
        self.set_null(name);
        self
    }

    /// Forgets what is kept under `name`, and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let entries = self.entries.as_mut()?;
        let place = find(entries, name).ok()?;
        let removed = entries.remove(place).kept.value;
        if entries.is_empty() {
            self.entries = None;
        }
        Some(removed)
    }

    /// Forgets everything that is kept.
    pub fn clear(&mut self) {
        self.entries = None;
    }

    /// Everything that is kept, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries()
            .map(|entry| (entry.name.as_str(), &entry.kept.value))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flat_map(|entries| entries.iter())
    }
}

/// Where `name` is, or where it would be.
fn find(entries: &[Entry], name: &str) -> Result<usize, usize> {
    entries.binary_search_by(|other| other.name.as_str().cmp(name))
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_map()
            .entries(
                self.iter()
                    .map(|(name, value)| (name, redacted(name, value))),
            )
            .finish()
    }
}
