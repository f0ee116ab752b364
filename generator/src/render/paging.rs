//! How paged operations say what they are: in their docs and as constants.

use super::docs::code;
use super::literal;
use super::types::Types;
use crate::ir::{Paging, PagingStyle};

/// The implementation of paging for an operation.
pub(super) struct PagingView {
    /// The type of the items.
    pub(super) item: String,
    /// How it pages, as a constant.
    pub(super) constant: String,
    /// The way from the page to its items.
    pub(super) items: String,
}

impl PagingView {
    pub(super) fn new(paging: &Paging, types: &mut Types<'_>) -> Self {
        Self {
            item: types.rust(&paging.item),
            constant: format!(
                "runtime::Paging {{ style: runtime::PagingStyle::{}, page_size: {}, items: {} }}",
                style(&paging.style),
                optional(paging.page_size.as_ref()),
                list(&paging.wire_items)
            ),
            // Every property is optional, so all but the last are passed through.
            items: paging
                .items
                .iter()
                .map(|name| format!(".{name}"))
                .collect::<Vec<_>>()
                .join(".as_mut()?"),
        }
    }
}

fn style(style: &PagingStyle) -> String {
    let text = |name: &String| literal::string(name);
    match style {
        PagingStyle::PageNumber {
            parameter,
            page_count,
            total,
        } => format!(
            "PageNumber {{ parameter: {}, page_count: {}, total: {} }}",
            text(parameter),
            optional(page_count.as_ref()),
            optional(total.as_ref())
        ),
        PagingStyle::BodyPageNumber {
            path,
            page_count,
            total,
        } => format!(
            "BodyPageNumber {{ path: {}, page_count: {}, total: {} }}",
            list(path),
            optional(page_count.as_ref()),
            optional(total.as_ref())
        ),
        PagingStyle::Cursor {
            parameter,
            response,
        } => format!(
            "Cursor {{ parameter: {}, response: {} }}",
            text(parameter),
            list(response)
        ),
        PagingStyle::BodyCursor { path, response } => format!(
            "BodyCursor {{ path: {}, response: {} }}",
            list(path),
            list(response)
        ),
        PagingStyle::NextUri { response } => {
            format!("NextUri {{ response: {} }}", text(response))
        }
        PagingStyle::StartIndex {
            parameter, total, ..
        } => format!(
            "StartIndex {{ parameter: {}, total: {} }}",
            text(parameter),
            text(total)
        ),
        PagingStyle::Single => "Single".to_owned(),
    }
}

fn optional(name: Option<&String>) -> String {
    match name {
        Some(name) => format!("Some({})", literal::string(name)),
        None => "None".to_owned(),
    }
}

/// Names on the wire as a constant list.
pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| literal::string(name)).collect();
    format!("&[{}]", names.join(", "))
}

/// One sentence on how an operation pages.
pub(super) fn docs(paging: &Paging) -> String {
    let how = match &paging.style {
        PagingStyle::PageNumber { parameter, .. } => format!("by number ({})", code(parameter)),
        PagingStyle::BodyPageNumber { path, .. } => {
            format!("by number ({} of the body)", code(&path.join(".")))
        }
        PagingStyle::Cursor { parameter, .. } => format!("by cursor ({})", code(parameter)),
        PagingStyle::BodyCursor { path, .. } => {
            format!("by cursor ({} of the body)", code(&path.join(".")))
        }
        PagingStyle::NextUri { response } => {
            format!("by the URI of the next page ({})", code(response))
        }
        PagingStyle::StartIndex { parameter, .. } => format!("by index ({})", code(parameter)),
        PagingStyle::Single => return "Lists everything on one page.".to_owned(),
    };
    format!("Paged {how}.")
}
