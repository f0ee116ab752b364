//! Listings: page after page, or item after item.
//!
//! The methods `items` and `pages` of an operation that lists something give [`Items`] and [`Pages`], streams that read the next page when it is due.
//! They have a method `next`, so no extension trait is needed:
//!
//! ```text
//! let mut users = client.users().get_users().page_size(100).items();
//! while let Some(user) = users.next().await {
//!     println!("{:?}", user?.name);
//! }
//! ```
//!
//! When a listing ends, and what is an error:
//!
//! - A page number ends at the page count of the response. Where the response has none, it ends when the items read reach the total. Where it
//!   has neither, it ends at an empty page. An index (SCIM, RFC 7644 section 3.4.2.4) ends like a page number without a page count.
//! - An empty page that the count or the total contradicts is passed over. Three in a row are an error.
//! - A total below the number of items already read is ignored with a warning, and ends nothing.
//! - A page that the API refuses with the status 400 ends the listing with a warning, unless the count or the total says that it is due.
//! - A token (cursor or link) passes over empty pages until the response has no further one. One hundred in a row are an error.
//! - A repeated token is an error and not a loop.
//! - A page with the very bytes of the page before, as operations send that ignore the page number, ends the listing with a warning. It is
//!   an error where the count or the total says that more is due.
//! - A link may be any relative reference (RFC 3986 section 4.2). A link to another host is refused, because the access token would go there.
//!
//! These errors are of the kind [`ErrorKind::Paging`](crate::runtime::error::ErrorKind::Paging) and have a [`PagingError`] as their source,
//! which carries the [`PagingState`] to resume from.

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
use lookup::lookup_page;
pub use pages::Pages;
pub use state::PagingState;
pub use style::{Paging, PagingStyle};

use crate::runtime::request::Operation;

/// An operation that lists something. Sealed, like every [`Operation`].
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Result;
/// use genesys_cloud::runtime::Paged;
///
/// /// The first ten items of any listing.
/// async fn first_ten<O: Paged>(listing: O) -> Result<Vec<O::Item>> {
///     listing.items().max_items(10).collect_all().await
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list anything page by page",
    note = "the documentation of an operation says whether it has the methods `items` and `pages`"
)]
pub trait Paged: Operation {
    /// What is listed.
    type Item;

    /// How the next page is asked for.
    const PAGING: &'static Paging;

    /// The list in a page, where the page has one.
    #[doc(hidden)]
    fn items_of(page: &mut Self::Output) -> Option<&mut Vec<Self::Item>>;

    /// The pages of the listing. Operations have this method themselves; this one is for code that is generic over them.
    fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    /// The items of the listing, page after page. Operations have this method themselves; this one is for code that is generic over them.
    fn items(self) -> Items<Self> {
        Items::new(self)
    }
}
