//! Notifications whose bodies were read, and the patterns by which the topic of one is found.

use std::fmt;
use std::ops::Deref;

use crate::runtime::codec::Wire;
use crate::runtime::debug::debug_fields;

use super::Notification;

/// What stands for a parameter in a pattern.
const PARAMETER: &str = "{}";

/// What stands for a last parameter that may have dots.
const REST: &str = "{*}";

/// A notification with its body. It derefs to the body.
#[derive(Clone)]
pub struct TopicEvent<B> {
    /// What happened.
    pub body: B,
    notification: Notification,
    pattern: &'static [&'static str],
}

impl<B> TopicEvent<B> {
    /// The topic with its parameters, as in `v2.users.8f1c….presence`.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.notification.topic()
    }

    /// The values of the topic's parameters, in their order: `8f1c…` of `v2.users.8f1c….presence`.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let pattern = self.pattern;
        let last = pattern.len();
        self.topic()
            .splitn(last, '.')
            .zip(pattern)
            .filter(|(_, segment)| matches!(**segment, PARAMETER | REST))
            .map(|(value, _)| value)
    }

    /// The API's name for what caused the notification, which Genesys's support asks for.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.notification.correlation_id()
    }

    /// The notification that the body was read from.
    #[must_use]
    pub fn notification(&self) -> &Notification {
        &self.notification
    }

    /// The body alone.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }
}

impl<B: Wire> TopicEvent<B> {
    /// Reads the body; the notification comes back where it does not fit.
    #[doc(hidden)]
    pub fn read(
        notification: Notification,
        pattern: &'static [&'static str],
    ) -> Result<Box<Self>, Notification> {
        match notification.read() {
            Ok(body) => Ok(Box::new(Self {
                body,
                notification,
                pattern,
            })),
            Err(_) => Err(notification),
        }
    }
}

impl<B> Deref for TopicEvent<B> {
    type Target = B;

    fn deref(&self) -> &B {
        &self.body
    }
}

debug_fields!(TopicEvent<B: fmt::Debug>, |this|
    topic: this.topic(),
    correlation_id: this.correlation_id(),
    body: this.body
);

/// The pattern of a topic among sorted ones, each cut at its dots.
///
/// A segment that is spelled out goes before a parameter, from the left to the right, and a last parameter that may have dots goes last: of
/// `v2.a.b`, `v2.a.{}` and `v2.{}.b`, the topic `v2.a.b` is the first and `v2.a.x` the second. Each segment narrows the range of patterns by binary
/// search, so that the number of patterns hardly matters.
#[doc(hidden)]
#[must_use]
pub fn find_pattern(patterns: &[&[&str]], topic: &str) -> Option<usize> {
    narrow(patterns, 0, 0, topic)
}

/// Looks for `rest` among the patterns that begin with the same `depth` segments; `start` is the place of the first of them.
fn narrow(patterns: &[&[&str]], start: usize, depth: usize, rest: &str) -> Option<usize> {
    let (segment, next) = match rest.split_once('.') {
        Some((segment, next)) => (segment, Some(next)),
        None => (rest, None),
    };
    let follow = |word: &str| {
        let (first, range) = beginning_with(patterns, depth, word)?;
        match next {
            Some(next) => narrow(range, start + first, depth + 1, next),
            // The shortest pattern of the range is its first.
            None => (range[0].len() == depth + 1).then_some(start + first),
        }
    };
    let is_word = !segment.is_empty() && segment != PARAMETER && segment != REST;
    is_word
        .then(|| follow(segment).or_else(|| follow(PARAMETER)))
        .flatten()
        .or_else(|| {
            let (first, _) = beginning_with(patterns, depth, REST)?;
            (!rest.is_empty()).then_some(start + first)
        })
}

/// The patterns whose segment at `depth` is `word`, with the place of the first of them.
fn beginning_with<'p, 't>(
    patterns: &'p [&'t [&'t str]],
    depth: usize,
    word: &str,
) -> Option<(usize, &'p [&'t [&'t str]])> {
    let first = patterns.partition_point(|pattern| segment(pattern, depth) < Some(word));
    let rest = &patterns[first..];
    let count = rest.partition_point(|pattern| segment(pattern, depth) == Some(word));
    (count > 0).then(|| (first, &rest[..count]))
}

/// A pattern that ends before `depth` sorts before those that go on.
fn segment<'t>(pattern: &[&'t str], depth: usize) -> Option<&'t str> {
    pattern.get(depth).copied()
}
