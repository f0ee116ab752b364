//! The position of a listing, to resume from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a listing is: enough to resume it later, in another process if need be.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::{Items, Paged, PagingState};
///
/// type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
///
/// /// Reads some items, and gives what to keep.
/// async fn some<O: Paged>(items: Items<O>) -> Result<String> {
///     let mut items = items.max_items(1_000);
///     items.collect_all().await?;
///     Ok(serde_json::to_string(&items.state())?)
/// }
///
/// /// Reads the others, with the same parameters.
/// async fn others<O: Paged>(items: Items<O>, kept: &str) -> Result<Vec<O::Item>> {
///     let state: PagingState = serde_json::from_str(kept)?;
///     Ok(items.resume(state).collect_all().await?)
/// }
/// ```
///
/// It is serialisable, and opaque: which fields it has may change, but what one release wrote, later ones read. It belongs to one operation;
/// the parameters of the call are not part of it and have to be set again. It can hold tokens of the API, which say where the next page is
/// but give no access; `Debug` does not show them.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::PagingState;
///
/// fn save(state: &PagingState) -> serde_json::Result<()> {
///     std::fs::write("state.json", serde_json::to_vec(state)?).map_err(serde_json::Error::io)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagingState {
    /// The operation by its name in the metadata.
    pub(super) operation: String,
    /// The page to fetch next; nothing after the last one.
    pub(super) next: Option<Position>,
    /// How many items the pages before it had, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<u64>,
    /// How many pages there are, as last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page_count: Option<u64>,
    /// How many items all pages have, as last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    /// How many items of that page are done.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) skip: u64,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl PagingState {
    /// Whether the listing has come to its end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.next.is_none()
    }

    /// The operation that this is a state of, as its metadata names it.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }
}

/// A page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Position {
    /// The one that the call asks for as the caller made it.
    First,
    /// The one of that number.
    Number(u64),
    /// The one of that token.
    Token(String),
    /// The one behind that link.
    Link(String),
    /// The one that begins with that item.
    Index(u64),
}

impl fmt::Debug for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => formatter.write_str("First"),
            Self::Number(number) => write!(formatter, "Number({number})"),
            Self::Token(_) => formatter.write_str("Token(..)"),
            Self::Link(_) => formatter.write_str("Link(..)"),
            Self::Index(index) => write!(formatter, "Index({index})"),
        }
    }
}
