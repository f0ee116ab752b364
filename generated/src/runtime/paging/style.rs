//! How an operation pages, as constant data.

/// How an operation pages. All names are those on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How the next page is asked for.
    pub style: PagingStyle,
    /// The query parameter with the number of items on a page, if there is one. Unless it is set, the API's default counts.
    pub page_size: Option<&'static str>,
    /// Where the list of items stands in the response.
    pub items: &'static [&'static str],
}

/// The property with the number of items on all pages, where only the caller wants to know it.
const TOTAL: &str = "total";

/// How the next page is asked for. New ways may come with any release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PagingStyle {
    /// A page number in the query. It counts from 1.
    PageNumber {
        /// The query parameter.
        parameter: &'static str,
        /// The property of the response with the number of pages.
        page_count: Option<&'static str>,
        /// The property of the response with the number of items on all pages.
        total: Option<&'static str>,
    },
    /// A page number in the request's body.
    BodyPageNumber {
        /// Where it stands in the body.
        path: &'static [&'static str],
        /// The property of the response with the number of pages.
        page_count: Option<&'static str>,
        /// The property of the response with the number of items on all pages.
        total: Option<&'static str>,
    },
    /// A token of the response goes into the query.
    Cursor {
        /// The query parameter.
        parameter: &'static str,
        /// Where the token stands in the response.
        response: &'static [&'static str],
    },
    /// A token of the response goes into the request's body.
    BodyCursor {
        /// Where it goes in the body.
        path: &'static [&'static str],
        /// Where the token stands in the response.
        response: &'static [&'static str],
    },
    /// The response has the link to the next page.
    NextUri {
        /// The property of the response.
        response: &'static str,
    },
    /// The position of the first item of a page, as in SCIM (RFC 7644 section 3.4.2.4). It counts from 1.
    StartIndex {
        /// The query parameter.
        parameter: &'static str,
        /// The property of the response with the number of items on all pages.
        total: &'static str,
    },
    /// One page is the whole list.
    Single,
}

impl PagingStyle {
    /// Whether pages can be fetched ahead, because the next one is known before this one is there.
    #[must_use]
    pub fn has_numbers(&self) -> bool {
        matches!(self, Self::PageNumber { .. } | Self::BodyPageNumber { .. })
    }

    /// Whether the caller counts pages or items, instead of being told what is next.
    pub(super) fn is_counted(&self) -> bool {
        self.has_numbers() || matches!(self, Self::StartIndex { .. })
    }

    /// Where the response counts its pages and its items, and where it has the token or link of the next page.
    pub(super) fn places(&self) -> [Vec<&'static str>; 3] {
        let one = |name: Option<&'static str>| name.into_iter().collect();
        match *self {
            Self::PageNumber {
                page_count, total, ..
            }
            | Self::BodyPageNumber {
                page_count, total, ..
            } => [one(page_count), one(total), Vec::new()],
            Self::Cursor { response, .. } | Self::BodyCursor { response, .. } => {
                [Vec::new(), vec![TOTAL], response.to_vec()]
            }
            Self::NextUri { response } => [Vec::new(), vec![TOTAL], vec![response]],
            Self::StartIndex { total, .. } => [Vec::new(), vec![total], Vec::new()],
            Self::Single => [Vec::new(), vec![TOTAL], Vec::new()],
        }
    }
}
