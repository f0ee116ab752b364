//! Decides what follows a page. Pure functions.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::state::{PagingState, Position};
use super::{PagingProblem, PagingStyle};

/// How many empty pages in a row are too many where a count or a total says that more is due.
const EMPTY_PAGES: u32 = 3;

/// How many empty pages in a row are too many where each has the token of the next.
const EMPTY_PAGES_WITH_TOKEN: u32 = 100;

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// How many items it has, those that could not be decoded included.
    pub(super) items: u64,
    /// It has the very bytes of the page before.
    pub(super) is_repeated: bool,
    /// How many pages there are.
    pub(super) page_count: Option<u64>,
    /// How many items all pages have.
    pub(super) total: Option<u64>,
    /// The token of the next page, or the link to it.
    pub(super) token: Option<String>,
    /// That link leads to another host, or is invalid.
    pub(super) is_foreign: bool,
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
    /// How many items the pages so far had; nothing where that is unknown.
    pub(super) items: Option<u64>,
    /// How many pages there are, as last told.
    pub(super) page_count: Option<u64>,
    /// How many items all pages have, as last told. A number below the items already read is not taken over.
    pub(super) total: Option<u64>,
    /// Such a number was told.
    pub(super) has_low_total: bool,
    /// How many items a page has: what the call asks for, else what the first page with items had.
    pub(super) page_size: Option<u64>,
    has_pages: bool,
    is_resumed: bool,
    empty_pages: u32,
    tokens: HashSet<u64>,
    hasher: RandomState,
}

