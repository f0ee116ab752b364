//! One line of a recording.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request and what came of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) query: String,
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub(super) sent: Content,
    /// None where there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub(super) received: Content,
    /// Why there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Failure>,
}

/// A body.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    #[default]
    Empty,
    Json(Value),
    /// Something else, of which only the length is kept.
    Bytes(usize),
    /// What was streamed, of which nothing is kept.
    Stream,
}

impl Content {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Failure {
    Connect,
    Timeout,
    Io,
    NotProcessed,
}
