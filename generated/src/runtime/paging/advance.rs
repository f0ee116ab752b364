//! What comes after a page: pure decisions.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::state::Position;
use super::{PagingProblem, PagingStyle};

/// How many empty pages in a row are too many.
const EMPTY_PAGES: u32 = 3;

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// How many items it has.
    pub(super) items: u64,
    /// It has the very bytes of the page before.
    pub(super) is_repeated: bool,
    /// How many pages there are.
    pub(super) page_count: Option<u64>,
    /// How many items all pages have.
    pub(super) total: Option<u64>,
    /// The token of the next page, or the link to it.
    pub(super) token: Option<String>,
}

/// What follows from a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The page counts, and this one is next.
    Next(Position),
    /// The page counts, and is the last one.
    Last,
    /// The page counts, but that next one cannot be fetched.
    Stuck(Position, PagingProblem),
    /// The page is the one before it: there are no more.
    Ignored,
    /// The page is the one before it, and that is wrong.
    Refused(PagingProblem),
}

/// What is remembered from page to page.
#[derive(Debug)]
pub(super) struct Progress {
    style: PagingStyle,
    /// How many items the pages so far had; nothing where the listing did not begin at the start.
    pub(super) items: Option<u64>,
    empty_pages: u32,
    tokens: HashSet<u64>,
    hasher: RandomState,
}

impl Progress {
    pub(super) fn new(style: PagingStyle, items: Option<u64>) -> Self {
        Self {
            style,
            items,
            empty_pages: 0,
            tokens: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Remembers a token; whether it is new.
    pub(super) fn note_token(&mut self, token: &str) -> bool {
        self.tokens.insert(self.hasher.hash_one(token))
    }

    /// Takes note of the page at `number` (a page number or an index), and says what comes next.
    pub(super) fn after(&mut self, number: u64, facts: Facts) -> Verdict {
        if self.style.is_counted() && facts.is_repeated && facts.items > 0 {
            return if self.is_more_due(number, &facts) {
                Verdict::Refused(PagingProblem::RepeatedPage)
            } else {
                Verdict::Ignored
            };
        }
        self.items = self.items.map(|items| items.saturating_add(facts.items));
        self.empty_pages = if facts.items == 0 {
            self.empty_pages + 1
        } else {
            0
        };
        match self.style {
            PagingStyle::Single => Verdict::Last,
            PagingStyle::PageNumber { .. } | PagingStyle::BodyPageNumber { .. } => {
                // A count of no pages is no count where there are items.
                let is_last = facts
                    .page_count
                    .is_some_and(|count| count > 0 && number >= count);
                if facts.items == 0 || is_last {
                    Verdict::Last
                } else {
                    Verdict::Next(Position::Number(number.saturating_add(1)))
                }
            }
            PagingStyle::StartIndex { .. } => {
                let next = number.saturating_add(facts.items);
                if facts.items == 0 || facts.total.is_some_and(|total| next > total) {
                    Verdict::Last
                } else {
                    Verdict::Next(Position::Index(next))
                }
            }
            PagingStyle::Cursor { .. } | PagingStyle::BodyCursor { .. } => {
                self.after_token(facts.token, Position::Token)
            }
            PagingStyle::NextUri { .. } => self.after_token(facts.token, Position::Link),
        }
    }

    fn after_token(
        &mut self,
        token: Option<String>,
        position: impl Fn(String) -> Position,
    ) -> Verdict {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Verdict::Last;
        };
        let is_new = self.note_token(&token);
        let next = position(token);
        if !is_new {
            Verdict::Stuck(next, PagingProblem::RepeatedToken)
        } else if self.empty_pages >= EMPTY_PAGES {
            Verdict::Stuck(next, PagingProblem::EmptyPages)
        } else {
            Verdict::Next(next)
        }
    }

    /// Whether the response itself says that the items so far are not all.
    fn is_more_due(&self, number: u64, facts: &Facts) -> bool {
        match (facts.page_count, facts.total, self.items) {
            (_, Some(total), Some(items)) => items < total,
            (Some(count), _, _) => number <= count,
            _ => false,
        }
    }
}

/// How many pages there are, as far as a page lets that be told.
pub(super) fn last_page(
    page_count: Option<u64>,
    total: Option<u64>,
    page_size: Option<u64>,
) -> Option<u64> {
    let counted = page_count.filter(|count| *count > 0);
    counted.or_else(|| {
        let size = page_size.filter(|size| *size > 0)?;
        Some(total?.div_ceil(size))
    })
}