impl Progress {
    pub(super) fn new(style: PagingStyle, items: Option<u64>, page_size: Option<u64>) -> Self {
        Self {
            style,
            items,
            page_count: None,
            total: None,
            has_low_total: false,
            page_size,
            has_pages: false,
            is_resumed: false,
            empty_pages: 0,
            tokens: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes over what an earlier listing knew.
    pub(super) fn resume(&mut self, state: &PagingState) {
        self.items = state.items;
        self.page_count = state.page_count;
        self.total = state.total;
        self.is_resumed = true;
    }

    /// Remembers a token; whether it is new.
    pub(super) fn note_token(&mut self, token: &str) -> bool {
        self.tokens.insert(self.hasher.hash_one(token))
    }

    /// Takes note of the page at `number` (a page number or an index), and says what comes next.
    pub(super) fn after(&mut self, number: u64, facts: Facts) -> Verdict {
        self.page_count = facts.page_count.filter(|c| *c > 0).or(self.page_count);
        if self.style.is_counted() && facts.is_repeated && facts.items > 0 {
            self.note_total(self.read_before(number), facts.total);
            return if self.is_due(number) == Some(true) {
                Verdict::Refused(PagingProblem::RepeatedPage)
            } else {
                Verdict::Ignored
            };
        }
        self.has_pages = true;
        self.items = self.items.map(|items| items.saturating_add(facts.items));
        if facts.items == 0 {
            self.empty_pages = self.empty_pages.saturating_add(1);
        } else {
            self.empty_pages = 0;
            self.page_size = self.page_size.or(Some(facts.items));
        }
        match self.style {
            PagingStyle::Single => {
                self.note_total(self.items, facts.total);
                Verdict::Last
            }
            PagingStyle::PageNumber { .. } | PagingStyle::BodyPageNumber { .. } => {
                self.note_total(self.items, facts.total);
                let next = number.saturating_add(1);
                let by_count = self.page_count.map(|count| number < count);
                let by_total = self.is_due_by_total(next);
                let is_next = match (facts.items > 0, by_count) {
                    (_, Some(false)) => false,
                    (true, Some(true)) => true,
                    (true, None) => by_total != Some(false),
                    (false, _) => by_count == Some(true) || by_total == Some(true),
                };
                self.counted(is_next, Position::Number(next), by_total)
            }
            PagingStyle::StartIndex { .. } => {
                let next = number.saturating_add(facts.items);
                self.note_total(Some(next.saturating_sub(1)), facts.total);
                let by_total = self.is_due_by_total(next);
                let is_next = match facts.items {
                    0 => by_total == Some(true),
                    _ => by_total != Some(false),
                };
                // Where the size of a page is unknown, the same place is read again: nothing is skipped.
                let next = match facts.items {
                    0 => next.saturating_add(self.page_size.unwrap_or(0)),
                    _ => next,
                };
                self.counted(is_next, Position::Index(next), by_total)
            }
            PagingStyle::Cursor { .. } | PagingStyle::BodyCursor { .. } => {
                self.note_total(self.items, facts.total);
                self.after_token(facts, Position::Token)
            }
            PagingStyle::NextUri { .. } => {
                self.note_total(self.items, facts.total);
                self.after_token(facts, Position::Link)
            }
        }
    }

    /// Whether a listing ends where the API refuses the page at `number` with the status 400. `names_pages` is whether the error speaks of
    /// pages.
    ///
    /// It does if nothing says that this page is due: then it is one beyond the end. The first page of a call is never such a page.
    pub(super) fn ends_at_refusal(&self, number: u64, names_pages: bool) -> bool {
        if !self.style.is_counted() {
            return false;
        }
        let is_later_page = self.has_pages || self.is_resumed;
        match self.is_due(number) {
            Some(is_due) => !is_due && is_later_page,
            // The parameters of a resumed listing may be others, and wrong.
            None => self.has_pages || (self.is_resumed && names_pages),
        }
    }

    /// Whether the total says that items are missing, where the listing ended at `number`.
    pub(super) fn lacks_items(&self, number: u64) -> bool {
        self.style.has_numbers() && self.is_due_by_total(number) == Some(true)
    }

    /// What follows where pages or items are counted.
    fn counted(&self, is_next: bool, next: Position, by_total: Option<bool>) -> Verdict {
        if !is_next {
            Verdict::Last
        } else if self.empty_pages < EMPTY_PAGES {
            Verdict::Next(next)
        } else if by_total == Some(false) {
            // The count of pages alone says that there are more, and every item of the total was read.
            Verdict::Last
        } else {
            Verdict::Stuck(next, PagingProblem::EmptyPages)
        }
    }

    fn after_token(&mut self, facts: Facts, position: impl Fn(String) -> Position) -> Verdict {
        let Some(token) = facts.token.filter(|token| !token.is_empty()) else {
            return Verdict::Last;
        };
        let is_new = self.note_token(&token);
        let next = position(token);
        if facts.is_foreign {
            Verdict::Stuck(next, PagingProblem::ForeignLink)
        } else if !is_new {
            Verdict::Stuck(next, PagingProblem::RepeatedToken)
        } else if self.empty_pages >= EMPTY_PAGES_WITH_TOKEN {
            Verdict::Stuck(next, PagingProblem::EmptyPages)
        } else {
            Verdict::Next(next)
        }
    }

    /// Takes over a total, unless it is below the number of items read.
    fn note_total(&mut self, read: Option<u64>, total: Option<u64>) {
        match (total, read) {
            (Some(total), Some(read)) if total < read => self.has_low_total = true,
            (Some(total), _) => self.total = Some(total),
            (None, _) => {}
        }
        // One that was told before, and is passed now.
        if let (Some(total), Some(read)) = (self.total, read)
            && total < read
        {
            self.has_low_total = true;
            self.total = None;
        }
    }

    /// How many items the pages before `number` had.
    fn read_before(&self, number: u64) -> Option<u64> {
        if self.style.has_numbers() {
            self.items
        } else {
            Some(number.saturating_sub(1))
        }
    }

    /// Whether the page at `number` is due by the total: nothing where that is unknown.
    fn is_due_by_total(&self, number: u64) -> Option<bool> {
        match self.read_before(number)?.cmp(&self.total?) {
            Ordering::Less => Some(true),
            Ordering::Equal => Some(false),
            Ordering::Greater => None,
        }
    }

    /// Whether the page at `number` is due, by the total or else by the count of pages.
    fn is_due(&self, number: u64) -> Option<bool> {
        self.is_due_by_total(number)
            .or_else(|| Some(number <= self.page_count?))
    }

    /// How many pages there are, as far as that can be told.
    pub(super) fn last_page(&self) -> Option<u64> {
        self.page_count.or_else(|| {
            let size = self.page_size.filter(|size| *size > 0)?;
            Some(self.total?.div_ceil(size))
        })
    }
}
