//! What can be listened to.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

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
    #[allow(dead_code, reason = "what subscribes to topics reads it")]
    object: Option<usize>,
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
        }
    }

    /// The id, as in `v2.users.8f1c….presence`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<B> Clone for Topic<B> {
    fn clone(&self) -> Self {
        Self {
            any: self.any.clone(),
            body: PhantomData,
        }
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
        }
    }
}

impl From<String> for AnyTopic {
    fn from(id: String) -> Self {
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
