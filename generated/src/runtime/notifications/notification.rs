//! One message about a topic.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::runtime::codec::{self, Wire};
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, ErrorKind};

/// One message about a topic, its body not read yet. `Debug` does not show the body.
#[derive(Clone)]
pub struct Notification {
    topic: Box<str>,
    version: Option<Box<str>>,
    correlation_id: Option<Box<str>>,
    body: Bytes,
}

/// The message as Genesys Cloud writes it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "topicName")]
    topic: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "eventBody")]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default, rename = "CorrelationId")]
    correlation_id: Option<Cow<'a, str>>,
}

impl Notification {
    /// A notification about `topic` whose body is the JSON `body`.
    ///
    /// # Errors
    ///
    /// A decode error: `body` is not JSON.
    pub fn new(topic: impl Into<String>, body: impl Into<Bytes>) -> Result<Self, Error> {
        let body = body.into();
        serde_json::from_slice::<&RawValue>(&body)
            .map_err(|error| unreadable("the body of a notification cannot be read", &error))?;
        Ok(Self {
            topic: topic.into().into_boxed_str(),
            version: None,
            correlation_id: None,
            body,
        })
    }

    /// The same notification with that correlation id.
    #[must_use]
    pub fn with_correlation_id(mut self, id: impl Into<String>) -> Self {
        self.correlation_id = Some(id.into().into_boxed_str());
        self
    }

    /// Reads a whole message, `{"topicName": …, "version": …, "eventBody": …, "metadata": {"CorrelationId": …}}`, as it arrives over a WebSocket
    /// and as the detail of an EventBridge event. A missing body is `null`.
    ///
    /// # Errors
    ///
    /// A decode error: the message is not a JSON object with a `topicName`.
    pub fn parse(message: impl Into<Bytes>) -> Result<Self, Error> {
        let message = message.into();
        // serde would take an array for a struct as well.
        if message.trim_ascii_start().first() == Some(&b'[') {
            return Err(Error::new(ErrorKind::Decode).with_message(
                "a message is not a notification: an array where an object was expected",
            ));
        }
        let envelope: Envelope<'_> = serde_json::from_slice(&message)
            .map_err(|error| unreadable("a message is not a notification", &error))?;
        let body = match envelope.body {
            Some(body) => message.slice_ref(body.get().as_bytes()),
            None => Bytes::from_static(b"null"),
        };
        let version = envelope.version.map(|version| {
            let text = version.get();
            Box::from(text.trim_matches('"'))
        });
        let correlation_id = envelope
            .metadata
            .and_then(|metadata| serde_json::from_str::<Metadata<'_>>(metadata.get()).ok())
            .and_then(|metadata| metadata.correlation_id)
            .map(|id| id.into_owned().into_boxed_str());
        Ok(Self {
            topic: envelope.topic.into_owned().into_boxed_str(),
            version,
            correlation_id,
            body,
        })
    }

    /// The topic, with its parameters: `v2.users.8f1c….presence`.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The version of the body's form, where the message has one.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The API's name for what caused the notification, which Genesys's support asks for.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// The body as it came: JSON.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Reads the body into a model of this SDK. Values in it that do not fit their types are kept in the model's `extra`.
    ///
    /// # Errors
    ///
    /// A decode error: the body as a whole has the wrong JSON type.
    pub fn read<B: Wire>(&self) -> Result<B, Error> {
        codec::from_slice(&self.body)
            .map_err(|error| unreadable("the body of a notification does not fit", &error))
    }

    /// Reads the body into a custom type.
    ///
    /// # Errors
    ///
    /// A decode error: the body does not fit the type.
    pub fn read_json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| unreadable("the body of a notification does not fit", &error))
    }
}

/// The error of a message that cannot be read. It shows nothing of the message.
fn unreadable(what: &str, error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Decode).with_message(format!("{what}: {}", codec::reason(error)))
}

debug_fields!(Notification, |this|
    topic: this.topic,
    version: this.version,
    correlation_id: this.correlation_id,
    body: format_args!("{} bytes", this.body.len())
);
