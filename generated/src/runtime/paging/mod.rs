//! Listings: page after page, or item after item.
//!
//! Which way an operation pages is decided by the generator ([`Paging`], constant data); everything here but the decoding of a page is
//! compiled once. [`Pages`] and [`Items`] are streams with a `next` of their own, so no extension trait is needed:
//!
//! ```text
//! let mut users = client.users().get_users().page_size(100).items();
//! while let Some(user) = users.next().await {
//!     println!("{:?}", user?.name);
//! }
//! ```
//!
//! What ends a listing, and what is an error:
//!
//! - a page number ends at the page count of the response, or at an empty page; an index (SCIM, RFC 7644 section 3.4.2.4) at the total,
//!   or at an empty page;
//! - a token (cursor or link) goes on through an empty page, until the response has no further one; three empty pages in a row are an
//!   error, because some operations hand out tokens for ever;
//! - a token that was there before is an error and not a loop;
//! - a page of the very bytes of the page before, as operations send that ignore the page number, ends the listing with a warning; it is
//!   an error where the response says that more is due;
//! - a link to another host is refused, because the access token would go there.
//!
//! These errors are of the kind [`ErrorKind::Paging`](crate::runtime::error::ErrorKind::Paging) and have a [`PagingError`] as their source,
//! which carries the [`PagingState`] to go on from.

mod advance;
mod apply;
mod error;
mod items;
mod lookup;
mod pages;
mod source;
mod state;
mod style;

pub use error::{PagingError, PagingProblem};
pub use items::Items;
pub(crate) use lookup::lookup;
pub use pages::Pages;
pub use state::PagingState;
pub use style::{Paging, PagingStyle};

use crate::runtime::request::Operation;

/// An operation that lists something. Generated code implements it, and gives the operation its methods `pages` and `items`.
pub trait Paged: Operation {
    /// What is listed.
    type Item;

    /// How the next page is asked for.
    const PAGING: &'static Paging;

    /// The list in a page, where the page has one.
    #[doc(hidden)]
    fn items_of(page: &mut Self::Output) -> Option<&mut Vec<Self::Item>>;
}
