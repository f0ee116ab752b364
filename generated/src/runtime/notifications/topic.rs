//! Topics to subscribe to.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

#[cfg(feature = "notification-stream")]
use crate::runtime::error::Error;

/// A topic whose notifications have a body of the type `B`.
pub struct Topic<B> {
    any: AnyTopic,
    body: PhantomData<fn() -> B>,
}

/// A topic of any body. A [`Topic`] and a text convert into one.
///
/// Topics are equal if their ids are.
#[derive(Clone)]
pub struct AnyTopic {
    id: Arc<str>,
    /// How much of the id names the object, `v2.users.8f1c…` of `v2.users.8f1c….presence`. Topics of one object can be subscribed to together.
    #[cfg_attr(not(feature = "notification-stream"), allow(dead_code))]
    object: Option<usize>,
    /// The id was given as it is: it may name several topics of an object, as Genesys Cloud writes them (`v2.users.8f1c…?presence&routingStatus`).
    #[cfg_attr(not(feature = "notification-stream"), allow(dead_code))]
    is_text: bool,
}

impl<B> Topic<B> {
    /// The topic of a path with parameters, `v2.users.{id}.presence`, and their values in the same order. What is wrong with a value is told when
    /// the topic is subscribed to.
    #[doc(hidden)]
    #[must_use]
    pub fn new(template: &str, values: &[&str]) -> Self {
        Self {
            any: AnyTopic::new(template, values),
            body: PhantomData,
        }
    }

    /// The id, as in `v2.users.8f1c….presence`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.any.id
    }

    /// The same topic without its type, so that topics with different bodies fit in one list.
    #[must_use]
    pub fn any(self) -> AnyTopic {
        self.any
    }
}

impl AnyTopic {
    /// Fills in the parameters of `template`.
    fn new(template: &str, values: &[&str]) -> Self {
        let mut id = String::with_capacity(template.len() + 32);
        let mut values = values.iter();
        let mut object = None;
        let last = template.split('.').count().saturating_sub(1);
        for (index, segment) in template.split('.').enumerate() {
            if index > 0 {
                id.push('.');
            }
            match values.as_slice() {
                [value, ..] if segment.starts_with('{') => {
                    values.next();
                    id.push_str(value);
                    // One word after the parameter is what the topic tells of the object.
                    object = (index + 1 == last).then_some(id.len());
                }
                _ => id.push_str(segment),
            }
        }
        Self {
            id: id.into(),
            object,
            is_text: false,
        }
    }

    /// The id, as in `v2.users.8f1c….presence`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The object and what the topic tells of it, where topics of one object can be subscribed to together.
    #[cfg(feature = "notification-stream")]
    pub(super) fn parts(&self) -> Option<(&str, &str)> {
        let (object, rest) = self.id.split_at_checked(self.object?)?;
        Some((object, rest.strip_prefix('.')?))
    }

    /// Refuses what cannot be the id of a topic.
    #[cfg(feature = "notification-stream")]
    pub(super) fn check(&self) -> Result<(), Error> {
        let id = self.id();
        let is_odd = |character: char| {
            character.is_whitespace() || character.is_control() || "?&{}/\"\\".contains(character)
        };
        let (object, aspects) = match id.split_once('?') {
            Some(parts) if self.is_text => parts,
            _ => (id, "-"),
        };
        let names = aspects.split('&');
        let reason = if id.len() > LONGEST_ID {
            format!(
                "has {} bytes; Genesys Cloud accepts at most {LONGEST_ID}",
                id.len()
            )
        } else if object.split('.').chain(names.clone()).any(str::is_empty) {
            "has an empty part: was an argument empty?".to_owned()
        } else if object.contains(is_odd) || names.clone().any(|name| name.contains(is_odd)) {
            "contains a character that is invalid in a topic".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::invalid_request(format!(
            "the topic `{}` {reason}",
            shown(id)
        )))
    }
}

#[cfg(feature = "notification-stream")]
/// The longest id that Genesys Cloud takes: fewer than 200 characters.
pub(super) const LONGEST_ID: usize = 199;

#[cfg(feature = "notification-stream")]
/// The beginning of `id`, on one line.
fn shown(id: &str) -> String {
    const MOST: usize = 80;
    let mut shown: String = id
        .chars()
        .take(MOST)
        .collect::<String>()
        .escape_debug()
        .collect();
    if id.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

impl<B> Clone for Topic<B> {
    fn clone(&self) -> Self {
        Self {
            any: self.any.clone(),
            body: PhantomData,
        }
    }
}

impl<B> From<&Self> for Topic<B> {
    fn from(topic: &Self) -> Self {
        topic.clone()
    }
}

impl<B> From<Topic<B>> for AnyTopic {
    fn from(topic: Topic<B>) -> Self {
        topic.any
    }
}

impl<B> From<&Topic<B>> for AnyTopic {
    fn from(topic: &Topic<B>) -> Self {
        topic.any.clone()
    }
}

impl From<&str> for AnyTopic {
    fn from(id: &str) -> Self {
        Self {
            id: id.into(),
            object: None,
            is_text: true,
        }
    }
}

impl From<String> for AnyTopic {
    fn from(id: String) -> Self {
        Self::from(id.as_str())
    }
}

impl From<&String> for AnyTopic {
    fn from(id: &String) -> Self {
        Self::from(id.as_str())
    }
}

impl From<&Self> for AnyTopic {
    fn from(topic: &Self) -> Self {
        topic.clone()
    }
}

impl PartialEq for AnyTopic {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for AnyTopic {}

impl PartialOrd for AnyTopic {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AnyTopic {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}

impl std::hash::Hash for AnyTopic {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Display for AnyTopic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.id)
    }
}

impl fmt::Debug for AnyTopic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AnyTopic({:?})", self.id)
    }
}

impl<B> fmt::Debug for Topic<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Topic({:?})", self.id())
    }
}
